import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { agentTask } from '../../agent/installer/install.ts';
import { layoutOf } from '../../agent/installer/layout.ts';
import { canBuildAddon } from '../../agent/windows/addon/build.ts';
import { BUILT_PARTS, windowsPieces } from '../../collector/bundle/pieces.ts';
import { writeFolder } from '../../collector/bundle/folder.ts';
import { missingOnWindows7 } from '../fixtures/imports.ts';
import { freePort, until } from '../fixtures/nutPrograms.ts';
import { PCS } from '../fixtures/pcs.ts';
import { startCollector, startProgram, type CollectorProgram } from '../fixtures/programs.ts';
import { bringWindowsNodes, CHINESE, hasWine, startWine, type Wine } from '../fixtures/wine.ts';

/** An address of this computer's that is not loopback: only there the collector speaks TLS. */
const LAN = Object.values(networkInterfaces())
  .flatMap((addresses) => addresses ?? [])
  .find(({ family, internal }) => family === 'IPv4' && !internal)?.address;

/** A busy computer takes half a minute for what an idle one does in two seconds. */
const SLOW_MS = 170_000;
const TASK = ['windows', 'system32', 'tasks', 'XunkaoAgent'];

/**
 * A stick with a room's folder, from `xunkao bundle` to a PC with nothing left on it. Wine takes the task and does not run
 * it: each time the test starts what the task says, as Windows would.
 */
describe.runIf(hasWine() && canBuildAddon() && LAN !== undefined)('a stick for a room', { timeout: 600_000 }, () => {
  let wine: Wine;
  let stick = '';
  beforeAll(async () => {
    expect(bringWindowsNodes()).toBeNull();
    stick = mkdtempSync(join(tmpdir(), 'xunkao-stick-'));
    wine = await startWine();
  }, 300_000);
  afterAll(async () => {
    rmSync(stick, { recursive: true, force: true });
    await wine?.close();
  });

  const folder = (): string => join(stick, '考试 软件');
  const task = (): string => join(wine.drive, ...TASK);
  const collect = async (): Promise<CollectorProgram> => {
    const port = await freePort();
    return startCollector({ port, args: ['--listen', `${LAN}:${port}`] });
  };

  /** `D:\考试 软件\install.cmd`, started by a script of a Chinese Windows: a Linux command line cannot carry it there. */
  function start(act: 'install' | 'uninstall', ...switches: readonly string[]) {
    const path = Buffer.concat([
      Buffer.from('@call "D:\\'),
      Buffer.from('bfbccad420c8edbcfe', 'hex'),
      Buffer.from(`\\${act}.cmd" ${switches.join(' ')}\r\n@exit /b %ERRORLEVEL%\r\n`),
    ]);
    wine.write({ 'C:\\go.cmd': path });
    return wine
      .run('cmd', ['/c', 'C:\\go.cmd'], CHINESE, SLOW_MS)
      .then(({ code, output }) => ({ code, said: output.toString() }));
  }

  /** Wine's scheduler keeps what it understood of a task, and that is not what to start: the test knows it as it was written. */
  async function startTask(madeAfter: number): Promise<void> {
    await until('the task', SLOW_MS, () => existsSync(task()) && statSync(task()).mtimeMs > madeAfter);
    expect(readFileSync(task(), 'utf8')).toContain('<MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>');
    const { command, args } = agentTask(layoutOf({}));
    const [program, ...words] = [command, ...args].map((word) => word.replaceAll('/', '\\'));
    const link = join(wine.drive, 'ProgramData', 'Xunkao', 'link.json');
    // The watchdog starts it again as well; Wine's first program after a pause now and then does not begin.
    for (let tries = 1; tries <= 3; tries++) {
      const end = wine.start(program ?? '', words);
      const hasBegun = await until('it to begin', 25_000, () => existsSync(link)).catch(() => false);
      if (hasBegun) return;
      end();
    }
  }

  async function prepare(version: 'win7' | 'win10'): Promise<void> {
    await wine.reset(version);
    wine.mount('d', stick);
    wine.write(PCS.chinese.files);
    await wine.seed(PCS.chinese.registry);
  }

  const online = (collector: CollectorProgram): Promise<string> =>
    collector.until(
      'the PC to be online',
      '/machines',
      ({ machines }) => machines.length === 1 && machines.find((row) => row.online && row.room === 'A')?.id,
      60_000,
    );

  test('installs a Chinese Windows 7, installs over itself without a change of identity, and leaves nothing', async () => {
    const collector = await collect();
    const made = startProgram('xunkao', [
      'bundle',
      '--for',
      'windows',
      '--room',
      'A',
      '--to',
      folder(),
      '--data',
      collector.data,
    ]);
    expect({ ...(await made.ended), said: made.stderr() }).toMatchObject({ code: 0 });
    expect(readFileSync(join(folder(), 'site.txt'), 'utf8')).toMatch(
      new RegExp(`room A\\r\\n[\\s\\S]*collector ${LAN}`),
    );
    await prepare('win7');

    const installed = start('install', '/quiet');
    await startTask(0);
    expect(await installed).toMatchObject({ code: 0, said: expect.stringContaining('成功') });
    const id = await online(collector);
    const programs = join(wine.drive, 'Program Files', 'Xunkao');
    const data = join(wine.drive, 'ProgramData', 'Xunkao');
    expect(
      readFileSync(join(programs, 'node.exe')).equals(readFileSync(join(folder(), 'files', 'node-13', 'node.exe'))),
    ).toBe(true);
    expect(readFileSync(join(data, 'logs', 'agent.log'), 'utf8')).toContain(`as ${id}`);
    // Over TLS: with the CA that the ticket names by its hash.
    expect(readFileSync(join(data, 'ca.pem'), 'utf8')).toContain('BEGIN CERTIFICATE');
    expect(readFileSync(join(data, 'logs', 'install.log'), 'utf8')).toContain('Done');

    // A startup script runs it again at each start: nothing is touched, and the agent goes on.
    const taskMade = statSync(task()).mtimeMs;
    expect(await start('install', '/quiet')).toMatchObject({ code: 0, said: expect.stringContaining('已经安装') });
    expect(statSync(task()).mtimeMs).toBe(taskMade);

    // A newer folder of another ticket, over the agent that runs.
    await writeFolder(await windowsPieces(BUILT_PARTS, await collector.ticket('A')), folder());
    const again = start('install', '/quiet');
    await startTask(taskMade);
    expect(await again).toMatchObject({ code: 0, said: expect.stringContaining('成功') });
    expect(await online(collector)).toBe(id);

    expect(await start('uninstall', '/quiet')).toMatchObject({ code: 0, said: expect.stringContaining('已卸载') });
    expect([programs, data, join(wine.drive, 'ProgramData', 'xunkao-screen'), task()].filter(existsSync)).toEqual([]);
    expect(readdirSync(join(wine.drive, 'ProgramData')).filter((name) => /xunkao/i.test(name))).toEqual([]);
    expect((await wine.run('reg', ['query', 'HKLM\\SOFTWARE\\Xunkao'])).code).toBe(1);
    expect(await start('uninstall', '/quiet')).toMatchObject({ code: 0 });
  });

  test('installs Windows 10 with its own Node, and keeps data if told to', async () => {
    const collector = await collect();
    await writeFolder(await windowsPieces(BUILT_PARTS, await collector.ticket('A')), folder());
    await prepare('win10');
    const installed = start('install', '/quiet');
    await startTask(0);
    expect(await installed).toMatchObject({ code: 0, said: expect.stringContaining('成功') });
    const programs = join(wine.drive, 'Program Files', 'Xunkao');
    expect(statSync(join(programs, 'node.exe')).size).toBe(
      statSync(join(folder(), 'files', 'node-22', 'node.exe')).size,
    );
    await online(collector);
    expect(await start('uninstall', '/quiet', '/keep')).toMatchObject({
      code: 0,
      said: expect.stringContaining('数据保留'),
    });
    expect(existsSync(programs)).toBe(false);
    expect(existsSync(join(wine.drive, 'ProgramData', 'Xunkao', 'key.pem'))).toBe(true);
  });

  test('holds nothing for Windows 7 that Windows 7 cannot load', () => {
    const files = join(folder(), 'files');
    const programs = readdirSync(files, { recursive: true, encoding: 'utf8' }).filter((name) =>
      /\.(?:exe|dll|node)$/.test(name),
    );
    expect(programs.sort()).toEqual(['native-reg.node', 'node-13/node.exe', 'node-22/node.exe', 'xunkao-windows.node']);
    const wrong = programs.filter((name) => missingOnWindows7(readFileSync(join(files, name))).length > 0);
    // It is started on Windows 10 and later only.
    expect(wrong).toEqual(['node-22/node.exe']);
  });
});
