import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { Agent } from '../../../agent/agent.ts';
import { systemClock } from '../../../agent/clock.ts';
import { measure as playback } from '../../../agent/measures/playback.ts';
import { probe as camera } from '../../../agent/probes/camera.ts';
import { startCollector, type Collector } from '../../../collector/collector.ts';
import { command as prove, minuteOf } from '../../../collector/commands/prove.ts';
import { parseSettings } from '../../../collector/settings.ts';
import { CAMERA_PASSWORD, CAMERA_USER, startFakeCamera } from '../../fixtures/fakeCamera.ts';
import { startFakeRecorder } from '../../fixtures/fakeRecorder.ts';
import { seatHost } from '../../fixtures/machines.ts';
import { ticketOf } from '../../fixtures/seats.ts';

const HOUR = 3_600_000;

/** A room with two cameras of the simulator behind a real collector and a real agent that reads them. */
async function site() {
  const now = Date.now();
  const recorded = { from: now - 24 * HOUR, to: now };
  const cameras = await Promise.all(
    [1, 2].map(async () => {
      const streams = await startFakeCamera({ recorded, replay: 'ntp', burstSeconds: 70 });
      const recorder = await startFakeRecorder({
        zoneMinutes: 0,
        recordings: [{ token: 'r1', source: 'Camera 01', ...recorded, hasAudio: true, status: 'Recording' }],
        replayUri: streams.url('/onvif/replay'),
      });
      onTestFinished(async () => {
        await streams.stop();
        await recorder.stop();
      });
      return { streams, recorder };
    }),
  );
  const devices = cameras.map(
    ({ streams, recorder }, index) =>
      `{ id: cam-${index + 1}, kind: camera, room: A, url: "${streams.url('/h264-720')}", onvif: "${recorder.url}", user: ${CAMERA_USER}, password: ${CAMERA_PASSWORD}, reader: A/9 }`,
  );
  const read = parseSettings(
    'xunkao.yaml',
    `listen: ["127.0.0.1:0"]\ninternet_targets: []\nframe_every_seconds: 1\ndevices: [${devices.join(', ')}]\n`,
  );
  if ('faults' in read) throw new Error(read.faults.map(({ message }) => message).join('; '));
  const data = await mkdtemp(join(tmpdir(), 'xunkao-playback-'));
  const collector = await startCollector({ data, settings: read.settings, log: pino({ level: 'silent' }) });
  onTestFinished(async () => {
    await collector.stop();
    await rm(data, { recursive: true, force: true });
  });
  const agent = new Agent({
    dir: null,
    host: seatHost(1),
    clock: systemClock(),
    probes: [camera],
    measures: [playback],
    ticket: ticketOf(await collector.makeTicket({ room: 'A', role: 'gateway', uses: 1, days: 1 })),
    sweep: null,
    log: () => undefined,
    discoveryPort: null,
  });
  onTestFinished(() => agent.stop());
  await agent.start();
  await until('the agent to be welcomed', () => agent.machine !== null);
  await collector.desk.place(agent.machine!, { seat: '9' }, 'test');
  await until('the cameras to be read', () =>
    ['cam-1', 'cam-2'].every((id) => valueOf(collector, id, 'camera.online') === true),
  );
  return { collector, cameras, data };
}

function valueOf(collector: Collector, id: string, name: string): unknown {
  const { state } = collector.desk;
  return state.get(id)?.values[state.catalogue.fact(name)!.index];
}

async function until(what: string, isSo: () => boolean): Promise<void> {
  for (let turn = 0; !isSo(); turn++) {
    if (turn > 600) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

describe('playback, from the collector through the agent to the recorder and back', () => {
  it('is proven for both cameras of a room, and then the room has it, in the record and for its rule', async () => {
    const { collector } = await site();
    const { desk } = collector;
    const rule = (): string | undefined =>
      desk.compliance.of('room:A').find((verdict) => verdict.rule === 'camera-playback')?.state;
    await until('the room to be judged', () => rule() === 'unknown');
    const started = await desk.drills.playback.start(['cam-1', 'cam-2'], null, 'u-1');
    if ('refused' in started) throw new Error(JSON.stringify(started.refused));
    for (const { id, subject } of started.drills)
      expect(await desk.drills.playback.over(id)).toMatchObject({
        subject,
        outcome: 'proven',
        measured: { result: 'PROVEN', time: 'stream', way: 'onvif', width_pixels: 1280, wanted_seconds: 60 },
      });
    await until('the rule to hold', () => rule() === 'holds');
    expect(valueOf(collector, 'room:A', 'cameras.playback')).toBe(2);
    const { rows } = await desk.history.entries({ after: 0, limit: 500 });
    const told = JSON.stringify(rows.filter(({ kind }) => kind === 'drill'));
    expect(told).toContain('"outcome":"proven"');
    expect(told).not.toContain(CAMERA_PASSWORD);
  }, 120_000);

  it('is asked for by the command, which says camera by camera what was seen', async () => {
    const { cameras, data } = await site();
    let said = '';
    const told = vi.spyOn(process.stdout, 'write').mockImplementation((text) => ((said += String(text)), true));
    onTestFinished(() => told.mockRestore());
    vi.stubEnv('LANG', 'en_US.UTF-8');
    onTestFinished(() => void vi.unstubAllEnvs());
    expect(await prove(['playback', '--camera', 'cam-1', '--data', data])).toBe(0);
    expect(said).toMatch(/d-\w+ {2}cam-1 {2}\S/);
    expect(said).toContain('1280×720, H264, MPEG4-GENERIC');
    said = '';
    cameras[1]!.streams.state.mute = true;
    expect(await prove(['playback', '--room', 'A', '--data', data])).toBe(1);
    expect(said).toMatch(/cam-1[\s\S]*cam-2[\s\S]*It plays without sound/);
    expect(said).not.toContain(CAMERA_PASSWORD);
  }, 120_000);

  it('takes one of room and camera, and a minute as people write it', async () => {
    await expect(prove(['playback'])).rejects.toThrow('either --room or --camera');
    await expect(prove(['playback', '--room', 'A', '--camera', 'cam-1'])).rejects.toThrow('either --room or --camera');
    await expect(prove(['uplink', '--room', 'A', '--at', 'noon'])).rejects.toThrow('--room alone');
    expect(minuteOf('2026-11-26 09:30')).toBe(new Date(2026, 10, 26, 9, 30).getTime());
    for (const text of ['noon', '2026-11-26', '2026-13-26 09:30', '09:30'])
      expect(() => minuteOf(text)).toThrow('--at');
  });
});
