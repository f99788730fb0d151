import type { Bilingual } from '../../agent/probe.ts';
import { phaseOf, type PhaseTimes, type Session } from '../sessions/session.ts';
import type { OccurrenceKind } from './kinds.ts';
import { newSalt, sealOf } from './person.ts';
import type { Refused, Writing } from './roster.ts';
import { inTurn } from './turns.ts';

/** 考核情况记录: what a person saw in a session, dated and final. Its text names no candidate; the form says so. */
export interface Occurrence {
  /** `o-` and a number, counted over the whole site. */
  readonly id: string;
  readonly session: string;
  readonly kind: OccurrenceKind;
  /** When it happened, wall clock ms. */
  readonly at: number;
  readonly recordedAt: number;
  /** Account id */
  readonly by: string;
  readonly room: string | null;
  readonly seat: string | null;
  /** `''` once it was erased. */
  readonly text: string;
  /** 应考 and 实考, of the kind `attendance`. */
  readonly expected: number | null;
  readonly attended: number | null;
  /** The one that this one puts right: what was written stays. */
  readonly corrects: string | null;
}

export type OccurrenceWish = Omit<Occurrence, 'id' | 'recordedAt' | 'by'>;

/** As kept, under `occurrence`; the entry has the salted hash of the text, so that a name in it can be taken out. */
export interface KeptOccurrence {
  readonly salt: string;
  readonly occurrence: Occurrence;
  readonly erasedAt?: number;
}

export interface Occurrences {
  /** In the order in which they were written. */
  of(session: string): readonly KeptOccurrence[];
  add(wish: OccurrenceWish, account: string): Promise<Occurrence | Refused>;
  /** Takes a text that says too much out of the site; that there was one stays. */
  erase(id: string, account: string): Promise<boolean>;
  /** @param ids all that were ever given, also of what is not here any more */
  restore(kept: Iterable<KeptOccurrence>, ids?: readonly string[]): void;
}

/** After a session's own phases, for what is found when the papers are put in order. */
const WRITTEN_LATE_MS = 7 * 86_400_000;
const MOST_PER_SESSION = 2_000;

export function createOccurrences(
  { keep, entry }: Writing,
  sessions: () => readonly Session[],
  times: PhaseTimes,
  now: () => number,
): Occurrences {
  const byId = new Map<string, KeptOccurrence>();
  const turn = inTurn();
  let last = 0;

  const of = (session: string): KeptOccurrence[] =>
    [...byId.values()]
      .filter(({ occurrence }) => occurrence.session === session)
      .sort((left, right) => numberOf(left.occurrence.id) - numberOf(right.occurrence.id));

  function whyNot(wish: OccurrenceWish): Bilingual | null {
    const session = sessions().find(({ id }) => id === wish.session);
    if (!session) return { zh: `没有编号为 ${wish.session} 的场次`, en: `there is no session ${wish.session}` };
    const wall = now();
    if (wish.at > wall + 60_000) return { zh: '发生时间还没有到', en: 'that time has not come yet' };
    if (wish.at < session.startsAt - times.rehearsalMs) return TOO_EARLY;
    const end = session.endsAt ?? Infinity;
    if (phaseOf(session, wall, times) === null && wall > end + times.afterMs + WRITTEN_LATE_MS) return TOO_LATE;
    if (wish.room !== null && session.rooms !== 'all' && !session.rooms.includes(wish.room))
      return { zh: `考场 ${wish.room} 不在这个场次里`, en: `room ${wish.room} is not part of this session` };
    if (wish.kind === 'attendance' && (wish.expected === null || wish.attended === null)) return COUNTS;
    if (wish.kind === 'attendance' && wish.attended! > wish.expected!) return MORE_THAN_ALL;
    if (wish.kind !== 'attendance' && wish.text.trim() === '') return NO_TEXT;
    if (of(wish.session).length >= MOST_PER_SESSION) return TOO_MANY;
    return whyNotCorrect(wish);
  }

  function whyNotCorrect({ corrects, session }: OccurrenceWish): Bilingual | null {
    if (corrects === null) return null;
    if (byId.get(corrects)?.occurrence.session !== session)
      return { zh: `这个场次没有 ${corrects} 这条记录`, en: `this session has no occurrence ${corrects}` };
    const later = of(session).find(({ occurrence }) => occurrence.corrects === corrects)?.occurrence.id;
    if (later === undefined) return null;
    return {
      zh: `${corrects} 已由 ${later} 更正；请更正 ${later}`,
      en: `${later} corrects ${corrects}; correct ${later}`,
    };
  }

  return {
    of,
    add: (wish, account) =>
      turn(async () => {
        const refused = whyNot(wish);
        if (refused) return { refused };
        const counts = wish.kind === 'attendance' ? {} : { expected: null, attended: null };
        const occurrence = { ...wish, ...counts, id: `o-${last + 1}`, recordedAt: now(), by: account };
        const kept: KeptOccurrence = { salt: newSalt(), occurrence };
        const { id, session, kind, at, room, seat, expected, attended, corrects, text } = occurrence;
        const body = { id, session, occurrence: kind, room, seat, expected, attended, corrects, by: account };
        const draft = entry('occurrence', room === null ? null : `room:${room}`, {
          ...body,
          happened: at,
          text: text === '' ? null : sealOf(kept.salt, text),
        });
        await keep([{ kind: 'occurrence', id, value: kept }], [draft]);
        last += 1;
        byId.set(id, kept);
        return occurrence;
      }),
    erase: (id, account) =>
      turn(async () => {
        const kept = byId.get(id);
        if (!kept || kept.erasedAt !== undefined) return false;
        const erased = { salt: '', occurrence: { ...kept.occurrence, text: '' }, erasedAt: now() };
        await keep(
          [{ kind: 'occurrence', id, value: erased }],
          [entry('erasure', null, { what: 'occurrence', id, by: account })],
        );
        byId.set(id, erased);
        return true;
      }),
    restore(kept, ids = []) {
      for (const row of kept) byId.set(row.occurrence.id, row);
      for (const id of [...byId.keys(), ...ids]) if (ID.test(id)) last = Math.max(last, numberOf(id));
    },
  };
}

const ID = /^o-\d{1,15}$/;

function numberOf(id: string): number {
  return Number(id.slice('o-'.length));
}

const TOO_EARLY: Bilingual = {
  zh: '发生时间早于这个场次；请检查日期或场次',
  en: 'that is before this session; check the day or the session',
};
const TOO_LATE: Bilingual = {
  zh: '这个场次结束已超过 7 天，不能再写入情况记录',
  en: 'this session ended more than 7 days ago; nothing is written into it any more',
};
const COUNTS: Bilingual = { zh: '请填写应考人数和实考人数', en: 'give the number expected and the number that came' };
const MORE_THAN_ALL: Bilingual = {
  zh: '实考人数不能多于应考人数',
  en: 'no more candidates can have come than were expected',
};
const NO_TEXT: Bilingual = { zh: '请写明发生了什么', en: 'say what happened' };
const TOO_MANY: Bilingual = {
  zh: `一个场次最多 ${MOST_PER_SESSION} 条情况记录`,
  en: `a session has at most ${MOST_PER_SESSION} occurrences`,
};
