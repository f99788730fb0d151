import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { install } from '../../../agent/installer/install.ts';
import { keepLink } from '../../../agent/status.ts';
import { fakeHost } from '../../fixtures/host.ts';
import { scene, TICKET, type Scene } from '../../fixtures/installScene.ts';
import { PCS } from '../../fixtures/pcs.ts';
import { fakeWindowsHost } from '../../fixtures/windows.ts';

const QUIET = { quiet: true, anyway: false, waitMs: 2_000 };
const ASKING = { quiet: false, anyway: false, waitMs: 2_000 };
const LINKED = { pid: 4711, machine: 'm1', said: { zh: '已连接', en: 'connected to 10.0.0.5:9480 as m1' } };

/** Nothing was copied, no task was made. */
function isUntouched({ layout, ran }: Scene): boolean {
  return !existsSync(layout.programs) && !existsSync(layout.data) && ran.length === 0;
}

/** The collector welcomes it as soon as its task was started. */
function welcoming(at: Scene): Scene {
  const { pc, layout } = at;
  const run: Scene['pc']['run'] = (tool, args) => {
    if (args[0] === '/run') keepLink(layout.data, LINKED);
    return pc.run(tool, args);
  };
  return { ...at, pc: { ...pc, run, sleep: () => new Promise((resolve) => setTimeout(resolve, 20)) } };
}

describe('installing', () => {
  test('copies, closes the data to all but SYSTEM and administrators, makes two tasks and waits for the welcome', async () => {
    const at = welcoming(await scene());
    expect(await install(at.pc, QUIET)).toBe(0);
    expect(readdirSync(at.layout.programs).sort()).toEqual([
      'bundle.json',
      'native-reg.node',
      'node.exe',
      'package.json',
      'xunkao-agent.js',
      'xunkao-windows.node',
    ]);
    expect(readFileSync(join(at.layout.data, 'ticket'), 'utf8')).toBe(`${TICKET}\n`);
    expect(at.ran).toEqual([
      'icacls ~/ProgramData/Xunkao /setowner *S-1-5-32-544 /T /C /Q',
      'icacls ~/ProgramData/Xunkao /inheritance:r /grant:r *S-1-5-18:(OI)(CI)F *S-1-5-32-544:(OI)(CI)F /Q',
      'icacls ~/ProgramData/Xunkao/* /reset /T /C /Q',
      'icacls ~/ProgramData/xunkao-screen /inheritance:r /grant:r *S-1-5-18:(OI)(CI)F *S-1-5-32-544:(OI)(CI)F *S-1-5-32-545:(OI)(CI)M /Q',
      'schtasks /create /tn XunkaoAgent /xml ~/ProgramData/Xunkao/XunkaoAgent.xml /f',
      'schtasks /create /tn XunkaoScreen /xml ~/ProgramData/Xunkao/XunkaoScreen.xml /f',
      'schtasks /run /tn XunkaoAgent',
    ]);
    expect(readdirSync(at.layout.data).filter((name) => name.endsWith('.xml'))).toEqual([]);
    expect(at.said.join('\n')).toMatch(/connected to 10\.0\.0\.5:9480 as m1[\s\S]*restart this PC once/);
    expect(at.said.join('\n')).not.toContain('the-secret');
  });

  test('again is nothing to do, quietly, until the bundle, the ticket, a file or the task is another', async () => {
    const at = welcoming(await scene());
    const again = async (): Promise<boolean> => {
      const before = at.ran.length;
      expect(await install(at.pc, QUIET)).toBe(0);
      return at.ran.slice(before).some((line) => line.startsWith('schtasks /create'));
    };
    expect(await again()).toBe(true);
    expect(await again()).toBe(false);
    writeFileSync(join(at.layout.programs, 'xunkao-agent.js'), 'an antivirus was here');
    expect(await again()).toBe(true);
    expect(readFileSync(join(at.layout.programs, 'xunkao-agent.js'), 'utf8')).toBe('this is xunkao-agent.js');
    rmSync(join(at.layout.data, 'ticket'));
    expect(await again()).toBe(true);
    at.outcome.schtasks = { ok: false, said: 'no such task' };
    expect(await install(at.pc, QUIET)).toBe(1);
  });

  test('keeps the machine’s identity, and keeps its ticket where the stick has none', async () => {
    const at = welcoming(await scene());
    await install(at.pc, QUIET);
    writeFileSync(join(at.layout.data, 'key.pem'), 'the key');
    rmSync(join(at.stick, 'ticket.txt'));
    expect(await install(at.pc, ASKING)).toBe(0);
    expect(readFileSync(join(at.layout.data, 'key.pem'), 'utf8')).toBe('the key');
    expect(readFileSync(join(at.layout.data, 'ticket'), 'utf8')).toBe(`${TICKET}\n`);
  });

  test('says what the collector said when it does not welcome, and what to look at when the agent never starts', async () => {
    const at = await scene();
    expect(await install(at.pc, QUIET)).toBe(1);
    expect(at.said.at(-1)).toMatch(/did not start, or says nothing.*agent\.log.*security program/);
    const run: Scene['pc']['run'] = (tool, args) => {
      const said = { zh: '没有找到采集器', en: 'no collector found: 10.0.0.5:9480 (ECONNREFUSED)' };
      if (args[0] === '/run') keepLink(at.layout.data, { pid: 1, machine: null, said });
      return at.pc.run(tool, args);
    };
    const sleep = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));
    expect(await install({ ...at.pc, run, sleep }, ASKING)).toBe(1);
    expect(at.said.at(-1)).toMatch(/has not welcomed this PC yet: no collector found: 10\.0\.0\.5:9480/);
  });

  test.each([
    ['6.1.7600', 'Windows 7 without its service pack'],
    ['6.0.6002', 'Vista'],
    ['5.2.3790', 'XP'],
  ])('on %s, %s, is refused before anything is copied', async (release) => {
    const at = await scene(fakeHost({ release: () => release }));
    expect(await install(at.pc, QUIET)).toBe(1);
    expect(at.said.join()).toMatch(/Service Pack 1 or later.*manual checks/);
    expect(isUntouched(at)).toBe(true);
  });

  test.runIf(process.getuid?.() !== 0 || process.platform === 'win32')(
    'without rights is refused in words',
    async () => {
      const at = await scene();
      chmodSync(join(at.layout.programs, '..'), 0o555);
      expect(await install(at.pc, QUIET)).toBe(1);
      expect(at.said).toEqual([expect.stringContaining('Run as administrator')]);
    },
  );

  test('without rights, where not even the folder of programs can be reached, is refused in words', async () => {
    const at = await scene();
    rmSync(join(at.layout.programs, '..'), { recursive: true });
    writeFileSync(join(at.layout.programs, '..'), 'a file');
    expect(await install(at.pc, QUIET)).toBe(1);
    expect(at.said).toEqual([expect.stringContaining('Run as administrator')]);
  });

  test('from a damaged stick, or without or with half a ticket, is refused before anything is copied', async () => {
    const at = await scene();
    writeFileSync(join(at.stick, 'files', 'native-reg.node'), 'half');
    rmSync(join(at.stick, 'files', 'xunkao-windows.node'));
    expect(await install(at.pc, QUIET)).toBe(1);
    expect(at.said.at(-1)).toMatch(/missing or changed: native-reg\.node, xunkao-windows\.node/);
    writeFileSync(join(at.stick, 'ticket.txt'), TICKET.slice(0, 40));
    expect(await install(at.pc, QUIET)).toBe(1);
    expect(at.said.at(-1)).toContain('copy the whole line again');
    rmSync(join(at.stick, 'ticket.txt'));
    expect(await install(at.pc, QUIET)).toBe(1);
    expect(at.said.at(-1)).toContain('There is no ticket.txt beside install.cmd');
    rmSync(join(at.stick, 'files', 'bundle.json'));
    expect(await install(at.pc, QUIET)).toBe(1);
    expect(at.said.at(-1)).toContain('bundle.json is missing');
    expect(isUntouched(at)).toBe(true);
  });

  test('a refused task is told with the scheduler’s own words', async () => {
    const at = await scene();
    at.outcome.schtasks = { ok: false, said: '错误: 拒绝访问。' };
    expect(await install(at.pc, QUIET)).toBe(1);
    expect(at.said.at(-1)).toMatch(/not made or not started \(错误: 拒绝访问。\)/);
  });
});

describe('active protection', () => {
  const frozen = (): Promise<Scene> =>
    scene(fakeWindowsHost({ registry: PCS.frozen.registry, addon: { processes: () => [] } }));

  test('is warned of before copying, and a no leaves everything as it was', async () => {
    const at = await frozen();
    expect(await install(at.pc, ASKING)).toBe(1);
    expect(at.said[0]).toMatch(/Restore protection is active \(.*[Dd]eep ?[Ff]reeze/);
    expect(at.said[1]).toBe('Not installed; nothing was changed.');
    expect(isUntouched(at)).toBe(true);
  });

  test.each([
    ['a yes', ASKING, true],
    ['/anyway', { ...ASKING, anyway: true }, false],
    // A startup script installs into each frozen start anew.
    ['/quiet', QUIET, false],
  ])('with %s it is warned of and goes on', async (_, options, answer) => {
    const at = welcoming(await frozen());
    at.answer = answer;
    const { pc } = at;
    expect(await install({ ...pc, ask: async () => answer }, options)).toBe(0);
    expect(at.said[0]).toContain('Restore protection is active');
  });

  test('is not made up on a healthy PC', async () => {
    const at = welcoming(
      await scene(fakeWindowsHost({ registry: PCS.healthy.registry, addon: { processes: () => [] } })),
    );
    expect(await install(at.pc, ASKING)).toBe(0);
    expect(at.said[0]).toMatch(/^Installing into/);
  });
});
