// `npm run soak`: repeats and waits for real what the tests play once on an injected clock.
import { parseArgs } from 'node:util';
import { openField } from '../bench/field.ts';
import { cannotMeasureProcesses } from '../bench/proc.ts';
import { drill } from './drill.ts';
import { kills } from './kills.ts';
import { night } from './night.ts';
import { outage } from './outage.ts';
import type { Context, Part } from './part.ts';

const HELP = `usage: npm run soak -- [OPTIONS]

Real programs on this computer, over loopback only. Without an option all four parts run, some eleven hours; with
options, those that are named. Each looks whether anything that was acknowledged is lost or counted twice, whether the
record's entries follow from each other, and whether memory stays.

  --kills N    the collector is killed N times under load (1000, some two hours)
  --outage     the collector is away while its agents measure
  --minutes M  for so long (60)
  --night      45 agents, a page and a scraper, and nothing happens
  --hours H    for so long (8)
  --drill [M]  a UPS is discharged for M minutes at the real driver (4)

The last line says what was done. Exit codes: 0 nothing is wrong, 1 something is, 2 wrong use.
`;

type Do = (context: Context) => Promise<Part>;

class WrongUse extends Error {}

async function main(words: readonly string[]): Promise<number> {
  let parts: readonly Do[];
  try {
    const parsed = parse(words);
    if (parsed === 'help') {
      process.stdout.write(HELP);
      return 0;
    }
    parts = parsed;
  } catch (error) {
    if (!(error instanceof WrongUse)) throw error;
    process.stderr.write(`soak: ${error.message}\n\n${HELP}`);
    return 2;
  }
  const cannot = cannotMeasureProcesses();
  if (cannot !== null) {
    process.stderr.write(`soak: ${cannot}\n`);
    return 1;
  }
  const done: string[] = [];
  const faults: string[] = [];
  for (const part of parts) {
    const result = await run(part);
    done.push(result.done);
    faults.push(...result.faults);
  }
  for (const fault of faults) process.stdout.write(`${fault}\n`);
  process.stdout.write(
    `soak: ${done.join('; ')}; ${faults.length === 0 ? 'nothing is wrong' : `${faults.length} faults`}\n`,
  );
  return faults.length === 0 ? 0 : 1;
}

async function run(part: Do): Promise<Part> {
  const field = openField(null);
  const stop = (): void => void field.end().finally(() => process.exit(1));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop);
  const note = (line: string): void => void process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${line}\n`);
  try {
    return await part({ field, note });
  } catch (error) {
    const words = field.lastWords().at(-1);
    return { done: 'a part that failed', faults: [(error as Error).stack ?? String(error), ...(words ? [words] : [])] };
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, stop);
    await field.end();
  }
}

const OPTIONS = {
  kills: { type: 'string' },
  outage: { type: 'boolean', default: false },
  minutes: { type: 'string', default: '60' },
  night: { type: 'boolean', default: false },
  hours: { type: 'string', default: '8' },
  drill: { type: 'string' },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

function parse(words: readonly string[]): readonly Do[] | 'help' {
  const values = read(words);
  if (values.help) return 'help';
  const isAll = values.kills === undefined && !values.outage && !values.night && values.drill === undefined;
  const times = number('kills', values.kills ?? '1000', 1, 100_000);
  const minutes = number('minutes', values.minutes, 0.1, 24 * 60);
  const drillMinutes = number('drill', values.drill ?? '4', 0.5, 24 * 60);
  const hours = number('hours', values.hours, 0.01, 24 * 7);
  if (!Number.isInteger(times)) throw new WrongUse(`--kills takes a whole number, not ${values.kills}`);
  return [
    ...(isAll || values.kills !== undefined ? [(context: Context) => kills(context, times)] : []),
    ...(isAll || values.outage ? [(context: Context) => outage(context, minutes)] : []),
    ...(isAll || values.drill !== undefined ? [(context: Context) => drill(context, drillMinutes)] : []),
    ...(isAll || values.night ? [(context: Context) => night(context, hours)] : []),
  ];
}

function read(words: readonly string[]) {
  // `--drill` alone is one of the usual length.
  const args = words.flatMap((word, index) =>
    word === '--drill' && !/^\d/.test(words[index + 1] ?? '') ? ['--drill', '4'] : [word],
  );
  try {
    return parseArgs({ args, options: OPTIONS }).values;
  } catch (error) {
    throw new WrongUse((error as Error).message);
  }
}

function number(name: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (text === '' || !(value >= least && value <= most))
    throw new WrongUse(`--${name} takes a number from ${least} to ${most}, not ${text}`);
  return value;
}

process.exitCode = await main(process.argv.slice(2));
