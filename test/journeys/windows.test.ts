import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bundleForWindows } from '../../agent/build.ts';
import { canBuildAddon } from '../../agent/windows/addon/build.ts';
import { ADDON_FILE, READER_FILE } from '../../agent/windows/open.ts';
import { freePort } from '../fixtures/nutPrograms.ts';
import { PCS } from '../fixtures/pcs.ts';
import { startCollector } from '../fixtures/programs.ts';
import { bringWindowsNodes, hasWine, startWine, windowsNode } from '../fixtures/wine.ts';
import type { WindowsVersion, Wine } from '../fixtures/wine.ts';

/** An address of this computer's that is not loopback: only there the collector speaks TLS. */
const LAN = Object.values(networkInterfaces())
  .flatMap((addresses) => addresses ?? [])
  .find(({ family, internal }) => family === 'IPv4' && !internal)?.address;

/** What becomes of them by the standard. Wine's screen is too small. */
const BOTH = {
  os: 'holds',
  cpu: 'holds',
  'memory-type': 'holds',
  physical: 'holds',
  local: 'holds',
  display: 'broken',
};
const FROZEN = { ...BOTH, 'restore-card': 'broken', desktop: 'broken', browser: 'broken', office: 'broken' };
// Until one restart has shown that what is written stays.
const HEALTHY = { ...BOTH, 'restore-card': 'unknown', desktop: 'holds', browser: 'holds', office: 'holds' };

describe.runIf(hasWine() && canBuildAddon() && LAN !== undefined)('a PC with Windows', { timeout: 90_000 }, () => {
  let wine: Wine;
  let built = '';
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

  test.each([
    ['7', 'win7', PCS.frozen, FROZEN],
    ['10', 'win10', PCS.healthy, HEALTHY],
  ] as const)(
    '%s enrols over TLS, is judged, and is itself again after a kill',
    async (node, version, pc, expected) => {
      const port = await freePort();
      const collector = await startCollector({ port, args: ['--listen', `${LAN}:${port}`] });
      const ticket = await collector.ticket('A');
      await wine.reset(version satisfies WindowsVersion);
      wine.write(pc.files);
      for (const file of ['xunkao-agent.js', 'package.json', READER_FILE, ADDON_FILE]) {
        wine.write({ [`C:\\xunkao\\${file}`]: readFileSync(join(built, file)) });
      }
      wine.write({ 'C:\\ProgramData\\xunkao-agent\\ticket': ticket });
      await wine.seed(pc.registry);
      const start = (): (() => void) =>
        wine.start(windowsNode(node), ['C:\\xunkao\\xunkao-agent.js', '--address', `${LAN}:${port}`]);

      const online = () =>
        collector.until(
          'the PC to be online',
          '/machines',
          ({ machines }) => machines.length === 1 && machines.find((row) => row.online),
          40_000,
        );
      const kill = start();
      const first = await online();
      // A frame a second, and every probe was asked at the start: what is judged is judged by now, or soon.
      const judged = await collector.until(
        'its verdicts',
        `/verdicts?subject=${first.id}`,
        ({ verdicts }) => {
          const states = Object.fromEntries(verdicts.map(({ rule, state }) => [rule, state]));
          return (
            Object.entries(expected).every(([rule, state]) => state === 'unknown' || states[rule] !== 'unknown') &&
            states
          );
        },
        20_000,
      );
      expect(judged).toMatchObject(expected);

      kill();
      await collector.until(
        'the PC to be silent',
        '/machines',
        ({ machines }) => machines.every((row) => !row.online),
        20_000,
      );
      start();
      expect((await online()).id).toBe(first.id);
    },
  );
});
