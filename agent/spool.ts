import { promises as fs } from 'node:fs';
import type { Clock } from './clock.ts';
import { PRIVATE_FILE, PRIVATE_FOLDER, remove } from './files.ts';
import type { Ranges } from './messages.ts';
import { contains, count, without } from './ranges.ts';
import {
  enter,
  framesOf,
  index,
  lineOf,
  newSegment,
  readFolder,
  type Owner,
  type Segment,
  type StoredFrame,
} from './segment.ts';

export interface SpoolOptions {
  /** Where the segments lie. */
  readonly dir: string;
  readonly clock: Clock;
  /** Of this process: it appends to files of this stream only, so that several processes may share the folder. */
  readonly stream: string;
  /** Asked anew each time: a clone gets a key of its own while it runs. */
  readonly owner: () => Owner;
  readonly segmentBytes: number;
  /** Frames that are lost; `again` when they were counted before, but the frame that said so is lost as well. */
  readonly lost: (frames: number, again: boolean) => void;
  /** Another identity's frames, discarded. */
  readonly foreign: (frames: number) => void;
}

/** What is written: the frame's text, and what the index needs of it. */
export interface Spoolable {
  readonly text: string;
  readonly frame: { readonly seq: number; readonly at: number; readonly dropped?: number };
}

/** The part of the outbox that lies on disk, as files that are appended to, sent from and deleted as a whole. */
export class Spool {
  readonly #options: SpoolOptions;
  /** Oldest first; the last one may be `#active`. */
  #segments: readonly Segment[] = [];
  #active: { readonly segment: Segment; readonly file: fs.FileHandle } | null = null;
  #loaded: { readonly segment: Segment; readonly bytes: number; readonly frames: Loaded } | null = null;
  #number = 0;
  /** What touches files goes one after the other. */
  #work: Promise<unknown> = Promise.resolve();

  constructor(options: SpoolOptions) {
    this.#options = options;
  }

  /** Takes over what earlier processes left. */
  async open(): Promise<void> {
    const { segments, foreign } = await readFolder(this.#options.dir, this.#options.owner());
    this.#options.foreign(foreign);
    this.#segments = [...segments, ...this.#segments];
    for (const segment of segments) this.#tidy(segment);
    await this.#work;
  }

  get segments(): readonly Pick<Segment, 'stream' | 'left'>[] {
    return this.#segments;
  }

  get frames(): number {
    return this.#segments.reduce((sum, { left }) => sum + count(left), 0);
  }

  /**
   * Appends frames of this process and says why it could not, or null. `kept` is asked about each frame at the end: false
   * for one that was settled meanwhile.
   */
  write<Item extends Spoolable>(batch: readonly Item[], kept: (item: Item) => boolean): Promise<string | null> {
    return this.#queue(async () => {
      const lines = Buffer.from(batch.map(({ text }) => lineOf(this.#options.owner(), text)).join(''));
      try {
        const { segment, file } = await this.#current();
        await file.appendFile(lines);
        segment.bytes += lines.length;
        segment.writtenAt = this.#options.clock.now().monotonic;
        if (segment.gone) return 'the file was given up while it was written to';
        for (const item of batch) if (kept(item)) enter(segment, item.frame);
        this.#tidy(segment);
        return null;
      } catch (error) {
        await this.#cutOff();
        return (error as Error).message;
      }
    });
  }

  settle(stream: string, ranges: Ranges): void {
    for (const segment of this.#segments) {
      if (segment.stream !== stream) continue;
      segment.left = without(segment.left, ranges);
      this.#tidy(segment);
    }
  }

  /** The oldest frame that is not among those sent; null when all are. */
  async next(sent: (stream: string) => Ranges): Promise<StoredFrame | null> {
    for (;;) {
      const unsent = (segment: Segment): Ranges => without(segment.left, sent(segment.stream));
      const segment = this.#segments.find((candidate) => unsent(candidate).length > 0);
      if (!segment) return null;
      const seq = unsent(segment)[0]![0];
      const frames = await this.#load(segment);
      if (segment.gone || !contains(segment.left, seq)) continue;
      const stored = frames?.get(seq);
      if (stored) return stored;
      // Somebody removed or spoiled the file.
      this.#lose(segment, frames === null ? segment.left : [[seq, seq]]);
    }
  }

  /** Nothing more is read for now. */
  unload(): void {
    this.#loaded = null;
  }

  /** Loses the oldest files until the rest is small and young enough. */
  enforce(mostBytes: number, mostAgeMs: number): void {
    const { wall, monotonic } = this.#options.clock.now();
    // A process that ended knew another monotonic clock.
    const age = ({ writtenAt, newestAt }: Segment): number =>
      writtenAt === null ? wall - newestAt : monotonic - writtenAt;
    let bytes = this.#segments.reduce((sum, segment) => sum + segment.bytes, 0);
    for (const segment of this.#segments) {
      if (bytes <= mostBytes && age(segment) <= mostAgeMs) break;
      bytes -= segment.bytes;
      this.#lose(segment, segment.left);
    }
  }

  /** What earlier processes left is another's now. */
  disown(): void {
    for (const segment of this.#segments) {
      if (segment.stream === this.#options.stream) continue;
      this.#options.foreign(count(segment.left));
      segment.left = [];
      this.#tidy(segment);
    }
  }

  async close(): Promise<void> {
    await this.#queue(() => this.#seal());
  }

  async #current(): Promise<{ readonly segment: Segment; readonly file: fs.FileHandle }> {
    const { dir, stream, segmentBytes, clock } = this.#options;
    if (this.#active && !this.#active.segment.gone && this.#active.segment.bytes < segmentBytes) return this.#active;
    await this.#seal();
    await fs.mkdir(dir, { recursive: true, mode: PRIVATE_FOLDER });
    const segment = newSegment(dir, stream, ++this.#number);
    const file = await fs.open(segment.path, 'ax', PRIVATE_FILE);
    segment.writtenAt = clock.now().monotonic;
    this.#segments = [...this.#segments, segment];
    return (this.#active = { segment, file });
  }

  /** What half a write left behind is cut off, so that the file still ends in a whole line. */
  async #cutOff(): Promise<void> {
    const active = this.#active;
    if (!active) return;
    await active.file.truncate(active.segment.bytes).catch(() => undefined);
    await this.#seal();
    this.#tidy(active.segment);
  }

  /** Ends the file that is written to; the next frame begins another. */
  async #seal(): Promise<void> {
    const active = this.#active;
    this.#active = null;
    if (!active) return;
    await active.file.datasync().catch(() => undefined);
    await active.file.close().catch(() => undefined);
  }

  async #load(segment: Segment): Promise<Loaded> {
    if (this.#loaded?.segment === segment && this.#loaded.bytes === segment.bytes) return this.#loaded.frames;
    return this.#queue(async () => {
      const frames = await framesOf(segment);
      this.#loaded = { segment, bytes: segment.bytes, frames };
      return frames;
    });
  }

  #lose(segment: Segment, ranges: Ranges): void {
    for (const [seq, dropped] of segment.dropped) if (contains(ranges, seq)) this.#options.lost(dropped, true);
    this.#options.lost(count(ranges), false);
    segment.left = without(segment.left, ranges);
    this.#tidy(segment);
  }

  /** Deletes the file when nothing is left in it, unless another process has written to it meanwhile. */
  #tidy(segment: Segment): void {
    if (segment.left.length > 0 || segment.gone) return;
    segment.gone = true;
    this.#segments = this.#segments.filter((other) => other !== segment);
    void this.#queue(async () => {
      if (this.#active?.segment === segment) await this.#seal();
      if (segment.writtenAt === null && (await hasGrown(segment))) {
        this.#options.foreign(await index(segment, this.#options.owner()));
        segment.gone = segment.left.length === 0;
        if (!segment.gone) this.#segments = [segment, ...this.#segments];
      }
      if (segment.gone) await remove(segment.path);
    });
  }

  #queue<Result>(job: () => Promise<Result>): Promise<Result> {
    const result = this.#work.then(job);
    this.#work = result;
    return result;
  }
}

type Loaded = ReadonlyMap<number, StoredFrame> | null;

async function hasGrown({ path, bytes }: Segment): Promise<boolean> {
  const about = await fs.stat(path).catch(() => null);
  return about !== null && about.size > bytes;
}
