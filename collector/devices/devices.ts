import { SECRETS, type Bilingual, type Device, type DeviceOption, type Secret } from '../../agent/probe.ts';
import type { Camera, Platform, Switch, Ups, Written } from './schemas.ts';

/** What only a device's kind knows stands in `options`; its probe, and the drills, read it there. */
export type Options = NonNullable<Device['options']>;

/** A device as the settings name it: a recorder, too, is here one camera a channel. */
export type DeviceSetting = (
  | Omit<Ups, 'runtime' | 'battery_volts' | 'battery_installed' | 'recharge_hours' | 'auth' | 'cipher'>
  | Omit<Switch, 'ports' | 'uplink' | 'auth' | 'cipher'>
  | Omit<Platform, 'status' | 'text'>
  | (Camera & { readonly recorder?: string })
) & { readonly options?: Options };

/** Each channel of a recorder becomes a camera `<recorder>-<channel>` in its own room. */
export function expandDevices(devices: readonly Written[]): readonly DeviceSetting[] {
  return devices.flatMap((device): readonly DeviceSetting[] => {
    switch (device.kind) {
      case 'ups': {
        const { runtime, battery_volts: volts, battery_installed, recharge_hours, auth, cipher, ...rest } = device;
        const points = runtime && {
          runtime_seconds: runtime.map(({ seconds }) => seconds),
          runtime_loads: runtime.map(({ load }) => load),
        };
        const battery = volts && { battery_volts: [volts.empty, volts.full] };
        return [withOptions(rest, { ...points, ...battery, battery_installed, recharge_hours, auth, cipher })];
      }
      case 'switch':
      case 'router': {
        const { ports, uplink, auth, cipher, ...rest } = device;
        return [withOptions(rest, { ports, uplink, auth, cipher })];
      }
      case 'platform': {
        const { status, text, ...rest } = device;
        return [withOptions(rest, { status, text })];
      }
      case 'camera':
        return [device];
      case 'recorder': {
        const { channels, kind: _kind, id, ...rest } = device;
        return channels.map(({ channel, room }) => ({
          ...rest,
          kind: 'camera',
          id: `${id}-${channel}`,
          recorder: id,
          channel,
          room,
        }));
      }
    }
    return device satisfies never;
  });
}

function withOptions<Rest extends object>(rest: Rest, all: Readonly<Record<string, DeviceOption | undefined>>) {
  const given = Object.entries(all).filter(([, value]) => value !== undefined);
  return given.length === 0 ? rest : { ...rest, options: Object.fromEntries(given) as Options };
}

/** The secrets that stand in the settings in plain, by device: they work, and are better off in the store (`secrets.ts`). */
export function plainSecrets(devices: readonly Partial<Record<Secret | 'id', unknown>>[]): readonly string[] {
  return devices.filter((device) => SECRETS.some((word) => device[word] !== undefined)).map(({ id }) => String(id));
}

/** An address with a user or password in it would be shown on pages and in the record. */
export const SECRET_IN_URL: Bilingual = {
  zh: '地址里不能带用户名和密码；请分别写在 user: 和 password: 里',
  en: 'an address must not hold a user or password; write them as user: and password:',
};

export function hasSecret(device: unknown): 'url' | 'onvif' | null {
  const { url, onvif } = (device ?? {}) as { url?: unknown; onvif?: unknown };
  if (isSecret(url)) return 'url';
  return isSecret(onvif) ? 'onvif' : null;
}

/** `?password=` and the like are how some vendors' addresses carry it. */
function isSecret(url: unknown): boolean {
  return (
    typeof url === 'string' &&
    (/^[a-z+]+:\/\/[^/\s]*@/i.test(url) || /[/?&;](user|username|password|passwd|pwd|auth)=/i.test(url))
  );
}
