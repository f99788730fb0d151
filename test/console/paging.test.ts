import { describe, expect, it } from 'vitest';
import { noChromium } from '../fixtures/chromium.ts';
import { useChromium } from '../fixtures/console/browse.ts';
import { BUSY_PAGING, LINK_TOKEN } from '../fixtures/console/paging.ts';
import { TAKEN_AT } from '../fixtures/console/rows.ts';

describe.skipIf(noChromium)(`paging at the console in Chromium${noChromium ? ` (${noChromium})` : ''}`, () => {
  const visit = useChromium();

  it('every page says who is called and which way fails', async () => {
    const page = await visit.open({ paging: BUSY_PAGING });
    const banner = page.locator('.paging-now');
    await banner.waitFor();
    const text = await banner.textContent();
    expect(text).toContain('正在通知：UPS 电源 ups-1（考场 A）：市电不符合');
    expect(text).toContain('已通知 考点负责人 sms-4g');
    expect(text).toContain('通道不通：ding-1');
  });

  it('an incident that was answered by a link says whose', async () => {
    const page = await visit.open({ paging: BUSY_PAGING });
    const first = visit.site.rows.incidents[0]!;
    visit.site.push({ incidents: [{ ...first, acknowledgedAt: TAKEN_AT, acknowledgedBy: 'link:lead' }] });
    await page.waitForSelector('.incident-act:has-text("考点负责人")');
    visit.site.push({ incidents: [{ ...first, acknowledgedAt: TAKEN_AT, acknowledgedBy: 'link' }] });
    await page.waitForSelector('.incident-act:has-text("打开链接的人")');
    expect(await page.textContent('body')).not.toContain('link:');
  });

  it('the ways are shown with what works without the internet, and a test page is for who may', async () => {
    const page = await visit.open({ paging: BUSY_PAGING });
    await page.click('footer >> text=通知通道');
    await page.waitForSelector('.paging table');
    const rows = await page.locator('.paging tbody tr').allTextContents();
    expect(rows).toHaveLength(3);
    expect(rows[0]).toMatch(/ding-1.*要上网.*不通.*ENOTFOUND.*2/);
    expect(rows[1]).toMatch(/sms-4g.*断网可用.*通/);
    expect(await page.locator('text=发测试通知').count()).toBe(0);
    await visit.signIn(page);
    await page.goto(`${visit.site.url}#/paging`);
    await page.locator('tr:has-text("sms-4g") >> text=发测试通知').click();
    await page.waitForSelector('text=已送到');
    await page.locator('tr:has-text("ding-1") >> text=发测试通知').click();
    await page.waitForSelector('text=没送到：ENOTFOUND');
    expect(visit.site.asked.map(({ body }) => body)).toEqual([{ channel: 'sms-4g' }, { channel: 'ding-1' }]);
    if (process.env['XUNKAO_SHOTS']) await page.screenshot({ path: `${process.env['XUNKAO_SHOTS']}/paging.png` });
  });

  it('says so where nothing is set up, and where all of it hangs on the internet', async () => {
    const page = await visit.open({ hash: '#/paging', waitFor: '.paging' });
    expect(await page.textContent('.paging')).toContain('还没有设置任何通道');
  });

  it('a link on a telephone shows what it is about, and answers by its button without signing in', async () => {
    const page = await visit.open({
      strangersMayLook: false,
      hash: `#/page/${LINK_TOKEN}`,
      waitFor: '.link-button',
      width: 360,
      height: 740,
    });
    expect(visit.site.asked).toEqual([]);
    if (process.env['XUNKAO_SHOTS']) await page.screenshot({ path: `${process.env['XUNKAO_SHOTS']}/link.png` });
    await page.click('.link-button');
    await page.waitForSelector('text=已有人处理');
    expect(await page.locator('.link-button').count()).toBe(0);
    expect(visit.site.asked.map(({ path }) => path)).toEqual([`/api/v1/page-links/${LINK_TOKEN}/acknowledge`]);
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
    visit.expectFaults(/401/);
  });
});
