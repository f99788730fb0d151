import { existsSync, promises as fs } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Bilingual } from '../probe.ts';
import { fixedLetters, MARK_FOLDER } from '../windows/marks.ts';
import { isAdministrator, NOT_ADMINISTRATOR } from './checks.ts';
import * as names from './layout.ts';
import type { Pc } from './pc.ts';
import { stopAgent } from './stop.ts';

export interface UninstallOptions {
  /** What to do with key, ticket and what was not sent yet; null asks. */
  readonly data: 'keep' | 'remove' | null;
}

/** The exit code: 0 it is gone, 1 something is left, and what was said. Run twice it is content. */
export async function uninstall(pc: Pc, options: UninstallOptions): Promise<number> {
  const { layout } = pc;
  if (!(await isAdministrator(pc))) {
    pc.say(NOT_ADMINISTRATOR);
    return 1;
  }
  const keep = options.data === null ? await pc.ask(KEEP) : options.data === 'keep';
  const fault = await stopAgent(pc);
  if (fault) {
    pc.say(fault);
    return 1;
  }
  for (const task of [names.AGENT_TASK, names.SCREEN_TASK]) {
    // One that is not there is an error to it, and none to us.
    pc.run('schtasks', ['/delete', '/tn', task, '/f']);
  }
  // Marks on the disk and in the registry say the same, or restore protection is suspected: both stay or both go.
  if (!keep) pc.run('reg', ['delete', names.REGISTRY_KEY, '/f', '/reg:64']);
  const left: string[] = [];
  for (const folder of [layout.programs, layout.screen, ...(keep ? [] : [layout.data, ...markFolders(pc)])]) {
    if (!(await removeFolder(folder))) left.push(folder);
  }
  if (pc.run('schtasks', ['/query', '/tn', names.AGENT_TASK]).ok && taskIsThere(layout)) left.push(names.AGENT_TASK);
  if (left.length > 0) {
    pc.say(leftText(left));
    return 1;
  }
  pc.say(keep ? KEPT : GONE);
  return 0;
}

function markFolders({ host, layout }: Pc): readonly string[] {
  const letters = host.windows === undefined ? [] : fixedLetters(host.windows);
  const own = join(dirname(layout.data), basename(MARK_FOLDER.replace('\\', '/')));
  return [own, ...letters.map((letter) => `${letter}:\\${MARK_FOLDER}`)];
}

function taskIsThere({ system }: names.Layout): boolean {
  return existsSync(join(system, 'Tasks', names.AGENT_TASK));
}

/** `rm` and `rmdir` with `recursive` are of later Nodes than 13 has, or said so there. True when it is gone. */
async function removeFolder(folder: string): Promise<boolean> {
  try {
    for (const entry of await fs.readdir(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) await removeFolder(path);
      else await fs.unlink(path);
    }
    await fs.rmdir(folder);
    return true;
  } catch {
    return !existsSync(folder);
  }
}

const KEEP: Bilingual = {
  zh: '要保留数据（本机的身份和尚未发送的数据）吗？以后重新安装仍是同一台机器。',
  en: 'Keep the data (this machine’s identity and what was not sent yet)? Installed again it is the same machine.',
};
const KEPT: Bilingual = {
  zh: '已卸载，数据保留在原处。',
  en: 'Uninstalled; the data stays where it is.',
};
const GONE: Bilingual = {
  zh: '已卸载，程序、数据和计划任务都已删除。座位在控制台上会显示为离线，请在那里撤销或移走它。',
  en: 'Uninstalled: programs, data and tasks are gone. The seat is shown as offline; withdraw or move it on the console.',
};

function leftText(left: readonly string[]): Bilingual {
  return {
    zh: `卸载没有完成，还剩下：${left.join('、')}。请重启电脑后再运行一次。`,
    en: `Not all is gone; left: ${left.join(', ')}. Restart the PC and run this again.`,
  };
}
