import type { Bilingual } from '../../../agent/probe.ts';
import type { AccountRow, SiteRow } from '../store/tables.ts';

/** Which sites an account sees and acts on. */
export interface Scope {
  readonly provinces: readonly string[];
  readonly sites: readonly string[];
}

export const PERSON_ROLES = ['administrator', 'reviewer', 'viewer'] as const;
export type PersonRole = (typeof PERSON_ROLES)[number];

export interface Person {
  /** `o-` and 8 characters: what documents name. */
  readonly id: string;
  readonly name: string;
  readonly role: PersonRole;
  /** Null: every site. */
  readonly scope: Scope | null;
  readonly disabledAt: number | null;
  /** `invited`: a code waits for the person; `no-password`: that code ran out. */
  readonly state: 'active' | 'invited' | 'no-password' | 'disabled';
}

export function personOf(row: AccountRow, now: number): Person {
  const { id, name, role, disabled_at: disabledAt } = row;
  const scope = row.scope === null ? null : (JSON.parse(row.scope) as Scope);
  return { id, name, role: role as PersonRole, scope, disabledAt, state: stateOf(row, now) };
}

function stateOf({ hash, code_until: until, disabled_at: disabledAt }: AccountRow, now: number): Person['state'] {
  if (disabledAt !== null) return 'disabled';
  if (hash !== null) return 'active';
  return until !== null && until > now ? 'invited' : 'no-password';
}

export const ROLE_WORDS: Readonly<Record<PersonRole, Bilingual>> = {
  administrator: { zh: '管理员', en: 'administrator' },
  reviewer: { zh: '评审', en: 'reviewer' },
  viewer: { zh: '查看', en: 'viewer' },
};

/** What is wrong with an account, or null. */
export function mayHave(name: string, role: string, scope: Scope | null): Bilingual | null {
  if (!/^[\p{L}\p{N}][\p{L}\p{N}._-]{1,31}$/u.test(name))
    return { zh: '用户名为 2–32 个字母、汉字或数字', en: 'a name has 2–32 letters or digits' };
  if (!PERSON_ROLES.includes(role as PersonRole))
    return { zh: `角色须是 ${PERSON_ROLES.join('、')} 之一`, en: `a role is one of ${PERSON_ROLES.join(', ')}` };
  if (role === 'administrator' && scope !== null)
    return { zh: '管理员负责全部考点，不写范围', en: 'an administrator is for every site; leave the scope out' };
  if (scope && scope.provinces.length + scope.sites.length === 0)
    return { zh: '范围里至少要有一个省或一个考点', en: 'a scope names a province or a site at least' };
  return null;
}

export function seesSite({ scope }: Pick<Person, 'scope'>, row: Pick<SiteRow, 'site_id' | 'province'>): boolean {
  return scope === null || scope.sites.includes(row.site_id) || scope.provinces.includes(row.province);
}

/** Signs documents for sites: decisions, certifications, waivers. */
export function mayDecide({ role }: Pick<Person, 'role'>): boolean {
  return role === 'administrator' || role === 'reviewer';
}
