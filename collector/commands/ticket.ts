import type { Bilingual } from '../../agent/probe.ts';
import { askControl } from '../control.ts';
import { ROLES } from '../identity/machine.ts';
import { defaultData } from './collector.ts';
import type { Command } from './command.ts';
import { parse, pathFrom, roleName, roomName, say, wholeNumber } from './options.ts';

const HELP: Bilingual = {
  zh: `用法：xunkao ticket --room 考场 [选项]

让这个数据目录上正在运行的采集器开一张凭证并打印出来；在每台机器上要输入的命令打印到 stderr。

  --room 考场     机器所在的考场，例如 A
  --role 角色     ${ROLES.join('、')} 之一（candidate）：考生机、备用机、服务器、备用服务器、设备网关
  --uses N        可供多少台机器使用（45）
  --days N        新机器在多少天之内可以使用（14）
  --data 目录     采集器的数据目录
`,
  en: `usage: xunkao ticket --room ROOM [OPTIONS]

Makes a ticket at the running collector of this data directory and prints it, and on stderr what to type on the machines.

  --room ROOM     the room the machines are in, such as A
  --role ROLE     ${ROLES.join(', ')} (candidate)
  --uses N        how many machines may use it (45)
  --days N        for how many days new hardware may use it (14)
  --data DIR      the collector's data directory
`,
};

export const ONLY_HERE: Bilingual = {
  zh: '注意：采集器只在本机上监听，别的机器用不了这张凭证。请先用 --listen 加上本机的局域网地址重新启动采集器，例如 --listen 192.168.1.10:9480，再重新开凭证。',
  en: 'Note: the collector listens on this PC alone, so no other machine can use this ticket. Start it with --listen and an address of this PC on the LAN, such as --listen 192.168.1.10:9480, and make the ticket again.',
};

export const command: Command = async (args) => {
  const options = parse(args, HELP, {
    room: { type: 'string' },
    role: { type: 'string' },
    uses: { type: 'string' },
    days: { type: 'string' },
    data: { type: 'string' },
  });
  if (!options) return 0;
  const { data, ...said } = options.values;
  const wish = ticketWish(said);
  const answer = await askControl(data === undefined ? defaultData() : pathFrom(data), { ask: 'ticket', wish });
  if ('error' in answer) {
    process.stderr.write(`xunkao ticket: ${say(answer.error)}\n`);
    return 1;
  }
  process.stdout.write(`${String(answer['ticket'])}\n`);
  const next = {
    zh: '把上面一行存为 ticket.txt，再在每台机器上输入：',
    en: 'Save that line as ticket.txt; then on each machine:',
  };
  process.stderr.write(`\n${say(next)}\n  ${String(answer['command'])}\n`);
  if (answer['onlyHere'] === true) process.stderr.write(`\n${say(ONLY_HERE)}\n`);
  return 0;
};

interface Said {
  readonly room?: string;
  readonly role?: string;
  readonly uses?: string;
  readonly days?: string;
}

/** What was typed behind the options of a ticket. */
export function ticketWish({ room, role, uses = '45', days = '14' }: Said) {
  const name = roomName(room);
  return {
    room: name,
    role: roleName(role),
    uses: wholeNumber('uses', uses, 1, 1000),
    days: wholeNumber('days', days, 1, 366),
  };
}
