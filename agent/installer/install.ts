import { promises as fs, existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readWhole, remove, writeWhole } from '../files.ts';
import type { Bilingual } from '../probe.ts';
import { LINK_FILE, readLink, type LinkStatus } from '../status.ts';
import { parseTicket } from '../ticket.ts';
import { isAdministrator, NOT_ADMINISTRATOR, protectionWarning, windowsFault } from './checks.ts';
import * as names from './layout.ts';
import { damaged, readManifest, sha256Of, type Manifest } from './manifest.ts';
import type { Pc } from './pc.ts';
import { stopAgent } from './stop.ts';
import { taskFile, type Task } from './task.ts';

export interface InstallOptions {
  /** For a startup script: asks nothing, and does nothing when this bundle is installed already. */
  readonly quiet: boolean;
  /** Not stopped by active protection. */
  readonly anyway: boolean;
  /** How long the collector's welcome is waited for. */
  readonly waitMs?: number;
}

/** Boot of Node on a cold disk, the antivirus's first look, and a collector that is being started. */
const WAIT_MS = 90_000;
const LOOK_MS = 500;

/** The exit code: 0 installed and welcomed, 1 not, and why was said. Nothing is copied before every check has passed. */
export async function install(pc: Pc, options: InstallOptions): Promise<number> {
  const { layout } = pc;
  const refuse = (text: Bilingual): number => {
    pc.say(text);
    return 1;
  };
  const tooOld = windowsFault(pc.host.release());
  if (tooOld) return refuse(tooOld);
  if (!(await isAdministrator(pc))) return refuse(NOT_ADMINISTRATOR);
  const manifest = await readManifest(join(pc.from, names.MANIFEST_FILE));
  if (!manifest) return refuse(NO_MANIFEST);
  const ticket = await readTicket(pc);
  if ('zh' in ticket) return refuse(ticket);
  if (options.quiet && (await isInstalled(pc, manifest, ticket.text))) {
    pc.say({ zh: '这个版本已经安装，无需改动。', en: 'This bundle is installed already; nothing to do.' });
    return 0;
  }
  const wrong = await damaged(pc.from, manifest, names.PROGRAM_FILES);
  if (wrong.length > 0) return refuse(damagedText(wrong));
  const warning = await protectionWarning(pc);
  if (warning) {
    pc.say(warning);
    if (!options.anyway && !options.quiet && !(await pc.ask(GO_ON))) return refuse(NOT_INSTALLED);
  }
  pc.say({ zh: `正在安装到 ${layout.programs}`, en: `Installing into ${layout.programs}` });
  const fault =
    (await stopAgent(pc)) ??
    (await copyPrograms(pc, manifest)) ??
    (await prepareData(pc, ticket.text)) ??
    (await registerTasks(pc));
  if (fault) return refuse(fault);
  return awaitWelcome(pc, options.waitMs ?? WAIT_MS);
}

async function readTicket({ from, layout }: Pc): Promise<{ readonly text: string } | Bilingual> {
  // Beside install.cmd, which stands above the folder of files; without one an installed PC keeps its own.
  const file = join(dirname(from), 'ticket.txt');
  const text = (await readWhole(file)) ?? (await readWhole(join(layout.data, 'ticket')));
  if (text === null) return NO_TICKET;
  const parsed = parseTicket(text);
  if ('ticket' in parsed) return { text: `${text.trim()}\n` };
  const all = (word: keyof Bilingual): string => parsed.faults.map((fault) => fault[word]).join('; ');
  return { zh: `${file}：${all('zh')}`, en: `${file}: ${all('en')}` };
}

/** This very bundle, with this ticket, and both are still there: an antivirus may have taken something. */
async function isInstalled(pc: Pc, manifest: Manifest, ticket: string): Promise<boolean> {
  const { programs, data } = pc.layout;
  const installed = await readManifest(join(programs, names.MANIFEST_FILE));
  if (installed?.id !== manifest.id || (await readWhole(join(data, 'ticket'))) !== ticket) return false;
  if (!existsSync(join(programs, names.NODE_FILE))) return false;
  if ((await damaged(programs, manifest, names.PROGRAM_FILES)).length > 0) return false;
  return pc.run('schtasks', ['/query', '/tn', names.AGENT_TASK]).ok;
}

async function copyPrograms({ from, node, layout }: Pc, manifest: Manifest): Promise<Bilingual | null> {
  const { programs } = layout;
  try {
    await fs.mkdir(programs, { recursive: true });
    await replace(node, join(programs, names.NODE_FILE));
    for (const name of names.PROGRAM_FILES) await replace(join(from, name), join(programs, name));
    // Last: it says that all the rest is there.
    await replace(join(from, names.MANIFEST_FILE), join(programs, names.MANIFEST_FILE));
  } catch (error) {
    return failed('复制程序文件', 'copying the programs', (error as Error).message);
  }
  const lost = await damaged(programs, manifest, names.PROGRAM_FILES);
  return lost.length === 0 ? null : takenText(lost);
}

/** What is the same stays as it is: Node is large, and antiviruses look at everything that is new. */
async function replace(from: string, to: string): Promise<void> {
  if (existsSync(to) && (await sha256Of(to)) === (await sha256Of(from))) return;
  await fs.copyFile(from, `${to}.new`);
  // A share or a disc may have given it to be read only, and so it would be copied.
  await fs.chmod(`${to}.new`, 0o755);
  await fs.rename(`${to}.new`, to);
}

const FULL = ['*S-1-5-18:(OI)(CI)F', '*S-1-5-32-544:(OI)(CI)F'] as const;

/** Key, ticket and devices' passwords: the folder is closed before anything is written into it. */
async function prepareData(pc: Pc, ticket: string): Promise<Bilingual | null> {
  const { data, screen } = pc.layout;
  try {
    await fs.mkdir(names.logFolder(pc.layout), { recursive: true });
    await fs.mkdir(screen, { recursive: true });
  } catch (error) {
    return failed('建立数据文件夹', 'making the folder for data', (error as Error).message);
  }
  const steps: readonly (readonly string[])[] = [
    // Everybody may make folders there: one that somebody else made first becomes the administrators'.
    [data, '/setowner', '*S-1-5-32-544', '/T', '/C', '/Q'],
    [data, '/inheritance:r', '/grant:r', ...FULL, '/Q'],
    [join(data, '*'), '/reset', '/T', '/C', '/Q'],
    // Here the helper in any user's session writes how large their screen is, and nothing else is read from it.
    [screen, '/inheritance:r', '/grant:r', ...FULL, '*S-1-5-32-545:(OI)(CI)M', '/Q'],
  ];
  for (const args of steps) {
    const { ok, said } = pc.run('icacls', args);
    if (!ok) return failed('设置文件夹权限', 'setting rights of folders', `icacls ${args[0]}: ${said}`);
  }
  const fault = await writeWhole(join(data, 'ticket'), ticket);
  return fault === null ? null : failed('保存凭证', 'keeping the ticket', fault);
}

/** The command line of the agent, as the task starts it. Half a PC has 2 GB: the heap is bounded. */
export function agentTask(layout: names.Layout): Task {
  const { programs, data } = layout;
  return {
    kind: 'service',
    description: 'Xunkao 巡考：读取本机状况并告诉本考点的采集器 / tells the site how this PC is',
    command: join(programs, names.NODE_FILE),
    args: ['--max-old-space-size=64', join(programs, names.AGENT_FILE), '--dir', data, '--log', names.agentLog(layout)],
    folder: programs,
  };
}

function screenTask({ programs }: names.Layout): Task {
  return {
    kind: 'session',
    description: 'Xunkao 巡考：登录时记下屏幕分辨率 / notes the size of the screen at sign-in',
    command: join(programs, names.NODE_FILE),
    args: [join(programs, names.AGENT_FILE), 'screen'],
    folder: programs,
  };
}

async function registerTasks(pc: Pc): Promise<Bilingual | null> {
  const { layout } = pc;
  await remove(join(layout.data, LINK_FILE));
  for (const [name, task] of [
    [names.AGENT_TASK, agentTask(layout)],
    [names.SCREEN_TASK, screenTask(layout)],
  ] as const) {
    const file = join(layout.data, `${name}.xml`);
    try {
      await fs.writeFile(file, taskFile(task));
      const { ok, said } = pc.run('schtasks', ['/create', '/tn', name, '/xml', file, '/f']);
      if (!ok) return taskText(said);
    } catch (error) {
      return failed('写任务文件', 'writing the task', (error as Error).message);
    } finally {
      await remove(file);
    }
  }
  const { ok, said } = pc.run('schtasks', ['/run', '/tn', names.AGENT_TASK]);
  return ok ? null : taskText(said);
}

async function awaitWelcome(pc: Pc, waitMs: number): Promise<number> {
  pc.say({ zh: '已安装，正在等待采集器接纳本机……', en: 'Installed; waiting for the collector to welcome this PC …' });
  let last: LinkStatus | null = null;
  for (let waited = 0; waited <= waitMs; waited += LOOK_MS) {
    last = (await readLink(pc.layout.data)) ?? last;
    if (last?.machine != null) {
      pc.say({ zh: `成功：${last.said.zh}。`, en: `Done: ${last.said.en}.` });
      pc.say(REBOOT);
      return 0;
    }
    await pc.sleep(LOOK_MS);
  }
  pc.say(last === null ? neverStarted(names.agentLog(pc.layout)) : notWelcomed(last.said));
  return 1;
}

const GO_ON: Bilingual = { zh: '仍要继续安装吗？', en: 'Install anyway?' };
const NOT_INSTALLED: Bilingual = { zh: '没有安装，未作任何改动。', en: 'Not installed; nothing was changed.' };
const NO_MANIFEST: Bilingual = {
  zh: 'files\\bundle.json 不在了：请重新完整复制整个文件夹（不要只复制其中的几个文件）。',
  en: 'files\\bundle.json is missing: copy the whole folder again, not some of its files.',
};
const NO_TICKET: Bilingual = {
  zh: 'install.cmd 旁边没有 ticket.txt：请在采集器上为这个考场重新制作安装文件夹，或把凭证存为 ticket.txt 放在 install.cmd 旁边。',
  en: 'There is no ticket.txt beside install.cmd: make the folder for this room anew at the collector, or save a ticket as ticket.txt beside install.cmd.',
};
const REBOOT: Bilingual = {
  zh: '还差一步：请重启这台电脑一次（有还原保护的，先打开保护再重启）。重启后座位应在控制台上重新变为在线；没有回来的座位会在重启检查表里列出。',
  en: 'One thing is left: restart this PC once (with restore protection: turn it on first). Its seat must be online again on the console afterwards; those that are not are named in the list of restarts.',
};

function failed(zh: string, en: string, why: string): Bilingual {
  return { zh: `${zh}失败：${why}`, en: `${en} failed: ${why}` };
}

function damagedText(files: readonly string[]): Bilingual {
  const list = files.join(', ');
  return {
    zh: `安装文件夹不完整，这些文件缺失或被改动：${list}。可能是复制不全，或被杀毒软件隔离：请按 whitelist.html 加入信任，再重新复制整个文件夹。`,
    en: `The folder is not whole; missing or changed: ${list}. The copy was cut short, or an antivirus took them: trust them as whitelist.html says, and copy the whole folder again.`,
  };
}

function takenText(files: readonly string[]): Bilingual {
  const list = files.join(', ');
  return {
    zh: `复制之后这些文件不见了或变了：${list}。多半是杀毒软件所为：请按 whitelist.html 加入信任，再运行 install.cmd。`,
    en: `After copying, these are gone or changed: ${list}. Most likely an antivirus did it: trust them as whitelist.html says, and run install.cmd again.`,
  };
}

function taskText(said: string): Bilingual {
  return {
    zh: `计划任务没有建立或没有启动（${said}）。若安全软件弹出提示，请选“允许”，并按 whitelist.html 加入信任，再运行 install.cmd。`,
    en: `The scheduled task was not made or not started (${said}). If a security program asks, allow it, trust the files as whitelist.html says, and run install.cmd again.`,
  };
}

function neverStarted(log: string): Bilingual {
  return {
    zh: `已安装，但代理程序没有启动，或一直没有消息。请查看 ${log}，并检查安全软件的拦截记录（见 whitelist.html）。`,
    en: `Installed, but the agent did not start, or says nothing. Look at ${log}, and at what the security program has stopped (whitelist.html).`,
  };
}

function notWelcomed(said: Bilingual): Bilingual {
  return {
    zh: `已安装，但采集器还没有接纳本机：${said.zh}。代理程序会一直重试；请检查网线、采集器是否在运行、防火墙端口和凭证。`,
    en: `Installed, but the collector has not welcomed this PC yet: ${said.en}. The agent goes on trying; check the cable, that the collector runs, its firewall and the ticket.`,
  };
}
