import { rtspOrigin, type Recorder, type RecorderTarget } from './recorder.ts';

/** Uniview plays by address alone, seconds since 1970; what it has is asked by ONVIF. */
export function univiewRecorder({ rtsp, channel }: RecorderTarget): Recorder {
  const seconds = (ms: number): number => Math.floor(ms / 1000);
  return {
    word: 'uniview',
    clockOffsetMs: () => Promise.resolve(null),
    segments: () => Promise.resolve(null),
    playback: (from, to) =>
      Promise.resolve({ url: `${rtspOrigin(rtsp)}/c${channel}/b${seconds(from)}/e${seconds(to)}/replay/` }),
  };
}
