import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../agent/clock.ts';
import { DEFAULT_SETTINGS } from '../../../agent/limits.ts';
import { MeasureRefused, type MeasureFacts } from '../../../agent/measure.ts';
import { measure } from '../../../agent/measures/playback.ts';
import type { Device } from '../../../agent/probe.ts';
import { CAMERA_PASSWORD, CAMERA_USER, startFakeCamera, type CameraState } from '../../fixtures/fakeCamera.ts';
import { startFakeRecorder, type RecorderState } from '../../fixtures/fakeRecorder.ts';

const running: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of running.splice(0)) await end();
});

const HOUR = 3_600_000;
const NOW = Math.floor(Date.now() / 1000) * 1000;
/** A minute, two hours ago, in a recording of a day. */
const FROM = NOW - 2 * HOUR;
const TO = FROM + 20_000;
const RECORDED = { from: NOW - 24 * HOUR, to: NOW };

interface Site {
  readonly camera: Partial<CameraState>;
  readonly nvr: Partial<RecorderState>;
  readonly device?: Partial<Device>;
  /** Without the standard's way. */
  readonly isPlain?: boolean;
}

async function site({ camera, nvr, device = {}, isPlain = false }: Site) {
  const streams = await startFakeCamera({ recorded: RECORDED, ...camera });
  const recorder = await startFakeRecorder({
    zoneMinutes: 0,
    auth: 'digest',
    recordings: [{ token: 'r1', source: 'Camera 01', ...RECORDED, hasAudio: true, status: 'Recording' }],
    replayUri: `rtsp://192.168.250.250:${streams.port}/onvif/replay`,
    ...nvr,
  });
  running.push(streams.stop, recorder.stop);
  const made: Device = {
    id: 'cam-1',
    kind: 'camera',
    url: streams.url('/h264-720'),
    onvif: recorder.url,
    vendor: 'onvif',
    user: CAMERA_USER,
    password: CAMERA_PASSWORD,
    ...device,
  };
  if (isPlain) Reflect.deleteProperty(made, 'onvif');
  const prove = (asked: MeasureFacts = {}): Promise<MeasureFacts> =>
    measure.take(
      { device: 'cam-1', from: FROM, to: TO, ...asked },
      {
        settings: { ...DEFAULT_SETTINGS, devices: [made] },
        clock: systemClock(),
        stop: { isStopped: false, onStop: () => undefined },
      },
    );
  return { streams, recorder, prove };
}

describe('a clip of a stated minute', () => {
  it('is proven by the times in the stream itself', async () => {
    const { prove, streams } = await site({ camera: { replay: 'ntp' }, nvr: {} });
    const proof = await prove();
    expect(proof).toMatchObject({
      result: 'PROVEN',
      reasons: [],
      way: 'onvif',
      time: 'stream',
      width_pixels: 1280,
      height_pixels: 720,
      codec: 'H264',
      sound_codec: 'MPEG4-GENERIC',
      recorded_from: FROM,
    });
    expect(proof['video_seconds']).toBeGreaterThan(19);
    expect(proof['audio_seconds']).toBeGreaterThan(19);
    expect(streams.heard.some((line) => line.startsWith('TEARDOWN'))).toBe(true);
    expect(JSON.stringify(proof)).not.toContain(CAMERA_PASSWORD);
  });

  it('without them is proven by a search, a right clock, and that tomorrow cannot be played', async () => {
    const { prove } = await site({ camera: {}, nvr: {} });
    expect(await prove()).toMatchObject({ result: 'PROVEN', time: 'search', way: 'onvif', recorded_from: null });
  });

  it.each([
    ['hikvision', '/Streaming/tracks/101'],
    ['dahua', '/cam/playback'],
  ])('of %s without Profile G is played by its own address', async (vendor, path) => {
    const { prove, streams } = await site({ camera: {}, nvr: { hasSearch: false }, device: { vendor } });
    expect(await prove()).toMatchObject({ result: 'PROVEN', time: 'search', way: vendor });
    expect(streams.heard.some((line) => line.startsWith(`DESCRIBE ${streams.url(path)}`))).toBe(true);
  });

  it('is played without the demand where the recorder does not know it', async () => {
    const { prove } = await site({ camera: { replay: 'unsupported' }, nvr: {} });
    expect(await prove()).toMatchObject({ result: 'PROVEN', time: 'search' });
  });

  it.each<[string, string, string, Site, MeasureFacts?]>([
    ['was not recorded', 'FAILED', 'no-recording', { camera: {}, nvr: { recordings: [] } }],
    ['is found but cannot be played', 'FAILED', 'no-recording', { camera: { recorded: null }, nvr: {} }],
    ['is of another minute', 'FAILED', 'other-time', { camera: { replay: 'ntp', replayOffMs: 300_000 }, nvr: {} }],
    ['is of a recorder whose clock is wrong', 'FAILED', 'clock', { camera: {}, nvr: { skewMs: 400_000 } }],
    ['comes whatever is asked', 'FAILED', 'ignores-time', { camera: { ignoresTime: true }, nvr: {} }],
    ['has no picture', 'FAILED', 'no-picture', { camera: { frozen: true, replay: 'ntp' }, nvr: {} }],
    [
      'is too small',
      'FAILED',
      'too-small',
      { camera: { replay: 'ntp' }, nvr: {} },
      { least_width_pixels: 1920, least_height_pixels: 1080 },
    ],
    ['has no sound', 'FAILED', 'no-sound', { camera: { mute: true, replay: 'ntp' }, nvr: {} }],
    [
      'ends too early',
      'FAILED',
      'too-short',
      { camera: { recorded: { from: FROM, to: FROM + 9_000 }, cuts: true }, nvr: {} },
    ],
    [
      'is of a time that nobody tells',
      'UNPROVABLE',
      'time-unknown',
      { camera: {}, nvr: {}, device: { vendor: 'uniview' }, isPlain: true },
    ],
    [
      'is of a camera without a way to its recordings',
      'UNPROVABLE',
      'time-unknown',
      { camera: {}, nvr: {}, device: { vendor: 'none' }, isPlain: true },
    ],
  ])('that %s is %s: %s', async (_, result, reason, begin, asked) => {
    const { prove } = await site(begin);
    const proof = await prove(asked);
    expect([proof['result'], proof['reasons']]).toEqual([result, [reason]]);
  });
});

describe('nothing is measured', () => {
  const refusal = async (proving: Promise<MeasureFacts>): Promise<string> =>
    proving.then(
      (proof) => JSON.stringify(proof),
      (error: unknown) => (error instanceof MeasureRefused ? `${error.refusal} ${error.message}` : String(error)),
    );

  it('of a device that the settings do not name, of a clip too long, or of one that is not over', async () => {
    const { prove, streams } = await site({ camera: {}, nvr: {} });
    expect(await refusal(prove({ device: 'cam-2' }))).toMatch(/^not-allowed cam-2 is no camera/);
    expect(await refusal(prove({ to: FROM + 61_000 }))).toMatch(/^not-allowed/);
    expect(await refusal(prove({ to: FROM + 4_000 }))).toMatch(/^not-allowed/);
    expect(await refusal(prove({ from: NOW + HOUR, to: NOW + HOUR + 20_000 }))).toMatch(/^not-allowed/);
    expect(await refusal(prove({ from: 'yesterday' }))).toMatch(/^malformed/);
    expect(streams.taken()).toBe(0);
  });

  it('when the recorder cannot be asked: a wrong password, too many viewers, nobody there', async () => {
    const wrong = await site({ camera: {}, nvr: {}, device: { password: 'Wr0ng-pass' } });
    const told = await refusal(wrong.prove());
    expect(told).toMatch(/^failed unauthorized: /);
    expect(told).not.toContain('Wr0ng-pass');
    expect(await refusal((await site({ camera: { busy: true }, nvr: {} })).prove())).toMatch(/^failed busy: /);
    const gone = await site({ camera: {}, nvr: {} });
    await gone.recorder.stop();
    expect(await refusal(gone.prove())).toMatch(/^failed refused: /);
  });
});
