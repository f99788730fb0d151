import type { History } from '../history/history.ts';
import { exportRecord } from './exportRecord.ts';
import type { SignedHead } from './head.ts';
import { keyLine, type RecordKey } from './key.ts';
import type { Seal } from './seal.ts';

/** What people and commands may ask of the signed record. */
export interface RecordDesk {
  /** The line that the organization keeps to check the record with. */
  keyLine(): string;
  /** Signs where the record stands now. */
  head(): Promise<SignedHead>;
  /** The whole record as a file, in pieces; begins with a head signed just before. */
  export(): AsyncGenerator<string>;
  /** @param by an account's id, or who else asked */
  rotate(by: string): Promise<RecordKey>;
}

export function createRecordDesk(
  site: string,
  seal: Seal,
  history: Pick<History, 'head' | 'entries'>,
  clock: { now(): { readonly wall: number } },
): RecordDesk {
  return {
    keyLine: () => keyLine(site, seal.key().publicKey),
    head: () => seal.head(),
    async *export() {
      await seal.head();
      yield* exportRecord(history, { site, key: seal.key(), now: clock.now().wall });
    },
    rotate: (by) => seal.rotate(by),
  };
}
