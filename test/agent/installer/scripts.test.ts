import { describe, expect, test } from 'vitest';
import { agentTask } from '../../../agent/installer/install.ts';
import { layoutOf } from '../../../agent/installer/layout.ts';
import { decoded } from '../../../agent/installer/pc.ts';
import { refusedText, script } from '../../../agent/installer/scripts.ts';
import { parseSwitches } from '../../../agent/installer/switches.ts';
import { taskFile, taskXml } from '../../../agent/installer/task.ts';

const TASK = {
  kind: 'service',
  description: '读取 & tell',
  command: 'C:\\Program Files\\Xunkao\\node.exe',
  args: ['--max-old-space-size=64', 'C:\\Program Files\\Xunkao\\xunkao-agent.js', '--dir', 'D:\\数据 <1>'],
  folder: 'C:\\Program Files\\Xunkao',
} as const;

describe('the task', () => {
  test('is UTF-16LE with its mark, of the version that Windows 7 reads', () => {
    const file = taskFile(TASK);
    expect(file.subarray(0, 2).toString('hex')).toBe('fffe');
    const text = file.toString('utf16le', 2);
    expect(text).toBe(taskXml(TASK));
    expect(text).toMatch(/^<\?xml version="1\.0" encoding="UTF-16"\?>\r\n<Task version="1\.2" /);
  });

  test('runs as SYSTEM at boot, is brought back by a watchdog, and never times out or minds a battery', () => {
    const text = taskXml(TASK);
    for (const part of [
      '<UserId>S-1-5-18</UserId><RunLevel>HighestAvailable</RunLevel>',
      '<Enabled>true</Enabled><Delay>PT30S</Delay></BootTrigger>',
      '<LogonTrigger>',
      '<Interval>PT5M</Interval>',
      '<MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>',
      '<RestartOnFailure><Interval>PT1M</Interval>',
      '<ExecutionTimeLimit>PT0S</ExecutionTimeLimit>',
      '<DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>',
      '<StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>',
      '<Priority>7</Priority>',
    ]) {
      expect(text).toContain(part);
    }
  });

  test('quotes what has blanks and escapes what XML minds', () => {
    const text = taskXml(TASK);
    expect(text).toContain('<Description>读取 &amp; tell</Description>');
    expect(text).toContain(
      '<Arguments>--max-old-space-size=64 &quot;C:\\Program Files\\Xunkao\\xunkao-agent.js&quot; --dir &quot;D:\\数据 &lt;1&gt;&quot;</Arguments>',
    );
  });

  test('of the screen runs for every user, with no more rights than theirs', () => {
    const text = taskXml({ ...TASK, kind: 'session' });
    expect(text).toContain('<GroupId>S-1-5-32-545</GroupId><RunLevel>LeastPrivilege</RunLevel>');
    expect(text).not.toMatch(/BootTrigger|PT5M|RestartOnFailure|S-1-5-18/);
  });

  test('starts the agent with a log file and names no port', () => {
    const { args } = agentTask(layoutOf({}));
    expect(args).toContain('--log');
    expect(args.join(' ')).not.toMatch(/listen|port/);
  });
});

describe('the scripts', () => {
  test.each(['install', 'uninstall'] as const)('%s.cmd is pure ASCII with CRLF and only starts Node', (act) => {
    const text = script(act).toString('latin1');
    expect(text).toMatch(/^[\x20-\x7e\r\n]*$/);
    expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
    expect(text).toContain(`"%NODE%" "%HERE%install.js" ${act} %*`);
    expect(text).not.toMatch(/powershell|cscript|wmic|\bfind(?:str)?\b|\bstart\b|curl|certutil|http/i);
  });

  test('what is shown on a refused PC is told in both languages', () => {
    const text = refusedText();
    expect(text.subarray(0, 2).toString('hex')).toBe('fffe');
    expect(text.toString('utf16le')).toMatch(/32 位[\s\S]*手工检查表[\s\S]*32-bit[\s\S]*manual checks/);
  });
});

describe('switches', () => {
  test('are those of Windows, with dashes as well', () => {
    expect(parseSwitches(['install', '/QUIET', '--anyway'])).toEqual({ kind: 'install', quiet: true, anyway: true });
    expect(parseSwitches(['uninstall', '-keep'])).toEqual({ kind: 'uninstall', quiet: false, data: 'keep' });
    expect(parseSwitches(['uninstall', '/quiet'])).toEqual({ kind: 'uninstall', quiet: true, data: 'remove' });
    expect(parseSwitches(['uninstall'])).toEqual({ kind: 'uninstall', quiet: false, data: null });
    expect(parseSwitches(['install', '/?'])).toEqual({ kind: 'help' });
  });

  test.each([
    [['install', '/keep'], '/keep is not known; there are /quiet /anyway'],
    [['uninstall', '/keep', '/remove'], '/keep and /remove contradict each other'],
    [['repair'], 'install or uninstall is missing'],
    [[], 'install or uninstall is missing'],
  ])('%j is refused with what would be right', (words, en) => {
    expect(parseSwitches(words)).toMatchObject({ kind: 'faults', faults: [{ en }] });
  });
});

test('folders come from the environment of a 64-bit or a 32-bit starter alike', () => {
  const env = { ProgramData: 'E:\\PD', ProgramFiles: 'E:\\PF (x86)', ProgramW6432: 'E:\\PF', SystemRoot: 'E:\\W' };
  expect(layoutOf(env).programs).toMatch(/^E:\\PF[/\\]Xunkao$/);
  expect(layoutOf(env).data).toMatch(/^E:\\PD[/\\]Xunkao$/);
});

test('what tools of a Chinese Windows say is read in its code page', () => {
  expect(decoded(Buffer.from('b4edcef3', 'hex'))).toBe('错误');
  expect(decoded(Buffer.from('错误'))).toBe('错误');
});
