import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import type { MeasureFacts } from '../../../agent/measure.ts';
import { probe as camera } from '../../../agent/probes/camera.ts';
import { NO_STATEMENTS } from '../../../collector/compliance/statement.ts';
import { createDrillBook, type Drill } from '../../../collector/drills/drill.ts';
import { drillRow } from '../../../collector/drills/drills.ts';
import { createPlaybackProofs } from '../../../collector/drills/playback.ts';
import type { Measurement } from '../../../collector/gateway/measuring.ts';
import type { SiteDevice } from '../../../collector/identity/machine.ts';
import { DEFAULT_PHASES, type Session } from '../../../collector/sessions/session.ts';
import { machine, PROBES, RULES, testSite } from '../../fixtures/site.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;
const TARGET = { leastWidth: 1280, leastHeight: 720, mostClockOffsetSeconds: 60, validSeconds: 30 * 86_400 };
const PROVEN = { result: 'PROVEN', reasons: [], way: 'onvif', time: 'stream', video_seconds: 60, width_pixels: 1920 };

const channel = (id: string, number: number): SiteDevice => ({
  id,
  kind: 'camera',
  room: 'A',
  url: 'rtsp://10.0.0.6',
  recorder: 'nvr-1',
  channel: number,
  feeds: [],
});
const CAMERAS = [channel('nvr-1-1', 1), channel('nvr-1-2', 2)];

/** A room with a gateway that reads two channels of a recorder; what it answers is the test's. */
function scene(kept: readonly Drill[] = [], cameras = CAMERAS) {
  const site = testSite([machine('m-g', { role: 'gateway' })], cameras, RULES, NO_STATEMENTS, [...PROBES, camera]);
  site.sessions = [];
  const { state } = site.stages;
  state.ensure('m-g', 'machine');
  state.witness('m-g', 'presence.online', true, site.clock.now());
  for (const { id } of cameras) state.ensure(id, 'device');
  const entries: string[] = [];
  const book = createDrillBook(kept, {
    keep: async (_kept, drafts) =>
      void entries.push(...drafts.map(({ subject, body }) => `${subject} ${(body as { change: string }).change}`)),
    entry: (kind, subject, body) => ({ at: 0, monotonic: 0, kind, subject, rule: null, late: false, body }),
  });
  const asked: MeasureFacts[] = [];
  let answer = (_seen: Measurement): void => undefined;
  const proofs = createPlaybackProofs({
    book,
    state,
    devices: cameras,
    reader: () => 'm-g',
    measure(_machine, _what, facts) {
      asked.push(facts);
      const done = new Promise<Measurement>((resolve) => (answer = resolve));
      return { done, stop: () => answer({ refused: 'stopped', message: 'it was stopped' }) };
    },
    sessions: () => site.sessions,
    times: DEFAULT_PHASES,
    target: TARGET,
    check: () => undefined,
    clock: site.clock,
    log: pino({ level: 'silent' }),
    busyMs: 5,
  });
  /** Until the reader was asked so many times. */
  async function asks(times: number): Promise<void> {
    for (let turn = 0; asked.length < times; turn++) {
      if (turn > 500) throw new Error(`the reader was asked ${asked.length} times`);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }
  async function begin(ids: readonly string[], at: number | null = null): Promise<readonly Drill[]> {
    const started = await proofs.start(ids, at, 'tech');
    if ('refused' in started) throw new Error(JSON.stringify(started.refused));
    return started.drills;
  }
  const facts = (id: string): unknown[] =>
    ['result', 'expires_seconds', 'just_recorded'].map(
      (word) => state.get(id)!.values[state.catalogue.fact(`playback.${word}`)!.index],
    );
  /** A beat each minute, as the collector has it, with what the cameras say. */
  function live(minutes: number, recording: boolean): void {
    for (let minute = 0; minute < minutes; minute++) {
      site.clock.advance(MINUTE);
      for (const { id } of cameras) state.witness(id, 'camera.recording', recording, site.clock.now());
      proofs.tick(site.clock.now());
    }
  }
  return { site, proofs, book, entries, asked, asks, begin, facts, live, answer: (seen: Measurement) => answer(seen) };
}

function exam(startsAt: number): Session {
  const title = { zh: '考试', en: 'exam' };
  return { id: 's-e', kind: 'exam', title, rooms: ['B'], startsAt, endsAt: startsAt + 3_600_000, candidates: 40 };
}

describe('the proof of playback', () => {
  it('asks the reader for the stated minute as large as the rule says, and tells the camera until its date', async () => {
    const { site, proofs, begin, asks, asked, answer, facts, entries } = scene();
    const at = site.clock.now().wall - 3_600_000;
    const [drill] = await begin(['nvr-1-1'], at);
    await asks(1);
    expect(asked[0]).toEqual({
      device: 'nvr-1-1',
      from: at,
      to: at + MINUTE,
      least_width_pixels: 1280,
      least_height_pixels: 720,
      most_clock_offset_seconds: 60,
    });
    const over = proofs.over(drill!.id);
    answer({ result: PROVEN });
    expect(await over).toMatchObject({
      outcome: 'proven',
      subject: 'nvr-1-1',
      startedBy: 'tech',
      measured: { machine: 'm-g', from: at, result: 'PROVEN', width_pixels: 1920, time: 'stream' },
    });
    expect(facts('nvr-1-1')).toEqual(['proven', 30 * 86_400, null]);
    expect(entries).toEqual(['nvr-1-1 started', 'nvr-1-1 ended']);
    site.clock.advance(31 * DAY);
    proofs.tick(site.clock.now());
    expect(facts('nvr-1-1').slice(0, 1)).toEqual(['expired']);
  });

  it('takes by itself a minute that every recorder lists: a whole one, twenty minutes old', async () => {
    const { site, begin, asks, asked } = scene();
    await begin(['nvr-1-1']);
    await asks(1);
    const age = site.clock.now().wall - (asked[0]!['from'] as number);
    expect(age).toBeGreaterThanOrEqual(20 * MINUTE);
    expect(age).toBeLessThan(21 * MINUTE);
    expect((asked[0]!['from'] as number) % MINUTE).toBe(0);
  });

  it('says of a clip that falls short why, in words, and of one of the last 15 minutes that it was recorded', async () => {
    const { site, proofs, begin, asks, answer, facts } = scene();
    const recent = site.clock.now().wall - 5 * MINUTE;
    const [drill] = await begin(['nvr-1-1'], recent);
    await asks(1);
    const over = proofs.over(drill!.id);
    answer({ result: { ...PROVEN, result: 'FAILED', reasons: ['no-sound', 'too-short', 'not-a-word'] } });
    const failed = (await over)!;
    expect(failed).toMatchObject({ outcome: 'failed', reasons: ['no-sound', 'too-short'] });
    expect(drillRow(failed).reasonTexts.map(({ zh }) => zh)).toEqual(['放出来没有声音', '放出来的比要求的短']);
    expect(facts('nvr-1-1')).toEqual(['failed', 30 * 86_400, null]);
    const [second] = await begin(['nvr-1-2'], recent);
    await asks(2);
    const end = proofs.over(second!.id);
    answer({ result: PROVEN });
    await end;
    expect(facts('nvr-1-2')).toEqual(['proven', 30 * 86_400, true]);
    site.clock.advance(12 * MINUTE);
    proofs.tick(site.clock.now());
    expect(facts('nvr-1-2')[2]).toBe(null);
  });

  it('is none where the minute cannot be known, and what was proven before then counts no more', async () => {
    const { site, proofs, begin, asks, answer, facts } = scene();
    const results: readonly Measurement[] = [
      { result: PROVEN },
      { result: { ...PROVEN, result: 'UNPROVABLE', reasons: ['time-unknown'], time: 'unknown' } },
    ];
    for (const [index, result] of results.entries()) {
      site.clock.advance(MINUTE);
      const [drill] = await begin(['nvr-1-1']);
      await asks(index + 1);
      const over = proofs.over(drill!.id);
      answer(result);
      await over;
    }
    expect(facts('nvr-1-1')).toEqual(['unprovable', null, null]);
  });

  it('leaves what was proven before where the recorder could not be asked, and says why', async () => {
    const { site, proofs, begin, asks, answer, facts } = scene();
    const [first] = await begin(['nvr-1-1']);
    await asks(1);
    const over = proofs.over(first!.id);
    answer({ result: PROVEN });
    await over;
    site.clock.advance(MINUTE);
    const [second] = await begin(['nvr-1-1']);
    await asks(2);
    const end = proofs.over(second!.id);
    answer({ refused: 'failed', message: 'refused: nobody at 10.0.0.6:554' });
    expect(await end).toMatchObject({
      outcome: 'none',
      reasons: ['not-asked'],
      measured: { why: 'refused: nobody at 10.0.0.6:554' },
    });
    expect(facts('nvr-1-1')[0]).toBe('proven');
  });

  it('fetches one clip at a time, and asks again when the reader measures something else', async () => {
    const { proofs, begin, asks, asked, answer } = scene();
    const [first, second] = await begin(['nvr-1-1', 'nvr-1-2']);
    await asks(1);
    expect([proofs.ahead(first!.id), proofs.ahead(second!.id)]).toEqual([0, 1]);
    answer({ refused: 'busy', message: 'it measures something else' });
    await asks(2);
    expect(asked.map(({ device }) => device)).toEqual(['nvr-1-1', 'nvr-1-1']);
    const over = proofs.over(first!.id);
    answer({ result: PROVEN });
    await over;
    await asks(3);
    expect(asked[2]).toMatchObject({ device: 'nvr-1-2' });
    const end = proofs.over(second!.id);
    expect(await proofs.stop(second!.id)).toMatchObject({ outcome: 'none', reasons: ['stopped'] });
    await end;
    expect(proofs.ahead(second!.id)).toBe(null);
  });

  it('is refused during an exam anywhere, near one, twice at once, for a minute to come, or without a reader', async () => {
    const { site, proofs, begin } = scene();
    const wrong = (at: number | null = null): string[] =>
      proofs.ready('nvr-1-1', at).flatMap(({ word, ok }) => (ok ? [] : [word]));
    const { wall } = site.clock.now();
    expect(wrong()).toEqual([]);
    site.sessions = [exam(wall - MINUTE)];
    expect(wrong()).toEqual(['phase']);
    expect(await proofs.start(['nvr-1-1'], null, 'tech')).toHaveProperty('refused');
    site.sessions = [exam(wall + 4 * MINUTE)];
    expect(wrong()).toEqual(['phase']);
    site.sessions = [exam(wall + DAY)];
    expect(wrong(wall)).toEqual(['minute']);
    await begin(['nvr-1-1']);
    expect(wrong()).toEqual(['idle']);
    site.stages.state.witness('m-g', 'presence.online', false, site.clock.now());
    expect(wrong()).toEqual(['reader', 'idle']);
    expect(proofs.ready('ups-1', null).find(({ word }) => word === 'camera')?.ok).toBe(false);
  });

  it('is broken off with all that wait when an exam begins', async () => {
    const { site, proofs, begin, asks } = scene();
    site.sessions = [exam(site.clock.now().wall + 10 * MINUTE)];
    const drills = await begin(['nvr-1-1', 'nvr-1-2']);
    await asks(1);
    const over = Promise.all(drills.map(({ id }) => proofs.over(id)));
    site.clock.advance(5 * MINUTE);
    proofs.tick(site.clock.now());
    expect(proofs.ahead(drills[0]!.id)).toBe(0);
    site.clock.advance(5 * MINUTE);
    proofs.tick(site.clock.now());
    expect((await over).map((drill) => [drill!.outcome, drill!.reasons])).toEqual([
      ['none', ['phase']],
      ['none', ['phase']],
    ]);
  });

  it('counts for nothing when the settings name another recorder, and one that a restart cut off is ended', async () => {
    const old: Drill = {
      id: 'd-old',
      kind: 'playback',
      subject: 'nvr-1-1',
      startedAt: 0,
      startedBy: 'tech',
      endedAt: 1,
      outcome: 'proven',
      reasons: [],
      validUntil: Date.now() + 365 * DAY,
      measured: { result: 'PROVEN', source: 'rtsp://10.0.0.9 1' },
      samplesHash: null,
    };
    const cut: Drill = { ...old, id: 'd-cut', subject: 'nvr-1-2', endedAt: null, outcome: null, measured: {} };
    const { site, proofs, book, facts } = scene([old, cut]);
    proofs.tick(site.clock.now());
    expect(facts('nvr-1-1')).toEqual([null, null, null]);
    expect(book.get('d-cut')).toMatchObject({ outcome: 'none', reasons: ['restarted'] });
  });
});

describe('without being asked', () => {
  it('each camera is played back once, after 25 minutes of recording, and again before the proof runs out', async () => {
    const { site, proofs, live, asked, asks, answer, book } = scene();
    live(10, false);
    live(25, true);
    expect(asked).toEqual([]);
    for (const turn of [1, 2]) {
      live(2, true);
      await asks(turn);
      const over = proofs.over(book.all().find(({ endedAt }) => endedAt === null)!.id);
      answer({ result: PROVEN });
      expect(await over).toMatchObject({ outcome: 'proven', startedBy: 'collector' });
    }
    expect(new Set(asked.map(({ device }) => device))).toEqual(new Set(['nvr-1-1', 'nvr-1-2']));
    live(60, true);
    site.clock.advance(20 * DAY);
    live(30, true);
    expect(asked).toHaveLength(2);
    site.clock.advance(7 * DAY);
    live(30, true);
    await asks(3);
  });

  it('nothing is fetched while an exam runs, or is to come within half an hour', async () => {
    const { site, live, asked, asks } = scene();
    site.sessions = [exam(site.clock.now().wall + 50 * MINUTE)];
    live(49, true);
    expect(asked).toEqual([]);
    live(60, true);
    expect(asked).toEqual([]);
    live(2, true);
    await asks(1);
  });

  it('what failed is tried again a day later, and not before', async () => {
    const { site, proofs, live, asked, asks, answer, book } = scene([], [CAMERAS[0]!]);
    live(28, true);
    await asks(1);
    const over = proofs.over(book.all()[0]!.id);
    answer({ refused: 'failed', message: 'unauthorized: 401' });
    await over;
    live(120, true);
    expect(asked).toHaveLength(1);
    site.clock.advance(DAY);
    live(1, true);
    await asks(2);
  });
});
