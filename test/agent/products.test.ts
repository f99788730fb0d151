import { expect, test } from 'vitest';
import { DISKLESS_PRODUCTS, HARMLESS, KEYWORDS, LINUX_PRODUCTS, WINDOWS_PRODUCTS } from '../../agent/products.ts';

const all = [...WINDOWS_PRODUCTS, ...DISKLESS_PRODUCTS, ...LINUX_PRODUCTS];

test('every product has a name in both languages, a word of its own and at least one sign', () => {
  expect(new Set(all.map(({ key }) => key)).size).toBe(all.length);
  for (const { key, name, installed } of all) {
    expect(key).toMatch(/^[a-z0-9-]+$/);
    expect(name.zh.length * name.en.length).toBeGreaterThan(0);
    expect(installed.length).toBeGreaterThan(0);
  }
});

test('no sign points at two products', () => {
  const signs = all.flatMap(({ installed }) => installed.map((sign) => JSON.stringify(sign).toLowerCase()));
  expect(new Set(signs).size).toBe(signs.length);
});

test('registry keys are written below their hive, without it, and process names as they are matched', () => {
  const keys = all.flatMap(({ installed, writes }) => [
    ...installed.flatMap((sign) => (sign.kind === 'registry' ? [sign.key] : [])),
    ...(writes === null ? [] : [writes.key]),
  ]);
  expect(keys.length).toBeGreaterThan(10);
  for (const key of keys) expect(key).toMatch(/^(SOFTWARE|Software|SYSTEM)\\[^\\]/);
  const processes = all.flatMap(({ installed }) =>
    installed.flatMap((sign) => (sign.kind === 'process' ? [sign.name] : [])),
  );
  expect(processes).toEqual(processes.map((name) => name.toLowerCase().replace(/\.exe$/, '')));
  expect(processes.length).toBeGreaterThan(3);
});

test('where writes are told, kept and discarded cannot both be true of one value', () => {
  const told = all.filter(({ writes }) => writes !== null);
  expect(told.map(({ key }) => key)).toEqual(
    expect.arrayContaining(['deep-freeze', 'time-freeze', 'richtech', 'vhd-boot']),
  );
  for (const { writes } of told) expect(writes?.discarded).not.toEqual(writes?.kept);
});

test('keywords are lower-case, and each harmless name would otherwise be caught by one', () => {
  for (const word of KEYWORDS) expect(word).toBe(word.toLowerCase());
  for (const name of HARMLESS) expect(KEYWORDS.some((word) => name.includes(word))).toBe(true);
});
