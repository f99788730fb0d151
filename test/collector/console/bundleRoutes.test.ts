import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Fastify from 'fastify';
import { expect, onTestFinished, test } from 'vitest';
import type { Caller } from '../../../collector/accounts/may.ts';
import { createBundles } from '../../../collector/bundle/orders.ts';
import { bundleRoutes } from '../../../collector/console/bundleRoutes.ts';
import type { Desk, TicketWish } from '../../../collector/console/desk.ts';
import { guard } from '../../../collector/console/guard.ts';
import { administrator, collectorIn, temporaryFolder } from '../../fixtures/collector.ts';
import { TICKET } from '../../fixtures/installScene.ts';

const WISH = { room: 'A', role: 'candidate', uses: 45, days: 14 };

/** The routes alone, asked by whoever is signed in, over parts that are small. */
async function routesOf(parts: string | null) {
  const wishes: TicketWish[] = [];
  const tech: Caller = { id: 'li', name: 'li', role: 'tech', scopes: [], rooms: null };
  const proctor: Caller = { id: 'wang', name: 'wang', role: 'proctor', scopes: [], rooms: ['A'] };
  const holder = (token: string): Caller | null => ({ tech, proctor })[token] ?? null;
  const desk = {
    accounts: { holder },
    bundles: createBundles(
      () => 0,
      async () => parts,
    ),
    makeTicket: async (wish: TicketWish) => {
      wishes.push(wish);
      return { ticket: TICKET, command: '', onlyHere: true };
    },
  } as unknown as Desk;
  const app = Fastify();
  await app.register(import('@fastify/cookie'));
  guard(app, desk);
  await app.register(async (routes) => bundleRoutes(routes, desk));
  onTestFinished(() => app.close());
  const as = (who: string) => ({ 'x-xunkao': '1', cookie: `xunkao=${who}` });
  return { app, as, wishes };
}

function smallParts(): string {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'files'));
  writeFileSync(join(folder, 'files', 'bundle.json'), JSON.stringify({ version: '1', id: 'f00d', files: {} }));
  writeFileSync(join(folder, 'install.cmd'), '@echo off\r\n');
  return folder;
}

test('a technician orders a folder and downloads it as a zip with a fresh ticket, as long as was said', async () => {
  const { app, as, wishes } = await routesOf(smallParts());
  const made = await app.inject({ method: 'POST', url: '/api/v1/bundles', headers: as('tech'), payload: WISH });
  expect(made.statusCode).toBe(201);
  const { path, bytes, onlyHere } = made.json<{ path: string; bytes: number; onlyHere: boolean }>();
  expect({ wishes, onlyHere }).toEqual({ wishes: [WISH], onlyHere: true });
  expect(made.body).not.toContain(TICKET);
  const zip = await app.inject({ url: path, headers: as('tech') });
  expect(zip.headers).toMatchObject({
    'content-type': 'application/zip',
    'content-disposition': 'attachment; filename="xunkao-windows.zip"',
    'content-length': String(bytes),
    'cache-control': 'no-store',
  });
  expect(zip.rawPayload.length).toBe(bytes);
  // Names stand in it as they are.
  const text = zip.rawPayload.toString('latin1');
  for (const name of ['xunkao/install.cmd', 'xunkao/ticket.txt', 'xunkao/whitelist.html']) expect(text).toContain(name);
  expect(text).toContain(TICKET);
});

test('a proctor neither orders nor downloads one, and a stranger is asked to sign in', async () => {
  const { app, as, wishes } = await routesOf(smallParts());
  const ask = async (who: string) =>
    (await app.inject({ method: 'POST', url: '/api/v1/bundles', headers: as(who), payload: WISH })).statusCode;
  expect([await ask('proctor'), await ask('nobody')]).toEqual([403, 401]);
  expect(wishes).toEqual([]);
  const made = await app.inject({ method: 'POST', url: '/api/v1/bundles', headers: as('tech'), payload: WISH });
  const { path } = made.json<{ path: string }>();
  expect((await app.inject({ url: path, headers: as('proctor') })).statusCode).toBe(403);
  expect((await app.inject({ url: `/api/v1/bundles/${'0'.repeat(32)}`, headers: as('tech') })).statusCode).toBe(404);
});

test('where its parts are not, it is said what to do and no ticket is made', async () => {
  const { app, as, wishes } = await routesOf(null);
  const made = await app.inject({ method: 'POST', url: '/api/v1/bundles', headers: as('tech'), payload: WISH });
  expect(made.statusCode).toBe(409);
  expect(made.body).toContain('bundle --for windows');
  expect(wishes).toEqual([]);
});

test('the whole collector has both routes, for those who may make tickets', async () => {
  const collector = await collectorIn();
  const headers = await administrator(collector);
  const url = '/api/v1/bundles';
  expect(
    (await collector.app.inject({ method: 'POST', url, headers: { 'x-xunkao': '1' }, payload: WISH })).statusCode,
  ).toBe(401);
  expect((await collector.app.inject({ method: 'POST', url, headers, payload: { room: 'A' } })).statusCode).toBe(400);
});
