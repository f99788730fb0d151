import type { FastifyRequest } from 'fastify';
import type { Entry, EntryQuery, History, Page } from '../history/history.ts';
import type { Session } from '../sessions/session.ts';
import type { Desk } from './desk.ts';
import { mustSee, visibleRooms } from './guard.ts';

/** Whoever asks for a room or a subject by name is told when it is not theirs; rows are left out without a word. */
export function mustSeeNamed(
  request: FastifyRequest,
  desk: Desk,
  { room, subject }: { readonly room?: string | undefined; readonly subject?: string | undefined },
): void {
  if (room !== undefined) mustSee(request, room);
  // A part is where its machine or device is.
  const { places } = desk;
  if (subject !== undefined) mustSee(request, places.room(subject) ?? places.room(subject.split('/', 1)[0]!));
}

/** An exam in several rooms says to a proctor of one of them only that it is in theirs. */
export function sessionFor(request: FastifyRequest, session: Session): readonly Session[] {
  const visible = visibleRooms(request);
  if (visible === null || session.rooms === 'all') return [session];
  const rooms = session.rooms.filter((room) => visible.includes(room));
  return rooms.length === 0 ? [] : [{ ...session, rooms }];
}

/** Pages read for one page of what somebody sees; where theirs are rarer, the page is short and `next` goes on. */
const MOST_PAGES_READ = 8;

/** A page of the entries that somebody sees. */
export async function seenEntries(
  history: History,
  query: EntryQuery,
  isSeen: (entry: Entry) => boolean,
): Promise<Page<Entry>> {
  const limit = query.limit ?? 200;
  const found: Entry[] = [];
  let page = await history.entries(query);
  for (let read = 1; ; read += 1) {
    for (const row of page.rows) {
      if (!isSeen(row)) continue;
      found.push(row);
      if (found.length === limit && row !== page.rows.at(-1)) return { rows: found, next: row.n };
    }
    if (page.next === null || found.length >= limit || read >= MOST_PAGES_READ) return { rows: found, next: page.next };
    page = await history.entries({ ...query, after: page.next });
  }
}
