import { describe, expect, onTestFinished, test } from 'vitest';
import { alertmanagerAvailable, startAlertmanager } from '../fixtures/alertmanager.ts';
import { nutAvailable, startUpsd } from '../fixtures/nut.ts';
import { freePort, until } from '../fixtures/nutPrograms.ts';
import { startCollector } from '../fixtures/programs.ts';
import { startReceiver, TAKEN } from '../fixtures/receiver.ts';

describe.runIf(nutAvailable() && alertmanagerAvailable())('at a real upsd and a real Alertmanager', () => {
  test('the mains fail, the collector is killed before the page is out, and exactly the pages owed are sent', async () => {
    const upsd = await startUpsd({ ups: ['exam'] });
    onTestFinished(() => upsd.stop());
    const [hook, behind] = [await startReceiver(), await startReceiver()];
    // Away at first, as the phone's line is.
    const alertmanager = await freePort();
    hook.behave('hang');
    const settings = `internet_targets: []
devices: [{ id: ups-1, kind: ups, room: A, url: "${upsd.url()}" }]
paging:
  channels:
    - { id: hook, kind: webhook, url: "${hook.url}", timeout_seconds: 30 }
    - { id: am, kind: alertmanager, url: "http://127.0.0.1:${alertmanager}" }
`;
    let collector = await startCollector({ command: 'up', settings });
    const mains = '/verdicts?rule=mains&subject=ups-1';
    await collector.until('the mains to hold', mains, ({ verdicts }) => verdicts[0]?.state === 'holds', 30_000);
    await upsd.set('ups.status', 'OB DISCHRG');
    await until('the page to be under way', 20_000, () => hook.asked.length > 0, collector.stderr);
    const { data, port } = collector;
    await collector.kill();

    hook.behave(TAKEN);
    collector = await startCollector({ command: 'up', data, port });
    await until('the page', 20_000, () => hook.asked.length > 1, collector.stderr);
    await startAlertmanager(behind.url, alertmanager);
    await until('the page of Alertmanager', 90_000, () => behind.asked.length > 0, collector.stderr);
    await upsd.set('ups.status', 'OL CHRG');
    await until('both ends', 60_000, () => hook.asked.length > 2 && behind.asked.length > 1, collector.stderr);

    const keys = hook.asked.map(({ headers }) => String(headers['idempotency-key']));
    // The first try was cut by the kill, and nobody answered it: the second is the same page.
    expect(keys[1]).toBe(keys[0]);
    expect(hook.asked.slice(1).map(({ body }) => (JSON.parse(body) as { what: string }).what)).toEqual([
      'opened',
      'resolved',
    ]);
    const alerts = behind.asked.map(({ body }) => JSON.parse(body) as { status: string; alerts: { labels: object }[] });
    expect(alerts.map(({ status, alerts: { length } }) => [status, length])).toEqual([
      ['firing', 1],
      ['resolved', 1],
    ]);
    expect(alerts[0]!.alerts[0]!.labels).toMatchObject({
      alertname: 'XunkaoMains',
      severity: 'critical',
      room: 'A',
      subject: 'ups-1',
    });
    const told = await collector.written('what was sent', 'kind=page', (entries) => entries.length >= 4 && entries);
    expect(
      told.map(({ body }) => `${String(body['channel'])} ${String(body['what'])} ${String(body['change'])}`).sort(),
    ).toEqual(['am opened sent', 'am resolved sent', 'hook opened sent', 'hook resolved sent']);
  }, 240_000);
});
