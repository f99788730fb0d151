import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { networkAvailable, startNetwork } from '../fixtures/network.ts';
import { freePort, until } from '../fixtures/nutPrograms.ts';
import {
  run,
  startCollector,
  startProgram,
  temporaryFolder,
  type Child,
  type CollectorProgram,
} from '../fixtures/programs.ts';
import { startSeat } from '../fixtures/seats.ts';

const SEATS = 3;
const SCREEN = { display: { width_pixels: 1920, height_pixels: 1080, source: 'test' } };

/** `xunkao backup`, and what it gives put where another collector may find it. */
async function backUp(collector: CollectorProgram): Promise<string> {
  const to = join(temporaryFolder('backup'), 'copy');
  const made = await run('xunkao', ['backup', '--to', to, '--data', collector.data]);
  expect([made.code, made.stdout.trim()]).toEqual([0, to]);
  const again = await run('xunkao', ['backup', '--to', to, '--data', collector.data]);
  expect([again.code, again.stderr]).toEqual([1, expect.stringContaining('not empty')]);
  const data = join(temporaryFolder('restored'), 'data');
  cpSync(to, data, { recursive: true });
  return data;
}

async function roomOf(collector: CollectorProgram) {
  const machines = await collector.until(
    'the room',
    '/machines',
    ({ machines: all }) => all.length === SEATS && all.every(({ online, seat }) => online && seat !== null) && all,
    60_000,
  );
  return machines.map(({ id, room, seat, role, enrolledAt }) => ({ id, room, seat, role, enrolledAt }));
}

/** Nobody enrolled again, and the record goes on where the copy was made. */
async function expectUntouched(collector: CollectorProgram, before: Awaited<ReturnType<typeof roomOf>>): Promise<void> {
  expect(await roomOf(collector)).toEqual(before);
  const entries = await collector.entries();
  expect(entries.map(({ n }) => n)).toEqual(entries.map((_, index) => index + 1));
  expect(entries.filter(({ body }) => body['act'] === 'enrolled')).toHaveLength(SEATS);
  const starts = entries.filter(({ body }) => body['change'] === 'started');
  expect(starts).toHaveLength(2);
  // A slow computer may take longer to find it than the ten seconds that it waits for its room.
  const quiet = ['settings', 'head'];
  const since = entries.filter(({ n, kind, rule }) => n > starts[1]!.n && !quiet.includes(kind) && rule !== 'online');
  // It says itself that it went on from a copy, and where the copy ended.
  expect(since.map(({ kind, rule, body }) => [kind, rule, body])).toEqual([
    ['collector', null, expect.objectContaining({ change: 'restored', n: expect.any(Number) })],
  ]);
  const held = await collector.get('/verdicts?rule=display');
  expect(held.verdicts.map(({ state }) => state)).toEqual(Array.from({ length: SEATS }, () => 'holds'));
}

test('a collector restored from its backup on another port gets its room back untouched', async () => {
  const first = await startCollector();
  const other = await freePort();
  const ticket = await first.ticket('A');
  const says = { display: () => SCREEN.display };
  const addresses = [`127.0.0.1:${other}`];
  await Promise.all(
    Array.from({ length: SEATS }, (_, index) =>
      startSeat({ index: index + 1, ticket, says, addresses, dir: temporaryFolder('seat') }),
    ),
  );
  const before = await roomOf(first);
  await first.written('their screens', 'rule=display', (entries) => entries.length === SEATS);
  const data = await backUp(first);
  await first.kill();
  // Links in pages that are out go on to work.
  expect(readFileSync(join(data, 'paging.key'))).toEqual(readFileSync(join(first.data, 'paging.key')));
  const restored = await startCollector({ data, port: other });
  await expectUntouched(restored, before);

  // Whoever checks the record sees that it was set back, and where.
  const file = join(temporaryFolder('record'), 'record.jsonl');
  expect((await run('xunkao', ['record', 'export', '--to', file, '--data', data])).code).toBe(0);
  const checked = await run('xunkao', ['verify', file, '--key', join(data, 'record', 'key.pub')]);
  expect([checked.code, checked.stdout]).toEqual([
    0,
    expect.stringMatching(/^SOUND[^]*NOTE, entry \d+ .*restored from a backup that ended with entry \d+/),
  ]);
}, 90_000);

describe.runIf(networkAvailable())('on another PC of the LAN', () => {
  test('a collector restored from its backup is found by its room, which is as it was', async () => {
    const network = await startNetwork();
    const [old, next] = [await network.host('10.77.0.11'), await network.host('10.77.0.12')];
    const on = ({ address, inside, ask }: typeof old) => ({
      inside,
      ask,
      port: 9480,
      args: ['--listen', `${address}:9480`],
    });
    const first = await startCollector(on(old));
    const ticket = await first.ticket('A');
    const seats: Child[] = [];
    for (let index = 1; index <= SEATS; index += 1) {
      const dir = join(temporaryFolder('seat'), 'agent');
      mkdirSync(dir);
      writeFileSync(join(dir, 'ticket'), ticket);
      writeFileSync(join(dir, 'facts.json'), JSON.stringify(SCREEN));
      const { inside } = await network.host(`10.77.0.${100 + index}`);
      seats.push(startProgram('seat', [dir, join(dir, 'facts.json'), String(index)], { inside }));
    }
    const before = await roomOf(first);
    await first.written('their screens', 'rule=display', (entries) => entries.length === SEATS);
    const data = await backUp(first);
    // That PC is gone: it does not even refuse. The room notices within 15 s, and looks for another.
    old.unplug();
    await first.kill();
    await until('the room to notice', 30_000, () =>
      seats.every((seat) => seat.stderr().includes('no collector found')),
    );
    const restored = await startCollector({ ...on(next), data });
    await expectUntouched(restored, before);
  }, 120_000);
});
