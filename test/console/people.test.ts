import { describe, expect, it } from 'vitest';
import { noChromium } from '../fixtures/chromium.ts';
import { beeps, PATIENCE, useChromium } from '../fixtures/console/browse.ts';
import { ACCOUNT, CODE } from '../fixtures/console/site.ts';

describe.skipIf(noChromium)(`people at the console in Chromium${noChromium ? ` (${noChromium})` : ''}`, () => {
  const visit = useChromium();

  describe('an incident', () => {
    it('sounds while it is urgent and nobody has taken it, and is acknowledged by name', async () => {
      const page = await visit.open();
      expect(await page.locator('text=我来处理').count()).toBe(0);
      await page.click('text=打开声音');
      await expect.poll(() => beeps(page), PATIENCE).toBeGreaterThan(0);
      await visit.signIn(page);
      await page.locator('.incident.is-urgent >> text=我来处理').click();
      await page.waitForSelector('.incident.is-urgent >> text=李工 已在处理');
      expect(visit.site.asked.map(({ path }) => path)).toEqual(['/api/v1/incidents/i-1/acknowledge']);
      const quiet = await beeps(page);
      // Longer than the alarm's pause between two beeps.
      await page.waitForTimeout(3_000);
      expect(await beeps(page)).toBe(quiet);
    });

    it('that closes is gone', async () => {
      const page = await visit.open();
      visit.site.push({ incidents: [{ ...visit.site.rows.incidents[0]!, closedAt: 1 }] });
      await page.waitForSelector('.incident.is-urgent', { state: 'detached' });
    });
  });

  describe('signing in', () => {
    it('refuses a wrong password in the page’s language, and greets by name', async () => {
      const page = await visit.open({ locale: 'en-GB' });
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
      visit.expectFaults(/401/);
    });

    it('is asked for before anything is shown where strangers may not look', async () => {
      const page = await visit.open({ strangersMayLook: false, waitFor: '#password' });
      expect(await page.textContent('main')).toContain('请先登录');
      expect(await page.locator('.tile').count()).toBe(0);
      await page.fill('#name', ACCOUNT.name);
      await page.fill('#password', ACCOUNT.password);
      await page.click('form button');
      await page.waitForSelector('.tile');
      visit.expectFaults(/401/);
    });

    it('starts with the printed code, which does not stay in the address', async () => {
      const page = await visit.open({ needsAdministrator: true, hash: `#code=${CODE}`, waitFor: '#again' });
      expect(page.url()).toBe(`${visit.site.url}#/administrator`);
      expect(await page.inputValue('#code')).toBe(CODE);
      await page.fill('#name', '王老师');
      await page.fill('#password', 'ten characters');
      await page.fill('#again', 'ten charactres');
      await page.click('form button');
      await page.waitForSelector('text=两次输入的密码不一样');
      await page.fill('#again', 'ten characters');
      await page.click('form button');
      await page.waitForSelector('.account:has-text("王老师")');
      expect(visit.site.asked).toEqual([
        { path: '/api/v1/administrator', body: { code: CODE, name: '王老师', password: 'ten characters' } },
      ]);
    });
  });

  describe('enrolment', () => {
    it('makes a ticket, says what to type, and shows who has arrived', async () => {
      const page = await visit.open();
      await visit.signIn(page);
      await page.click('text=登记机器');
      await page.fill('#uses', '40');
      await page.click('text=开凭证');
      await page.waitForSelector('.ticket');
      expect(visit.site.asked).toEqual([
        { path: '/api/v1/tickets', body: { room: 'A', role: 'candidate', uses: 40, days: 14 } },
      ]);
      expect(await page.inputValue('.ticket textarea >> nth=0')).toMatch(/^xk1\./);
      expect(await page.inputValue('.ticket textarea >> nth=1')).toMatch(/--ticket ticket\.txt$/);
      const { enrolledAt, ...newcomer } = visit.site.rows.machines[0]!;
      visit.site.push({
        machines: [
          { ...newcomer, id: 'm-new', seat: null, hostname: 'NEW-PC', enrolledAt: enrolledAt + 13 * 86_400_000 },
        ],
      });
      await page.waitForSelector('.arrived >> text=NEW-PC');
    });

    it('names a machine that lost its key, and lets it back in when a person has looked', async () => {
      const page = await visit.open({ waiting: true });
      await visit.signIn(page);
      await page.click('text=登记机器');
      await page.waitForSelector('text=1 台机器等待确认');
      await page.click('text=已核对，恢复身份');
      await page.waitForSelector('text=1 台机器等待确认', { state: 'detached' });
      const { id } = visit.site.rows.machines[0]!;
      expect(visit.site.asked).toEqual([{ path: `/api/v1/machines/${id}/confirm`, body: { key: 'k-1' } }]);
    });

    it('is only for those who may', async () => {
      const page = await visit.open();
      await page.goto(`${visit.site.url}#/enrol`);
      await page.waitForSelector('text=请先登录');
      expect(await page.locator('form').count()).toBe(0);
    });
  });

  describe('the language', () => {
    it('is the browser’s, can be switched, and stays so', async () => {
      const page = await visit.open({ locale: 'en-GB' });
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

  it('everything can be reached by keyboard', async () => {
    const page = await visit.open();
    const reached = new Set<string>();
    for (let press = 0; press < 60; press += 1) {
      await page.keyboard.press('Tab');
      reached.add(await page.evaluate<string>('document.activeElement.textContent'));
    }
    expect([...reached].filter((text) => ['打开声音', 'English', '登录', '按座位'].includes(text))).toHaveLength(4);
    expect([...reached].some((text) => text.startsWith('45'))).toBe(true);
  });
});
