// `npm run bench`: measures what the design promises and prints one table. Rows are chosen by name.
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { openField } from './field.ts';
import type { Row } from './row.ts';
import { machineLine, markdownTable, missed, terminalTable, type Measured } from './table.ts';

/** A file each, in the order of the table. */
const NAMES = [
  'take-in',
  'scale',
  'judging',
  'metrics',
  'agent',
  'gateway',
  'windows',
  'outage',
  'mains',
  'pages',
  'devices',
  'silence',
  'history',
  'series',
  'organization',
  'reports',
];

const QUICK_AT_ONCE = 3;

class WrongUse extends Error {}

interface Options {
  readonly chosen: readonly Row[];
  readonly quick: boolean;
  readonly agents: number;
  readonly rounds: number;
  readonly markdown: 'en' | 'zh' | null;
  readonly profile: string | null;
}

async function main(words: readonly string[]): Promise<number> {
  const rows = await Promise.all(NAMES.map(async (name) => ((await import(`./${name}.ts`)) as { row: Row }).row));
  try {
    const options = parse(words, rows);
    if (options === 'help') process.stdout.write(help(rows));
    return options === 'help' ? 0 : await bench(options);
  } catch (error) {
    if (!(error instanceof WrongUse)) throw error;
    process.stderr.write(`bench: ${error.message}\n\n${help(rows)}`);
    return 2;
  }
}

async function bench(options: Options): Promise<number> {
  const { chosen, quick, markdown } = options;
  const why = (row: Row): string | null => (quick && row.isSlow ? 'it has no quick round' : row.cannot());
  const possible = chosen.filter((row) => why(row) === null);
  for (const row of chosen.filter((each) => !possible.includes(each)))
    process.stdout.write(`${row.name}: skipped, ${why(row)}\n`);
  const measured = await measureAll(possible, options);
  const table = markdown === null ? terminalTable(measured) : markdownTable(measured, markdown);
  process.stdout.write(`\n${table}\n\n${machineLine(new Date())}\n`);
  if (quick) process.stdout.write('quick: these figures mean nothing\n');
  const failed = missed(quick ? measured.filter(({ failure }) => failure !== null) : measured);
  for (const line of failed) process.stdout.write(`missed ${line}\n`);
  return failed.length === 0 ? 0 : 1;
}

/** One after the other; where figures mean nothing, some at a time. */
async function measureAll(rows: readonly Row[], options: Options): Promise<readonly Measured[]> {
  const measured: Measured[] = [];
  const left = [...rows.entries()];
  const worker = async (): Promise<void> => {
    for (let next = left.shift(); next; next = left.shift()) measured[next[0]] = await measure(next[1], options);
  };
  await Promise.all(Array.from({ length: options.quick ? QUICK_AT_ONCE : 1 }, worker));
  return measured;
}

/** A row that fails or takes too long ends with everything it started, and the next one begins. */
async function measure(row: Row, { quick, agents, rounds, profile }: Options): Promise<Measured> {
  const field = openField(profile);
  const note = (line: string): void => void process.stderr.write(`${row.name}: ${line}\n`);
  const stop = (): void => void field.end().finally(() => process.exit(1));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`not done after ${row.limitSeconds} s`)), row.limitSeconds * 1000);
  });
  const since = performance.now();
  try {
    note(row.about);
    const figures = await Promise.race([row.run({ quick, agents, rounds, field, note }), late]);
    return { row: row.name, figures, failure: null };
  } catch (error) {
    note((error as Error).stack ?? String(error));
    for (const words of field.lastWords()) note(`a program that has ended said: ${words}`);
    return { row: row.name, figures: [], failure: (error as Error).message };
  } finally {
    clearTimeout(timer);
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, stop);
    await field.end();
    note(`took ${((performance.now() - since) / 1000).toFixed(0)} s`);
  }
}

const OPTIONS = {
  agents: { type: 'string', default: '2000' },
  rounds: { type: 'string', default: '50' },
  markdown: { type: 'string' },
  profile: { type: 'string' },
  quick: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

function parse(words: readonly string[], rows: readonly Row[]): Options | 'help' {
  const { values, positionals } = read(words);
  if (values.help) return 'help';
  const { quick, markdown, profile } = values;
  const agents = Number(values.agents);
  if (!Number.isInteger(agents) || agents < 1 || agents > 12_000)
    throw new WrongUse(`--agents takes a whole number from 1 to 12000, not ${values.agents}`);
  const rounds = Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1 || rounds > 1000)
    throw new WrongUse(`--rounds takes a whole number from 1 to 1000, not ${values.rounds}`);
  if (markdown !== undefined && markdown !== 'en' && markdown !== 'zh')
    throw new WrongUse(`--markdown takes en or zh, not ${markdown}`);
  const unknown = positionals.filter((name) => !NAMES.includes(name));
  if (unknown.length > 0) throw new WrongUse(`there is no row ${unknown.join(', ')}; known: ${NAMES.join(', ')}`);
  const chosen = positionals.length === 0 ? rows : rows.filter(({ name }) => positionals.includes(name));
  const cwd = process.env['XUNKAO_CWD'] ?? process.cwd();
  return {
    chosen,
    quick,
    agents,
    rounds,
    markdown: markdown ?? null,
    profile: profile === undefined ? null : resolve(cwd, profile),
  };
}

function read(words: readonly string[]) {
  try {
    return parseArgs({ args: [...words], allowPositionals: true, options: OPTIONS });
  } catch (error) {
    throw new WrongUse((error as Error).message);
  }
}

function help(rows: readonly Row[]): string {
  return `usage: npm run bench -- [ROW …] [OPTIONS]

Measures on this computer, over loopback only, and prints one table. All rows take half an hour at most.

${rows.map(({ name, about }) => `  ${name.padEnd(16)} ${about}`).join('\n')}

  --agents N       agents of the row scale (2000); 10000 is what the design promises
  --rounds N       rounds of the row pages (50), which is what the design promises
  --markdown en|zh the table as the README has it
  --profile DIR    CPU profiles of collectors and agents, to see where a missed bar is lost
  --quick          one tiny round of each row: it shows that the bench works, its figures mean nothing

Exit codes: 0 every bar is met, 1 one is missed or a row failed, 2 wrong use.
`;
}

process.exitCode = await main(process.argv.slice(2));
