import type { Frame } from '../../agent/messages.ts';
import type { Facts } from '../../agent/reading.ts';
import type { FrameArrival } from '../gateway/arrival.ts';
import type { SubjectSnapshot } from '../state/state.ts';

/**
 * A hole in what a machine said live, which its queue may fill: its link was gone, or the collector was. What was known
 * before it and the live frames since are kept, so that the queue can be judged in the order in which things happened.
 */
export interface Gap {
  /** The machine and the devices it reads, before the first live frame behind the gap. */
  readonly before: readonly SubjectSnapshot[];
  /** Live frames since, in their order; those that were lived through again are taken out. */
  readonly pieces: Piece[];
  /** Collector's monotonic ms of the latest live frame that did not follow the one before it. */
  openedAt: number;
}

export interface Piece {
  readonly arrival: FrameArrival;
  /** Live frames that followed without a gap, in one: what changed within them is written already. */
  readonly isTold: boolean;
}

/** Whether the frame is the next one of its stream: nothing can be queued between the two. */
export function follows(last: { readonly stream: string; readonly seq: number }, { frame }: FrameArrival): boolean {
  return frame.stream === last.stream && frame.seq === last.seq + 1;
}

/** A live frame behind the gap. The first after each hole stands alone; the others are folded, whatever their number. */
export function put(gap: Gap, arrival: FrameArrival, isNext: boolean): void {
  const last = gap.pieces.at(-1);
  if (!isNext) {
    gap.openedAt = arrival.received.monotonic;
    gap.pieces.push({ arrival, isTold: false });
  } else if (last?.isTold) {
    gap.pieces[gap.pieces.length - 1] = { arrival: fold(last.arrival, arrival), isTold: true };
  } else {
    gap.pieces.push({ arrival, isTold: true });
  }
}

/** Whether a live frame was made before a queued one: by number within a process, by moment between two. */
export function precedes({ arrival }: Piece, queued: FrameArrival): boolean {
  if (arrival.frame.stream === queued.frame.stream) return arrival.frame.seq < queued.frame.seq;
  return arrival.moment.monotonic <= queued.moment.monotonic;
}

/** Two frames that follow each other as one with the second's number and moment. */
function fold(first: FrameArrival, second: FrameArrival): FrameArrival {
  const passed = second.moment.monotonic - first.moment.monotonic;
  const facts: Record<string, Facts> = {};
  for (const said of [first.frame.facts, second.frame.facts]) {
    for (const [path, values] of Object.entries(said)) facts[path] = { ...facts[path], ...values };
  }
  const asked: Record<string, Frame['asked'][string]> = {};
  for (const [owner, probes] of Object.entries(first.frame.asked)) {
    asked[owner] = Object.fromEntries(
      Object.entries(probes).map(([name, [ago, took, outcome]]) => [name, [ago + passed, took, outcome] as const]),
    );
  }
  for (const [owner, probes] of Object.entries(second.frame.asked)) asked[owner] = { ...asked[owner], ...probes };
  const { full: _, ...frame } = second.frame;
  return { ...second, frame: { ...frame, asked, facts } };
}
