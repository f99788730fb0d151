import type { FastifyBaseLogger as Log } from 'fastify';
import type { Effects } from './beat.ts';
import { rawLines } from './readings.ts';
import type { Moment } from './clock.ts';
import type { Arrival } from './gateway/arrival.ts';
import type { Batch, EntryDraft, History, Kept, RawLine } from './history/history.ts';
import type { Journal } from './history/journal.ts';
import { RawText } from './history/rawText.ts';
import type { RefusalCode } from './history/refused.ts';

/**
 * Brings beats to the disk, behind the beat and in its order: first the journal has the arrivals, then they are
 * acknowledged, then the record has their effects. A disk that refuses stops acknowledging; it never stops judging.
 */
export interface Recorder {
  /** Never waits. */
  record(arrivals: readonly Arrival[], effects: Effects): void;
  /** A beat that the journal had already: its readings, and its effects unless they were written before. */
  replayed(n: number, raw: readonly RawLine[], effects: Effects | null): void;
  /** For changes by people: durable when it resolves, after everything that was recorded before. */
  write(keep: readonly Kept[], entries: readonly EntryDraft[]): Promise<void>;
  /** Hands over the raw readings so far. */
  flushRaw(now: Moment): void;
  /**
   * Snapshots that reflect everything recorded so far; the journal is cut after them. `held` is asked when all of it is
   * acknowledged, so that it says of the same frames that they are kept. Neither is asked while the disk holds up earlier
   * ones.
   */
  checkpoint(now: Moment, snapshots: () => readonly Kept[], held?: () => readonly Kept[]): void;
  /** Resolves when all that was recorded so far is durable. */
  idle(): Promise<void>;
  /** Batches and beats that wait for the disk. */
  waiting(): number;
  /** Since when the disk refuses, wall clock ms; null while it takes. */
  refusingSince(): number | null;
  /** Resolves when all that was recorded is durable, or after `limitMs`. */
  close(limitMs: number): Promise<void>;
}

export interface RecorderParts {
  readonly journal: Journal;
  readonly history: History;
  readonly clock: { now(): Moment };
  readonly log: Log;
  /** The arrivals are kept: acknowledge them. */
  readonly settle: (arrivals: readonly Arrival[]) => void;
  /** Only a new process helps. */
  readonly fatal: (error: unknown) => void;
  /** They will not be kept: their senders have to say them again. */
  readonly drop: (arrivals: readonly Arrival[]) => void;
}

const RETRY_MS = 1_000;
/** What may wait for a disk that refuses: frames beyond it are judged, and stay with their agents. */
const MOST_WAITING_BYTES = 64 * 1024 * 1024;
/** Some days of a site, some minutes of the largest one. What goes beyond it is lost, and an entry says how much. */
const MOST_WAITING_ENTRIES = 100_000;
/** Each holds what moved in a minute. */
const MOST_CHECKPOINTS = 2;

const NOTHING = new Uint8Array();

export function createRecorder({ journal, history, clock, log, settle, drop, fatal }: RecorderParts): Recorder {
  let queue: Promise<void> = Promise.resolve();
  let waiting = 0;
  let waitingBytes = 0;
  let waitingEntries = 0;
  let checkpoints = 0;
  let lost: { readonly entries: number; readonly from: number } | null = null;
  let refusingSince: number | null = null;
  let closed = false;
  /** The last journal record whose effects are handed to the history. */
  let journaled = journal.last();
  let raw = new RawText();

  function enqueue(step: () => Promise<void>): Promise<void> {
    waiting += 1;
    const done = queue.then(step).finally(() => {
      waiting -= 1;
    });
    queue = done.catch((error: unknown) => log.error({ err: error }, 'what waited for the record was lost'));
    return done;
  }

  /** Tries until the disk takes it; says so when it begins to refuse and when it takes again. */
  async function insist<T>(what: string, attempt: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        const result = await attempt();
        if (refusingSince !== null) log.warn(`the disk takes again: ${what}`);
        refusingSince = null;
        return result;
      } catch (error) {
        if (closed) throw error;
        switch ((error as { code?: RefusalCode }).code) {
          case 'bad':
            // A fault of ours: it would be refused for ever, and hold up what is sound.
            log.error({ err: error }, `cannot be kept: ${what}`);
            throw error;
          case 'died':
            fatal(error);
            throw error;
          default:
        }
        if (refusingSince === null)
          log.error({ err: error }, `the disk refuses: ${what}; nothing is acknowledged until it takes`);
        refusingSince ??= clock.now().wall;
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  }

  const append = (batch: Batch): Promise<void> => insist('the record', () => history.append(batch));

  /** The arrivals of a beat as the journal gets them; none while too many wait: their agents say them again. */
  function roomFor(arrivals: readonly Arrival[], now: Moment): { json: Uint8Array; kept: readonly Arrival[] } {
    const json = arrivals.length > 0 ? beatJson(now, arrivals) : NOTHING;
    if (waitingBytes === 0 || waitingBytes + json.length <= MOST_WAITING_BYTES) return { json, kept: arrivals };
    drop(arrivals);
    return { json: NOTHING, kept: [] };
  }

  /** What a beat found, with a word of what was lost before it; nothing while too much waits. */
  function entriesOf({ now, entries, keep }: Effects): Pick<Effects, 'entries' | 'keep'> {
    if (waitingEntries > MOST_WAITING_ENTRIES) {
      lost = { entries: (lost?.entries ?? 0) + entries.length, from: lost?.from ?? now.wall };
      return { entries: [], keep: [] };
    }
    if (!lost || lost.entries === 0) return { entries, keep };
    const told = lostEntry(lost, now);
    lost = null;
    return { entries: [told, ...entries], keep };
  }

  return {
    record(all, effects) {
      const { now, readings } = effects;
      // Frames beyond what the gateway can remember were judged; their agents say them again.
      const { json, kept } = roomFor(
        all.filter((arrival) => arrival.kind !== 'frame' || !arrival.unkept),
        now,
      );
      const { entries, keep } = entriesOf(effects);
      if (json.length === 0 && entries.length === 0 && keep.length === 0 && readings.length === 0) return;
      waitingBytes += json.length;
      waitingEntries += entries.length + keep.length;
      const written = enqueue(async () => {
        if (json.length > 0) {
          journaled = await insist('the journal', () => journal.append(json));
          settle(kept);
          for (const line of rawLines(kept)) raw.add(line);
        }
        for (const line of readings) raw.add(line);
        if (entries.length > 0 || keep.length > 0) await append({ moment: now, entries, keep, judgedTo: journaled });
      });
      const gone = (): void => {
        waitingBytes -= json.length;
        waitingEntries -= entries.length + keep.length;
      };
      written.then(gone, gone);
    },
    replayed(n, lines, effects) {
      journaled = Math.max(journaled, n);
      for (const line of lines) raw.add(line);
      for (const line of effects?.readings ?? []) raw.add(line);
      if (!effects || (effects.entries.length === 0 && effects.keep.length === 0)) return;
      const { now, entries, keep } = effects;
      void enqueue(() => append({ moment: now, entries, keep, judgedTo: n })).catch(() => undefined);
    },
    write: (keep, entries) => enqueue(() => append({ moment: clock.now(), entries, keep })),
    flushRaw(now) {
      if (raw.count === 0) return;
      void enqueue(async () => {
        const taken = raw;
        raw = new RawText();
        const keep = [{ kind: 'cursor', id: 'raw', value: journaled }];
        await append({ moment: now, entries: [], keep, lines: taken });
      }).catch(() => undefined);
    },
    checkpoint(now, snapshots, held = () => []) {
      if (checkpoints >= MOST_CHECKPOINTS) return;
      checkpoints += 1;
      const moved = snapshots();
      const kept = enqueue(async () => {
        const taken = raw;
        raw = new RawText();
        const keep = [...moved, ...held(), { kind: 'cursor', id: 'raw', value: journaled }];
        await append({ moment: now, entries: [], keep, lines: taken, judgedTo: journaled, stateTo: journaled });
        await journal.cut(journaled);
      });
      const gone = (): void => void (checkpoints -= 1);
      kept.then(gone, gone);
    },
    idle: () => queue,
    waiting: () => waiting,
    refusingSince: () => refusingSince,
    async close(limitMs) {
      await within(limitMs, queue);
      closed = true;
      await within(limitMs, queue);
      await journal.close();
      await history.close();
    },
  };
}

function lostEntry({ entries, from }: { readonly entries: number; readonly from: number }, now: Moment): EntryDraft {
  const body = { change: 'entries-lost', entries, from };
  return { at: now.wall, monotonic: now.monotonic, kind: 'collector', subject: null, rule: null, late: false, body };
}

/** Resolves with the work, or after `limitMs`; leaves no timer behind that would hold up the end of the process. */
async function within(limitMs: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([work, new Promise((resolve) => (timer = setTimeout(resolve, limitMs)))]);
  clearTimeout(timer);
}

/** `{"now":…,"arrivals":[…]}`; frames stand in it as they came, where that is what was taken. */
export function beatJson(now: Moment, arrivals: readonly Arrival[]): Uint8Array {
  const pieces: (string | Uint8Array)[] = [`{"now":${JSON.stringify(now)},"arrivals":[`];
  let comma = '';
  for (const arrival of arrivals) {
    if (arrival.kind === 'frame' && arrival.json !== undefined) {
      const { json, frame: _, ...rest } = arrival;
      pieces.push(`${comma}${JSON.stringify(rest).slice(0, -1)},"frame":`, json, '}');
    } else {
      pieces.push(comma + JSON.stringify(arrival));
    }
    comma = ',';
  }
  pieces.push(']}');
  return joined(pieces);
}

/** One text of some hundred KiB, without a copy of it on the way. */
function joined(pieces: readonly (string | Uint8Array)[]): Uint8Array {
  const length = pieces.reduce((sum, piece) => sum + Buffer.byteLength(piece), 0);
  const whole = Buffer.allocUnsafe(length);
  let at = 0;
  for (const piece of pieces) {
    if (typeof piece === 'string') at += whole.write(piece, at);
    else {
      whole.set(piece, at);
      at += piece.length;
    }
  }
  return whole;
}
