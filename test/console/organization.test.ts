import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect, onTestFinished, test, vi } from 'vitest';
import { act } from '../../collector/organization/acts/act.ts';
import { loadSites } from '../../collector/organization/demo/load.ts';
import { createPeople } from '../../collector/organization/people/accounts.ts';
import { organizationTicketText } from '../../collector/organization/ticket.ts';
import { launchChromium, noChromium } from '../fixtures/chromium.ts';
import { administrator, collectorIn, PASSWORD, temporaryFolder } from '../fixtures/collector.ts';
import { signIn, useRealPages } from '../fixtures/console/real.ts';
import { openField } from '../collector/organization/field.ts';

test.skipIf(noChromium !== null)(
  'a reviewer signs in with the code, finds a site, signs a decision, and reads all of it in English, without a script',
  async () => {
    const field = await openField();
    await loadSites(field.organization, { sites: 8, years: 2 });
    const wish = { name: 'chief', role: 'reviewer', scope: null } as const;
    const code = await createPeople(field.organization).create(wish, 'command-line');
    const browser = await launchChromium();
    onTestFinished(() => browser.close());
    const context = await browser.newContext({
      ignoreHTTPSErrors: true,
      javaScriptEnabled: false,
      locale: 'zh-CN',
      viewport: { width: 1366, height: 900 },
    });
    const page = await context.newPage();
    await page.goto(`${field.url}/site/demo-0001`);
    await page.fill('#name', 'chief');
    await page.fill('#password', 'a long password');
    await page.fill('#code', code);
    await page.click('main button');
    await page.waitForSelector('h1:has-text("考点")');
    expect(await page.locator('tbody tr').count()).toBe(8);
    await picture(page, 'sites');

    await page.click('a:has-text("演示考点 0001")');
    await page.waitForSelector('h1:has-text("demo-0001")');
    await page.click('summary:has-text("决定")');
    await page.selectOption('form[action$="/decision"] select', 'rectification');
    await page.fill('form[action$="/decision"] textarea', '监控缺失');
    await page.click('form[action$="/decision"] button');
    await page.waitForSelector('p:has-text("限期整改要有期限")');
    await page.goBack();
    await page.click('summary:has-text("决定")');
    await page.selectOption('form[action$="/decision"] select', 'rectification');
    await page.fill('form[action$="/decision"] textarea', '监控缺失');
    await page.fill('form[action$="/decision"] input[type=date]', '2099-03-01');
    await page.click('form[action$="/decision"] button');
    await page.waitForSelector('[role=status]:has-text("已签发第")');
    await page.waitForSelector('td:has-text("监控缺失")');
    await picture(page, 'site');

    await page.click('a:has-text("English")');
    await page.waitForSelector('h2:has-text("Rectification and evaluation")');
    await page.click('a:has-text("Compare")');
    await page.waitForSelector('td:has-text("live-commerce 1.1")');
    await picture(page, 'compare');
    await page.click('a:has-text("Evaluations")');
    await page.waitForSelector('td:has-text("监控缺失")');
    await page.click('button:has-text("Sign out")');
    await page.waitForSelector('h1:has-text("Sign in")');
  },
  120_000,
);

test.skipIf(noChromium !== null)(
  'an administrator makes, narrows and switches off an account on its page, at a desk and on a narrow screen',
  async () => {
    const field = await openField();
    await loadSites(field.organization, { sites: 20, years: 1 });
    const wish = { name: 'chief', role: 'administrator', scope: null } as const;
    const code = await createPeople(field.organization).create(wish, 'command-line');
    const browser = await launchChromium();
    onTestFinished(() => browser.close());
    const context = await browser.newContext({ ignoreHTTPSErrors: true, javaScriptEnabled: false, locale: 'zh-CN' });
    const page = await context.newPage();
    await page.setViewportSize({ width: 1366, height: 768 });
    await page.goto(`${field.url}/sign-in`);
    await page.fill('#name', 'chief');
    await page.fill('#password', 'a long password');
    await page.fill('#code', code);
    await page.click('main button');
    await page.click('nav >> text=账号');
    await page.fill('#name', '王评审');
    await page.selectOption('form[action="/accounts"] select', 'reviewer');
    await page.fill('form[action="/accounts"] input[name=sites]', 'demo-0001');
    await page.click('form[action="/accounts"] button');
    await page.waitForSelector('[role=status]:has-text("王评审 的一次性代码")');
    await picture(page, 'accounts');

    await page.setViewportSize({ width: 420, height: 800 });
    const row = page.locator('tr:has(strong:text("王评审"))');
    await row.locator('summary').click();
    await picture(page, 'accounts-narrow');
    await row.locator('input[name=sites]').fill('demo-0001 demo-9999');
    await row.locator('button:has-text("保存")').click();
    await page.waitForSelector('[role=alert]:has-text("没有考点 demo-9999")');
    await page.click('nav >> text=账号');
    await row.locator('summary').click();
    await row.locator('button:has-text("停用")').click();
    await page.waitForSelector('tr:has(strong:text("王评审")):has-text("已停用")');
  },
  60_000,
);

const pages = useRealPages();

test.skipIf(noChromium !== null)(
  'a site’s own console shows how far its record has come, what was signed for it, and exams outside of what is certified',
  async () => {
    const field = await openField();
    const data = temporaryFolder();
    writeFileSync(join(data, 'organization-ticket'), organizationTicketText(await field.ticket('nanjing-01')));
    const make = (word: string, said: object) => act(field.organization, 'nanjing-01', word, { ...said }, 'o-1');
    await make('certification', { state: 'applied' });
    await make('certification', { state: 'expert-review' });
    await make('certification', { state: 'certified', number: 'JS-2026-001', rooms: ['A'], seats: 45 });
    await make('decision', { decision: 'rectification', reason: '监控缺失', deadline: Date.UTC(2099, 0) });
    const settings = `site: nanjing-01
internet_targets: []
organization: { ticket_file: ${data}/organization-ticket }
`;
    const collector = await collectorIn({ data, settings });
    const headers = await administrator(collector);
    const startsAt = Date.now() + 86_400_000;
    const exam = { kind: 'exam', title: { zh: '下午场', en: 'Afternoon' }, rooms: ['B'], candidates: 60 };
    const payload = { ...exam, startsAt, endsAt: startsAt + 3_600_000 };
    await collector.app.inject({ method: 'POST', url: '/api/v1/sessions', headers, payload });
    await vi.waitUntil(() => collector.desk.belonging?.membership.documents().length === 4, { timeout: 20_000 });

    const page = await pages.open(collector, '#/sign-in');
    await signIn(page, 'li', PASSWORD);
    await page.click('.bar-end >> text=考务');
    await page.click('.tabs a:has-text("机构")');
    await page.waitForSelector('h2:has-text("不在认定范围内")');
    await page.waitForSelector('li:has-text("下午场"):has-text("考场 B 未批准"):has-text("60 名考生")');
    await page.waitForSelector('td:has-text("证书 JS-2026-001")');
    await page.waitForSelector('td:has-text("限期整改 · 监控缺失")');
    await picture(page, 'own');
  },
  120_000,
);

/** For whoever wants to look: XUNKAO_PICTURES names a folder. */
async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env['XUNKAO_PICTURES'] ?? mkdtempSync(join(tmpdir(), 'xunkao-'));
  const { length } = await page.screenshot({ path: join(folder, `organization-${name}.png`), fullPage: true });
  expect(length).toBeGreaterThan(10_000);
  if (process.env['XUNKAO_PICTURES'] === undefined) rmSync(folder, { recursive: true, force: true });
}
