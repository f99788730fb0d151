import { expect, test } from 'vitest';
import { loadProbes } from '../../../agent/catalogue.ts';
import type { AnnouncedRestart } from '../../../collector/sessions/restarts.ts';
import { markedPc, type MarkedPc } from '../../fixtures/markedPc.ts';
import { frame, machine, presence, PROBES, rule, testSite, tick, UPS, type TestSite } from '../../fixtures/site.ts';

const canary = (await loadProbes()).find(({ name }) => name === 'canary')!;
const MINUTE = 60_000;
/** As the pack has it: silence is broken, unless a restart was announced; then it is unknown. */
const ONLINE = rule('online', ['presence.online', 'presence.restarting'], () => false, {
  incident: 'seat',
  judge(read) {
    if (read('presence.online') === true) return { state: 'holds', missing: [], because: 'facts' };
    const isAnnounced = read('presence.restarting') === true;
    return { state: isAnnounced ? 'unknown' : 'broken', missing: [], because: isAnnounced ? 'unknown_when' : 'facts' };
  },
});

async function room(ids: readonly string[]) {
  const site = testSite(
    ids.map((id) => machine(id)),
    [UPS],
    [ONLINE],
    undefined,
    [...PROBES, canary],
  );
  const pcs = new Map<string, MarkedPc>(ids.map((id) => [id, markedPc()]));
  const here = async (id: string): Promise<void> => {
    tick(site, [presence(site, id, true), frame(site, id, await pcs.get(id)!.say())]);
  };
  for (const id of ids) await here(id);
  site.clock.advance(MINUTE);
  tick(site);
  return { site, pcs, here, away: (id: string) => tick(site, [presence(site, id, false, 'shutdown')]) };
}

function announce(site: TestSite, ids: readonly string[], minutes = 10): AnnouncedRestart {
  const { wall } = site.clock.now();
  const memory = (id: string) => site.stages.rollback.memory(id);
  const restart: AnnouncedRestart = {
    id: 'r-1',
    room: 'A',
    by: 'a-1',
    at: wall,
    until: wall + minutes * MINUTE,
    endedAt: null,
    machines: Object.fromEntries(
      ids.map((id) => [id, { boot: memory(id)?.systems[memory(id)!.system]?.boot ?? null, state: 'here' }]),
    ),
  };
  site.stages.restarts.begin(restart);
  tick(site);
  return restart;
}

const states = (site: TestSite) =>
  Object.fromEntries(
    Object.entries(site.stages.restarts.list()[0]!.machines).map(([id, { state }]) => [id, state] as const),
  );

test('silence in an announced restart is a state of the seat, not an incident, and back it is as before', async () => {
  const { site, pcs, here, away } = await room(['m-1']);
  announce(site, ['m-1']);
  const gone = away('m-1');
  expect(gone.incidents).toEqual([]);
  expect(gone.entries.map(({ rule, body }) => [rule, body['state']])).toEqual([['online', 'unknown']]);
  expect(states(site)).toEqual({ 'm-1': 'away' });
  site.clock.advance(2 * MINUTE);
  expect(tick(site).incidents).toEqual([]);
  pcs.get('m-1')!.restart();
  await here('m-1');
  const back = tick(site);
  expect(states(site)).toEqual({ 'm-1': 'back' });
  expect(back.keep.map(({ kind }) => kind)).not.toContain('restart');
  expect(site.stages.compliance.of('m-1')[0]).toMatchObject({ state: 'holds' });
});

test('a machine that is back is watched again at once: its next silence is an incident', async () => {
  const { site, pcs, here, away } = await room(['m-1', 'm-2']);
  announce(site, ['m-1', 'm-2']);
  away('m-1');
  pcs.get('m-1')!.restart();
  site.clock.advance(MINUTE);
  await here('m-1');
  tick(site);
  expect(away('m-1').incidents).toMatchObject([{ change: 'opened', incident: { subject: 'm-1' } }]);
});

test('when the time is over, who did not come back is named, and only they are incidents', async () => {
  const { site, pcs, here, away } = await room(['m-1', 'm-2', 'm-3', 'm-4']);
  announce(site, ['m-1', 'm-2', 'm-3', 'm-4'], 10);
  for (const id of ['m-1', 'm-2', 'm-3']) away(id);
  site.clock.advance(MINUTE);
  pcs.get('m-1')!.restart();
  await here('m-1');
  // Shut down and switched on, with Fast Startup.
  pcs.get('m-3')!.resume();
  await here('m-3');
  site.clock.advance(8 * MINUTE);
  expect(tick(site).entries).toEqual([]);
  site.clock.advance(MINUTE);
  const over = tick(site);
  expect(over.incidents).toMatchObject([{ change: 'opened', incident: { rule: 'online', subject: 'm-2' } }]);
  expect(over.entries.find(({ body }) => body['act'] === 'restart-over')?.body).toEqual({
    act: 'restart-over',
    restart: 'r-1',
    room: 'A',
    back: ['m-1'],
    not_back: ['m-2'],
    same_start: ['m-3'],
    not_restarted: ['m-4'],
  });
});

test('it is over as soon as everybody is back', async () => {
  const { site, pcs, here, away } = await room(['m-1']);
  announce(site, ['m-1'], 60);
  away('m-1');
  pcs.get('m-1')!.restart();
  site.clock.advance(MINUTE);
  await here('m-1');
  tick(site);
  const [restart] = site.stages.restarts.list();
  expect(restart?.endedAt).toBeLessThanOrEqual(site.clock.now().wall);
  expect(site.stages.restarts.covers('m-1')).toBe(false);
});

test('a machine whose agent tells no starts is back when it speaks again', async () => {
  const site = testSite([machine('m-1')], [UPS], [ONLINE]);
  tick(site, [presence(site, 'm-1', true)]);
  announce(site, ['m-1']);
  tick(site, [presence(site, 'm-1', false)]);
  tick(site, [presence(site, 'm-1', true)]);
  tick(site);
  expect(states(site)).toEqual({ 'm-1': 'back' });
});

test('a restart of the collector in the middle of one forgets nothing', async () => {
  const { site, away } = await room(['m-1']);
  announce(site, ['m-1']);
  away('m-1');
  const [kept] = site.stages.restarts.list();
  const next = await room(['m-1']);
  next.site.stages.restarts.restore([kept!]);
  expect(next.site.stages.restarts.covers('m-1')).toBe(true);
  expect(next.site.stages.restarts.list()).toEqual([kept]);
});

test('the latest twenty that ended are listed, older ones are erased', async () => {
  const { site } = await room(['m-1']);
  const { restarts } = site.stages;
  for (let n = 0; n < 25; n += 1) {
    const { wall } = site.clock.now();
    const machines = { 'm-1': { boot: null, state: 'here' } } as const;
    restarts.begin({ id: `r-${n}`, room: 'A', by: 'a', at: wall, until: wall, endedAt: null, machines });
    tick(site);
  }
  expect(restarts.list()).toHaveLength(20);
  expect(restarts.list()[0]?.id).toBe('r-24');
});
