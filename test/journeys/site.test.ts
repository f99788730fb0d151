import { spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { canBuildAddon } from '../../agent/windows/addon/build.ts';
import { filesBelow } from '../../collector/bundle/pieces.ts';
import { collectorPieces } from '../../collector/commands/pack.ts';
import { freePort, until } from '../fixtures/nutPrograms.ts';
import { run } from '../fixtures/programs.ts';

const isHere = process.platform === 'linux' && process.arch === 'x64' && canBuildAddon();

/** The folder that goes to a site, on a PC where nothing else of ours is. */
describe.runIf(isHere)('a collector for a site', { timeout: 300_000 }, () => {
  let home = '';
  let folder = '';
  const env = (): NodeJS.ProcessEnv => ({ HOME: join(home, 'nobody'), PATH: '/usr/bin:/bin', LC_ALL: 'C.UTF-8' });
  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), 'xunkao-site-'));
    mkdirSync(join(home, 'nobody'));
    folder = join(home, '考点 采集器');
    const words = ['bundle', '--for', 'collector-linux', '--to', folder];
    const made = spawnSync(
      process.execPath,
      [join(import.meta.dirname, '..', '..', 'collector', 'main.ts'), ...words],
      {
        encoding: 'utf8',
        timeout: 280_000,
        env: { ...process.env, LC_ALL: 'C.UTF-8' },
      },
    );
    expect({ status: made.status, said: made.stderr }).toMatchObject({ status: 0 });
  }, 300_000);
  afterAll(() => rmSync(home, { recursive: true, force: true, maxRetries: 5 }));

  test('starts with what it brought, without a Node.js or npm, takes in its own PC, and makes a room’s folder itself', async () => {
    const port = await freePort();
    const data = join(folder, 'data');
    mkdirSync(data, { mode: 0o700 });
    writeFileSync(join(data, 'xunkao.yaml'), `listen: [0.0.0.0:${port}]\ninternet_targets: []\n`);
    const child = spawn(join(folder, 'start.sh'), ['--site', 'nanjing-01'], {
      env: env(),
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (piece: Buffer) => (said += piece.toString()));
    onTestFinished(() => {
      if (child.exitCode === null) process.kill(-child.pid!, 'SIGKILL');
    });
    const ask = async <T>(path: string): Promise<T | null> => {
      const answer = await fetch(`http://127.0.0.1:${port}${path}`, { signal: AbortSignal.timeout(5_000) }).catch(
        () => null,
      );
      return answer?.ok ? ((await answer.json().catch(() => ({}))) as T) : null;
    };
    const own = await until(
      'its own PC to be online',
      90_000,
      async () => {
        const answer = await ask<{ machines: { role: string; room: string; online: boolean }[] }>('/api/v1/machines');
        return answer?.machines.find(({ online }) => online);
      },
      () => said,
    );
    expect(own).toMatchObject({ role: 'gateway', room: '采集器' });
    expect(said).toContain(`http://127.0.0.1:${port}`);
    const page = await fetch(`http://127.0.0.1:${port}/`);
    expect(await page.text()).toContain('<!doctype html>');

    const room = join(home, 'room A');
    const words = ['app/collector/main.ts', 'bundle', '--for', 'windows', '--room', 'A', '--to', room, '--data', data];
    const made = spawnSync('./node', words, { cwd: folder, env: env(), encoding: 'utf8', timeout: 60_000 });
    expect({ status: made.status, said: made.stderr }).toMatchObject({ status: 0 });
    expect(readdirSync(room).sort()).toEqual([
      'files',
      'install.cmd',
      'site.txt',
      'ticket.txt',
      'uninstall.cmd',
      'whitelist.html',
    ]);
    // 0.0.0.0 is nowhere: agents are told where it really is.
    expect(readFileSync(join(room, 'site.txt'), 'utf8')).toMatch(new RegExp(`collector (?!0\\.0)[\\d.]+:${port}`));
    expect(readFileSync(join(room, 'site.txt'), 'utf8')).not.toContain('0.0.0.0');
    expect(readdirSync(join(home, 'nobody'))).toEqual([]);

    child.kill('SIGTERM');
    await until(
      'it to end',
      20_000,
      () => child.exitCode !== null,
      () => said,
    );
    expect(child.exitCode).toBe(0);
  });

  test('is plain files: no link, no types, and every script is one that sh understands', async () => {
    const pieces = await filesBelow(folder, '', (path) => path === 'data');
    expect(pieces.filter(({ from }) => lstatSync(from).isSymbolicLink())).toEqual([]);
    expect(pieces.filter(({ path }) => /\.d\.[cm]?ts$|\.map$|console\/public\//.test(path))).toEqual([]);
    expect(pieces.some(({ path }) => path.endsWith('node_modules/fastify/LICENSE'))).toBe(true);
    for (const name of ['start.sh', 'install.sh', 'uninstall.sh']) {
      expect(spawnSync('sh', ['-n', join(folder, name)]).status, name).toBe(0);
    }
    // The one unit that there is, and the script makes no other.
    const unit = readFileSync(join(folder, 'xunkao.service'), 'utf8');
    expect(unit).toBe(readFileSync(join(import.meta.dirname, '../../deploy/systemd/xunkao.service'), 'utf8'));
    const install = readFileSync(join(folder, 'install.sh'), 'utf8');
    expect(install).toContain('install -m 644 xunkao.service /etc/systemd/system/xunkao.service');
    expect(install).not.toContain('[Service]');
  });

  test('for Windows brings its Node, the addon, and scripts that only start it', async () => {
    const parts = join(folder, 'app', 'parts', 'agent-windows');
    const packed = await collectorPieces('win32', parts);
    if ('fault' in packed) throw new Error(packed.fault.en);
    const paths = packed.pieces.map(({ path }) => path);
    for (const path of ['node.exe', 'app/dist/windows/xunkao-windows.node', 'app/deploy/site/service.ts']) {
      expect(paths).toContain(path);
    }
    expect(paths.filter((path) => /[^\x20-\x7e]|[<>:"|?*\\]/.test(path))).toEqual([]);
    const node = packed.pieces.find(({ path }) => path === 'node.exe')!;
    expect(readFileSync(node.from as string).toString('latin1', 0, 2)).toBe('MZ');
    for (const { path, from } of packed.pieces.filter(
      (piece) => piece.path.endsWith('.cmd') && !piece.path.includes('/'),
    )) {
      const text = (from as Buffer).toString('latin1');
      expect(text, path).toMatch(/^[\x20-\x7e\r\n]*$/);
      expect(text.replaceAll('\r\n', ''), path).not.toMatch(/[\r\n]/);
      expect(text, path).toContain('64-bit Windows 10 or later');
    }
  });

  test('is not written among somebody’s things, and takes no ticket', async () => {
    const other = join(home, 'nobody', '..', 'other');
    mkdirSync(other);
    writeFileSync(join(other, 'thesis.doc'), 'x');
    const refused = await run('xunkao', ['bundle', '--for', 'collector-linux', '--to', other]);
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('holds other things') });
    expect(existsSync(join(other, 'app'))).toBe(false);
    const wrong = await run('xunkao', ['bundle', '--for', 'collector-linux', '--to', other, '--room', 'A']);
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('--room is for --for windows alone') });
    expect(await run('xunkao', ['bundle', '--for', 'dos', '--to', other])).toMatchObject({ code: 2 });
    expect(await run('xunkao', ['bundle', '--for', 'windows', '--room', 'A'])).toMatchObject({ code: 2 });
  });
});
