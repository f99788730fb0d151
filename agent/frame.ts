import type { Moment } from './clock.ts';
import type { Asked, Frame } from './messages.ts';
import { sameValue, type Readings } from './readings.ts';
import type { SubjectPath, Value } from './reading.ts';

/** A frame and its JSON text, written once for the wire, the outbox and the measure of its size. */
export interface MadeFrame {
  readonly frame: Frame;
  readonly text: string;
}

/**
 * Turns readings into numbered frames. It touches nothing but its own memory of what was sent last.
 *
 * A full frame carries every value and the last ask of every probe with its true age, so it renews nothing; it follows
 * `restart()` (a connect, a gap, a drop), a part that vanished, and each minute.
 */
export interface Composer {
  readonly stream: string;
  /** The frames that are due now, none when there is nothing to say. `dropped`: see `Frame`. */
  compose(now: Moment, dropped?: number): readonly MadeFrame[];
  /** The next frame is a full one. */
  restart(): void;
}

export const FULL_EVERY_MS = 60_000;
/** While the outbox overflows every frame follows a drop; full ones would make it worse. */
const FULL_AFTER_DROP_MS = 10_000;
/** The link takes 64 KiB; the rest is for the owner that the backlog lane adds, and for newer fields. */
export const FRAME_BYTES = 48 * 1024;

export function createComposer(readings: Readings, stream: string): Composer {
  const sent = new Map<SubjectPath, Map<string, Value | null>>();
  let seq = 0;
  let mustBeFull = true;
  let fullAt = -Infinity;
  let seenTurn = 0;
  let seenVanished = 0;

  function changes(full: boolean): Contents['facts'] {
    const facts: Record<SubjectPath, Record<string, Value | null>> = {};
    if (full) sent.clear();
    for (const [path, values] of readings.facts) {
      let before = sent.get(path);
      if (!before) sent.set(path, (before = new Map()));
      for (const [name, value] of values) {
        if (before.has(name) && sameValue(before.get(name), value)) continue;
        before.set(name, value);
        (facts[path] ??= {})[name] = value;
      }
    }
    return facts;
  }

  function asks(full: boolean, now: number): Contents['asked'] {
    const asked: Record<SubjectPath, Record<string, Asked>> = {};
    for (const [owner, probes] of readings.asked) {
      for (const [name, { at, tookMs, outcome, turn }] of probes) {
        if (!full && turn <= seenTurn) continue;
        (asked[owner] ??= {})[name] = [Math.max(0, Math.round(now - at)), Math.max(0, Math.round(tookMs)), outcome];
      }
    }
    return asked;
  }

  return {
    stream,
    compose(now, dropped = 0) {
      const sinceFull = now.monotonic - fullAt;
      const isDue = sinceFull >= (dropped > 0 ? FULL_AFTER_DROP_MS : FULL_EVERY_MS);
      const full = mustBeFull || isDue || readings.vanished !== seenVanished;
      const contents = { asked: asks(full, now.monotonic), facts: changes(full) };
      if (!full && dropped === 0 && isEmpty(contents)) return [];
      seenTurn = readings.turn;
      seenVanished = readings.vanished;
      mustBeFull = false;
      if (full) fullAt = now.monotonic;
      const make = (piece: Contents, part: number, parts: number): MadeFrame => {
        const frame: Frame = {
          type: 'frame',
          lane: 'live',
          stream,
          seq: seq + part,
          at: Math.round(now.wall),
          monotonic: Math.round(now.monotonic),
          ...(full ? { full: [part, parts] as const } : {}),
          ...(dropped > 0 && part === 1 ? { dropped } : {}),
          ...piece,
        };
        return { frame, text: JSON.stringify(frame) };
      };
      let frames: readonly MadeFrame[] = [make(contents, 1, 1)];
      if (Buffer.byteLength(frames[0]!.text) > FRAME_BYTES) {
        const pieces = split(contents, FRAME_BYTES);
        frames = pieces.map((piece, index) => make(piece, index + 1, pieces.length));
      }
      seq += frames.length;
      return frames;
    },
    restart() {
      mustBeFull = true;
    },
  };
}

interface Contents {
  readonly asked: Readonly<Record<SubjectPath, Readonly<Record<string, Asked>>>>;
  readonly facts: Readonly<Record<SubjectPath, Readonly<Record<string, Value | null>>>>;
}

function isEmpty({ asked, facts }: Contents): boolean {
  return Object.keys(asked).length === 0 && Object.keys(facts).length === 0;
}

/** What a frame costs beside its contents. */
const ENVELOPE_BYTES = 400;

/**
 * Pieces that fit. Asks come last: a fact's new value must be there before its freshness is renewed, or the old value
 * would look fresh between two pieces.
 */
function split(contents: Contents, most: number): readonly Contents[] {
  interface Open {
    readonly asked: Record<SubjectPath, Record<string, Asked>>;
    readonly facts: Record<SubjectPath, Record<string, Value | null>>;
  }
  const pieces: Open[] = [];
  let piece: Open = { asked: {}, facts: {} };
  let bytes = Infinity;
  const put = <Item>(kind: (open: Open) => Record<string, Record<string, Item>>, entries: Nested<Item>): void => {
    for (const [outer, items] of Object.entries(entries)) {
      for (const [name, item] of Object.entries(items)) {
        const cost = bytesOf(outer) + 4 + bytesOf(name) + bytesOf(item) + 2;
        if (bytes + cost > most) {
          pieces.push((piece = { asked: {}, facts: {} }));
          bytes = ENVELOPE_BYTES;
        }
        bytes += cost;
        (kind(piece)[outer] ??= {})[name] = item;
      }
    }
  };
  put((open) => open.facts, contents.facts);
  put((open) => open.asked, contents.asked);
  return pieces;
}

type Nested<Item> = Readonly<Record<string, Readonly<Record<string, Item>>>>;

function bytesOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}
