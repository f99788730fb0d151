import type { Entry, EntryKind, History } from './history.ts';

const PAGE = 1_000;

/** Every entry of these kinds, the oldest first, a page at a time: the loop and the memory stay free whatever their number. */
export async function* everyEntry(
  history: Pick<History, 'entries'>,
  kinds: readonly EntryKind[],
): AsyncGenerator<Entry> {
  for (let after: number | null = 0; after !== null;) {
    const { rows, next } = await history.entries({ kinds, after, limit: PAGE });
    yield* rows;
    after = next;
  }
}
