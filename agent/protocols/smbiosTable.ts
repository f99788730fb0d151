/**
 * The walk over an SMBIOS table and the reading of single fields. See `smbios.ts` for what they mean, and for why nothing
 * here may throw.
 */
export interface Structure {
  readonly type: number;
  readonly handle: number;
  /** The formatted part, header included. */
  readonly bytes: Uint8Array;
  readonly strings: readonly (string | null)[];
}

const END_OF_TABLE = 127;

/** Walks the table: type, length, handle, fields; then strings, each with a NUL, and one more NUL. */
export function structuresOf(table: Uint8Array): Structure[] {
  const found: Structure[] = [];
  for (let at = 0; at + 4 <= table.length;) {
    const type = table[at] ?? END_OF_TABLE;
    const length = table[at + 1] ?? 0;
    const fieldsEnd = at + length;
    if (length < 4 || fieldsEnd > table.length || type === END_OF_TABLE) break;
    const { strings, end } = stringsAt(table, fieldsEnd);
    const handle = (table[at + 2] ?? 0) + (table[at + 3] ?? 0) * 0x100;
    found.push({ type, handle, bytes: table.subarray(at, fieldsEnd), strings });
    at = end;
  }
  return found;
}

function stringsAt(table: Uint8Array, start: number): { strings: (string | null)[]; end: number } {
  const strings: (string | null)[] = [];
  let at = start;
  // Without strings there are two NULs all the same.
  if (table[at] === 0) return { strings, end: at + 2 };
  while (at < table.length && table[at] !== 0) {
    const end = table.indexOf(0, at);
    if (end < 0) return { strings: [...strings, null], end: table.length };
    strings.push(textOf(table.subarray(at, end)));
    at = end + 1;
  }
  return { strings, end: at + 1 };
}

/** Firmware writes ASCII; whatever else there is would only spoil a page. */
function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes)
    .toString('latin1')
    .replace(/[^\u0020-\u007e\u00a0-\u00ff]/g, '?')
    .trim();
}

export function byte(at: Structure, offset: number): number | null {
  return at.bytes[offset] ?? null;
}

export function word(at: Structure, offset: number): number | null {
  const low = at.bytes[offset];
  const high = at.bytes[offset + 1];
  return low === undefined || high === undefined ? null : low + high * 0x100;
}

/** Strings are numbered from 1; 0 is "none", and so is one of blanks. */
export function text(at: Structure, offset: number): string | null {
  const number = byte(at, offset);
  return number === null || number === 0 ? null : at.strings[number - 1] || null;
}
