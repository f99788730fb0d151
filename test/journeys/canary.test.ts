import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bundleForWindows } from '../../agent/build.ts';
import { canBuildAddon } from '../../agent/windows/addon/build.ts';
import { ADDON_FILE, READER_FILE } from '../../agent/windows/open.ts';
import { until } from '../fixtures/nutPrograms.ts';
import { PCS } from '../fixtures/pcs.ts';
import { startCollector, type CollectorProgram } from '../fixtures/programs.ts';
import { bringWindowsNodes, hasWine, startWine, windowsNode } from '../fixtures/wine.ts';
import type { Wine } from '../fixtures/wine.ts';

const AGENT = 'C:\\xunkao\\xunkao-agent.js';
const CANARY = 'C:\\ProgramData\\xunkao-agent';

/**
 * A mark counts after two minutes, which nobody has here: the bundle that is tested counts after one second. Everything
 * else is as it is installed.
 */
const hurried = (code: string): string => {
  const short = code.replace(/\b(?:12e4|120_?000)\b/g, '1e3');
  expect(short, 'the two minutes are somewhere in the bundle').not.toBe(code);
  return short.replace(/everySeconds: 60,(\s+staleAfterSeconds: 600,)/, 'everySeconds: 2,$1');
};

describe.runIf(hasWine() && canBuildAddon())('the canary on Windows', { timeout: 300_000 }, () => {
  let wine: Wine;
  let built = '';
  let collector: CollectorProgram;
  beforeAll(async () => {
    expect(bringWindowsNodes()).toBeNull();
    built = mkdtempSync(join(tmpdir(), 'xunkao-bundle-'));
    await bundleForWindows(built);
    wine = await startWine();
  }, 180_000);
  afterAll(async () => {
    rmSync(built, { recursive: true, force: true });
    await wine?.close();
  });

  const restored = (what: string, holds: (observed: Record<string, unknown>, state: string) => boolean) =>
    collector.until(
      what,
      '/verdicts?rule=restore-card',
      ({ verdicts }) =>
        verdicts.length === 1 && holds(verdicts[0]!.observed, verdicts[0]!.state) ? verdicts[0]! : false,
      90_000,
    );
  /** The mark of this start is known to count. */
  const settled = (start: number) =>
    until(`the mark of start ${start} to count`, 90_000, async () => {
      const scraped = await (await fetch(`${collector.url}/metrics`)).text();
      const says = (fact: string, value: number): boolean =>
        new RegExp(`^xunkao_canary_${fact}\\{.*\\} ${value}$`, 'm').test(scraped);
      return says('sequence', start) && says('settled', 1);
    });

  test.each([
    ['7', 'win7', true],
    ['10', 'win10', false],
  ] as const)('a Windows %s that is put back is found by its restarts alone', async (node, version, isTwice) => {
    collector = await startCollector();
    await wine.reset(version);
    wine.write(PCS.healthy.files);
    for (const file of ['xunkao-agent.js', 'package.json', READER_FILE, ADDON_FILE]) {
      const content = readFileSync(join(built, file));
      wine.write({ [`C:\\xunkao\\${file}`]: file === 'xunkao-agent.js' ? hurried(content.toString()) : content });
    }
    wine.write({ [`${CANARY}\\ticket`]: await collector.ticket('A') });
    await wine.seed(PCS.healthy.registry);
    const start = (): (() => void) => wine.start(windowsNode(node), [AGENT]);

    start();
    await settled(1);
    await restored(
      'that nothing can be said yet',
      ({ 'rollback.because': because }, state) => because === 'first' && state === 'unknown',
    );

    const putBack = wine.freeze();
    await wine.restart();
    const kill = start();
    await restored('the restart to show that writes stay', (_, state) => state === 'holds');
    // An agent that is started anew in the same start of Windows is no restart.
    kill();
    start();
    await settled(2);

    await putBack();
    start();
    await restored(
      'one loss',
      ({ 'rollback.verdict': verdict }, state) => verdict === 'reverted-probable' && state === 'broken',
    );
    const verdicts = ['persistent', 'reverted-probable'];
    if (isTwice) {
      await settled(2);
      await putBack();
      start();
      await restored('a second loss', ({ 'rollback.verdict': verdict }) => verdict === 'reverted-certain');
      verdicts.push('reverted-certain');
    }
    const told = await collector.written('every restart', 'kind=machine', (entries) => {
      const restarts = entries.filter(({ body }) => body['act'] === 'restarted');
      return restarts.length >= verdicts.length && restarts;
    });
    expect(told.map(({ body }) => body['verdict'])).toEqual(verdicts);
    expect(told[1]!.body['marks']).toMatchObject({ system: 'older', registry: 'older' });
  });
});
