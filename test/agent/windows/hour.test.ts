import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bundle, bundleForWindows } from '../../../agent/build.ts';
import { buildAddon, canBuildAddon } from '../../../agent/windows/addon/build.ts';
import { ADDON_FILE, READER_FILE } from '../../../agent/windows/open.ts';
import { PCS } from '../../fixtures/pcs.ts';
import type { Hour } from '../../fixtures/steady/hour.ts';
import { bringWindowsNodes, hasWine, startWine, windowsNode, type Wine } from '../../fixtures/wine.ts';

const FIXTURES = join(import.meta.dirname, '..', '..', 'fixtures', 'steady');

describe.runIf(hasWine() && canBuildAddon())('an hour of a Windows PC', { timeout: 400_000 }, () => {
  let wine: Wine;
  let built = '';
  beforeAll(async () => {
    expect(bringWindowsNodes()).toBeNull();
    built = mkdtempSync(join(tmpdir(), 'xunkao-hour-'));
    await bundleForWindows(built);
    await bundle(join(FIXTURES, 'hour.ts'), join(built, 'hour.js'));
    buildAddon(join(built, 'handles.node'), FIXTURES);
    wine = await startWine();
  }, 400_000);
  afterAll(async () => {
    rmSync(built, { recursive: true, force: true });
    await wine?.close();
  });

  test('asks every probe at its cadence, none in vain, starts no program and holds no handle more at its end', async () => {
    await wine.reset('win7');
    wine.write(PCS.healthy.files);
    for (const file of ['hour.js', 'package.json', READER_FILE, ADDON_FILE, 'handles.node'])
      wine.write({ [`C:\\xunkao\\${file}`]: readFileSync(join(built, file)) });
    await wine.seed(PCS.healthy.registry);
    const ended = await wine.run(windowsNode('7'), ['C:\\xunkao\\hour.js', 'C:\\hour.json'], undefined, 300_000);
    expect({ code: ended.code, output: ended.output.toString() }).toEqual({ code: 0, output: '' });
    const { minutes, asked, failed, spawned, handles, shows } = JSON.parse(
      readFileSync(join(wine.drive, 'hour.json'), 'utf8'),
    ) as Hour;
    expect({ failed, spawned }).toEqual({ failed: [], spawned: 0 });
    expect(handles).toHaveLength(minutes);
    expect(minutes).toBeGreaterThanOrEqual(5);
    const often = { network: 30, load: 6, remote: 4, canary: 1, display: 1 };
    for (const [name, aMinute] of Object.entries(often)) expect(asked[name], name).toBe(aMinute * minutes);
    expect(Object.keys(asked)).toEqual(expect.arrayContaining(['software', 'restore', 'memory', 'cpu', 'disk', 'os']));
    // What is opened lazily is open after a minute.
    expect(handles.at(-1)).toBe(handles[0]);
    expect(shows).toEqual({ handles: handles.at(-1)! + 1, spawned: 1 });
  });
});
