import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bundleForWindows } from '../../../agent/build.ts';
import type { Report } from '../../../agent/report.ts';
import { canBuildAddon } from '../../../agent/windows/addon/build.ts';
import { ADDON_FILE, READER_FILE } from '../../../agent/windows/open.ts';
import { PCS, USER } from '../../fixtures/pcs.ts';
import type { Pc } from '../../fixtures/pcs.ts';
import { bringWindowsNodes, CHINESE, hasWine, startWine, windowsNode } from '../../fixtures/wine.ts';
import type { WindowsVersion, Wine } from '../../fixtures/wine.ts';

/**
 * The very bundle that is shipped, on Windows' own Node, in a Windows whose registry and files were written as six PCs
 * have them. Wine does not show what real Windows lacks or forbids; `imports.test.ts` looks at the one, nobody at the
 * other.
 */
const FOLDER = 'C:\\程序 文件\\xunkao agent';
const FILES = ['xunkao-agent.js', 'package.json', READER_FILE, ADDON_FILE];

describe.runIf(hasWine() && canBuildAddon())('under Wine', { timeout: 90_000 }, () => {
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

  /** Puts the agent where a school would, without the files named. */
  function install(without: readonly string[] = []): void {
    for (const file of FILES.filter((name) => !without.includes(name))) {
      wine.write({ [`${FOLDER}\\${file}`]: readFileSync(join(built, file)) });
    }
  }

  async function report(node: '7' | '10', examSoftware: readonly string[] = [], locale?: string): Promise<Report> {
    const exam = examSoftware.flatMap((name) => ['--exam', name]);
    const to = 'C:\\报告 1.json';
    const program = `${FOLDER}\\xunkao-agent.js`;
    const words = ['node', program, 'report', '--json', '--to', to, ...exam];
    // A Linux command line cannot carry Chinese into a Chinese Windows; a file can.
    const launcher = `process.argv = ${JSON.stringify(words)}; require(${JSON.stringify(program)});`;
    wine.write({ [to]: '', 'C:\\start.js': launcher });
    const { code, output } = await wine.run(windowsNode(node), ['C:\\start.js'], locale);
    expect({ code, output: output.toString() }).toEqual({ code: 0, output: '' });
    return JSON.parse(readFileSync(join(wine.drive, '报告 1.json'), 'utf8')) as Report;
  }

  async function prepare(version: WindowsVersion, { registry, files }: Pick<Pc, 'registry' | 'files'>): Promise<void> {
    await wine.reset(version);
    wine.write(files);
    install();
    await wine.seed(registry);
  }

  const factsOf = (taken: Report, probe: string) => taken.probes.find(({ name }) => name === probe)?.facts;

  test.each([
    ['healthy', 'win10', '10', PCS.healthy, 'C.UTF-8'],
    ['weak', 'win7', '7', PCS.weak, 'C.UTF-8'],
    ['virtual', 'win10', '10', PCS.virtualMachine, 'C.UTF-8'],
    ['frozen', 'win7', '7', PCS.frozen, 'C.UTF-8'],
    // Its tools write GBK; ours never pass through one.
    ['Chinese', 'win7', '7', PCS.chinese, CHINESE],
    ['server', 'win2008r2', '7', PCS.server, 'C.UTF-8'],
  ] as const)('a %s PC, %s, is read as it was written', async (_, version, node, pc, locale) => {
    await prepare(version, pc);
    const taken = await report(node, pc.examSoftware, locale);
    expect(taken.probes.filter(({ outcome }) => outcome !== 'ok')).toEqual([]);
    const expected = Object.entries(pc.expected);
    expect(Object.fromEntries(expected.map(([name]) => [name, factsOf(taken, name)]))).toMatchObject(pc.expected);
    expect(taken.windows).toMatchObject({ registry_reader: true, addon: true });
  });

  test('the Chinese one is Chinese: its own tools write GBK, which nothing of ours reads', async () => {
    await prepare('win7', PCS.chinese);
    const key = 'HKLM\\SOFTWARE\\Microsoft\\Office\\11.0\\Common\\InstallRoot';
    const { output } = await wine.run('reg', ['query', key], CHINESE);
    // (默认), the name of a key's default value.
    expect(output.includes(Buffer.from('28c4acc8cf29', 'hex')), output.toString('latin1')).toBe(true);
  });

  test('what only the addon tells is there: disk, processes, network, cores, screen, time since start', async () => {
    await prepare('win7', PCS.healthy);
    const taken = await report('7');
    expect(factsOf(taken, 'disk')?.['free_bytes']).toBeGreaterThan(0);
    expect(factsOf(taken, 'load')?.['processes']).toBeGreaterThan(2);
    expect(factsOf(taken, 'cpu')?.['physical_cores']).toBeGreaterThan(0);
    expect(factsOf(taken, 'os')?.['uptime_seconds']).toBeGreaterThan(0);
    expect(factsOf(taken, 'display')).toEqual({ width_pixels: 1024, height_pixels: 768, source: 'session' });
    expect(factsOf(taken, 'chassis')?.['battery']).toBe(false);
  });

  test('the screen of the newest configuration is what an agent in session 0 would say', async () => {
    const key = 'HKLM\\SYSTEM\\CurrentControlSet\\Control\\GraphicsDrivers\\Configuration';
    const set = (name: string, at: bigint, cx: number, cy: number) => ({
      [`${key}\\${name}`]: { Timestamp: at },
      [`${key}\\${name}\\00`]: { 'PrimSurfSize.cx': cx, 'PrimSurfSize.cy': cy },
    });
    const registry = {
      ...set('NEW', 133_000_000_000_000_000n, 1920, 1080),
      ...set('OLD', 132_000_000_000_000_000n, 1024, 768),
    };
    await prepare('win10', { registry: { ...PCS.healthy.registry, ...registry }, files: {} });
    const { screen } = (await report('10')).windows as { screen: { registry: unknown } };
    expect(screen.registry).toMatchObject({ width: 1920, height: 1080, source: 'registry:GraphicsDrivers' });
  });

  test('the helper in a user’s session writes their screen where the probe reads it', async () => {
    await prepare('win7', PCS.healthy);
    const launcher = `process.argv[2] = 'screen'; require(${JSON.stringify(`${FOLDER}\\xunkao-agent.js`)});`;
    wine.write({ 'C:\\screen.js': launcher });
    const { code, output } = await wine.run(windowsNode('7'), ['C:\\screen.js']);
    expect({ code, output: output.toString() }).toEqual({ code: 0, output: '' });
    const written = readFileSync(join(wine.drive, 'ProgramData', 'xunkao-screen', 'screen.json'), 'utf8');
    expect(JSON.parse(written)).toEqual({ width: 1024, height: 768 });
  });

  test('a tool for remote control is named while it runs, and not after', async () => {
    await prepare('win10', PCS.healthy);
    wine.write({ 'C:\\Program Files\\ToDesk\\ToDesk.exe': readFileSync(windowsNode('7')) });
    const end = wine.start('C:\\Program Files\\ToDesk\\ToDesk.exe', ['-e', 'setTimeout(() => {}, 60000)']);
    const tools = async (): Promise<unknown> => factsOf(await report('10'), 'remote')?.['tools'];
    await expect.poll(tools, { timeout: 20_000, interval: 250 }).toEqual(['ToDesk']);
    end();
    await expect.poll(tools, { timeout: 20_000, interval: 250 }).toEqual([]);
  });

  test('an addon that an antivirus took away leaves its facts unknown, and the registry’s as they are', async () => {
    await wine.reset('win7');
    wine.write(PCS.frozen.files);
    install([ADDON_FILE]);
    await wine.seed(PCS.frozen.registry);
    const taken = await report('7');
    expect(taken.windows).toMatchObject({ registry_reader: true, addon: false });
    expect(factsOf(taken, 'restore')).toMatchObject({ active: true, products: ['冰点还原 Deep Freeze'] });
    expect(factsOf(taken, 'memory')).toMatchObject({ types: ['DDR4'] });
    expect(factsOf(taken, 'remote')).toMatchObject({ vdi: null, tools: null });
    expect(factsOf(taken, 'load')?.['processes']).toBeNull();
  });

  test('without its reader of the registry nothing is called absent', async () => {
    await wine.reset('win10');
    wine.write(PCS.weak.files);
    install([READER_FILE]);
    await wine.seed(PCS.weak.registry);
    const taken = await report('10');
    expect(taken.windows).toMatchObject({ registry_reader: false, addon: true });
    expect(factsOf(taken, 'restore')).toEqual({
      writes: null,
      products: null,
      active: null,
      signals: null,
    });
    expect(factsOf(taken, 'software')).toMatchObject({ chrome_installed: null, office_major: 12, exam_missing: null });
    expect(factsOf(taken, 'memory')).toMatchObject({ types: null });
  });

  test('a user who signs in later is seen by the next reading', async () => {
    await prepare('win7', { registry: {}, files: {} });
    const session = async (): Promise<unknown> => factsOf(await report('7'), 'remote')?.['session'];
    expect(await session()).toBe(false);
    await wine.seed({ [`HKU\\${USER}\\Volatile Environment\\2`]: { SESSIONNAME: 'RDP-Tcp#1' } });
    expect(await session()).toBe(true);
  });
});
