import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** What Linux says of a running process (proc(5)). A process that has ended throws. */

/** Null when these can be asked here. */
export function cannotMeasureProcesses(): string | null {
  return existsSync('/proc/self/smaps_rollup') ? null : 'processes are measured through /proc, which is Linux';
}

/** CPU time of all its threads, those that ended as well; in steps of 10 ms. */
export function cpuMs(pid: number): number {
  const { user, system } = timesOf(pid);
  return (user + system) * TICK_MS;
}

/** The same with its children: those that ended and were waited for, and those that live. */
export function treeCpuMs(pid: number): number {
  const { user, system, childUser, childSystem } = timesOf(pid);
  const own = (user + system + childUser + childSystem) * TICK_MS;
  return childrenOf(pid).reduce((sum, child) => sum + treeCpuMs(child), own);
}

/** Its share of memory: pages that several processes hold are divided between them. */
export function pssBytes(pid: number): number {
  const kibibytes = /^Pss: +(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1];
  return Number(kibibytes) * 1024;
}

export function childrenOf(pid: number): readonly number[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((thread) => {
    const text = readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8');
    return text.split(' ').filter(Boolean).map(Number);
  });
}

/** USER_HZ is 100 on every Linux that Node.js runs on. */
const TICK_MS = 10;

function timesOf(pid: number) {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name in brackets may hold blanks and brackets itself.
  const fields = text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const [user, system, childUser, childSystem] = fields.slice(11, 15) as [number, number, number, number];
  return { user, system, childUser, childSystem };
}
