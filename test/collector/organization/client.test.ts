import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as rest } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { answerMs } from '../../../collector/control.ts';
import { openCertificates } from '../../../collector/gateway/certificates.ts';
import { HAND_IN_PATH, LARGEST_FILE, PUSH_PATH } from '../../../collector/organization/exchange.ts';
import { OrganizationAway, reasonOf } from '../../../collector/organization/site/away.ts';
import { createClient } from '../../../collector/organization/site/client.ts';
import { freePort } from '../../fixtures/nutPrograms.ts';
import { temporaryFolder } from '../../fixtures/collector.ts';
import { openField } from './field.ts';
import { paperSite } from './paper.ts';

const SITE = 'nanjing-01';
const MIB = 1024 * 1024;
/** Silence of 2 s with a large body, of 1.5 s with a small one. */
const LINE = { silentMs: 1_500, slowest: 8 * MIB };

/** What a site asks of a server that does this. */
async function asking(answer: (request: IncomingMessage, response: ServerResponse) => unknown) {
  const certificates = await openCertificates({
    folder: temporaryFolder(),
    site: 'organization',
    addresses: ['127.0.0.1'],
    now: Date.now(),
  });
  const server: Server = createServer(certificates.current(), (request, response) => void answer(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return client(`https://127.0.0.1:${(server.address() as AddressInfo).port}`, certificates.ca);
}

function client(url: string, ca: string) {
  const { key } = paperSite(SITE);
  const ticket = {
    xunkao: 'organization 1',
    site: SITE,
    url,
    key: key.publicKey,
    ca,
    id: 'ot-1',
    secret: 'x',
  } as const;
  return createClient({ ticket, url: null, site: SITE, key: () => key, now: Date.now, line: LINE });
}

const refusalOf = (asked: Promise<unknown>) =>
  asked.then(
    () => Promise.reject(new Error('it was answered')),
    (error: unknown) => {
      if (error instanceof OrganizationAway) return error;
      throw error;
    },
  );

test('a file goes out over a line so slow that all of it takes longer than any silence may', async () => {
  const site = await asking(async (request, response) => {
    let [bytes, pauses] = [0, 0];
    for await (const piece of request as AsyncIterable<Buffer>) {
      bytes += piece.length;
      if (bytes < (pauses + 1) * 4 * MIB) continue;
      pauses += 1;
      await rest(400);
    }
    response.end(JSON.stringify({ bytes, pauses }));
  });
  const since = performance.now();
  const took = (await site.post(HAND_IN_PATH, randomBytes(24 * MIB).toString('base64'))) as { pauses: number };
  expect(took.pauses).toBeGreaterThanOrEqual(6);
  expect(performance.now() - since).toBeGreaterThan(2_000);
}, 60_000);

test('who says nothing any more has gone, before the body is out and after it', async () => {
  const silent = await asking(() => undefined);
  const [early, late] = await Promise.all([
    refusalOf(silent.post(HAND_IN_PATH, randomBytes(24 * MIB).toString('base64'))),
    refusalOf(silent.post(PUSH_PATH, 'x')),
  ]);
  expect(early).toMatchObject({ why: 'away', words: { zh: expect.stringContaining('2 秒没有动静') as string } });
  expect(late.words.en).toContain('nothing for 2 s');
}, 60_000);

test('what an organization did not say is told in both languages, and no English stands in the Chinese words', async () => {
  const { ca } = await openField();
  const nobody = await refusalOf(client(`https://127.0.0.1:${await freePort()}`, ca).post(PUSH_PATH, 'x'));
  const answers: readonly (readonly [number, string])[] = [
    [200, 'hello'],
    [502, 'null'],
    [502, '{"error":"bad gateway"}'],
    [403, '{"error":{"code":7,"message":{"zh":1}}}'],
  ];
  const told = [nobody];
  for (const [status, text] of answers) {
    const site = await asking((request, response) =>
      request.resume().on('end', () => response.writeHead(status).end(text)),
    );
    told.push(await refusalOf(site.post(PUSH_PATH, 'x')));
  }
  expect(told.map(({ why }) => why)).toEqual(['away', 'away', 'away', 'away', 'refused']);
  expect(nobody.words.zh).toContain('连接被拒绝（ECONNREFUSED）');
  for (const code of ['ENOTFOUND', 'CERT_HAS_EXPIRED', 'EPROTO'])
    told.push(new OrganizationAway('away', 'away', reasonOf(Object.assign(new Error('some english words'), { code }))));
  for (const { words } of told) {
    expect(words.zh).toMatch(/[\u4e00-\u9fff]/);
    expect(words.zh.replace(/https:\S+|JSON/g, '')).not.toMatch(/[a-z]{3,}/);
    expect(words.en).not.toMatch(/[\u4e00-\u9fff]/);
  }
});

test('whoever hands in the largest file over 2 Mbit/s gets the answer', () => {
  const bodyMs = ((LARGEST_FILE * 4) / 3 / (2_000_000 / 8)) * 1000;
  expect(answerMs({ ask: 'organization-hand-in', file: 'x', duty: 'd-1', what: 'report' })).toBeGreaterThan(bodyMs * 2);
  expect(answerMs({ ask: 'status' })).toBe(60_000);
});
