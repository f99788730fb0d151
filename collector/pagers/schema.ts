import { Type, type Static } from 'typebox';

/** What `paging:` of the collector's settings may hold, with words for what would be right. */
const about = (zh: string, en: string) => ({ description: en, zh });

const ID = '^[a-z0-9][a-z0-9-]{0,31}$';
export const CHANNEL_KINDS = ['alertmanager', 'webhook', 'dingtalk', 'wecom', 'feishu', 'email'] as const;
export type ChannelKind = (typeof CHANNEL_KINDS)[number];
const ROLES = 'administrator|lead|tech|proctor|logistics|inspector|organization';
const TIME = '([01]\\d|2[0-3]):[0-5]\\d';

const FileName = Type.Optional(Type.String({ minLength: 1, ...about('文件名', 'the name of a file') }));
const Url = Type.Optional(
  Type.String({
    pattern: '^https?://[^\\s/]',
    maxLength: 2048,
    ...about('http:// 或 https:// 开头的地址', 'an address that begins with http:// or https://'),
  }),
);
const Texts = (most: number) =>
  Type.Optional(
    Type.Array(Type.String({ minLength: 1, maxLength: 200 }), { maxItems: most, ...about('[文本]', '[text]') }),
  );
const Language = Type.Optional(Type.String({ pattern: '^(zh|en)$', ...about('zh 或 en', 'zh or en') }));
const Numbered = (zh: string, en: string, least: number, most: number) =>
  Type.Optional(Type.Number({ minimum: least, maximum: most, ...about(zh, en) }));

const ChannelSchema = Type.Object(
  {
    id: Type.String({
      pattern: ID,
      ...about('小写字母、数字和短横线，例如 ding-1', 'lower-case letters, digits and dashes, such as ding-1'),
    }),
    kind: Type.String({
      pattern: `^(${CHANNEL_KINDS.join('|')})$`,
      ...about(CHANNEL_KINDS.join('、'), CHANNEL_KINDS.join(', ')),
    }),
    url: Url,
    url_file: FileName,
    /** Signs for 钉钉 and 飞书; the password of a mailbox. */
    secret: Type.Optional(Type.String({ minLength: 1, maxLength: 512 })),
    secret_file: FileName,
    ca: Type.Optional(Type.String({ maxLength: 16_384, ...about('CA 的 PEM 文本', 'PEM of the CA') })),
    ca_file: FileName,
    method: Type.Optional(
      Type.String({ pattern: '^(GET|POST|PUT)$', ...about('GET、POST 或 PUT', 'GET, POST or PUT') }),
    ),
    headers: Type.Optional(
      Type.Record(Type.String(), Type.String({ maxLength: 2048 }), about('{ 名称: 值 }', '{ name: value }')),
    ),
    header_files: Type.Optional(
      Type.Record(Type.String(), Type.String({ minLength: 1 }), about('{ 名称: 文件名 }', '{ name: file }')),
    ),
    template: Type.Optional(Type.String({ maxLength: 8192 })),
    content_type: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
    expect: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
    mobiles: Texts(50),
    at_all: Type.Optional(Type.Boolean(about('true 或 false', 'true or false'))),
    timeout_seconds: Numbered('秒，1 到 30', 'seconds, 1 to 30', 1, 30),
    per_minute: Numbered('每分钟条数，1 到 600', 'messages a minute, 1 to 600', 1, 600),
    host: Type.Optional(Type.String({ minLength: 1, maxLength: 253 })),
    port: Numbered('端口，1 到 65535', 'a port, 1 to 65535', 1, 65_535),
    security: Type.Optional(
      Type.String({ pattern: '^(starttls|tls|none)$', ...about('starttls、tls 或 none', 'starttls, tls or none') }),
    ),
    user: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
    from: Type.Optional(Type.String({ minLength: 3, maxLength: 200 })),
    to: Texts(50),
  },
  { additionalProperties: false },
);

const ContactSchema = Type.Object(
  {
    role: Type.String({
      pattern: `^(${ROLES})$`,
      ...about(ROLES.replaceAll('|', '、'), ROLES.replaceAll('|', ', ')),
    }),
    channels: Type.Array(Type.String(), {
      minItems: 1,
      maxItems: 8,
      ...about('[channels 中的 id]', '[ids of channels]'),
    }),
    to: Texts(20),
    language: Language,
    pages: Type.Optional(Type.String({ pattern: '^(all|urgent)$', ...about('all 或 urgent', 'all or urgent') })),
    rooms: Texts(100),
  },
  { additionalProperties: false },
);

export const SEAT_WHEN = ['rehearsal', 'before', 'during', 'after', 'assessment'] as const;
export type SeatWhen = (typeof SEAT_WHEN)[number];

export const PagingSchema = Type.Object(
  {
    language: Language,
    link: Url,
    seat_phases: Type.Optional(
      Type.Array(
        Type.String({
          pattern: `^(${SEAT_WHEN.join('|')})$`,
          ...about(SEAT_WHEN.join('、'), SEAT_WHEN.join(', ')),
        }),
        { maxItems: SEAT_WHEN.length, ...about('[阶段]', '[phase]') },
      ),
    ),
    quiet_hours: Type.Optional(
      Type.String({
        pattern: `^(${TIME}-${TIME}|none)$`,
        ...about('时:分-时:分，例如 20:00-07:00；不要则写 none', 'HH:MM-HH:MM, such as 20:00-07:00; or none'),
      }),
    ),
    repeat_minutes: Numbered('分钟，1 到 240', 'minutes, 1 to 240', 1, 240),
    escalate_minutes: Numbered('分钟，1 到 240', 'minutes, 1 to 240', 1, 240),
    simulated: Type.Optional(Type.Boolean(about('true 或 false', 'true or false'))),
    channels: Type.Optional(
      Type.Array(ChannelSchema, {
        maxItems: 32,
        ...about('每个通道以“- id:”开头', 'each one begins with "- id:"'),
      }),
    ),
    contacts: Type.Optional(
      Type.Array(ContactSchema, {
        maxItems: 32,
        ...about(
          '每个联系人以“- role:”开头，次序就是升级的次序',
          'each one begins with "- role:", in the order of escalation',
        ),
      }),
    ),
    heartbeat: Type.Optional(
      Type.Object(
        {
          url: Url,
          url_file: FileName,
          method: Type.Optional(Type.String({ pattern: '^(GET|POST)$', ...about('GET 或 POST', 'GET or POST') })),
          every_seconds: Numbered('秒，10 到 3600', 'seconds, 10 to 3600', 10, 3600),
          ca: Type.Optional(Type.String({ maxLength: 16_384 })),
          ca_file: FileName,
        },
        { additionalProperties: false },
      ),
    ),
  },
  { additionalProperties: false, ...about('通道、联系人和静默时段', 'channels, contacts and quiet times') },
);

export type PagingFile = Static<typeof PagingSchema>;
