import type { Bilingual } from '../../agent/probe.ts';

/**
 * The world's refusals as values: what a promise of the journal or the record is rejected with. The beat goes on; what
 * was refused was not written, not even in part, and may be given again.
 */

/**
 * `full` no space left · `io` the disk failed · `busy` too much waits already · `closed` it is closed · `died` its thread
 * ended by a fault of ours: only a new process helps · `behind` an earlier batch was refused and this one would have left a hole · `bad` a value that cannot be stored
 */
export type RefusalCode = 'full' | 'io' | 'busy' | 'closed' | 'died' | 'behind' | 'bad';

export class JournalRefused extends Error {
  override readonly name = 'JournalRefused';
  readonly code: RefusalCode;

  constructor(code: RefusalCode, message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}

export class HistoryRefused extends Error {
  override readonly name = 'HistoryRefused';
  readonly code: RefusalCode;

  constructor(code: RefusalCode, message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}

/** A query that asked for too much: more rows or more time than any screen or report needs. Ask for less. */
export class QueryRefused extends Error {
  override readonly name = 'QueryRefused';
  readonly code: 'rows' | 'time' | 'busy';

  constructor(code: QueryRefused['code'], message: string) {
    super(message);
    this.code = code;
  }
}

/** A file that cannot be used as it is, and why: damaged, another program's, a newer version's, in use. Nothing goes on with it until a person has looked. */
export class Unusable extends Error {
  override readonly name = 'Unusable';
  readonly file: string;
  readonly said: Bilingual;

  /** @param said without the file's name */
  constructor(file: string, said: Bilingual, cause?: unknown) {
    super(`${file}: ${said.en}`, { cause });
    this.file = file;
    this.said = said;
  }

  /** With the file's name, as its message. */
  get words(): Bilingual {
    return { zh: `${this.file}：${this.said.zh}`, en: this.message };
  }
}

/** Whether a system error says that there is no space: disk full, quota reached, file too large. */
export function isFull(error: unknown): boolean {
  const code = (error as { readonly code?: unknown } | null)?.code;
  return code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG';
}
