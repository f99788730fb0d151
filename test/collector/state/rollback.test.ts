import { expect, test } from 'vitest';
import { loadProbes } from '../../../agent/catalogue.ts';
import {
  PROBES,
  frame,
  machine,
  rule,
  RULES,
  testSite,
  tick,
  UPS,
  presence,
  type TestSite,
} from '../../fixtures/site.ts';
import { markedPc, type MarkedPc } from '../../fixtures/markedPc.ts';

const canary = (await loadProbes()).find(({ name }) => name === 'canary')!;
const CARD = rule('restore-card', ['rollback.reverted'], (reverted) => reverted === false);

/** A PC and the site that watches it; `hear` is one report of its marks, a minute after the last. */
function watched(pc: MarkedPc = markedPc(), id = 'm-1', site = siteWith([id])) {
  tick(site, [presence(site, id, true)]);
  async function hear() {
    site.clock.advance(60_000);
    pc.pass(60_000);
    return tick(site, [frame(site, id, await pc.say())]);
  }
  const value = (word: string): unknown => {
    const fact = site.stages.state.catalogue.fact(`rollback.${word}`)!;
    return site.stages.state.get(id)?.values[fact.index];
  };
  return {
    pc,
    site,
    hear,
    value,
    verdict: () => value('verdict'),
    because: () => value('because'),
    card: () => site.stages.compliance.of(id).find(({ rule: name }) => name === 'restore-card')?.state,
    /** A session of some minutes: long enough for its mark to count. */
    session: async () => {
      for (let minute = 0; minute < 4; minute += 1) await hear();
    },
  };
}

function siteWith(ids: readonly string[]): TestSite {
  return testSite(
    ids.map((id) => machine(id)),
    [UPS],
    [...RULES, CARD],
    undefined,
    [...PROBES, canary],
  );
}

test('a first contact is unknown until the next restart, and one restart without a loss makes it persistent', async () => {
  const { pc, session, verdict, because, card } = watched();
  await session();
  expect([verdict(), because(), card()]).toEqual(['unknown', 'first', 'unknown']);
  pc.restart();
  await session();
  expect([verdict(), because(), card()]).toEqual(['persistent', 'kept', 'holds']);
});

test('an older mark after a restart is probably a restore card, after two in a row certainly; the record says so once each', async () => {
  const { pc, session, hear, verdict, card } = watched();
  await session();
  pc.restart();
  await session();
  pc.freeze('system', 'registry');
  pc.restart();
  await session();
  expect(verdict()).toBe('persistent');
  pc.restart();
  const { entries, keep } = await hear();
  expect([verdict(), card()]).toEqual(['reverted-probable', 'broken']);
  expect(entries.find(({ kind }) => kind === 'machine')).toMatchObject({
    subject: 'm-1',
    body: { act: 'restarted', verdict: 'reverted-probable', marks: { system: 'older', registry: 'older' } },
  });
  expect(keep.map(({ kind }) => kind)).toContain('rollback');
  await session();
  pc.restart();
  await session();
  expect(verdict()).toBe('reverted-certain');
  pc.thaw();
  pc.restart();
  await session();
  expect([verdict(), card()]).toEqual(['persistent', 'holds']);
});

test('a card that was frozen before the agent’s first start takes every mark away, and is found too', async () => {
  const { pc, session, verdict } = watched();
  pc.freeze('system', 'registry');
  await session();
  pc.restart();
  await session();
  expect(verdict()).toBe('reverted-probable');
  pc.restart();
  await session();
  expect(verdict()).toBe('reverted-certain');
});

test('a mark newer than what the collector remembers (a restored backup) is believed', async () => {
  const behind = watched();
  await behind.session();
  // Two starts that this collector has no memory of.
  behind.pc.restart();
  await behind.pc.say();
  behind.pc.restart();
  await behind.session();
  expect(behind.verdict()).toBe('persistent');
});

// False "reverted".

test('a: reinstalling, which clears the data away, is no restore card, though the same starts go on', async () => {
  const { pc, session, verdict, because } = watched();
  await session();
  pc.disk.clear();
  pc.restart();
  pc.install('setup-2');
  await session();
  expect([verdict(), because()]).toEqual(['unknown', 'new-install']);
  pc.restart();
  await session();
  expect(verdict()).toBe('persistent');
});

test('a: an installer that leaves the data loses nothing', async () => {
  const { pc, session, verdict } = watched();
  await session();
  pc.install('setup-2');
  await session();
  pc.restart();
  await session();
  expect(verdict()).toBe('persistent');
});

test('b: a PC that was given a new image is another system, not one that was put back', async () => {
  const { pc, session, verdict, because } = watched();
  await session();
  pc.restart();
  await session();
  pc.boot('windows-of-the-new-image');
  await session();
  expect([verdict(), because()]).toEqual(['unknown', 'new-system']);
});

test('c: a cleaner that deletes the file leaves the registry: in doubt, until the next restart', async () => {
  const { pc, session, hear, verdict } = watched();
  await session();
  pc.disk.delete('system');
  pc.restart();
  await hear();
  expect(verdict()).toBe('partial');
  await session();
  pc.restart();
  await session();
  expect(verdict()).toBe('persistent');
});

test('c: where there is only a file, its deletion proves nothing', async () => {
  const { pc, session, verdict, because } = watched(markedPc(['system']));
  await session();
  pc.disk.clear();
  pc.restart();
  await session();
  expect([verdict(), because()]).toEqual(['unknown', 'cleaned']);
});

test('d: a session that ended before its mark was on the disk counts for nothing, either way', async () => {
  const { pc, session, hear, verdict } = watched();
  await session();
  pc.restart();
  await session();
  const lying = new Map(pc.disk);
  pc.restart();
  await hear();
  // The power failed after a minute, and the mark had not reached the disk.
  for (const [place, mark] of lying) pc.disk.set(place, mark);
  pc.restart();
  await hear();
  expect(verdict()).toBe('persistent');
});

test('d: two short sessions after a loss make no certainty of it', async () => {
  const { pc, session, hear, verdict } = watched();
  await session();
  pc.restart();
  pc.freeze('system', 'registry');
  await session();
  pc.restart();
  await hear();
  expect(verdict()).toBe('reverted-probable');
  pc.restart();
  await hear();
  expect(verdict()).toBe('reverted-probable');
});

test('e: two PCs with one image and one UUID have memories of their own: a clone is a first contact', async () => {
  const site = siteWith(['m-1', 'm-2']);
  const first = watched(markedPc(), 'm-1', site);
  await first.session();
  first.pc.restart();
  await first.session();
  const clone = markedPc();
  for (const [place, mark] of first.pc.disk) clone.disk.set(place, mark);
  const second = watched(clone, 'm-2', site);
  await second.session();
  expect([second.verdict(), second.because(), first.verdict()]).toEqual(['unknown', 'first', 'persistent']);
});

test('e: two PCs that take turns as one machine are in doubt, not put back', async () => {
  const { pc, session, hear, verdict, because } = watched();
  await session();
  const { sequence } = pc.disk.get('system')!;
  for (const place of ['system', 'registry']) pc.disk.set(place, { sequence, nonce: 'f'.repeat(16) });
  pc.restart();
  await hear();
  expect([verdict(), because()]).toEqual(['unknown', 'other']);
});

test('f: an older agent that an administrator installs again is an installation like any other', async () => {
  const { pc, session, verdict, because } = watched();
  await session();
  pc.install('setup-2');
  await session();
  pc.restart();
  pc.disk.clear();
  pc.install('setup-1-again');
  await session();
  expect([verdict(), because()]).toEqual(['unknown', 'new-install']);
});

test('an update that a restore card takes back is no new installation: its predecessor was seen before', async () => {
  const { pc, session, verdict } = watched();
  await session();
  pc.freeze('system', 'registry');
  pc.install('setup-2');
  await session();
  pc.restart();
  await session();
  pc.restart();
  pc.install('setup-1');
  await session();
  expect(verdict()).toBe('reverted-probable');
});

test('g: two systems on one PC, started by turns, are each compared with their own starts', async () => {
  const { pc, session, verdict } = watched();
  await session();
  pc.boot('linux');
  await session();
  pc.boot('windows-1');
  await session();
  expect(verdict()).toBe('persistent');
  pc.boot('linux');
  await session();
  expect(verdict()).toBe('persistent');
  pc.freeze('system', 'registry');
  pc.boot('windows-1');
  await session();
  for (const _ of [1, 2]) {
    pc.boot('linux');
    pc.restart();
    await session();
  }
  expect(verdict()).toBe('reverted-probable');
});

test('h: the PC’s clock decides nothing: its frames may say any time', async () => {
  const { pc, site, session, hear, verdict } = watched();
  await session();
  pc.restart();
  site.clock.advance(60_000);
  const said = frame(site, 'm-1', await pc.say());
  const past = { ...said, moment: { wall: 0, monotonic: said.moment.monotonic } };
  tick(site, [{ ...past, frame: { ...said.frame, at: 0 } }]);
  await hear();
  expect(verdict()).toBe('persistent');
});

// False "persistent".

test('a: a volume that the card leaves alone keeps its mark and proves nothing', async () => {
  const { pc, session, verdict } = watched(markedPc(['system', 'registry', 'D']));
  await session();
  pc.freeze('system', 'registry');
  await session();
  pc.restart();
  await session();
  pc.restart();
  await session();
  expect(verdict()).toBe('reverted-probable');
  expect(pc.disk.get('D')!.sequence).toBeGreaterThan(2);
});

test('a: a registry or a folder that is left out of the protection is partial, and never ready', async () => {
  for (const place of ['system', 'registry']) {
    const { pc, session, verdict, card } = watched();
    await session();
    pc.freeze(place);
    pc.restart();
    await session();
    pc.restart();
    await session();
    expect([place, verdict(), card()]).toEqual([place, 'partial', 'unknown']);
  }
});

test('b: Fast Startup is no restart: the machine was off and on, and is as unknown as before', async () => {
  const { pc, session, site, verdict, because, value } = watched();
  await session();
  pc.freeze('system', 'registry');
  tick(site, [presence(site, 'm-1', false)]);
  pc.resume();
  tick(site, [presence(site, 'm-1', true)]);
  await session();
  expect([verdict(), because(), value('restarts')]).toEqual(['unknown', 'first', 0]);
});

test('c: the verdict is about the last restart: protection that is switched on later is found with the next', async () => {
  const { pc, session, verdict } = watched();
  await session();
  pc.restart();
  await session();
  expect(verdict()).toBe('persistent');
  pc.freeze('system', 'registry');
  await session();
  pc.restart();
  await session();
  pc.restart();
  await session();
  expect(verdict()).toBe('reverted-probable');
});

test('d: a product that commits the file at its shutdown and not the registry is partial', async () => {
  const { pc, session, verdict } = watched();
  await session();
  pc.freeze('registry');
  await session();
  pc.restart();
  await session();
  pc.restart();
  await session();
  expect(verdict()).toBe('partial');
});

// The collector's own part.

test('a machine that says a new start in every frame fills neither record nor memory', async () => {
  const { pc, site, session } = watched();
  await session();
  let kept = 0;
  for (let start = 0; start < 50; start += 1) {
    pc.restart();
    site.clock.advance(1_000);
    kept += tick(site, [frame(site, 'm-1', await pc.say())]).keep.filter(({ kind }) => kind === 'rollback').length;
  }
  expect(kept).toBeLessThanOrEqual(5);
});

test('a machine whose canary falls silent is unknown again, and itself when it speaks', async () => {
  const { pc, site, session, hear, verdict, because } = watched();
  await session();
  pc.restart();
  await session();
  const mute = Object.fromEntries(Object.keys((await pc.say())['']!).map((name) => [name, null]));
  site.clock.advance(60_000);
  tick(site, [frame(site, 'm-1', { '': mute })]);
  expect([verdict(), because()]).toEqual(['unknown', 'unread']);
  await hear();
  expect([verdict(), because()]).toEqual(['persistent', 'kept']);
});

test('what is remembered outlives the collector, and what its journal repeats is not taken for a restart', async () => {
  const before = watched();
  await before.session();
  const old = frame(before.site, 'm-1', await before.pc.say());
  before.pc.restart();
  await before.session();
  const memory = before.site.stages.rollback.memory('m-1')!;
  const after = siteWith(['m-1']);
  after.stages.state.ensure('m-1', 'machine');
  after.stages.rollback.restore([['m-1', memory]], after.clock.now());
  after.beat.absorb([old]);
  expect(after.stages.rollback.memory('m-1')).toEqual(memory);
  const again = watched(before.pc, 'm-1', after);
  expect(again.verdict()).toBe('persistent');
  before.pc.freeze('system', 'registry');
  await again.session();
  before.pc.restart();
  await again.session();
  expect(again.verdict()).toBe('persistent');
});
