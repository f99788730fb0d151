import { randomBytes } from 'node:crypto';
import { isGoodPassword } from '../../accounts/account.ts';
import { createHasher, newCode, sameText, sha256, tidyCode } from '../../accounts/passwords.ts';
import { createTries } from '../../accounts/tries.ts';
import type { Organization } from '../organization.ts';
import { OrganizationRefusal } from '../refusal.ts';
import { WHOLE, type AccountRow } from '../store/tables.ts';
import { mayHave, type Person, type PersonRole, type Scope } from './person.ts';

/** People of the organization: the same passwords, codes and counted tries as at a site, in the shared database. */
export interface People {
  /** @returns the code with which the person chooses a password, once, within 7 days */
  create(wish: PersonWish): Promise<string>;
  /** A new code for who forgot the password; whoever is signed in stays out. */
  reset(name: string): Promise<string>;
  disable(id: string): Promise<void>;
  list(): Promise<readonly Person[]>;
  signIn(name: string, password: string, address: string): Promise<string>;
  choosePassword(name: string, code: string, password: string, address: string): Promise<string>;
  /** Who holds this token now. */
  holder(token: string): Promise<Person | null>;
  signOut(token: string): Promise<void>;
}

export interface PersonWish {
  readonly name: string;
  readonly role: PersonRole;
  readonly scope: Scope | null;
}

const SIGNED_IN_MS = 12 * 3_600_000;
const CODE_MS = 7 * 86_400_000;

export function createPeople({ store, now }: Organization): People {
  const { sql } = store;
  const hasher = createHasher();
  const tries = createTries();

  const all = (): Promise<AccountRow[]> => sql.selectFrom('account').selectAll().where('site_id', '=', WHOLE).execute();

  async function byName(name: string): Promise<AccountRow | undefined> {
    return (await all()).find((row) => row.name.toLowerCase() === name.toLowerCase());
  }

  function set(id: string, change: Partial<AccountRow>) {
    return store.transact((work) =>
      work.updateTable('account').set(change).where('site_id', '=', WHOLE).where('id', '=', id).execute(),
    );
  }

  async function withCode(salt: string): Promise<{ readonly code: string; readonly change: Partial<AccountRow> }> {
    const code = newCode();
    return { code, change: { salt, code_hash: await hasher.hash(code, salt), code_until: now() + CODE_MS } };
  }

  /** The account whose secret it is; a stranger's name costs as much as a wrong password. */
  async function check(
    name: string,
    address: string,
    secret: string,
    hashOf: (row: AccountRow) => string | null,
  ): Promise<AccountRow> {
    const attempt = tries.begin(name, address, performance.now());
    if ('waitMs' in attempt || hasher.isBusy()) throw TOO_MANY();
    const row = await byName(name);
    const hash = await hasher.hash(secret, row?.salt ?? '00'.repeat(16));
    const expected = row ? hashOf(row) : null;
    if (!row || expected === null || !sameText(hash, expected) || row.disabled_at !== null) throw WRONG();
    attempt.succeeded();
    return row;
  }

  async function begin(account: string): Promise<string> {
    const token = randomBytes(32).toString('base64url');
    await store.transact(async (work) => {
      await work
        .deleteFrom('sign_in')
        .where('site_id', '=', WHOLE)
        .where('account', '=', account)
        .where('until', '<', now())
        .execute();
      await work
        .insertInto('sign_in')
        .values({ site_id: WHOLE, id: sha256(token), account, at: now(), until: now() + SIGNED_IN_MS })
        .execute();
    });
    return token;
  }

  async function endAll(account: string): Promise<void> {
    await store.transact((work) =>
      work.deleteFrom('sign_in').where('site_id', '=', WHOLE).where('account', '=', account).execute(),
    );
  }

  return {
    async create({ name, role, scope }) {
      const fault = mayHave(name, role, scope);
      if (fault) throw new OrganizationRefusal(400, 'account', fault);
      if (await byName(name)) throw TAKEN();
      const { code, change } = await withCode(randomBytes(16).toString('hex'));
      const row: AccountRow = {
        site_id: WHOLE,
        id: `o-${randomBytes(4).toString('hex')}`,
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
      await store.transact((work) => work.insertInto('account').values(row).execute());
      return code;
    },
    async reset(name) {
      const row = await byName(name);
      if (!row) throw UNKNOWN(name);
      const { code, change } = await withCode(row.salt);
      await set(row.id, { ...change, hash: null, disabled_at: null });
      await endAll(row.id);
      return code;
    },
    async disable(id) {
      await set(id, { disabled_at: now() });
      await endAll(id);
    },
    list: async () => (await all()).map(personOf),
    async signIn(name, password, address) {
      const row = await check(name, address, password, ({ hash }) => hash);
      return begin(row.id);
    },
    async choosePassword(name, code, password, address) {
      if (!isGoodPassword(name, password)) throw WEAK();
      const row = await check(name, address, tidyCode(code), ({ code_hash: hash, code_until: until }) =>
        until !== null && until > now() ? hash : null,
      );
      const salt = randomBytes(16).toString('hex');
      const hash = await hasher.hash(password, salt);
      await set(row.id, { salt, hash, code_hash: null, code_until: null });
      await endAll(row.id);
      return begin(row.id);
    },
    async holder(token) {
      const signIn = await sql
        .selectFrom('sign_in')
        .selectAll()
        .where('site_id', '=', WHOLE)
        .where('id', '=', sha256(token))
        .executeTakeFirst();
      if (!signIn || signIn.until <= now()) return null;
      const row = await sql
        .selectFrom('account')
        .selectAll()
        .where('site_id', '=', WHOLE)
        .where('id', '=', signIn.account)
        .executeTakeFirst();
      return row && row.disabled_at === null ? personOf(row) : null;
    },
    async signOut(token) {
      await store.transact((work) =>
        work.deleteFrom('sign_in').where('site_id', '=', WHOLE).where('id', '=', sha256(token)).execute(),
      );
    },
  };
}

function personOf({ id, name, role, scope, disabled_at: disabledAt }: AccountRow): Person {
  const parsed = scope === null ? null : (JSON.parse(scope) as Scope);
  return { id, name, role: role as PersonRole, scope: parsed, disabledAt };
}

const WRONG = () =>
  new OrganizationRefusal(401, 'wrong', { zh: '用户名或密码不对', en: 'the name or the password is wrong' });
const TOO_MANY = () =>
  new OrganizationRefusal(429, 'too-many', { zh: '尝试太多，请一分钟后再试', en: 'too many tries; wait a minute' });
const WEAK = () =>
  new OrganizationRefusal(400, 'password', {
    zh: '密码须为 10–200 个字符，且不能是用户名',
    en: 'a password has 10–200 characters and is not the name',
  });
const TAKEN = () => new OrganizationRefusal(409, 'account', { zh: '已有这个用户名', en: 'this name is taken' });
const UNKNOWN = (name: string) =>
  new OrganizationRefusal(404, 'account', { zh: `没有名为 ${name} 的账号`, en: `there is no account ${name}` });
