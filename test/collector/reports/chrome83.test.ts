import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { htmlOf } from '../../../collector/reports/render/html.ts';
import { withReport } from '../../../collector/reports/report.ts';
import { launchChrome83, whyNoChrome83, type Chrome83 } from '../../fixtures/chrome83.ts';
import { writeYears, type Years } from '../../fixtures/years.ts';

const missing = await whyNoChrome83();
const folder = mkdtempSync(join(tmpdir(), 'xunkao-'));

describe.skipIf(missing)(`a report in real Chrome 83${missing ? ` (${missing})` : ''}`, () => {
  let chrome: Chrome83;
  let years: Years;
  beforeAll(async () => {
    const data = join(folder, 'data');
    const from = Date.parse('2026-03-07T01:00:00Z');
    years = await writeYears({
      data,
      site: 'x',
      rooms: ['A'],
      seatsPerRoom: 10,
      from,
      everyMs: 86_400_000,
      sessions: 3,
      changes: 1,
    });
    chrome = await launchChrome83('zh-CN');
  }, 60_000);
  afterAll(async () => {
    await chrome?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test('is laid out as anywhere: its style counts, its charts are drawn, nothing is wider than the page, no error', async () => {
    const wish = { kind: 'term', from: years.sessions[0]!.startsAt - 40 * 86_400_000, to: years.end } as const;
    const order = { data: join(folder, 'data'), wish, language: 'zh', terms: years.terms, now: years.end } as const;
    const file = join(folder, 'term.html');
    writeFileSync(file, await withReport(order, (document) => [...htmlOf(document)].join('')));
    const page = await chrome.open(pathToFileURL(file).href, 1000, 800);
    await page.until("document.querySelector('footer')");
    expect(await page.evaluate("getComputedStyle(document.querySelector('h2')).borderLeftWidth")).toBe('4px');
    expect(await page.evaluate("document.querySelectorAll('svg polyline').length")).toBeGreaterThan(3);
    expect(await page.evaluate("[...document.querySelectorAll('svg')].every((each) => each.clientHeight > 60)")).toBe(
      true,
    );
    expect(
      await page.evaluate("new Set([...document.querySelectorAll('.figure')].map((each) => each.offsetTop)).size"),
    ).toBe(1);
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
    expect(page.errors).toEqual([]);
    await page.close();
  }, 60_000);
});
