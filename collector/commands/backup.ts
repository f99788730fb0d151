import { askControl } from '../control.ts';
import { defaultData } from './collector.ts';
import type { Command } from './command.ts';
import { parse, pathFrom, WrongUse } from './options.ts';

const HELP = `usage: xunkao backup --to DIR [--data DIR]

Copies the running collector's data directory – record, keys, CA – into a new folder. To go back to it, on this PC or on
another one: stop the collector, and start it with --data on a copy of that folder. Its machines find it by themselves.

  --to DIR        a folder that does not exist yet; it will hold keys: keep it as safe as the collector itself
  --data DIR      the collector's data directory
`;

export const command: Command = async (args) => {
  const options = parse(args, HELP, { to: { type: 'string' }, data: { type: 'string' } });
  if (!options) return 0;
  const { to, data } = options.values;
  if (to === undefined) throw new WrongUse('--to names the new folder, for example --to /media/usb/xunkao-2026-11-23');
  const answer = await askControl(data === undefined ? defaultData() : pathFrom(data), {
    ask: 'backup',
    to: pathFrom(to),
  });
  if ('error' in answer) {
    process.stderr.write(`xunkao backup: ${String(answer['error'])}\n`);
    return 1;
  }
  process.stdout.write(`${pathFrom(to)}\n`);
  return 0;
};
