import type { Hive, KeptUntil, RegistryValue, View, Windows } from './windows.ts';

/**
 * The raw functions of native-reg 1.1.1 (`reg.cc`). Its own JavaScript looks for the file in node_modules, which a bundle
 * does not have, and throws on values of types it does not know; so only its compiled part is used.
 */
export interface RegistryReader {
  /** Null when the key is absent; throws when it may not be opened. */
  openKey(hive: number, key: string, options: number, access: number): object | null;
  /** Opens it, or makes it with everything above it; throws when it may not. */
  createKey(hive: number, key: string, options: number, access: number): object;
  setValue(key: object, name: string, type: number, data: Buffer): void;
  closeKey(key: object): void;
  enumKeyNames(key: object): string[];
  /** The bytes, with the value's type; null when the value is absent. */
  queryValue(key: object, name: string): (Buffer & { readonly type: number }) | null;
}

const HIVES: Readonly<Record<Hive, number>> = { HKLM: 0x8000_0002, HKU: 0x8000_0003 };
const QUERY_VALUE = 0x1;
const ENUMERATE_SUB_KEYS = 0x8;
const SET_VALUE = 0x2;
/** RegCreateKeyEx: the key is in memory only. What lies below such a key must be so, too. */
const VOLATILE = 0x1;
const REG_SZ = 1;
/** All that the agent writes into the registry. */
const OWN = 'SOFTWARE\\Xunkao';
const OWN_KEYS: Readonly<Record<KeptUntil, string>> = { always: OWN, start: `${OWN}\\Start` };
const VIEWS: Readonly<Record<View, number>> = { '64': 0x100, '32': 0x200 };

/** Reads through that reader; whatever it throws (access denied, a damaged hive) is a null. */
export function registryOf(reader: RegistryReader): Pick<Windows, 'value' | 'keys' | 'keep' | 'kept'> {
  function within<T>(hive: Hive, key: string, access: number, ask: (opened: object) => T): T | undefined | null {
    try {
      const opened = reader.openKey(HIVES[hive], key, 0, access);
      if (opened === null) return undefined;
      try {
        return ask(opened);
      } finally {
        reader.closeKey(opened);
      }
    } catch {
      return null;
    }
  }

  const value: Windows['value'] = (hive, key, name, view = '64') =>
    within(hive, key, QUERY_VALUE | VIEWS[view], (opened) => {
      const bytes = reader.queryValue(opened, name);
      return bytes === null ? undefined : parseValue(bytes.type, bytes);
    });

  /** Returns the key, for the caller to close. */
  function own(until: KeptUntil): object {
    const above = reader.createKey(HIVES.HKLM, OWN, 0, SET_VALUE | VIEWS['64']);
    if (until === 'always') return above;
    reader.closeKey(above);
    return reader.createKey(HIVES.HKLM, OWN_KEYS.start, VOLATILE, SET_VALUE | VIEWS['64']);
  }

  return {
    value,
    kept(until, name) {
      const text = value('HKLM', OWN_KEYS[until], name);
      return text == null || typeof text === 'string' ? text : undefined;
    },
    keep(until, name, text) {
      try {
        const key = own(until);
        try {
          reader.setValue(key, name, REG_SZ, Buffer.from(`${text}\0`, 'utf16le'));
          return true;
        } finally {
          reader.closeKey(key);
        }
      } catch {
        return false;
      }
    },
    keys: (hive, key, view = '64') =>
      within(hive, key, ENUMERATE_SUB_KEYS | VIEWS[view], (opened) => reader.enumKeyNames(opened)),
  };
}

/** Texts are UTF-16LE and often lack the zero at their end, or have more than one. */
export function parseValue(type: number, bytes: Buffer): RegistryValue {
  switch (type) {
    case 1: // REG_SZ
    case 2: // REG_EXPAND_SZ
      return textOf(bytes).split('\0')[0] ?? '';
    case 4: // REG_DWORD
      return bytes.length >= 4 ? bytes.readUInt32LE(0) : bytes;
    case 7: // REG_MULTI_SZ
      return textOf(bytes)
        .split('\0')
        .filter((text) => text !== '');
    case 11: // REG_QWORD
      return bytes.length >= 8 ? bytes.readBigUInt64LE(0) : bytes;
    default:
      return bytes;
  }
}

function textOf(bytes: Buffer): string {
  return bytes.toString('utf16le', 0, bytes.length & ~1);
}
