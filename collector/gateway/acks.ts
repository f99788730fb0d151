import type { Ack } from '../../agent/messages.ts';
import type { Held } from './held.ts';
import type { Numbered } from './intake.ts';

/** One ack for each machine and stream among these frames, with the ranges of what is held around them. */
export function acksOf(frames: readonly Numbered[], held: Held): readonly (readonly [machine: string, ack: Ack])[] {
  const machines = new Map<string, Map<string, number[]>>();
  for (const { machine, frame } of frames) {
    let streams = machines.get(machine);
    if (!streams) machines.set(machine, (streams = new Map()));
    const seqs = streams.get(frame.stream);
    if (seqs) seqs.push(frame.seq);
    else streams.set(frame.stream, [frame.seq]);
  }
  const acks: [string, Ack][] = [];
  for (const [machine, streams] of machines) {
    for (const [stream, seqs] of streams)
      acks.push([machine, { type: 'ack', stream, held: held.around(machine, stream, seqs) }]);
  }
  return acks;
}
