import { describe, expect, test } from 'vitest';
import { administrator, collectorIn, PASSWORD } from '../../fixtures/collector.ts';

const JSON_HEADERS = { 'content-type': 'application/json', 'x-xunkao': '1' };
const FROM_AFAR = { remoteAddress: '10.1.2.3' };

describe('who may ask what', () => {
  test('on the collector’s own PC everybody may read; off it nothing is told without an account but how to sign in', async () => {
    const { app } = await collectorIn();
    for (const url of [
      '/api/v1/verdicts',
      '/api/v1/machines',
      '/api/v1/readiness',
      '/api/v1/incidents',
      '/api/v1/history',
      '/metrics',
      '/api/v1/events',
    ]) {
      const refused = await app.inject({ url, ...FROM_AFAR });
      expect([refused.statusCode, refused.json().error.code], url).toEqual([401, 'sign-in']);
    }
    for (const url of ['/api/v1/verdicts', '/api/v1/machines', '/api/v1/history', '/metrics']) {
      expect((await app.inject({ url })).statusCode, url).toBe(200);
    }
    expect((await app.inject({ url: '/healthz', ...FROM_AFAR })).json()).toEqual({ status: 'ok' });
  });

  test('an account reads from afar until it signs out', async () => {
    const collector = await collectorIn();
    const headers = await administrator(collector);
    expect((await collector.app.inject({ url: '/api/v1/machines', headers, ...FROM_AFAR })).statusCode).toBe(200);
    await collector.app.inject({ method: 'POST', url: '/api/v1/sign-out', headers, payload: {} });
    expect((await collector.app.inject({ url: '/api/v1/machines', headers, ...FROM_AFAR })).statusCode).toBe(401);
  });

  test('a change needs a sign-in, our header, and our own page', async () => {
    const collector = await collectorIn();
    const headers = await administrator(collector);
    const payload = { room: 'A', role: 'candidate', uses: 1, days: 1 };
    const ask = (more: Record<string, string>) =>
      collector.app.inject({ method: 'POST', url: '/api/v1/tickets', headers: more, payload });
    expect((await ask(JSON_HEADERS)).statusCode).toBe(401);
    const { 'x-xunkao': _, ...without } = headers;
    expect((await ask(without)).json().error.code).toBe('header');
    expect((await ask({ ...headers, origin: 'https://evil.example' })).json().error.code).toBe('origin');
    expect((await ask({ ...headers, origin: 'null' })).json().error.code).toBe('origin');
    expect((await ask({ ...headers, host: '127.0.0.1:9480', origin: 'http://127.0.0.1:9480' })).statusCode).toBe(201);
  });

  test('five wrong passwords make the sixth wait, and the answer tells how long', async () => {
    const collector = await collectorIn();
    await administrator(collector);
    const sign = (password: string) =>
      collector.app.inject({
        method: 'POST',
        url: '/api/v1/sign-in',
        headers: JSON_HEADERS,
        payload: { name: 'li', password },
      });
    for (let i = 0; i < 5; i += 1) expect((await sign('wrong')).statusCode).toBe(401);
    const sixth = await sign(PASSWORD);
    expect(sixth.statusCode).toBe(429);
    expect(Number(sixth.headers['retry-after'])).toBeGreaterThan(0);
  });

  test('the cookie cannot be read by scripts, sent by other sites or fixed from outside', async () => {
    const collector = await collectorIn();
    const fixed = await collector.app.inject({
      method: 'POST',
      url: '/api/v1/administrator',
      headers: JSON_HEADERS,
      payload: { code: collector.firstCode(), name: 'li', password: PASSWORD },
    });
    expect(fixed.statusCode).toBe(201);
    const answer = await collector.app.inject({
      method: 'POST',
      url: '/api/v1/sign-in',
      headers: { ...JSON_HEADERS, cookie: 'xunkao=chosen-by-somebody' },
      payload: { name: 'li', password: PASSWORD },
    });
    expect(answer.cookies[0]).toMatchObject({ name: 'xunkao', httpOnly: true, sameSite: 'Strict', path: '/' });
    expect(answer.cookies[0]!.value).not.toBe('chosen-by-somebody');
  });
});

describe('answers', () => {
  test('what is wrong with a request is said by name, in both languages', async () => {
    const collector = await collectorIn();
    const headers = await administrator(collector);
    const wrong = await collector.app.inject({
      method: 'POST',
      url: '/api/v1/tickets',
      headers,
      payload: { room: 'A B', role: 'chief', uses: '1', days: 1 },
    });
    expect(wrong.statusCode).toBe(400);
    for (const field of ['body/room', 'body/role', 'body/uses']) expect(wrong.json().error.message.en).toContain(field);
    const missing = await collector.app.inject({ url: '/api/v1/nothing' });
    expect(missing.json()).toMatchObject({
      error: { code: 'not-found', message: { zh: expect.stringContaining('没有'), en: expect.any(String) } },
    });
    expect((await collector.app.inject({ url: '/api/v1/verdicts?rules=os' })).statusCode).toBe(400);
    expect((await collector.app.inject({ url: '/../../etc/passwd' })).statusCode).toBe(404);
    expect((await collector.app.inject({ url: '/%2e%2e/%2e%2e/etc/passwd' })).statusCode).toBe(404);
  });

  test('a body that is too large, not JSON or a form is refused and changes nothing', async () => {
    const collector = await collectorIn();
    const headers = await administrator(collector);
    const post = (payload: string, type = 'application/json') =>
      collector.app.inject({
        method: 'POST',
        url: '/api/v1/tickets',
        headers: { ...headers, 'content-type': type },
        payload,
      });
    expect((await post(JSON.stringify({ room: 'x'.repeat(70_000) }))).statusCode).toBe(413);
    expect((await post('{"room":')).statusCode).toBe(400);
    expect((await post('room=A', 'application/x-www-form-urlencoded')).statusCode).toBe(415);
  });

  test('the OpenAPI document names every route that people may use, with its shape', async () => {
    const { app } = await collectorIn();
    const document = (await app.inject({ url: '/api/v1/openapi.json' })).json();
    expect(document.openapi).toBe('3.1.0');
    expect(Object.keys(document.paths)).toEqual(
      expect.arrayContaining([
        '/api/v1/verdicts',
        '/api/v1/readiness',
        '/api/v1/incidents',
        '/api/v1/history',
        '/api/v1/machines/{id}',
        '/api/v1/sign-in',
      ]),
    );
    const row =
      document.paths['/api/v1/verdicts'].get.responses['200'].content['application/json'].schema.properties.verdicts
        .items;
    expect(Object.keys(row.properties)).toEqual(
      expect.arrayContaining(['rule', 'clause', 'standard', 'observed', 'required', 'evidence', 'advice']),
    );
  });

  test('security headers are on every answer', async () => {
    const { app } = await collectorIn();
    for (const url of ['/', '/api/v1/site', '/api/v1/nothing']) {
      const { headers } = await app.inject({ url });
      expect(headers['content-security-policy'], url).toContain("default-src 'self'");
      expect(headers['x-content-type-options'], url).toBe('nosniff');
    }
  });

  test('a session that ends before it starts is refused; a planned one binds its room, and no other', async () => {
    const collector = await collectorIn();
    const headers = await administrator(collector);
    const now = Date.now();
    const session = {
      kind: 'exam',
      title: { zh: '上午', en: 'Morning' },
      rooms: ['A'],
      startsAt: now + 1000,
      endsAt: now,
      candidates: 40,
    };
    const post = (payload: object) =>
      collector.app.inject({ method: 'POST', url: '/api/v1/sessions', headers, payload });
    expect((await post(session)).json().error).toMatchObject({
      code: 'session',
      message: { en: 'The end has to be later than the start.' },
    });
    expect((await post({ ...session, endsAt: null })).json().error.message.en).toBe('An exam session needs an end.');
    const planned = await post({ ...session, startsAt: now - 1000, endsAt: now + 3_600_000 });
    expect(planned.statusCode).toBe(201);
    const clash = await post({ ...session, rooms: ['B', 'A'], startsAt: now + 1000, endsAt: now + 7_200_000 });
    expect([clash.statusCode, clash.json().error.message.en]).toEqual([
      409,
      'Room A has the session “Morning” at that time already.',
    ]);
    expect(collector.desk.sessionOf('A')).toBe(planned.json().id);
    // The first look was there for want of a plan.
    expect(collector.desk.sessionOf('B')).toBeNull();
  });
});

test('what people do is in the record under their account, without names and secrets', async () => {
  const collector = await collectorIn();
  const headers = await administrator(collector);
  const made = await collector.app.inject({
    method: 'POST',
    url: '/api/v1/tickets',
    headers,
    payload: { room: 'A', role: 'server', uses: 2, days: 1 },
  });
  // A collector that listens on loopback says that no other machine can use its ticket.
  expect(made.json()).toMatchObject({ onlyHere: true, ticket: expect.any(String) });
  const { entries } = (await collector.app.inject({ url: '/api/v1/history' })).json();
  expect(entries.map((entry: { kind: string }) => entry.kind)).toEqual(
    expect.arrayContaining(['collector', 'session', 'account', 'sign-in', 'ticket']),
  );
  const text = JSON.stringify(entries);
  for (const secret of ['"li"', PASSWORD]) expect(text).not.toContain(secret);
  const rows = entries as readonly { readonly n: number; readonly previous: string; readonly hash: string }[];
  expect(rows.map(({ n }) => n)).toEqual(rows.map((_, index) => index + 1));
  expect(rows.slice(1).map(({ previous }) => previous)).toEqual(rows.slice(0, -1).map(({ hash }) => hash));
});
