import { Type, type Static, type TObject } from 'typebox';
import { Compile } from 'typebox/compile';
import type { Bilingual } from '../agent/probe.ts';

/**
 * The kinds of devices that the settings may name, each with its own keys. A new kind is a schema here and a probe with
 * `watch` in `agent/probes/`.
 */
export const about = (zh: string, en: string) => ({ description: en, zh });

const ROOM = Type.String({ minLength: 1, maxLength: 32, ...about('考场，例如 A', 'a room, such as A') });

/** What every device has. */
const COMMON = {
  id: Type.String({
    pattern: '^[a-z0-9][a-z0-9-]{0,31}$',
    ...about('小写字母、数字和短横线，例如 ups-1', 'lower-case letters, digits and dashes, such as ups-1'),
  }),
  room: Type.Optional(ROOM),
  user: Type.Optional(Type.String({ maxLength: 64 })),
  password: Type.Optional(Type.String({ maxLength: 128 })),
  reader: Type.Optional(
    Type.String(about('读取它的代理程序：考场/座位 或机器编号', 'ROOM/SEAT or machine id of the agent that reads it')),
  ),
};

const kind = <const Word extends string>(word: Word) => Type.Literal(word, about(word, word));

const UPS = Type.Object(
  {
    id: COMMON.id,
    kind: kind('ups'),
    url: Type.String({
      pattern: '^nut(\\+tls)?://[^\\s/@]+/[^\\s/]+$',
      ...about(
        'nut://主机/UPS名称，例如 nut://127.0.0.1:3493/exam；加密用 nut+tls://',
        'nut://HOST/UPS, such as nut://127.0.0.1:3493/exam; with TLS nut+tls://',
      ),
    }),
    room: COMMON.room,
    user: COMMON.user,
    password: COMMON.password,
    ca: Type.Optional(Type.String({ maxLength: 8192, ...about('设备 CA 的 PEM 文本', 'PEM of the CA of the device') })),
    reader: COMMON.reader,
    feeds: Type.Optional(
      Type.Array(Type.String(), {
        maxItems: 200,
        ...about('由它供电的机器：[考场/座位 或机器编号]', '[ROOM/SEAT or machine ids that hang on it]'),
      }),
    ),
  },
  { additionalProperties: false },
);

const VENDORS = ['hikvision', 'dahua', 'uniview', 'onvif'] as const;

/** What cameras and recorders share. */
const VIDEO = {
  onvif: Type.Optional(
    Type.String({
      pattern: '^https?://[^\\s/@]+(/\\S*)?$',
      ...about(
        'http://主机 或 http://主机:端口/onvif/device_service，不带用户名和密码',
        'http://HOST or http://HOST:PORT/onvif/device_service, without user and password',
      ),
    }),
  ),
  vendor: Type.Optional(Type.Enum([...VENDORS], about(`${VENDORS.join('、')} 之一`, `one of ${VENDORS.join(', ')}`))),
};

const CHANNEL = Type.Integer({
  minimum: 1,
  maximum: 256,
  ...about('通道号，从 1 起', 'the number of a channel, from 1'),
});

const CAMERA = Type.Object(
  {
    id: COMMON.id,
    kind: kind('camera'),
    url: Type.String({
      pattern: '^rtsp://[^\\s/@?]+(/[^\\s]*)?$',
      ...about(
        'rtsp://主机 或 rtsp://主机:554/路径，不带用户名和密码',
        'rtsp://HOST or rtsp://HOST:554/PATH, without user and password',
      ),
    }),
    room: COMMON.room,
    user: COMMON.user,
    password: COMMON.password,
    ...VIDEO,
    channel: Type.Optional(CHANNEL),
    reader: COMMON.reader,
  },
  { additionalProperties: false },
);

const RECORDER = Type.Object(
  {
    id: COMMON.id,
    kind: kind('recorder'),
    url: Type.String({
      pattern: '^rtsp://[^\\s/@?]+/?$',
      ...about(
        'rtsp://主机 或 rtsp://主机:554，不带路径、用户名和密码',
        'rtsp://HOST or rtsp://HOST:554, without path, user and password',
      ),
    }),
    user: COMMON.user,
    password: COMMON.password,
    ...VIDEO,
    vendor: Type.Enum([...VENDORS], about(`${VENDORS.join('、')} 之一`, `one of ${VENDORS.join(', ')}`)),
    channels: Type.Array(Type.Object({ channel: CHANNEL, room: ROOM }, { additionalProperties: false }), {
      minItems: 1,
      maxItems: 64,
      ...about('每路以“- channel:”开头，并写明考场', 'each one begins with "- channel:" and names its room'),
    }),
    reader: COMMON.reader,
  },
  { additionalProperties: false },
);

export const DEVICE_SCHEMAS = { ups: UPS, camera: CAMERA, recorder: RECORDER } as const satisfies Readonly<
  Record<string, TObject>
>;

export type DeviceKind = keyof typeof DEVICE_SCHEMAS;
export const DEVICE_KINDS = Object.keys(DEVICE_SCHEMAS) as DeviceKind[];

const compiled = new Map(DEVICE_KINDS.map((word) => [word, Compile(DEVICE_SCHEMAS[word])]));

/** What the schema of its kind has against a device. A kind that is not known is told by the schema of the file. */
export function deviceErrors(
  device: unknown,
): { readonly root: unknown; readonly errors: readonly SchemaError[] } | null {
  const word = (device as { kind?: unknown } | null)?.kind as DeviceKind;
  const check = compiled.get(word);
  return check ? { root: DEVICE_SCHEMAS[word], errors: check.Errors(device) } : null;
}

export type SchemaError = ReturnType<ReturnType<typeof Compile>['Errors']>[number];

/** A device as the settings name it: a recorder, too, is here one camera a channel. */
export type DeviceSetting = Static<typeof UPS> | Static<typeof CAMERA>;
type Written = DeviceSetting | Static<typeof RECORDER>;

/** Each channel of a recorder becomes a camera `<recorder>-<channel>` in its own room; everything else stays as it is. */
export function expandDevices(devices: readonly Written[]): readonly DeviceSetting[] {
  return devices.flatMap((device) => {
    if (device.kind !== 'recorder') return [device];
    const { channels, kind: _kind, ...recorder } = device;
    return channels.map(({ channel, room }) => ({
      ...recorder,
      kind: 'camera' as const,
      id: `${device.id}-${channel}`,
      channel,
      room,
    }));
  });
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
