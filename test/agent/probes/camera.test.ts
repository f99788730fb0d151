import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Device } from '../../../agent/probe.ts';
import { CAMERA_TIMING, probe, watchCamera, type CameraTiming } from '../../../agent/probes/camera.ts';
import { createGate } from '../../../agent/probes/cameraGate.ts';
import { createStillness } from '../../../agent/probes/cameraPicture.ts';
import type { TrackSeen } from '../../../agent/protocols/rtpTrack.ts';
import type { Facts } from '../../../agent/reading.ts';
import {
  CAMERA_PASSWORD,
  CAMERA_USER,
  startFakeCamera,
  type CameraState,
  type FakeCamera,
} from '../../fixtures/fakeCamera.ts';
import { faultsOf } from '../../fixtures/answer.ts';
import { startFakeRecorder, type RecorderState } from '../../fixtures/fakeRecorder.ts';
import { until } from '../../fixtures/nutPrograms.ts';

const running: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of running.splice(0).reverse()) await end();
});

async function camera(begin: Partial<CameraState> = {}): Promise<FakeCamera> {
  const made = await startFakeCamera(begin);
  running.push(made.stop);
  return made;
}

const FAST: CameraTiming = {
  ...CAMERA_TIMING,
  lookEveryMs: 400,
  secondLookMs: 100,
  repeatMs: 50,
  pulseEveryMs: 100,
  recorderEveryMs: 300,
  lockedMs: 60_000,
  wish: { ...CAMERA_TIMING.wish, listenMs: 500 },
};

interface Watched {
  readonly told: readonly Facts[];
  readonly next: (expected: Facts) => Promise<Facts>;
  readonly end: () => void;
}

// A look takes two seconds, and two busy cores make several of it.
vi.setConfig({ testTimeout: 60_000 });

function watch(device: Partial<Device> & { readonly url: string }, timing = FAST, gate = createGate()): Watched {
  const told: Facts[] = [];
  const whole: Device = { id: 'cam-1', kind: 'camera', user: CAMERA_USER, password: CAMERA_PASSWORD, ...device };
  const end = watchCamera(whole, ({ facts }) => told.push(facts), timing, gate);
  running.push(end);
  const next = (expected: Facts): Promise<Facts> => {
    const from = told.length;
    const isIt = (facts: Facts): boolean => Object.entries(expected).every(([word, value]) => facts[word] === value);
    return until(
      JSON.stringify(expected),
      30_000,
      () => told.slice(from).find(isIt),
      () => `last: ${JSON.stringify(told.at(-1))}`,
    );
  };
  return { told, next, end };
}

describe('a camera', () => {
  it('is told with its picture, sound, size and rate', async () => {
    const made = await camera();
    const { next, told } = watch({ url: made.url('/h264-720') });
    const facts = await next({ video: true, frozen: false, recorder: 'none' });
    expect(facts).toMatchObject({
      online: true,
      comm: 'ok',
      audio: true,
      width_pixels: 1280,
      height_pixels: 720,
      frame_rate_hertz: 15,
      loss_ratio: 0,
      codec: 'H264',
      sound_codec: 'MPEG4-GENERIC',
      recorder: 'none',
      recording: null,
    });
    expect(told.flatMap((each) => faultsOf(probe, { facts: { ...NULLS, ...each } }))).toEqual([]);
  });

  it('whose picture freezes, stands still, loses its sound, sends nothing or thaws is told so', async () => {
    const made = await camera();
    const { next } = watch({ url: made.url('/h265-1080') });
    await next({ video: true, audio: true, frozen: false, width_pixels: 1920 });
    made.state.frozen = true;
    await next({ online: true, comm: 'ok', video: false, audio: true, frozen: true, width_pixels: null });
    Object.assign(made.state, { frozen: false, still: true });
    await next({ video: true, frozen: true, width_pixels: 1920 });
    made.state.still = false;
    await next({ video: true, frozen: false });
    made.state.silent = true;
    await next({ online: true, comm: 'silent', video: false, audio: false, frozen: null });
    made.state.silent = false;
    await next({ comm: 'ok', video: true, audio: true });
  });

  it('without a sound track is a camera without sound, and one without a picture track has no size', async () => {
    const made = await camera();
    await watch({ url: made.url('/no-audio') }).next({ video: true, audio: false, sound_codec: null });
    await watch({ url: made.url('/audio-only') }).next({ video: false, audio: true, frozen: null, width_pixels: null });
  });

  it('that is full, has no such stream or hangs up says why', async () => {
    const made = await camera({ busy: true });
    const { next } = watch({ url: made.url() });
    await next({ online: false, comm: 'busy', video: null });
    made.state.busy = false;
    await next({ online: true });
    await watch({ url: made.url('/nowhere') }).next({ online: false, comm: 'wrong-path' });
    await watch({ url: 'http://10.0.0.6/' }).next({ online: false, comm: 'wrong-url' });
  });

  it('that is switched off is noticed by a pulse, between two looks, and so is its return', async () => {
    const timing = { ...FAST, lookEveryMs: 60_000, secondLookMs: 60_000 };
    const made = await camera();
    const { next } = watch({ url: made.url() }, timing);
    await next({ online: true });
    const lost = next({ online: false });
    await made.stop();
    expect((await lost)['comm']).toBe('refused');
  });

  it('is asked once with a wrong password, and its failure is told again all the same', async () => {
    const made = await camera();
    const { next, told } = watch({ url: made.url(), password: 'Wr0ng-pass' });
    await next({ comm: 'unauthorized' });
    const asked = made.heard.filter((line) => line.startsWith('DESCRIBE')).length;
    await until('two more tellings', 10_000, () => told.length > 3);
    expect(made.heard.filter((line) => line.startsWith('DESCRIBE'))).toHaveLength(asked);
    expect(asked).toBe(2);
    expect(JSON.stringify(told)).not.toContain('Wr0ng-pass');
  });

  it('is left alone once it is not watched any more', async () => {
    const made = await camera();
    const { next, told, end } = watch({ url: made.url() });
    await next({ online: true });
    end();
    await until('no connection', 10_000, () => made.open() === 0);
    const [count, length] = [made.taken(), told.length];
    await sleep(600);
    expect([made.taken(), told.length]).toEqual([count, length]);
  });
});

describe('its recorder', () => {
  const minutesAgo = (minutes: number): number => Date.now() - minutes * 60_000;
  const recording = (to: number, status: 'Recording' | 'Stopped') => ({
    token: 'r1',
    source: 'Camera 01',
    from: to - 86_400_000,
    to,
    hasAudio: true,
    status,
  });

  async function recorder(begin: Partial<RecorderState>) {
    const made = await startFakeRecorder(begin);
    running.push(made.stop);
    return made;
  }

  it('says whether it records and how wrong its clock is', async () => {
    const nvr = await recorder({ recordings: [recording(minutesAgo(1), 'Stopped')], skewMs: 0 });
    const made = await camera();
    const { next } = watch({ url: made.url(), onvif: nvr.url });
    const facts = await next({ recorder: 'ok', recording: true });
    expect(facts['recording_age_seconds']).toBeGreaterThanOrEqual(58);
    expect(facts['model']).toBe('SIM & Co R-2000');
    Object.assign(nvr.state, { recordings: [recording(minutesAgo(20), 'Stopped')], skewMs: 0 });
    await next({ recorder: 'ok', recording: false });
    Object.assign(nvr.state, { recordings: [], skewMs: 0 });
    await next({ recording: false, recording_age_seconds: 1800 });
    Object.assign(nvr.state, { recordings: [recording(minutesAgo(600), 'Recording')] });
    await next({ recording: false });
    nvr.state.skewMs = 600_000;
    const skewed = await until('the skew', 30_000, async () => {
      const { clock_offset_seconds: offset } = await next({ recorder: 'ok' });
      return Math.abs(Number(offset) - 600) < 3;
    });
    expect(skewed).toBe(true);
    nvr.state.hasSearch = false;
    await next({ recorder: 'unsupported', recording: null, recording_age_seconds: null });
  });

  it('of Hikvision without Profile G is asked by ISAPI', async () => {
    const nvr = await recorder({
      recordings: [recording(minutesAgo(2), 'Stopped')],
      auth: 'digest',
      hasSearch: false,
    });
    const made = await camera();
    await watch({ url: made.url(), onvif: nvr.url, vendor: 'hikvision' }).next({ recorder: 'ok', recording: true });
  });

  it('that hangs takes nothing from the picture', async () => {
    const nvr = await recorder({ instead: () => undefined });
    const made = await camera();
    const { next } = watch({ url: made.url(), onvif: nvr.url }, { ...FAST, httpMs: 300 });
    await next({ online: true, video: true });
    await next({ recorder: 'timeout', recording: null, online: true });
  });

  it('by ONVIF also says where the stream is', async () => {
    const made = await camera();
    const nvr = await recorder({ streamUris: [`rtsp://10.255.255.1:${made.port}/h264-1080`] });
    const { next } = watch({ url: `rtsp://127.0.0.1:${made.port}`, onvif: nvr.url, vendor: 'onvif' });
    await next({ online: true, width_pixels: 1920 });
  });
});

describe('a still picture', () => {
  const look = (keys: readonly (readonly [number, string])[], between: readonly number[] = []): TrackSeen => ({
    kind: 'video',
    codec: 'H264',
    packets: 1,
    bytes: 1,
    lost: 0,
    frames: 1,
    silentMs: 0,
    seconds: 1,
    size: null,
    sizeFrom: null,
    recorded: null,
    keys: keys.map(([bytes, digest]) => ({ bytes, digest })),
    between,
  });

  it.each([
    ['the same bytes in two looks', [[[9000, 'a']], [[9000, 'a']]], [null, true]],
    ['sizes two bytes apart in three', [[[9000, 'a']], [[9002, 'b']], [[9001, 'c']]], [null, null, true]],
    ['a living scene', [[[9000, 'a']], [[9400, 'b']], [[9100, 'c']]], [null, false, false]],
    ['two of the same size by chance', [[[9000, 'a']], [[9001, 'b']], [[9400, 'c']]], [null, null, false]],
    [
      'two in one look that differ',
      [
        [
          [9000, 'a'],
          [9300, 'b'],
        ],
      ],
      [false],
    ],
  ] as const)('%s', (_, looks, expected) => {
    const stillness = createStillness();
    expect(looks.map((keys) => stillness.take(look(keys)))).toEqual(expected);
  });

  it('without pictures that stand for themselves is not called still, and living when its changes differ', () => {
    expect(createStillness().take(look([], [40, 40, 41]))).toBeNull();
    expect(createStillness().take(look([], [40, 900, 300]))).toBe(false);
  });
});

describe('the door', () => {
  it('lets two in to a host and four in all, in turn', async () => {
    const gate = createGate();
    const inside: string[] = [];
    const enter = async (host: string): Promise<() => void> => {
      const leave = await gate.enter(host);
      inside.push(host);
      return () => {
        inside.splice(inside.indexOf(host), 1);
        leave();
        leave();
      };
    };
    const entered = ['a', 'a', 'a', 'b', 'b', 'c', 'a'].map((host) => enter(host));
    await sleep(5);
    expect([...inside].sort()).toEqual(['a', 'a', 'b', 'b']);
    (await entered[3]!)();
    await sleep(5);
    expect([...inside].sort()).toEqual(['a', 'a', 'b', 'c']);
    (await entered[0]!)();
    await sleep(5);
    expect([...inside].sort()).toEqual(['a', 'a', 'b', 'c']);
    for (const one of [1, 4, 5]) (await entered[one]!)();
    await sleep(5);
    expect(inside).toEqual(['a', 'a']);
  });

  it('is not held by cameras that are switched off', async () => {
    const made = await camera();
    const gate = createGate(1, 1);
    const off = await camera();
    await off.stop();
    watch({ url: off.url() }, FAST, gate);
    await watch({ url: made.url() }, FAST, gate).next({ online: true });
  });
});

const NULLS = Object.fromEntries(Object.keys(probe.facts).map((word) => [word, null]));
