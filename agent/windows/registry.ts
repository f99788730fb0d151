import type { Hive, RegistryValue, View, Windows } from './windows.ts';

/**
 * The raw functions of native-reg 1.1.1 (`reg.cc`). Its own JavaScript looks for the file in node_modules, which a bundle
 * does not have, and throws on values of types it does not know; so only its compiled part is used.
 */
export interface RegistryReader {
  /** Null when the key is absent; throws when it may not be opened. */
  openKey(hive: number, key: string, options: number, access: number): object | null;
  closeKey(key: object): void;
  enumKeyNames(key: object): string[];
  /** The bytes, with the value's type; null when the value is absent. */
  queryValue(key: object, name: string): (Buffer & { readonly type: number }) | null;
}

const HIVES: Readonly<Record<Hive, number>> = { HKLM: 0x8000_0002, HKU: 0x8000_0003 };
const QUERY_VALUE = 0x1;
const ENUMERATE_SUB_KEYS = 0x8;
const VIEWS: Readonly<Record<View, number>> = { '64': 0x100, '32': 0x200 };

/** Reads through that reader; whatever it throws (access denied, a damaged hive) is a null. */
export function registryOf(reader: RegistryReader): Pick<Windows, 'value' | 'keys'> {
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
  return {
    value: (hive, key, name, view = '64') =>
      within(hive, key, QUERY_VALUE | VIEWS[view], (opened) => {
        const bytes = reader.queryValue(opened, name);
        return bytes === null ? undefined : parseValue(bytes.type, bytes);
      }),
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
