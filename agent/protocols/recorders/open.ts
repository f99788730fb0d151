import { dahuaRecorder } from './dahua.ts';
import { hikvisionRecorder } from './hikvision.ts';
import { onvifRecorder } from './onvif.ts';
import { rtspOrigin, type Recorder, type RecorderTarget } from './recorder.ts';
import { univiewRecorder } from './uniview.ts';

/** A camera as the settings name it, as far as its recordings go. */
export interface Recorded {
  readonly url: string;
  readonly onvif?: string;
  readonly vendor?: string;
  readonly channel?: number;
  readonly user?: string;
  readonly password?: string;
}

const MAKERS: Readonly<Record<string, (target: RecorderTarget) => Recorder>> = {
  hikvision: hikvisionRecorder,
  dahua: dahuaRecorder,
  uniview: univiewRecorder,
};

/** The ways to its recordings, the standard's first, then its maker's own; none for a camera that names neither. */
export function openRecorders(device: Recorded, timeoutMs: number): readonly Recorder[] {
  const { url, onvif, vendor = '', channel = 1, user, password } = device;
  const host = rtspOrigin(url).slice('rtsp://'.length).replace(/:\d+$/, '');
  const base = {
    rtsp: url,
    channel,
    timeoutMs,
    ...(user === undefined ? {} : { user }),
    ...(password === undefined ? {} : { password }),
  };
  const maker = MAKERS[vendor];
  const origin = onvif === undefined ? `http://${host}` : (/^https?:\/\/[^/]+/.exec(onvif)?.[0] ?? onvif);
  return [
    ...(onvif !== undefined || vendor === 'onvif' ? [onvifRecorder({ ...base, http: onvif ?? origin })] : []),
    ...(maker ? [maker({ ...base, http: origin })] : []),
  ];
}

/** Where its live stream is: as it was written, or where its maker has the large one; null: ONVIF has to be asked. */
export function liveUrl({ url, vendor, channel = 1 }: Recorded): string | null {
  if (/^rtsp:\/\/[^/]+\/./.test(url)) return url;
  const origin = rtspOrigin(url);
  switch (vendor) {
    case 'hikvision':
      return `${origin}/Streaming/Channels/${channel}01`;
    case 'dahua':
      return `${origin}/cam/realmonitor?channel=${channel}&subtype=0`;
    case 'uniview':
      return `${origin}/unicast/c${channel}/s0/live`;
    case 'onvif':
      return null;
    default:
      return url;
  }
}
