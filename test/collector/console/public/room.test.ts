import { describe, expect, it } from 'vitest';
import type { MachineRow, VerdictRow } from '../../../../collector/console/api.ts';
import {
  compareLabels,
  deviceTile,
  isUnread,
  machineTile,
  roomNames,
  viewRoom,
} from '../../../../collector/console/public/room.ts';
import { isWanted, verdictKey, type Rows } from '../../../../collector/console/public/rows.ts';
import { siteRows } from '../../../fixtures/console/rows.ts';

function rowsOf(room: string): Rows {
  const { machines, devices, verdicts, incidents } = siteRows();
  return {
    machines: new Map(machines.map((row) => [row.id, row])),
    devices: new Map(devices.map((row) => [row.id, row])),
    verdicts: new Map(verdicts.filter((row) => isWanted(row, { room })).map((row) => [verdictKey(row), row])),
    incidents: new Map(incidents.map((row) => [row.id, row])),
  };
}
const seatsOf = (rows: Rows, order: 'worst' | 'seat'): (string | null | undefined)[] =>
  viewRoom(rows, 'A', order).seats.map((tile) => tile.machine?.seat);

function machine(id: string): MachineRow {
  const found = siteRows().machines.find((row) => row.id === id);
  if (!found) throw new Error(`no machine ${id}`);
  return found;
}
const verdictsOf = (id: string): VerdictRow[] => siteRows().verdicts.filter((row) => row.subject === id);

describe('a room', () => {
  it('shows the worst first: silent, broken, unknown, then ready by seat', () => {
    expect(seatsOf(rowsOf('A'), 'worst').slice(0, 10)).toEqual([
      '17',
      '3',
      '12',
      '21',
      '33',
      '28',
      '36',
      '1',
      '2',
      '4',
    ]);
  });

  it('shows seats by their labels as people count, not as text sorts', () => {
    expect(seatsOf(rowsOf('A'), 'seat')).toEqual(Array.from({ length: 45 }, (_, seat) => String(seat + 1)));
  });

  it('shows servers and devices beside the seats, and no revoked machine', () => {
    const rows = rowsOf('A');
    const beside = viewRoom(rows, 'A', 'worst').beside.map((tile) => tile.id);
    expect(beside).toEqual(['m-A-S2', 'ups-1', 'm-A-S1']);
    const revoked = { ...machine('m-A-S1'), revoked: true };
    const after = { ...rows, machines: new Map(rows.machines).set('m-A-S1', revoked) };
    expect(viewRoom(after, 'A', 'worst').beside.map((tile) => tile.id)).toEqual(['m-A-S2', 'ups-1']);
  });

  it('puts urgent incidents first, taken ones after those that wait, and keeps other rooms’ away', () => {
    const rows = rowsOf('A');
    const incidents = new Map(rows.incidents);
    const taken = incidents.get('i-2');
    if (!taken) throw new Error('no incident i-2');
    incidents.set('i-2', { ...taken, acknowledgedAt: 1 });
    incidents.set('i-4', { ...taken, id: 'i-4', room: 'B' });
    incidents.set('i-5', { ...taken, id: 'i-5', room: null });
    const shown = viewRoom({ ...rows, incidents }, 'A', 'worst').incidents.map((row) => row.id);
    expect(shown).toEqual(['i-1', 'i-3', 'i-5', 'i-2']);
  });

  it('is known from its machines and from what readiness speaks of', () => {
    expect(roomNames(rowsOf('A'), ['10', '9'])).toEqual(['9', '10', 'A', 'B']);
  });
});

describe('a tile', () => {
  it('says of a silent machine that it is not heard, and counts nothing that silence made unknown', () => {
    const tile = machineTile(machine('m-A-17'), verdictsOf('m-A-17'));
    expect(tile.reason?.kind).toBe('silent');
    expect(tile.more).toBe(0);
  });

  it('names the breach that came last and how many more there are', () => {
    const verdicts = verdictsOf('m-A-12').map((row) =>
      row.rule === 'display' ? { ...row, since: row.since + 1 } : row,
    );
    const tile = machineTile(machine('m-A-12'), verdicts);
    expect(tile.reason).toMatchObject({ kind: 'verdict', row: { rule: 'display' } });
    expect(tile.more).toBe(1);
  });

  it('names what is unknown when nothing is broken', () => {
    const tile = machineTile(machine('m-A-28'), verdictsOf('m-A-28'));
    expect(tile).toMatchObject({ readiness: 'unknown', reason: { kind: 'verdict', row: { rule: 'memory-type' } } });
  });

  it('of a ready machine names advice that is not followed, and otherwise nothing', () => {
    expect(machineTile(machine('m-A-40'), verdictsOf('m-A-40'))).toMatchObject({
      readiness: 'ready',
      reason: { kind: 'verdict', row: { rule: 'desktop' } },
      more: 0,
    });
    expect(machineTile(machine('m-A-1'), verdictsOf('m-A-1')).reason).toBeNull();
  });

  it('of a device that is unknown says what is wrong with it, though only advised', () => {
    const [device] = siteRows().devices;
    const [row] = verdictsOf('m-A-40').filter(({ state }) => state === 'broken');
    const tile = deviceTile({ ...device!, readiness: 'unknown' }, [{ ...row!, severity: 'recommended' }]);
    expect(tile).toMatchObject({ readiness: 'unknown', reason: { kind: 'verdict', row: { rule: row!.rule } } });
  });

  it('of a device that was not read does not advise what is for a breach', () => {
    const unread = { scope: 'device', state: 'unknown', cause: 'no-answer' } as const;
    expect(isUnread(unread)).toBe(true);
    expect(isUnread({ ...unread, state: 'broken', cause: null })).toBe(false);
    expect(isUnread({ ...unread, scope: 'machine' })).toBe(false);
    expect(isUnread({ ...unread, cause: 'person' })).toBe(false);
  });

  it('says that a machine is waited for after the collector’s start', () => {
    expect(machineTile({ ...machine('m-A-1'), online: null }, []).reason).toEqual({ kind: 'waited-for' });
  });
});

it('labels are compared as people count', () => {
  expect(['A10', 'A2', '10', '9', 'B1'].sort(compareLabels)).toEqual(['9', '10', 'A2', 'A10', 'B1']);
});
