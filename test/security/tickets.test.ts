import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { parseTicket } from '../../agent/ticket.ts';
import { dial, newFingerprint } from '../collector/gateway/rig.ts';
import { administrator, collectorIn } from '../fixtures/collector.ts';

/** A ticket in the wrong hands, and what a person can do about it. */

async function site(settings = '') {
  const collector = await collectorIn({ settings });
  const headers = await administrator(collector);
  const port = Number(collector.addresses[0]!.split(':')[1]);
  const post = (path: string, payload: object = {}) =>
    collector.app.inject({ method: 'POST', url: `/api/v1${path}`, headers, payload });
  const get = async (path: string) => (await collector.app.inject({ url: `/api/v1${path}`, headers })).json();
  const make = async (room: string) => {
    const made = await post('/tickets', { room, role: 'candidate', uses: 5, days: 1 });
    const parsed = parseTicket(made.json().ticket);
    if ('faults' in parsed) throw new Error(made.body);
    return parsed.ticket;
  };
  const enrol = async (room: string, spoil?: (message: Record<string, unknown>) => unknown) => {
    const { id, secret } = await make(room);
    const agent = await dial({ port }, { pass: { ticket: id, secret }, ...(spoil ? { spoil } : {}) });
    onTestFinished(() => agent.socket.terminate());
    return agent;
  };
  return { collector, port, post, get, make, enrol };
}

test('a stolen ticket is withdrawn by a person, who stands in the record; who enrolled before stays', async () => {
  const { port, post, get, make } = await site();
  const { id, secret } = await make('A');
  const pass = { ticket: id, secret };
  const first = await dial({ port }, { pass });
  onTestFinished(() => first.socket.terminate());
  expect(first.answer?.type).toBe('welcome');
  expect((await post(`/tickets/${id}/revoke`)).statusCode).toBe(204);
  expect((await post('/tickets/t-nothing/revoke')).statusCode).toBe(404);
  const thief = await dial({ port }, { pass });
  expect(thief.answer).toMatchObject({ type: 'refused', reason: 'ticket' });
  expect(first.socket.readyState).toBe(WebSocket.OPEN);
  const { tickets } = await get('/tickets');
  expect(tickets).toMatchObject([{ id, revoked: true, used: 1 }]);
  const { entries } = await get('/history?kind=ticket');
  expect(entries.map(({ body }: { body: { act: string; by: string } }) => [body.act, body.by])).toEqual([
    ['issued', expect.stringMatching(/^a-/)],
    ['revoked', expect.stringMatching(/^a-/)],
  ]);
});

test('no answer, entry, metric or error tells a secret of a ticket or a device', async () => {
  const { collector, enrol, make, get } = await site(
    "devices: [{ id: ups-1, kind: ups, url: 'nut://10.0.0.5/ups', user: monuser, password: hush-hush, reader: A/17 }]\n",
  );
  const { id, secret } = await make('A');
  await enrol('A');
  const thief = await dial(
    { port: Number(collector.addresses[0]!.split(':')[1]) },
    { pass: { ticket: id, secret: `${secret}x` } },
  );
  expect(JSON.stringify(thief.messages)).not.toContain(secret);
  collector.beat();
  const paths = [
    '/tickets',
    '/machines',
    '/devices',
    '/verdicts',
    '/incidents',
    '/history?limit=1000',
    '/site',
    '/waiting',
  ];
  const texts = [
    ...(await Promise.all(paths.map(async (path) => JSON.stringify(await get(path))))),
    (await collector.app.inject({ url: '/metrics' })).body,
    (await collector.app.inject({ url: '/api/v1/openapi.json' })).body,
  ];
  for (const text of texts)
    for (const hidden of [secret, 'hush-hush', 'monuser', 'secretHash']) expect(text).not.toContain(hidden);
});

test('a hostname gives a seat, but not one that reads a device and is told its password', async () => {
  const { collector, enrol } = await site(
    "devices: [{ id: ups-1, kind: ups, url: 'nut://10.0.0.5/ups', password: hush-hush, reader: A/17 }]\n",
  );
  const liar = await enrol('A', (message) => ({ ...message, hostname: 'PC-17' }));
  const honest = await enrol('A', (message) => ({ ...message, hostname: 'PC-18' }));
  const seat = (id: string) => collector.desk.machine(id)?.seat;
  await expect.poll(() => seat(honest.machine)).toBe('18');
  expect(seat(liar.machine)).toBeNull();
  expect(JSON.stringify(liar.messages)).not.toContain('hush-hush');
  expect(await collector.desk.place(liar.machine, { seat: '17' }, 'a-1')).toMatchObject({ seat: '17' });
  // Placed by a person it is still a seat where a candidate sits; as a gateway it reads.
  collector.beat();
  expect(JSON.stringify(liar.messages)).not.toContain('hush-hush');
  await collector.desk.place(liar.machine, { role: 'gateway' }, 'a-1');
  await expect.poll(() => JSON.stringify(liar.messages)).toContain('hush-hush');
});

test('a withdrawn machine is let go at once, refused, and comes back when a person reinstates it', async () => {
  const { port, post, make } = await site();
  const { id, secret } = await make('A');
  const fingerprint = newFingerprint();
  const { key, machine, closed } = await dial({ port }, { pass: { ticket: id, secret }, fingerprint });
  expect((await post(`/machines/${machine}/revoke`)).statusCode).toBe(204);
  await closed;
  expect((await dial({ port }, { key, fingerprint })).answer).toMatchObject({ type: 'refused', reason: 'revoked' });
  expect((await post(`/machines/${machine}/reinstate`)).statusCode).toBe(204);
  const again = await dial({ port }, { key, fingerprint });
  onTestFinished(() => again.socket.terminate());
  expect(again.answer).toMatchObject({ type: 'welcome', machine });
  expect((await post('/machines/m-nothing/reinstate')).statusCode).toBe(404);
});

test('a hello that was heard and is said again proves nothing: every connection asks another question', async () => {
  const { port, enrol } = await site();
  let said = '';
  const agent = await enrol('A', (message) => {
    said = JSON.stringify(message);
    return message;
  });
  agent.socket.terminate();
  await agent.closed;
  const thief = new WebSocket(`ws://127.0.0.1:${port}/agent`, 'xunkao.v1');
  onTestFinished(() => thief.terminate());
  await once(thief, 'message');
  thief.send(said);
  const [answer] = (await once(thief, 'message')) as [Buffer];
  expect(JSON.parse(answer.toString())).toMatchObject({ type: 'refused', reason: 'signature' });
});
