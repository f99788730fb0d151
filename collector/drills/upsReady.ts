import type { Bilingual } from '../../agent/probe.ts';
import type { Session } from '../sessions/session.ts';
import { CHECKS, type CheckWord } from './upsTexts.ts';
import type { UpsLook } from './upsDrill.ts';

/** One condition of a drill: met or not, and what was seen. */
export interface Check {
  readonly word: CheckWord;
  readonly ok: boolean;
  readonly text: Bilingual;
  /** What was seen, where that says more. */
  readonly seen: Bilingual | null;
}

export interface Situation {
  readonly isNamed: boolean;
  readonly isIdle: boolean;
  /** Roles server and standby that it feeds. */
  readonly servers: readonly string[];
  readonly look: UpsLook;
  readonly isReadable: boolean;
  /** Something of `ups.*` that must not be: bypass, overload, alarm … */
  readonly troubles: readonly string[];
  /** Minutes of the last 24 hours without a reading, and on battery. */
  readonly unknownMinutes: number;
  readonly batteryMinutes: number;
  readonly examLoad: number | null;
  readonly sessions: readonly Session[];
  readonly rechargeMs: number;
  readonly afterMs: number;
  readonly wall: number;
}

const FULL = 0.99;
/** A collector or its reader may have been restarted. */
const MOST_UNKNOWN_MINUTES = 60;
const LOAD_SLACK = 0.95;
/** The drill itself, with an hour for what comes between. */
const DRILL_MS = 3 * 3_600_000;

/** Every condition, in the order in which a person meets them. Pure. */
export function checksOf(at: Situation): readonly Check[] {
  const { look, servers, examLoad } = at;
  const offline = servers.filter((machine) => !look.online.has(machine));
  const exam = examInTheWay(at);
  return [
    check('device', at.isNamed, null),
    check('idle', at.isIdle, null),
    check(
      'servers',
      servers.length > 0 && offline.length === 0,
      offline.length === 0 ? null : said(offline.join(', '), '不在线：', 'not linked: '),
    ),
    check('readable', at.isReadable, null),
    check(
      'mains',
      look.onBattery === false && at.troubles.length === 0,
      at.troubles.length === 0 ? null : said(at.troubles.join(', ')),
    ),
    check('charge', look.charge !== null && look.charge >= FULL, percent(look.charge)),
    check(
      'rested',
      at.batteryMinutes === 0 && at.unknownMinutes <= MOST_UNKNOWN_MINUTES,
      at.batteryMinutes > 0
        ? minutes(at.batteryMinutes, '24 小时内曾由电池供电：', 'on battery within 24 hours: ')
        : at.unknownMinutes > MOST_UNKNOWN_MINUTES
          ? minutes(at.unknownMinutes, '24 小时内没有读数的时间：', 'without a reading within 24 hours: ')
          : null,
    ),
    check('load', examLoad !== null && look.load !== null && look.load >= examLoad * LOAD_SLACK, percent(look.load)),
    check('sessions', exam === null, exam && { zh: `场次“${exam.title.zh}”`, en: `the session “${exam.title.en}”` }),
  ];
}

function minutes(n: number, zh: string, en: string): Bilingual {
  return { zh: `${zh}${n} 分钟`, en: `${en}${n} min` };
}

/** From the end of an exam's phases on, and so long before one that the battery is full again. */
function examInTheWay({ sessions, rechargeMs, afterMs, wall }: Situation): Session | null {
  const isInTheWay = ({ kind, startsAt, endsAt }: Session): boolean =>
    kind === 'exam' && endsAt !== null && wall < endsAt + afterMs && wall > startsAt - rechargeMs - DRILL_MS;
  return sessions.find(isInTheWay) ?? null;
}

function check(word: CheckWord, ok: boolean, seen: Bilingual | null): Check {
  return { word, ok, text: CHECKS[word], seen };
}

function said(what: string, zh = '', en = ''): Bilingual {
  return { zh: `${zh}${what}`, en: `${en}${what}` };
}

function percent(ratio: number | null): Bilingual | null {
  return ratio === null ? { zh: '未知', en: 'unknown' } : said(`${Math.round(ratio * 100)} %`);
}
