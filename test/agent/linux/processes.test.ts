import { expect, test } from 'vitest';
import { processNumbers, watchProcesses } from '../../../agent/linux/processes.ts';
import { fakeHost } from '../../fixtures/host.ts';
import type { FakeFile } from '../../fixtures/host.ts';

/** A machine whose processes a test may change, and which counts how often a name was read. */
function machine(first: Readonly<Record<number, string>>) {
  let running = first;
  let reads = 0;
  const record = (): Record<string, FakeFile> => {
    const files: Record<string, FakeFile> = { '/proc/loadavg': '0 0 0 1/2 3', '/proc/meminfo': '' };
    for (const [number, name] of Object.entries(running)) files[`/proc/${number}/comm`] = `${name}\n`;
    return files;
  };
  return {
    host: {
      ...fakeHost(),
      list: (path: string) => fakeHost({ files: record() }).list(path),
      glance: (path: string) => {
        reads++;
        return fakeHost({ files: record() }).glance(path);
      },
    },
    run: (processes: Readonly<Record<number, string>>) => (running = processes),
    reads: () => reads,
  };
}

test('names of all running programs are told', async () => {
  const { host } = machine({ 1: 'systemd', 20: 'sshd', 21: 'bash', 22: 'bash' });
  expect(await watchProcesses()(host)).toEqual(new Set(['systemd', 'sshd', 'bash']));
  expect(await processNumbers(host)).toEqual(['1', '20', '21', '22']);
});

test('a process is read twice and then known; one that ended is forgotten', async () => {
  const { host, run, reads } = machine({ 1: 'systemd', 20: 'sshd' });
  const watch = watchProcesses();
  await watch(host);
  await watch(host);
  const before = reads();
  expect(await watch(host)).toEqual(new Set(['systemd', 'sshd']));
  expect(reads()).toBe(before);
  run({ 1: 'systemd', 30: 'anydesk' });
  expect(await watch(host)).toEqual(new Set(['systemd', 'anydesk']));
  expect(reads()).toBe(before + 1);
});

test('a process that was seen between fork and exec gets its new name', async () => {
  const { host, run } = machine({ 1: 'systemd', 20: 'bash' });
  const watch = watchProcesses();
  await watch(host);
  run({ 1: 'systemd', 20: 'rustdesk' });
  expect(await watch(host)).toContain('rustdesk');
});

test('a process that turns into another late is found when all are read afresh', async () => {
  const { host, run } = machine({ 1: 'systemd', 20: 'bash' });
  const watch = watchProcesses();
  for (let ask = 0; ask < 3; ask++) await watch(host);
  run({ 1: 'systemd', 20: 'anydesk' });
  const asks: boolean[] = [];
  for (let ask = 3; ask <= 20; ask++) asks.push((await watch(host))?.has('anydesk') === true);
  expect(asks.at(-1)).toBe(true);
});

test('when others’ processes are hidden nothing is told', async () => {
  const { host } = machine({ 812: 'node' });
  expect(await watchProcesses()(host)).toBeNull();
  expect(await watchProcesses()(fakeHost())).toBeNull();
});
