import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { lineOf } from '../../collector/history/chain.ts';
import { act } from '../../collector/organization/acts/act.ts';
import { loadSites } from '../../collector/organization/demo/load.ts';
import { take } from '../../collector/organization/intake/take.ts';
import { createPeople } from '../../collector/organization/people/accounts.ts';
import { organizationTicketText } from '../../collector/organization/ticket.ts';
import { launchChrome83, whyNoChrome83, type Page83 } from '../fixtures/chrome83.ts';
import { administrator, collectorIn, PASSWORD, temporaryFolder } from '../fixtures/collector.ts';
import { pagesBefore } from '../fixtures/console/before.ts';
import { buildPages } from '../fixtures/console/pages.ts';
import { openField, type Field } from '../collector/organization/field.ts';
import { examBody, paperSite } from '../collector/organization/paper.ts';

const missing = await whyNoChrome83();
const DAY_MS = 86_400_000;
function shipped(name: string): string {
  return readFileSync(join(import.meta.dirname, '../../collector/standards/live-commerce', name), 'utf8');
}
const WIDTHS = [1366, 420] as const;

/** Everything that a page of one site can show: documents of every kind, a fork, a gap, an exam outside of the scope. */
async function signed({ organization }: Field, site: string): Promise<void> {
  const now = organization.now();
  const acts: readonly (readonly [string, object])[] = [
    ['decision', { decision: 'warning', reason: '考场 A 监控画面缺失，两次提醒后仍未修复，另有三台考生机缺少还原卡' }],
    ['rectification', { title: '补装考场 B 的第二路摄像头', due: now + 20 * DAY_MS }],
    ['evaluation', { from: now - 731 * DAY_MS, to: now, due: now + 30 * DAY_MS }],
    ['waiver', { rule: 'memory', subject: '*', reason: '内存条到货前', validUntil: now + 30 * DAY_MS }],
    ['parameters', { parameters: { memory: { minimum_bytes: '8 GiB' } } }],
  ];
  for (const [word, said] of acts) await act(organization, site, word, { ...said }, 'o-1');
}

/** A site whose record came twice, differently, and with a hole. */
async function forked({ organization }: Field, site: string): Promise<void> {
  const [first, second] = [paperSite(site), paperSite(site, Date.UTC(2026, 10, 24))];
  first.write('session', examBody('s-1', Date.now() + DAY_MS, { rooms: ['A'], level: '三级', candidates: 90 }));
  for (const paper of [first, second]) for (let count = 0; count < 6; count += 1) paper.write('verdict', { count });
  await take(organization, site, first.entries.slice(0, 4).map(lineOf));
  await take(organization, site, first.entries.slice(6).map(lineOf));
  await take(organization, site, second.entries.map(lineOf));
}

async function enter(page: Page83, code: string): Promise<void> {
  await page.until("document.querySelector('#password')");
  for (const [field, value] of [
    ['#name', 'chief'],
    ['#password', 'a long password'],
    ['#code', code],
  ])
    await page.evaluate(`document.querySelector('${field}').value = '${value}'`);
  await page.evaluate("document.querySelector('main button').click()");
  await page.until("document.querySelector('nav')");
}

describe.skipIf(missing)(`in real Chrome 83${missing ? ` (${missing})` : ''}`, () => {
  test.each(['zh-CN', 'en-US'])(
    'every page of the organization fits at a desk and on a narrow screen, and raises no error, in %s',
    async (language) => {
      const field = await openField();
      await loadSites(field.organization, { sites: 12, years: 2 });
      await signed(field, 'demo-0001');
      await field.ticket('forked-01');
      await forked(field, 'forked-01');
      const wish = { name: 'chief', role: 'administrator', scope: null } as const;
      const code = await createPeople(field.organization).create(wish, 'command-line');
      const chrome = await launchChrome83(language, ['--ignore-certificate-errors']);
      onTestFinished(() => chrome.close());
      for (const [index, width] of WIDTHS.entries()) {
        const page = await chrome.open(`${field.url}/sign-in`, width, 768);
        if (index === 0) await enter(page, code);
        for (const path of [
          '/',
          '/?order=exam',
          '/?order=fails',
          '/silent',
          '/compare',
          '/evaluations',
          '/site/demo-0001',
          '/site/forked-01',
          '/site/nowhere',
          '/accounts',
          '/password',
          '/sign-in',
        ]) {
          await page.evaluate(`location.assign('${field.url}${path}')`);
          await page.until(`location.href === '${field.url}${path}' && document.readyState === 'complete'`);
          await page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })");
          const widths = await page.evaluate<number[]>('[document.documentElement.scrollWidth, innerWidth]');
          expect([path, widths[0]! <= widths[1]!, widths]).toEqual([path, true, widths]);
          expect(await page.evaluate("getComputedStyle(document.querySelector('header')).display")).toBe('flex');
          await look(page, `${width}${path}-${language}`);
        }
        // What is not there answers 404, which Chrome itself writes on its console.
        expect(page.errors.filter((error) => !error.includes('/site/nowhere'))).toEqual([]);
        await page.close();
      }
    },
    120_000,
  );

  let built: Awaited<ReturnType<typeof buildPages>> | undefined;
  afterAll(() => built?.remove());

  test.each(['zh-CN', 'en-US'])(
    'the site’s own tab of the organization shows documents, duties and exams outside, in %s',
    async (language) => {
      built ??= await buildPages();
      const field = await openField();
      const data = temporaryFolder();
      writeFileSync(join(data, 'organization-ticket'), organizationTicketText(await field.ticket('nanjing-01')));
      await signed(field, 'nanjing-01');
      const files = { 'standard.yaml': shipped('standard.yaml'), 'memory.yaml': shipped('memory.yaml') };
      await act(field.organization, 'nanjing-01', 'pack', { id: 'live-commerce', edition: '2.0', files }, 'o-1');
      const settings = `site: nanjing-01\ninternet_targets: []\norganization: { ticket_file: ${data}/organization-ticket }\n`;
      const collector = await collectorIn({ data, settings });
      const headers = await administrator(collector);
      const startsAt = Date.now() + DAY_MS;
      const exam = { kind: 'exam', title: { zh: '下午场', en: 'Afternoon' }, rooms: ['B'], candidates: 60 };
      const payload = { ...exam, startsAt, endsAt: startsAt + 3_600_000 };
      await collector.app.inject({ method: 'POST', url: '/api/v1/sessions', headers, payload });
      await vi.waitUntil(() => collector.desk.belonging?.membership.documents().length === 6, { timeout: 20_000 });
      const chrome = await launchChrome83(language);
      onTestFinished(() => chrome.close());
      for (const [index, width] of WIDTHS.entries()) {
        const page = await chrome.open(`${await pagesBefore(collector, built.folder)}#/sign-in`, width, 768);
        await page.until("document.querySelector('#password')");
        await page.evaluate(`document.querySelector('#name').value = 'li'`);
        await page.evaluate(`document.querySelector('#password').value = '${PASSWORD}'`);
        await page.evaluate("document.querySelector('form button').click()");
        await page.until("document.querySelector('.account')");
        await page.evaluate("location.hash = '#/affairs/organization'");
        await page.until("document.querySelector('main').textContent.includes('补装考场 B 的第二路摄像头')");
        await look(page, `own-${width}-${language}`);
        // An edition that names no day: the site lead confirms it, and it waits for the next start.
        const list =
          "[...document.querySelectorAll('li')].find((each) => each.textContent.includes('live-commerce 2.0'))";
        if (index === 0) await page.evaluate(`${list}.querySelector('button').click()`);
        await page.until(`!${list}.querySelector('button')`);
        expect(await page.evaluate(`${list}.textContent`)).toMatch(/下次启动采集器起执行|from the next start/);
        const widths = await page.evaluate<number[]>('[document.documentElement.scrollWidth, innerWidth]');
        expect([widths[0]! <= widths[1]!, widths]).toEqual([true, widths]);
        expect(page.errors).toEqual([]);
        await page.close();
      }
    },
    120_000,
  );
});

/** For whoever wants to look: XUNKAO_LOOK names a folder. */
async function look(page: Page83, name: string): Promise<void> {
  const folder = process.env['XUNKAO_LOOK'];
  if (folder) writeFileSync(join(folder, `83-${name.replaceAll(/[^\w-]+/g, '_')}.png`), await page.screenshot());
}
