import { describe, expect, onTestFinished, test } from 'vitest';
import { nutAvailable, startUpsd } from '../fixtures/nut.ts';
import { startCollector } from '../fixtures/programs.ts';

describe.runIf(nutAvailable())('at a real upsd', () => {
  test('the mains fail: an incident opens, closes when they are back, and all of it is in the history', async () => {
    const upsd = await startUpsd({ ups: ['exam'] });
    onTestFinished(() => upsd.stop());
    const settings = `internet_targets: []\ndevices:\n  - { id: ups-1, kind: ups, room: A, url: "${upsd.url()}" }\n`;
    const collector = await startCollector({ command: 'up', settings });
    const mains = '/verdicts?rule=mains&subject=ups-1';
    await collector.until('the mains to hold', mains, ({ verdicts }) => verdicts[0]?.state === 'holds');

    await upsd.set('ups.status', 'OB DISCHRG');
    const opened = await collector.until('an incident', '/incidents', ({ incidents }) =>
      incidents.find(({ rule }) => rule === 'mains'),
    );
    expect(opened).toMatchObject({
      kind: 'broken',
      subject: 'ups-1',
      room: 'A',
      urgency: 'urgent',
      observed: { 'ups.on_battery': true },
      closedAt: null,
    });

    await upsd.set('ups.status', 'OL CHRG');
    const closed = await collector.until('its end', '/incidents?state=closed', ({ incidents }) =>
      incidents.find(({ id }) => id === opened.id),
    );
    expect(closed.closedAt).toBeGreaterThan(opened.openedAt);

    const told = await collector.written(
      'all of it',
      'subject=ups-1&rule=mains',
      (entries) => entries.length > 4 && entries,
    );
    expect(told.map(({ kind, late, body }) => [kind, late, body['state'] ?? body['change']])).toEqual([
      ['verdict', false, 'holds'],
      ['verdict', false, 'broken'],
      ['incident', false, 'opened'],
      ['verdict', false, 'holds'],
      ['incident', false, 'closed'],
    ]);
    expect(told[2]?.body).toMatchObject({ id: opened.id, incident: 'broken', urgency: 'urgent' });
  }, 60_000);
});
