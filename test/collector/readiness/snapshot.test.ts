import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { canonical } from '../../../collector/history/canonical.ts';
import { changesBetween, type Snapshot } from '../../../collector/readiness/snapshot.ts';
import { createMoments } from '../../../collector/readiness/moments.ts';
import { DEFAULT_PHASES, type Session } from '../../../collector/sessions/session.ts';
import { frame, machine, settle, testSite, tick, type TestSite } from '../../fixtures/site.ts';

const MINUTE = 60_000;
const GIB = 2 ** 30;
const sound = { '': { 'memory.installed_bytes': 8 * GIB, 'network.wired': true } };
const exam = (startsAt: number, more: Partial<Session> = {}): Session => ({
  id: 's-exam',
  kind: 'exam',
  title: { zh: '考', en: 'exam' },
  rooms: ['A'],
  startsAt,
  endsAt: startsAt + 90 * MINUTE,
  candidates: 1,
  ...more,
});

test('a session is frozen at T-60, T-15, its start and its end, each once, also over a restart', () => {
  const session = exam(1_000 * MINUTE);
  const told: string[] = [];
  let moments = createMoments(DEFAULT_PHASES);
  for (let minute = 900; minute < 1_200; minute += 1) {
    for (const { moment } of moments.due([session], minute * MINUTE)) told.push(`${moment} ${minute - 1_000}`);
    const kept = [...moments.takeKept()].flatMap(([id, keys]) => (keys ? [[id, keys] as const] : []));
    if (minute % 10 === 5 && kept.length === 0) continue;
    const next = createMoments(DEFAULT_PHASES);
    next.restore(kept.length > 0 ? kept : [['s-exam', told.map((row) => keyOf(row, session))]]);
    moments = next;
  }
  expect(told).toEqual(['before -60', 'fifteen -15', 'start 0', 'end 90']);
});

function keyOf(row: string, { startsAt }: Session): string {
  const [moment, minutes] = row.split(' ');
  return `${moment}@${startsAt + Number(minutes) * MINUTE}`;
}

test('of moments that passed while the collector was away the latest is still taken, and those before it never', () => {
  const moments = createMoments(DEFAULT_PHASES);
  const session = exam(1_000 * MINUTE);
  expect(moments.due([session], 990 * MINUTE).map(({ moment }) => moment)).toEqual(['fifteen']);
  expect(createMoments(DEFAULT_PHASES).due([session], 2_000 * MINUTE)).toEqual([]);
});

test('a session that is moved is frozen at its new moments; one that is called off, and an assessment, at none before the end', () => {
  const moments = createMoments(DEFAULT_PHASES);
  moments.due([exam(1_000 * MINUTE)], 945 * MINUTE);
  expect(moments.due([exam(1_100 * MINUTE)], 950 * MINUTE)).toEqual([]);
  expect(moments.due([exam(1_100 * MINUTE)], 1_040 * MINUTE).map(({ moment }) => moment)).toEqual(['before']);
  expect(moments.due([exam(1_100 * MINUTE, { cancelledAt: 1 })], 1_100 * MINUTE)).toEqual([]);
  const assessment = exam(0, { id: 's-2', kind: 'assessment', endsAt: 50 * MINUTE });
  expect(moments.due([assessment], 50 * MINUTE).map(({ moment }) => moment)).toEqual(['end']);
});

/** Snapshots that a beat wrote. */
function frozen(site: TestSite, arrivals: Parameters<typeof tick>[1] = []): readonly Snapshot[] {
  return tick(site, arrivals)
    .entries.filter(({ kind }) => kind === 'snapshot')
    .map(({ body }) => body as unknown as Snapshot);
}

function prepared(): TestSite {
  const site = testSite([machine('m-1', { seat: '7' })], []);
  site.sessions = [exam(site.clock.now().wall + 100 * MINUTE)];
  settle(site, 'm-1', sound);
  return site;
}

test('the beat that reaches a moment writes what every rule found until then, with a hash over all of it', () => {
  const site = prepared();
  tick(site, [frame(site, 'm-1', { '': { 'network.wired': false } })]);
  site.clock.advance(40 * MINUTE);
  const [snapshot, ...others] = frozen(site, [frame(site, 'm-1', { '': { 'network.wired': false } })]);
  expect(others).toEqual([]);
  expect(snapshot).toMatchObject({
    room: 'A',
    session: 's-exam',
    reason: 'before',
    standing: 'rehearsal',
    by: null,
    readiness: 'not-ready',
    verdicts: { 'memory-size': { holds: ['m-1'] }, wired: { broken: ['m-1'] }, online: { holds: ['m-1'] } },
    coming: 1,
    evidence: { witnessed: 1, claimed: 2 },
    seats: { 'm-1': '7' },
  });
  const { hash, ...rest } = snapshot!;
  expect(hash).toBe(createHash('sha256').update(canonical(rest)).digest('hex'));
  expect(frozen(site)).toEqual([]);
});

test('what changed since the last one is told rule by rule, from one session to the next as well', () => {
  const site = prepared();
  const now = () => site.clock.now();
  const first = site.stages.freezer.take('A', site.sessions[0]!, 'u-1', now());
  tick(site, [frame(site, 'm-1', { '': { 'memory.installed_bytes': 1 } })]);
  const second = site.stages.freezer.take('A', site.sessions[0]!, 'u-1', now());
  expect(changesBetween(first, second)).toEqual([
    { rule: 'memory-size', subject: 'm-1', before: 'holds', after: 'broken' },
  ]);
  expect(changesBetween(second, second)).toEqual([]);
  expect([first.reason, first.by]).toEqual(['asked', 'u-1']);
  expect(first.hash).not.toBe(second.hash);
});

test('an assessment in every room is frozen for each of them when it is ended: that is its dossier', () => {
  const site = testSite([machine('m-1'), machine('m-b', { room: 'B' })], []);
  for (const id of ['m-1', 'm-b']) settle(site, id, sound);
  tick(site);
  site.sessions = site.sessions.map((session) => ({ ...session, endsAt: site.clock.now().wall }));
  const taken = frozen(site);
  expect(taken.map(({ room, session, reason }) => [room, session, reason])).toEqual([
    ['A', 's-1', 'end'],
    ['B', 's-1', 'end'],
  ]);
  expect(taken[0]!.verdicts['wired']).toEqual({ unknown: ['m-1'] });
});
