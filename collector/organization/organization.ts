import { mkdir, rmdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Trouble } from '../gateway/trouble.ts';
import { openKeyFolder, type RecordKey } from '../record/key.ts';
import { openStore, type Store, type StoreOptions } from './store/store.ts';
import { WHOLE } from './store/tables.ts';

/** What every act of the organization needs: its database, its key, the time. */
export interface Organization {
  readonly store: Store;
  /** Signs documents and heads; `DIR/record/key.pem`, the same on every computer that runs `xunkao org`. */
  readonly key: RecordKey;
  /** Wall clock, ms. */
  readonly now: () => number;
}

export interface OrganizationOptions extends StoreOptions {
  readonly now?: () => number;
  /** The key in the folder takes the place of the one that the database knows: sites need other tickets then. */
  readonly replacesKey?: boolean;
}

export async function openOrganization(
  data: string,
  where: string,
  options: OrganizationOptions = {},
): Promise<Organization> {
  const { now = Date.now, replacesKey = false } = options;
  const { current: key } = await alone(join(data, 'record.lock'), () =>
    openKeyFolder(join(data, 'record'), 'organization'),
  );
  const store = await openStore(where, options);
  try {
    await agreeOnKey(store, key, now(), replacesKey);
    return { store, key, now };
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** Two processes with keys of their own would sign what the sites of the other refuse. */
async function agreeOnKey(store: Store, { publicKey: key }: RecordKey, at: number, replaces: boolean): Promise<void> {
  const known = await store.transact(async (sql) => {
    await sql
      .insertInto('holder')
      .values({ site_id: WHOLE, key, since: at })
      .onConflict((conflict) =>
        replaces ? conflict.column('site_id').doUpdateSet({ key, since: at }) : conflict.column('site_id').doNothing(),
      )
      .execute();
    return sql.selectFrom('holder').select('key').where('site_id', '=', WHOLE).executeTakeFirstOrThrow();
  });
  if (known.key === key) return;
  throw new Trouble({
    zh: '这个数据库属于另一把机构密钥：用 --data 指向其他进程所用的文件夹。若那把密钥已丢失，用 xunkao org key --replace 换成这一把，并给每个考点另发凭证',
    en: 'this database belongs to another key of an organization: name the folder of the other processes with --data. If that key is lost, xunkao org key --replace puts this one in its place, and every site needs another ticket',
  });
}

const LOCK_MS = 10_000;

/** Several processes may start on one folder at once; one makes the key, the others read it. */
async function alone<T>(lock: string, work: () => Promise<T>): Promise<T> {
  await mkdir(join(lock, '..'), { recursive: true, mode: 0o700 });
  for (;;) {
    try {
      await mkdir(lock);
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      const held = await stat(lock).catch(() => null);
      // Its owner was killed.
      if (held && Date.now() - held.mtimeMs > LOCK_MS) await rmdir(lock).catch(() => undefined);
      else await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  try {
    return await work();
  } finally {
    await rmdir(lock).catch(() => undefined);
  }
}
