import { promises as fs } from 'node:fs';
import { join } from 'node:path';
import type { Bilingual } from '../probe.ts';
import { readLink } from '../status.ts';
import * as names from './layout.ts';
import type { Pc } from './pc.ts';

const LIMIT_MS = 20_000;
const LOOK_MS = 250;
/** The scheduler's own end comes first; what it does not reach is ended by its number. */
const KILL_AFTER_MS = 3_000;

/**
 * Ends the agent that runs, if any, and waits until it is gone. Windows lets nobody write to a program that runs: that
 * is what tells. Null when it is gone, else why not.
 */
export async function stopAgent(pc: Pc): Promise<Bilingual | null> {
  const { programs, data } = pc.layout;
  const node = join(programs, names.NODE_FILE);
  if (!(await isRunning(node))) return null;
  pc.run('schtasks', ['/end', '/tn', names.AGENT_TASK]);
  for (let waited = 0; waited < LIMIT_MS; waited += LOOK_MS) {
    if (!(await isRunning(node))) return null;
    if (waited === KILL_AFTER_MS) {
      // Only administrators write that file, and the program still runs: the number is its own.
      const { pid } = (await readLink(data)) ?? {};
      if (pid !== undefined) pc.end(pid);
    }
    await pc.sleep(LOOK_MS);
  }
  return {
    zh: `旧的代理程序没有结束（${node} 仍在使用）。请重启电脑后再运行一次。`,
    en: `The old agent does not end (${node} is still in use). Restart the PC and run this again.`,
  };
}

async function isRunning(program: string): Promise<boolean> {
  try {
    await (await fs.open(program, 'r+')).close();
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ENOENT';
  }
}
