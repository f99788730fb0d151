import { describe, expect, it } from 'vitest';
import type { Changed } from '../../../../collector/console/api.ts';
import { isWanted, NO_ROWS, withChanges } from '../../../../collector/console/public/rows.ts';
import { siteRows } from '../../../fixtures/console/rows.ts';

const NOTHING: Changed = { now: 0, machines: [], devices: [], gone: [], verdicts: [], incidents: [] };
const site = siteRows();
const broken = site.verdicts.find((row) => row.subject === 'm-A-3' && row.state === 'broken');
if (!broken) throw new Error('no broken verdict about m-A-3');

describe('rows', () => {
  it('take in what changed and keep what did not', () => {
    const first = withChanges(NO_ROWS, { ...NOTHING, machines: site.machines.slice(0, 2) }, null);
    const renamed = { ...site.machines[0]!, hostname: 'renamed' };
    const second = withChanges(first, { ...NOTHING, machines: [renamed] }, null);
    expect([...second.machines.values()]).toEqual([renamed, site.machines[1]]);
    expect(second.devices).toBe(first.devices);
  });

  it('of a room keep what is wrong, and drop it when it is mended', () => {
    const wrong = withChanges(NO_ROWS, { ...NOTHING, verdicts: [broken] }, { room: 'A' });
    expect([...wrong.verdicts.values()]).toEqual([broken]);
    const mended = withChanges(wrong, { ...NOTHING, verdicts: [{ ...broken, state: 'holds' }] }, { room: 'A' });
    expect(mended.verdicts.size).toBe(0);
  });

  it('of another room or machine stay away', () => {
    expect(isWanted(broken, { room: 'B' })).toBe(false);
    expect(isWanted(broken, { subject: 'm-A-4' })).toBe(false);
    expect(isWanted({ ...broken, state: 'holds' }, { subject: 'm-A-3' })).toBe(true);
    expect(isWanted({ ...broken, room: null }, { room: 'B' })).toBe(true);
  });

  it('lose an incident when it closes', () => {
    const open = withChanges(NO_ROWS, { ...NOTHING, incidents: site.incidents }, null);
    const closed = { ...site.incidents[0]!, closedAt: 1 };
    const after = withChanges(open, { ...NOTHING, incidents: [closed] }, null);
    expect([...after.incidents.keys()]).toEqual(['i-2', 'i-3']);
  });

  it('lose a machine that is gone, with all that was said about it', () => {
    const before = withChanges(NO_ROWS, { ...NOTHING, machines: site.machines, verdicts: [broken] }, { room: 'A' });
    const after = withChanges(before, { ...NOTHING, gone: ['m-A-3'] }, { room: 'A' });
    expect(after.machines.has('m-A-3')).toBe(false);
    expect(after.verdicts.size).toBe(0);
  });
});
