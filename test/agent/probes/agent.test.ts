import { afterEach, expect, test } from 'vitest';
import { own } from '../../../agent/own.ts';
import { probe } from '../../../agent/probes/agent.ts';
import { fakeHost } from '../../fixtures/host.ts';

const before = { ...own };
afterEach(() => void Object.assign(own, before));
const ask = async () => (await probe.ask?.(fakeHost(), { internetTargets: [], examSoftware: [] }))?.facts;

test('what others noted about the agent is told', async () => {
  Object.assign(own, { outboxFrames: 3, outboxDropped: 2, failedAsks: 7 });
  expect(await ask()).toMatchObject({ outbox_frames: 3, outbox_dropped_total: 2, failed_asks_total: 7 });
});

test('processor time only grows, and memory is that of this process', async () => {
  const first = await ask();
  for (const end = process.hrtime.bigint() + 20_000_000n; process.hrtime.bigint() < end;);
  const second = await ask();
  expect(second?.['cpu_seconds_total']).toBeGreaterThan(Number(first?.['cpu_seconds_total']));
  expect(Number(second?.['resident_bytes']) / process.memoryUsage().rss).toBeCloseTo(1, 0);
});
