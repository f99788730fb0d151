import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { parseTicket } from '../../agent/ticket.ts';
import { run, startAgent, startCollector, temporaryFolder } from '../fixtures/programs.ts';

/** What somebody else on the same computer could see of the real programs. */

/** Every file below, with what group and others may do. */
function openToOthers(folder: string): string[] {
  const paths = [
    folder,
    ...readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
  ];
  return paths.filter((path) => existsSync(path) && (statSync(path).mode & 0o077) !== 0);
}

/** Command lines of these processes and of what they started, as everybody can read them. */
function commandLines(): string {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ');
      } catch {
        return '';
      }
    })
    .filter((line) => /collector\/main\.ts|agent\/main\.ts/.test(line))
    .join('\n');
}

function withoutUmask(): void {
  const before = process.umask(0);
  onTestFinished(() => void process.umask(before));
}

/** Each starts three or four programs, one after the other. */
const SLOW_MS = 120_000;

test.skipIf(process.platform !== 'linux')(
  'no file of a collector, its agent or its backup is open to others, whatever the umask',
  async () => {
    withoutUmask();
    const collector = await startCollector({ command: 'up', settings: 'internet_targets: []\n' });
    await collector.until('its own machine', '/machines', ({ machines }) => machines.some(({ online }) => online));
    // To be given away: the record is checked with it.
    const publicKey = join('record', 'key.pub');
    // Made by the fixture, like a folder or a file that a person made before.
    const open = ['', 'xunkao.yaml', publicKey].map((name) => join(collector.data, name));
    expect(openToOthers(collector.data).filter((path) => !open.includes(path))).toEqual([]);
    const to = join(temporaryFolder('backup'), 'new');
    mkdirSync(to, { mode: 0o755 });
    expect((await run('xunkao', ['backup', '--to', to, '--data', collector.data])).stderr).toBe('');
    expect(readdirSync(to)).toContain('xunkao.db');
    expect(openToOthers(to).filter((path) => ![to, join(to, publicKey)].includes(path))).toEqual([]);
  },
  SLOW_MS,
);

test.skipIf(process.platform !== 'linux')(
  'nor is what an agent keeps while nobody answers it',
  async () => {
    withoutUmask();
    const collector = await startCollector();
    const agent = startAgent({ ticket: await collector.ticket('A') });
    await collector.until('the machine', '/machines', ({ machines }) => machines.some(({ online }) => online));
    await collector.kill();
    await expect
      .poll(() => existsSync(join(agent.dir, 'outbox')) && readdirSync(join(agent.dir, 'outbox')).length > 0, {
        timeout: 30_000,
      })
      .toBe(true);
    await agent.stop();
    expect(readdirSync(agent.dir)).toEqual(expect.arrayContaining(['key.pem', 'site.json', 'ticket', 'outbox']));
    expect(openToOthers(agent.dir).filter((path) => path !== agent.dir)).toEqual([]);
  },
  SLOW_MS,
);

test.skipIf(process.platform !== 'linux')(
  'a ticket stands in no list of processes, and in no output but its own',
  async () => {
    const collector = await startCollector({ command: 'up', args: ['--demo'] });
    await collector.until(
      'simulated machines',
      '/machines',
      ({ machines }) => machines.filter(({ simulated }) => simulated).length > 3,
      30_000,
    );
    const lines = commandLines();
    expect(lines).toContain('load --agents 45');
    expect(lines).not.toMatch(/eyJ2Ijox/);
    const made = await run('xunkao', ['ticket', '--room', 'A', '--data', collector.data]);
    expect(parseTicket(made.stdout)).toHaveProperty('ticket.room', 'A');
    expect(made.stderr).toContain('--ticket ticket.txt');
    for (const text of [made.stderr, collector.stdout(), collector.stderr()]) expect(text).not.toMatch(/eyJ2Ijox/);
    const typed = await run('xunkao', ['load', '--agents', '1', '--ticket', made.stdout.trim()]);
    expect(typed.code).toBe(2);
    expect(typed.stderr).not.toMatch(/eyJ2Ijox/);
    await collector.stop();
  },
  SLOW_MS,
);
