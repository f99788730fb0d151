import type { Device } from '../probe.ts';
import { HttpError } from '../protocols/http.ts';
import { openRecorders } from '../protocols/recorders/open.ts';
import type { Playback, Recorder, Segment } from '../protocols/recorders/recorder.ts';
import { sampleRtsp, type RtspSample, type RtspWish } from '../protocols/rtsp.ts';
import { RtspError } from '../protocols/rtspError.ts';
import type { TrackSeen } from '../protocols/rtpTrack.ts';

/**
 * Proves that a recorder has recorded a stated minute and can play it: it fetches the clip and looks whether it is long
 * enough, large enough, has picture and sound, and is really of that minute.
 */
export interface PlaybackWish {
  readonly device: Device;
  /** ms since 1970, as the recorder's own clock showed it. */
  readonly from: number;
  readonly to: number;
  readonly leastWidth: number;
  readonly leastHeight: number;
  /** A recorder whose clock is off by more has recorded another minute than that. */
  readonly mostClockOffsetMs: number;
  readonly onStop?: (act: () => void) => void;
}

/**
 * `PROVEN`: everything was seen. `FAILED`: the recorder was asked and what it gave falls short. `UNPROVABLE`: what it
 * played is right, but that it is of that minute cannot be known.
 */
export type PlaybackResult = 'PROVEN' | 'FAILED' | 'UNPROVABLE';

export type PlaybackReason =
  /** It has nothing of that minute, or not all of it. */
  | 'no-recording'
  | 'no-picture'
  | 'no-sound'
  | 'too-short'
  | 'too-small'
  /** The times in the stream are of another minute. */
  | 'other-time'
  /** Its clock is wrong by more than is allowed, so it is another minute than it says. */
  | 'clock'
  /** It also plays what cannot have been recorded yet: it does not mind the time it is asked for. */
  | 'ignores-time'
  /** Neither the stream nor a search tells of what time it is. */
  | 'time-unknown';

export interface PlaybackProof {
  readonly result: PlaybackResult;
  readonly reasons: readonly PlaybackReason[];
  /** Which interface played it. */
  readonly way: Recorder['word'] | null;
  /** How the time is known: from the stream itself (ONVIF's replay header), or from a search and the clock. */
  readonly time: 'stream' | 'search' | 'unknown';
  readonly sample: RtspSample | null;
  readonly clockOffsetMs: number | null;
}

const TALK: Pick<RtspWish, 'stepMs' | 'talkMs'> = { stepMs: 8_000, talkMs: 20_000 };
const HTTP_MS = 8_000;
/** Above the rate of the largest streams, 8 Mbit/s over a minute. */
const MOST_BYTES = 64 * 1024 * 1024;
/** Clips begin at the key picture before and end with a whole one after. */
const EDGE_MS = 10_000;
/** Of the wanted length; seeking to key pictures takes away up to some seconds. */
const LEAST_SHARE = 0.8;
const COVERED_SHARE = 0.95;
const SILENT_MS = 5_000;
/** A moment that nobody can have recorded. */
const AHEAD_MS = 24 * 3_600_000;
const CONTROL_MS = 4_000;

/** Throws an `RtspError` or `HttpError` when the recorder could not be asked: then nothing is proved either way. */
export async function provePlayback(wish: PlaybackWish): Promise<PlaybackProof> {
  let best: PlaybackProof | null = null;
  let failure: RtspError | HttpError | null = null;
  /** What a way that can be searched has said serves one that only plays. */
  const known: Known = { clockOffsetMs: null, covered: null };
  for (const way of openRecorders(wish.device, HTTP_MS)) {
    try {
      const proof = await proveBy(way, wish, known);
      if (proof.result === 'PROVEN') return proof;
      best = better(best, proof);
    } catch (error) {
      if (!(error instanceof RtspError) && !(error instanceof HttpError)) throw error;
      // That one way is not there says less than why the other one fails.
      if (failure === null || failure.trouble === 'unsupported') failure = error;
      // A second wrong answer would lock the user sooner.
      if (error.trouble === 'unauthorized') break;
    }
  }
  if (best === null && failure !== null) throw failure;
  return best ?? { ...NOTHING, result: 'UNPROVABLE', reasons: ['time-unknown'] };
}

interface Known {
  clockOffsetMs: number | null;
  covered: boolean | null;
}

const NOTHING = { way: null, time: 'unknown', sample: null, clockOffsetMs: null } as const;

async function proveBy(way: Recorder, wish: PlaybackWish, known: Known): Promise<PlaybackProof> {
  const { from, to } = wish;
  known.clockOffsetMs = (await way.clockOffsetMs()) ?? known.clockOffsetMs;
  const segments = await way.segments(from, to);
  if (segments !== null) known.covered = coveredShare(segments, from, to) >= COVERED_SHARE;
  const base = { ...NOTHING, way: way.word, clockOffsetMs: known.clockOffsetMs };
  const playback = known.covered === false ? null : await way.playback(from, to);
  if (playback === null) return { ...base, result: 'FAILED', reasons: ['no-recording'] };
  const sample = await fetchClip(playback, wish, to - from);
  if (sample === null) return { ...base, result: 'FAILED', reasons: ['no-recording'] };
  const reasons = shortcomings(sample, wish);
  const { reason, time } = await timeOf(way, sample, wish, known);
  if (reason !== null) reasons.push(reason);
  const result =
    reasons.length === 0 ? 'PROVEN' : reasons.every((word) => word === 'time-unknown') ? 'UNPROVABLE' : 'FAILED';
  return { ...base, result, reasons, time, sample };
}

/** Null: it says that it has no such clip. */
async function fetchClip(playback: Playback, wish: PlaybackWish, lengthMs: number): Promise<RtspSample | null> {
  const { user, password } = wish.device;
  const target = {
    url: playback.url,
    ...(user === undefined ? {} : { user }),
    ...(password === undefined ? {} : { password }),
  };
  const listening: RtspWish = {
    ...TALK,
    listenMs: lengthMs + EDGE_MS,
    mostBytes: MOST_BYTES,
    silentMs: SILENT_MS,
    isEnough: (tracks) => tracks.length > 0 && tracks.every(({ seconds }) => seconds * 1000 >= lengthMs),
    ...(playback.range === undefined ? {} : { range: playback.range }),
    ...(wish.onStop === undefined ? {} : { onStop: wish.onStop }),
  };
  try {
    return await sampleRtsp(
      target,
      playback.require === undefined ? listening : { ...listening, require: playback.require },
    );
  } catch (error) {
    if (!(error instanceof RtspError)) throw error;
    // Some play by ONVIF without knowing the word for it.
    if (error.trouble === 'unsupported' && playback.require !== undefined)
      return fetchClip(withoutRequire(playback), wish, lengthMs);
    if (error.trouble === 'wrong-path' || error.trouble === 'error' || error.trouble === 'no-track') return null;
    throw error;
  }
}

function withoutRequire({ require: _require, ...playback }: Playback): Playback {
  return playback;
}

function shortcomings(sample: RtspSample, { from, to, leastWidth, leastHeight }: PlaybackWish): PlaybackReason[] {
  const video = trackOf(sample, 'video');
  const audio = trackOf(sample, 'audio');
  const reasons: PlaybackReason[] = [];
  const { width = 0, height = 0 } = video?.size ?? {};
  if (!video || video.frames === 0) reasons.push('no-picture');
  else if (video.seconds * 1000 < LEAST_SHARE * (to - from)) reasons.push('too-short');
  if (video && video.frames > 0 && (width < leastWidth || height < leastHeight)) reasons.push('too-small');
  if (!audio || audio.frames === 0) reasons.push('no-sound');
  return reasons;
}

async function timeOf(
  way: Recorder,
  sample: RtspSample,
  wish: PlaybackWish,
  known: Known,
): Promise<{ readonly time: PlaybackProof['time']; readonly reason: PlaybackReason | null }> {
  const { from, to, mostClockOffsetMs } = wish;
  const isClockRight = known.clockOffsetMs !== null && Math.abs(known.clockOffsetMs) <= mostClockOffsetMs;
  const recorded = trackOf(sample, 'video')?.recorded ?? null;
  if (recorded !== null) {
    const isThen =
      recorded.from >= from - EDGE_MS &&
      recorded.to <= to + EDGE_MS &&
      recorded.to - recorded.from >= LEAST_SHARE * (to - from) - 1_000;
    if (!isThen) return { time: 'stream', reason: 'other-time' };
    return { time: 'stream', reason: known.clockOffsetMs === null || isClockRight ? null : 'clock' };
  }
  // Only a sample with pictures says that it plays what it is asked for.
  if ((trackOf(sample, 'video')?.frames ?? 0) === 0) return { time: 'unknown', reason: null };
  if (await playsTheFuture(way, wish)) return { time: 'unknown', reason: 'ignores-time' };
  if (known.covered !== true || known.clockOffsetMs === null) return { time: 'unknown', reason: 'time-unknown' };
  return { time: 'search', reason: isClockRight ? null : 'clock' };
}

/** The control: a clip of tomorrow must not come. A recorder that shows the live picture instead would. */
async function playsTheFuture(way: Recorder, wish: PlaybackWish): Promise<boolean> {
  const playback = await way.playback(wish.from + AHEAD_MS, wish.to + AHEAD_MS).catch(() => null);
  if (playback === null) return false;
  const { user, password } = wish.device;
  const who = { ...(user === undefined ? {} : { user }), ...(password === undefined ? {} : { password }) };
  const control = await sampleRtsp(
    { url: playback.url, ...who },
    {
      ...TALK,
      listenMs: CONTROL_MS,
      mostBytes: MOST_BYTES,
      isEnough: (tracks) => tracks.some(({ kind, frames }) => kind === 'video' && frames > 2),
      ...(playback.range === undefined ? {} : { range: playback.range }),
      ...(wish.onStop === undefined ? {} : { onStop: wish.onStop }),
    },
  ).catch((error: unknown) => {
    if (error instanceof RtspError) return null;
    throw error;
  });
  return control !== null && (trackOf(control, 'video')?.frames ?? 0) > 0;
}

function trackOf(sample: RtspSample, kind: TrackSeen['kind']): TrackSeen | undefined {
  return sample.tracks.find((track) => track.kind === kind);
}

function coveredShare(segments: readonly Segment[], from: number, to: number): number {
  let covered = 0;
  let at = from;
  for (const segment of [...segments].sort((left, right) => left.from - right.from)) {
    const [begin, end] = [Math.max(at, segment.from), Math.min(to, segment.to)];
    if (end <= begin) continue;
    covered += end - begin;
    at = end;
  }
  return covered / (to - from);
}

/** What was seen beats what was not, and fewer faults beat more. */
function better(one: PlaybackProof | null, other: PlaybackProof): PlaybackProof {
  if (one === null) return other;
  const rank = ({ result, sample, reasons }: PlaybackProof): number =>
    (result === 'UNPROVABLE' ? 100 : 0) + (sample === null ? 0 : 50) - reasons.length;
  return rank(other) > rank(one) ? other : one;
}
