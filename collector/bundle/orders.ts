import { randomBytes } from 'node:crypto';
import type { Bilingual } from '../../agent/probe.ts';
import { findParts, windowsPieces, type Piece } from './pieces.ts';

/** A room's folder that somebody ordered on the console, ready to be downloaded. */
export interface BundleOrder {
  readonly id: string;
  readonly pieces: readonly Piece[];
  /** The collector listens on loopback alone: other machines cannot use its ticket. */
  readonly onlyHere: boolean;
}

/** Folders with a fresh ticket in them, for those who ordered them and for a short while. */
export interface Bundles {
  order(
    makeTicket: () => Promise<{ ticket: string; onlyHere: boolean }>,
    account: string,
  ): Promise<BundleOrder | Refused>;
  /** Null when it is not known, of another account, or too old. */
  take(id: string, account: string): readonly Piece[] | null;
}

export interface Refused {
  readonly refused: Bilingual;
}

/** A download may break and be tried again; a ticket lies in memory no longer than that. */
const KEPT_MS = 10 * 60_000;
const MOST = 16;

/** @param now monotonic ms */
export function createBundles(now: () => number, parts: () => Promise<string | null> = findParts): Bundles {
  const orders = new Map<
    string,
    { readonly account: string; readonly at: number; readonly pieces: readonly Piece[] }
  >();
  const isOld = ({ at }: { readonly at: number }): boolean => now() - at > KEPT_MS;
  return {
    async order(makeTicket, account) {
      const folder = await parts();
      if (folder === null) return { refused: NO_PARTS };
      const { ticket, onlyHere } = await makeTicket();
      const pieces = await windowsPieces(folder, ticket);
      for (const [id, order] of orders) if (isOld(order) || orders.size >= MOST) orders.delete(id);
      const id = randomBytes(16).toString('hex');
      orders.set(id, { account, at: now(), pieces });
      return { id, pieces, onlyHere };
    },
    take(id, account) {
      const order = orders.get(id);
      return order === undefined || order.account !== account || isOld(order) ? null : order.pieces;
    },
  };
}

const NO_PARTS: Bilingual = {
  zh: '这里还没有安装文件夹的材料：在源码目录里先运行一次 npm run xunkao -- bundle --for windows --room A --to 文件夹。',
  en: 'What the folder is made of is not here yet: in a checkout, run npm run xunkao -- bundle --for windows --room A --to DIR once.',
};
