import type { JudgingAsks } from './judging-child.ts';
import { ratios, spreadOf, type Row } from './row.ts';

const ROUNDS = 10;
const [ROOMS, EACH] = [200, 50];

/** Only the judging: what arrives is there already, and nothing is kept. A child, so that its CPU is its own. */
export const row: Row = {
  name: 'judging',
  about: `judging ${ROOMS} rooms of ${EACH} machines in an exam while 5 % of all facts change a second`,
  limitSeconds: 180,
  cannot: () => null,
  async run({ quick, field, note }) {
    const child = field.helper<JudgingAsks>('judging-child.ts');
    const facts = await child.ask('fill', { rooms: quick ? 2 : ROOMS, each: quick ? 10 : EACH });
    note(`${facts} facts, ${Math.round(facts / 20)} of them change a second`);
    // The compiler has seen the code.
    for (const way of ['ours', 'ours', 'peer'] as const) await child.ask(way);
    const [ours, peers, longest]: [number[], number[], number[]] = [[], [], []];
    for (let round = 0; round < (quick ? 1 : ROUNDS); round += 1) {
      const { ms, longestBeatMs, verdicts } = await child.ask('ours');
      const peer = await child.ask('peer');
      ours.push(ms);
      longest.push(longestBeatMs);
      peers.push(peer.ms);
      note(`round ${round + 1}: ${ms.toFixed(0)} and ${peer.ms.toFixed(0)} ms, ${verdicts} verdicts changed`);
    }
    return [
      {
        what: {
          en: `judging ${ROOMS} rooms × ${EACH}, 5 % of facts a second: CPU a second`,
          zh: `判定 ${ROOMS} 个考场 × ${EACH} 台，每秒 5 % 的事实变化：每秒 CPU`,
        },
        unit: 'ms',
        ours: spreadOf(ours),
        peer: { who: { en: 'every machine judged in each beat', zh: '每拍重判所有机器' }, is: spreadOf(peers) },
        ratio: ratios(peers, ours),
        bars: [{ of: 'ratio', is: '≥', value: 2 }],
      },
      {
        what: { en: 'its longest beat', zh: '其间最长的一拍' },
        unit: 'ms',
        ours: spreadOf(longest),
        bars: [],
      },
    ];
  },
};
