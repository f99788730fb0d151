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
  subjects: ['理论考试'],
  level: '中级',
};

test('sessions are planned, moved and called off over the API, and everything said of them comes back', async () => {
  const collector = await collectorIn();
  const headers = await administrator(collector);
  const ask = (method: 'POST' | 'PATCH', url: string, payload: object) =>
    collector.app.inject({ method, url: `/api/v1/sessions${url}`, headers, payload });
  const planned = await ask('POST', '', EXAM);
  expect([planned.statusCode, planned.json()]).toMatchObject([201, EXAM]);
  const { id } = planned.json();
  const moved = await ask('PATCH', `/${id}`, { startsAt: START + 3_600_000, candidates: 38 });
  expect(moved.json()).toMatchObject({ id, startsAt: START + 3_600_000, candidates: 38, level: '中级' });
  const refused = await ask('PATCH', `/${id}`, { endsAt: START });
  expect([refused.statusCode, refused.json().error.code]).toEqual([409, 'session']);
  expect((await ask('PATCH', `/${id}`, { kind: 'assessment' })).statusCode).toBe(400);
  expect((await ask('PATCH', '/s-none', { candidates: 1 })).statusCode).toBe(404);
  expect((await ask('POST', `/${id}/cancel`, {})).json()).toMatchObject({ cancelledAt: expect.any(Number) });
  expect((await ask('POST', `/${id}/cancel`, {})).statusCode).toBe(409);
});

test('a file of sessions is taken in whole over the API, tried first if wished, and refused by line', async () => {
  const collector = await collectorIn();
  const headers = { ...(await administrator(collector)), 'content-type': 'text/csv' };
  const send = (text: string, query = '') =>
    collector.app.inject({
      method: 'POST',
      url: `/api/v1/sessions/import${query}`,
      headers,
      payload: Buffer.from(text),
    });
  const head = (await collector.app.inject({ url: '/api/v1/sessions/template.csv' })).body.trim();
  const good = `${head}\n上午场,A,2030-01-07,09:00,11:00,40,,\n`;
  const count = async (): Promise<number> =>
    (await collector.app.inject({ url: '/api/v1/sessions' })).json().sessions.length;
  const before = await count();
  expect((await send(good, '?trial=true')).statusCode).toBe(200);
  expect(await count()).toBe(before);
  const bad = await send(`${good}下午场,A,2030-01-07,10:00,9:00,40,,\n`);
  expect([bad.statusCode, bad.json()]).toMatchObject([422, { count: 1, faults: [{ line: 3 }] }]);
  expect(bad.json().error.message.zh).toBe('没有导入任何场次：1 处有误，第 3 行：结束时间要晚于开始时间。');
  expect(await count()).toBe(before);
  expect((await send(good)).json()).toMatchObject({ sessions: [{ startsAt: START, candidates: 40 }] });
  expect(await count()).toBe(before + 1);
  expect((await send('a'.repeat(2 * 1024 * 1024))).statusCode).toBe(413);
});
