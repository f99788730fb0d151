import { describe, expect, it } from 'vitest';
import { noChromium } from '../fixtures/chromium.ts';
import { beeps, PATIENCE, useChromium } from '../fixtures/console/browse.ts';

/** Silence, after which the page must speak up, plus the time to draw it. */
const LOST_MS = 9_000;
/** What Chromium says of a line that was cut. */
const CUT = /ERR_(?:EMPTY_RESPONSE|INCOMPLETE_CHUNKED|CONNECTION)/;

describe.skipIf(noChromium)(`losing the collector in Chromium${noChromium ? ` (${noChromium})` : ''}`, () => {
  const visit = useChromium();

  it('is said and sounds within seconds when nothing is heard, and is over when it speaks again', async () => {
    const page = await visit.open({ calm: true });
    await page.click('text=打开声音');
    await page.waitForSelector('text=声音已开');
    const before = await beeps(page);
    visit.site.silence(true);
    await page.waitForSelector('.banner.lost', { timeout: LOST_MS });
    expect(await page.textContent('.banner.lost')).toMatch(/联系不上采集器，下面是 09:30:0\d 的情况/);
    await expect.poll(() => beeps(page), PATIENCE).toBeGreaterThan(before + 2);
    expect(await page.evaluate("getComputedStyle(document.querySelector('.content')).filter")).toBe('grayscale(1)');
    visit.site.silence(false);
    await page.waitForSelector('.banner.lost', { state: 'detached' });
  });

  it('is said at once when the line is cut; afterwards everything is fetched anew', async () => {
    const page = await visit.open();
    visit.site.down(true);
    await page.waitForSelector('.banner.lost');
    visit.site.rows.machines = visit.site.rows.machines.filter((machine) => machine.id !== 'm-A-17');
    visit.site.down(false);
    await page.waitForSelector('.banner.lost', { state: 'detached' });
    await expect.poll(() => page.locator('.seats .tile').count(), PATIENCE).toBe(44);
    visit.expectFaults(CUT);
  });

  it('sounds after a reload too: what the browser holds back, the first touch of the page wakes', async () => {
    const page = await visit.open({ calm: true });
    await page.click('text=打开声音');
    await page.waitForSelector('text=声音已开');
    await page.reload();
    await page.waitForSelector('text=声音被浏览器拦住');
    await page.click('.summary-word');
    await page.waitForSelector('text=声音已开');
    await page.reload();
    // As slow as a person's press: going down must not turn on what coming up then turns off.
    await page.focus('text=声音被浏览器拦住');
    await page.keyboard.press('Space', { delay: 400 });
    await page.waitForSelector('text=声音已开');
    await page.click('text=声音已开');
    await page.reload();
    await page.waitForSelector('text=打开声音');
  });

  it('can be muted, and the next loss sounds again', async () => {
    const page = await visit.open({ calm: true });
    await page.click('text=打开声音');
    await page.waitForSelector('text=声音已开');
    for (let loss = 0; loss < 2; loss += 1) {
      const before = await beeps(page);
      visit.site.down(true);
      await page.waitForSelector('.banner.lost');
      await expect.poll(() => beeps(page), PATIENCE).toBeGreaterThan(before);
      await page.click('.banner.lost >> text=静音');
      expect(await page.locator('text=静音').count()).toBe(0);
      visit.site.down(false);
      await page.waitForSelector('.banner.lost', { state: 'detached' });
    }
    visit.expectFaults(CUT);
  });

  it('before anything was seen says that there is nothing to show yet', async () => {
    const page = await visit.open();
    await page.route('**/api/v1/site', (route) => route.abort());
    await page.reload();
    expect(await page.textContent('.banner.lost')).toContain('还没有任何数据');
    visit.expectFaults(/./);
  });

  it('a page that failed says so instead of looking alive', async () => {
    const page = await visit.open();
    await page.evaluate("setTimeout(() => JSON.parse('not JSON'))");
    await page.waitForSelector('#page-failed', { state: 'visible' });
    visit.expectFaults(/./);
  });

  it('a browser that cannot run the script shows what to do in both languages', async () => {
    const page = await visit.open({ javaScript: false, waitFor: '#too-old' });
    await page.waitForSelector('#too-old', { state: 'visible' });
    expect(await page.textContent('#too-old')).toMatch(/谷歌浏览器 83[\s\S]*Chrome 83/);
  });
});
