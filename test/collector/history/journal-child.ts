// Appends to the journal in argv[2] without end and prints `n run i` for each that was promised; is killed by its test.
import { writeSync } from 'node:fs';
import { openJournal } from '../../../collector/history/journal.ts';

const [dir, run] = [process.argv[2]!, Number(process.argv[3])];
const journal = await openJournal(dir, { segmentBytes: 64 * 1024 });

async function lane(first: number): Promise<never> {
  for (let i = first; ; i += 3) {
    const n = await journal.append(JSON.stringify({ run, i, pad: 'x'.repeat((i * 7919) % 3000) }));
    writeSync(1, `${n} ${run} ${i}\n`);
  }
}

await Promise.race([lane(0), lane(1), lane(2)]);
