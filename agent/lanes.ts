import type { MadeFrame } from './frame.ts';
import type { Frame, Ranges } from './messages.ts';
import type { Outbox } from './outbox.ts';
import { contains, withSeq } from './ranges.ts';

/**
 * What one connection carries: live frames as they are made, and between them the outbox in order, never more than a
 * window of it unanswered. Made anew with each connection.
 */
export interface Lanes {
  /** False when the link is too full: the frame then follows in the backlog. */
  live(made: MadeFrame): boolean;
  /** These frames were answered. */
  settled(stream: string, ranges: Ranges): void;
  /** Sends what the window takes. */
  pump(): void;
  close(): void;
}

export interface LanesOptions {
  readonly outbox: Pick<Outbox, 'frames' | 'next' | 'settle'>;
  /** Of this process. */
  readonly stream: string;
  /** Streams that the hello named: of others the collector has not said what it holds. */
  readonly named: ReadonlySet<string>;
  readonly send: (text: string) => boolean;
  /** Bytes that wait to be sent. */
  readonly buffered: () => number;
  /** Everything that may be sent was sent and answered. */
  readonly drained: () => void;
  readonly log: (line: string) => void;
}

/** Backlog frames without an answer. */
export const WINDOW = 64;
/** With more than this waiting the link does not carry what we say; a live frame would be old when it arrives. */
const FULL_BYTES = 128 * 1024;
/** The collector takes 64 KiB. Only a file that somebody wrote into has larger frames. */
const MOST_BYTES = 64 * 1024;
const EVERYTHING: Ranges = [[1, Number.MAX_SAFE_INTEGER]];

export function openLanes(options: LanesOptions): Lanes {
  const { outbox, stream, named, send, buffered, log } = options;
  const sent = new Map<string, Ranges>();
  /** Backlog frames without an answer. */
  let flying: { readonly stream: string; readonly seq: number }[] = [];
  let isPumping = false;
  let isAsked = false;
  let isClosed = false;

  const sentOf = (of: string): Ranges => (of === stream || named.has(of) ? (sent.get(of) ?? []) : EVERYTHING);

  function note(of: string, seq: number): void {
    sent.set(of, withSeq(sent.get(of) ?? [], seq));
  }

  async function pump(): Promise<void> {
    while (flying.length < WINDOW && buffered() < FULL_BYTES) {
      if (isClosed) return;
      const queued = await outbox.next(sentOf);
      if (isClosed) return;
      if (!queued) {
        if (flying.length === 0) options.drained();
        return;
      }
      const { owner, frame } = queued;
      const backlog: Frame = { ...frame, lane: 'backlog', owner };
      const text = JSON.stringify(backlog);
      note(frame.stream, frame.seq);
      if (Buffer.byteLength(text) > MOST_BYTES) {
        log(`outbox: frame ${frame.seq} of ${frame.stream} is too large and is given up`);
        outbox.settle(frame.stream, [[frame.seq, frame.seq]]);
      } else if (send(text)) {
        flying.push({ stream: frame.stream, seq: frame.seq });
      } else {
        return;
      }
    }
  }

  /** One at a time; being asked meanwhile means once more. */
  function start(): void {
    isAsked = true;
    if (isPumping) return;
    isPumping = true;
    void (async () => {
      for (; isAsked; await pump()) isAsked = false;
      isPumping = false;
    })();
  }

  return {
    live({ frame, text }) {
      if (isClosed || buffered() >= FULL_BYTES || !send(text)) return false;
      note(frame.stream, frame.seq);
      return true;
    },
    settled(of, ranges) {
      flying = flying.filter((frame) => frame.stream !== of || !contains(ranges, frame.seq));
      // Nearly always the last one was a live frame, and there is nothing to look for.
      if (outbox.frames > 0) start();
    },
    pump: start,
    close() {
      isClosed = true;
    },
  };
}
