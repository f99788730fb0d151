import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Fingerprint } from '../../../agent/messages.ts';
import { isEqual, likeness, merge } from '../../../collector/identity/hardware.ts';

const pc: Fingerprint = { board: 'b1', uuid: 'u1', disk: 'd1', macs: ['m1'] };
const like = (change: Partial<Fingerprint>): string => likeness(pc, { ...pc, ...change });

describe('one machine, repaired', () => {
  it('is the same with a new disk, a second card, or another UUID after a BIOS update', () => {
    expect(like({ disk: 'd2' })).toBe('same');
    expect(like({ macs: ['m1', 'm2'] })).toBe('same');
    expect(like({ uuid: 'u2' })).toBe('same');
  });

  it('is the same when an agent without rights can read its network card only', () => {
    expect(like({ board: null, uuid: null, disk: null })).toBe('same');
  });

  it('is perhaps the same with another network card and everything else as it was', () => {
    expect(like({ macs: ['m2'] })).toBe('perhaps');
  });

  it('keeps its identity perhaps when a reading of everything failed', () => {
    expect(like({ board: null, uuid: null, disk: null, macs: [] })).toBe('perhaps');
  });
});

describe('two machines', () => {
  it('are not one because a batch of boards shares its number and UUID', () => {
    expect(like({ disk: 'd2', macs: ['m2'] })).toBe('other');
    expect(like({ disk: null, macs: ['m2'] })).toBe('other');
    expect(like({ disk: null, macs: [] })).toBe('other');
  });

  it('are not one because a disk moved from one to the other', () => {
    expect(like({ board: 'b2', uuid: 'u2', macs: ['m2'] })).toBe('other');
    expect(like({ board: null, uuid: null, macs: ['m2'] })).toBe('other');
    expect(like({ board: 'b2', uuid: 'u2' })).toBe('other');
  });

  it('are not one because one dongle was carried from desk to desk', () => {
    const first: Fingerprint = { board: 'b', uuid: 'u', disk: 'd1', macs: ['own-1', 'dongle'] };
    const second: Fingerprint = { board: 'b', uuid: 'u', disk: 'd2', macs: ['own-2', 'dongle'] };
    expect(likeness(first, second)).toBe('other');
  });

  it('are only perhaps one when boards, UUIDs and cheap disks all carry the same numbers', () => {
    expect(like({ macs: ['m2'] })).toBe('perhaps');
    const bare = { ...pc, macs: [] };
    expect(likeness(bare, bare)).toBe('perhaps');
  });
});

const part = fc.constantFrom(null, 'x', 'y');
const anyFingerprint: fc.Arbitrary<Fingerprint> = fc.record({
  board: part,
  uuid: part,
  disk: part,
  macs: fc.uniqueArray(fc.constantFrom('m1', 'm2', 'm3'), { maxLength: 3 }),
});

describe('every fingerprint', () => {
  it('knows itself again', () => {
    fc.assert(fc.property(anyFingerprint, (one) => likeness(one, one) !== 'other'));
  });

  it('is compared the same way from both sides', () => {
    fc.assert(fc.property(anyFingerprint, anyFingerprint, (one, two) => likeness(one, two) === likeness(two, one)));
  });

  it('is never called the same as one that shares no network card with it', () => {
    fc.assert(
      fc.property(anyFingerprint, anyFingerprint, (one, two) => {
        const shares = one.macs.some((mac) => two.macs.includes(mac));
        return shares || likeness(one, two) !== 'same';
      }),
    );
  });

  it('is still the same after what was seen has been merged into what was known', () => {
    fc.assert(
      fc.property(anyFingerprint, anyFingerprint, (known, seen) => {
        fc.pre(likeness(known, seen) !== 'other');
        return likeness(merge(known, seen), seen) !== 'other';
      }),
    );
  });

  it('forgets nothing that could not be read this time', () => {
    const nothing = { board: null, uuid: null, disk: null, macs: [] };
    expect(isEqual(merge(pc, nothing), pc)).toBe(true);
    expect(isEqual(pc, { ...pc, macs: ['m1', 'm2'] })).toBe(false);
  });
});
