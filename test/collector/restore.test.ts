import { expect, test } from 'vitest';
import type { Effects } from '../../collector/beat.ts';
import { manualClock, type Moment } from '../../collector/clock.ts';
import type { Arrival } from '../../collector/gateway/arrival.ts';
import type { Restored } from '../../collector/history/history.ts';
import { endOf, keptOf, replay, restoreStages } from '../../collector/restore.ts';
import { collectorIn } from '../fixtures/collector.ts';
import { frame, rule, RULES, settle, testSite, tick, UPS as TEST_UPS } from '../fixtures/site.ts';

const UPS = 'devices: [{ id: ups-1, kind: ups, url: "nut://127.0.0.1:1/exam", room: A }]';

test('a device of the settings that nobody reads is unknown, and after ten seconds an incident', async () => {
  const clock = manualClock();
  const collector = await collectorIn({ settings: UPS, clock, beats: false });
  collector.beat();
  const mains = async () => (await collector.app.inject({ url: '/api/v1/verdicts?rule=mains' })).json().verdicts;
  expect(await mains()).toMatchObject([{ subject: 'ups-1', room: 'A', state: 'unknown', cause: 'missing' }]);
  expect((await collector.app.inject({ url: '/api/v1/readiness' })).json().rooms).toMatchObject([
    { room: 'A', readiness: 'unknown' },
  ]);
  clock.advance(11_000);
  collector.beat();
  const { incidents } = (await collector.app.inject({ url: '/api/v1/incidents' })).json();
  expect(incidents).toMatchObject([{ kind: 'unreadable', rule: 'mains', subject: 'ups-1', urgency: 'urgent' }]);
});

const GIB = 2 ** 30;

/** A journal with these beats, of which the record reflects none. */
function journalOf(beats: readonly { readonly now: Moment; readonly arrivals: readonly Arrival[] }[]) {
  return {
    last: () => beats.length,
    async *replay(fromN: number) {
      for (const [index, beat] of beats.entries()) {
        if (index + 1 >= fromN) yield { n: index + 1, text: JSON.stringify(beat) };
      }
    },
  };
}

test('a beat that the record has not is judged with what was fresh then, however long the collector was away', async () => {
  const both = rule(
    'both',
    ['memory.installed_bytes', 'network.speed_bytes_per_second'],
    (bytes, speed) => Number(bytes) / GIB > Number(speed),
  );
  const fresh = () => testSite(undefined, [TEST_UPS], [...RULES, both]);
  const site = fresh();
  settle(site, 'm-1', { '': { 'memory.installed_bytes': 8 * GIB, 'network.speed_bytes_per_second': 1 } });
  const { state, compliance } = site.stages;
  const kept = new Map<string, Map<string, unknown>>([
    ['state', new Map([['m-1', state.snapshot(state.get('m-1')!)]])],
    ['verdicts', new Map([['m-1', compliance.snapshot('m-1')]])],
  ]);
  const moment = site.clock.now();
  const restored: Restored = { kept, judgedTo: 0, stateTo: 0, moment, lastEntry: 1 };
  site.clock.advance(3_000);
  const said = frame(site, 'm-1', { '': { 'memory.installed_bytes': 1 * GIB } });
  const journal = journalOf([{ now: site.clock.now(), arrivals: [said] }]);

  const next = fresh();
  next.clock.advance(site.clock.now().monotonic + 3_600_000);
  restoreStages(next.stages, keptOf(restored), moment);
  const effects: (Effects | null)[] = [];
  await replay({
    journal: journal as unknown as Parameters<typeof replay>[0]['journal'],
    restored,
    kept: keptOf(restored),
    beat: next.beat,
    gateway: { mark: () => undefined },
    recorder: { replayed: (_n, _raw, made) => void effects.push(made) },
  });
  const entries = effects.flatMap((made) => made?.entries ?? []);
  expect(entries.filter(({ rule }) => rule === 'both')).toMatchObject([
    { at: said.received.wall, body: { state: 'broken', before: 'holds' } },
  ]);
  // An hour later it is not fresh any more.
  tick(next);
  expect(next.stages.compliance.of('m-1').find((verdict) => verdict.rule === 'both')?.state).toBe('unknown');
});

test('the time line goes on after the last beat of the journal, also where the record ends before it', async () => {
  const beats = [1_000, 2_000].map((monotonic) => ({ now: { wall: monotonic, monotonic }, arrivals: [] }));
  expect(await endOf(journalOf(beats), { wall: 500, monotonic: 500 })).toEqual({ wall: 2_000, monotonic: 2_000 });
  expect(await endOf(journalOf(beats), { wall: 2_500, monotonic: 2_500 })).toEqual({ wall: 2_500, monotonic: 2_500 });
  expect(await endOf(journalOf([]), null)).toBeNull();
});
