import type { BareServerAsks } from './bare-server-child.ts';
import { startCrowd } from './crowd.ts';
import { CHANGED, FACTS } from './frames.ts';
import { cannotMeasureProcesses, cpuMs } from './proc.ts';
import { ratios, spreadOf, type Row } from './row.ts';

const ROUNDS = 6;
const AGENTS = 400;
/** 2,000 frames a second, as many as 10,000 agents send: the beat and its one sync a beat are shared by as many. */
const EVERY_MS = 200;
const SECONDS = 5;
/** A real agent may not send so fast; the limits are the only thing that is changed for this row. */
const SETTINGS = 'limits: { live_per_second: 50, live_burst: 100 }\n';

/**
 * Ours and the peer take the same bytes at the same pace, in turn. CPU time counts from the beginning of a pair to its
 * end, so what the collector puts off (the raw readings each 10 s, the checkpoint each minute) is in it.
 */
export const row: Row = {
  name: 'take-in',
  about: `receive, check, judge, keep durably and acknowledge frames of ${FACTS} facts, ${CHANGED} changed`,
  limitSeconds: 150,
  cannot: cannotMeasureProcesses,
  async run({ quick, field, note }) {
    const [agents, seconds, rounds] = quick ? [20, 1, 1] : [AGENTS, SECONDS, ROUNDS];
    const collector = await field.collector({ settings: SETTINGS });
    const peer = field.helper<BareServerAsks>('bare-server-child.ts');
    const port = await peer.ask('listen');
    const [ourCrowd, peerCrowd] = [startCrowd(field), startCrowd(field)];
    await ourCrowd.enrol({ agents, ticket: await collector.ticket('A', agents), tls: false });
    await peerCrowd.connect({ agents, port });
    const order = { seconds, everyMs: EVERY_MS, flipEvery: 997 };
    // Both compilers have seen the code, and what is new to the collector has been written.
    await ourCrowd.send(order);
    await peerCrowd.send(order);

    const ours: number[] = [];
    const peers: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const before = [cpuMs(collector.pid), cpuMs(peer.pid)] as const;
      const [our, their] = [await ourCrowd.send(order), await peerCrowd.send(order)];
      if (our.answered < our.frames || their.answered < their.frames)
        throw new Error(`not all frames were answered: ${JSON.stringify({ our, their })}`);
      ours.push(((cpuMs(collector.pid) - before[0]) / our.frames) * 10);
      peers.push(((cpuMs(peer.pid) - before[1]) / their.frames) * 10);
      note(`round ${round + 1}: ${ours.at(-1)!.toFixed(3)} s and ${peers.at(-1)!.toFixed(3)} s`);
    }
    return [
      {
        what: { en: 'CPU for 10,000 frames taken in', zh: '接收 10,000 帧所用 CPU' },
        unit: 's',
        ours: spreadOf(ours),
        peer: { who: { en: 'bare ws + JSON.parse', zh: '裸 ws + JSON.parse' }, is: spreadOf(peers) },
        ratio: ratios(ours, peers),
        bars: [{ of: 'ratio', is: '≤', value: 2.5 }],
      },
    ];
  },
};
