import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { watch } from '../../../agent/probes/platform.ts';
import { portalProbe } from '../../../agent/probes/portal.ts';
import { p95, steppedExpiry } from '../../../agent/platformWords.ts';
import type { Answer } from '../../../agent/reading.ts';
import { fakeHost } from '../../fixtures/host.ts';

async function platform(text: string): Promise<{ readonly url: string; readonly server: Server }> {
  const server = createServer((_, response) => response.end(text));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, server };
}

test('the reader of a platform tells what it answers', async () => {
  const { url } = await platform('<title>考核平台</title>');
  const answerOf = (text: string): Promise<Answer> =>
    new Promise((resolve) => {
      const end = watch({ id: 'exam', kind: 'platform', url, options: { status: 200, text } }, (answer) => {
        end();
        resolve(answer);
      });
    });
  expect((await answerOf('考核平台')).facts).toMatchObject({ answering: true, comm: 'ok', status: 200 });
  expect((await answerOf('维护中')).facts).toMatchObject({ answering: false, comm: 'text', status: 200 });
});

test('a seat asks every platform that is named, and one that does not answer is told', async () => {
  const { url, server } = await platform('ok');
  const other = await platform('ok');
  const probe = portalProbe();
  const ask = async (urls: readonly string[]) =>
    (
      await probe.ask!(fakeHost(), {
        internetTargets: [],
        examSoftware: [],
        platforms: urls.map((each) => ({ url: each })),
      })
    ).facts;
  expect(await ask([])).toEqual({
    answering: null,
    comm: null,
    response_p95_seconds: null,
    certificate_expires_seconds: null,
    targets: 0,
  });
  expect(await ask([url, other.url])).toMatchObject({ answering: true, comm: 'ok', targets: 2 });
  await new Promise((resolve) => server.close(resolve));
  const after = await ask([url, other.url]);
  expect(after).toMatchObject({ answering: false, comm: 'refused', targets: 2 });
  // What came before is still what its response time is taken over.
  expect(after?.['response_p95_seconds']).not.toBeNull();
});

test('the 95th percentile is one of the values, and a certificate is told in days while there are many', () => {
  expect(p95(Array.from({ length: 20 }, (_, index) => index))).toBe(18);
  expect(p95([])).toBeNull();
  expect(steppedExpiry(20.4 * 86_400)).toBe(20 * 86_400);
  expect(steppedExpiry(1.99 * 86_400)).toBe(47 * 3_600);
  expect(steppedExpiry(-60)).toBe(-3_600);
});
