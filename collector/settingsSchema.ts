import { Type } from 'typebox';
import { about } from './devices/common.ts';
import { DEVICE_KINDS } from './devices/schemas.ts';
import { NetworkSchema, ThroughputSchema } from './networkSettings.ts';
import { OrganizationSchema } from './organization/settings.ts';
import { PagingSchema } from './pagers/schema.ts';
import { SeriesSchema } from './series/settings.ts';

/** The keys of `xunkao.yaml`, each with what would be right in it; `settings.ts` reads them. */
const Duration = (zh: string, en: string, least: number, most: number) =>
  Type.Number({ ...about(zh, en), minimum: least, maximum: most });

const PORT = '([1-9]\\d{0,3}|[1-5]\\d{4}|6[0-4]\\d{3}|65[0-4]\\d{2}|655[0-2]\\d|6553[0-5])';
/** Port 0 lets the system choose. */
export const LISTEN = `^(\\[[0-9a-f:]+\\]|[^:\\s\\[\\]]+):(0|${PORT})$`;
export const SITE_NAME = '^[a-z0-9][a-z0-9-]{0,31}$';

/** What tells which schema a device has: its own keys are checked by that one (`devices.ts`). */
const AnyDevice = Type.Object(
  { kind: Type.Enum(DEVICE_KINDS, about(DEVICE_KINDS.join('、'), DEVICE_KINDS.join(', '))) },
  { additionalProperties: true },
);

export const SettingsSchema = Type.Object(
  {
    site: Type.Optional(
      Type.String({
        pattern: SITE_NAME,
        ...about(
          '小写字母、数字和短横线，例如 nanjing-01',
          'lower-case letters, digits and dashes, such as nanjing-01',
        ),
      }),
    ),
    listen: Type.Optional(
      Type.Array(
        Type.String({
          pattern: LISTEN,
          ...about('主机:端口，例如 192.168.1.10:9480', 'HOST:PORT, such as 192.168.1.10:9480'),
        }),
        { minItems: 1, maxItems: 8, ...about('[主机:端口]', '[HOST:PORT]') },
      ),
    ),
    standard: Type.Optional(
      Type.String(
        about('随产品提供的名称，或文件夹（./mine）', 'the name of a pack that comes along, or a folder (./mine)'),
      ),
    ),
    parameters: Type.Optional(
      Type.Record(
        Type.String(),
        Type.Record(Type.String(), Type.Unknown(), about('{ 参数: 值 }', '{ parameter: value }')),
        about('先写规则，再写参数', 'by rule, then by parameter'),
      ),
    ),
    trial: Type.Optional(
      Type.String(
        about(
          '要试用的标准：随产品提供的名称，或文件夹（./next）',
          'a standard to try: the name of a pack that comes along, or a folder (./next)',
        ),
      ),
    ),
    trial_parameters: Type.Optional(
      Type.Record(
        Type.String(),
        Type.Record(Type.String(), Type.Unknown(), about('{ 参数: 值 }', '{ parameter: value }')),
        about('先写规则，再写参数', 'by rule, then by parameter'),
      ),
    ),
    internet_targets: Type.Optional(
      Type.Array(
        Type.String({
          pattern: `^[^\\s:]+:${PORT}$`,
          ...about('主机:端口，例如 www.baidu.com:443', 'HOST:PORT, such as www.baidu.com:443'),
        }),
        { maxItems: 8, ...about('[主机:端口]', '[HOST:PORT]') },
      ),
    ),
    exam_software: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 100 }), { maxItems: 16, ...about('[软件名]', '[NAME]') }),
    ),
    seat_pattern: Type.Optional(
      Type.String({
        // `{seat}` has to be there, `{room}` may; neither twice.
        pattern:
          '^(?=.*\\{seat\\})(?!.*\\{seat\\}.*\\{seat\\})(?!.*\\{room\\}.*\\{room\\})(?:[^{}]|\\{room\\}|\\{seat\\}){1,64}$',
        ...about('含 {seat} 的文字，例如 PC-{room}-{seat}', 'a text with {seat}, such as PC-{room}-{seat}'),
      }),
    ),
    // The agent reads such a line (`agent/productLine.ts`), and leaves out what it does not understand.
    protection_products: Type.Optional(
      Type.Array(
        Type.String({
          maxLength: 500,
          pattern: '^[^:：]+[:：]\\s*(?:service|process|file|program|key)\\s*=\\s*\\S',
          ...about(
            '名称: service=…, process=…, file=C:\\…, program=…, key=HKLM\\…',
            'NAME: service=…, process=…, file=C:\\…, program=…, key=HKLM\\…',
          ),
        }),
        { maxItems: 64, ...about('[每行一个产品]', '[a product a line]') },
      ),
    ),
    frame_every_seconds: Type.Optional(Duration('每隔多少秒一帧，1 到 60', 'seconds between frames, 1 to 60', 1, 60)),
    devices: Type.Optional(
      Type.Array(AnyDevice, { maxItems: 200, ...about('每个设备以“- id:”开头', 'each one begins with "- id:"') }),
    ),
    time_zone: Type.Optional(
      Type.String({
        maxLength: 64,
        ...about('时区名称，例如 Asia/Shanghai', 'the name of a time zone, such as Asia/Shanghai'),
      }),
    ),
    phases: Type.Optional(
      Type.Object(
        {
          rehearsal_hours: Type.Optional(
            Duration('开考前的小时数，1 到 720', 'hours before the start, 1 to 720', 1, 24 * 30),
          ),
          before_minutes: Type.Optional(
            Duration('开考前的分钟数，5 到 1440', 'minutes before the start, 5 to 1440', 5, 24 * 60),
          ),
          after_minutes: Type.Optional(
            Duration('结束后的分钟数，0 到 1440', 'minutes after the end, 0 to 1440', 0, 24 * 60),
          ),
        },
        { additionalProperties: false },
      ),
    ),
    network: Type.Optional(NetworkSchema),
    throughput: Type.Optional(ThroughputSchema),
    paging: Type.Optional(PagingSchema),
    series: Type.Optional(SeriesSchema),
    organization: Type.Optional(OrganizationSchema),
    limits: Type.Optional(
      Type.Record(
        Type.String(),
        Type.Number({ minimum: 1, ...about('1 以上的数', 'a number from 1') }),
        about('见 README 的限制表', 'see the table of limits in the README'),
      ),
    ),
  },
  { additionalProperties: false },
);

/** What may stand at the left edge of `xunkao.yaml`. */
export const TOP_KEYS: readonly string[] = Object.keys(SettingsSchema.properties);
