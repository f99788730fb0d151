import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Type, type Static } from 'typebox';
import { about } from '../devices/common.ts';
import type { StoreSettings } from './store.ts';

/** `series:` of the collector's settings: a store of long series beside the record. */
const Url = (zh: string, en: string) =>
  Type.String({ pattern: '^https?://[^\\s/@]+(/\\S*)?$', maxLength: 500, ...about(zh, en) });

export const SeriesSchema = Type.Object(
  {
    store: Type.Enum(
      ['influxdb', 'victoriametrics'],
      about('influxdb 或 victoriametrics', 'influxdb or victoriametrics'),
    ),
    url: Url(
      '例如 http://127.0.0.1:8086，不带用户名和密码',
      'such as http://127.0.0.1:8086, without user and password',
    ),
    read_url: Type.Optional(
      Url(
        'VictoriaMetrics 集群的查询地址，例如 http://vmselect:8481/select/0/prometheus',
        'where a cluster of VictoriaMetrics is asked, such as http://vmselect:8481/select/0/prometheus',
      ),
    ),
    database: Type.Optional(
      Type.String({
        pattern: '^[a-z][a-z0-9_]{0,63}$',
        ...about('小写字母、数字和下划线', 'lower-case letters, digits and underscores'),
      }),
    ),
    user: Type.Optional(Type.String({ maxLength: 64 })),
    password_file: Type.Optional(Type.String({ minLength: 1, ...about('文件名', 'the name of a file') })),
    retention_days: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 3_650, ...about('天数，1 到 3650', 'days, 1 to 3650') }),
    ),
  },
  { additionalProperties: false, ...about('长期曲线的存储', 'a store of long series') },
);

export type SeriesFile = Static<typeof SeriesSchema>;

/** Three years, as long as the record is kept at least. */
const RETENTION_DAYS = 3 * 366;

/** @param folder where `xunkao.yaml` stands. Throws with words when the password cannot be read. */
export function seriesSettings(file: SeriesFile, folder: string): StoreSettings {
  const { store, url, read_url: readUrl = url, database = 'xunkao', user = '', password_file: secret } = file;
  return {
    kind: store,
    url,
    readUrl,
    database,
    user,
    password: secret === undefined ? '' : readFileSync(resolve(folder, secret), 'utf8').trim(),
    retentionDays: file.retention_days ?? RETENTION_DAYS,
  };
}
