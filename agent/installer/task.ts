/**
 * Tasks of Windows' scheduler, in its own XML of version 1.2, which Windows 7 reads: a program that runs at boot without
 * a service wrapper, whose unsigned executable antiviruses take away.
 */
export interface Task {
  readonly description: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly folder: string;
  readonly kind: 'service' | 'session';
}

/** Written as `schtasks /create /xml` wants it: UTF-16LE with its mark. */
export function taskFile(task: Task): Buffer {
  return Buffer.from(`\ufeff${taskXml(task)}`, 'utf16le');
}

export function taskXml({ description, command, args, folder, kind }: Task): string {
  const triggers = kind === 'service' ? SERVICE_TRIGGERS : LOGON;
  const principal = kind === 'service' ? SYSTEM : USERS;
  const lines = [
    '<?xml version="1.0" encoding="UTF-16"?>',
    '<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">',
    `<RegistrationInfo><Author>Xunkao</Author><Description>${escaped(description)}</Description></RegistrationInfo>`,
    `<Triggers>${triggers.join('')}</Triggers>`,
    `<Principals><Principal id="Author">${principal}</Principal></Principals>`,
    `<Settings>${settings(kind)}</Settings>`,
    '<Actions Context="Author"><Exec>',
    `<Command>${escaped(command)}</Command>`,
    `<Arguments>${escaped(args.map(quoted).join(' '))}</Arguments>`,
    `<WorkingDirectory>${escaped(folder)}</WorkingDirectory>`,
    '</Exec></Actions>',
    '</Task>',
  ];
  return `${lines.join('\r\n')}\r\n`;
}

const AGAIN = '<Repetition><Interval>PT5M</Interval><StopAtDurationEnd>false</StopAtDurationEnd></Repetition>';
const LOGON = ['<LogonTrigger><Enabled>true</Enabled></LogonTrigger>'];

/**
 * At boot, half a minute late so that nobody's sign-in is slowed down. The repetitions are a watchdog: one that runs is
 * left alone (`IgnoreNew`), one that was killed is back within five minutes. Shut down with Fast Startup and switched on
 * again, Windows 10 may fire no boot trigger: then the process goes on where it was, or a sign-in or the second
 * repetition starts it. That one hangs on no boot, and starts in 2000 for PCs whose clock has lost the year.
 */
const SERVICE_TRIGGERS = [
  `<BootTrigger>${AGAIN}<Enabled>true</Enabled><Delay>PT30S</Delay></BootTrigger>`,
  '<LogonTrigger><Enabled>true</Enabled><Delay>PT10S</Delay></LogonTrigger>',
  `<TimeTrigger>${AGAIN}<StartBoundary>2000-01-01T00:00:00</StartBoundary><Enabled>true</Enabled></TimeTrigger>`,
];

/** By their numbers: names of accounts are in the language of their Windows. */
const SYSTEM = '<UserId>S-1-5-18</UserId><RunLevel>HighestAvailable</RunLevel>';
const USERS = '<GroupId>S-1-5-32-545</GroupId><RunLevel>LeastPrivilege</RunLevel>';

/**
 * What is not named here has defaults that fit a notebook, not a watch: stopped after 72 hours and on battery. Priority 7
 * is below normal, for disk and processor. One minute is the shortest restart there is.
 */
function settings(kind: Task['kind']): string {
  const [policy, limit] = kind === 'service' ? ['IgnoreNew', 'PT0S'] : ['Parallel', 'PT1M'];
  const restart =
    kind === 'service' ? '<RestartOnFailure><Interval>PT1M</Interval><Count>255</Count></RestartOnFailure>' : '';
  return [
    `<MultipleInstancesPolicy>${policy}</MultipleInstancesPolicy>`,
    '<DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>',
    '<StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>',
    '<AllowHardTerminate>true</AllowHardTerminate>',
    '<StartWhenAvailable>true</StartWhenAvailable>',
    '<RunOnlyIfNetworkAvailable>false</RunOnlyIfNetworkAvailable>',
    '<IdleSettings><StopOnIdleEnd>false</StopOnIdleEnd><RestartOnIdle>false</RestartOnIdle></IdleSettings>',
    '<AllowStartOnDemand>true</AllowStartOnDemand>',
    '<Enabled>true</Enabled>',
    '<Hidden>false</Hidden>',
    '<RunOnlyIfIdle>false</RunOnlyIfIdle>',
    '<WakeToRun>false</WakeToRun>',
    `<ExecutionTimeLimit>${limit}</ExecutionTimeLimit>`,
    '<Priority>7</Priority>',
    restart,
  ].join('');
}

/** As Windows takes a command line apart. No path holds a quote. */
function quoted(word: string): string {
  return /[\s"]/.test(word) || word === '' ? `"${word}"` : word;
}

function escaped(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
}
