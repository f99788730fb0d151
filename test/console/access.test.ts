import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import type { Collector } from '../../collector/collector.ts';
import { administrator, collectorIn, PASSWORD } from '../fixtures/collector.ts';
import { signIn, useRealPages } from '../fixtures/console/real.ts';

/** The built pages before a real collector: what an administrator and a proctor do with accounts and tokens. */

const SETTINGS = `
internet_targets: []
devices:
  - { id: ups-a, kind: ups, url: 'nut://127.0.0.1:9/a', room: A }
  - { id: ups-b, kind: ups, url: 'nut://127.0.0.1:9/b', room: B }
`;
const pages = useRealPages();

/** For whoever looks, in both languages: XUNKAO_SHOTS names the folder. */
async function shoot(page: Page, name: string): Promise<void> {
  const folder = process.env['XUNKAO_SHOTS'];
  if (folder === undefined) return;
  for (const language of ['1', '2']) {
    await page.screenshot({ path: join(folder, `${name}-${language}.png`), fullPage: true });
    await page.click('.bar >> text=/^(English|中文)$/');
  }
}

const urlOf = (collector: Collector): string => `http://${collector.addresses[0]!}`;

test('an administrator makes an account; its person chooses a password with the code and sees one room', async () => {
  const collector = await collectorIn({ settings: SETTINGS });
  await administrator(collector);
  const chief = await pages.open(collector, '#/sign-in');
  await signIn(chief, 'li', PASSWORD);
  await chief.click('.account a');
  await chief.click('a:has-text("账号")');
  await chief.waitForSelector('.accounts th:has-text("li")');
  // What the collector refuses is said where it was typed, which stays.
  await chief.fill('#name', '赵监考');
  await chief.click('text=建立账号');
  await chief.waitForSelector('text=监考和后勤的账号至少属于一个考场');
  await chief.fill('#rooms', 'A');
  await chief.click('text=建立账号');
  const code = (await chief.textContent('.code'))!;
  expect(code).toMatch(/^[A-Z2-9]{4}-[A-Z2-9]{4}$/);
  await chief.waitForSelector('tr:has-text("赵监考"):has-text("等本人设密码")');
  await shoot(chief, 'accounts');

  // The PC showed another room before: it is not the proctor's, and what it showed is gone.
  const proctor = await pages.open(collector, '#/room/B');
  await proctor.waitForSelector('text=ups-b');
  await proctor.click('text=登录');
  await proctor.click('text=我有一次性代码');
  await proctor.fill('#name', '赵监考');
  await proctor.fill('#code', code);
  await proctor.fill('#password', 'my own password');
  await proctor.fill('#again', 'my own password');
  await shoot(proctor, 'choose-password');
  await proctor.click('form button');
  await proctor.waitForSelector('.account:has-text("赵监考")');
  await proctor.waitForSelector('text=ups-a');
  expect(await proctor.textContent('body')).not.toContain('ups-b');
  await proctor.reload();
  await proctor.waitForSelector('text=ups-a');
  expect(await proctor.locator('.banner').count()).toBe(0);
  await proctor.goto(`${urlOf(collector)}/#/room/B`);
  await proctor.waitForSelector('h1:has-text("这里没有考场 B")');
  await proctor.click('main a:has-text("考场 A")');
  await proctor.waitForSelector('text=ups-a');
  await proctor.click('a:has-text("考务")');
  await proctor.waitForSelector('.tabs');
  expect(await proctor.locator('.tabs a').allTextContents()).toEqual(['考务安排', '名册', '人工确认', '情况记录']);
  expect(await proctor.locator('text=登记机器').count()).toBe(0);
  await proctor.goto(`${urlOf(collector)}/#/account`);
  await proctor.waitForSelector('text=角色：监考，范围：A');
  expect(await proctor.locator('main a').count()).toBe(0);
  await proctor.fill('#old', 'my own password');
  await proctor.fill('#password', 'another password');
  await proctor.fill('#again', 'another password');
  await proctor.click('form button');
  await proctor.waitForSelector('text=密码已修改');
  await proctor.goto(`${urlOf(collector)}/#/accounts`);
  await proctor.waitForSelector('text=您的账号不能做这件事');

  // Switched off by two presses, and out within seconds.
  const row = 'tr:has-text("赵监考")';
  await chief.reload();
  await chief.click(`${row} >> text=停用`);
  // A double click is no answer.
  await chief.waitForTimeout(600);
  await chief.click(`${row} >> text=确定？再点一次`);
  await chief.waitForSelector(`${row}:has-text("已停用")`);
  await proctor.waitForSelector('.bar >> text=登录');
}, 90_000);

test('a token is made, shown once, and revoked, in English', async () => {
  const collector = await collectorIn({ settings: SETTINGS });
  await administrator(collector);
  const page = await pages.open(collector, '#/sign-in', 'en-GB');
  await signIn(page, 'li', PASSWORD);
  await page.goto(`${urlOf(collector)}/#/tokens`);
  await page.waitForSelector('text=There is no token yet.');
  await page.fill('#name', 'Prometheus');
  await page.check('input[name=metrics]');
  await page.click('text=Make a token');
  const token = await page.inputValue('.ticket textarea');
  await page.waitForSelector('tr:has-text("Prometheus"):has-text("never")');
  const scrape = () => collector.app.inject({ url: '/metrics', headers: { authorization: `Bearer ${token}` } });
  expect((await scrape()).statusCode).toBe(200);
  await shoot(page, 'tokens');
  await page.reload();
  await page.waitForSelector('tr:has-text("Prometheus")');
  expect(await page.content()).not.toContain(token);
  await page.click('tr:has-text("Prometheus") >> text=Revoke');
  await page.waitForTimeout(600);
  await page.click('text=Sure? Press again');
  await page.waitForSelector('tr:has-text("revoked")');
  expect((await scrape()).statusCode).toBe(401);
}, 90_000);
