import { execFileSync } from 'node:child_process';
import { closeSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { contains } from '../../agent/ranges.ts';
import { until } from '../fixtures/nutPrograms.ts';
import { run, startCollector, temporaryFolder } from '../fixtures/programs.ts';
import { startSeat } from '../fixtures/seats.ts';
import { tapWire } from '../fixtures/wire.ts';

/** A disk of its own for the data directory, small enough to be filled. */
function smallDisk(): string {
  const folder = temporaryFolder('disk');
  execFileSync('/bin/mount', ['-t', 'tmpfs', '-o', 'size=24m,mode=700', 'tmpfs', folder]);
  onTestFinished(() => void execFileSync('/bin/umount', ['-l', folder]));
  return folder;
}

/** Fills it to the last byte. */
function fill(folder: string): void {
  const file = openSync(join(folder, 'ballast'), 'a');
  try {
    for (const size of [65_536, 512, 1]) {
      const piece = Buffer.alloc(size, 1);
      try {
        for (;;) writeSync(file, piece);
      } catch {
        // Less fits, or nothing.
      }
    }
  } finally {
    closeSync(file);
  }
  expect(statfsSync(folder).bavail).toBe(0);
}

describe.runIf(process.getuid?.() === 0)('a full disk', () => {
  test('stops the start in words, of a new site and of one that has a record, and harms neither', async () => {
    const data = smallDisk();
    const words = ['collector', '--data', data, '--listen', '127.0.0.1:0'];
    for (const isNew of [true, false]) {
      fill(data);
      const { code, stderr } = await run('xunkao', words);
      expect([isNew, code, stderr]).toEqual([
        isNew,
        1,
        expect.stringContaining('the disk of the data directory refuses'),
      ]);
      expect(stderr.trim().split('\n')).toHaveLength(1);
      rmSync(join(data, 'ballast'));
      const collector = await startCollector({ data });
      expect((await collector.get('/site')).site).toBe('site');
      await collector.stop();
    }
  }, 60_000);

  test('stops acknowledging, not judging: nothing acknowledged is lost, and all of it is kept once there is room', async () => {
    const data = smallDisk();
    const collector = await startCollector({ data, settings: 'internet_targets: []\nframe_every_seconds: 1\n' });
    const wire = tapWire();
    let height = 1080;
    let asks = 0;
    const says = {
      display: () => ({ width_pixels: 1920, height_pixels: height, source: 'test' }),
      remote: () => ({ session: height < 1080, vdi: false, vdi_signals: [], tools: [] }),
      load: () => ({ cpu_ratio: 0.1, memory_ratio: 0.4, processes: (asks += 1), one_minute_average: null }),
    };
    const dir = temporaryFolder('seat');
    const agent = await startSeat({ index: 4, ticket: await collector.ticket('A'), says, everySeconds: 1, dir });
    await collector.written('its screen', 'rule=display', (entries) => entries.length > 0);
    const machine = agent.machine!;
    const held = (): number => {
      const all = [...(wire.frames.get(agent.stream)?.keys() ?? [])];
      return all.filter((seq) => wire.held.get(agent.stream)?.some((ranges) => contains(ranges, seq))).length;
    };

    fill(data);
    const warned = await collector.until('a warning', '/site', ({ warnings }) => warnings[0]);
    expect(warned).toMatchObject({ word: 'record-refused' });
    const refused = await collector.until('an incident', '/incidents', ({ incidents }) =>
      incidents.find(({ kind }) => kind === 'record-refused'),
    );
    expect(refused.urgency).toBe('urgent');
    const acknowledged = held();

    // Judging and incidents go on; nothing is acknowledged, and people's changes are refused in words.
    height = 720;
    await collector.until('the breach', '/verdicts?rule=display', ({ verdicts }) => verdicts[0]?.state === 'broken');
    await collector.until('its incident', '/incidents', ({ incidents }) =>
      incidents.some(({ rule }) => rule === 'remote-control'),
    );
    await sleep(3_000);
    expect(held()).toBe(acknowledged);
    await until('the agent to keep what it says', 10_000, () => agent.counts.queued > 4);
    expect((await collector.get('/machines')).machines[0]).toMatchObject({ id: machine, online: true });
    await expect(collector.ticket('A')).rejects.toThrow('cannot be written');

    rmSync(join(data, 'ballast'));
    await collector.until('the warning to end', '/site', ({ warnings }) => warnings.length === 0, 30_000);
    await until('everything to be acknowledged', 30_000, () => agent.counts.queued <= 1 && held() > acknowledged + 4);
    await collector.until(
      'the incident to end',
      '/incidents',
      ({ incidents }) => !incidents.some(({ kind }) => kind === 'record-refused'),
    );
    height = 1080;
    await collector.written(
      'the end of the breach',
      'rule=display',
      (entries) => entries.at(-1)?.body['state'] === 'holds',
    );
    await agent.stop();
    expect((await collector.stop()).code).toBe(0);

    const again = await startCollector({ data, port: collector.port });
    const query = `subject=${machine}&facts=load.processes&resolution=raw&from=0&to=${Date.now() + 1_000}`;
    const kept = (await again.get(`/series?${query}`)).points.map(({ value }) => value);
    const frames = [...wire.frames.get(agent.stream)!.values()];
    const isHeld = (seq: number): boolean => wire.held.get(agent.stream)!.some((ranges) => contains(ranges, seq));
    const said = frames.filter(({ seq }) => isHeld(seq)).flatMap(({ facts }) => facts['']?.['load.processes'] ?? []);
    for (const value of said) expect(count(kept, value), String(value)).toBe(count(said, value));
    const entries = await again.entries();
    expect(entries.map(({ n }) => n)).toEqual(entries.map((_, index) => index + 1));
    const screen = entries.filter(({ rule, kind }) => rule === 'display' && kind === 'verdict');
    expect(screen.toSorted((left, right) => left.at - right.at).map(({ body }) => body['state'])).toEqual([
      'holds',
      'broken',
      'holds',
    ]);
  }, 120_000);
});

function count(values: readonly unknown[], wanted: unknown): number {
  return values.filter((value) => value === wanted).length;
}
