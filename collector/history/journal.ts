import { mkdir, open, rm, type FileHandle } from 'node:fs/promises';
import { isFull, JournalRefused } from './refused.ts';
import { encodeHead, encodeRound, HEAD_BYTES, RECORD_BYTES } from './record.ts';
import {
  createSegment,
  readSegment,
  recoverSegments,
  segmentFile,
  writeAll,
  type Recovered,
  type Segment,
  type Torn,
} from './segment.ts';

/**
 * The append-only journal of what arrived: texts numbered n = 1, 2, 3 … over segment files (`segment.ts` has their
 * bytes). What `append` resolved with survives a power cut; what it rejected is not there. After a kill or a power cut the
 * journal holds a prefix of what was given to it, at least up to the last n it resolved with.
 */
export interface Journal {
  /**
   * Resolves with the text's n once it is on the disk; it may be given in UTF-8. Texts given while a write is under way are written and synced
   * together after it. Rejects with `JournalRefused`; a later append works again as soon as the disk does.
   */
  append(text: string | Uint8Array): Promise<number>;
  /** What was on the disk at this call, from `fromN` on. Throws `Unusable` with file and byte where it cannot go on. */
  replay(fromN: number): AsyncIterable<Recorded>;
  /** Deletes the segments that hold nothing after `toN`; never the one that is being written. */
  cut(toN: number): Promise<void>;
  /** The last n on the disk; 0 for a new journal. */
  last(): number;
  bytes(): number;
  /** What a crash left half-written and `openJournal` cut off; to be logged. */
  readonly torn: Torn | null;
  /** After what was given before; later appends are refused. */
  close(): Promise<void>;
}

export interface Recorded {
  readonly n: number;
  readonly text: string;
}

export interface JournalOptions {
  /**
   * The last n the record already reflects. A journal that ends before it (a record restored from backup has none)
   * goes on after it, so that no n is used twice.
   */
  readonly after?: number;
  /** A segment that is larger is followed by a new one; 16 MiB when not given: some minutes of a large site. */
  readonly segmentBytes?: number;
}

const SEGMENT_BYTES = 16 * 1024 ** 2;
/** What may wait for the disk: about a minute of the largest site. */
const WAITING_BYTES = 64 * 1024 ** 2;
const WAITING_TEXTS = 10_000;
const ROUND_BYTES = 8 * 1024 ** 2;

export async function openJournal(dir: string, options: JournalOptions = {}): Promise<Journal> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const journal = new FileJournal(dir, await recoverSegments(dir), options);
  await journal.open();
  return journal;
}

interface Waiting {
  readonly text: string | Uint8Array;
  readonly bytes: number;
  readonly resolve: (n: number) => void;
  readonly reject: (refused: JournalRefused) => void;
}

class FileJournal implements Journal {
  readonly torn: Torn | null;
  readonly #dir: string;
  readonly #segments: Segment[];
  readonly #segmentBytes: number;
  #waiting: Waiting[] = [];
  #waitingBytes = 0;
  #last: number;
  /** The last n that is in a segment; before `#last` only when `after` jumped ahead of the journal. */
  #before: number;
  #handle: FileHandle | null = null;
  /** A write may have left bytes after the segment's end that must go before the next one. */
  #unclean = false;
  /** The newest segment takes no more; the next round begins a new one. */
  #retire: boolean;
  #writing: Promise<void> | null = null;
  #closed = false;

  constructor(dir: string, { segments, last, before, torn }: Recovered, { after = 0, segmentBytes }: JournalOptions) {
    this.#dir = dir;
    this.#segments = segments;
    this.#last = Math.max(last, after);
    this.#before = before;
    this.#retire = after > last;
    this.#segmentBytes = segmentBytes ?? SEGMENT_BYTES;
    this.torn = torn;
  }

  async open(): Promise<void> {
    const newest = this.#segments.at(-1);
    if (newest) this.#handle = await open(newest.file, 'r+');
  }

  append(text: string | Uint8Array): Promise<number> {
    const bytes = RECORD_BYTES + Buffer.byteLength(text);
    if (this.#closed) return Promise.reject(new JournalRefused('closed', `${this.#dir}: the journal is closed`));
    if (this.#waiting.length >= WAITING_TEXTS || (this.#waitingBytes + bytes > WAITING_BYTES && this.#waiting.length)) {
      const waits = `${this.#waiting.length} records of ${this.#waitingBytes} bytes wait for the disk`;
      return Promise.reject(new JournalRefused('busy', `${this.#dir}: ${waits}`));
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ text, bytes, resolve, reject });
      this.#waitingBytes += bytes;
      this.#writing ??= this.#write();
    });
  }

  replay(fromN: number): AsyncGenerator<Recorded> {
    return replaySegments(
      this.#segments.map((segment) => ({ ...segment })),
      fromN,
    );
  }

  async cut(toN: number): Promise<void> {
    while (this.#segments.length > 1 && this.#segments[1]!.first <= toN + 1) {
      const [oldest] = this.#segments.splice(0, 1);
      await rm(oldest!.file, { force: true });
    }
  }

  last(): number {
    return this.#last;
  }

  bytes(): number {
    return this.#segments.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#writing;
    await this.#handle?.close();
    this.#handle = null;
  }

  async #write(): Promise<void> {
    while (this.#waiting.length > 0) {
      const round = this.#take();
      const texts = round.map(({ text }) => text);
      const first = this.#last + 1;
      try {
        await this.#put(encodeRound(texts, first));
        this.#last = this.#before = this.#last + round.length;
        round.forEach(({ resolve }, index) => resolve(first + index));
      } catch (error) {
        const code = isFull(error) ? 'full' : 'io';
        for (const { reject } of round) reject(new JournalRefused(code, `${this.#dir}: ${String(error)}`, error));
      }
    }
    this.#writing = null;
  }

  #take(): Waiting[] {
    let bytes = 0;
    let count = 0;
    while (count < this.#waiting.length && (count === 0 || bytes + this.#waiting[count]!.bytes <= ROUND_BYTES)) {
      bytes += this.#waiting[count++]!.bytes;
    }
    this.#waitingBytes -= bytes;
    return this.#waiting.splice(0, count);
  }

  /** One write and one sync; on failure nothing of it stays. */
  async #put(round: Buffer): Promise<void> {
    const segment = await this.#ready();
    const handle = this.#handle!;
    this.#unclean = true;
    try {
      await writeAll(handle, round, segment.bytes);
      // After a failed sync the kernel may call pages clean that never reached the disk: such a file takes no more.
      this.#retire = true;
      await handle.datasync();
    } catch (error) {
      await this.#clean().catch(() => {});
      throw error;
    }
    this.#retire = this.#unclean = false;
    segment.bytes += round.length;
  }

  /** The segment that takes the next round, clean and open. */
  async #ready(): Promise<Segment> {
    await this.#clean();
    const newest = this.#segments.at(-1);
    if (this.#handle && newest && !this.#retire && newest.bytes < this.#segmentBytes) return newest;
    return this.#begin();
  }

  /** Takes back what a failed write left; while even that fails, nothing is written. */
  async #clean(): Promise<void> {
    if (!this.#unclean) return;
    await this.#handle!.truncate(this.#segments.at(-1)!.bytes);
    this.#unclean = false;
  }

  async #begin(): Promise<Segment> {
    const first = this.#last + 1;
    await this.#handle?.close();
    this.#handle = null;
    // Its first sync failed: a segment without a record gives up its name.
    if (this.#segments.at(-1)?.first === first) await rm(this.#segments.pop()!.file, { force: true });
    const file = segmentFile(this.#dir, first);
    this.#handle = await createSegment(file, encodeHead(first, this.#before));
    this.#retire = false;
    const segment = { file, first, bytes: HEAD_BYTES };
    this.#segments.push(segment);
    return segment;
  }
}

async function* replaySegments(segments: readonly Segment[], fromN: number): AsyncGenerator<Recorded> {
  let last: number | null = null;
  for (const [index, segment] of segments.entries()) {
    const next = segments[index + 1]?.first ?? Infinity;
    if (next <= fromN) continue;
    const { content, before, records } = await readSegment(segment, last, next);
    last = before;
    for (const { n, from, to } of records) {
      last = n;
      if (n >= fromN) yield { n, text: content.toString('utf8', from, to) };
    }
  }
}
