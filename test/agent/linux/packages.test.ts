import { expect, test } from 'vitest';
import { parsePackages, watchPackages } from '../../../agent/linux/packages.ts';
import { DPKG_STATUS } from '../../fixtures/linux.ts';
import { fakeHost } from '../../fixtures/host.ts';

const all = (): boolean => true;
const list = Buffer.from(DPKG_STATUS);

test('installed packages are told with their version, removed ones are not', () => {
  expect([...parsePackages(list, all)]).toEqual([
    ['adduser', '3.134'],
    ['google-chrome-stable', '83.0.4103.61-1'],
    ['tzdata', '2025b-0+deb12u2'],
  ]);
});

test('only wanted packages are kept', () => {
  expect([...parsePackages(list, (name) => name === 'tzdata').keys()]).toEqual(['tzdata']);
});

test('a list that is empty, cut anywhere or without a last line end is read as far as it goes', () => {
  expect(parsePackages(Buffer.alloc(0), all).size).toBe(0);
  expect(parsePackages(Buffer.from(DPKG_STATUS.trimEnd()), all).size).toBe(3);
  for (let end = 0; end < list.length; end += 7) {
    expect(parsePackages(list.subarray(0, end), all).size).toBeLessThanOrEqual(3);
  }
});

test('the list is read again only when it changed or something else is wanted', async () => {
  let changed = 1_000;
  let reads = 0;
  const host = {
    ...fakeHost({ files: { '/var/lib/dpkg/status': DPKG_STATUS } }),
    modified: async () => changed,
    bytes: async () => {
      reads++;
      return list;
    },
  };
  const packages = watchPackages();
  await packages(host, all, '');
  await packages(host, all, '');
  expect(reads).toBe(1);
  await packages(host, all, 'exam');
  expect(reads).toBe(2);
  changed = 2_000;
  await packages(host, all, 'exam');
  expect(reads).toBe(3);
});

test('without the list, or with one too long to read whole, it cannot be told', async () => {
  expect(await watchPackages()(fakeHost(), all, '')).toBeNull();
  const host = { ...fakeHost(), bytes: async (_: string, most = 0) => Buffer.alloc(most) };
  expect(await watchPackages()(host, all, '')).toBeNull();
});
