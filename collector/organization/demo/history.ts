import { generateKeyPairSync, sign } from 'node:crypto';
import { canonical } from '../../history/canonical.ts';
import { entryHash, NO_ENTRY, type Line } from '../../history/chain.ts';
import type { EntryKind } from '../../history/history.ts';
import { headText } from '../../record/head.ts';
import { chance, type Chance } from './chance.ts';

/**
 * A site that never was, with a chain as real ones have it: planned exams, snapshots 60 and 15 minutes before each, incidents,
 * signed heads. Its first entry says that it is made up, its name does, and the site's row does.
 */
export interface MadeUpSite {
  readonly site: string;
  readonly name: string;
  readonly province: string;
  readonly rooms: readonly string[];
  readonly publicKey: string;
  readonly lines: readonly Line[];
  /** Wall clock of the last entry, ms. */
  readonly endsAt: number;
}

export interface MadeUpWish {
  readonly index: number;
  readonly years: number;
  /** Wall clock, ms: the history ends about here, and the next exams come after it. */
  readonly now: number;
}

const PROVINCES = [
  '北京',
  '上海',
  '江苏',
  '浙江',
  '安徽',
  '福建',
  '山东',
  '河南',
  '湖北',
  '湖南',
  '广东',
  '四川',
  '陕西',
  '辽宁',
];
/** Rules of the shipped pack, with how often each is what fails in a poor room. */
const TROUBLES: readonly (readonly [rule: string, weight: number])[] = [
  ['memory', 5],
  ['display', 3],
  ['restore-card', 4],
  ['remote-control', 3],
  ['camera-recording', 4],
  ['camera-playback', 3],
  ['mains', 2],
  ['spares', 2],
  ['internet', 3],
  ['clock', 1],
  ['browser', 2],
];
const SOUND = [
  'online',
  'cpu',
  'disk',
  'os',
  'seats',
  'server-present',
  'lan-gigabit',
  'one-lan',
  'physical',
  'licence',
];
const LEVELS = ['五级', '四级', '三级'];
const DAY_MS = 86_400_000;
const EDITIONS = ['live-commerce@1.0+made0up000', 'live-commerce@1.1+made0up000'] as const;

export function madeUpSite({ index, years, now }: MadeUpWish): MadeUpSite {
  const luck = chance(index + 1);
  const site = `demo-${String(index).padStart(4, '0')}`;
  const rooms = ['A', 'B', 'C', 'D'].slice(0, luck.whole(1, 4));
  const writer = createWriter(site, now - years * 365 * DAY_MS);
  // Most sites get better over the years; some were good from the start, some never are.
  const quality = 0.3 + luck.next() * 0.6;
  const isSilent = luck.is(0.03);
  const until = isSilent ? now - luck.whole(40, 300) * DAY_MS : now;
  writer.write('key', null, { change: 'first', key: writer.publicKey });
  writer.write('collector', null, { change: 'made-up', by: 'xunkao load', version: '1' });
  const changeAt = now - 300 * DAY_MS;
  for (let number = 0, at = writer.now(); ; number += 1) {
    // Nine in the morning in China.
    at = Math.floor(at / DAY_MS + luck.whole(7, 24)) * DAY_MS + 3_600_000;
    const isPast = at < until;
    if (!isPast && (isSilent || at > until + 40 * DAY_MS)) break;
    const exam = planned(luck, number, at, rooms);
    writer.at(Math.min(at - 5 * DAY_MS, until - 60_000));
    writer.write('session', null, { change: 'planned', by: 'a-demo', ...exam });
    if (!isPast) continue;
    const grown = quality + (1 - quality) * 0.5 * ((at - (now - years * 365 * DAY_MS)) / (years * 365 * DAY_MS));
    const standard = EDITIONS[at < changeAt ? 0 : 1];
    for (const [minutes, reason] of [
      [60, 'T-60'],
      [15, 'T-15'],
    ] as const) {
      writer.at(at - minutes * 60_000);
      for (const room of rooms) {
        const body = snapshot(luck, { room, session: exam.id, reason, taken: writer.now(), standard, quality: grown });
        writer.write('snapshot', `room:${room}`, body);
      }
      writer.head();
    }
    writer.at(at);
    for (let count = luck.whole(0, 4); count > 0; count -= 1) incident(luck, writer);
    writer.at(at + 2 * 3_600_000);
    writer.write('session', null, { change: 'ended', by: 'a-demo', ...exam });
    writer.head();
  }
  const name = `演示考点 ${String(index).padStart(4, '0')}（虚构）`;
  const { publicKey, lines } = writer;
  return { site, name, province: luck.one(PROVINCES), rooms, publicKey, lines, endsAt: writer.now() };
}

function planned(luck: Chance, number: number, startsAt: number, rooms: readonly string[]) {
  const level = luck.one(LEVELS);
  return {
    id: `s-demo${String(number).padStart(4, '0')}`,
    kind: 'exam',
    title: { zh: `直播电商 ${level}`, en: `Live commerce ${level}` },
    rooms,
    startsAt,
    endsAt: startsAt + 2 * 3_600_000,
    candidates: rooms.length * luck.whole(20, 45),
    level,
  };
}

interface SnapshotWish {
  readonly room: string;
  readonly session: string;
  readonly reason: string;
  readonly taken: number;
  readonly standard: string;
  readonly quality: number;
}

function snapshot(luck: Chance, { quality, ...wish }: SnapshotWish): Record<string, unknown> {
  const seats = 45;
  const machines = Array.from({ length: seats }, (_, index) => `m-${wish.room}${index + 1}`);
  const verdicts: Record<string, Record<string, readonly string[]>> = {};
  for (const rule of SOUND) verdicts[rule] = { holds: [`room:${wish.room}`] };
  let broken = 0;
  for (const [rule, weight] of TROUBLES) {
    const isBroken = luck.is((1 - quality) * weight * 0.06);
    const count = isBroken ? luck.whole(1, 5) : 0;
    broken += count;
    verdicts[rule] = isBroken ? { broken: machines.slice(0, count) } : { holds: [`room:${wish.room}`] };
  }
  const isUnknown = broken === 0 && luck.is(0.05);
  const readiness = broken > 0 ? 'not-ready' : isUnknown ? 'unknown' : 'ready';
  return {
    ...wish,
    by: null,
    standing: 'before',
    readiness,
    meets: readiness,
    falling: { broken, unknown: isUnknown ? 1 : 0 },
    machines: { ready: seats - broken, 'not-ready': broken, unknown: isUnknown ? 1 : 0 },
    verdicts,
    coming: 0,
    evidence: { witnessed: 20, claimed: 80 },
    seats: {},
    hash: NO_ENTRY,
  };
}

function incident(luck: Chance, writer: Writer): void {
  const [rule] = luck.one(TROUBLES);
  const id = `i-${luck.whole(0, 0xffffff).toString(16)}`;
  const subject = `m-A${luck.whole(1, 45)}`;
  writer.write('incident', subject, { id, change: 'opened', kind: 'broken', urgency: 'urgent' }, rule);
  writer.write('incident', subject, { id, change: 'acknowledged', by: 'a-demo' }, rule);
  writer.write('incident', subject, { id, change: 'closed' }, rule);
}

interface Writer {
  readonly publicKey: string;
  readonly lines: readonly Line[];
  now(): number;
  /** Never back. */
  at(wall: number): void;
  write(kind: EntryKind, subject: string | null, body: Record<string, unknown>, rule?: string): void;
  head(): void;
}

function createWriter(site: string, from: number): Writer {
  const { privateKey, publicKey: pub } = generateKeyPairSync('ed25519');
  const publicKey = pub.export({ format: 'der', type: 'spki' }).toString('base64url');
  const lines: Line[] = [];
  let wall = from;

  const writer: Writer = {
    publicKey,
    lines,
    now: () => wall,
    at: (to) => void (wall = Math.max(wall, to)),
    write(kind, subject, body, rule) {
      wall += 1_000;
      const before = lines.at(-1);
      const line = {
        site,
        n: (before?.n ?? 0) + 1,
        at: wall,
        recordedAt: wall,
        monotonic: wall - from,
        kind,
        subject,
        rule: rule ?? null,
        late: false,
        text: canonical(body),
        previous: before?.hash ?? NO_ENTRY,
      };
      lines.push({ ...line, hash: entryHash(line) });
    },
    head() {
      const { n, hash } = lines.at(-1)!;
      const signature = sign(null, Buffer.from(headText({ site, n, hash, at: wall })), privateKey).toString(
        'base64url',
      );
      writer.write('head', null, { n, hash, at: wall, key: publicKey, signature });
    },
  };
  return writer;
}
