// Appends batches to the history at argv[3] without end and prints each one's number once it was promised; is killed by
// its test. A batch is five entries, three keeps and a raw frame that all carry its number.
import { writeSync } from 'node:fs';
import type { HistoryModule } from './history.ts';

const [module, place, start] = [process.argv[2]!, process.argv[3]!, Number(process.argv[4])];
const { open } = (await import(module)) as HistoryModule;
const history = await open(place);
const { judgedTo } = await history.restore();

async function append(batch: number): Promise<void> {
  const moment = { wall: start + batch, monotonic: batch };
  await history.append({
    moment,
    entries: Array.from({ length: 5 }, (_, part) => ({
      at: start + batch,
      monotonic: batch,
      kind: 'verdict' as const,
      subject: 'm-1',
      rule: 'cpu',
      late: false,
      body: { batch, part, pad: 'x'.repeat((batch * 7919) % 4000) },
    })),
    keep: [0, 1, 2].map((id) => ({ kind: 'loop', id: `${id}`, value: batch })),
    raw: [{ machine: 'm-1', at: start + batch, late: false, facts: { 'm-1': { 'load.cpu_ratio': batch } } }],
    judgedTo: batch,
  });
  writeSync(1, `${batch}\n`);
}

// Two on their way at any moment, so that a kill meets one that is being written and one that waits.
let before: Promise<void> = Promise.resolve();
for (let batch = judgedTo + 1; ; batch++) {
  const given = append(batch);
  await before;
  before = given;
}
