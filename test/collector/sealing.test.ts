import { expect, test, vi } from 'vitest';
import { manualClock } from '../../collector/clock.ts';
import type { Collector } from '../../collector/collector.ts';
import { openReading } from '../../collector/history/reading.ts';
import { SEAL_MS } from '../../collector/sealing.ts';
import { administrator, collectorIn, temporaryFolder } from '../fixtures/collector.ts';

const HOUR = 3_600_000;
const UPS = 'devices: [{ id: ups-1, kind: ups, url: nut://127.0.0.1:1/exam, room: A }]\n';

async function entriesOf(collector: Collector, kinds: readonly ('head' | 'snapshot')[]) {
  return (await collector.desk.history.entries({ kinds, limit: 1_000 })).rows;
}

/** Up to where the site has signed. */
async function signedTo(collector: Collector): Promise<number> {
  return Number((await entriesOf(collector, ['head'])).at(-1)?.body['n'] ?? 0);
}

test('what is frozen before an exam by itself is signed as soon as it is written', async () => {
  const clock = manualClock();
  const collector = await collectorIn({ settings: UPS, clock, beats: false });
  const headers = await administrator(collector);
  const startsAt = clock.now().wall + 3 * HOUR;
  const payload = {
    kind: 'exam',
    title: { zh: '上午场', en: 'Morning' },
    rooms: ['A'],
    startsAt,
    endsAt: startsAt + 2 * HOUR,
    candidates: 40,
  };
  await collector.app.inject({ method: 'POST', url: '/api/v1/sessions', headers, payload });
  collector.beat();
  await expect.poll(() => signedTo(collector)).toBeGreaterThan(0);
  const before = (await entriesOf(collector, ['snapshot'])).length;
  for (let minutes = 0; minutes < 170; minutes += 10) {
    clock.advance(10 * 60_000);
    collector.beat();
  }
  await expect.poll(async () => (await entriesOf(collector, ['snapshot'])).length).toBeGreaterThanOrEqual(before + 2);
  const last = (await entriesOf(collector, ['snapshot'])).at(-1)!;
  await expect.poll(() => signedTo(collector)).toBeGreaterThanOrEqual(last.n);
}, 30_000);

test('the record is signed each hour, and once more at its end', async () => {
  expect(SEAL_MS).toBeLessThanOrEqual(HOUR);
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  const data = temporaryFolder();
  try {
    const collector = await collectorIn({ data, settings: UPS });
    await expect.poll(() => signedTo(collector)).toBeGreaterThan(0);
    for (let hour = 1; hour <= 2; hour += 1) {
      await administrator(collector);
      const { n } = await collector.desk.history.head();
      vi.advanceTimersByTime(SEAL_MS);
      await expect.poll(() => signedTo(collector), { timeout: 20_000 }).toBeGreaterThanOrEqual(n);
    }
    await collector.stop();
  } finally {
    vi.useRealTimers();
  }
  const reading = openReading(data, 'xunkao.db');
  const [last] = [...reading.entries({})].slice(-1);
  expect([last!.kind, last!.body['n']]).toEqual(['head', last!.n - 1]);
  reading.close();
}, 90_000);
