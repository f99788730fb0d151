import { expect, test } from 'vitest';
import { lanFacts } from '../../../collector/compliance/lan.ts';
import { buildCatalogue, loadProbes } from '../../../agent/catalogue.ts';
import type { Facts } from '../../../agent/reading.ts';
import { createPlaces } from '../../../collector/identity/places.ts';
import { WITNESSED } from '../../../collector/standard/witnessed.ts';
import { createState } from '../../../collector/state/state.ts';
import { machine } from '../../fixtures/site.ts';

const GIGABIT = 125_000_000;
const catalogue = buildCatalogue(await loadProbes(), WITNESSED);

/** What is said of a LAN in which these machines say this of their connections. */
function lan(seats: readonly Facts[], servers: readonly Facts[] = []): Readonly<Record<string, number | null>> {
  const rows = new Map(
    [
      ...seats.map((_, index) => machine(`m-${index}`)),
      ...servers.map((_, index) => machine(`s-${index}`, { role: 'server' })),
    ].map((row) => [row.id, row]),
  );
  const state = createState(catalogue);
  const say = (id: string, facts: Facts): void => {
    state.ensure(id, 'machine');
    state.apply({
      kind: 'frame',
      machine: id,
      received: { wall: 0, monotonic: 0 },
      moment: { wall: 0, monotonic: 0 },
      clockOffsetSeconds: 0,
      frame: {
        type: 'frame',
        lane: 'live',
        stream: 's',
        seq: 1,
        at: 0,
        monotonic: 0,
        asked: { '': { network: [0, 1, 'ok'] } },
        facts: { '': Object.fromEntries(Object.entries(facts).map(([word, value]) => [`network.${word}`, value])) },
      },
    });
  };
  seats.forEach((facts, index) => say(`m-${index}`, facts));
  servers.forEach((facts, index) => say(`s-${index}`, facts));
  const ids = (kind: string): string[] => [...rows.keys()].filter((id) => id.startsWith(kind));
  return Object.fromEntries(
    lanFacts(
      state,
      createPlaces(rows, [], () => undefined),
      ids('m-'),
      ids('s-'),
    ),
  );
}

const cable = { wired: true, speed_bytes_per_second: GIGABIT, gateway: '10.0.0.1' };

test('a room of gigabit cables behind the server’s own gateway is one LAN', () => {
  expect(lan([cable, cable], [cable])).toEqual({
    'lan.outside': 0,
    'lan.slowest_bytes_per_second': GIGABIT,
    'lan.wireless': 0,
    'lan.unsaid': 0,
  });
});

test('the slowest link counts, radio is counted, and what did not say is', () => {
  const facts = lan(
    [cable, { ...cable, speed_bytes_per_second: GIGABIT / 10 }, { ...cable, wired: false }, {}],
    [cable],
  );
  expect(facts).toMatchObject({
    'lan.slowest_bytes_per_second': GIGABIT / 10,
    'lan.wireless': 1,
    'lan.unsaid': 1,
    'lan.outside': null,
  });
});

test.each([
  ['there is no server', [cable], []],
  ['the server has not said', [cable], [{}]],
  ['two servers have two gateways', [cable], [cable, { ...cable, gateway: '10.9.0.1' }]],
  ['a seat has another gateway: it may still be reached', [cable, { ...cable, gateway: '10.9.0.1' }], [cable]],
])('whether it is one LAN is unknown when %s', (_, seats, servers) => {
  expect(lan(seats, servers)).toMatchObject({ 'lan.outside': null });
});

test('a room without a machine says nothing', () => {
  expect(Object.values(lan([], [cable]))).toEqual([null, null, null, null]);
});
