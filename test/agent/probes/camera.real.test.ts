import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../agent/clock.ts';
import { DEFAULT_SETTINGS } from '../../../agent/limits.ts';
import { measure } from '../../../agent/measures/playback.ts';
import { CAMERA_TIMING, watchCamera, type CameraTiming } from '../../../agent/probes/camera.ts';
import { createGate } from '../../../agent/probes/cameraGate.ts';
import { sampleRtsp, type RtspWish } from '../../../agent/protocols/rtsp.ts';
import type { Facts } from '../../../agent/reading.ts';
import { CAMERA_PASSWORD, CAMERA_USER } from '../../fixtures/fakeCamera.ts';
import { startFakeRecorder } from '../../fixtures/fakeRecorder.ts';
import {
  gstreamerAvailable,
  judge,
  makeRecording,
  startRealCamera,
  type RealCamera,
} from '../../fixtures/gstreamer.ts';
import { until } from '../../fixtures/nutPrograms.ts';

// GStreamer's RTSP server with x264, x265 and AAC, digest and all; ffprobe says independently of us what it sends.

const right = { user: CAMERA_USER, password: CAMERA_PASSWORD };
const RECORDED = ['20261120T010000Z', '20261120T020000Z'] as const;

const running: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of running.splice(0)) await end();
});

/** On a busy machine an encoder takes its time to begin. */
const PATIENT: RtspWish = { ...CAMERA_TIMING.wish, talkMs: 60_000, stepMs: 60_000, listenMs: 30_000 };

/** As it looks, only more often. */
const QUICK: CameraTiming = {
  ...CAMERA_TIMING,
  lookEveryMs: 1_000,
  secondLookMs: 500,
  repeatMs: 100,
  pulseEveryMs: 500,
  wish: { ...CAMERA_TIMING.wish, stepMs: 20_000, talkMs: 30_000 },
};

describe.skipIf(!gstreamerAvailable())('real encoders', () => {
  let camera: RealCamera;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'xunkao-clip-'));
    await makeRecording(join(folder, 'clip.mkv'), 8);
    camera = await startRealCamera([join(folder, 'clip.mkv'), ...RECORDED]);
  }, 120_000);
  afterAll(async () => {
    await camera.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it.each([
    ['/h264-720', ['h264', 1280, 720, 'aac'], ['H264', 1280, 720, 'MPEG4-GENERIC']],
    ['/h264-1080', ['h264', 1920, 1080, 'aac'], ['H264', 1920, 1080, 'MPEG4-GENERIC']],
    ['/h265-1080', ['hevc', 1920, 1080, 'aac'], ['H265', 1920, 1080, 'MPEG4-GENERIC']],
    ['/h264-sub', ['h264', 640, 360, 'pcm_alaw'], ['H264', 640, 360, 'PCMA']],
  ])(
    '%s is seen as ffprobe sees it',
    async (path, theirs, ours) => {
      const url = camera.url(path);
      const sample = await sampleRtsp({ url, ...right }, PATIENT);
      const judged = await judge(url);
      const picture = judged.find(({ codec_type }) => codec_type === 'video');
      const sound = judged.find(({ codec_type }) => codec_type === 'audio');
      expect([picture?.codec_name, picture?.width, picture?.height, sound?.codec_name]).toEqual(theirs);
      const [video, audio] = sample.tracks;
      expect([video?.codec, video?.size?.width, video?.size?.height, audio?.codec]).toEqual(ours);
      expect([sample.ended, video?.sizeFrom, sample.scheme]).toEqual(['enough', 'stream', 'digest-md5']);
      expect(video!.lost + audio!.lost).toBe(0);
      expect(video!.keys.length).toBeGreaterThan(0);
    },
    120_000,
  );

  it('freeze, thaw, a picture that stands, and one that moves again', async () => {
    const told: Facts[] = [];
    const device = { id: 'cam-1', kind: 'camera', url: camera.url('/h264-sub'), ...right };
    running.push(watchCamera(device, ({ facts }) => told.push(facts), QUICK, createGate()));
    const next = (expected: Facts): Promise<Facts> => {
      const from = told.length;
      const isIt = (facts: Facts): boolean => Object.entries(expected).every(([word, value]) => facts[word] === value);
      return until(
        JSON.stringify(expected),
        60_000,
        () => told.slice(from).find(isIt),
        () => `last: ${JSON.stringify(told.at(-1))}`,
      );
    };
    await next({ video: true, audio: true, frozen: false, width_pixels: 640 });
    await camera.tell('freeze');
    // All its answers stay 200, and sound flows on.
    await next({ online: true, comm: 'ok', video: false, audio: true, frozen: true, width_pixels: null });
    await camera.tell('thaw');
    await next({ video: true, frozen: false });
    await camera.tell('still');
    await next({ video: true, frozen: true });
    await camera.tell('move');
    await next({ video: true, frozen: false });
  }, 200_000);

  it('a wrong password, a path that is not there and a stream without sound are told apart', async () => {
    const trouble = (path: string, who: object): Promise<unknown> =>
      sampleRtsp({ url: camera.url(path), ...right, ...who }, PATIENT).catch(
        (error: { trouble?: string }) => error.trouble,
      );
    expect(await trouble('/h264-sub', { password: 'Wr0ng-pass' })).toBe('unauthorized');
    expect(await trouble('/nowhere', {})).toBe('wrong-path');
    const { tracks } = (await trouble('/audio-only', {})) as { tracks: readonly { kind: string; frames: number }[] };
    expect(tracks.map(({ kind, frames }) => [kind, frames > 0])).toEqual([['audio', true]]);
  }, 120_000);

  it('a recorded clip is proven, and one that was not recorded is not', async () => {
    const [from, to] = [Date.UTC(2026, 10, 20, 1, 30, 0), Date.UTC(2026, 10, 20, 1, 30, 6)];
    const span = { from: Date.UTC(2026, 10, 20, 1), to: Date.UTC(2026, 10, 20, 2) };
    const nvr = await startFakeRecorder({
      zoneMinutes: 0,
      auth: 'digest',
      hasSearch: false,
      recordings: [{ token: 'r1', source: 'Camera 01', ...span, hasAudio: true, status: 'Stopped' }],
    });
    running.push(nvr.stop);
    const device = {
      id: 'nvr-1-1',
      kind: 'camera',
      url: camera.url('/'),
      onvif: nvr.url,
      vendor: 'hikvision',
      ...right,
    };
    const given = {
      settings: { ...DEFAULT_SETTINGS, devices: [device] },
      clock: systemClock(),
      stop: { isStopped: false, onStop: () => undefined },
    };
    const proof = await measure.take({ device: device.id, from, to }, given);
    expect(proof).toMatchObject({
      result: 'PROVEN',
      way: 'hikvision',
      time: 'search',
      width_pixels: 1280,
      height_pixels: 720,
      codec: 'H264',
      sound_codec: 'MPEG4-GENERIC',
    });
    expect(proof['video_seconds']).toBeGreaterThan(5);
    const early = { from: from - 3_600_000, to: to - 3_600_000 };
    expect(await measure.take({ device: device.id, ...early }, given)).toMatchObject({
      result: 'FAILED',
      reasons: ['no-recording'],
    });
  }, 120_000);
});
