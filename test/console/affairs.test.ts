import { expect, test } from 'vitest';
import type { Collector } from '../../collector/collector.ts';
import { noChromium } from '../fixtures/chromium.ts';
import { administrator, collectorIn, PASSWORD } from '../fixtures/collector.ts';
import { signIn, useRealPages } from '../fixtures/console/real.ts';
import { JPEG } from '../fixtures/photos.ts';

/** The built pages before a real collector: the roster, a session's staff, what people state and write down, the dossier. */

const HOUR = 3_600_000;
const SETTINGS = `
internet_targets: []
devices:
  - { id: ups-a, kind: ups, url: 'nut://127.0.0.1:9/a', room: A }
`;
const ROSTER = [
  '工号,姓名,岗位,院系,任课专业班级,考务经验,组织培训日期,考核通过日期,考前培训日期,遵纪守法,熟悉业务并保密,身体健康,无考试事故,负责人选聘',
  '0001,欧阳若曦,考点负责人,教务处,无,是,2026-03-01,2026-03-02,,是,是,是,是,是',
  '0002,司马青云,监考,外语学院,英语,,2026-03-01,2026-03-02,2026-11-20,是,是,是,是,是',
  '0003,诸葛明月,监考,商学院,电子商务2301,,,否,,是,是,是,是,是',
  '0004,端木赐,技术支持,信息学院,无,,2026-03-01,2026-03-02,,是,是,是,是,是',
  '0005,公孙无忌,后勤,总务处,,,,2026-03-02,,是,是,是,是,是',
].join('\n');
const pages = useRealPages();

const file = (name: string, content: string | Buffer) => ({
  name,
  mimeType: 'application/octet-stream',
  buffer: Buffer.from(content as string),
});

async function exam(collector: Collector, headers: Readonly<Record<string, string>>): Promise<void> {
  const now = Date.now();
  const title = { zh: '上午场', en: 'Morning' };
  const times = { startsAt: now - HOUR, endsAt: now + HOUR };
  const payload = { kind: 'exam', title, rooms: ['A'], ...times, candidates: 40 };
  const planned = await collector.app.inject({ method: 'POST', url: '/api/v1/sessions', headers, payload });
  expect(planned.statusCode, planned.body).toBe(201);
}

test.skipIf(noChromium)('the people of an exam day, from the roster to the paper', { timeout: 120_000 }, async () => {
  const collector = await collectorIn({ settings: SETTINGS });
  await exam(collector, await administrator(collector));
  const page = await pages.open(collector, '#/sign-in');
  await signIn(page, 'li', PASSWORD);
  const tab = (name: string) => page.click(`.tabs a:has-text("${name}")`);

  await page.click('.bar-end >> text=考务');
  await tab('名册');
  await page.waitForSelector('text=名册是空的');
  // A file with faults: each by line, and nobody is there.
  await page.setInputFiles('#roster-file', file('名册.csv', `${ROSTER}\n0002,=1+1,监考,,,,,,,,,,,\n`));
  await page.click('text=检查文件');
  await page.waitForSelector('.faults tr:has-text("7"):has-text("姓名"):has-text("公式")');
  await page.setInputFiles('#roster-file', file('名册.csv', ROSTER));
  await page.click('text=检查文件');
  await page.waitForSelector('text=将新增 5 人，修改 0 人，0 人不变。');
  expect(await page.locator('table.people').count()).toBe(0);
  await page.click('button:text-is("导入")');
  await page.waitForSelector('table.people tr:has-text("诸葛明月"):has-text("未参加")');
  await page.click('tr:has-text("公孙无忌") >> text=修改');
  await page.fill('#teaches', '无');
  await page.fill('#briefed', '2026-03-05');
  await page.click('.person-form >> text=保存');
  await page.waitForSelector('tr:has-text("公孙无忌") td:has-text("无")');

  await tab('考务安排');
  await page.waitForSelector('text=还没有安排人员');
  await page.fill('#classes', '电子商务2301');
  await page.fill('#departments', '商学院');
  await page.click('form:has(#classes) >> text=保存');
  for (const number of ['0002', '0003']) {
    await page.selectOption('#number', number);
    await page.click('button:text-is("安排")');
    await page.waitForSelector(`.people td:has-text("${number}")`);
  }
  await page.waitForSelector('tr:has-text("诸葛明月") >> text=任教试点专业或本场考生');
  expect(await page.locator('tr:has-text("司马青云") .conflict').count()).toBe(0);
  await page.click('tr:has-text("司马青云") >> text=登记已签');
  await page.click('tr:has-text("司马青云") >> button:text-is("签到")');
  await page.waitForSelector('text=考场 A：监考安排 2 人，已到 1 人');

  await tab('情况记录');
  await page.waitForSelector('text=不要写考生姓名');
  await page.fill('#seat', '17');
  await page.fill('#text', '使用手机，已收缴');
  await page.click('text=提交记录');
  await page.waitForSelector('tr:has-text("座位 17"):has-text("使用手机")');
  await page.click('tr:has-text("使用手机") >> text=更正');
  await page.fill('#seat', '18');
  await page.click('text=提交记录');
  await page.waitForSelector('tr.is-gone:has-text("座位 17"):has-text("已由 o-2 更正")');

  await tab('人工确认');
  const banner = page.locator('.due > li:has-text("入口布置")');
  await banner.locator('button:text-is("确认")').click();
  for (const item of await banner.locator('.checks input').all()) await item.check();
  await banner.locator('textarea').fill('正门已挂横幅');
  await banner.locator('input[type=file]').setInputFiles(file('照片.jpg', '不是照片'));
  await banner.locator('text=提交确认').click();
  await banner.locator('text=不是完整的 JPEG').waitFor();
  await banner.locator('input[type=file]').setInputFiles(file('照片.jpg', JPEG));
  await banner.locator('text=提交确认').click();
  await page.waitForSelector('.verdicts tr:has-text("入口布置"):has-text("正门已挂横幅")');
  await banner.locator('text=重新确认').waitFor();

  await tab('考点材料');
  await page.waitForSelector('.clauses tr:has-text("入口布置"):has-text("人工确认"):has-text("正门已挂横幅")');
  await page.waitForSelector('.clauses tr:has-text("监考回避"):has-text("不符合")');
  const order = await page.locator('.clauses .rule-title').allTextContents();
  expect(order.indexOf('办学许可')).toBeLessThan(order.indexOf('操作系统'));
  expect(order.indexOf('操作系统')).toBeLessThan(order.indexOf('入口布置'));
  expect(await page.textContent('.files')).toMatch(/[0-9a-f]{64}/);
  expect(await page.textContent('.seal')).toContain('公章');
  await page.emulateMedia({ media: 'print' });
  expect(await page.locator('.bar, .tabs, .no-print').filter({ visible: true }).count()).toBe(0);
  const pdf = await page.pdf({ preferCSSPageSize: true });
  expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
  await page.emulateMedia({ media: 'screen' });
  await page.click('text=English');
  await page.waitForSelector('h1:has-text("Dossier of the assessment site")');
  const english = (await page.locator('.clauses td').allTextContents()).join('').replaceAll('正门已挂横幅', '');
  expect(english).not.toMatch(/\p{Script=Han}/u);
});

test.skipIf(noChromium)('nobody sees a name without signing in', { timeout: 60_000 }, async () => {
  const collector = await collectorIn({ settings: SETTINGS });
  await administrator(collector);
  const page = await pages.open(collector, '#/affairs/roster');
  await page.waitForSelector('text=人员信息要登录后才能看');
  expect(await page.locator('table').count()).toBe(0);
  expect(await page.locator('.bar-end >> text=考务').count()).toBe(0);
});
