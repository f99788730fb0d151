import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import type { Drill } from '../../collector/drills/drill.ts';
import { drillRow } from '../../collector/drills/drills.ts';
import type { CameraProof } from '../../collector/drills/playbackAnswer.ts';
import { CHECKS as CLIP_CHECKS, type PlaybackCheck } from '../../collector/drills/playbackTexts.ts';
import { CHECKS as LINE_CHECKS, type UplinkCheck } from '../../collector/drills/uplinkTexts.ts';
import { noChromium } from '../fixtures/chromium.ts';
import { useChromium } from '../fixtures/console/browse.ts';

const STARTED = Date.UTC(2026, 10, 23, 1, 0, 0);
const drill = (more: Partial<Drill>): ReturnType<typeof drillRow> =>
  drillRow({
    id: 'd-12345678',
    kind: 'playback',
    subject: 'cam-1',
    startedAt: STARTED,
    startedBy: 'u-1',
    endedAt: STARTED + 70_000,
    outcome: 'proven',
    reasons: [],
    validUntil: STARTED + 30 * 86_400_000,
    measured: {},
    samplesHash: null,
    ...more,
  });
const SEEN = { from: STARTED, video_seconds: 60, width_pixels: 1920, height_pixels: 1080, codec: 'H264' };
const CAMERAS = (open: readonly string[], ahead: number | null): readonly CameraProof[] => [
  {
    id: 'cam-1',
    checks: checks(CLIP_CHECKS, open) as readonly PlaybackCheck[],
    last: drill({ measured: { ...SEEN, sound_codec: 'MPEG4-GENERIC', clock_offset_seconds: 1.2 } }),
    ahead: null,
  },
  {
    id: 'cam-2',
    checks: checks(CLIP_CHECKS, open) as readonly PlaybackCheck[],
    last: drill({ subject: 'cam-2', outcome: 'failed', reasons: ['no-sound'], measured: SEEN }),
    ahead,
  },
];
const LINE = drill({
  kind: 'throughput',
  subject: 'room:A',
  outcome: 'failed',
  reasons: ['below-minimum'],
  measured: { down_bytes_per_second: 86e6 / 8, up_bytes_per_second: 30e6 / 8 },
});

function checks(words: typeof CLIP_CHECKS | typeof LINE_CHECKS, open: readonly string[]) {
  return Object.entries(words).map(([word, text]) => ({ word, ok: !open.includes(word), text }));
}

interface Told {
  open: readonly string[];
  ahead: number | null;
  readonly asked: [string, unknown][];
}

/** Answers the proofs' own addresses; all others are the site's. */
async function tellProofs(page: Page, told: Told): Promise<void> {
  const json = (body: unknown, status = 200) => ({
    status,
    contentType: 'application/json',
    body: JSON.stringify(body),
  });
  await page.route(/\/api\/v1\/rooms\/A\/(uplink|playback)(\/stop)?$/, (route) => {
    const what = new URL(route.request().url()).pathname.replace('/api/v1/rooms/A/', '');
    if (route.request().method() === 'POST') {
      told.asked.push([what, route.request().postDataJSON()]);
      told.ahead = what === 'playback' ? 0 : null;
      return route.fulfill(json({}, 201));
    }
    if (what === 'playback') return route.fulfill(json({ cameras: CAMERAS(told.open, told.ahead) }));
    return route.fulfill(
      json({ checks: checks(LINE_CHECKS, told.open) as UplinkCheck[], machine: 'm-1', last: LINE, live: null }),
    );
  });
}

describe.skipIf(noChromium)(`the proofs of a room in Chromium${noChromium ? ` (${noChromium})` : ''}`, () => {
  const visit = useChromium();

  it('are shown with what was seen, and begun by a button', { timeout: 60_000 }, async () => {
    const page = await visit.open();
    await visit.signIn(page);
    const told: Told = { open: [], ahead: null, asked: [] };
    await tellProofs(page, told);
    await page.goto(`${visit.site.url}#/room/A/proofs`);
    await page.waitForSelector('.proof');
    const text = await page.textContent('main');
    for (const part of ['低于要求的速率', '下行 86.0 Mbit/s', '60 秒，画面 1920×1080', '放出来没有声音', '快 1.2 秒'])
      expect(text).toContain(part);
    await shoot(page, 'seen');
    await page.click('text=测外网带宽');
    await page.locator('.proof').nth(1).locator('button').click();
    await page.waitForSelector('.proof [role=status]');
    expect(await page.textContent('.proof [role=status]')).toBe('正在取回录像……');
    await page.fill('#at', '2026-11-23T09:00');
    await page.click('text=回放实测全部');
    await page.click('button:text-is("中止")');
    await expect.poll(() => told.asked.length).toBe(4);
    expect(told.asked).toEqual([
      ['uplink', {}],
      ['playback', { camera: 'cam-2' }],
      ['playback', { at: Date.parse('2026-11-23T09:00+08:00') }],
      ['playback/stop', {}],
    ]);
  });

  it('can be reached from the room', { timeout: 60_000 }, async () => {
    const page = await visit.open();
    await tellProofs(page, { open: [], ahead: null, asked: [] });
    await page.waitForSelector('.summary');
    await shoot(page, 'room');
    await page.click('.summary a:text-is("实测")');
    await page.waitForSelector('main.drill h2');
    expect(page.url()).toContain('/proofs');
  });

  it('cannot be begun during an exam, and the page says so', { timeout: 60_000 }, async () => {
    const page = await visit.open();
    await visit.signIn(page);
    const told: Told = { open: ['phase'], ahead: null, asked: [] };
    await tellProofs(page, told);
    await page.goto(`${visit.site.url}#/room/A/proofs`);
    await page.waitForSelector('.proof');
    expect(await page.locator('main button:not([disabled])').count()).toBe(0);
    expect(await page.textContent('main')).toContain('没有考试在进行');
  });
});

async function shoot(page: Page, name: string): Promise<void> {
  const folder = process.env['XUNKAO_SHOTS'];
  if (folder !== undefined) await page.screenshot({ path: `${folder}/proofs-${name}.png`, fullPage: true });
}
