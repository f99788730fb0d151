import type { EntryDraft, History, Kept } from '../history/history.ts';
import { headText, rotationText, type SignedHead } from './head.ts';
import type { KeyFolder, RecordKey } from './key.ts';

/** Signs where the record stands, and keeps the record's own account of the keys it was signed with. */
export interface Seal {
  readonly key: () => RecordKey;
  /**
   * Says in the record which key signs, if it does not say so yet: the first one, one that a rotation made, or one that
   * stands where another was lost. To be awaited before the first head.
   */
  begin(known: string | null): Promise<void>;
  /** Signs what is durable now and writes the signature as an entry; one at a time. */
  head(): Promise<SignedHead>;
  /** A new key, which the old one vouches for. */
  rotate(by: string): Promise<RecordKey>;
}

export interface SealParts {
  readonly site: string;
  readonly keys: KeyFolder;
  readonly history: Pick<History, 'head'>;
  readonly clock: { now(): { readonly wall: number } };
  /** Durable when it resolves. */
  readonly write: (keep: readonly Kept[], entries: readonly EntryDraft[]) => Promise<void>;
  readonly entry: (kind: 'key' | 'head', subject: null, body: EntryDraft['body']) => EntryDraft;
}

/** What the last entry of the kind `key` says, kept so that a start need not search the record for it. */
export const KEPT_KEY = { kind: 'record-key', id: 'current' } as const;

export function createSeal({ site, keys, history, clock, write, entry }: SealParts): Seal {
  let queue: Promise<unknown> = Promise.resolve();

  function inTurn<T>(step: () => Promise<T>): Promise<T> {
    const done = queue.then(step);
    queue = done.catch(() => undefined);
    return done;
  }

  function tell(body: Record<string, unknown>, key: string): Promise<void> {
    return write([{ ...KEPT_KEY, value: key }], [entry('key', null, { ...body, key })]);
  }

  return {
    key: () => keys.current,
    begin: (known) =>
      inTurn(async () => {
        // A rotation was written, and the process ended before its key was in its place.
        if (known !== null && keys.next?.publicKey === known) await keys.adoptNext();
        const { publicKey } = keys.current;
        if (known === publicKey) return;
        await tell(known === null ? { change: 'first' } : { change: 'lost', previous: known }, publicKey);
      }),
    head: () =>
      inTurn(async () => {
        const { n, hash } = await history.head();
        const head = { site, n, hash, at: clock.now().wall };
        const { publicKey: key } = keys.current;
        const signed = { ...head, key, signature: keys.current.sign(headText(head)) };
        const { site: _site, ...body } = signed;
        await write([], [entry('head', null, body)]);
        return signed;
      }),
    rotate: (by) =>
      inTurn(async () => {
        const { publicKey: previous } = keys.current;
        const { publicKey: next } = await keys.makeNext();
        const signature = keys.current.sign(rotationText(site, next));
        await tell({ change: 'rotated', previous, signature, by }, next);
        return keys.adoptNext();
      }),
  };
}
