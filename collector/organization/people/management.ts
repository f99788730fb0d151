import { randomBytes } from 'node:crypto';
import { newCode, type Hasher } from '../../accounts/passwords.ts';
import type { Organization } from '../organization.ts';
import { OrganizationRefusal } from '../refusal.ts';
import { OVERVIEW } from '../store/overview.ts';
import type { Work } from '../store/store.ts';
import { WHOLE, type AccountChangeRow, type AccountRow } from '../store/tables.ts';
import { mayHave, personOf, type Person, type PersonRole, type Scope } from './person.ts';

/**
 * What an administrator does with accounts. Each change is kept with whom it was about, by whom and when; `by` is an
 * account's id, or `AT_COMMAND_LINE`. No change leaves the organization without an administrator who can sign in.
 */
export interface Management {
  /** @returns the code with which the person chooses a password, once, within 7 days */
  create(wish: PersonWish, by: string): Promise<string>;
  /** Another role or scope; it counts from the person's next request on. */
  change(id: string, wish: Pick<PersonWish, 'role' | 'scope'>, by: string): Promise<void>;
  /** A new code for who forgot the password; whoever is signed in stays out. */
  reset(id: string, by: string): Promise<string>;
  disable(id: string, by: string): Promise<void>;
  enable(id: string, by: string): Promise<void>;
  /** Closes a switched-off account for good and forgets the name; documents keep the id alone. */
  erase(id: string, by: string): Promise<void>;
  list(): Promise<readonly Person[]>;
  /** The newest ones, newest first. */
  changes(): Promise<readonly AccountChange[]>;
}

export interface PersonWish {
  readonly name: string;
  readonly role: PersonRole;
  readonly scope: Scope | null;
}

export interface AccountChange {
  readonly at: number;
  readonly by: string;
  readonly account: string;
  readonly what: ChangeWord;
  /** Of what was made or changed; null otherwise. */
  readonly to: Pick<PersonWish, 'role' | 'scope'> | null;
}

export type ChangeWord = 'created' | 'changed' | 'reset' | 'disabled' | 'enabled' | 'erased' | 'password';

/** Whoever has the organization's folder and database needs no account: the first one comes from there, too. */
export const AT_COMMAND_LINE = 'command-line';

const CODE_MS = 7 * 86_400_000;
const MOST_CHANGES = 100;

export function createManagement({ store, now }: Organization, hasher: Hasher): Management {
  async function coded(salt: string): Promise<{ readonly code: string; readonly change: Partial<AccountRow> }> {
    const code = newCode();
    const change = { salt, hash: null, code_hash: await hasher.hash(code, salt), code_until: now() + CODE_MS };
    return { code, change };
  }

  /** One after the other, whatever process it comes from: two administrators who switch each other off leave one. */
  function inTurn(work: (sql: Work, rows: readonly AccountRow[]) => Promise<void>): Promise<void> {
    return store.transact(async (sql) => {
      await sql
        .updateTable('holder')
        .set((eb) => ({ since: eb.ref('since') }))
        .where('site_id', '=', WHOLE)
        .execute();
      await work(sql, await sql.selectFrom('account').selectAll().where('site_id', '=', WHOLE).execute());
    });
  }

  async function put(row: AccountRow, what: ChangeWord, by: string, sql: Work): Promise<void> {
    const { site_id: _site, id, ...values } = row;
    await sql.updateTable('account').set(values).where('site_id', '=', WHOLE).where('id', '=', id).execute();
    if (what !== 'changed' && what !== 'enabled')
      await sql.deleteFrom('sign_in').where('site_id', '=', WHOLE).where('account', '=', id).execute();
    await note(sql, { at: now(), by, account: id, what, to: what === 'changed' ? grantOf(row) : null });
  }

  function changed(id: string, by: string, what: ChangeWord, change: Partial<AccountRow>): Promise<void> {
    return inTurn(async (sql, rows) => {
      const before = rows.find((row) => row.id === id);
      if (!before) throw UNKNOWN();
      if (isErased(before)) throw ERASED();
      if (what === 'erased' && before.disabled_at === null) throw IN_USE();
      const after = { ...before, ...change };
      const left = rows.map((row) => (row === before ? after : row));
      if (by !== AT_COMMAND_LINE && canManage(before) && !left.some(canManage)) throw LAST();
      await put(after, what, by, sql);
    });
  }

  /** A site that is not there would be a scope that shows nothing, and nobody would see why. */
  async function mustKnow(scope: Scope | null): Promise<void> {
    if (scope === null || scope.sites.length === 0) return;
    const found = await store.sql
      .selectFrom('site')
      .select('site_id')
      .where('site_id', 'in', scope.sites)
      .modifyEnd(OVERVIEW)
      .execute();
    const strange = scope.sites.filter((site) => !found.some(({ site_id: id }) => id === site));
    if (strange.length > 0) throw NO_SITES(strange);
  }

  return {
    async create(wish, by) {
      const { name, role, scope } = wish;
      const fault = mayHave(name, role, scope);
      if (fault) throw new OrganizationRefusal(400, 'account', fault);
      await mustKnow(scope);
      const id = `o-${randomBytes(4).toString('hex')}`;
      const { code, change } = await coded(randomBytes(16).toString('hex'));
      const row: AccountRow = {
        site_id: WHOLE,
        id,
        name,
        role,
        scope: scope && JSON.stringify(scope),
        salt: change.salt!,
        hash: null,
        code_hash: change.code_hash!,
        code_until: change.code_until!,
        disabled_at: null,
        created_at: now(),
      };
      await inTurn(async (sql, rows) => {
        if (rows.some((one) => one.name.toLowerCase() === name.toLowerCase())) throw TAKEN();
        await sql.insertInto('account').values(row).execute();
        await note(sql, { at: now(), by, account: id, what: 'created', to: { role, scope } });
      });
      return code;
    },
    async change(id, { role, scope }, by) {
      const fault = mayHave('name', role, scope);
      if (fault) throw new OrganizationRefusal(400, 'account', fault);
      await mustKnow(scope);
      await changed(id, by, 'changed', { role, scope: scope && JSON.stringify(scope) });
    },
    async reset(id, by) {
      if (id === by) throw OWN();
      const { code, change } = await coded(randomBytes(16).toString('hex'));
      await changed(id, by, 'reset', { ...change, disabled_at: null });
      return code;
    },
    async disable(id, by) {
      if (id === by) throw OWN();
      await changed(id, by, 'disabled', { disabled_at: now() });
    },
    erase: (id, by) =>
      changed(id, by, 'erased', { name: id, scope: null, hash: null, code_hash: null, code_until: null }),
    enable: (id, by) => changed(id, by, 'enabled', { disabled_at: null }),
    list: async () => {
      const rows = await store.sql.selectFrom('account').selectAll().where('site_id', '=', WHOLE).execute();
      return rows.map((row) => personOf(row, now())).sort((one, other) => one.name.localeCompare(other.name, 'zh'));
    },
    changes: async () => {
      const rows = await store.sql
        .selectFrom('account_change')
        .selectAll()
        .where('site_id', '=', WHOLE)
        .orderBy('at', 'desc')
        .limit(MOST_CHANGES)
        .execute();
      return rows.map(changeOf);
    },
  };
}

export async function note(sql: Work, { at, by, account, what, to }: AccountChange): Promise<void> {
  const id = randomBytes(8).toString('hex');
  const grant = to && JSON.stringify(to);
  await sql
    .insertInto('account_change')
    .values({ site_id: WHOLE, id, at, by_account: by, account, what, grant })
    .execute();
}

function changeOf({ at, by_account: by, account, what, grant }: AccountChangeRow): AccountChange {
  return { at, by, account, what, to: grant === null ? null : (JSON.parse(grant) as AccountChange['to']) };
}

function grantOf({ role, scope }: AccountRow): Pick<PersonWish, 'role' | 'scope'> {
  return { role: role as PersonRole, scope: scope === null ? null : (JSON.parse(scope) as Scope) };
}

/** Its name is its id: nothing is left of the person. */
function isErased({ id, name }: AccountRow): boolean {
  return name === id;
}

/** Signs in today, and manages accounts. */
function canManage({ role, disabled_at: disabledAt, hash }: AccountRow): boolean {
  return role === 'administrator' && disabledAt === null && hash !== null;
}

const TAKEN = () => new OrganizationRefusal(409, 'account', { zh: '已有这个用户名', en: 'this name is taken' });
const UNKNOWN = () => new OrganizationRefusal(404, 'account', { zh: '没有这个账号', en: 'there is no such account' });
const OWN = () =>
  new OrganizationRefusal(409, 'own', {
    zh: '不能停用或重设自己的账号；请另一位管理员来做。改密码在“我的密码”',
    en: 'not your own account; another administrator does that. “My password” changes the password',
  });
const ERASED = () =>
  new OrganizationRefusal(409, 'erased', {
    zh: '这个账号的姓名已删除，不能再用',
    en: 'the name of this account is erased; it is closed',
  });
const IN_USE = () =>
  new OrganizationRefusal(409, 'account', {
    zh: '先停用账号，再删除姓名',
    en: 'switch the account off before its name is erased',
  });
const LAST = () =>
  new OrganizationRefusal(409, 'last-administrator', {
    zh: '这是最后一位能登录的管理员：先让另一位管理员登录设好密码，再改这个账号',
    en: 'this is the last administrator who can sign in: let another one choose a password first, then change this account',
  });
const NO_SITES = (sites: readonly string[]) =>
  new OrganizationRefusal(400, 'account', {
    zh: `没有考点 ${sites.slice(0, 5).join('、')}；请写考点编号，例如 nanjing-01`,
    en: `there is no site ${sites.slice(0, 5).join(', ')}; write the ids of sites, such as nanjing-01`,
  });
