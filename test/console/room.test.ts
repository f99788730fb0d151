import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { noChromium } from '../fixtures/chromium.ts';
import { PATIENCE, useChromium } from '../fixtures/console/browse.ts';
import { judged } from '../fixtures/console/rows.ts';
import type { ConsoleSite } from '../fixtures/console/site.ts';

describe.skipIf(noChromium)(`the room in Chromium${noChromium ? ` (${noChromium})` : ''}`, () => {
  const visit = useChromium();

  it('says at a glance that it is not ready, and how many are what', async () => {
    const page = await visit.open();
    expect(await page.textContent('.summary-word')).toBe('未就绪');
    expect(await page.locator('.counts li').allTextContents()).toEqual(['6 台未就绪', '2 台未知', '39 台就绪']);
    expect(await page.title()).toBe('未就绪 · 考场 A · 巡考');
  });

  it('says of an address of no room that there is none, instead of an empty one', async () => {
    const page = await visit.open({ hash: '#/room/B7', waitFor: 'h1' });
    expect(await page.textContent('h1')).toBe('这里没有考场 B7');
    await page.goto(page.url().replace('#/room/B7', '#/reasons/B7'));
    await page.reload();
    await page.waitForSelector('h1 >> text=这里没有考场 B7');
    await page.click('nav >> text=A');
    expect(await page.textContent('.summary-room')).toBe('考场 A');
  });

  it('shows the worst seats first with one reason each in plain words', async () => {
    const page = await visit.open();
    const tiles = page.locator('.seats .tile');
    expect(await tiles.count()).toBe(45);
    expect(await lines(page, 0)).toEqual(['17', '没有消息', '自 09:23 起']);
    expect(await lines(page, 1)).toEqual(['3', '内存容量', '2 GiB', '应：≥\u00a04\u00a0GiB']);
    expect(await lines(page, 2)).toEqual(['12', '+1另有 1 项', '谷歌浏览器', '79.0.3945.130', '应：83.0 或以上']);
    expect(await lines(page, 5)).toEqual(['28', '内存类型', '测不出来']);
    expect(await lines(page, 7)).toEqual(['1', '就绪']);
  });

  it('shows seats in their order when asked, and remembers that', async () => {
    const page = await visit.open();
    await page.click('text=按座位');
    expect(await page.locator('.seats .tile-label').first().textContent()).toBe('1');
    await page.reload();
    await page.waitForSelector('.tile');
    expect(await page.locator('.seats .tile-label').allTextContents()).toEqual(
      Array.from({ length: 45 }, (_, seat) => String(seat + 1)),
    );
  });

  it('tells ready, broken and unknown apart by outline and word, not by colour alone', async () => {
    const page = await visit.open();
    const looks = await page.evaluate<Look[]>(LOOKS);
    expect(looks.map((look) => look.border)).toEqual(['1px solid', '2px solid', '2px dashed']);
    expect(new Set(looks.map((look) => look.shape)).size).toBe(3);
    expect(looks.map((look) => look.word)).toEqual(['就绪', '未就绪', '未知']);
  });

  it.each([
    [1366, 768],
    [1440, 900],
    // What Windows' task bar and the browser's own bars leave of 1366 × 768.
    [1366, 625],
  ])('fits 45 seats on %i × %i without scrolling, even when everything is wrong', async (width, height) => {
    const page = await visit.open({ width, height });
    breakEverySeat(visit.site);
    await expect.poll(() => page.locator('.seats .tile.is-not-ready').count(), PATIENCE).toBe(45);
    const [needed = Infinity, had = 0] = await page.evaluate<number[]>(
      '[document.documentElement.scrollHeight, innerHeight]',
    );
    expect(needed).toBeLessThanOrEqual(had);
  });

  it('shows a change while it is looked at', async () => {
    const page = await visit.open();
    const row = visit.site.rows.verdicts.find((verdict) => verdict.subject === 'm-A-5' && verdict.rule === 'office')!;
    const machine = visit.site.rows.machines.find((one) => one.id === 'm-A-5')!;
    const broken = { ...row, state: 'broken', observed: { 'software.office_version': '12.0' } } as const;
    const others = visit.site.rows.verdicts.filter((one) => one.subject === 'm-A-5' && one.rule !== 'office');
    visit.site.push({ verdicts: [broken], machines: [{ ...machine, ...judged([...others, broken]) }] });
    await page.waitForSelector('.counts >> text=7 台未就绪');
    expect(await page.locator('.is-not-ready', { hasText: 'Office' }).locator('.tile-label').textContent()).toBe('5');
    visit.site.push({ verdicts: [row], machines: [machine] });
    await page.waitForSelector('.counts >> text=6 台未就绪');
  });

  it('is one of several: another is a click away, and what is simulated says so', async () => {
    const page = await visit.open();
    await page.click('.rooms >> text=B');
    await page.waitForSelector('.summary-word:text-is("就绪")');
    expect(await page.locator('.seats .tile').count()).toBe(6);
    expect(await page.locator('.seats .tile', { hasText: '模拟' }).count()).toBe(6);
    await page.goto(visit.site.url);
    await page.waitForSelector('.summary-room:text-is("考场 B")');
  });

  it('shows incidents with what to do, urgent first, and all of them when asked', async () => {
    const page = await visit.open();
    const first = page.locator('.incident').first();
    expect(await first.textContent()).toContain('紧急');
    expect(await first.textContent()).toContain('立即查看配电箱');
    expect(await page.locator('.incident').count()).toBe(2);
    await page.click('text=全部 3 条事件');
    expect(await page.locator('.incident').count()).toBe(3);
    expect(await page.locator('.incidents').getAttribute('aria-live')).toBe('polite');
  });
});

interface Look {
  readonly border: string;
  readonly shape: string;
  readonly word: string;
}

/** How a tile of each readiness looks apart from its colour. */
const LOOKS = `['ready', 'not-ready', 'unknown'].map((state) => {
  const tile = document.querySelector('.seats .tile.is-' + state);
  const { borderTopStyle, borderTopWidth } = getComputedStyle(tile);
  return {
    border: borderTopWidth + ' ' + borderTopStyle,
    shape: tile.querySelector('.mark-shape').getAttribute('d'),
    word: tile.querySelector('.tile-top span').textContent,
  };
})`;

/** What a seat's tile shows, line by line, without what only readers hear. */
function lines(page: Page, place: number): Promise<(string | null)[]> {
  return page
    .locator('.seats .tile')
    .nth(place)
    .locator('.tile-label, .tile-word, .tile-more, .tile-what, .tile-seen, .tile-needed')
    .allTextContents();
}

function breakEverySeat(site: ConsoleSite): void {
  const seats = site.rows.machines.filter((machine) => machine.room === 'A');
  const verdicts = site.rows.verdicts
    .filter((row) => row.room === 'A' && row.rule === 'restore-card')
    .map((row) => ({
      ...row,
      state: 'broken' as const,
      observed: { 'restore.products': ['小哨兵还原卡', '影子系统'] },
    }));
  site.push({
    machines: seats.map((row) => ({ ...row, readiness: 'not-ready', counts: { ...row.counts, broken: 3 } })),
    verdicts,
  });
}
