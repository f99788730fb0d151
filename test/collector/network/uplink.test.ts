import { pino } from 'pino';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { MeasureFacts } from '../../../agent/measure.ts';
import { createDrillBook, type Drill } from '../../../collector/drills/drill.ts';
import type { Measurement } from '../../../collector/gateway/measuring.ts';
import type { Rtt } from '../../../collector/gateway/roundTrips.ts';
import { createPeer } from '../../../collector/network/peer.ts';
import { createUplinkProofs } from '../../../collector/network/uplink.ts';
import { DEFAULT_PHASES, type Session } from '../../../collector/sessions/session.ts';
import { askPeer } from '../../../agent/protocols/peer.ts';
import { machine, testSite } from '../../fixtures/site.ts';

const MBIT = 1e6 / 8;
const DAY = 86_400_000;
const CARRIES = { down_bytes_per_second: 95 * MBIT, up_bytes_per_second: 30 * MBIT, down_seconds: 6, up_seconds: 6 };

/** A room with a spare that measures and two seats, and a real peer; the agent's figures are the test's. */
async function scene(more: { readonly isUpToo?: boolean } = {}) {
  const peer: Server = createPeer({ atOnce: 1, log: () => undefined });
  await new Promise<void>((resolve) => peer.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    peer.closeAllConnections();
    peer.close();
  });
  const url = `http://127.0.0.1:${(peer.address() as AddressInfo).port}`;
  const site = testSite(
    [machine('m-1'), machine('m-2'), machine('m-s', { role: 'spare' }), machine('m-x', { role: 'server' })],
    [],
  );
  const { state } = site.stages;
  for (const id of site.machines.keys()) {
    state.ensure(id, 'machine');
    state.witness(id, 'presence.online', true, site.clock.now());
  }
  state.ensure('room:A', 'room');
  const put: string[] = [];
  const book = createDrillBook([], {
    keep: async (kept) => void put.push(...kept.map(({ value }) => (value as Drill).outcome ?? 'running')),
    entry: (kind, subject, body) => ({ at: 0, monotonic: 0, kind, subject, rule: null, late: false, body }),
  });
  const asked: MeasureFacts[] = [];
  let answer = (_seen: Measurement): void => undefined;
  let rtts: ReadonlyMap<string, Rtt> = new Map();
  const say = (latest: number): void => {
    rtts = new Map([...site.machines.keys()].map((id) => [id, { p95: 0.02, latest }]));
  };
  say(0.02);
  const proofs = createUplinkProofs({
    settings: { url, kind: 'peer', tokenFile: null, caFile: null, validDays: 30 },
    book,
    state,
    machines: () => site.machines.values(),
    local: () => undefined,
    measure(_machine, _what, facts) {
      asked.push(facts);
      const done = new Promise<Measurement>((resolve) => (answer = resolve));
      return { done, stop: () => answer({ refused: 'stopped', message: 'it was stopped' }) };
    },
    rtts: () => rtts,
    sessions: () => site.sessions,
    times: DEFAULT_PHASES,
    target: { bytesPerSecond: 100 * MBIT, payloadRatio: 0.94, isUpToo: more.isUpToo ?? false },
    check: () => undefined,
    clock: site.clock,
    log: pino({ level: 'silent' }),
    pollMs: 20,
  });
  async function begin(): Promise<Drill> {
    const started = await proofs.start('A', 'tech');
    if ('refused' in started) throw new Error(JSON.stringify(started.refused));
    return started;
  }
  /** Until the agent is asked. */
  async function asks(): Promise<void> {
    for (let turn = 0; asked.length === 0; turn++) {
      if (turn > 500) throw new Error('the agent is not asked');
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
  const facts = (of: 'uplink' | 'line' = 'uplink'): unknown[] =>
    ['down_bytes_per_second', 'up_bytes_per_second', 'expires_seconds'].map((word) => {
      const subject = state.get(of === 'uplink' ? 'room:A' : 'm-x')!;
      return subject.values[state.catalogue.fact(`${of}.${word}`)!.index];
    });
  return { site, proofs, url, put, asked, begin, asks, say, facts, answer: (seen: Measurement) => answer(seen) };
}

function exam(startsAt: number): Session {
  const title = { zh: '考试', en: 'exam' };
  return { id: 's-e', kind: 'exam', title, rooms: ['A'], startsAt, endsAt: startsAt + 3_600_000, candidates: 40 };
}

describe('the proof of the line out', () => {
  it('counts a goodput of 95 Mbit/s as a line of 100, and tells the room and its server until its date', async () => {
    const { proofs, asked, begin, asks, answer, put, facts, site } = await scene();
    const { id } = await begin();
    await asks();
    expect(asked[0]).toMatchObject({ seconds: 8, turn: expect.stringMatching(/^[0-9a-f]{32}$/) as string });
    const over = proofs.over(id);
    answer({ result: CARRIES });
    const drill = (await over)!;
    expect(drill).toMatchObject({ outcome: 'proven', reasons: [], subject: 'room:A', measured: { machine: 'm-x' } });
    expect(drill.validUntil! - drill.endedAt!).toBe(30 * DAY);
    expect(put).toEqual(['running', 'proven']);
    expect(facts()).toEqual([95 * MBIT, 30 * MBIT, 30 * 86_400]);
    expect(facts('line')).toEqual(facts());
    site.clock.advance(31 * DAY);
    proofs.tick(site.clock.now());
    expect(facts()[2]).toBeLessThanOrEqual(0);
  });

  it('fails below the number, in the direction that is asked for', async () => {
    const slow = await scene();
    const first = await slow.begin();
    await slow.asks();
    const over = slow.proofs.over(first.id);
    slow.answer({ result: { ...CARRIES, down_bytes_per_second: 86 * MBIT } });
    expect(await over).toMatchObject({ outcome: 'failed', reasons: ['below-minimum'] });

    const both = await scene({ isUpToo: true });
    const second = await both.begin();
    await both.asks();
    const end = both.proofs.over(second.id);
    both.answer({ result: CARRIES });
    expect(await end).toMatchObject({ outcome: 'failed' });
  });

  it('is none when too little came, and then what was proven before still counts', async () => {
    const { proofs, begin, asks, answer, facts } = await scene();
    const { id } = await begin();
    await asks();
    const over = proofs.over(id);
    answer({ result: { ...CARRIES, down_bytes_per_second: null, down_why: 'it ended' } });
    expect(await over).toMatchObject({ outcome: 'none', reasons: ['too-short'], validUntil: null });
    expect(facts()).toEqual([null, null, null]);
  });

  it('is refused while an exam runs or a phase is near, and while another room is measured', async () => {
    const { site, proofs, begin } = await scene();
    const wrong = (): string[] => proofs.ready('A').checks.flatMap(({ word, ok }) => (ok ? [] : [word]));
    const { wall } = site.clock.now();
    site.sessions = [exam(wall - 60_000)];
    expect(wrong()).toEqual(['phase']);
    expect(await proofs.start('A', 'tech')).toHaveProperty('refused');
    site.sessions = [exam(wall + 60_000)];
    expect(wrong()).toEqual(['phase']);
    site.sessions = [exam(wall + 3 * DAY)];
    expect(wrong()).toEqual([]);
    const { id } = await begin();
    expect(proofs.ready('B').checks.find(({ word }) => word === 'idle')?.ok).toBe(false);
    expect(await proofs.stop(id)).toMatchObject({ outcome: 'none', reasons: ['stopped'] });
    expect(wrong()).toEqual([]);
  });

  it('is broken off when a phase begins', async () => {
    const { site, proofs, begin, asks } = await scene();
    site.sessions = [exam(site.clock.now().wall + 3 * 60_000)];
    const { id } = await begin();
    await asks();
    const over = proofs.over(id);
    proofs.tick(site.clock.now());
    site.clock.advance(3 * 60_000);
    proofs.tick(site.clock.now());
    expect(await over).toMatchObject({ outcome: 'none', reasons: ['phase'] });
  });

  it('is broken off when the other seats wait three times as long, twice in a row', async () => {
    const { site, proofs, begin, asks, say } = await scene();
    const { id } = await begin();
    await asks();
    const over = proofs.over(id);
    for (const latest of [0.5, 0.02, 0.5]) {
      say(latest);
      site.clock.advance(1_000);
      proofs.tick(site.clock.now());
    }
    expect(proofs.live(id)).toMatchObject({ step: 'measuring' });
    site.clock.advance(1_000);
    proofs.tick(site.clock.now());
    expect(await over).toMatchObject({ outcome: 'none', reasons: ['suffering'] });
  });

  it('waits for its turn at the peer, and gives it back', async () => {
    const { proofs, url, begin, asks, asked, answer } = await scene();
    const other = await askPeer({ url: new URL(url) }, 'POST', 'turns');
    const { id } = await begin();
    for (let turn = 0; proofs.live(id)?.ahead !== 1; turn++) {
      if (turn > 300) throw new Error('it does not wait');
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    expect(asked).toEqual([]);
    await askPeer({ url: new URL(url) }, 'DELETE', `turns/${String(other['turn'])}`);
    await asks();
    const over = proofs.over(id);
    answer({ result: CARRIES });
    await over;
    expect(await askPeer({ url: new URL(url) }, 'POST', 'turns')).toMatchObject({ ready: true });
  });
});
