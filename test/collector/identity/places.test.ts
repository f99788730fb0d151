import { expect, test } from 'vitest';
import type { Machine, SiteDevice } from '../../../collector/identity/machine.ts';
import { createPlaces } from '../../../collector/identity/places.ts';

function machine(id: string, more: Partial<Machine> = {}): [string, Machine] {
  const fingerprint = { board: null, uuid: null, disk: null, macs: [] };
  const texts = { keyId: id, key: id, hostname: id, platform: 'linux', version: '1', ticket: 't-1' };
  const rest = { role: 'candidate', room: 'A', seat: '17', simulated: false, enrolledAt: 0, revoked: false } as const;
  return [id, { id, fingerprint, ...texts, ...rest, ...more }];
}

const UPS: SiteDevice = { id: 'ups-1', kind: 'ups', room: 'A', url: 'nut://h/ups', reader: 'A/17', feeds: ['A/17'] };

test('who replaces a withdrawn machine at its seat reads its device and hangs on it', () => {
  const machines = new Map([machine('m-old', { revoked: true }), machine('m-new')]);
  const places = createPlaces(machines, [UPS], () => undefined);
  expect(places.reader('ups-1')).toBe('m-new');
  expect(places.fed('ups-1')).toEqual(['m-new']);
  expect(places.feeder('m-old')).toBeUndefined();
});

test('a seat in another room is another seat', () => {
  const places = createPlaces(new Map([machine('m-1', { room: 'B' })]), [UPS], () => 'm-local');
  expect(places.reader('ups-1')).toBeUndefined();
});
