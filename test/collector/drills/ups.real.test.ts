import { afterEach, expect, it, describe } from 'vitest';
import { pino } from 'pino';
import { buildCatalogue, loadProbes } from '../../../agent/catalogue.ts';
import { understand } from '../../../agent/probes/ups.ts';
import { NUT_TIMING, nutAddress, NutPoller, type NutState } from '../../../agent/protocols/nut.ts';
import { manualClock } from '../../../collector/clock.ts';
import { playbackTargetOf } from '../../../collector/drills/playbackFacts.ts';
import { createDrills, drillRow, type Drills, type KeptDrills } from '../../../collector/drills/drills.ts';
import type { Drill } from '../../../collector/drills/drill.ts';
import { hashOf } from '../../../collector/drills/drill.ts';
import type { EntryDraft, Kept, SeriesPoint } from '../../../collector/history/history.ts';
import type { Machine } from '../../../collector/identity/machine.ts';
import { createPlaces } from '../../../collector/identity/places.ts';
import { DEFAULT_PHASES, type Session } from '../../../collector/sessions/session.ts';
import { createState } from '../../../collector/state/state.ts';
import { WITNESSED } from '../../../collector/standard/witnessed.ts';
import { nutAvailable, startUpsd } from '../../fixtures/nut.ts';
import { until } from '../../fixtures/nutPrograms.ts';
import { q1Driver, startQ1 } from '../../fixtures/q1.ts';

/**
 * The real upsd and the real nutdrv_qx on a simulated Q1 UPS, which say each status; the time between two looks is the test's,
 * so that two hours pass in seconds. Beside the UPS itself only the clock, the machines and the record are made up.
 */
const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const server = (id: string, seat: string): Machine =>
  ({ id, seat, room: 'A', role: 'server', revoked: false }) as Machine;
const MACHINES = new Map([server('m-s1', 'S1'), server('m-s2', 'S2')].map((machine) => [machine.id, machine]));
const MINUTE = 60_000;
const NO_CAMERAS: Parameters<typeof createDrills>[2] = {
  devices: [],
  reader: () => undefined,
  measure: () => ({ done: Promise.reject(new Error('nothing is measured here')), stop: () => undefined }),
  times: DEFAULT_PHASES,
  target: playbackTargetOf({ rules: [] }),
};

async function stage(kept: KeptDrills = { drills: [], courses: [], samples: [] }, clock = manualClock()) {
  const catalogue = buildCatalogue(await loadProbes(), WITNESSED);
  const state = createState(catalogue);
  const device = {
    id: 'ups-1',
    kind: 'ups',
    room: 'A',
    url: 'nut://127.0.0.1/qx',
    feeds: ['A/S1', 'A/S2'],
    options: {
      battery_installed: '2026-01-01',
      battery_volts: [66, 80],
      runtime_seconds: [3_000, 7_200],
      runtime_loads: [1, 0.5],
    },
  };
  const places = createPlaces(MACHINES, [device], () => 'm-gate');
  state.ensure('ups-1', 'device');
  for (const id of MACHINES.keys()) {
    state.ensure(id, 'machine');
    state.witness(id, 'presence.online', true, clock.now());
  }
  const record = {
    kept: new Map<string, Kept>(),
    entries: [] as EntryDraft[],
    day: dayOnMains(clock.now().wall),
    sessions: [] as Session[],
  };
  const drills = createDrills(
    kept,
    {
      state,
      places,
      history: { series: async () => record.day },
      sessions: () => record.sessions,
      afterMs: 3_600_000,
      targetSeconds: 7_200,
      changed: () => undefined,
      clock,
      log: pino({ level: 'silent' }),
      write: {
        check: () => undefined,
        keep: async (rows, entries) => {
          for (const row of rows) record.kept.set(`${row.kind} ${row.id}`, structuredClone(row));
          record.entries.push(...entries);
        },
        entry: (kind, subject, body) => ({
          at: clock.now().wall,
          monotonic: clock.now().monotonic,
          kind,
          subject,
          rule: null,
          late: false,
          body,
        }),
      },
    },
    NO_CAMERAS,
  );
  return { clock, state, drills, record, tell };

  /** What the poller told, as the frame of an agent would. */
  function tell({ comm, status, variables }: NutState): void {
    const now = clock.now();
    const facts =
      status === null
        ? { reachable: false, comm }
        : { reachable: true, comm, ...understand(status, variables), charge_ratio: 1 };
    const named = Object.fromEntries(Object.entries(facts).map(([word, value]) => [`ups.${word}`, value]));
    state.apply({
      kind: 'frame',
      machine: 'm-gate',
      received: now,
      moment: now,
      clockOffsetSeconds: 0,
      frame: {
        type: 'frame',
        lane: 'live',
        stream: 's',
        seq: 1,
        at: now.wall,
        monotonic: now.monotonic,
        asked: { 'device:ups-1': { ups: [0, 1, 'ok'] } },
        facts: { 'device:ups-1': named },
      },
    });
  }
}

function dayOnMains(wall: number): SeriesPoint[] {
  return Array.from({ length: 1_440 }, (_, minute) => ({
    at: wall - (1_440 - minute) * MINUTE,
    fact: 'ups.on_battery',
    min: 0,
    mean: 0,
    max: 0,
  }));
}

async function readyStage(kept?: KeptDrills, clock?: ReturnType<typeof manualClock>) {
  const all = await stage(kept, clock);
  const q1 = await startQ1();
  ends.push(() => q1.stop());
  const upsd = await startUpsd({ ups: [{ name: 'qx', driver: q1Driver(q1.tty) }] });
  ends.push(() => upsd.stop());
  let last: NutState | null = null;
  const poller = new NutPoller(
    { ...nutAddress(upsd.url('qx'))!, tls: undefined } as never,
    { ...NUT_TIMING, pollMs: 5, freshMs: 5, variablesMs: 200, clock: () => performance.now() },
    (state) => (last = state),
  );
  poller.start();
  ends.push(() => poller.stop());
  const seen = (status: string): Promise<unknown> =>
    until(status, 15_000, () => last?.status === status && last.variables !== null);
  /** Time passes in steps of `stepMs`; in each the driver's latest word is told and a beat goes by. */
  const pass = (seconds: number, stepMs = 4_000): void => {
    for (let left = seconds * 1_000; left > 0; left -= stepMs) {
      all.clock.advance(stepMs);
      if (last) all.tell(last);
      for (const id of MACHINES.keys()) all.state.witness(id, 'presence.online', true, all.clock.now());
      all.state.expire(all.clock.now());
      all.drills.ups.tick(all.clock.now());
    }
  };
  /** The driver believes new volts each three seconds. */
  const cut = async (batteryVolts: number): Promise<void> => {
    q1.set({ isOnBattery: true, inputVolts: 0, batteryVolts });
    const isCut = (): boolean => last?.status === 'OB' && Number(last.variables?.get('input.voltage') ?? 1) === 0;
    await until('the mains are gone', 15_000, isCut);
  };
  await seen('OL');
  pass(8);
  return { ...all, q1, upsd, seen, pass, cut };
}

const valueOf = (stageOf: Awaited<ReturnType<typeof stage>>, machine: string, fact: string): unknown => {
  const { state } = stageOf;
  return state.get(machine)?.values[state.catalogue.fact(fact)!.index];
};

async function begin(drills: Drills): Promise<Drill> {
  const started = await drills.ups.start('ups-1', 0.4, 'u-1');
  if ('refused' in started) throw new Error(JSON.stringify(started.refused.filter(({ ok }) => !ok)));
  return started;
}

describe.skipIf(!nutAvailable('q1'))('a drill at the real driver of a Q1 UPS', () => {
  it(
    'of two hours is proven, kept with its curve, told to both servers, and ends with its date or another battery',
    { timeout: 90_000 },
    async () => {
      const on = await readyStage();
      const { drills, q1, seen, pass, record, clock, cut } = on;
      const { id } = await begin(drills);
      expect(drills.ups.live(id)).toMatchObject({ call: 'open', seconds: 0 });
      expect(await drills.ups.start('ups-1', 0.4, 'u-1')).toMatchObject({
        refused: expect.arrayContaining([expect.objectContaining({ word: 'idle', ok: false })]),
      });
      await cut(74);
      pass(4);
      expect(drills.ups.live(id)).toMatchObject({
        call: 'wait',
        away: [],
        gaps: 0,
        look: { batteryVolts: 74, load: 0.4 },
      });
      pass(7_100 - drills.ups.live(id)!.seconds);
      expect(drills.ups.live(id)?.call).toBe('wait');
      pass(400);
      expect(drills.ups.live(id)?.call).toBe('mayRestore');
      q1.set({ isOnBattery: false, inputVolts: 221 });
      await seen('OL');
      pass(8);
      const drill = drills.book.get(id)!;
      expect(drill).toMatchObject({
        outcome: 'proven',
        reasons: ['restored'],
        measured: { servers: ['m-s1', 'm-s2'], gaps: 0, load_mean_ratio: 0.4 },
      });
      expect(drill.measured['seconds']).toBeGreaterThanOrEqual(7_200);
      const samples = drills.ups.samples(id);
      expect(samples.length).toBeGreaterThan(1_400);
      expect(drill.samplesHash).toBe(hashOf(samples));
      expect(record.entries.map(({ kind, body }) => [kind, body['change']])).toEqual([
        ['drill', 'started'],
        ['drill', 'on-battery'],
        ['drill', 'reached'],
        ['drill', 'ended'],
      ]);
      expect(record.entries.at(-1)!.body).toMatchObject({
        outcome: 'proven',
        by: 'u-1',
        samplesHash: drill.samplesHash,
      });
      for (const machine of MACHINES.keys()) {
        expect(valueOf(on, machine, 'proof.ups_seconds')).toBe(drill.measured['seconds']);
        expect(valueOf(on, machine, 'proof.ups_expires_seconds')).toBe(365 * 86_400);
      }
      // Everything came back from what was kept, piece by piece.
      const rows = (kind: string): [string, never][] =>
        [...record.kept.values()].filter((row) => row.kind === kind).map((row) => [row.id, row.value as never]);
      const { drills: again } = await stage({
        drills: rows('drill').map(([, value]) => value),
        courses: rows('drill-course'),
        samples: rows('drill-samples'),
      });
      expect(again.ups.samples(id)).toEqual(samples);
      expect(again.book.decisive('ups', 'ups-1')).toEqual(drill);
      // More load than was proven: what was proven is not of now.
      q1.set({ loadPercent: 60 });
      await until('the load', 15_000, () => {
        pass(60);
        return valueOf(on, 'm-s1', 'proof.ups_expires_seconds') === 0;
      });
      q1.set({ loadPercent: 40 });
      clock.advance(366 * 86_400_000);
      pass(8);
      expect(valueOf(on, 'm-s1', 'proof.ups_expires_seconds')).toBeLessThanOrEqual(0);
    },
  );

  it(
    'that runs out before is failed, says so loudly at the low battery, and a cut-short one after it changes nothing',
    { timeout: 90_000 },
    async () => {
      const on = await readyStage();
      const { drills, q1, seen, pass, cut } = on;
      const { id } = await begin(drills);
      await cut(72);
      pass(3_600);
      q1.set({ isBatteryLow: true, batteryVolts: 66 });
      await seen('OB LB');
      pass(8);
      expect(drills.ups.live(id)).toMatchObject({
        call: 'restoreNow',
        text: { en: expect.stringContaining('BATTERY LOW') },
      });
      q1.set({ isOnBattery: false, isBatteryLow: false, inputVolts: 221 });
      await seen('OL');
      pass(8);
      const failed = drills.book.get(id)!;
      expect(failed).toMatchObject({ outcome: 'failed', reasons: expect.arrayContaining(['restored', 'low-battery']) });
      expect(drillRow(failed).reasonTexts.map(({ en }) => en)).toContain('The UPS said that its battery is low');
      expect(valueOf(on, 'm-s1', 'proof.ups_seconds')).toBe(failed.measured['seconds']);
      expect(Number(failed.measured['seconds'])).toBeLessThan(3_700);
      const second = await begin(drills);
      await cut(74);
      pass(1_200);
      const stopped = await drills.ups.stop(second.id, 'u-1');
      expect(stopped).toMatchObject({
        outcome: 'projected',
        reasons: ['stopped'],
        measured: { projected_by: 'drill' },
      });
      expect(drillRow(stopped!).projection?.en).toContain('No proof');
      expect(valueOf(on, 'm-s1', 'proof.ups_seconds')).toBe(failed.measured['seconds']);
    },
  );

  it('survives a restart of the collector in its midst, with the gap said', { timeout: 90_000 }, async () => {
    const on = await readyStage();
    const { drills, pass, record, clock, cut } = on;
    const { id } = await begin(drills);
    await cut(74);
    pass(400);
    const rows = (kind: string): [string, never][] =>
      [...record.kept.values()].filter((row) => row.kind === kind).map((row) => [row.id, row.value as never]);
    clock.advance(60_000);
    const kept = {
      drills: rows('drill').map(([, value]) => value),
      courses: rows('drill-course'),
      samples: rows('drill-samples'),
    };
    const next = await stage(kept, clock);
    const told = {
      comm: 'ok',
      message: '',
      status: 'OB',
      variables: new Map([
        ['ups.load', '40'],
        ['input.voltage', '0'],
      ]),
    } as const;
    next.tell(told);
    next.drills.ups.tick(clock.now());
    expect(next.drills.ups.live(id)).toMatchObject({ gaps: 1 });
    expect(next.record.entries.map(({ body }) => [body['change'], body['gap_seconds']])).toEqual([
      ['gap', expect.any(Number)],
    ]);
    for (let step = 0; step < 1_800; step++) {
      clock.advance(4_000);
      next.tell(told);
      next.drills.ups.tick(clock.now());
    }
    expect(await next.drills.ups.stop(id, 'u-1')).toMatchObject({
      outcome: 'none',
      reasons: expect.arrayContaining(['gap']),
    });
  });

  it('is refused, condition by condition, with what was seen', { timeout: 90_000 }, async () => {
    const { drills, q1, record, seen, pass, state, clock } = await readyStage();
    const open = async (load = 0.4): Promise<readonly string[]> =>
      (await drills.ups.ready('ups-1', load)).checks.filter(({ ok }) => !ok).map(({ word }) => word);
    expect(await open()).toEqual([]);
    expect(await open(0.6)).toEqual(['load']);
    const { wall } = clock.now();
    const exam = { id: 's-1', kind: 'exam', title: { zh: '考', en: 'exam' }, rooms: ['A'], candidates: 40 } as const;
    record.sessions.push({ ...exam, startsAt: wall + 10 * 3_600_000, endsAt: wall + 12 * 3_600_000 });
    expect(await open()).toEqual(['sessions']);
    record.sessions[0] = { ...exam, startsAt: wall + 20 * 3_600_000, endsAt: wall + 22 * 3_600_000 };
    record.day[700] = { ...record.day[700]!, max: 1 };
    expect(await open()).toEqual(['rested']);
    record.day.splice(100, 500);
    expect(await open()).toEqual(['rested']);
    record.day = dayOnMains(wall);
    state.witness('m-s2', 'presence.online', false, clock.now());
    expect(await open()).toEqual(['servers']);
    pass(4);
    q1.set({ isTesting: true });
    await seen('OL CAL').catch(() => undefined);
    pass(4);
    expect(await open()).toEqual(expect.arrayContaining(['mains']));
    expect((await drills.ups.ready('ups-9', 0.4)).checks.filter(({ ok }) => !ok).map(({ word }) => word)).toEqual(
      expect.arrayContaining(['device', 'servers', 'readable', 'charge']),
    );
  });
});
