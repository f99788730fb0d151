import { canonical } from '../history/canonical.ts';
import { entryHash, lineOf } from '../history/chain.ts';
import type { Entry } from '../history/history.ts';
import type { Manifest } from './file.ts';

/** A line of an exported record, as far as it can be believed by itself. */
export interface FileLine {
  /** Any JSON that is written as we write it, or null. */
  readonly value: unknown;
  /** An entry that is what its own hash says, or null. */
  readonly entry: Entry | null;
  readonly manifest: (Manifest & { readonly signature: string }) | null;
  /** Of what is neither: it looks like a manifest that was changed. */
  readonly wasManifest: boolean;
}

/** @param bytes with the line feed at its end */
export function fileLine(bytes: Buffer): FileLine {
  const text = bytes.toString('utf8');
  const value = valueOf(text, bytes);
  const isManifest = (value as Partial<Manifest> | null)?.manifest === 'xunkao manifest 1';
  const isEntry = !isManifest && isSound(value);
  return {
    value,
    entry: isEntry ? (value as Entry) : null,
    manifest: isManifest ? (value as FileLine['manifest']) : null,
    wasManifest: !text.startsWith('{"at":') && (text.startsWith('{"count":') || text.includes('xunkao manifest 1')),
  };
}

/** The value of a line that is exactly as it was written, or null. */
function valueOf(text: string, bytes: Buffer): unknown {
  try {
    const value: unknown = JSON.parse(text.slice(0, -1));
    // As written to the byte: another way to write the same value was made by somebody else.
    if (typeof value !== 'object' || value === null || `${canonical(value)}\n` !== text) return null;
    return Buffer.byteLength(text) === bytes.length && Buffer.from(text, 'utf8').equals(bytes) ? value : null;
  } catch {
    return null;
  }
}

function isSound(value: unknown): boolean {
  if (value === null) return false;
  const entry = value as Entry;
  const names = Object.keys(entry);
  if (names.length !== FIELDS.length || !FIELDS.every((name) => names.includes(name))) return false;
  if (typeof entry.body !== 'object' || entry.body === null || !Number.isSafeInteger(entry.n)) return false;
  try {
    return entryHash(lineOf(entry)) === entry.hash;
  } catch {
    return false;
  }
}

const FIELDS = [
  'at',
  'body',
  'hash',
  'kind',
  'late',
  'monotonic',
  'n',
  'previous',
  'recordedAt',
  'rule',
  'site',
  'subject',
];
