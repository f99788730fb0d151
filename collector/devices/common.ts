import { Type } from 'typebox';

/** What a key is for, in both languages; faults of the settings quote it. */
export const about = (zh: string, en: string) => ({ description: en, zh });

export const ROOM = Type.String({ minLength: 1, maxLength: 32, ...about('考场，例如 A', 'a room, such as A') });

/** What every device has. */
export const COMMON = {
  id: Type.String({
    // The site itself is a subject of that name.
    pattern: '^(?!site$)[a-z0-9][a-z0-9-]{0,31}$',
    ...about('小写字母、数字和短横线，例如 ups-1', 'lower-case letters, digits and dashes, such as ups-1'),
  }),
  room: Type.Optional(ROOM),
  user: Type.Optional(Type.String({ maxLength: 64 })),
  password: Type.Optional(Type.String({ maxLength: 128 })),
  reader: Type.Optional(
    Type.String(about('读取它的代理程序：考场/座位 或机器编号', 'ROOM/SEAT or machine id of the agent that reads it')),
  ),
};

const secret = (zh: string, en: string) =>
  Type.Optional(Type.String({ minLength: 1, maxLength: 128, ...about(zh, en) }));

const AUTH = ['sha', 'sha224', 'sha256', 'sha384', 'sha512', 'md5'] as const;
const CIPHER = ['aes', 'aes256b', 'aes256r', 'des'] as const;

/** SNMP: v2c with a community, or v3 with a user, a password that authenticates and one that encrypts. */
export const SNMP = {
  community: secret('SNMP v2c 的团体名', 'the community of SNMP v2c'),
  privacy: secret('SNMP v3 的加密密码', 'the password of SNMP v3 that encrypts'),
  auth: Type.Optional(
    Type.Enum(
      [...AUTH],
      about(`SNMP v3 的认证算法：${AUTH.join('、')} 之一`, `how SNMP v3 authenticates: one of ${AUTH.join(', ')}`),
    ),
  ),
  cipher: Type.Optional(
    Type.Enum(
      [...CIPHER],
      about(`SNMP v3 的加密算法：${CIPHER.join('、')} 之一`, `how SNMP v3 encrypts: one of ${CIPHER.join(', ')}`),
    ),
  ),
};

export const kind = <const Word extends string>(word: Word) => Type.Literal(word, about(word, word));
