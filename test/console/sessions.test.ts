import { expect, test, vi } from 'vitest';
import { noChromium } from '../fixtures/chromium.ts';
import { administrator, collectorIn, PASSWORD } from '../fixtures/collector.ts';
import { signIn, useRealPages } from '../fixtures/console/real.ts';
import { startSeat } from '../fixtures/seats.ts';

const pages = useRealPages();

test.skipIf(noChromium !== null)(
  'a lead plans an exam, moves it, takes a file of them, and freezes a room’s readiness',
  async () => {
    const collector = await collectorIn({ settings: 'internet_targets: []' });
    await administrator(collector);
    const ticket = await collector.makeTicket({ room: 'A', role: 'candidate', uses: 2, days: 1 });
    const seat = await startSeat({ index: 17, ticket, says: {} });
    await vi.waitUntil(() => seat.machine !== null, { timeout: 20_000 });

    const page = await pages.open(collector, '#/sign-in');
    await signIn(page, 'li', PASSWORD);
    await page.click('a:has-text("场次")');
    await page.waitForSelector('h1:has-text("场次")');

    await page.fill('#title', '直播电商 中级 上午场');
    // However people part them; what could be no room is stopped before it is sent.
    await page.fill('#rooms', 'A/1');
    expect(await page.locator('#rooms:invalid').count()).toBe(1);
    await page.fill('#rooms', ' A  B；C ');
    await page.fill('#plan-start', '2030-11-26T09:00');
    await page.fill('#plan-end', '2030-11-26T08:00');
    await page.click('button:has-text("安排场次")');
    await page.waitForSelector('.form-fault:has-text("结束时间要晚于开始时间")');
    await page.fill('#plan-end', '2030-11-26T11:00');
    await page.click('button:has-text("安排场次")');
    await page.waitForSelector('td:has-text("直播电商 中级 上午场")');

    await page.click('tr:has-text("上午场") button:has-text("改时间")');
    await page.fill('#end', '2030-11-26T11:30');
    await page.click('button:has-text("保存")');
    await page.waitForSelector('td:has-text("11:30")');
    const planned = collector.desk.sessions().find(({ kind }) => kind === 'exam');
    expect(planned).toMatchObject({ rooms: ['A', 'B', 'C'], candidates: 40 });

    // A file with a fault takes nothing, and says which line.
    const template = await (await fetch(`http://${collector.addresses[0]!}/api/v1/sessions/template.csv`)).text();
    const wrong = `${template.split('\n')[0]!}\n下午场,B,2030-11-26 14:00,2030-11-26 13:00\n`;
    await page.setInputFiles('#sessions-file', { name: '场次.csv', mimeType: 'text/csv', buffer: Buffer.from(wrong) });
    await page.click('button:has-text("导入场次")');
    await page.waitForSelector('li:has-text("第 2 行")');
    expect(collector.desk.sessions().filter(({ kind }) => kind === 'exam')).toHaveLength(1);

    await page.click('button:has-text("现在留存")');
    await page.waitForSelector('table.snapshots tbody tr');
    await page.click('button:has-text("看变化")');
    // The one before was frozen when the first look ended.
    await page.waitForSelector('text=与上一份相比');
    await page.screenshot({ path: '/tmp/xunkao-sessions.png', fullPage: true });
  },
  120_000,
);
