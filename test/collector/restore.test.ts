import { expect, test } from 'vitest';
import { manualClock } from '../../collector/clock.ts';
import { collectorIn } from '../fixtures/collector.ts';

const UPS = 'devices: [{ id: ups-1, kind: ups, url: "nut://127.0.0.1:1/exam", room: A }]';

test('a device of the settings that nobody reads is unknown, and after ten seconds an incident', async () => {
  const clock = manualClock();
  const collector = await collectorIn({ settings: UPS, clock, beats: false });
  collector.beat();
  const mains = async () => (await collector.app.inject({ url: '/api/v1/verdicts?rule=mains' })).json().verdicts;
  expect(await mains()).toMatchObject([{ subject: 'ups-1', room: 'A', state: 'unknown', cause: 'missing' }]);
  expect((await collector.app.inject({ url: '/api/v1/readiness' })).json().rooms).toMatchObject([
    { room: 'A', readiness: 'unknown' },
  ]);
  clock.advance(11_000);
  collector.beat();
  const { incidents } = (await collector.app.inject({ url: '/api/v1/incidents' })).json();
  expect(incidents).toMatchObject([{ kind: 'unreadable', rule: 'mains', subject: 'ups-1', urgency: 'urgent' }]);
});
