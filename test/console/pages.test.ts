import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { launchChromium, noChromium } from '../fixtures/chromium.ts';
import { buildPages } from '../fixtures/console/pages.ts';
import { judged } from '../fixtures/console/rows.ts';
import {
  ACCOUNT,
  CODE,
  startConsoleSite,
  type ConsoleSite,
  type ConsoleSiteOptions,
} from '../fixtures/console/site.ts';

/** Silence, after which the page must speak up, plus the time to draw it. */
const LOST_MS = 9_000;
const PATIENCE = { timeout: 10_000 };

let browser: Browser;
let built: Awaited<ReturnType<typeof buildPages>>;
let site: ConsoleSite;
let context: BrowserContext;
/** What must never happen on any page: exceptions, refusals by the content security policy, requests to other hosts. */
let faults: string[];

describe.skipIf(noChromium)(`the console's pages in Chromium${noChromium ? ` (${noChromium})` : ''}`, () => {
  beforeAll(async () => {
    built = await buildPages();
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser?.close();
    await built?.remove();
  });
  beforeEach(() => {
    faults = [];
  });
  afterEach(async () => {
    await context?.close();
    await site?.close();
    expect(faults).toEqual([]);
  });

  describe('the room', () => {
    it('says at a glance that it is not ready, and how many are what', async () => {
      const page = await open();
      expect(await page.textContent('.summary-word')).toBe('未就绪');
      expect(await page.locator('.counts li').allTextContents()).toEqual(['6 台未就绪', '2 台未知', '39 台就绪']);
      expect(await page.title()).toBe('未就绪 · 考场 A · 巡考');
    });

    it('shows the worst seats first with one reason each in plain words', async () => {
      const page = await open();
      const tiles = page.locator('.seats .tile');
      expect(await tiles.count()).toBe(45);
      expect(await lines(page, 0)).toEqual(['17', '没有消息', '自 09:23 起']);
      expect(await lines(page, 1)).toEqual(['3', '内存容量', '2 GiB', '应：≥\u00a04\u00a0GiB']);
      expect(await lines(page, 2)).toEqual(['12', '+1另有 1 项', '谷歌浏览器', '79.0.3945.130', '应：83.0 或以上']);
      expect(await lines(page, 5)).toEqual(['28', '内存类型', '测不出来']);
      expect(await lines(page, 7)).toEqual(['1', '就绪']);
    });

    it('shows seats in their order when asked, and remembers that', async () => {
      const page = await open();
      await page.click('text=按座位');
      expect(await page.locator('.seats .tile-label').first().textContent()).toBe('1');
      await page.reload();
      await page.waitForSelector('.tile');
      expect(await page.locator('.seats .tile-label').allTextContents()).toEqual(
        Array.from({ length: 45 }, (_, seat) => String(seat + 1)),
      );
    });

    it('tells ready, broken and unknown apart by outline and word, not by colour alone', async () => {
      const page = await open();
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
      const page = await open({ width, height });
      breakEverySeat();
      await expect.poll(() => page.locator('.seats .tile.is-not-ready').count(), PATIENCE).toBe(45);
      const [needed = Infinity, had = 0] = await page.evaluate<number[]>(
        '[document.documentElement.scrollHeight, innerHeight]',
      );
      expect(needed).toBeLessThanOrEqual(had);
    });

    it('shows a change while it is looked at', async () => {
      const page = await open();
      const row = site.rows.verdicts.find((verdict) => verdict.subject === 'm-A-5' && verdict.rule === 'office')!;
      const machine = site.rows.machines.find((one) => one.id === 'm-A-5')!;
      const broken = { ...row, state: 'broken', observed: { 'software.office_version': '12.0' } } as const;
      const others = site.rows.verdicts.filter((one) => one.subject === 'm-A-5' && one.rule !== 'office');
      site.push({ verdicts: [broken], machines: [{ ...machine, ...judged([...others, broken]) }] });
      await page.waitForSelector('.counts >> text=7 台未就绪');
      expect(await page.locator('.is-not-ready', { hasText: 'Office' }).locator('.tile-label').textContent()).toBe('5');
      site.push({ verdicts: [row], machines: [machine] });
      await page.waitForSelector('.counts >> text=6 台未就绪');
    });

    it('is one of several: another is a click away, and what is simulated says so', async () => {
      const page = await open();
      await page.click('.rooms >> text=B');
      await page.waitForSelector('.summary-word:text-is("就绪")');
      expect(await page.locator('.seats .tile').count()).toBe(6);
      expect(await page.locator('.seats .tile', { hasText: '模拟' }).count()).toBe(6);
      await page.goto(site.url);
      await page.waitForSelector('.summary-room:text-is("考场 B")');
    });

    it('shows incidents with what to do, urgent first, and all of them when asked', async () => {
      const page = await open();
      const first = page.locator('.incident').first();
      expect(await first.textContent()).toContain('紧急');
      expect(await first.textContent()).toContain('立即查看配电箱');
      expect(await page.locator('.incident').count()).toBe(2);
      await page.click('text=全部 3 条事件');
      expect(await page.locator('.incident').count()).toBe(3);
      expect(await page.locator('.incidents').getAttribute('aria-live')).toBe('polite');
    });
  });

  describe('the loss of the collector', () => {
    it('is said and sounds within seconds when nothing is heard, and is over when it speaks again', async () => {
      const page = await open({ calm: true });
      await page.click('text=打开声音');
      await page.waitForSelector('text=声音已开');
      const before = await beeps(page);
      site.silence(true);
      await page.waitForSelector('.banner.lost', { timeout: LOST_MS });
      expect(await page.textContent('.banner.lost')).toMatch(/联系不上采集器，下面是 09:30:0\d 的情况/);
      await expect.poll(() => beeps(page), PATIENCE).toBeGreaterThan(before + 2);
      expect(await page.evaluate("getComputedStyle(document.querySelector('.content')).filter")).toBe('grayscale(1)');
      site.silence(false);
      await page.waitForSelector('.banner.lost', { state: 'detached' });
    });

    it('is said at once when the line is cut; afterwards everything is fetched anew', async () => {
      const page = await open();
      site.down(true);
      await page.waitForSelector('.banner.lost');
      site.rows.machines = site.rows.machines.filter((machine) => machine.id !== 'm-A-17');
      site.down(false);
      await page.waitForSelector('.banner.lost', { state: 'detached' });
      await expect.poll(() => page.locator('.seats .tile').count(), PATIENCE).toBe(44);
      faults = faults.filter((fault) => !/ERR_(?:EMPTY_RESPONSE|INCOMPLETE_CHUNKED|CONNECTION)/.test(fault));
    });

    it('sounds after a reload too: what the browser holds back, the first touch of the page wakes', async () => {
      const page = await open({ calm: true });
      await page.click('text=打开声音');
      await page.waitForSelector('text=声音已开');
      await page.reload();
      await page.waitForSelector('text=声音被浏览器拦住');
      await page.click('.summary-word');
      await page.waitForSelector('text=声音已开');
      await page.reload();
      // As slow as a person's press: going down must not turn on what coming up then turns off.
      await page.focus('text=声音被浏览器拦住');
      await page.keyboard.press('Space', { delay: 400 });
      await page.waitForSelector('text=声音已开');
      await page.click('text=声音已开');
      await page.reload();
      await page.waitForSelector('text=打开声音');
    });

    it('can be muted, and the next loss sounds again', async () => {
      const page = await open({ calm: true });
      await page.click('text=打开声音');
      await page.waitForSelector('text=声音已开');
      for (let loss = 0; loss < 2; loss += 1) {
        const before = await beeps(page);
        site.down(true);
        await page.waitForSelector('.banner.lost');
        await expect.poll(() => beeps(page), PATIENCE).toBeGreaterThan(before);
        await page.click('.banner.lost >> text=静音');
        expect(await page.locator('text=静音').count()).toBe(0);
        site.down(false);
        await page.waitForSelector('.banner.lost', { state: 'detached' });
      }
      faults = faults.filter((fault) => !/ERR_(?:EMPTY_RESPONSE|INCOMPLETE_CHUNKED|CONNECTION)/.test(fault));
    });

    it('before anything was seen says that there is nothing to show yet', async () => {
      const page = await open();
      await page.route('**/api/v1/site', (route) => route.abort());
      await page.reload();
      expect(await page.textContent('.banner.lost')).toContain('还没有任何数据');
      faults = [];
    });
  });

  describe('the language', () => {
    it('is the browser’s, can be switched, and stays so', async () => {
      const page = await open({ locale: 'en-GB' });
      expect(await page.textContent('.summary-word')).toBe('Not ready');
      expect(await page.getAttribute('html', 'lang')).toBe('en');
      await page.click('text=中文');
      expect(await page.textContent('.summary-word')).toBe('未就绪');
      expect(await page.getAttribute('html', 'lang')).toBe('zh-CN');
      await page.reload();
      await page.waitForSelector('.tile');
      expect(await page.textContent('.summary-word')).toBe('未就绪');
    });
  });

  describe('a machine', () => {
    it('shows every verdict by state, with observed and required in human units', async () => {
      const page = await open();
      await page.click('.tile >> text=谷歌浏览器');
      await page.waitForSelector('.verdicts');
      expect(await page.locator('.verdicts h2').allTextContents()).toEqual(['不符合 2', '符合 10']);
      const row = page.locator('tr', { hasText: '屏幕分辨率' });
      expect(await row.locator('td').allTextContents()).toEqual(['≥ 1440 × 900', '1366 × 768 px', '机器自报', '09:23']);
      expect(await row.textContent()).toContain('第三条（二）');
      expect(await row.textContent()).toContain('显示设置');
      expect(await page.locator('tr', { hasText: '机器在线' }).textContent()).toContain('外部见证');
    });

    it('that is silent says only once what to do', async () => {
      const page = await open();
      await page.goto(`${site.url}#/subject/m-A-17`);
      await page.waitForSelector('.verdicts.is-unknown');
      expect(await page.locator('.advice').count()).toBe(1);
      expect(await page.locator('.is-unknown td', { hasText: '机器没有消息' }).count()).toBe(11);
    });

    it('follows what changes', async () => {
      const page = await open();
      await page.goto(`${site.url}#/subject/m-A-3`);
      await page.waitForSelector('.verdicts.is-broken');
      const row = site.rows.verdicts.find((verdict) => verdict.subject === 'm-A-3' && verdict.rule === 'memory-size')!;
      site.push({ verdicts: [{ ...row, state: 'holds', observed: { 'memory.installed_bytes': 8 * 1024 ** 3 } }] });
      await page.waitForSelector('.verdicts.is-broken', { state: 'detached' });
      expect(await page.locator('tr', { hasText: '内存容量' }).textContent()).toContain('8 GiB');
    });

    it('has a history in words, newest first, page by page', async () => {
      const page = await open();
      await page.goto(`${site.url}#/subject/m-A-3/history`);
      await page.waitForSelector('.entries');
      expect(await page.locator('.entries tbody tr').first().locator('td').allTextContents()).toEqual([
        '2026-11-23 09:23:00',
        '内存容量：符合 → 不符合',
        '2 GiB',
      ]);
      await page.click('text=更早的记录');
      await page.waitForSelector('text=机器登记');
      expect(await page.locator('.entries tbody tr').count()).toBe(9);
      expect(await page.locator('.entries tr', { hasText: '事后补记' }).count()).toBe(1);
      expect(await page.locator('text=更早的记录').count()).toBe(0);
    });

    it('gets its seat from a person, who is told when the seat is taken', async () => {
      const page = await open();
      await signIn(page);
      await page.goto(`${site.url}#/subject/m-A-3`);
      await page.click('text=改座位或用途');
      await page.fill('#seat', '4');
      await page.click('.place button');
      await page.waitForSelector('text=该座位已有一台机器');
      await page.fill('#seat', '60');
      await page.selectOption('#role', 'spare');
      await page.click('.place button');
      await page.waitForSelector('h1:has-text("座位 60")');
      expect(site.asked).toEqual([{ path: '/api/v1/machines/m-A-3', body: { room: 'A', seat: '60', role: 'spare' } }]);
      faults = faults.filter((fault) => !fault.includes('409'));
    });
  });

  describe('an incident', () => {
    it('sounds while it is urgent and nobody has taken it, and is acknowledged by name', async () => {
      const page = await open();
      expect(await page.locator('text=我来处理').count()).toBe(0);
      await page.click('text=打开声音');
      await expect.poll(() => beeps(page), PATIENCE).toBeGreaterThan(0);
      await signIn(page);
      await page.locator('.incident.is-urgent >> text=我来处理').click();
      await page.waitForSelector('.incident.is-urgent >> text=李工 已在处理');
      expect(site.asked.map(({ path }) => path)).toEqual(['/api/v1/incidents/i-1/acknowledge']);
      const quiet = await beeps(page);
      // Longer than the alarm's pause between two beeps.
      await page.waitForTimeout(3_000);
      expect(await beeps(page)).toBe(quiet);
    });

    it('that closes is gone', async () => {
      const page = await open();
      site.push({ incidents: [{ ...site.rows.incidents[0]!, closedAt: 1 }] });
      await page.waitForSelector('.incident.is-urgent', { state: 'detached' });
    });
  });

  describe('signing in', () => {
    it('refuses a wrong password in the page’s language, and greets by name', async () => {
      const page = await open({ locale: 'en-GB' });
      await page.click('text=Sign in');
      await page.fill('#name', ACCOUNT.name);
      await page.fill('#password', 'not the right one');
      await page.click('form button');
      await page.waitForSelector('text=The name or the password is wrong.');
      await page.fill('#password', ACCOUNT.password);
      await page.click('form button');
      await page.waitForSelector('.account:has-text("李工")');
      await page.waitForSelector('.tile');
      await page.click('text=Sign out');
      await page.waitForSelector('.bar >> text=Sign in');
      faults = faults.filter((fault) => !fault.includes('401'));
    });

    it('is asked for before anything is shown where strangers may not look', async () => {
      const page = await open({ strangersMayLook: false, waitFor: '#password' });
      expect(await page.textContent('main')).toContain('请先登录');
      expect(await page.locator('.tile').count()).toBe(0);
      await page.fill('#name', ACCOUNT.name);
      await page.fill('#password', ACCOUNT.password);
      await page.click('form button');
      await page.waitForSelector('.tile');
      faults = faults.filter((fault) => !fault.includes('401'));
    });

    it('starts with the printed code, which does not stay in the address', async () => {
      const page = await open({ needsAdministrator: true, hash: `#code=${CODE}`, waitFor: '#again' });
      expect(page.url()).toBe(`${site.url}#/administrator`);
      expect(await page.inputValue('#code')).toBe(CODE);
      await page.fill('#name', '王老师');
      await page.fill('#password', 'ten characters');
      await page.fill('#again', 'ten charactres');
      await page.click('form button');
      await page.waitForSelector('text=两次输入的密码不一样');
      await page.fill('#again', 'ten characters');
      await page.click('form button');
      await page.waitForSelector('.account:has-text("王老师")');
      expect(site.asked).toEqual([
        { path: '/api/v1/administrator', body: { code: CODE, name: '王老师', password: 'ten characters' } },
      ]);
    });
  });

  describe('enrolment', () => {
    it('makes a ticket, says what to type, and shows who has arrived', async () => {
      const page = await open();
      await signIn(page);
      await page.click('text=登记机器');
      await page.fill('#uses', '40');
      await page.click('text=开凭证');
      await page.waitForSelector('.ticket');
      expect(site.asked).toEqual([
        { path: '/api/v1/tickets', body: { room: 'A', role: 'candidate', uses: 40, days: 14 } },
      ]);
      expect(await page.inputValue('.ticket textarea')).toMatch(/^xunkao-agent enrol --ticket xk1\./);
      const { enrolledAt, ...newcomer } = site.rows.machines[0]!;
      site.push({
        machines: [
          { ...newcomer, id: 'm-new', seat: null, hostname: 'NEW-PC', enrolledAt: enrolledAt + 13 * 86_400_000 },
        ],
      });
      await page.waitForSelector('.arrived >> text=NEW-PC');
    });

    it('is only for those who may', async () => {
      const page = await open();
      await page.goto(`${site.url}#/enrol`);
      await page.waitForSelector('text=请先登录');
      expect(await page.locator('form').count()).toBe(0);
    });
  });

  it('a browser that cannot run the script shows what to do in both languages', async () => {
    const page = await open({ javaScript: false, waitFor: '#too-old' });
    await page.waitForSelector('#too-old', { state: 'visible' });
    expect(await page.textContent('#too-old')).toMatch(/谷歌浏览器 83[\s\S]*Chrome 83/);
  });

  it('a page that failed says so instead of looking alive', async () => {
    const page = await open();
    await page.evaluate("setTimeout(() => JSON.parse('not JSON'))");
    await page.waitForSelector('#page-failed', { state: 'visible' });
    faults = [];
  });

  it('everything can be reached by keyboard', async () => {
    const page = await open();
    const reached = new Set<string>();
    for (let press = 0; press < 60; press += 1) {
      await page.keyboard.press('Tab');
      reached.add(await page.evaluate<string>('document.activeElement.textContent'));
    }
    expect([...reached].filter((text) => ['打开声音', 'English', '登录', '按座位'].includes(text))).toHaveLength(4);
    expect([...reached].some((text) => text.startsWith('45'))).toBe(true);
  });
});

interface OpenOptions extends Partial<Omit<ConsoleSiteOptions, 'pages'>> {
  readonly locale?: string;
  readonly width?: number;
  readonly height?: number;
  readonly hash?: string;
  readonly waitFor?: string;
  readonly javaScript?: boolean;
  /** Without incidents that would sound by themselves. */
  readonly calm?: boolean;
}

/** Counts the tones a page starts, where it asks the browser for them. */
const COUNT_BEEPS = `
  globalThis.beeps = 0;
  const { start } = OscillatorNode.prototype;
  OscillatorNode.prototype.start = function (...when) {
    globalThis.beeps += 1;
    start.apply(this, when);
  };
`;

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

async function open(options: OpenOptions = {}): Promise<Page> {
  const { locale = 'zh-CN', width = 1366, height = 768, hash = '', waitFor = '.seats .tile' } = options;
  site = await startConsoleSite({ pages: built.folder, ...options });
  if (options.calm) site.rows.incidents = [];
  context = await browser.newContext({
    locale,
    viewport: { width, height },
    timezoneId: 'Asia/Shanghai',
    javaScriptEnabled: options.javaScript ?? true,
  });
  context.setDefaultTimeout(10_000);
  const page = await context.newPage();
  page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
  page.on('pageerror', (error) => faults.push(String(error)));
  page.on('request', (request) => !request.url().startsWith(site.url) && faults.push(request.url()));
  await page.addInitScript(COUNT_BEEPS);
  await page.goto(site.url + hash);
  await page.waitForSelector(waitFor, { state: 'attached' });
  return page;
}

async function signIn(page: Page): Promise<void> {
  await page.goto(`${site.url}#/sign-in`);
  await page.fill('#name', ACCOUNT.name);
  await page.fill('#password', ACCOUNT.password);
  await page.click('form button');
  await page.waitForSelector('.account');
  await page.waitForSelector('.seats .tile');
}

function beeps(page: Page): Promise<number> {
  return page.evaluate<number>('beeps');
}

/** What a seat's tile shows, line by line, without what only readers hear. */
function lines(page: Page, place: number): Promise<(string | null)[]> {
  return page
    .locator('.seats .tile')
    .nth(place)
    .locator('.tile-label, .tile-word, .tile-more, .tile-what, .tile-seen, .tile-needed')
    .allTextContents();
}

function breakEverySeat(): void {
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
