import { performance } from 'node:perf_hooks';
import type { Device, Probe } from '../probe.ts';
import { liveUrl, openRecorders } from '../protocols/recorders/open.ts';
import { HttpError } from '../protocols/http.ts';
import { pulseRtsp, rtspAddress, sampleRtsp, type RtspSample, type RtspWish } from '../protocols/rtsp.ts';
import { RtspError } from '../protocols/rtspError.ts';
import type { TrackSeen } from '../protocols/rtpTrack.ts';
import type { Answer, Facts } from '../reading.ts';
import { createGate, type Gate } from './cameraGate.ts';
import { createStillness, type Stillness } from './cameraPicture.ts';
import { askRecording, NO_RECORDER, RECORDS_WITHIN_SECONDS, type Recording } from './cameraRecording.ts';
import { CAMERA_COMM, RECORDER_COMM, type CameraComm } from './cameraWords.ts';

/**
 * A camera, or a channel of a recorder. Each minute a short look at its live stream, some 2 s and 1 MiB of a 4 Mbit/s
 * stream, ended as soon as picture, size and sound were seen; between looks a question that needs no password (OPTIONS),
 * so that a camera that is switched off is noticed within 15 s. Each five minutes its recorder is asked for its clock and
 * its recordings. A camera must not be loaded by being watched: it is never more than one viewer, and for 4 % of the time.
 */
export const probe: Probe = {
  name: 'camera',
  platforms: ['linux', 'win32', 'darwin'],
  device: 'camera',
  everySeconds: 60,
  staleAfterSeconds: 180,
  timeLimitMs: 30_000,
  facts: {
    online: { type: 'boolean', about: { zh: '能打开实时流', en: 'Its live stream can be opened' } },
    comm: {
      type: 'string',
      largest: 40,
      about: { zh: '与摄像头的通信状态', en: 'State of the communication with it' },
      words: CAMERA_COMM,
    },
    video: { type: 'boolean', about: { zh: '有画面传来', en: 'Pictures come' } },
    audio: { type: 'boolean', about: { zh: '有声音传来', en: 'Sound comes' } },
    frozen: {
      type: 'boolean',
      about: { zh: '画面停住：不再有新画面，或一直是同一幅', en: 'The picture stands: none comes, or always the same' },
    },
    width_pixels: { type: 'number', unit: 'pixels', least: 16, most: 16_384, about: { zh: '画面宽度', en: 'Width' } },
    height_pixels: { type: 'number', unit: 'pixels', least: 16, most: 16_384, about: { zh: '画面高度', en: 'Height' } },
    frame_rate_hertz: { type: 'number', unit: 'hertz', least: 0, most: 240, about: { zh: '帧率', en: 'Frame rate' } },
    loss_ratio: {
      type: 'number',
      unit: 'ratio',
      least: 0,
      most: 1,
      about: { zh: '丢包率', en: 'Packets that it sent and that never came' },
    },
    codec: { type: 'string', largest: 20, about: { zh: '视频编码', en: 'How its picture is coded' } },
    sound_codec: { type: 'string', largest: 20, about: { zh: '音频编码', en: 'How its sound is coded' } },
    sample_bytes: {
      type: 'number',
      unit: 'bytes',
      least: 0,
      about: { zh: '本次查看所用的流量', en: 'What this look took in' },
    },
    clock_offset_seconds: {
      type: 'number',
      unit: 'seconds',
      about: {
        zh: '录像机时钟与本机之差（正数为快）',
        en: "Its recorder's clock minus this machine's; positive is fast",
      },
    },
    recorder: {
      type: 'string',
      largest: 40,
      about: { zh: '查询录像的状态', en: 'State of asking for its recordings' },
      words: RECORDER_COMM,
    },
    recording: { type: 'boolean', about: { zh: '正在录像', en: 'It is being recorded' } },
    recording_age_seconds: {
      type: 'number',
      unit: 'seconds',
      least: 0,
      about: { zh: '距最后一段录像的时间', en: 'Time since the last recorded moment' },
    },
    model: { type: 'string', largest: 100, about: { zh: '型号', en: 'Model' } },
  },
  watch: (device, tell) => watchCamera(device, tell, CAMERA_TIMING, gate),
};

/** One for all cameras of this agent. */
const gate = createGate();

export interface CameraTiming {
  readonly lookEveryMs: number;
  /** The second look, which first tells a still picture from a living one. */
  readonly secondLookMs: number;
  /** A look that failed is repeated once after this before it is told: a stream may be cut by chance. */
  readonly repeatMs: number;
  readonly pulseEveryMs: number;
  readonly recorderEveryMs: number;
  /** After a wrong password: recorders lock a user after some five of them. */
  readonly lockedMs: number;
  readonly httpMs: number;
  readonly wish: RtspWish;
}

export const CAMERA_TIMING: CameraTiming = {
  lookEveryMs: 60_000,
  secondLookMs: 10_000,
  repeatMs: 2_000,
  pulseEveryMs: 15_000,
  recorderEveryMs: 300_000,
  lockedMs: 600_000,
  httpMs: 5_000,
  wish: {
    stepMs: 5_000,
    talkMs: 10_000,
    // Three key pictures at the usual distance of two seconds.
    listenMs: 6_000,
    mostBytes: 4 * 1024 * 1024,
    isEnough: seenEnough,
  },
};

const NOTHING: Facts = Object.freeze(Object.fromEntries(Object.keys(probe.facts).map((word) => [word, null])));

type Tell = (answer: Answer, outcome: 'ok' | 'failed') => void;

/** Looks for ever; losing the camera is an answer too. */
export function watchCamera(device: Device, tell: Tell, timing: CameraTiming, door: Gate): () => void {
  const watch = new CameraWatch(device, tell, timing, door);
  void watch.run();
  return () => watch.stop();
}

class CameraWatch {
  private readonly device: Device;
  private readonly tell: Tell;
  private readonly timing: CameraTiming;
  private readonly door: Gate;
  private readonly stillness: Stillness = createStillness();
  private isStopped = false;
  private looks = 0;
  private live: string | null;
  private recording: Recording = NO_RECORDER;
  private recordingAt = -Infinity;
  private recorderLockedUntil = -Infinity;
  private wake: () => void = () => undefined;
  private pause: NodeJS.Timeout | undefined;

  constructor(device: Device, tell: Tell, timing: CameraTiming, door: Gate) {
    this.device = device;
    this.tell = tell;
    this.timing = timing;
    this.door = door;
    this.live = liveUrl(device);
  }

  stop(): void {
    this.isStopped = true;
    clearTimeout(this.pause);
    this.wake();
  }

  async run(): Promise<void> {
    const { lookEveryMs, secondLookMs, recorderEveryMs, lockedMs } = this.timing;
    while (!this.isStopped) {
      const startedAt = performance.now();
      const facts = await this.look();
      this.say(facts);
      const lockedUntil = facts['comm'] === 'unauthorized' ? startedAt + lockedMs : -Infinity;
      if (performance.now() - this.recordingAt >= recorderEveryMs && !this.isStopped) {
        await this.askRecorder();
        this.say(facts);
      }
      const everyMs = ++this.looks === 1 && facts['video'] === true ? secondLookMs : lookEveryMs;
      await this.rest(startedAt + everyMs, facts);
      // The same password would be wrong again; what was told stays true until it is changed, and is told again.
      while (performance.now() < lockedUntil && !this.isStopped) {
        this.say(facts);
        await this.sleep(Math.min(lookEveryMs, lockedUntil - performance.now()));
      }
    }
  }

  private say(live: Facts): void {
    if (!this.isStopped) this.tell({ facts: { ...live, ...this.recorded() } }, 'ok');
  }

  /** Until the next look, or until a pulse says that it is gone or back. */
  private async rest(until: number, { online }: Facts): Promise<void> {
    while (!this.isStopped && performance.now() < until) {
      await this.sleep(Math.min(this.timing.pulseEveryMs, until - performance.now()));
      if (this.isStopped || performance.now() >= until || this.live === null) continue;
      const isThere = await pulseRtsp(this.live, this.timing.wish.stepMs).then(
        () => true,
        () => false,
      );
      if (isThere !== online) return;
    }
  }

  private async look(): Promise<Facts> {
    const first = await this.lookOnce();
    const isFine = first['video'] === true || first['comm'] === 'unauthorized' || first['comm'] === 'wrong-url';
    if (isFine || this.isStopped) return first;
    await this.sleep(this.timing.repeatMs);
    return this.isStopped ? first : this.lookOnce();
  }

  private async lookOnce(): Promise<Facts> {
    const { url, user, password } = this.device;
    const address = rtspAddress(url);
    if (!address) return lost('wrong-url');
    let leave = (): void => undefined;
    try {
      // One that is switched off must not stand in the door.
      await pulseRtsp(this.live ?? url, this.timing.wish.stepMs);
      leave = await this.door.enter(address.host);
      if (this.isStopped) return NOTHING;
      this.live = this.live ?? (await this.askLive());
      const who = { ...(user === undefined ? {} : { user }), ...(password === undefined ? {} : { password }) };
      return this.understand(await sampleRtsp({ url: this.live, ...who }, this.timing.wish));
    } catch (error) {
      if (error instanceof RtspError) return lost(error.trouble);
      if (error instanceof HttpError) return lost(error.trouble);
      throw error;
    } finally {
      leave();
    }
  }

  private async askLive(): Promise<string> {
    for (const way of openRecorders(this.device, this.timing.httpMs)) if (way.live) return way.live();
    throw new RtspError('wrong-path', 'nobody says where its stream is');
  }

  private understand(sample: RtspSample): Facts {
    const track = (kind: 'video' | 'audio'): TrackSeen | undefined => sample.tracks.find((each) => each.kind === kind);
    return understand(sample, (video) => this.stillness.take(video), track('video'), track('audio'));
  }

  private async askRecorder(): Promise<void> {
    const now = performance.now();
    if (now < this.recorderLockedUntil) return;
    this.recording = await askRecording(this.device, this.timing.httpMs);
    this.recordingAt = performance.now();
    if (this.recording.comm === 'unauthorized') this.recorderLockedUntil = now + this.timing.lockedMs;
  }

  private recorded(): Facts {
    const { comm, clockOffsetMs, ageSeconds, model } = this.recording;
    if (this.recordingAt === -Infinity) return {};
    return {
      recorder: comm,
      clock_offset_seconds: clockOffsetMs === null ? null : Math.round(clockOffsetMs / 100) / 10,
      recording: ageSeconds === null ? null : ageSeconds <= RECORDS_WITHIN_SECONDS,
      recording_age_seconds: ageSeconds,
      model,
    };
  }

  private sleep(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      if (this.isStopped) return resolve();
      this.wake = resolve;
      this.pause = setTimeout(resolve, Math.max(0, milliseconds));
    });
  }
}

function lost(comm: CameraComm): Facts {
  return { ...NOTHING, online: false, comm };
}

/** What a look says. Pure but for what `isStill` remembers. */
export function understand(
  { ended, bytes }: RtspSample,
  isStill: (video: TrackSeen) => boolean | null,
  video: TrackSeen | undefined,
  audio: TrackSeen | undefined,
): Facts {
  // The last pictures before it froze may still be sent to each new viewer.
  const hasStopped = (video?.silentMs ?? 0) > STOPPED_MS;
  const hasPicture = (video?.frames ?? 0) > 0 && !hasStopped;
  const hasSound = (audio?.frames ?? 0) > 0;
  const cut = ended === 'closed' || ended === 'timeout' || ended === 'nonsense' ? ended : null;
  if (!hasPicture && !hasSound) return { ...lost(cut ?? 'silent'), online: cut === null, video: false, audio: false };
  const seen = [video, audio].filter((track) => track !== undefined);
  const [received, missing] = [sum(seen, 'packets'), sum(seen, 'lost')];
  return {
    ...NOTHING,
    online: true,
    comm: 'ok',
    video: hasPicture,
    audio: hasSound,
    // A camera without a picture track has none that could stand.
    frozen: video === undefined ? null : hasPicture ? isStill(video) : true,
    // Without a picture only the description speaks of a size, and that may be of another day.
    width_pixels: hasPicture ? (video?.size?.width ?? null) : null,
    height_pixels: hasPicture ? (video?.size?.height ?? null) : null,
    frame_rate_hertz: rateOf(video),
    loss_ratio: Math.round((missing / (received + missing)) * 10_000) / 10_000,
    codec: video?.codec ?? null,
    sound_codec: audio?.codec ?? null,
    sample_bytes: bytes,
  };
}

function rateOf(video: TrackSeen | undefined): number | null {
  return video === undefined || video.frames < 2 || video.seconds <= 0
    ? null
    : Math.round(((video.frames - 1) / video.seconds) * 10) / 10;
}

function sum(tracks: readonly TrackSeen[], what: 'packets' | 'lost'): number {
  return tracks.reduce((total, track) => total + track[what], 0);
}

/** No camera's pictures are so far apart; a look that has seen enough ends before. */
const STOPPED_MS = 2_500;

/** Picture, its size, a picture that stands for itself, a second of frames and some sound: then it may be left alone. */
function seenEnough(tracks: readonly TrackSeen[]): boolean {
  return (
    tracks.length > 0 &&
    tracks.every(({ kind, sizeFrom, keys, frames, seconds }) =>
      kind === 'audio'
        ? frames >= 5
        : (sizeFrom === 'stream' && keys.length > 0 && frames >= 20 && seconds >= 1) || frames > MOST_FRAMES,
    )
  );
}

/** Of a stream that never says its size. */
const MOST_FRAMES = 150;
