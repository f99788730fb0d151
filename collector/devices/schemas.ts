import { Type, type Static, type TObject } from 'typebox';
import { Compile } from 'typebox/compile';
import { about, COMMON, kind, ROOM, SNMP } from './common.ts';

const DATE = '^20\\d{2}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])$';

const UPS = Type.Object(
  {
    id: COMMON.id,
    kind: kind('ups'),
    url: Type.String({
      pattern: '^(nut(\\+tls)?://[^\\s/@]+/[^\\s/]+|snmp://[^\\s/@]+/?|serial:///dev/\\w[\\w.-]*(/\\w[\\w.-]*)*)$',
      ...about(
        'nut://主机/UPS名称，例如 nut://127.0.0.1:3493/exam（加密用 nut+tls://）；snmp://主机；serial:///dev/ttyS0（Windows 的 COM 口请用 NUT）',
        'nut://HOST/UPS, such as nut://127.0.0.1:3493/exam (with TLS nut+tls://); snmp://HOST; serial:///dev/ttyS0 (a COM port of Windows through NUT)',
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
    ...SNMP,
    runtime: Type.Optional(
      Type.Array(
        Type.Object(
          {
            seconds: Type.Number({ minimum: 60, maximum: 7 * 86_400, ...about('秒，60 以上', 'seconds, from 60') }),
            load: Type.Number({ minimum: 0.05, maximum: 1, ...about('负载率，0.05 到 1', 'load, 0.05 to 1') }),
          },
          { additionalProperties: false },
        ),
        {
          minItems: 2,
          maxItems: 2,
          ...about(
            '厂家资料里的两个点：[{ seconds: 3000, load: 1 }, { seconds: 7200, load: 0.5 }]',
            'two points of its data sheet: [{ seconds: 3000, load: 1 }, { seconds: 7200, load: 0.5 }]',
          ),
        },
      ),
    ),
    battery_volts: Type.Optional(
      Type.Object(
        {
          empty: Type.Number({ minimum: 1, maximum: 1_000, ...about('伏', 'volts') }),
          full: Type.Number({ minimum: 1, maximum: 1_000, ...about('伏', 'volts') }),
        },
        {
          additionalProperties: false,
          ...about(
            '{ empty: 放完时的伏数, full: 充满静置时的伏数 }',
            '{ empty: volts when empty, full: volts when full and at rest }',
          ),
        },
      ),
    ),
    battery_installed: Type.Optional(
      Type.String({
        pattern: DATE,
        ...about('电池安装日期，例如 2024-05-01', 'when the battery was put in, such as 2024-05-01'),
      }),
    ),
    recharge_hours: Type.Optional(
      Type.Number({
        minimum: 1,
        maximum: 72,
        ...about('放空后充满所需的小时数，1 到 72', 'hours to charge when empty, 1 to 72'),
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

const PORTS = {
  ports: Type.Optional(
    Type.Record(Type.String({ maxLength: 64 }), Type.String({ minLength: 1, maxLength: 64 }), {
      maxProperties: 256,
      ...about(
        '端口接到哪里：{ GigabitEthernet1/0/7: A/17 }',
        'what hangs on which port: { GigabitEthernet1/0/7: A/17 }',
      ),
    }),
  ),
  uplink: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 64,
      ...about('上联端口名，例如 GigabitEthernet1/0/24', 'the port that leads out, such as GigabitEthernet1/0/24'),
    }),
  ),
};

const overSnmp = <const Word extends string>(word: Word) =>
  Type.Object(
    {
      id: COMMON.id,
      kind: kind(word),
      url: Type.String({
        pattern: '^snmp://[^\\s/@]+/?$',
        ...about('snmp://主机 或 snmp://主机:161', 'snmp://HOST or snmp://HOST:161'),
      }),
      room: COMMON.room,
      user: COMMON.user,
      password: COMMON.password,
      ...SNMP,
      ...PORTS,
      reader: COMMON.reader,
    },
    { additionalProperties: false },
  );

const SWITCH = overSnmp('switch');
const ROUTER = overSnmp('router');

/** The certificate's 考核平台: asked by its reader, and by the seats of its room (of every room when it names none). */
const PLATFORM = Type.Object(
  {
    id: COMMON.id,
    kind: kind('platform'),
    url: Type.String({
      pattern: '^(https?://[^\\s/@]+(/\\S*)?|tcp://[^\\s/@]+:\\d{1,5})$',
      ...about(
        'https://主机/路径、http://主机/路径 或 tcp://主机:端口，不带用户名和密码',
        'https://HOST/PATH, http://HOST/PATH or tcp://HOST:PORT, without user and password',
      ),
    }),
    room: COMMON.room,
    status: Type.Optional(
      Type.Integer({
        minimum: 100,
        maximum: 599,
        ...about('应有的 HTTP 状态码，例如 200', 'the HTTP status that is right, such as 200'),
      }),
    ),
    text: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 200,
        ...about('应答里必须出现的文字', 'a text that the answer has to contain'),
      }),
    ),
    ca: Type.Optional(
      Type.String({ maxLength: 8192, ...about('平台证书所属 CA 的 PEM 文本', 'PEM of the CA of its certificate') }),
    ),
    reader: COMMON.reader,
  },
  { additionalProperties: false },
);

/**
 * The kinds of devices that the settings may name, each with its own keys. A new kind is a schema here and a probe with
 * `watch` in `agent/probes/`.
 */
export const DEVICE_SCHEMAS = {
  ups: UPS,
  switch: SWITCH,
  router: ROUTER,
  camera: CAMERA,
  recorder: RECORDER,
  platform: PLATFORM,
} as const satisfies Readonly<Record<string, TObject>>;

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

export type Ups = Static<typeof UPS>;
export type Switch = Static<typeof SWITCH> | Static<typeof ROUTER>;
export type Camera = Static<typeof CAMERA>;
export type Platform = Static<typeof PLATFORM>;
/** A device as the file has it. */
export type Written = Ups | Switch | Camera | Static<typeof RECORDER> | Platform;
