import { randomBytes } from 'node:crypto';
import type { Organization } from '../organization.ts';
import { OrganizationRefusal } from '../refusal.ts';

/** One run at a time makes up history in a database: two would begin each other's half-made sites anew. */
export interface Claim {
  /** Throws when another run took it over, as after a sleep of this computer. */
  check(): void;
  release(): Promise<void>;
}

/** Where the run's claim lies among the holders; no site may be called so. */
const LOAD = '*load';
const RENEW_MS = 10_000;
/** Of a run that was killed it is free again after so long. */
export const STALE_MS = 60_000;

/** @param renewMs for tests */
export async function claim({ store, now }: Organization, renewMs = RENEW_MS): Promise<Claim> {
  const key = randomBytes(8).toString('hex');
  const since = now();
  const taken = await store.transact((sql) =>
    sql
      .insertInto('holder')
      .values({ site_id: LOAD, key, since })
      .onConflict((conflict) =>
        conflict
          .column('site_id')
          .doUpdateSet({ key, since })
          .where('holder.since', '<', since - STALE_MS),
      )
      .executeTakeFirst(),
  );
  if (taken.numInsertedOrUpdatedRows !== 1n) throw IN_USE();
  let isMine = true;

  async function renew(): Promise<void> {
    const held = await store.transact((sql) =>
      sql
        .updateTable('holder')
        .set({ since: now() })
        .where('site_id', '=', LOAD)
        .where('key', '=', key)
        .executeTakeFirst(),
    );
    isMine = held.numUpdatedRows === 1n;
  }

  // A database that is away for a moment ends the run by itself, if at all.
  const timer = setInterval(() => void renew().catch(() => undefined), renewMs);
  timer.unref();
  return {
    check() {
      if (!isMine) throw IN_USE();
    },
    async release() {
      clearInterval(timer);
      await store.transact((sql) =>
        sql.deleteFrom('holder').where('site_id', '=', LOAD).where('key', '=', key).execute(),
      );
    },
  };
}

const IN_USE = () =>
  new OrganizationRefusal(409, 'load', {
    zh: '另一个 xunkao load 正在向这个数据库写入；请等它结束。它若是被强行终止的，一分钟后再试',
    en: 'another xunkao load writes to this database; wait for its end. If it was killed, try again in a minute',
  });
