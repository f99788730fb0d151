import type { MetricsAsks } from './metrics-child.ts';
import { ratios, spreadOf, type Row } from './row.ts';

const ROUNDS = 5;
const AGENTS = 10_000;

/** Only the text, without socket and gzip: that is what the two differ in. A child, for prom-client needs half a GiB. */
export const row: Row = {
  name: 'metrics',
  about: '/metrics of 10,000 agents with 60 series each, our writer and prom-client in turn',
  limitSeconds: 120,
  cannot: () => null,
  async run({ quick, field, note }) {
    const child = field.helper<MetricsAsks>('metrics-child.ts');
    const agents = quick ? 100 : AGENTS;
    const series = await child.ask('fill', { agents });
    note(`${series} series, ${series / agents} a machine`);
    // Both compilers have seen the code.
    await child.ask('ours');
    await child.ask('peer');
    const ours: number[] = [];
    const peers: number[] = [];
    const blocks: number[] = [];
    for (let round = 0; round < (quick ? 1 : ROUNDS); round += 1) {
      const { ms, longestBlockMs, characters } = await child.ask('ours');
      const peer = await child.ask('peer');
      ours.push(ms);
      blocks.push(longestBlockMs);
      peers.push(peer.ms);
      note(`round ${round + 1}: ${ms.toFixed(0)} and ${peer.ms.toFixed(0)} ms for ${characters} characters`);
    }
    return [
      {
        what: {
          en: `text of /metrics, ${series.toLocaleString('en')} series`,
          zh: `/metrics 文本，${series.toLocaleString('en')} 条序列`,
        },
        unit: 'ms',
        ours: spreadOf(ours),
        peer: { who: { en: 'prom-client', zh: 'prom-client' }, is: spreadOf(peers) },
        ratio: ratios(peers, ours),
        bars: [{ of: 'ratio', is: '≥', value: 5 }],
      },
      {
        what: { en: 'its longest block of the event loop', zh: '其间事件循环的最长停顿' },
        unit: 'ms',
        ours: spreadOf(blocks),
        bars: [{ of: 'median', is: '≤', value: 20 }],
      },
    ];
  },
};
