import { describe, expect, test } from 'vitest';
import { parseValue, registryOf, type RegistryReader } from '../../../agent/windows/registry.ts';

const utf16 = (text: string): Buffer => Buffer.from(text, 'utf16le');

describe('a value is read by its type', () => {
  test.each([
    ['a text', 1, utf16('直播电商\0'), '直播电商'],
    ['a text without the zero at its end', 1, utf16('Frozen'), 'Frozen'],
    ['a text with rubbish behind its zero', 2, utf16('C:\\a\0old\0'), 'C:\\a'],
    ['an empty text', 1, Buffer.alloc(0), ''],
    ['a text with half a letter', 1, Buffer.concat([utf16('ab'), Buffer.from([0x41])]), 'ab'],
    ['a number', 4, Buffer.from([0x20, 0xfe, 0xff, 0xff]), 0xfffffe20],
    ['a number that was cut', 4, Buffer.from([1]), Buffer.from([1])],
    ['a list', 7, utf16('volsnap\0DeepFrz\0\0'), ['volsnap', 'DeepFrz']],
    ['an empty list', 7, utf16('\0'), []],
    ['a long number', 11, Buffer.from([0, 0, 0, 0, 1, 0, 0, 0]), 4_294_967_296n],
    ['bytes', 3, Buffer.from([1, 2]), Buffer.from([1, 2])],
    ['a type that nobody knows', 9, Buffer.from([3]), Buffer.from([3])],
  ])('%s', (_, type, bytes, expected) => {
    expect(parseValue(type, bytes)).toEqual(expected);
  });
});

describe('the registry', () => {
  const closed: object[] = [];
  const made: [string, number, number][] = [];
  const values: unknown[] = [];
  let isForbidden = false;
  const opened: [number, string, number][] = [];
  const reader: RegistryReader = {
    openKey(hive, key, _, access) {
      opened.push([hive, key, access]);
      if (key === 'absent') return null;
      if (key === 'forbidden') throw new Error('RegOpenKeyExW failed (5): access denied');
      return { key };
    },
    createKey(_, key, options, access) {
      if (isForbidden) throw new Error('RegCreateKeyExW failed (5): access denied');
      made.push([key, options, access]);
      return { key };
    },
    setValue: (key, name, type, data) => values.push([key, name, type, data.toString('utf16le')]),
    closeKey: (key) => closed.push(key),
    enumKeyNames: () => ['a', 'b'],
    queryValue(_, name) {
      if (name === 'broken') throw new Error('RegQueryValueExW failed (1009)');
      return name === 'absent' ? null : Object.assign(utf16('x'), { type: 1 });
    },
  };
  const { value, keys, keep, kept } = registryOf(reader);

  test('tells absent from unreadable, and closes what it opened', () => {
    expect([value('HKLM', 'k', 'v'), value('HKLM', 'k', 'absent'), value('HKLM', 'k', 'broken')]).toEqual([
      'x',
      undefined,
      null,
    ]);
    expect([value('HKLM', 'absent', 'v'), value('HKLM', 'forbidden', 'v')]).toEqual([undefined, null]);
    expect([keys('HKU', 'k'), keys('HKU', 'absent'), keys('HKU', 'forbidden')]).toEqual([['a', 'b'], undefined, null]);
    expect(closed).toHaveLength(4);
  });

  test('asks for one right and one view at a time', () => {
    opened.length = 0;
    value('HKLM', 'k', 'v');
    value('HKLM', 'k', 'v', '32');
    keys('HKU', 'k');
    expect(opened).toEqual([
      [0x8000_0002, 'k', 0x101],
      [0x8000_0002, 'k', 0x201],
      [0x8000_0003, 'k', 0x108],
    ]);
  });

  test('writes below its own key and nowhere else, what ends with a start in memory only, and closes what it made', () => {
    closed.length = 0;
    expect([keep('always', 'Mark', '考生'), keep('start', 'Start', 'b')]).toEqual([true, true]);
    expect(made).toEqual([
      ['SOFTWARE\\Xunkao', 0, 0x102],
      ['SOFTWARE\\Xunkao', 0, 0x102],
      ['SOFTWARE\\Xunkao\\Start', 1, 0x102],
    ]);
    expect(values).toEqual([
      [{ key: 'SOFTWARE\\Xunkao' }, 'Mark', 1, '考生\0'],
      [{ key: 'SOFTWARE\\Xunkao\\Start' }, 'Start', 1, 'b\0'],
    ]);
    expect(closed).toHaveLength(3);
    expect([kept('always', 'Mark'), kept('start', 'absent'), kept('start', 'broken')]).toEqual(['x', undefined, null]);
  });

  test('says when it may not write, and throws nothing', () => {
    isForbidden = true;
    expect(keep('always', 'Mark', 'a')).toBe(false);
  });
});
