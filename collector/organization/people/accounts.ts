import { randomBytes } from 'node:crypto';
import { isGoodPassword } from '../../accounts/account.ts';
import { createHasher, sameText, sha256, tidyCode } from '../../accounts/passwords.ts';
import { createTries } from '../../accounts/tries.ts';
import type { Organization } from '../organization.ts';
import { OrganizationRefusal } from '../refusal.ts';
import { WHOLE, type AccountRow } from '../store/tables.ts';
import { createManagement, note, type Management } from './management.ts';
import { personOf, type Person } from './person.ts';

/** People of the organization: the same passwords, codes and counted tries as at a site, in the shared database. */
export interface People extends Management {
  signIn(name: string, password: string, address: string): Promise<string>;
  choosePassword(name: string, code: string, password: string, address: string): Promise<string>;
  /** Ends every sign-in of the account and begins another one. */
  changePassword(name: string, old: string, password: string, address: string): Promise<string>;
  /** Who holds this token now. */
  holder(token: string): Promise<Person | null>;
  signOut(token: string): Promise<void>;
}

const SIGNED_IN_MS = 12 * 3_600_000;

export function createPeople(organization: Organization): People {
  const { store, now } = organization;
  const { sql } = store;
  const hasher = createHasher();
  const tries = createTries();

  const all = (): Promise<AccountRow[]> => sql.selectFrom('account').selectAll().where('site_id', '=', WHOLE).execute();

  async function byName(name: string): Promise<AccountRow | undefined> {
    return (await all()).find((row) => row.name.toLowerCase() === name.toLowerCase());
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

  /** The new password in the place of the old one or of the code; every other sign-in ends. */
  async function setPassword({ id, salt: known }: AccountRow, password: string): Promise<string> {
    const salt = randomBytes(16).toString('hex');
    const hash = await hasher.hash(password, salt);
    await store.transact(async (work) => {
      const change = { salt, hash, code_hash: null, code_until: null };
      const done = await work
        .updateTable('account')
        .set(change)
        .where('site_id', '=', WHOLE)
        .where('id', '=', id)
        // An administrator may have reset it since it was checked.
        .where('salt', '=', known)
        .executeTakeFirst();
      if (done.numUpdatedRows === 0n) throw WRONG();
      await work.deleteFrom('sign_in').where('site_id', '=', WHOLE).where('account', '=', id).execute();
      await note(work, { at: now(), by: id, account: id, what: 'password', to: null });
    });
    return begin(id);
  }

  return {
    ...createManagement(organization, hasher),
    async signIn(name, password, address) {
      const row = await check(name, address, password, ({ hash }) => hash);
      return begin(row.id);
    },
    async choosePassword(name, code, password, address) {
      if (!isGoodPassword(name, password)) throw WEAK();
      const row = await check(name, address, tidyCode(code), ({ code_hash: hash, code_until: until }) =>
        until !== null && until > now() ? hash : null,
      );
      return setPassword(row, password);
    },
    async changePassword(name, old, password, address) {
      if (!isGoodPassword(name, password)) throw WEAK();
      return setPassword(await check(name, address, old, ({ hash }) => hash), password);
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
      return row && row.disabled_at === null ? personOf(row, now()) : null;
    },
    async signOut(token) {
      await store.transact((work) =>
        work.deleteFrom('sign_in').where('site_id', '=', WHOLE).where('id', '=', sha256(token)).execute(),
      );
    },
  };
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
