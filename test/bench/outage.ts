import { compare, startFleet } from './fleet.ts';
import { sleep } from './field.ts';
import { spreadOf, type Row } from './row.ts';

const ROUNDS = 3;
const AGENTS = 45;
const OUTAGE_MS = 3_600_000;
/** Beyond the bar, to tell a slow one from one that never ends. */
const CATCH_UP_LIMIT_MS = 60_000;

/**
 * Real agents with real outboxes on disk, whose clock lives through the hour in seconds. All come back at the same
 * moment; it counts from the first link until every queue is empty.
 */
export const row: Row = {
  name: 'outage',
  about: '45 agents after an hour without the collector: how long they catch up, and that no reading is lost',
  limitSeconds: 180,
  cannot: () => null,
  async run({ quick, field, note }) {
    const from = Date.now() - 2 * ROUNDS * OUTAGE_MS;
    const [agents, ms, rounds] = quick ? [3, 120_000, 1] : [AGENTS, OUTAGE_MS, ROUNDS];
    const collector = await field.collector();
    const fleet = startFleet(field);
    await fleet.start({ agents, ticket: await collector.ticket('A', agents), folder: field.folder('fleet') });
    const seconds: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      await fleet.outage({ ms });
      const queued = (await fleet.told()).reduce((sum, each) => sum + each.queued, 0);
      seconds.push((await fleet.caughtUp({ limitMs: CATCH_UP_LIMIT_MS })) / 1000);
      note(`round ${round + 1}: ${queued} frames were queued, caught up in ${seconds.at(-1)!.toFixed(1)} s`);
      await sleep(1_000);
    }
    const { readings, lost, twice } = await compare(collector, await fleet.stop(), from);
    note(`${readings} numbered readings are in the record`);
    for (const line of [...lost, ...twice]) note(line);
    return [
      {
        what: { en: `outage of an hour, ${agents} agents: caught up`, zh: `中断一小时，${agents} 台：补传完成` },
        unit: 's',
        ours: spreadOf(seconds),
        bars: [{ of: 'worst', is: '≤', value: 10 }],
      },
      {
        what: { en: 'its readings lost or counted twice', zh: '其间丢失或重复的读数' },
        unit: '',
        ours: spreadOf([lost.length + twice.length]),
        bars: [{ of: 'worst', is: '≤', value: 0 }],
      },
    ];
  },
};
