import { join } from 'node:path';
import { openKeyFolder, type RecordKey } from '../record/key.ts';
import { openStore, type Store, type StoreOptions } from './store/store.ts';

/** What every act of the organization needs: its database, its key, the time. */
export interface Organization {
  readonly store: Store;
  /** Signs documents and heads; `DIR/record/key.pem`, the same on every computer that runs `xunkao org`. */
  readonly key: RecordKey;
  /** Wall clock, ms. */
  readonly now: () => number;
}

export async function openOrganization(
  data: string,
  where: string,
  options: StoreOptions & { readonly now?: () => number } = {},
): Promise<Organization> {
  const keys = await openKeyFolder(join(data, 'record'), 'organization');
  return { store: await openStore(where, options), key: keys.current, now: options.now ?? Date.now };
}
