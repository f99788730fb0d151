import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { openSecrets } from '../../collector/secrets.ts';
import { askControl } from '../../collector/control.ts';
import { administrator, collectorIn, temporaryFolder } from '../fixtures/collector.ts';
import { startSeat } from '../fixtures/seats.ts';

const files = (folder: string): string =>
  ['secrets.json', 'secrets.key'].map((name) => readFileSync(join(folder, name), 'utf8')).join('\n');

test('a secret is kept sealed, for the owner alone, and comes back as it was', () => {
  const folder = temporaryFolder();
  const secrets = openSecrets(folder);
  expect(secrets.of('ups-1')).toEqual({});
  secrets.set('ups-1', 'password', 'geheim 密码');
  secrets.set('sw-1', 'community', 'public-not');
  secrets.set('sw-1', 'privacy', 'p');
  expect(openSecrets(folder).of('ups-1')).toEqual({ password: 'geheim 密码' });
  expect(secrets.of('sw-1')).toEqual({ community: 'public-not', privacy: 'p' });
  expect(secrets.list()).toEqual([
    { device: 'ups-1', words: ['password'] },
    { device: 'sw-1', words: ['community', 'privacy'] },
  ]);
  expect(files(folder)).not.toMatch(/geheim|密码|public-not/);
  for (const name of ['secrets.json', 'secrets.key']) expect(statSync(join(folder, name)).mode & 0o077).toBe(0);
  expect([secrets.remove('ups-1'), secrets.remove('ups-1'), secrets.of('ups-1')]).toEqual([true, false, {}]);
});

test('a new key opens everything, and the old one opens nothing any more', () => {
  const folder = temporaryFolder();
  const secrets = openSecrets(folder);
  secrets.set('ups-1', 'password', 'geheim');
  const before = readFileSync(join(folder, 'secrets.key'), 'utf8');
  secrets.rotate();
  expect(secrets.of('ups-1')).toEqual({ password: 'geheim' });
  const after = readFileSync(join(folder, 'secrets.key'), 'utf8');
  expect(after).not.toContain(before.trim());
  writeFileSync(join(folder, 'secrets.key'), before);
  expect(() => secrets.of('ups-1')).toThrow(/cannot be opened/);
  // As a power cut in the midst of it leaves them: both keys, whichever it is sealed with.
  writeFileSync(join(folder, 'secrets.key'), before + after);
  expect(secrets.of('ups-1')).toEqual({ password: 'geheim' });
});

test('a secret put in the place of another one, or a damaged file, is told in words', () => {
  const folder = temporaryFolder();
  const secrets = openSecrets(folder);
  secrets.set('ups-1', 'password', 'geheim');
  const kept = JSON.parse(readFileSync(join(folder, 'secrets.json'), 'utf8')) as { secrets: Record<string, unknown> };
  kept.secrets['cam-1'] = kept.secrets['ups-1'];
  writeFileSync(join(folder, 'secrets.json'), JSON.stringify(kept));
  expect(() => secrets.of('cam-1')).toThrow('the password of cam-1 cannot be opened');
  writeFileSync(join(folder, 'secrets.json'), '{');
  expect(() => secrets.of('ups-1')).toThrow('secrets.json is damaged');
});

const UPS = 'devices: [{ id: ups-1, kind: ups, url: "nut://127.0.0.1:1/exam", room: A, reader: A/9 }]';

test(
  'a secret goes to the reader of its device, at once when it is set, and nowhere else',
  { timeout: 60_000 },
  async () => {
    const data = temporaryFolder();
    const collector = await collectorIn({ data, settings: UPS });
    const ticket = await collector.makeTicket({ room: 'A', role: 'gateway', uses: 1, days: 1 });
    const seat = await startSeat({ index: 1, ticket, says: {} });
    await vi.waitUntil(() => seat.machine !== null, { timeout: 30_000 });
    await collector.desk.place(seat.machine!, { seat: '9' }, 'li');
    openSecrets(data).set('ups-1', 'password', 'geheim-7');
    expect(await askControl(data, { ask: 'secrets', device: 'ups-1' })).toEqual({ known: true });
    expect(await askControl(data, { ask: 'secrets', device: 'ups-9' })).toEqual({ known: false });
    const machine = collector.desk.machine(seat.machine!)!;
    expect(collector.desk.agentSettings(machine).devices).toEqual([
      { id: 'ups-1', kind: 'ups', url: 'nut://127.0.0.1:1/exam', password: 'geheim-7' },
    ]);
    const headers = await administrator(collector);
    for (const url of ['/api/v1/devices', '/api/v1/site', '/api/v1/history', '/api/v1/machines', '/metrics']) {
      const { body, statusCode } = await collector.app.inject({ url, headers });
      expect([statusCode, body.includes('geheim')]).toEqual([200, false]);
    }
    // A candidate sits there from now on.
    await collector.desk.place(machine.id, { role: 'candidate' }, 'li');
    expect(collector.desk.agentSettings(collector.desk.machine(machine.id)!).devices).toEqual([]);
    expect(collector.desk.warnings().map(({ word }) => word)).toEqual(['reader-seat']);
    await collector.desk.place(machine.id, { role: 'server' }, 'li');
    expect(collector.desk.agentSettings(collector.desk.machine(machine.id)!).devices).toHaveLength(1);
    expect(collector.desk.warnings().map(({ word }) => word)).toEqual(['reader-server']);
    await seat.stop();
  },
);
