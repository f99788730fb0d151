// What `install.cmd` and `uninstall.cmd` of a site's collector start, on Windows: its firewall rules, its start at boot.
import { existsSync, promises as fs } from 'node:fs';
import { join, parse, resolve } from 'node:path';
import { spawnSync } from 'node:child_process';
import { decoded } from '../../agent/installer/pc.ts';
import { taskFile, type Task } from '../../agent/installer/task.ts';
import type { Bilingual } from '../../agent/probe.ts';
import { say } from '../../collector/commands/options.ts';
import { askControl } from '../../collector/control.ts';
import { readSettings } from '../../collector/settings.ts';

const HOME = resolve(import.meta.dirname, '..', '..', '..');
const DATA = join(HOME, 'data');
const TASK = 'XunkaoCollector';
const RULES = ['TCP', 'UDP'] as const;
const SYSTEM = join(process.env['SystemRoot'] ?? 'C:\\Windows', 'System32');
const WAIT_MS = 60_000;

async function install(): Promise<number> {
  if (!existsSync(join(DATA, 'site'))) return refuse(START_FIRST);
  if (!(await mayWriteHere())) return refuse(NOT_ADMINISTRATOR);
  if (!('error' in (await askControl(DATA, { ask: 'status' })))) return refuse(CLOSE_FIRST);
  const settings = readSettings(join(DATA, 'xunkao.yaml'), false);
  if ('faults' in settings) return refuse({ zh: 'data\\xunkao.yaml 有错', en: 'data\\xunkao.yaml has faults' });
  const port = Number(/:(\d+)$/.exec(settings.settings.listen[0] ?? '')?.[1] ?? 9480);
  const xml = join(DATA, `${TASK}.xml`);
  await fs.writeFile(xml, taskFile(task()));
  const steps: readonly Step[] = [
    // SYSTEM runs what lies here: nobody but administrators may change it, and nobody else reads keys and accounts.
    ['icacls', HOME, '/inheritance:r', '/grant:r', ...FULL, '*S-1-5-32-545:(OI)(CI)RX', '/Q'],
    ['icacls', DATA, '/inheritance:r', '/grant:r', ...FULL, '/Q'],
    ...RULES.flatMap((protocol) => ruleSteps(protocol, port)),
    ['schtasks', '/create', '/tn', TASK, '/xml', xml, '/f'],
    ['schtasks', '/run', '/tn', TASK],
  ];
  for (const [tool, ...args] of steps) {
    const fault = run(tool, args);
    // A rule that was not there cannot be deleted.
    if (fault !== null && !args.includes('delete')) return refuse(failed(`${tool} ${args.join(' ')}`, fault));
  }
  await fs.unlink(xml);
  for (let waited = 0; waited < WAIT_MS; waited += 500) {
    if (!('error' in (await askControl(DATA, { ask: 'status' })))) return done(INSTALLED(port));
    await new Promise((next) => setTimeout(next, 500));
  }
  return refuse(NEVER_STARTED);
}

async function uninstall(): Promise<number> {
  if (!(await mayWriteHere())) return refuse(NOT_ADMINISTRATOR);
  run('schtasks', ['/end', '/tn', TASK]);
  run('schtasks', ['/delete', '/tn', TASK, '/f']);
  for (const protocol of RULES) run('netsh', [...FIREWALL, 'delete', 'rule', `name=Xunkao ${protocol}`]);
  return done(UNINSTALLED);
}

type Step = readonly [tool: 'icacls' | 'netsh' | 'schtasks', ...args: readonly string[]];

const FULL = ['*S-1-5-18:(OI)(CI)F', '*S-1-5-32-544:(OI)(CI)F'];
const FIREWALL = ['advfirewall', 'firewall'];

function ruleSteps(protocol: string, port: number): readonly Step[] {
  const name = `name=Xunkao ${protocol}`;
  const what = ['dir=in', 'action=allow', `protocol=${protocol}`, `localport=${port}`, 'profile=any'];
  return [
    ['netsh', ...FIREWALL, 'delete', 'rule', name],
    ['netsh', ...FIREWALL, 'add', 'rule', name, ...what],
  ];
}

function task(): Task {
  return {
    kind: 'service',
    description: 'Xunkao 巡考：本考点的采集器 / the collector of this site',
    command: join(HOME, 'node.exe'),
    args: [join(import.meta.dirname, 'start.ts'), '--log', join(DATA, 'logs', 'collector.log')],
    folder: HOME,
  };
}

/** Who may make a folder among the programs is an administrator with all of their rights. */
async function mayWriteHere(): Promise<boolean> {
  const root = process.env['ProgramFiles'] ?? parse(HOME).root;
  const probe = join(root, `xunkao-${process.pid}`);
  try {
    await fs.mkdir(probe);
    await fs.rmdir(probe);
    return true;
  } catch {
    return false;
  }
}

/** Why it failed, or null. */
function run(tool: string, args: readonly string[]): string | null {
  const { status, error, stdout, stderr } = spawnSync(join(SYSTEM, `${tool}.exe`), [...args], { timeout: 60_000 });
  if (status === 0) return null;
  return error?.message ?? [stderr, stdout].map(decoded).join(' ').trim();
}

function refuse(text: Bilingual): number {
  process.stderr.write(`${say(text)}\n`);
  return 1;
}

function done(text: Bilingual): number {
  process.stdout.write(`${say(text)}\n`);
  return 0;
}

const START_FIRST: Bilingual = {
  zh: '请先双击 start.cmd 一次：给考点命名，并用窗口里的链接建立首位管理员。然后关闭那个窗口，再运行 install.cmd。',
  en: 'Double-click start.cmd once first: name the site, and make the first administrator with the link in its window. Then close that window and run install.cmd again.',
};
const NOT_ADMINISTRATOR: Bilingual = {
  zh: '需要管理员权限：请右键选择“以管理员身份运行”。',
  en: 'Administrator rights are needed: right-click it and choose “Run as administrator”.',
};
const CLOSE_FIRST: Bilingual = {
  zh: '采集器正在运行：请先关闭 start.cmd 的窗口，或先运行 uninstall.cmd。',
  en: 'The collector is running: close the window of start.cmd first, or run uninstall.cmd.',
};
const INSTALLED = (port: number): Bilingual => ({
  zh: `采集器已在运行，开机会自动启动：http://127.0.0.1:${port}`,
  en: `The collector runs, and will at every boot: http://127.0.0.1:${port}`,
});
const NEVER_STARTED: Bilingual = {
  zh: '任务已建立，但采集器没有启动：请查看 data\\logs\\collector.log',
  en: 'The task was made, but the collector did not start: look at data\\logs\\collector.log',
};
const UNINSTALLED: Bilingual = {
  zh: '已取消开机启动和防火墙规则；数据和程序仍在这个文件夹里。',
  en: 'It no longer starts at boot, and the firewall’s rules are gone; data and programs are still in this folder.',
};

function failed(what: string, why: string): Bilingual {
  return { zh: `失败：${what}：${why}`, en: `This failed: ${what}: ${why}` };
}

const [act] = process.argv.slice(2);
if (act === 'install') process.exitCode = await install();
else if (act === 'uninstall') process.exitCode = await uninstall();
else process.exitCode = 2;
