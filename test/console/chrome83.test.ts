import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { launchChrome83, whyNoChrome83, type Chrome83, type Page83 } from '../fixtures/chrome83.ts';
import { buildPages } from '../fixtures/console/pages.ts';
import { ACCOUNT, startConsoleSite, type ConsoleSite } from '../fixtures/console/site.ts';

const missing = await whyNoChrome83();

let built: Awaited<ReturnType<typeof buildPages>>;
let site: ConsoleSite;
let chrome: Chrome83;

describe.skipIf(missing)(`the console's pages in real Chrome 83${missing ? ` (${missing})` : ''}`, () => {
  beforeAll(async () => {
    built = await buildPages();
  });
  afterAll(() => built?.remove());
  afterEach(async () => {
    await chrome?.close();
    await site?.close();
  });

  it('are looked at by Chrome 83 indeed', async () => {
    const page = await open('zh-CN');
    expect(await page.evaluate('navigator.userAgent')).toContain('Chrome/83.0.4103.0');
  });

  it('show the room, follow a change and raise no error', async () => {
    const page = await open('zh-CN');
    expect(await page.evaluate("document.querySelector('.summary-word').textContent")).toBe('未就绪');
    expect(await page.evaluate("document.querySelector('.seats .tile-label').textContent")).toBe('17');
    expect(await page.evaluate('document.documentElement.scrollHeight <= innerHeight')).toBe(true);
    site.push({ machines: [{ ...site.rows.machines[0]!, readiness: 'not-ready', online: false, seat: '1' }] });
    await page.until("document.querySelector('.counts').textContent.includes('7 台未就绪')");
    expect(await page.evaluate("document.querySelector('.seats .tile-label').textContent")).toBe('1');
    expect(page.errors).toEqual([]);
  });

  it('speak the browser’s language and switch', async () => {
    const page = await open('en-US');
    expect(await page.evaluate("document.querySelector('.summary-word').textContent")).toBe('Not ready');
    await click(page, '中文');
    await page.until("document.querySelector('.summary-word').textContent === '未就绪'");
  });

  it('say that the collector is lost, and go on when it is back', async () => {
    const page = await open('zh-CN');
    site.silence(true);
    await page.until("document.querySelector('.banner.lost')");
    expect(await page.evaluate("document.querySelector('.banner.lost').textContent")).toContain('联系不上采集器');
    site.silence(false);
    await page.until("!document.querySelector('.banner.lost')");
    expect(page.errors).toEqual([]);
  });

  it('show a machine, its history and every form without an error', async () => {
    const page = await open('zh-CN');
    for (const [hash, sign] of [
      ['#/subject/m-A-12', '.verdicts.is-broken'],
      ['#/subject/m-A-3/history', '.entries'],
      ['#/administrator', 'main'],
      ['#/enrol', 'main'],
      ['#/sign-in', '#password'],
    ] as const) {
      await page.evaluate(`location.hash = '${hash}'`);
      await page.until(`document.querySelector('${sign}')`);
    }
    await type(page, '#name', ACCOUNT.name);
    await type(page, '#password', ACCOUNT.password);
    await page.evaluate("document.querySelector('form button').click()");
    await page.until("document.querySelector('.account')");
    await page.until("document.querySelector('.incident button')");
    await click(page, '我来处理');
    await page.until("document.querySelector('.incident').textContent.includes('已在处理')");
    expect(page.errors).toEqual([]);
    for (const [hash, signs] of [
      ['#/enrol', ['#seat-list', 'form.row-form .button.main + .button']],
      ['#/restarts', ['.not-back li', '.restarts tbody tr:nth-child(3)', '#minutes']],
      ['#/subject/m-A-3', 'details'],
    ] as const) {
      await page.evaluate(`location.hash = '${hash}'`);
      for (const sign of [signs].flat()) await page.until(`document.querySelector('${sign}')`);
      expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
    }
    expect(page.errors).toEqual([]);
  });
});

async function open(language: string): Promise<Page83> {
  site = await startConsoleSite({ pages: built.folder });
  chrome = await launchChrome83(language);
  const page = await chrome.open(site.url, 1366, 768);
  await page.until("document.querySelectorAll('.seats .tile').length === 45");
  return page;
}

function click(page: Page83, text: string): Promise<void> {
  return page.evaluate(`[...document.querySelectorAll('button')].find((one) => one.textContent === '${text}').click()`);
}

function type(page: Page83, field: string, value: string): Promise<void> {
  return page.evaluate(`document.querySelector('${field}').value = '${value}'`);
}
