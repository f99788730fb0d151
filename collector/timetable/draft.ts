import type { Bilingual } from '../../agent/probe.ts';
import type { LineFault } from '../sheet/csv.ts';
import type { Session } from '../sessions/session.ts';

export type Wish = Omit<Session, 'id'>;
export type Fault = LineFault;

/** A session as a file asks for it, and where. */
export interface Draft {
  readonly line: number;
  readonly column: string | null;
  readonly wish: Wish;
}

/** Some years of one site; what is longer is another kind of file. */
export const MOST_SESSIONS = 1_000;

export const tooMany = (line: number): Fault => ({
  line,
  column: null,
  message: {
    zh: `超过 ${MOST_SESSIONS} 场；请检查是否选错了文件，或分几次导入`,
    en: `more than ${MOST_SESSIONS} sessions; check that it is the right file, or import it in parts`,
  },
});

/** What a file says of one exam, in words. */
export interface Said {
  readonly title: string;
  /** `A、B` */
  readonly rooms: string;
  readonly startsAt: number;
  readonly endsAt: number;
  /** `80`; in several rooms `A=40、B=40` or `40、40`. */
  readonly candidates: string;
  readonly subjects?: string | undefined;
  readonly level?: string | undefined;
}

type Key = 'title' | 'rooms' | 'candidates' | 'subjects' | 'level';

const LONGEST = 100;
const MOST_ROOMS = 200;
const MOST_CANDIDATES = 10_000;
/** As the console and the API take a room's name. */
const ROOM = /^[^/\s"\\\p{C}]{1,32}$/u;

export function exam(said: Said): {
  readonly wish: Wish;
  readonly faults: readonly { readonly key: Key; readonly message: Bilingual }[];
} {
  const faults: { key: Key; message: Bilingual }[] = [];
  const rooms = listed(said.rooms);
  const wrong = rooms.find((room) => !ROOM.test(room));
  if (rooms.length === 0 || rooms.length > MOST_ROOMS || wrong !== undefined)
    faults.push({ key: 'rooms', message: wrongRoom(wrong ?? said.rooms) });
  const counts = countsOf(said.candidates, rooms);
  if ('message' in counts) faults.push({ key: 'candidates', message: counts.message });
  for (const key of ['title', 'subjects', 'level'] as const)
    if ((said[key] ?? '').length > LONGEST) faults.push({ key, message: TOO_LONG });
  const byRoom = 'message' in counts ? {} : counts.byRoom;
  const wish: Wish = {
    kind: 'exam',
    title: { zh: said.title, en: said.title },
    rooms,
    startsAt: said.startsAt,
    endsAt: said.endsAt,
    candidates: Object.values(byRoom).reduce((sum, count) => sum + count, 0),
    ...(rooms.length > 1 ? { byRoom } : {}),
    ...(said.subjects === undefined ? {} : { subjects: listed(said.subjects) }),
    ...(said.level === undefined ? {} : { level: said.level }),
  };
  return { wish, faults };
}

function countsOf(
  text: string,
  rooms: readonly string[],
): { readonly byRoom: Record<string, number> } | { readonly message: Bilingual } {
  const parts = listed(text);
  const byRoom: Record<string, number> = {};
  for (const [index, part] of parts.entries()) {
    const found = /^(?:(.+?)\s*[=:：]\s*)?(\d{1,5})\s*人?$/.exec(part);
    const room = found?.[1] ?? rooms[index];
    const count = Number(found?.[2]);
    if (!found || room === undefined || !rooms.includes(room) || byRoom[room] !== undefined)
      return { message: wrongCount(part, rooms) };
    if (count < 1 || count > MOST_CANDIDATES) return { message: wrongCount(part, rooms) };
    byRoom[room] = count;
  }
  const lacking = rooms.find((room) => byRoom[room] === undefined);
  return lacking === undefined ? { byRoom } : { message: noCount(lacking, rooms) };
}

/** Words that people put between several things in one cell. */
export function listed(text: string): string[] {
  return text
    .split(/[、,，;；|]/)
    .map((word) => word.trim())
    .filter((word) => word !== '');
}

const wrongRoom = (room: string): Bilingual => ({
  zh: `“${room}”不是考场名称：1–32 个字符，不含空格、斜线和引号，多个考场用、隔开`,
  en: `${JSON.stringify(room)} is no room’s name: 1 to 32 characters without blank, slash or quote; several with a comma between`,
});
const example = (rooms: readonly string[]): string =>
  rooms.length > 1 ? rooms.map((room) => `${room}=40`).join('、') : '40';
const wrongCount = (part: string, rooms: readonly string[]): Bilingual => ({
  zh: `“${part}”不是本场考场的人数；应为 ${example(rooms)}`,
  en: `${JSON.stringify(part)} says no number of candidates of these rooms; expected ${example(rooms)}`,
});
const noCount = (room: string, rooms: readonly string[]): Bilingual => ({
  zh: `没有写考场 ${room} 的人数；应为 ${example(rooms)}`,
  en: `how many sit in room ${room} is not said; expected ${example(rooms)}`,
});
const TOO_LONG: Bilingual = { zh: `超过 ${LONGEST} 个字符`, en: `more than ${LONGEST} characters` };
