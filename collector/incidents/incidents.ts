import { createHash } from 'node:crypto';
import type { Bilingual } from '../../agent/probe.ts';
import type { Moment } from '../clock.ts';
import type { Verdict, VerdictChange } from '../compliance/verdict.ts';
import type { Rule } from '../standard/rule.ts';
import type { Incident, IncidentChange, IncidentKind } from './incident.ts';

/** Opens and closes incidents as verdicts change; a person acknowledges them. */
export interface Incidents {
  advance(changes: readonly VerdictChange[], now: Moment): IncidentChange[];
  /** For what no rule says: opens it once, and again only after it was closed. */
  open(kind: IncidentKind, subject: string | null, now: Moment): IncidentChange | null;
  close(kind: IncidentKind, subject: string | null, now: Moment): IncidentChange | null;
  /** Null when there is no such open incident; the same again when it was acknowledged before. */
  acknowledge(id: string, account: string, now: Moment): IncidentChange | null;
  opened(): readonly Incident[];
  /** The latest closed ones, newest first; the record's entries tell of all. */
  closed(): readonly Incident[];
  /** Ids of closed ones that are no longer among the latest, since the last call: they need not be kept. */
  takeOld(): readonly string[];
  forget(subject: string, now: Moment): IncidentChange[];
  restore(kept: Iterable<Incident>): void;
}

/** An urgent rule may be unknown for a moment (a UPS driver starts anew); longer means that nobody watches. */
const UNREADABLE_AFTER_MS = 10_000;
const CLOSED_SHOWN = 200;

export function createIncidents(ruleOf: (id: string) => Rule | undefined): Incidents {
  const open = new Map<string, Incident>();
  let closed: Incident[] = [];
  let old: string[] = [];
  /** Urgent rules that are unknown, since when. */
  const unreadable = new Map<string, { readonly verdict: Verdict; readonly since: number }>();
  /** Restored ones may be of a standard that is no longer the one in force. */
  let isRestored = false;
  const keyOf = (kind: IncidentKind, rule: string | null, subject: string | null): string =>
    `${kind}|${rule ?? ''}|${subject ?? ''}`;

  function begin(
    kind: IncidentKind,
    about: {
      rule: string | null;
      subject: string | null;
      urgency: 'urgent' | 'seat';
      title: Bilingual;
      advice: Bilingual;
    },
    observed: Incident['observed'],
    now: Moment,
  ): IncidentChange | null {
    const key = keyOf(kind, about.rule, about.subject);
    if (open.has(key)) return null;
    const incident: Incident = {
      id: idOf(key, now),
      kind,
      ...about,
      observed,
      openedAt: now.wall,
      acknowledgedAt: null,
      acknowledgedBy: null,
      closedAt: null,
    };
    open.set(key, incident);
    return { incident, change: 'opened' };
  }

  function end(key: string, now: Moment): IncidentChange | null {
    const incident = open.get(key);
    if (!incident) return null;
    open.delete(key);
    const ended: Incident = { ...incident, closedAt: now.wall };
    showClosed([ended, ...closed]);
    return { incident: ended, change: 'closed' };
  }

  function showClosed(all: readonly Incident[]): void {
    closed = all.slice(0, CLOSED_SHOWN);
    for (const { id } of all.slice(CLOSED_SHOWN)) old.push(id);
  }

  function follow(change: VerdictChange, now: Moment): (IncidentChange | null)[] {
    const { verdict } = change;
    const rule = ruleOf(verdict.rule);
    if (change.late || !rule || rule.incident === 'none') return [];
    const urgency = rule.incident;
    const key = keyOf('broken', rule.id, verdict.subject);
    const watch = `${rule.id}|${verdict.subject}`;
    const { title, advice } = rule;
    const since = unreadable.get(watch)?.since ?? now.monotonic;
    // While it is waited for, it may be readable or not: neither begins its time nor ends it.
    if (verdict.cause !== 'waiting') unreadable.delete(watch);
    if (verdict.state === 'broken') {
      return [
        begin('broken', { rule: rule.id, subject: verdict.subject, urgency, title, advice }, verdict.observed, now),
        end(keyOf('unreadable', rule.id, verdict.subject), now),
      ];
    }
    if (verdict.state === 'unknown') {
      // An open breach stays open: not knowing does not mend it.
      if (urgency === 'urgent' && verdict.cause !== 'silent' && verdict.cause !== 'waiting')
        unreadable.set(watch, { verdict, since });
      return [];
    }
    return [end(key, now), end(keyOf('unreadable', rule.id, verdict.subject), now)];
  }

  function isUnreadable(subject: string): boolean {
    return [...open.values()].some((incident) => incident.kind === 'unreadable' && incident.subject === subject);
  }

  function openUnreadable(now: Moment): (IncidentChange | null)[] {
    const changes: (IncidentChange | null)[] = [];
    for (const [watch, { verdict, since }] of unreadable) {
      if (now.monotonic - since < UNREADABLE_AFTER_MS) continue;
      // One cable, one incident: the others wait until this one is closed.
      if (isUnreadable(verdict.subject)) continue;
      unreadable.delete(watch);
      const rule = ruleOf(verdict.rule);
      if (!rule) continue;
      const title = { zh: `${rule.title.zh}：读不到`, en: `${rule.title.en}: cannot be read` };
      const about = {
        rule: rule.id,
        subject: verdict.subject,
        urgency: 'urgent',
        title,
        advice: UNREADABLE_ADVICE,
      } as const;
      changes.push(begin('unreadable', about, verdict.observed, now));
    }
    return changes;
  }

  /** Of rules that the standard has no more, or that need nobody now. */
  function closeOrphans(now: Moment): (IncidentChange | null)[] {
    if (!isRestored) return [];
    isRestored = false;
    const orphans = [...open].filter(([, { kind, rule }]) => {
      if (rule === null) return false;
      const urgency = ruleOf(rule)?.incident ?? 'none';
      return urgency === 'none' || (kind === 'unreadable' && urgency !== 'urgent');
    });
    return orphans.map(([key]) => end(key, now));
  }

  return {
    advance(changes, now) {
      const followed = changes.flatMap((change) => follow(change, now));
      return [...closeOrphans(now), ...followed, ...openUnreadable(now)].filter((made) => made !== null);
    },
    open: (kind, subject, now) => begin(kind, { rule: null, subject, ...OWN[kind as keyof typeof OWN] }, {}, now),
    close: (kind, subject, now) => end(keyOf(kind, null, subject), now),
    acknowledge(id, account, now) {
      for (const [key, incident] of open) {
        if (incident.id !== id) continue;
        if (incident.acknowledgedAt !== null) return { incident, change: 'acknowledged' };
        const acknowledged: Incident = { ...incident, acknowledgedAt: now.wall, acknowledgedBy: account };
        open.set(key, acknowledged);
        return { incident: acknowledged, change: 'acknowledged' };
      }
      return null;
    },
    opened: () => [...open.values()],
    closed: () => closed,
    takeOld() {
      const taken = old;
      old = [];
      return taken;
    },
    forget(subject, now) {
      for (const [watch, { verdict }] of unreadable) if (verdict.subject === subject) unreadable.delete(watch);
      const keys = [...open].filter(([, incident]) => incident.subject === subject).map(([key]) => key);
      return keys.map((key) => end(key, now)).filter((made) => made !== null);
    },
    restore(kept) {
      isRestored = true;
      const incidents = [...kept].sort((left, right) => left.openedAt - right.openedAt);
      for (const incident of incidents) {
        if (incident.closedAt === null) open.set(keyOf(incident.kind, incident.rule, incident.subject), incident);
      }
      showClosed(incidents.filter(({ closedAt }) => closedAt !== null).reverse());
    },
  };
}

/** The same incident lived through again from the journal is the same page, which may have been sent. */
function idOf(key: string, { wall }: Moment): string {
  const hash = createHash('sha256').update(`${key}|${wall}`).digest('hex');
  return `i-${Math.floor(wall).toString(36)}${hash.slice(0, 10)}`;
}

const UNREADABLE_ADVICE: Bilingual = {
  zh: '检查设备通信线和读取程序（如 NUT）；在恢复之前，停电不会被发现。',
  en: 'Check the device’s cable and its driver (NUT, for example); until then a power cut would go unnoticed.',
};

/** Incidents that no rule of a standard speaks of. */
const OWN = {
  'alive-twice': {
    urgency: 'seat',
    title: { zh: '同一身份同时出现两次', en: 'The same identity is alive twice' },
    advice: {
      zh: '找出另一台使用同一程序目录的电脑并停止其代理程序；若是克隆，重新安装代理程序。',
      en: 'Find the other PC that runs the same agent folder and stop its agent; if it is a clone, install the agent anew.',
    },
  },
  unsteady: {
    urgency: 'seat',
    title: { zh: '判定反复变化', en: 'Verdicts change all the time' },
    advice: {
      zh: '检查该座位：网线松动、程序反复启停，或有人在捣鬼。平静几分钟后自动恢复记录。',
      en: 'Look at this seat: a loose cable, a program that starts and stops, or mischief. Writing goes on after a few calm minutes.',
    },
  },
  'clock-jump': {
    urgency: 'urgent',
    title: { zh: '采集器时钟跳变', en: 'The collector’s clock jumped' },
    advice: {
      zh: '核对采集器的日期、时间与时区，并查明是谁改动。',
      en: 'Check the collector’s date, time and zone, and find out who changed them.',
    },
  },
  'record-refused': {
    urgency: 'urgent',
    title: { zh: '记录无法写入磁盘', en: 'The record cannot be written' },
    advice: {
      zh: '清理采集器数据盘的空间或更换磁盘；恢复前各机会自行保存读数。',
      en: 'Free space on the collector’s data disk or replace it; until then the machines keep their readings themselves.',
    },
  },
  'channel-down': {
    urgency: 'urgent',
    title: { zh: '通知通道不通', en: 'A paging channel is down' },
    advice: {
      zh: '打开控制台“通知通道”看原因：断网、地址或密钥不对、对方限流。恢复前请守着控制台并打开声音；欠下的通知会在恢复后补发。',
      en: 'See the console’s page “Paging” for the reason: no line out, a wrong address or key, a limit. Until then stay at the console with its sound on; what is owed is sent once it works.',
    },
  },
} as const satisfies Partial<Record<IncidentKind, { urgency: 'urgent' | 'seat'; title: Bilingual; advice: Bilingual }>>;
