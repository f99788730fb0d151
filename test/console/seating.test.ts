import { expect, test, vi } from 'vitest';
import { manualClock } from '../../collector/clock.ts';
import { administrator, collectorIn, PASSWORD } from '../fixtures/collector.ts';
import { signIn, useRealPages } from '../fixtures/console/real.ts';
import { startSeat } from '../fixtures/seats.ts';

/** The built pages before a real collector: restarts, a list of seats, and a candidate who moves to a spare. */

const pages = useRealPages();

/** Two candidates' machines and a spare, signed in as the administrator. */
async function room(hash: string) {
  const collector = await collectorIn({ settings: 'internet_targets: []' });
  await administrator(collector);
  const order = { room: 'A', uses: 9, days: 1 } as const;
  const candidates = await collector.makeTicket({ ...order, role: 'candidate' });
  const spares = await collector.makeTicket({ ...order, role: 'spare' });
  const come = async (index: number, ticket: string): Promise<string> => {
    const agent = await startSeat({ index, ticket, says: {} });
    await vi.waitUntil(() => agent.machine !== null, { timeout: 15_000 });
    return agent.machine!;
  };
  const [first] = [await come(17, candidates), await come(18, candidates)];
  const spare = await come(3, spares);
  await vi.waitUntil(() => [...collector.desk.machines()].every(({ seat }) => seat !== null), { timeout: 15_000 });
  const page = await pages.open(collector, '#/sign-in');
  await signIn(page, 'li', PASSWORD);
  await page.goto(`http://${collector.addresses[0]!}/${hash.replace('ID', first)}`);
  return { collector, page, first, spare };
}

test('the page of restarts lists who still needs one, and announces it for them', async () => {
  const { page } = await room('#/restarts');
  await page.waitForSelector('.restarts tbody tr:nth-child(3)');
  expect(await page.textContent('.restarts')).toContain('接入后还没有重启过');
  await page.fill('#room', 'A');
  await page.fill('#minutes', '20');
  await page.click('form button');
  await page.waitForSelector('h2:has-text("考场 A：正在重启")');
  expect(await page.textContent('section[aria-live]')).toContain('还没有离线：');
  await page.click('button:has-text("提前结束")');
  await page.waitForSelector('li:has-text("没有重启")');
}, 90_000);

test('the page of restarts names a machine that went after it was installed, and what to do', async () => {
  const clock = manualClock(Date.now());
  const collector = await collectorIn({ settings: 'internet_targets: []', clock });
  await administrator(collector);
  const ticket = await collector.makeTicket({ room: 'A', role: 'candidate', uses: 9, days: 1 });
  const agent = await startSeat({ index: 17, ticket, says: {} });
  const isOnline = (): boolean => {
    const { catalogue, state, machines } = collector.desk;
    const [machine] = machines();
    return machine !== undefined && state.get(machine.id)?.values[catalogue.fact('presence.online')!.index] === true;
  };
  await vi.waitUntil(isOnline, { timeout: 15_000 });
  await agent.stop();
  await vi.waitUntil(() => !isOnline(), { timeout: 15_000 });
  clock.advance(15 * 60_000);
  // Told apart from what the page makes of it.
  expect(collector.desk.restarts().needed).toMatchObject([{ seat: '17', notBackSince: expect.any(Number) }]);
  // The collector's clock stands still; on its own PC everybody may look.
  const page = await pages.open(collector, '#/restarts');
  await page.waitForSelector('.not-back h2:has-text("第一次重启没有回来的机器：1 台")');
  expect(await page.textContent('.not-back')).toContain('A/17：');
  expect(await page.textContent('.not-back')).toContain('请先解除还原保护并重启，重新安装');
  expect(await page.textContent('.restarts tbody')).toContain('没有回来');
}, 90_000);

test('a list of seats is taken on the page, or every fault is shown with its line', async () => {
  const { page, collector } = await room('#/enrol');
  const list = (text: string) => ({ name: 'seats.csv', mimeType: 'text/csv', buffer: Buffer.from(text) });
  await page.setInputFiles('#seat-list', list('座位,计算机名\n31,PC-0017\n31,=x\n'));
  const form = 'form:has(#seat-list)';
  await page.fill(`${form} #room`, 'A');
  await page.click(`${form} button`);
  await page.waitForSelector('li:has-text("第 3 行：")');
  expect(await page.textContent(`${form} .form-fault`)).toContain('未导入任何内容');
  await page.setInputFiles('#seat-list', list('座位,计算机名\n31,PC-0017\n32,PC-0099\n'));
  await page.click(`${form} button`);
  await page.waitForSelector('p:has-text("导入 2 个座位，1 台机器已就位，1 个座位等机器登记")');
  expect([...collector.desk.machines()].map(({ seat }) => seat)).toContain('31');
}, 90_000);

test('a candidate is moved to a spare from the page of their machine', async () => {
  const { page, collector, first, spare } = await room('#/subject/ID');
  await page.click('summary:has-text("启用备用机")');
  await page.click('button:has-text("启用备用机")');
  await vi.waitUntil(() => collector.desk.machine(spare)?.seat === '17', { timeout: 15_000 });
  expect(collector.desk.machine(first)).toMatchObject({ role: 'spare', seat: '3', replacedBy: spare });
  await page.waitForSelector('h1:has-text("座位 3")');
}, 90_000);
