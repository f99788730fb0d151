import type { Reading } from '../history/reading.ts';
import type { OccurrenceKind } from '../people/kinds.ts';
import type { KeptOccurrence } from '../people/occurrences.ts';
import { sealOf } from '../people/person.ts';

/** What a person wrote down about a session: the entry, and its text as far as it is still there. */
export interface OccurrenceStory {
  readonly id: string;
  readonly session: string;
  readonly kind: OccurrenceKind;
  readonly happened: number;
  readonly recorded: number;
  readonly room: string | null;
  readonly seat: string | null;
  readonly expected: number | null;
  readonly attended: number | null;
  readonly by: unknown;
  readonly text: Words;
}

/** `altered`: the text is there and is not the one whose hash is in the record. */
export interface Words {
  readonly state: 'there' | 'none' | 'erased' | 'altered';
  readonly text: string;
}

/** Written into a session until a week after its end. */
const WRITTEN_LATE_MS = 8 * 86_400_000;

/** Those that stand: what was put right later is left out for what puts it right. In the order of their happening. */
export function occurrenceStories(reading: Reading, from: number, to: number): readonly OccurrenceStory[] {
  const stories = new Map<string, OccurrenceStory>();
  for (const { at, body } of reading.entries({ kinds: ['occurrence'], from, to: to + WRITTEN_LATE_MS })) {
    if (typeof body['corrects'] === 'string') stories.delete(body['corrects']);
    const id = String(body['id']);
    stories.set(id, {
      id,
      session: String(body['session']),
      kind: body['occurrence'] as OccurrenceKind,
      happened: Number(body['happened']),
      recorded: at,
      room: (body['room'] ?? null) as string | null,
      seat: (body['seat'] ?? null) as string | null,
      expected: (body['expected'] ?? null) as number | null,
      attended: (body['attended'] ?? null) as number | null,
      by: body['by'],
      text: wordsOf(reading, id, (body['text'] ?? null) as string | null),
    });
  }
  return [...stories.values()].sort((left, right) => left.happened - right.happened);
}

function wordsOf(reading: Reading, id: string, hash: string | null): Words {
  if (hash === null) return { state: 'none', text: '' };
  const kept = reading.keptOne('occurrence', id) as KeptOccurrence | null;
  // Its row stays when words are erased: somebody took it away, or broke it.
  if (!kept) return { state: 'altered', text: '' };
  if (kept.erasedAt !== undefined) return { state: 'erased', text: '' };
  const { text } = kept.occurrence;
  return { state: sealOf(kept.salt, text) === hash ? 'there' : 'altered', text };
}

export interface Attendance {
  readonly expected: number;
  readonly attended: number;
}

/** 应考 and 实考 of a session: the last word of each room, or of the whole where nobody counted room by room. */
export function attendanceOf(stories: readonly OccurrenceStory[]): ReadonlyMap<string | null, Attendance> {
  const byRoom = new Map<string | null, Attendance>();
  const counted = stories
    .filter(({ kind }) => kind === 'attendance')
    .sort((left, right) => left.recorded - right.recorded);
  for (const { room, expected, attended } of counted) {
    if (expected !== null && attended !== null) byRoom.set(room, { expected, attended });
  }
  return byRoom;
}

export function attendanceSum(byRoom: ReadonlyMap<string | null, Attendance>): Attendance | null {
  const rooms = [...byRoom].filter(([room]) => room !== null);
  if (rooms.length === 0) return byRoom.get(null) ?? null;
  return rooms.reduce(
    (sum, [, { expected, attended }]) => ({ expected: sum.expected + expected, attended: sum.attended + attended }),
    {
      expected: 0,
      attended: 0,
    },
  );
}
