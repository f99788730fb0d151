import type { Bilingual } from '../../agent/probe.ts';
import { folderFault, writeFolder } from '../bundle/folder.ts';
import { BUILT_PARTS, findParts, PARTS, windowsPieces } from '../bundle/pieces.ts';
import { askControl } from '../control.ts';
import { ROLES } from '../identity/machine.ts';
import { defaultData } from './collector.ts';
import type { Command } from './command.ts';
import { parse, pathFrom, say, WrongUse } from './options.ts';
import { collectorPieces } from './pack.ts';
import { ONLY_HERE, ticketWish } from './ticket.ts';

const HELP: Bilingual = {
  zh: `用法：xunkao bundle --for windows --room 考场 --to 文件夹 [选项]
      xunkao bundle --for collector-windows|collector-linux --to 文件夹

写出一个可以拷到 U 盘或共享的文件夹；使用它的电脑不需要网络、Node 或 npm。

  --for windows            一个考场的 Windows 电脑用：双击 install.cmd 安装代理程序，里面有新开的凭证
  --for collector-windows  考点的采集器（64 位 Windows 10 或更新）：双击 start.cmd
  --for collector-linux    考点的采集器（64 位 Linux）：./start.sh
  --to 文件夹              新的或空的文件夹，或以前写出的同类文件夹

只用于 windows：
  --room 考场     机器所在的考场，例如 A
  --role 角色     ${ROLES.join('、')} 之一（candidate）
  --uses N        可供多少台机器使用（45）
  --days N        新机器在多少天之内可以使用（14）
  --data 目录     采集器的数据目录；采集器须正在运行
`,
  en: `usage: xunkao bundle --for windows --room ROOM --to DIR [OPTIONS]
       xunkao bundle --for collector-windows|collector-linux --to DIR

Writes a folder for a USB stick or a share; the PC that uses it needs no internet, no Node.js and no npm.

  --for windows            for the Windows PCs of a room: install.cmd installs the agent, with a fresh ticket
  --for collector-windows  a site's collector (64-bit Windows 10 or later): start.cmd
  --for collector-linux    a site's collector (64-bit Linux): ./start.sh
  --to DIR                 a new or empty folder, or one of the same kind that was written before

for windows alone:
  --room ROOM     the room the machines are in, such as A
  --role ROLE     ${ROLES.join(', ')} (candidate)
  --uses N        how many machines may use it (45)
  --days N        for how many days new hardware may use it (14)
  --data DIR      the data directory of the collector, which has to run
`,
};

export const command: Command = async (args) => {
  const options = parse(args, HELP, {
    for: { type: 'string' },
    to: { type: 'string' },
    room: { type: 'string' },
    role: { type: 'string' },
    uses: { type: 'string' },
    days: { type: 'string' },
    data: { type: 'string' },
  });
  if (!options) return 0;
  const { for: kind, to, data, ...wish } = options.values;
  if (kind !== 'windows' && kind !== 'collector-windows' && kind !== 'collector-linux') {
    throw new WrongUse({
      zh: `--for 须是 windows、collector-windows 或 collector-linux${kind === undefined ? '' : `，不能是 ${kind}`}`,
      en: `--for takes windows, collector-windows or collector-linux${kind === undefined ? '' : `, not ${kind}`}`,
    });
  }
  if (to === undefined) {
    throw new WrongUse({
      zh: '用 --to 给出要写出的文件夹，例如 --to /media/usb/xunkao-A',
      en: '--to names the folder to write, such as --to /media/usb/xunkao-A',
    });
  }
  const folder = pathFrom(to);
  if (kind === 'windows') return agents(folder, ticketWish(wish), data === undefined ? defaultData() : pathFrom(data));
  const extra = Object.keys({ ...wish, ...(data === undefined ? {} : { data }) });
  if (extra.length > 0) {
    const list = extra.map((name) => `--${name}`).join(' ');
    throw new WrongUse({ zh: `${list} 只用于 --for windows`, en: `${list} is for --for windows alone` });
  }
  const occupied = await folderFault(folder, 'app');
  if (occupied) return fail(occupied);
  return collector(folder, kind === 'collector-windows' ? 'win32' : 'linux');
};

async function agents(folder: string, wish: ReturnType<typeof ticketWish>, data: string): Promise<number> {
  const occupied = await folderFault(folder, 'files');
  if (occupied) return fail(occupied);
  // The ticket last: one that nobody gets is a loss.
  const parts = await partsForWindows();
  if (typeof parts !== 'string') return fail(parts.fault);
  const answer = await askControl(data, { ask: 'ticket', wish });
  if ('error' in answer) return fail(answer.error);
  await writeFolder(await windowsPieces(parts, String(answer['ticket'])), folder);
  process.stdout.write(`${folder}\n`);
  process.stderr.write(`\n${say(NEXT)}\n`);
  if (answer['onlyHere'] === true) process.stderr.write(`\n${say(ONLY_HERE)}\n`);
  return 0;
}

async function collector(folder: string, system: 'win32' | 'linux'): Promise<number> {
  const parts = await partsForWindows();
  if (typeof parts !== 'string') return fail(parts.fault);
  const packed = await collectorPieces(system, parts);
  if ('fault' in packed) return fail(packed.fault);
  await writeFolder(packed.pieces, folder);
  process.stdout.write(`${folder}\n`);
  process.stderr.write(`\n${say(system === 'win32' ? NEXT_WINDOWS : NEXT_LINUX)}\n`);
  return 0;
}

/** A site's collector brings them; a checkout builds them anew, so that they are of its own source. */
async function partsForWindows(): Promise<string | { readonly fault: Bilingual }> {
  if ((await findParts()) === PARTS) return PARTS;
  try {
    const { bundleInstaller } = await import('../../agent/build.ts');
    await bundleInstaller(BUILT_PARTS);
    return BUILT_PARTS;
  } catch (error) {
    const { message } = error as Error;
    return {
      fault: {
        zh: `给 Windows 电脑的部分做不出来：${message}。源码目录里需要 Debian 软件包 gcc-mingw-w64-x86-64-posix 和 npm 仓库`,
        en: `the parts for Windows PCs cannot be made: ${message}; a checkout needs Debian's gcc-mingw-w64-x86-64-posix and the npm registry`,
      },
    };
  }
}

function fail(text: Bilingual): number {
  process.stderr.write(`xunkao bundle: ${say(text)}\n`);
  return 1;
}

const NEXT: Bilingual = {
  zh: '把这个文件夹拷到 U 盘或共享上，在每台电脑上以管理员身份运行 install.cmd；先打印其中的 whitelist.html。里面有凭证，请妥善保管。',
  en: 'Copy the folder to a stick or a share and run install.cmd as administrator on each PC; print whitelist.html first. It holds a ticket: keep it safe.',
};
const NEXT_WINDOWS: Bilingual = {
  zh: '把这个文件夹拷到考点采集器的硬盘上（64 位 Windows 10 或更新），双击 start.cmd；要开机自动运行，以管理员身份运行 install.cmd。',
  en: 'Copy the folder to the disk of the PC that will be the collector (64-bit Windows 10 or later) and double-click start.cmd; to run at boot, run install.cmd as administrator.',
};
const NEXT_LINUX: Bilingual = {
  zh: '把这个文件夹拷到考点采集器的硬盘上（64 位 Linux），运行 ./start.sh；要开机自动运行，用 sudo ./install.sh。',
  en: 'Copy the folder to the disk of the PC that will be the collector (64-bit Linux) and run ./start.sh; to run at boot, sudo ./install.sh.',
};
