import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writeMetrics } from '../../../collector/metrics/writer.ts';
import { collectorIn } from '../../fixtures/collector.ts';
import { frame, machine, presence, settle, testSite, tick } from '../../fixtures/site.ts';

const GOLDEN = join(import.meta.dirname, '..', '..', 'fixtures', 'metrics.golden.txt');

function site() {
  const made = testSite([
    machine('m-1', { seat: '17', hostname: 'PC-17' }),
    machine('m-s', { role: 'server', simulated: true, room: 'B "北\\楼"' }),
    machine('m-3', { seat: '3' }),
  ]);
  settle(made, 'm-1', {
    '': {
      'memory.installed_bytes': 8 * 2 ** 30,
      'network.wired': true,
      'network.address': '10.0.0.17',
      'software.names': ['WPS "2019"', '考试\n系统'],
    },
    'nic:eth0': { 'network.up': true, 'network.speed_bytes_per_second': 125e6 },
    'device:ups-1': { 'ups.on_battery': false },
  });
  settle(made, 'm-s', { '': { 'memory.installed_bytes': null } });
  tick(made, [
    presence(made, 'm-3', true),
    presence(made, 'm-3', false, 'silent'),
    frame(made, 'm-1', {
      '': { 'network.wired': true, 'network.address': '10.0.0.17' },
      'nic:eth0': { 'network.up': true, 'network.speed_bytes_per_second': 125e6 },
      'device:ups-1': { 'ups.on_battery': false },
    }),
  ]);
  return made;
}

async function scrape(made: ReturnType<typeof site>): Promise<string> {
  const { state, compliance, places } = made.stages;
  let text = '';
  const seenAt = (id: string): number | undefined => (id === 'm-s' ? undefined : 1_800_000_000_500);
  for await (const piece of writeMetrics({ site: 'nanjing-01', state, compliance, places, seenAt })) text += piece;
  return text;
}

test('/metrics says what the golden file says; set XUNKAO_GOLDEN=1 to write it anew and read the difference', async () => {
  const text = await scrape(site());
  if (process.env['XUNKAO_GOLDEN'] === '1') writeFileSync(GOLDEN, text);
  expect(text).toBe(readFileSync(GOLDEN, 'utf8'));
});

test.skipIf(!existsSync('/usr/bin/promtool'))('promtool finds nothing to say about it', async () => {
  const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], {
    input: await scrape(site()),
    encoding: 'utf8',
    timeout: 20_000,
  });
  expect(stdout + stderr).toBe('');
  expect(status).toBe(0);
});

test('a fact that went stale is absent, not old', async () => {
  const made = site();
  made.clock.advance(60_000);
  tick(made);
  const text = await scrape(made);
  expect(text).not.toContain('xunkao_network_wired');
  expect(text).toContain('xunkao_memory_installed_bytes{');
});

test.skipIf(!existsSync('/usr/bin/promtool'))(
  'promtool finds nothing to say about a whole collector’s /metrics',
  async () => {
    const { app } = await collectorIn();
    const { body } = await app.inject({ url: '/metrics' });
    expect(body).toContain('xunkao_build_info');
    expect(body).toContain('xunkao_collector_nodejs_eventloop_lag_p99_seconds');
    const { stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], {
      input: body,
      encoding: 'utf8',
      timeout: 20_000,
    });
    expect(stdout + stderr).toBe('');
  },
);
