import { join } from 'node:path';
import type { PackFile } from '../../standard/load.ts';
import type { OrganizationDocument } from '../document.ts';

/** A pack of rules as a document of the organization holds it. */
export interface Pack {
  readonly id: string;
  readonly edition: string;
  /** Wall clock, ms; null: its own `effective` says, or nobody does. */
  readonly effective: number | null;
  /** In the order of their names. */
  readonly files: readonly PackFile[];
}

const ID = /^[a-z0-9][a-z0-9-]{0,63}$/;
const EDITION = /^\w[\w.-]{0,31}$/;
const FILE = /^[a-z0-9][a-z0-9-]{0,63}\.yaml$/;

/** Null for a body that holds none: with names that no pack has, or without the file that says what it is. */
export function packIn({ id, edition, effective, files }: OrganizationDocument['body']): Pack | null {
  if (typeof id !== 'string' || !ID.test(id) || typeof edition !== 'string' || !EDITION.test(edition)) return null;
  if (typeof files !== 'object' || files === null) return null;
  const named = Object.entries(files).sort(([left], [right]) => (left < right ? -1 : 1));
  if (!named.every(([name, text]) => FILE.test(name) && typeof text === 'string')) return null;
  if (!Object.hasOwn(files, 'standard.yaml')) return null;
  return {
    id,
    edition,
    effective: typeof effective === 'number' && Number.isFinite(effective) ? effective : null,
    files: named.map(([name, text]) => ({ name, text: String(text).replaceAll('\r\n', '\n') })),
  };
}

/** Where it lies at the site for people to read; what judges is the document itself. */
export function packFolder(folder: string, { id, edition }: Pick<Pack, 'id' | 'edition'>): string {
  return join(folder, 'packs', `${id}-${edition}`);
}
