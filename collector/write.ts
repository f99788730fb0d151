import type { Clock } from './clock.ts';
import { Refusal } from './console/guard.ts';
import type { EntryDraft, EntryKind, Kept } from './history/history.ts';
import type { Recorder } from './recorder.ts';

/** How changes by people become part of the record. */
export interface Write {
  /** Throws the refusal that `keep` would reject with now. */
  readonly check: () => void;
  /** Durable when it resolves. A person waits for the answer, so a disk that refuses is told at once. */
  readonly keep: (kept: readonly Kept[], entries: readonly EntryDraft[]) => Promise<void>;
  readonly entry: (kind: EntryKind, subject: string | null, body: EntryDraft['body']) => EntryDraft;
}

export function createWrite(recorder: Recorder, clock: Clock): Write {
  function check(): void {
    if (recorder.refusingSince() === null) return;
    throw new Refusal(503, 'record-refused', {
      zh: '记录无法写入磁盘，未做任何修改。请先清理采集器的磁盘空间。',
      en: 'The record cannot be written, so nothing was changed. Free space on the collector’s disk first.',
    });
  }

  return {
    check,
    async keep(kept, entries) {
      check();
      await recorder.write(kept, entries);
    },
    entry(kind, subject, body) {
      const now = clock.now();
      return { at: now.wall, monotonic: now.monotonic, kind, subject, rule: null, late: false, body };
    },
  };
}
