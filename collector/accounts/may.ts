import type { Bilingual } from '../../agent/probe.ts';

/**
 * Who may do what: the one table that routes, console and tests read. A new act is one line in `ACTS`, and
 * `onRequest: mayDo('its-name')` on its route; a route that names no act stops the start.
 */

/** In the order in which people choose them. */
export const ACCOUNT_ROLES = [
  'administrator',
  'lead',
  'tech',
  'proctor',
  'logistics',
  'inspector',
  'organization',
] as const;

export type AccountRole = (typeof ACCOUNT_ROLES)[number];

export const ROLE_NAMES: Readonly<Record<AccountRole, Bilingual>> = {
  administrator: { zh: '管理员', en: 'administrator' },
  lead: { zh: '考点负责人', en: 'site lead' },
  tech: { zh: '技术支持', en: 'technical support' },
  proctor: { zh: '监考', en: 'proctor' },
  logistics: { zh: '后勤', en: 'logistics' },
  inspector: { zh: '巡视员', en: 'inspector' },
  organization: { zh: '评价组织', en: 'organization' },
};

/** They see and change only the rooms that their account names, and each names at least one. */
export const ROLES_OF_ROOMS: readonly AccountRole[] = ['proctor', 'logistics'];
/** They are there for a visit: their account ends by itself. */
export const ROLES_WITH_END: readonly AccountRole[] = ['inspector'];

/** What a token of a script may be good for; it has no act that stands beside none of its scopes. */
export const TOKEN_SCOPES = ['metrics', 'read', 'sessions', 'attest'] as const;
export type Scope = (typeof TOKEN_SCOPES)[number];

export const SCOPE_NAMES: Readonly<Record<Scope, Bilingual>> = {
  metrics: { zh: '读取 /metrics（Prometheus）', en: 'read /metrics (Prometheus)' },
  read: { zh: '读取接口里的一切', en: 'read everything of the API' },
  sessions: { zh: '安排和结束场次', en: 'plan and end sessions' },
  attest: { zh: '提交人工确认', en: 'hand in attestations' },
};

export interface ActAbout {
  /** After “may not” and “无权”. */
  readonly words: Bilingual;
  readonly roles: readonly AccountRole[];
  readonly scopes: readonly Scope[];
  /** Whoever sits at the collector's own PC may, without signing in. */
  readonly here: boolean;
}

const EVERY_ROLE = ACCOUNT_ROLES;
const WHOLE_SITE = ['lead', 'tech', 'inspector', 'organization'] as const;

/** The administrator may do all of it, and is not named again on every line. */
export const ACTS = {
  look: act('查看判定、就绪、事件和历史', 'see verdicts, readiness, incidents and history', EVERY_ROLE, {
    scopes: ['read'],
    here: true,
  }),
  'read-metrics': act('读取整个考点的指标', 'read the metrics of the whole site', WHOLE_SITE, {
    scopes: ['metrics', 'read'],
    here: true,
  }),
  'read-tickets': act('查看凭证', 'see tickets', WHOLE_SITE, { scopes: ['read'], here: true }),
  acknowledge: act('认领事件', 'acknowledge incidents', ['lead', 'tech', 'proctor']),
  'test-paging': act('发送测试通知', 'send test pages', ['lead', 'tech']),
  'make-ticket': act('开凭证', 'make tickets', ['tech']),
  'revoke-ticket': act('作废凭证', 'withdraw tickets', ['tech']),
  'place-machine': act('改机器的座位或用途', 'give machines their seat and role', ['tech']),
  'move-candidate': act('启用备用机', 'move a candidate to a spare', ['lead', 'tech', 'proctor']),
  'import-seats': act('导入座位表', 'import a list of seats', ['tech']),
  'announce-restart': act('通知重启', 'announce restarts', ['lead', 'tech']),
  'confirm-machine': act('确认机器的身份', 'confirm a machine’s identity', ['tech']),
  'revoke-machine': act('停用或恢复机器的密钥', 'withdraw and reinstate machines’ keys', []),
  'plan-session': act('安排场次', 'plan sessions', ['lead'], { scopes: ['sessions'] }),
  'end-session': act('结束场次', 'end sessions', ['lead'], { scopes: ['sessions'] }),
  drill: act('进行演练', 'hold drills', ['lead', 'tech']),
  'take-snapshot': act('冻结就绪情况', 'freeze readiness', ['lead', 'tech']),
  attest: act('提交人工确认', 'attest', ['lead', 'tech', 'proctor', 'logistics'], { scopes: ['attest'] }),
  'confirm-edition': act('确认标准的新版本', 'confirm an edition of the standard', ['lead']),
  waive: act('登记豁免', 'waive clauses', ['organization']),
  'export-record': act('导出整份记录', 'export the whole record', WHOLE_SITE, { scopes: ['read'], here: true }),
  'read-reports': act('生成报告', 'make reports', WHOLE_SITE, { scopes: ['read'] }),
  'rotate-key': act('更换记录的签名密钥', 'rotate the key that signs the record', []),
  'see-people': act('查看考务人员和人工确认', 'see the staff and what people stated', EVERY_ROLE, { scopes: ['read'] }),
  'manage-people': act('修改名册和考务安排', 'change the roster and who does what', ['lead']),
  'check-in': act('登记签到', 'check people in', ['lead', 'tech', 'proctor', 'logistics']),
  'record-occurrence': act('写考核情况记录', 'write down occurrences', ['lead', 'tech', 'proctor', 'logistics']),
  erase: act('清除个人信息', 'erase personal data', []),
  'manage-accounts': act('管理账号', 'manage accounts', []),
  'manage-tokens': act('管理接口令牌', 'manage API tokens', []),
  'change-password': act('修改密码', 'change a password', EVERY_ROLE),
} as const satisfies Readonly<Record<string, ActAbout>>;

export type Act = keyof typeof ACTS;

/** Who asks: a person who signed in, or a script with a token. Its id is what entries hold. */
export interface Caller {
  readonly id: string;
  /** For screens alone. */
  readonly name: string;
  readonly role: AccountRole | 'token';
  /** Of a token; none for a person. */
  readonly scopes: readonly Scope[];
  /** The rooms it sees and acts in; null = all of them, and what belongs to no room. */
  readonly rooms: readonly string[] | null;
}

/** @param caller null = nobody signed in, at the collector's own PC */
export function may(caller: Caller | null, name: Act): boolean {
  const { roles, scopes, here }: ActAbout = ACTS[name];
  if (caller === null) return here;
  if (caller.role === 'token') return scopes.some((scope) => caller.scopes.includes(scope));
  return roles.includes(caller.role);
}

export function actsOf(caller: Caller | null): readonly Act[] {
  return (Object.keys(ACTS) as Act[]).filter((name) => may(caller, name));
}

/** What belongs to no room is for those who see the whole site. */
export function seesRoom(caller: Pick<Caller, 'rooms'> | null, room: string | null): boolean {
  const rooms = caller?.rooms ?? null;
  return rooms === null || (room !== null && rooms.includes(room));
}

function act(
  zh: string,
  en: string,
  roles: readonly AccountRole[],
  { scopes = [], here = false }: Partial<Pick<ActAbout, 'scopes' | 'here'>> = {},
): ActAbout {
  const all = ACCOUNT_ROLES.filter((role) => role === 'administrator' || roles.includes(role));
  return { words: { zh, en }, roles: all, scopes, here };
}
