import { OnvifDevice, type OnvifRecording } from '../onvif.ts';
import { atHost, type Recorder, type RecorderTarget } from './recorder.ts';

/** Any recorder or camera with Profile G. The span of a recording may hide gaps: what it really has, playing shows. */
export function onvifRecorder(target: RecorderTarget): Recorder {
  const { http, rtsp, channel, timeoutMs, user, password } = target;
  const device = new OnvifDevice({
    url: http,
    timeoutMs,
    ...(user === undefined ? {} : { user }),
    ...(password === undefined ? {} : { password }),
  });
  return {
    word: 'onvif',
    clockOffsetMs: async () => (await device.clock()).offsetMs,
    async model() {
      const { maker, model } = await device.information();
      return `${maker} ${model}`.trim();
    },
    live: async () => atHost(await device.streamUri(channel), rtsp),
    async segments(from, to) {
      const recording = ofChannel(await device.recordings(), channel);
      const { video, status } = recording ?? {};
      if (!video || video.from >= to || video.to <= from) return [];
      return [{ ...video, isOpen: status === 'Recording' }];
    },
    async playback(from, to) {
      const recording = ofChannel(await device.recordings(), channel);
      if (!recording) return null;
      return {
        url: atHost(await device.replayUri(recording.token), rtsp),
        range: `clock=${basic(from)}-${basic(to)}`,
        require: 'onvif-replay',
      };
    },
  };
}

/**
 * Which recording is whose is not said by the standard. The only one is; else the one whose source or token ends with the
 * channel's number, else the one at that place.
 */
export function ofChannel(recordings: readonly OnvifRecording[], channel: number): OnvifRecording | null {
  if (recordings.length <= 1) return channel === 1 || recordings.length === 0 ? (recordings[0] ?? null) : null;
  const ends = (text: string): boolean => Number(/(\d+)\D*$/.exec(text)?.[1] ?? Number.NaN) === channel;
  const bySource = recordings.filter(({ source }) => ends(source));
  const byToken = recordings.filter(({ token }) => ends(token));
  if (bySource.length === 1) return bySource[0]!;
  return byToken.length === 1 ? byToken[0]! : (recordings[channel - 1] ?? null);
}

function basic(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`;
}
