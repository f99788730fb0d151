import { describe, expect, it } from 'vitest';
import { noChromium } from '../fixtures/chromium.ts';
import { useChromium } from '../fixtures/console/browse.ts';

describe.skipIf(noChromium)(`a machine in Chromium${noChromium ? ` (${noChromium})` : ''}`, () => {
  const visit = useChromium();

  it('shows every verdict by state, with observed and required in human units', async () => {
    const page = await visit.open();
    await page.click('.tile >> text=谷歌浏览器');
    await page.waitForSelector('.verdicts');
    expect(await page.locator('.verdicts h2').allTextContents()).toEqual(['不符合 2', '符合 10']);
    const row = page.locator('tr', { hasText: '屏幕分辨率' });
    expect(await row.locator('td').allTextContents()).toEqual(['≥ 1440 × 900', '1366 × 768 px', '机器自报', '09:23']);
    expect(await row.textContent()).toContain('第三条（二）');
    expect(await row.textContent()).toContain('显示设置');
    expect(await page.locator('tr', { hasText: '机器在线' }).textContent()).toContain('外部见证');
  });

  it('that is silent says only once what to do', async () => {
    const page = await visit.open();
    await page.goto(`${visit.site.url}#/subject/m-A-17`);
    await page.waitForSelector('.verdicts.is-unknown');
    expect(await page.locator('.advice').count()).toBe(1);
    expect(await page.locator('.is-unknown td', { hasText: '机器没有消息' }).count()).toBe(11);
  });

  it('follows what changes', async () => {
    const page = await visit.open();
    await page.goto(`${visit.site.url}#/subject/m-A-3`);
    await page.waitForSelector('.verdicts.is-broken');
    const row = visit.site.rows.verdicts.find(
      (verdict) => verdict.subject === 'm-A-3' && verdict.rule === 'memory-size',
    )!;
    visit.site.push({ verdicts: [{ ...row, state: 'holds', observed: { 'memory.installed_bytes': 8 * 1024 ** 3 } }] });
    await page.waitForSelector('.verdicts.is-broken', { state: 'detached' });
    expect(await page.locator('tr', { hasText: '内存容量' }).textContent()).toContain('8 GiB');
  });

  it('has a history in words, newest first, page by page', async () => {
    const page = await visit.open();
    await page.goto(`${visit.site.url}#/subject/m-A-3/history`);
    await page.waitForSelector('.entries');
    expect(await page.locator('.entries tbody tr').first().locator('td').allTextContents()).toEqual([
      '2026-11-23 09:23:00',
      '内存容量：符合 → 不符合',
      '2 GiB',
    ]);
    await page.click('text=更早的记录');
    await page.waitForSelector('text=机器登记');
    expect(await page.locator('.entries tbody tr').count()).toBe(9);
    expect(await page.locator('.entries tr', { hasText: '事后补记' }).count()).toBe(1);
    expect(await page.locator('text=更早的记录').count()).toBe(0);
  });

  it('gets its seat from a person, who is told when the seat is taken', async () => {
    const page = await visit.open();
    await visit.signIn(page);
    await page.goto(`${visit.site.url}#/subject/m-A-3`);
    await page.click('text=改座位或用途');
    await page.fill('#seat', '4');
    await page.click('.place button');
    await page.waitForSelector('text=该座位已有一台机器');
    await page.fill('#seat', '60');
    await page.selectOption('#role', 'spare');
    await page.click('.place button');
    await page.waitForSelector('h1:has-text("座位 60")');
    expect(visit.site.asked).toEqual([
      { path: '/api/v1/machines/m-A-3', body: { room: 'A', seat: '60', role: 'spare' } },
    ]);
    visit.expectFaults(/409/);
  });
});
