import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { nutAvailable } from '../fixtures/nut.ts';
import { hasStores } from '../fixtures/series.ts';
import { postgresBin } from '../fixtures/postgres.ts';

const MAIN = join(import.meta.dirname, 'main.ts');

interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function bench(...args: readonly string[]): Promise<Ran> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'], timeout: 170_000 });
    const text = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (piece: string) => (text[name] += piece));
    }
    child.once('close', (code) => resolve({ code, ...text }));
  });
}

describe('one tiny round of every row', () => {
  let ran: Ran;
  beforeAll(async () => {
    ran = await bench('--quick', '--markdown', 'en');
  }, 180_000);

  test('goes through', () => {
    expect(ran.code, `${ran.stdout}\n${ran.stderr}`).toBe(0);
  });

  test.each([
    ['metrics', 'text of /metrics'],
    ['outage', 'readings lost or counted twice'],
    ['silence', 'agent silent → incident'],
    ['history', '1 days of 3 machines'],
    ['reports', 'two-year evaluation, PDF'],
    ['judging', 'judging 200 rooms × 50'],
  ])('%s is in the table', (_row, what) => {
    expect(ran.stdout).toContain(what);
  });

  // They measure processes through /proc.
  test.runIf(process.platform === 'linux').each([
    ['take-in', 'CPU for 10,000 frames taken in'],
    ['scale', '20 agents, TLS: of a core'],
    ['agent', 'agent: processes started'],
  ])('%s is in the table', (_row, what) => {
    expect(ran.stdout).toContain(what);
  });

  test.runIf(nutAvailable())('what reads a UPS is in the table', () => {
    expect(ran.stdout).toContain('mains fail at upsd');
    expect(ran.stdout).toContain('agent that watches a UPS');
  });

  test.runIf(hasStores)('the stores of long series are in the table', () => {
    expect(ran.stdout).toContain('InfluxDB caught up after a day away');
    expect(ran.stdout).toContain('VictoriaMetrics caught up after a day away');
  });

  test.runIf(postgresBin() !== null)('the organization on PostgreSQL is in the table', () => {
    expect(ran.stdout).toContain('organization: all sites, 10 × 1 years, p95');
    expect(ran.stdout).toContain('organization: outbox caught up');
  });

  test.skipIf(nutAvailable())('mains is skipped, and the reason is said', () => {
    expect(ran.stdout).toContain('mains: skipped, there is no upsd here');
  });
});

test('a row that does not exist is wrong use, and the known ones are named', async () => {
  const { code, stderr } = await bench('take-out');
  expect(code).toBe(2);
  expect(stderr).toContain('there is no row take-out; known: take-in, scale');
});
