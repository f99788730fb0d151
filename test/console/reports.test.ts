import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { noChromium } from '../fixtures/chromium.ts';
import { administrator, collectorIn, PASSWORD } from '../fixtures/collector.ts';
import { signIn, useRealPages } from '../fixtures/console/real.ts';

const pages = useRealPages();
const START = Date.UTC(2030, 0, 7, 1);

test.skipIf(noChromium !== null)(
  'a lead opens a report as a page that prints on A4, and downloads it as a PDF, from the list of sessions on',
  async () => {
    const collector = await collectorIn();
    const headers = await administrator(collector);
    const payload = {
      kind: 'exam',
      title: { zh: '上午场', en: 'Morning' },
      rooms: ['A'],
      startsAt: START,
      endsAt: START + 7_200_000,
      candidates: 40,
    };
    await collector.app.inject({ method: 'POST', url: '/api/v1/sessions', headers, payload });
    const page = await pages.open(collector, '#/sign-in');
    await signIn(page, 'li', PASSWORD);
    await page.click('a:has-text("场次")');
    await page.click('tr:has-text("上午场") a:has-text("报告")');
    await page.waitForSelector('#report-session h2:has-text("一场考试")');
    expect(await page.locator('#report-session select option:checked').textContent()).toContain('上午场');
    for (const kind of ['session', 'seats', 'term', 'dossier', 'evaluation'])
      expect(await page.locator(`#report-${kind} .report-links a`).count(), kind).toBe(4);
    const opened = page.context().waitForEvent('page');
    await page.click('#report-session a:has-text("网页")');
    const report = await opened;
    await report.waitForSelector('h1:has-text("考试场次报告：上午场")');
    const border = await report.evaluate(`getComputedStyle(document.querySelector('h2')).borderLeftWidth`);
    expect(border, 'the page’s own style counts').toBe('4px');
    await report.emulateMedia({ media: 'print' });
    expect(await report.locator('.hint').isVisible()).toBe(false);
    const width = await report.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
    expect(width).toBe(0);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.click('#report-dossier a:has-text("PDF")'),
    ]);
    expect(
      readFileSync(await download.path())
        .subarray(0, 5)
        .toString(),
    ).toBe('%PDF-');
    await page.click('text=English');
    await page.waitForSelector('#report-evaluation h2:has-text("Two-year evaluation")');
    expect(await page.locator('#report-term a').first().getAttribute('href')).toContain('lang=en');
  },
  90_000,
);
