import type { FastifyBaseLogger as Log } from 'fastify';
import { forgetRestored, readRestored } from './backup.ts';
import type { Seal } from './record/seal.ts';
import type { Write } from './write.ts';

/** Keeps the record sealed while the collector runs: at its start, each hour, at every snapshot and at its end. */
export interface Sealing {
  /** The record first says which key signs, and that it went on from a backup if it did. Never rejects. */
  start(known: string | null): Promise<void>;
  /** Signs where the record stands; what cannot be signed now is signed an hour later at the latest. */
  seal(): Promise<void>;
  /**
   * The last head; waits for a disk that refuses no longer than `limitMs`.
   * @param last resolves once the last entry is durable, which the head is to cover
   */
  stop(last: Promise<void>, limitMs: number): Promise<void>;
}

export const SEAL_MS = 3_600_000;

export function createSealing(data: string, seal: Seal, write: Write, log: Log): Sealing {
  const sealNow = async (): Promise<void> => {
    try {
      await seal.head();
    } catch (error) {
      log.error({ err: error }, 'the record could not be signed');
    }
  };

  return {
    async start(known) {
      try {
        await seal.begin(known);
        const restored = await readRestored(data);
        if (restored) {
          await write.keep([], [write.entry('collector', null, { change: 'restored', ...restored })]);
          await forgetRestored(data);
        }
        await seal.head();
      } catch (error) {
        log.error({ err: error }, 'the record’s key could not be written into it');
      }
    },
    seal: sealNow,
    async stop(last, limitMs) {
      const late = new Promise<void>((resolve) => setTimeout(resolve, limitMs).unref());
      await Promise.race([last.then(sealNow), late]);
    },
  };
}
