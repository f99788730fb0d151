import { expect, test } from 'vitest';
import { roundTrips } from '../../../collector/gateway/roundTrips.ts';
import { isSuffering } from '../../../collector/network/suffering.ts';

test('a link’s round trips are those of its pings, and one that is out counts as long as it waits', () => {
  let at = 0;
  const trips = roundTrips(() => at);
  expect(trips.rtt()).toBeNull();
  for (let ping = 1; ping <= 20; ping++) {
    trips.went();
    at += ping === 20 ? 500 : 10;
    trips.came();
  }
  expect(trips.rtt()).toEqual({ p95: 0.01, latest: 0.5 });
  trips.came();
  trips.went();
  at += 900;
  // A second ping does not begin the wait anew.
  trips.went();
  at += 100;
  expect(trips.rtt()).toEqual({ p95: 0.01, latest: 1 });
});

test('seats suffer when they wait three times as long as before, and long enough to be felt', () => {
  const all = (latest: number, p95 = 0.02) => new Map(['a', 'b', 'c'].map((id) => [id, { p95, latest }]));
  expect(isSuffering(all(0.02), all(0.05), 'a')).toBe(false);
  expect(isSuffering(all(0.02), all(0.07), 'a')).toBe(true);
  expect(isSuffering(all(0.001, 0.001), all(0.02, 0.001), 'a')).toBe(false);
  // The one that measures has its own line full.
  const before = new Map([['a', { p95: 0.001, latest: 0.001 }]]);
  expect(isSuffering(before, new Map([['a', { p95: 2, latest: 2 }]]), 'a')).toBe(false);
});
