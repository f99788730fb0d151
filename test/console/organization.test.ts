import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect, onTestFinished, test } from 'vitest';
import { loadSites } from '../../collector/organization/demo/load.ts';
import { createPeople } from '../../collector/organization/people/accounts.ts';
import { launchChromium, noChromium } from '../fixtures/chromium.ts';
import { openField } from '../collector/organization/field.ts';

test.skipIf(noChromium !== null)(
  'a reviewer signs in with the code, finds a site, signs a decision, and reads all of it in English, without a script',
  async () => {
    const field = await openField();
    await loadSites(field.organization, { sites: 8, years: 2 });
    const code = await createPeople(field.organization).create({ name: 'chief', role: 'reviewer', scope: null });
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
    await page.waitForSelector('td:has-text("live-commerce@1.1")');
    await picture(page, 'compare');
    await page.click('a:has-text("Evaluations")');
    await page.waitForSelector('td:has-text("监控缺失")');
    await page.click('button:has-text("Sign out")');
    await page.waitForSelector('h1:has-text("Sign in")');
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
