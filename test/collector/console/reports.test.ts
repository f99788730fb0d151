import { createHash } from 'node:crypto';
import { expect, test, vi } from 'vitest';
import { administrator, collectorIn } from '../../fixtures/collector.ts';

const START = Date.UTC(2030, 0, 7, 1);

test('a report is a page that runs nothing, or a file, for those who see the whole site', async () => {
  const collector = await collectorIn();
  const headers = await administrator(collector);
  const payload = {
    kind: 'exam',
    title: { zh: '上午场', en: 'Morning' },
    rooms: ['A'],
    startsAt: START,
    endsAt: START + 7_200_000,
    candidates: 40,
  };
  const session = (await collector.app.inject({ method: 'POST', url: '/api/v1/sessions', headers, payload })).json();
  const get = (path: string, more = headers) => collector.app.inject({ url: `/api/v1/reports/${path}`, headers: more });
  const page = await get(`session?session=${session.id}&lang=en`);
  expect(page.statusCode).toBe(200);
  expect(page.headers).toMatchObject({
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'content-disposition': expect.stringMatching(/^inline; filename="xunkao-site-session-\d{4}-\d\d-\d\d\.html"$/),
  });
  const [head] = (await collector.desk.history.entries({ kinds: ['head'], newestFirst: true, limit: 1 })).rows;
  expect(page.body).toContain(`up to entry ${String(head!.body['n'])}`);
  const style = /<style>(.*?)<\/style>/s.exec(page.body)![1]!;
  expect(page.headers['content-security-policy']).toContain(
    `sha256-${createHash('sha256').update(style).digest('base64')}`,
  );
  expect(page.body).toContain('Exam session: Morning');
  for (const [format, begins] of [
    ['pdf', '%PDF-'],
    ['xlsx', 'PK'],
    ['csv', '\uFEFF'],
  ] as const) {
    const file = await get(`dossier?format=${format}`);
    expect(file.statusCode).toBe(200);
    expect(file.headers['content-disposition']).toMatch(/^attachment/);
    expect(file.rawPayload.toString('utf8').startsWith(begins)).toBe(true);
  }
  expect((await get('evaluation')).body).toContain('两年评估材料');
  expect((await get('term?from=2030-01-01&to=2030-02-01')).body).toContain('上午场');
  expect((await get('seats?room=A')).statusCode).toBe(200);
  expect((await get('term')).json().error.message.en).toContain('name the first and the last day');
  expect((await get('term?from=2030-13-01&to=2030-02-01')).statusCode).toBe(400);
  expect((await get('essay')).statusCode).toBe(400);
  expect((await get('session?session=s-none')).json().error.message.en).toContain('has no session s-none');
  const nobody = await collector.app.inject({ url: '/api/v1/reports/dossier' });
  expect(nobody.statusCode).toBe(401);
}, 60_000);

test('reports are made one after the other, and one that nobody takes any more ends', async () => {
  const collector = await collectorIn();
  const { reports, clock } = collector.desk;
  const order = {
    wish: { kind: 'dossier', session: null },
    language: 'zh',
    format: 'html',
    now: clock.now().wall,
  } as const;
  const first = await reports.print(order);
  const second = reports.print(order);
  await first.next();
  await first.return!();
  let size = 0;
  for await (const piece of await second) size += piece.length;
  expect(size).toBeGreaterThan(10_000);
  const many = Array.from({ length: 12 }, () =>
    reports.print(order).then(
      async (pieces) => {
        await pieces.return!();
        return 'made';
      },
      () => 'refused',
    ),
  );
  const done = await Promise.all(many);
  expect(done.filter((word) => word === 'made')).toHaveLength(8);
  await vi.waitFor(async () => expect(await (await reports.print(order)).next()).toMatchObject({ done: false }), {
    timeout: 30_000,
  });
}, 60_000);
