import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { offsetAt, readZone } from '../../../agent/linux/zone.ts';
import { fakeHost } from '../../fixtures/host.ts';

const zone = (name: string): Buffer => readFileSync(join(import.meta.dirname, '../../fixtures/zones', name));
const hours = (file: Buffer, ...moment: [number, number, number]): number | null => {
  const offset = offsetAt(file, Date.UTC(...moment));
  return offset === null ? null : offset / 3600;
};

describe('the offset in a zone file', () => {
  test('of Shanghai is eight hours, and nine in the summers it had', () => {
    expect(hours(zone('Shanghai'), 2026, 10, 23)).toBe(8);
    expect(hours(zone('Shanghai'), 1988, 6, 1)).toBe(9);
    expect(offsetAt(zone('Shanghai'), Date.UTC(1890, 0, 1))).toBe(8 * 3600 + 343);
  });
  test('of New York is as in its entries, and unknown past the last of them', () => {
    expect(hours(zone('New_York'), 2026, 6, 1)).toBe(-4);
    expect(hours(zone('New_York'), 2026, 11, 1)).toBe(-5);
    expect(hours(zone('New_York'), 2045, 6, 1)).toBeNull();
  });
  test('agrees with Intl at every hour around a change', () => {
    const clock = new Intl.DateTimeFormat('en-US', { timeZone: 'America/New_York', hour: 'numeric', hourCycle: 'h23' });
    for (let hour = 0; hour < 48; hour++) {
      const now = Date.UTC(2026, 10, 1, hour);
      const shown = Number(clock.format(now));
      expect(((hour * 3600 + (offsetAt(zone('New_York'), now) ?? NaN)) / 3600 + 48) % 24).toBe(shown);
    }
  });
  test('is null when the file is none, or ends too soon', () => {
    const file = zone('Shanghai');
    expect(offsetAt(Buffer.from('Asia/Shanghai\n'), 0)).toBeNull();
    for (let end = 0; end < 44; end++) expect(offsetAt(file.subarray(0, end), 0)).toBeNull();
    for (let end = 44; end < file.length; end++) {
      const offset = offsetAt(file.subarray(0, end), Date.UTC(2026, 0, 1));
      expect([null, 28_800]).toContain(offset);
    }
  });
  test('follows the rule behind the entries, east, west and by quarters of an hour', () => {
    const slim = (rule: string): Buffer => {
      const heading = Buffer.alloc(44);
      heading.write('TZif2');
      heading.writeUInt32BE(1, 36);
      return Buffer.concat([heading, Buffer.alloc(6), heading, Buffer.alloc(6), Buffer.from(`\n${rule}\n`)]);
    };
    expect(offsetAt(slim('CST-8'), 0)).toBe(28_800);
    expect(offsetAt(slim('<-03>3'), 0)).toBe(-10_800);
    expect(offsetAt(slim('<+0545>-5:45'), 0)).toBe(20_700);
    expect(offsetAt(slim('UTC0'), 0)).toBe(0);
    expect(offsetAt(slim('EST5EDT,M3.2.0,M11.1.0'), 0)).toBeNull();
  });
});

describe("the system's zone", () => {
  test('is what /etc/localtime points at', async () => {
    const files = {
      '/etc/localtime': { link: '/usr/share/zoneinfo/Asia/Shanghai' },
      '/usr/share/zoneinfo/Asia/Shanghai': zone('Shanghai'),
      '/etc/timezone': 'Europe/Berlin\n',
    };
    expect(await readZone(fakeHost({ files }))).toEqual({ name: 'Asia/Shanghai', offsetSeconds: 28_800 });
  });
  test('is named by /etc/timezone when the file was copied, and unknown without either', async () => {
    const files = { '/etc/localtime': zone('Shanghai'), '/etc/timezone': 'Asia/Shanghai\n' };
    expect(await readZone(fakeHost({ files }))).toEqual({ name: 'Asia/Shanghai', offsetSeconds: 28_800 });
    expect(await readZone(fakeHost())).toEqual({ name: null, offsetSeconds: null });
  });
});
