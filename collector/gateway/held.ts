import type { Ranges } from '../../agent/messages.ts';
import type { Limits } from './limits.ts';
import { isRanges, SeqSet } from './ranges.ts';

/** Frame numbers that are durable, by machine and stream: plain JSON, kept by main. */
export type HeldSnapshot = Readonly<Record<string, Readonly<Record<string, Ranges>>>>;

/** What is known of a frame number: durable; delivered or queued and not durable yet; never seen. */
export type SeqState = 'held' | 'pending' | 'new';

interface Stream {
  readonly held: SeqSet;
  /** Bytes of each frame that is not durable yet. */
  readonly pending: Map<number, number>;
}

export type Held = ReturnType<typeof createHeld>;

/**
 * Remembers which frames have been taken, so that a repeated one is acknowledged again and never counted twice.
 * Streams of a machine are kept by last use; the least used one without a pending frame gives way.
 */
export function createHeld(limits: Limits) {
  const machines = new Map<string, Map<string, Stream>>();
  const touched = new Set<string>();
  let unsettled = 0;

  function find(machine: string, stream: string): Stream | undefined {
    return machines.get(machine)?.get(stream);
  }

  function use(machine: string, name: string): Stream {
    let streams = machines.get(machine);
    if (!streams) machines.set(machine, (streams = new Map()));
    const known = streams.get(name);
    if (known && streams.size === 1) return known;
    const stream = known ?? { held: new SeqSet(), pending: new Map() };
    // To the end: the order of the Map is the order of use.
    streams.delete(name);
    streams.set(name, stream);
    if (streams.size > limits.streamsPerMachine) {
      const unused = [...streams].find(([other, { pending }]) => pending.size === 0 && other !== name);
      if (unused) streams.delete(unused[0]);
    }
    return stream;
  }

  function unpend(stream: Stream | undefined, seq: number): void {
    unsettled -= stream?.pending.get(seq) ?? 0;
    stream?.pending.delete(seq);
  }

  return {
    /** Bytes of frames that are queued or delivered and not durable yet. */
    unsettledBytes: () => unsettled,
    state(machine: string, stream: string, seq: number): SeqState {
      const known = find(machine, stream);
      if (!known) return 'new';
      if (known.held.has(seq)) return 'held';
      return known.pending.has(seq) ? 'pending' : 'new';
    },
    /** False for a number that would tear the stream into more ranges than an honest agent ever makes. */
    fits(machine: string, stream: string, seq: number): boolean {
      const known = find(machine, stream);
      return !known || known.held.pieces < limits.rangesPerStream || known.held.touches(seq);
    },
    pend(machine: string, stream: string, seq: number, bytes: number): void {
      use(machine, stream).pending.set(seq, bytes);
      unsettled += bytes;
    },
    /** The frame is durable now. */
    settle(machine: string, stream: string, seq: number): void {
      const known = use(machine, stream);
      unpend(known, seq);
      known.held.add(seq);
      touched.add(machine);
    },
    /** The frame will not become durable; when it comes again it is new. */
    forget(machine: string, stream: string, seq: number): void {
      unpend(find(machine, stream), seq);
    },
    /** The ranges in which these numbers lie. */
    around(machine: string, stream: string, seqs: Iterable<number>): Ranges {
      return find(machine, stream)?.held.around(seqs) ?? [];
    },
    ofStreams(machine: string, streams: Iterable<string>): Record<string, Ranges> {
      const named = [...new Set(streams)].map((name) => [name, find(machine, name)?.held.toRanges() ?? []] as const);
      return Object.fromEntries(named.filter(([, ranges]) => ranges.length > 0));
    },
    /** @param only these machines; all of them when not given */
    snapshot(only: Iterable<string> = machines.keys()): HeldSnapshot {
      return Object.fromEntries(
        [...only].map((machine) => [
          machine,
          Object.fromEntries([...(machines.get(machine) ?? [])].map(([name, { held }]) => [name, held.toRanges()])),
        ]),
      );
    },
    /** Machines whose ranges changed since the last call. */
    takeTouched(): readonly string[] {
      const changed = [...touched];
      touched.clear();
      return changed;
    },
    restore(snapshot: HeldSnapshot): void {
      for (const [machine, streams] of Object.entries(snapshot)) {
        const restored = Object.entries(streams).filter(([, ranges]) => isRanges(ranges));
        machines.set(
          machine,
          new Map(restored.map(([name, ranges]) => [name, { held: new SeqSet(ranges), pending: new Map() }])),
        );
      }
    },
  };
}
