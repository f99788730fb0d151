import { join } from 'node:path';
import type { Clock } from './clock.ts';
import type { MadeFrame } from './frame.ts';
import type { Frame, QueuedStream, Ranges } from './messages.ts';
import { own } from './own.ts';
import { contains } from './ranges.ts';
import type { Owner, StoredFrame } from './segment.ts';
import { Spool, type Spoolable } from './spool.ts';

export interface OutboxOptions {
  /** The agent's folder; null keeps everything in memory. */
  readonly dir: string | null;
  readonly clock: Clock;
  /** Of this process. */
  readonly stream: string;
  /** Whose frames these are, asked anew each time: a clone gets a key of its own while it runs. */
  readonly owner: () => Owner;
  readonly log: (line: string) => void;
  readonly limits?: Partial<OutboxLimits>;
}

export const OUTBOX_LIMITS = Object.freeze({
  /** On disk: an hour's outage is 2 MiB, a day's 30. */
  bytes: 64 * 1024 * 1024,
  /** Older readings say nothing about today's exam. */
  ageMs: 24 * 3_600_000,
  /** In memory, where the disk is full or forbidden: an hour or two. */
  memoryBytes: 4 * 1024 * 1024,
  /** One file. */
  segmentBytes: 1024 * 1024,
  /** A frame without an answer for so long goes to disk although the link is up. */
  unackedMs: 1_000,
  /** How often a disk that refused is tried again. */
  retryMs: 10_000,
});
export type OutboxLimits = { readonly [Name in keyof typeof OUTBOX_LIMITS]: number };

/**
 * Frames the collector has not acknowledged. In memory while the link is up and answers, on disk as soon as it does not;
 * bounded in bytes and age, the oldest lost first and counted. What the disk does is logged when it changes and never
 * thrown.
 */
export class Outbox {
  readonly #options: OutboxOptions;
  readonly #limits: OutboxLimits;
  readonly #spool: Spool | null;
  /** Not on disk, by seq, in order. */
  readonly #memory = new Map<number, Entry>();
  #memoryBytes = 0;
  #isUp = false;
  #isClosing = false;
  #flushing: Promise<void> | null = null;
  #cancel: (() => void) | null = null;
  /** Why the disk refused, and when it is tried again. */
  #refused: { readonly why: string; readonly until: number } | null = null;
  #dropped = 0;
  #foreign = 0;
  #counted = 0;

  constructor(options: OutboxOptions) {
    this.#options = options;
    this.#limits = { ...OUTBOX_LIMITS, ...options.limits };
    const { dir, clock, stream, owner } = options;
    const { segmentBytes } = this.#limits;
    const lost = (frames: number, again: boolean): void => this.#lost(frames, again);
    const foreign = (frames: number): void => this.#discarded(frames);
    this.#spool =
      dir === null ? null : new Spool({ dir: join(dir, 'outbox'), clock, stream, owner, segmentBytes, lost, foreign });
  }

  /** Takes over what earlier processes left; another identity's frames are discarded and counted. */
  async open(): Promise<void> {
    await this.#spool?.open();
    this.#enforce();
  }

  /** Frames not settled. */
  get frames(): number {
    return this.#memory.size + (this.#spool?.frames ?? 0);
  }

  /** Another identity's frames that were discarded. */
  get foreign(): number {
    return this.#foreign;
  }

  /** Frames lost since the last call, for the next frame's `dropped`. */
  takeDropped(): number {
    const dropped = this.#dropped;
    this.#dropped = 0;
    return dropped;
  }

  add({ frame, text }: MadeFrame): void {
    const since = this.#options.clock.now().monotonic;
    const entry: Entry = { frame: pick(frame), text, bytes: Buffer.byteLength(text), since };
    this.#memory.set(frame.seq, entry);
    this.#memoryBytes += entry.bytes;
    if (this.#isUp) this.#arm();
    else void this.#flush();
    this.#enforce();
  }

  /** These frames are kept or refused over there: they are never sent again. */
  settle(stream: string, ranges: Ranges): void {
    if (stream === this.#options.stream) {
      for (const seq of this.#memory.keys()) if (contains(ranges, seq)) this.#forget(seq);
    }
    this.#spool?.settle(stream, ranges);
    this.#gauge();
    // Nearly always: the answer comes before the disk is needed.
    if (this.#memory.size === 0) this.#disarm();
  }

  /** The oldest frame that is not among those sent, as it was made; null when all are. */
  async next(sent: (stream: string) => Ranges): Promise<StoredFrame | null> {
    const { stream, owner } = this.#options;
    const stored = (await this.#spool?.next(sent)) ?? null;
    this.#gauge();
    // A clone's frames were written under the key of the image; they are its own all the same.
    if (stored) return stored.frame.stream === stream ? { owner: owner(), frame: stored.frame } : stored;
    this.#spool?.unload();
    for (const [seq, { text }] of this.#memory) {
      if (!contains(sent(stream), seq)) return { owner: owner(), frame: JSON.parse(text) as Frame };
    }
    return null;
  }

  /** Streams with frames that are not settled, oldest first. */
  queued(): readonly QueuedStream[] {
    const spans = new Map<string, QueuedStream>();
    const add = (stream: string, from: number, to: number): void => {
      const known = spans.get(stream);
      spans.set(stream, { stream, from: Math.min(from, known?.from ?? from), to: Math.max(to, known?.to ?? to) });
    };
    for (const { stream, left } of this.#spool?.segments ?? []) {
      if (left.length > 0) add(stream, left[0]![0], left[left.length - 1]![1]);
    }
    for (const seq of this.#memory.keys()) add(this.#options.stream, seq, seq);
    return [...spans.values()];
  }

  linkUp(): void {
    this.#isUp = true;
    this.#arm();
  }

  linkDown(): void {
    this.#isUp = false;
    this.#spool?.unload();
    void this.#flush();
  }

  /** The key was replaced: what earlier processes queued is another's now. */
  disown(): void {
    this.#spool?.disown();
    this.#gauge();
  }

  /** Everything goes to disk. */
  async close(): Promise<void> {
    this.#isClosing = true;
    this.#disarm();
    this.#refused = null;
    await this.#flushing;
    await this.#flush();
    await this.#spool?.close();
    own.outboxFrames -= this.#counted;
    this.#counted = 0;
  }

  /** Waits until the oldest entry has to be on disk, or the disk may be tried again. */
  #arm(): void {
    if (this.#cancel || this.#isClosing || this.#memory.size === 0 || !this.#spool) return;
    const waitMs = this.#refused ? this.#limits.retryMs : this.#limits.unackedMs;
    const act = (): void => {
      this.#cancel = null;
      void this.#flush();
    };
    this.#cancel = this.#options.clock.after(waitMs, act, { late: LATE_MS });
  }

  #disarm(): void {
    this.#cancel?.();
    this.#cancel = null;
  }

  #flush(): Promise<void> {
    this.#flushing ??= this.#writeAll().finally(() => {
      this.#flushing = null;
      this.#enforce();
      this.#arm();
    });
    return this.#flushing;
  }

  async #writeAll(): Promise<void> {
    for (let batch = this.#wanted(); batch.length > 0; batch = this.#wanted()) {
      const why = await this.#spool!.write(batch, ({ frame }) => this.#forget(frame.seq));
      const now = this.#options.clock.now().monotonic;
      if (why !== null && this.#refused?.why !== why) {
        this.#options.log(
          `待发数据暂存在内存，磁盘拒绝写入 · outbox: frames stay in memory, the disk refuses them: ${why}`,
        );
      }
      if (why === null && this.#refused) this.#options.log('磁盘恢复写入 · outbox: the disk takes frames again');
      this.#refused = why === null ? null : { why, until: now + this.#limits.retryMs };
      this.#gauge();
    }
  }

  /** Entries that have to be on disk by now, as many as one write takes. */
  #wanted(): readonly Entry[] {
    const now = this.#options.clock.now().monotonic;
    if (!this.#spool || (this.#refused && now < this.#refused.until)) return [];
    const all = this.#isClosing || !this.#isUp;
    const wanted: Entry[] = [];
    let bytes = 0;
    for (const entry of this.#memory.values()) {
      if ((!all && now - entry.since < this.#limits.unackedMs) || bytes > WRITE_BYTES) break;
      wanted.push(entry);
      bytes += entry.bytes;
    }
    return wanted;
  }

  #enforce(): void {
    const { bytes, ageMs, memoryBytes } = this.#limits;
    this.#spool?.enforce(bytes, ageMs);
    const now = this.#options.clock.now().monotonic;
    for (const [seq, { frame, since }] of this.#memory) {
      if (this.#memoryBytes <= memoryBytes && now - since <= ageMs) break;
      this.#forget(seq);
      this.#lost(frame.dropped ?? 0, true);
      this.#lost(1, false);
    }
    this.#gauge();
  }

  #lost(frames: number, again: boolean): void {
    this.#dropped += frames;
    if (!again) own.outboxDropped += frames;
  }

  #discarded(frames: number): void {
    if (frames === 0) return;
    this.#foreign += frames;
    this.#options.log(`outbox: ${frames} frames of another machine discarded`);
  }

  /** False when it was forgotten before. */
  #forget(seq: number): boolean {
    this.#memoryBytes -= this.#memory.get(seq)?.bytes ?? 0;
    return this.#memory.delete(seq);
  }

  /** The counter is a sum over all agents of the process. */
  #gauge(): void {
    if (this.#isClosing) return;
    own.outboxFrames += this.frames - this.#counted;
    this.#counted = this.frames;
  }
}

/** The disk may wait for a ping that wakes the agent anyway. */
const LATE_MS = 2_000;
/** One write, so that a slow disk is not held for long. */
const WRITE_BYTES = 256 * 1024;

interface Entry extends Spoolable {
  readonly bytes: number;
  /** Monotonic ms of its making. */
  readonly since: number;
}

/** Without the contents: memory holds their text already. */
function pick({ seq, at, dropped }: Frame): Entry['frame'] {
  return dropped === undefined ? { seq, at } : { seq, at, dropped };
}
