import { ROLES, type Role } from '../identity/machine.ts';
import { askControl } from '../control.ts';
import type { Command } from './command.ts';
import { defaultData } from './collector.ts';
import { parse, pathFrom, wholeNumber, WrongUse } from './options.ts';

const HELP = `usage: xunkao ticket --room ROOM [OPTIONS]

Makes a ticket at the running collector of this data directory and prints it, and on stderr what to type on the machines.
一张准考“票”：让一个考场的机器登记到采集器。

  --room ROOM     the room the machines are in, such as A
  --role ROLE     ${ROLES.join(', ')} (candidate)
  --uses N        how many machines may use it (45)
  --days N        until when new hardware may use it (14)
  --data DIR      the collector's data directory
`;

export const command: Command = async (args) => {
  const options = parse(args, HELP, {
    room: { type: 'string' },
    role: { type: 'string' },
    uses: { type: 'string' },
    days: { type: 'string' },
    data: { type: 'string' },
  });
  if (!options) return 0;
  const { room, role = 'candidate', uses = '45', days = '14', data } = options.values;
  if (room === undefined || !/^[^/\s"\\\p{C}]{1,32}$/u.test(room))
    throw new WrongUse('--room takes 1 to 32 characters without blanks, such as --room A');
  if (!ROLES.includes(role as Role)) throw new WrongUse(`--role takes one of ${ROLES.join(', ')}, not ${role}`);
  const wish = {
    room,
    role: role as Role,
    uses: wholeNumber('uses', uses, 1, 1000),
    days: wholeNumber('days', days, 1, 366),
  };
  const answer = await askControl(data === undefined ? defaultData() : pathFrom(data), { ask: 'ticket', wish });
  if ('error' in answer) {
    process.stderr.write(`xunkao ticket: ${String(answer['error'])}\n`);
    return 1;
  }
  process.stdout.write(`${String(answer['ticket'])}\n`);
  process.stderr.write(
    `\nSave that line as ticket.txt; then on each machine 把上面一行存为 ticket.txt，再在每台机器上:\n  ${String(answer['command'])}\n`,
  );
  return 0;
};
