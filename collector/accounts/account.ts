import type { Bilingual } from '../../agent/probe.ts';
import { ROLES_OF_ROOMS, ROLES_WITH_END, type AccountRole, type Caller } from './may.ts';

/**
 * Kept under the kind `account`, where it can be changed and erased. The name is what a person signs in with; entries
 * hold the id alone.
 */
export interface Account {
  /** `a-` and 8 characters: what entries and audits hold. */
  readonly id: string;
  readonly name: string;
  readonly role: AccountRole;
  /** Those it sees and acts in; null = the whole site. */
  readonly rooms: readonly string[] | null;
  /** Wall clock ms at which it ends by itself; null = never. */
  readonly until: number | null;
  readonly disabledAt: number | null;
  /** argon2id, 19 MiB, 2 passes (OWASP's first choice), hex; null until the person chose a password. */
  readonly hash: string | null;
  readonly salt: string;
  /** The code with which the person chooses a password, once; hashed like one, with the same salt. */
  readonly code: { readonly hash: string; readonly until: number } | null;
  readonly createdAt: number;
}

/** What an administrator says of an account. */
export interface AccountWish {
  readonly name: string;
  readonly role: AccountRole;
  readonly rooms: readonly string[] | null;
  readonly until: number | null;
}

export type AccountFault = keyof typeof ACCOUNT_FAULTS;

export const LEAST_PASSWORD = 10;
export const MOST_PASSWORD = 200;

export const ACCOUNT_FAULTS = {
  name: {
    zh: '用户名为 2–32 个字母、汉字或数字。',
    en: 'A name has 2–32 letters or digits.',
  },
  'name-taken': { zh: '已有这个用户名，请换一个。', en: 'This name is taken; choose another one.' },
  rooms: {
    zh: '请写明考场：监考和后勤的账号至少属于一个考场。',
    en: 'Name the rooms: a proctor and logistics belong to one at least.',
  },
  'whole-site': {
    zh: '这个角色负责整个考点，不要写考场。',
    en: 'This role is for the whole site; leave the rooms out.',
  },
  until: {
    zh: '请写明结束日期：巡视员的账号到期自动停用，日期须在今天之后。',
    en: 'Name the end date, later than now: an inspector’s account ends by itself.',
  },
  'no-end': {
    zh: '管理员的账号没有结束日期，否则考点可能没有管理员。',
    en: 'An administrator’s account has no end date: the site could be left without one.',
  },
  past: { zh: '结束日期已经过去。', en: 'The end date has passed.' },
  'last-administrator': {
    zh: '这是最后一位管理员；请先让另一位管理员设好密码。',
    en: 'This is the last administrator; have another one set a password first.',
  },
  self: { zh: '自己的密码请在“我的账号”里修改。', en: 'Change your own password on the page “My account”.' },
  password: {
    zh: `密码须为 ${LEAST_PASSWORD}–${MOST_PASSWORD} 个字符，且不能是用户名。`,
    en: `A password has ${LEAST_PASSWORD}–${MOST_PASSWORD} characters and is not the name.`,
  },
  erased: { zh: '这个账号的姓名已删除，不能再启用。', en: 'The name of this account was erased; it stays closed.' },
} as const satisfies Readonly<Record<string, Bilingual>>;

const NAME = /^[\p{L}\p{N}][\p{L}\p{N}._-]{1,31}$/u;

/** What is wrong with it by itself, or null. */
export function whyNotAccount({ name, role, rooms, until }: AccountWish, wall: number): AccountFault | null {
  if (!NAME.test(name)) return 'name';
  if (ROLES_OF_ROOMS.includes(role) && (rooms === null || rooms.length === 0)) return 'rooms';
  if (!ROLES_OF_ROOMS.includes(role) && rooms !== null) return 'whole-site';
  if (ROLES_WITH_END.includes(role) && until === null) return 'until';
  if (role === 'administrator' && until !== null) return 'no-end';
  return until !== null && until <= wall ? 'past' : null;
}

export function isGoodPassword(name: string, password: string): boolean {
  const { length } = password;
  return length >= LEAST_PASSWORD && length <= MOST_PASSWORD && password.toLowerCase() !== name.toLowerCase();
}

/** Neither switched off nor past its end. */
export function isCurrent({ disabledAt, until }: Account, wall: number): boolean {
  return disabledAt === null && (until === null || wall < until);
}

export function isAdministrator(account: Account): boolean {
  return account.role === 'administrator' && account.disabledAt === null && account.hash !== null;
}

export function callerOf({ id, name, role, rooms }: Account): Caller {
  return { id, name, role, scopes: [], rooms };
}

/** As an earlier version kept it: without what came later. */
export function withDefaults(kept: Partial<Account> & Pick<Account, 'id' | 'name' | 'role' | 'salt'>): Account {
  return { rooms: null, until: null, disabledAt: null, hash: null, code: null, createdAt: 0, ...kept };
}
