import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Collector } from '../../collector/collector.ts';
import { noChromium } from '../fixtures/chromium.ts';
import { administrator, collectorIn, PASSWORD } from '../fixtures/collector.ts';
import { signIn, useRealPages } from '../fixtures/console/real.ts';
import { startSeat } from '../fixtures/seats.ts';

const PHONE = { width: 360, height: 740 };

describe.skipIf(noChromium !== null)('what people do to the pages without thinking', { timeout: 120_000 }, () => {
  const pages = useRealPages();
  let folder: string;
  beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'xunkao-hands-'))));
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const open = async (hash: string): Promise<{ collector: Collector; page: Page; machine: string }> => {
    const collector = await collectorIn({ settings: 'internet_targets: []' });
    await administrator(collector);
    const ticket = await collector.makeTicket({ room: 'A', role: 'candidate', uses: 1, days: 1 });
    const seat = await startSeat({ index: 17, ticket, says: {} });
    await vi.waitUntil(() => seat.machine !== null, { timeout: 20_000 });
    const page = await pages.open(collector, '#/sign-in');
    await signIn(page, 'li', PASSWORD);
    await page.evaluate(`location.hash = ${JSON.stringify(hash)}`);
    return { collector, page, machine: seat.machine! };
  };

  it('a double click plans one exam and shows no refusal; calling it off is asked for once more', async () => {
    const { collector, page } = await open('#/sessions');
    await page.fill('#title', '上午场');
    await page.fill('#plan-start', '2030-11-26T09:00');
    await page.fill('#plan-end', '2030-11-26T11:00');
    await page.dblclick('button:has-text("安排场次")');
    await page.waitForSelector('td:has-text("上午场")');
    await page.waitForSelector('role=status >> text=已安排');
    expect(await page.locator('.form-fault:not(:empty)').count()).toBe(0);
    const exams = () => collector.desk.sessions().filter(({ kind }) => kind === 'exam');
    expect(exams()).toHaveLength(1);

    // Who begins to move it can leave it as it is.
    await page.click('button:has-text("改时间")');
    await page.click('td >> text=/^取消$/');
    await page.dblclick('button:has-text("取消场次")');
    await page.waitForSelector('text=确定？再点一次');
    expect(exams()[0]!.cancelledAt).toBeUndefined();
    await page.waitForTimeout(600);
    await page.click('text=确定？再点一次');
    await page.waitForSelector('text=已取消');
    expect(exams()[0]!.cancelledAt).toBeDefined();
  });

  it.each([
    ['#/sessions', '#sessions-file', '导入场次'],
    ['#/enrol', '#seat-list', '导入'],
    ['#/affairs/roster', '#roster-file', '检查文件'],
  ])('on %s a file that was saved again after it was chosen has to be chosen again', async (hash, input, button) => {
    const { page } = await open(hash);
    const file = join(folder, 'list.csv');
    await writeFile(file, 'x\n');
    await page.setInputFiles(input, file);
    // Chromium tells files apart by whole seconds.
    await page.waitForTimeout(1_200);
    await writeFile(file, 'a longer file than it was\n');
    await page.click(`button >> text=/^${button}$/`);
    await page.waitForSelector('.form-fault:has-text("请再选一次")');
    expect(await page.isVisible('#page-failed')).toBe(false);
  });

  it('a machine without a seat is called by its host name where a person has to state something', async () => {
    const { page, machine } = await open('#/affairs/statements');
    await page.waitForSelector('.due li >> text=处理器');
    expect(await page.textContent('main')).not.toContain(machine);
  });

  it('an empty roster is told where somebody of it is to be assigned', async () => {
    const { page } = await open('#/affairs/staff');
    await page.click('a:has-text("名册里还没有这个岗位")');
    await page.waitForSelector('text=名册是空的');
  });

  it('what is not there says so and leads back: a machine that went, a link that was cut short', async () => {
    const { page } = await open('#/subject/m-nobody');
    await page.click('main a:has-text("回到考场")');
    await page.waitForSelector('.summary-room');
    await page.evaluate(`location.hash = '#/page/abc'`);
    await page.waitForSelector('[role=alert]:has-text("链接不完整")');
    expect(await page.textContent('main')).not.toContain('Wi-Fi');
  });

  it('a list of reasons that was printed says when', async () => {
    const { page } = await open('#/reasons/A');
    await page.waitForSelector('.reasons');
    expect(await page.isVisible('.print-only')).toBe(false);
    await page.emulateMedia({ media: 'print' });
    expect(await page.isVisible('.print-only')).toBe(true);
    expect(await page.textContent('.print-only')).toMatch(/^截至 \d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
  });

  it('no page is wider than a telephone', async () => {
    const { page, machine } = await open('#/');
    await page.setViewportSize(PHONE);
    const found: string[] = [];
    const hashes = ['', 'reasons/A', `subject/${machine}`, `subject/${machine}/history`, 'room/A/proofs', 'enrol'];
    hashes.push('restarts', 'sessions', 'paging', 'account', 'accounts', 'tokens', 'trial');
    hashes.push(
      ...['staff', 'roster', 'statements', 'occurrences', 'dossier', 'reports'].map((tab) => `affairs/${tab}`),
    );
    for (const hash of hashes) {
      await page.evaluate(`location.hash = '#/${hash}'`);
      await page.waitForSelector('main');
      await page.waitForTimeout(300);
      const width = await page.evaluate<number>('document.documentElement.scrollWidth');
      if (width > PHONE.width) found.push(`${hash}: ${width}`);
    }
    expect(found).toEqual([]);
  });
});
