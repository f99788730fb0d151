import { expect, test } from 'vitest';
import { administrator, collectorIn } from '../../fixtures/collector.ts';

const START = Date.UTC(2030, 0, 7, 1);
const EXAM = {
  kind: 'exam',
  title: { zh: '上午场', en: 'Morning' },
  rooms: ['A'],
  startsAt: START,
  endsAt: START + 7_200_000,
  candidates: 40,
};

test('readiness is asked of a room for a session, with its reasons; and a room without a machine is never ready', async () => {
  const collector = await collectorIn();
  const headers = await administrator(collector);
  const post = (url: string, payload: object) =>
    collector.app.inject({ method: 'POST', url: `/api/v1/${url}`, headers, payload });
  const session = (await post('sessions', EXAM)).json();
  collector.beat();
  const answer = (await collector.app.inject({ url: `/api/v1/readiness?room=A&session=${session.id}` })).json();
  expect(answer.rooms).toMatchObject([
    {
      room: 'A',
      session: session.id,
      readiness: 'unknown',
      standing: 'planned',
      coming: ['rehearsal', 'before', 'during'],
      machines: { ready: 0, 'not-ready': 0, unknown: 0 },
      meets: 'unknown',
    },
  ]);
  const seats = answer.rooms[0].reasons.find(({ rule }: { rule: string }) => rule === 'seats');
  expect(seats).toMatchObject({
    subject: `room:A/session:${session.id}`,
    room: 'A',
    scope: 'room',
    state: 'unknown',
    cause: 'missing',
    from: 'before',
    advice: { zh: expect.any(String) },
  });
  expect(answer.rooms[0].reasonCount).toBe(answer.rooms[0].reasons.length);
  expect((await collector.app.inject({ url: '/api/v1/readiness?session=s-none' })).statusCode).toBe(404);
});

test('a snapshot is taken on demand, listed, and given whole with what changed since the last', async () => {
  const settings = 'devices: [{ id: ups-1, kind: ups, url: nut://127.0.0.1:1/exam, room: A }]\n';
  const collector = await collectorIn({ settings });
  const headers = await administrator(collector);
  const post = (url: string, payload: object) =>
    collector.app.inject({ method: 'POST', url: `/api/v1/${url}`, headers, payload });
  const get = async (url: string) => (await collector.app.inject({ url: `/api/v1/${url}` })).json();
  collector.beat();
  expect((await post('snapshots', { room: 'Z' })).statusCode).toBe(404);
  const { id } = (await post('sessions', { ...EXAM, rooms: ['B'] })).json();
  expect((await post('snapshots', { room: 'A', session: id })).statusCode).toBe(409);
  const first = await post('snapshots', { room: 'A' });
  expect([first.statusCode, first.json()]).toMatchObject([201, { room: 'A', readiness: 'unknown', reason: 'asked' }]);
  const heads = async () =>
    (await collector.desk.history.entries({ kinds: ['head'], newestFirst: true, limit: 1 })).rows[0]!.body['n'];
  const frozen = (await collector.desk.history.entries({ kinds: ['snapshot'], newestFirst: true, limit: 1 })).rows[0]!;
  expect(await heads(), 'what was frozen is signed').toBeGreaterThanOrEqual(frozen.n);
  const mine = (await post('sessions', { ...EXAM, candidates: 12 })).json();
  collector.beat();
  await post('snapshots', { room: 'A', session: mine.id });
  const { snapshots } = await get('snapshots?room=A');
  expect(snapshots[0]).toMatchObject({ room: 'A', session: mine.id, by: 'li', reason: 'asked' });
  // The first look ends when an exam is planned, about when the first was asked for.
  expect(snapshots).toHaveLength(3);
  expect(snapshots.slice(1)).toContainEqual(
    expect.objectContaining({ room: 'A', hash: first.json().hash, by: 'li', session: null }),
  );
  expect(snapshots.slice(1)).toContainEqual(
    expect.objectContaining({ room: 'A', session: 's-first', by: null, reason: 'end' }),
  );
  expect((await get(`snapshots?room=A&session=${mine.id}`)).snapshots).toHaveLength(1);
  const whole = await get(`snapshots/${snapshots[0].n}`);
  expect(whole.snapshot).toMatchObject({ room: 'A', verdicts: { mains: { unknown: ['ups-1'] } } });
  expect(whole.before).toMatchObject({ n: snapshots[1].n });
  expect(whole.changes).toContainEqual(
    expect.objectContaining({ rule: 'rehearsal-held', before: 'unknown', after: 'broken', seat: null }),
  );
  const [entry] = (await get('history?kind=snapshot&subject=room%3AA&newestFirst=true')).entries;
  expect([entry.hash, entry.body]).toEqual([whole.entry, whole.snapshot]);
  expect((await collector.app.inject({ url: `/api/v1/snapshots/${snapshots[0].n + 1}` })).statusCode).toBe(404);
});
