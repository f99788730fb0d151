import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { PagingAnswer } from '../../collector/console/api.ts';
import { launchChrome83, whyNoChrome83, type Chrome83, type Page83 } from '../fixtures/chrome83.ts';
import { administrator, collectorIn, PASSWORD } from '../fixtures/collector.ts';
import { pagesBefore } from '../fixtures/console/before.ts';
import { buildPages } from '../fixtures/console/pages.ts';
import { BUSY_PAGING, LINK_TOKEN } from '../fixtures/console/paging.ts';
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

  it('show which ways lead to people', async () => {
    const page = await open('zh-CN', { paging: BUSY_PAGING });
    await page.until("document.querySelector('.paging-now')");
    await page.evaluate("location.hash = '#/paging'");
    await page.until("document.querySelectorAll('.paging tbody tr').length === 3");
    expect(await page.evaluate("document.querySelector('.paging').textContent")).toMatch(/sms-4g[^]*断网可用/);
    expect(page.errors).toEqual([]);
  });

  it('answer the link of a page on a telephone', async () => {
    site = await startConsoleSite({ pages: built.folder, paging: BUSY_PAGING });
    chrome = await launchChrome83('zh-CN');
    const page = await chrome.open(`${site.url}#/page/${LINK_TOKEN}`, 360, 740);
    await page.until("document.querySelector('.link-button')");
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
    await page.evaluate("document.querySelector('.link-button').click()");
    await page.until("document.body.textContent.includes('已有人处理')");
    expect(page.errors).toEqual([]);
  });

  it.each(['zh-CN', 'en-US'])(
    'show what is seldom opened – sessions, people, a trial, restarts, accounts – of a real collector in %s',
    async (language) => {
      const collector = await collectorIn({ settings: `trial: jamb-cbt\n${CAMERA_OF_A}` });
      await administrator(collector);
      chrome = await launchChrome83(language);
      const page = await chrome.open(`${await pagesBefore(collector, built.folder)}#/sign-in`, 1366, 768);
      await page.until("document.querySelector('#password')");
      await type(page, '#name', 'li');
      await type(page, '#password', PASSWORD);
      await page.evaluate("document.querySelector('form button').click()");
      await page.until("document.querySelector('.account')");
      const zh = language === 'zh-CN';
      for (const [hash, words] of [
        ['#/accounts', zh ? '建立账号' : 'Make the account'],
        ['#/tokens', zh ? '还没有令牌' : 'There is no token yet.'],
        ['#/account', zh ? '角色：管理员' : 'administrator'],
        ['#/sessions', zh ? '安排场次' : 'Plan'],
        ['#/affairs/staff', zh ? '还没有安排人员' : 'Nobody is assigned yet'],
        ['#/affairs/roster', zh ? '下载模板' : 'Download the template'],
        ['#/affairs/statements', zh ? '办学许可' : 'Licence'],
        ['#/affairs/occurrences', zh ? '违纪' : 'Violation'],
        ['#/affairs/dossier', zh ? '第三条' : '第三条'],
        ['#/trial', zh ? '试用标准' : 'on trial'],
        ['#/room/Z', zh ? '这里没有考场 Z' : 'There is no room Z'],
        ['#/reasons/A', zh ? '要处理的事' : 'what to deal with'],
        ['#/room/A/proofs', zh ? '测外网带宽' : 'Measure the line out'],
        ['#/restarts', zh ? '重启检查' : 'estart'],
        ['#/paging', zh ? '通道' : 'hannel'],
        ['#/choose-password', zh ? '一次性代码' : 'One-time code'],
      ] as const) {
        await page.evaluate(`location.hash = '${hash}'`);
        await page.until(`document.querySelector('main').textContent.includes('${words}')`);
        expect([hash, await page.evaluate('document.documentElement.scrollWidth <= innerWidth')]).toEqual([hash, true]);
        if (process.env['XUNKAO_LOOK']) {
          await new Promise((resolve) => setTimeout(resolve, 800));
          await writeFile(
            join(process.env['XUNKAO_LOOK'], `83${hash.replaceAll(/\W+/g, '-')}-${language}.png`),
            await page.screenshot(),
          );
        }
      }
      expect(page.errors).toEqual([]);
    },
    90_000,
  );
});

/** A room is there with its first device. */
const CAMERA_OF_A = 'devices: [{ id: cam-1, kind: camera, url: rtsp://127.0.0.1:1/a, room: A }]\n';

async function open(language: string, more: { readonly paging?: PagingAnswer } = {}): Promise<Page83> {
  site = await startConsoleSite({ pages: built.folder, ...more });
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
