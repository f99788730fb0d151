import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { run, startCollector, temporaryFolder } from '../fixtures/programs.ts';

/** What an organization does with a site's record, with the real programs. */
test('a record is exported while the collector runs, checked elsewhere, and a changed word is named', async () => {
  const collector = await startCollector();
  const folder = temporaryFolder('record');
  const file = join(folder, '记录.jsonl');
  const pub = join(collector.data, 'record', 'key.pub');
  const made = await run('xunkao', ['record', 'export', '--to', file, '--data', collector.data]);
  expect([made.code, made.stdout.trim()]).toEqual([0, file]);

  const sound = await run('xunkao', ['verify', file, '--key', pub]);
  expect([sound.code, sound.stdout]).toEqual([0, expect.stringMatching(/^SOUND/)]);
  const { stdout: line } = await run('xunkao', ['record', 'key', '--data', collector.data]);
  expect(line.trim()).toBe(readFileSync(pub, 'utf8').trim());
  expect((await run('xunkao', ['verify', file, '--key', line.trim()])).code).toBe(0);

  const forged = join(folder, 'forged.jsonl');
  writeFileSync(forged, readFileSync(file, 'utf8').replace('"change":"started"', '"change":"stopped"'));
  const found = await run('xunkao', ['verify', forged, '--key', pub]);
  expect(found.code).toBe(1);
  expect(found.stdout).toMatch(/NOT SOUND \(line \d+\): entry \d+ is not what it was when it was written/);

  // Nothing is overwritten, and a wrong key is told with what would be right.
  const again = await run('xunkao', ['record', 'export', '--to', file, '--data', collector.data]);
  expect([again.code, again.stderr]).toEqual([1, expect.stringContaining('overwrites nothing')]);
  const wrong = await run('xunkao', ['verify', file, '--key', 'nonsense']);
  expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('key.pub')]);
}, 120_000);

test('after a rotation and a kill the old key still vouches for the record', async () => {
  const first = await startCollector();
  const old = readFileSync(join(first.data, 'record', 'key.pub'), 'utf8').trim();
  const rotated = await run('xunkao', ['record', 'rotate', '--data', first.data]);
  expect(rotated.code).toBe(0);
  expect(rotated.stdout.trim()).not.toBe(old);
  await first.kill();

  const second = await startCollector({ data: first.data });
  const file = join(temporaryFolder('record'), 'record.jsonl');
  expect((await run('xunkao', ['record', 'export', '--to', file, '--data', second.data])).code).toBe(0);
  const checked = await run('xunkao', ['verify', file, '--key', old]);
  expect([checked.code, checked.stdout]).toEqual([0, expect.stringContaining('rotated to key')]);
}, 120_000);
