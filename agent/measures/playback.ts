import { MeasureRefused, type Measure, type MeasureFacts } from '../measure.ts';
import { HttpError } from '../protocols/http.ts';
import { RtspError } from '../protocols/rtspError.ts';
import { provePlayback, type PlaybackProof } from './playbackProof.ts';

/** A clip is fetched in real time; longer ones only load the recorder. */
const SHORTEST_MS = 5_000;
const LONGEST_MS = 60_000;

/**
 * Fetches a clip of a camera of the settings and proves what it shows: `{ device: 'nvr-1-3', from: ms, to: ms }` by the
 * recorder's own clock, 5 to 60 s long and over. Answers `result` PROVEN, FAILED or UNPROVABLE with what was seen.
 */
export const measure: Measure = {
  name: 'playback',
  // Two ways to it, each a minute of clip and its talk.
  limitMs: 240_000,
  async take(asked, { settings, clock, stop }) {
    const { device: id, from, to, least_width_pixels: width = 1280, least_height_pixels: height = 720 } = asked;
    const { most_clock_offset_seconds: offset = 60 } = asked;
    const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
    if (typeof id !== 'string' || !isNumber(from) || !isNumber(to) || ![width, height, offset].every(isNumber))
      throw new MeasureRefused('malformed', 'playback takes { device: "id", from: ms, to: ms }');
    const device = settings.devices.find((each) => each.id === id && each.kind === 'camera');
    if (!device) throw new MeasureRefused('not-allowed', `${id} is no camera of the settings`);
    // Its clock may be ahead of ours by what is allowed at most; what is not over cannot be fetched whole.
    const isOver = to <= clock.now().wall + (offset as number) * 1000;
    if (to - from < SHORTEST_MS || to - from > LONGEST_MS || !isOver)
      throw new MeasureRefused('not-allowed', 'a clip is 5 to 60 s long and is over');
    try {
      const proof = await provePlayback({
        device,
        from,
        to,
        leastWidth: width as number,
        leastHeight: height as number,
        mostClockOffsetMs: (offset as number) * 1000,
        onStop: (act) => stop.onStop(act),
      });
      return told(proof, from, to);
    } catch (error) {
      if (error instanceof RtspError || error instanceof HttpError)
        throw new MeasureRefused('failed', `${error.trouble}: ${error.message}`);
      throw error;
    }
  },
};

function told(
  { result, reasons, way, time, sample, clockOffsetMs }: PlaybackProof,
  from: number,
  to: number,
): MeasureFacts {
  const video = sample?.tracks.find(({ kind }) => kind === 'video');
  const audio = sample?.tracks.find(({ kind }) => kind === 'audio');
  const rounded = (value: number | null | undefined): number | null =>
    value === null || value === undefined ? null : Math.round(value * 10) / 10;
  return {
    result,
    reasons,
    way,
    time,
    from,
    to,
    wanted_seconds: (to - from) / 1000,
    video_seconds: rounded(video?.seconds),
    audio_seconds: rounded(audio?.seconds),
    frames: video?.frames ?? null,
    width_pixels: video?.size?.width ?? null,
    height_pixels: video?.size?.height ?? null,
    codec: video?.codec ?? null,
    sound_codec: audio?.codec ?? null,
    recorded_from: video?.recorded?.from ?? null,
    recorded_to: video?.recorded?.to ?? null,
    clock_offset_seconds: rounded(clockOffsetMs === null ? null : clockOffsetMs / 1000),
    bytes: sample?.bytes ?? null,
  };
}
