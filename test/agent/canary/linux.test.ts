import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { filePlace, linuxMarks } from '../../../agent/canary/linux.ts';
import { canaryProbe } from '../../../agent/probes/canary.ts';
import { fakeHost } from '../../fixtures/host.ts';

const SETTINGS = { internetTargets: [], examSoftware: [] };

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'xunkao-canary-'));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

function host(folder: string, boot: string) {
  return {
    ...fakeHost({ files: { '/proc/sys/kernel/random/boot_id': `${boot}\n`, '/etc/machine-id': 'abc\n' } }),
    folder,
  };
}

const ask = async (folder: string, boot: string) =>
  (await canaryProbe(() => 0).ask!(host(folder, boot), SETTINGS)) as {
    facts: Record<string, unknown>;
    parts?: Record<string, unknown>;
  };

test('a start is told from the next by the kernel’s own name for it, not by the agent’s start', async () => {
  const dir = folder();
  const first = await ask(dir, 'one');
  expect(first.facts).toMatchObject({ sequence: 1, settled: false, boot: expect.stringMatching(/^[0-9a-f]{16}$/) });
  expect(await ask(dir, 'one')).toEqual(first);
  const second = await ask(dir, 'two');
  expect(second.facts).toMatchObject({ sequence: 2 });
  expect(second.parts).toMatchObject({
    'mark:system': { found: true, found_sequence: 1, found_nonce: first.facts['nonce'], written: true },
  });
  expect(second.facts['system']).toBe(first.facts['system']);
});

test('the mark is a file of the agent’s own account, and says nothing of the machine', async () => {
  const dir = folder();
  await ask(dir, 'one');
  expect(JSON.parse(readFileSync(join(dir, 'canary.json'), 'utf8'))).toEqual({
    sequence: 1,
    nonce: expect.stringMatching(/^[0-9a-f]{16}$/),
  });
});

test('an agent without a folder, as that of a report, marks nothing; neither does a kernel that names no start', async () => {
  const { facts } = await canaryProbe(() => 0).ask!(fakeHost(), SETTINGS);
  expect(new Set(Object.values(facts))).toEqual(new Set([null]));
  expect(await linuxMarks(fakeHost(), folder())).toBeNull();
});

test('a mark that is there and cannot be read is unread, not absent', async () => {
  const dir = folder();
  const place = filePlace('system', join(dir, 'canary.json'));
  expect(await place.read()).toBeUndefined();
  mkdirSync(join(dir, 'canary.json'));
  expect(await place.read()).toBeNull();
  expect(await place.write({ sequence: 1, nonce: '0'.repeat(16) })).toBe(false);
  chmodSync(dir, 0o700);
});
