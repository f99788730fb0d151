import { expect, test } from 'vitest';
import { administrator, collectorIn } from '../../fixtures/collector.ts';
import { run } from '../../fixtures/programs.ts';

/** What the owner of the data directory does at the collector's own PC. */

test('a token is made, listed without itself, and revoked; the record says where that was done', async () => {
  const collector = await collectorIn();
  const ask = (...args: string[]) => run('xunkao', ['token', ...args, '--data', collector.data]);
  const made = await ask('--name', 'Prometheus', '--scope', 'metrics', '--days', '30');
  expect([made.code, made.stderr]).toEqual([0, '']);
  const token = made.stdout.trim();
  const scrape = () =>
    collector.app.inject({
      url: '/metrics',
      headers: { authorization: `Bearer ${token}` },
      remoteAddress: '10.1.2.3',
    });
  expect((await scrape()).statusCode).toBe(200);
  const listed = await ask('--list');
  expect(listed.stdout).toMatch(/^k-[0-9a-f]{8} {2}Prometheus {2}metrics {2}/);
  expect(listed.stdout).not.toContain(token);
  const wrong = await ask('--name', 'x', '--scope', 'everything');
  expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('everything')]);
  expect((await ask('--revoke', listed.stdout.slice(0, 10))).code).toBe(0);
  expect((await scrape()).statusCode).toBe(401);
  const { entries } = (await collector.app.inject({ url: '/api/v1/history?kind=account' })).json();
  expect(entries.map(({ body }: { body: object }) => body)).toMatchObject([
    { change: 'token-made', by: 'console of this PC' },
    { change: 'token-revoked', by: 'console of this PC' },
  ]);
}, 90_000);

test('an administrator who forgot the password comes back in by a code made at the collector’s PC', async () => {
  const collector = await collectorIn();
  const headers = await administrator(collector);
  const ask = (...args: string[]) => run('xunkao', ['account', ...args, '--data', collector.data]);
  expect((await ask('--list')).stdout).toMatch(/^a-[0-9a-f]{8} {2}li {2}/);
  expect((await ask('--reset', 'nobody')).code).toBe(1);
  const reset = await ask('--reset', 'li');
  expect(reset.stdout).toMatch(/^[A-Z2-9]{4}-[A-Z2-9]{4}\n$/);
  expect((await collector.app.inject({ url: '/api/v1/accounts', headers })).statusCode).toBe(401);
  const chosen = await collector.app.inject({
    method: 'POST',
    url: '/api/v1/password/code',
    headers: { 'content-type': 'application/json', 'x-xunkao': '1' },
    payload: { name: 'li', code: reset.stdout.trim(), password: 'a new long password' },
  });
  expect(chosen.json()).toEqual({ name: 'li', role: 'administrator' });
}, 90_000);
