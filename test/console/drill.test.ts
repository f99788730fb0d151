import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { drillRow, type DrillRow } from '../../collector/drills/drills.ts';
import type { Drill } from '../../collector/drills/drill.ts';
import type { UpsLive } from '../../collector/drills/ups.ts';
import type { UpsSample } from '../../collector/drills/upsDrill.ts';
import { CALLS, CHECKS, type CallWord, type CheckWord } from '../../collector/drills/upsTexts.ts';
import { noChromium } from '../fixtures/chromium.ts';
import { useChromium } from '../fixtures/console/browse.ts';

const STARTED = Date.UTC(2026, 10, 23, 1, 0, 0);
const DRILL: Drill = {
  id: 'd-12345678',
  kind: 'ups',
  subject: 'ups-1',
  startedAt: STARTED,
  startedBy: 'u-1',
  endedAt: null,
  outcome: null,
  reasons: [],
  validUntil: null,
  measured: { target_seconds: 7_200 },
  samplesHash: null,
};
const PROVEN: DrillRow = drillRow({
  ...DRILL,
  id: 'd-proven00',
  endedAt: STARTED + 7_300_000,
  outcome: 'proven',
  reasons: ['restored', 'battery-old'],
  validUntil: STARTED + 182 * 86_400_000,
  measured: { seconds: 7_260, target_seconds: 7_200 },
  samplesHash: 'a1'.repeat(32),
});
const PROJECTED: DrillRow = drillRow({
  ...DRILL,
  id: 'd-projecte',
  endedAt: STARTED + 3_600_000,
  outcome: 'projected',
  reasons: ['stopped'],
  measured: {
    seconds: 3_600,
    target_seconds: 7_200,
    projected_seconds: 8_000,
    projected_by: 'charge',
    projected_error_ratio: 0.2,
  },
});
const SAMPLES: readonly UpsSample[] = Array.from({ length: 900 }, (_, index) => [
  index * 4,
  81.6 - index / 80 - (index > 800 ? (index - 800) / 40 : 0),
  0.42,
  1 - index / 1_000,
  null,
]);

function live(call: CallWord, more: Partial<UpsLive> = {}): UpsLive {
  const look = {
    at: 0,
    onBattery: true,
    lowBattery: false,
    calibrating: false,
    bypass: false,
    off: false,
    load: 0.42,
    batteryVolts: 74.5,
    inputVolts: 0,
    charge: 0.6,
    runtimeSeconds: null,
  };
  return {
    id: DRILL.id,
    call,
    text: CALLS[call],
    seconds: 3_601,
    targetSeconds: 7_200,
    look,
    away: [],
    gaps: 0,
    spoils: [],
    ...more,
  };
}

const checks = (open: readonly CheckWord[]) =>
  (Object.keys(CHECKS) as CheckWord[]).map((word) => ({
    word,
    ok: !open.includes(word),
    text: CHECKS[word],
    seen: null,
  }));

interface Told {
  open: readonly CheckWord[];
  running: string | null;
  live: UpsLive | null;
  readonly began: unknown[];
}

/** Answers the drill's own addresses; all others are the site's. */
async function tellDrill(page: Page, told: Told): Promise<void> {
  const json = (body: unknown) => ({ status: 200, contentType: 'application/json', body: JSON.stringify(body) });
  await page.route('**/api/v1/ups/ups-1/drill*', (route) => {
    if (route.request().method() === 'POST') {
      told.began.push(route.request().postDataJSON());
      told.running = DRILL.id;
      return route.fulfill({ ...json(drillRow(DRILL)), status: 201 });
    }
    return route.fulfill(json({ checks: checks(told.open), load: 0.42, running: told.running }));
  });
  await page.route('**/api/v1/drills?*', (route) => route.fulfill(json({ drills: [PROJECTED, PROVEN] })));
  await page.route(`**/api/v1/drills/*/samples`, (route) => route.fulfill(json({ samples: SAMPLES })));
  await page.route(`**/api/v1/drills/${DRILL.id}`, (route) =>
    route.fulfill(json({ ...drillRow(DRILL), live: told.live })),
  );
}

describe.skipIf(noChromium)(`a discharge drill in Chromium${noChromium ? ` (${noChromium})` : ''}`, () => {
  const visit = useChromium();

  it('says which condition is not met, and begins when all are', { timeout: 60_000 }, async () => {
    const page = await visit.open();
    await visit.signIn(page);
    const told: Told = { open: ['charge', 'load'], running: null, live: live('open', { seconds: 0 }), began: [] };
    await tellDrill(page, told);
    await page.goto(`${visit.site.url}#/subject/ups-1/drill`);
    await page.waitForSelector('.checks');
    expect(await page.locator('.checks .is-open').count()).toBe(2);
    expect(await page.locator('button[type=submit]').isDisabled()).toBe(true);
    expect(await page.inputValue('#load')).toBe('42');
    told.open = [];
    await page.click('text=重新检查');
    await page.waitForSelector('.checks .is-open', { state: 'detached' });
    await page.click('button[type=submit]');
    await page.waitForSelector('.call.is-open');
    expect(told.began).toEqual([{ exam_load_ratio: 0.42 }]);
    expect(await page.textContent('.call')).toContain('断开这台 UPS 输入侧的断路器');
  });

  it('shows the curve and calls loudly at a low battery', { timeout: 60_000 }, async () => {
    const page = await visit.open();
    const told: Told = {
      open: [],
      running: DRILL.id,
      live: live('restoreNow', { gaps: 1, away: ['m-A-3'] }),
      began: [],
    };
    await tellDrill(page, told);
    await page.goto(`${visit.site.url}#/subject/ups-1/drill`);
    await page.waitForSelector('.call.is-restoreNow[role=alert]');
    expect(await page.textContent('.call')).toContain('立即合上断路器');
    await page.waitForSelector('.curve polyline');
    expect(await page.locator('.spoiled').count()).toBe(2);
    expect(await page.textContent('.facts')).toContain('1:00:01 / 2:00:00');
    // Nobody is signed in: whoever looks cannot stop it.
    expect(await page.locator('text=中止演练').count()).toBe(0);
    await shoot(page, 'running');
  });

  it(
    'lists what came of earlier ones, each with its reasons, and why a projection is none',
    { timeout: 60_000 },
    async () => {
      const page = await visit.open();
      await tellDrill(page, { open: [], running: null, live: null, began: [] });
      await page.goto(`${visit.site.url}#/subject/ups-1/drill`);
      await page.waitForSelector('.result');
      expect(await page.locator('.result summary b').allTextContents()).toEqual(['仅为推算', '已证明']);
      await page.locator('.result summary').first().click();
      await page.waitForSelector('.result[open] .curve');
      expect(await page.textContent('.result[open]')).toContain('不能代替实测');
      await shoot(page, 'earlier');
    },
  );
});

/** For people who want to look: `XUNKAO_SHOTS=/tmp`. */
async function shoot(page: Page, name: string): Promise<void> {
  const folder = process.env['XUNKAO_SHOTS'];
  if (folder !== undefined) await page.screenshot({ path: `${folder}/drill-${name}.png`, fullPage: true });
}
