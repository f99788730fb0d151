/**
 * The two files a technician starts, and what they show where no Node.js runs. Pure ASCII with CRLF: cmd reads them in
 * the code page of its Windows. They choose a Node.js, start it, and leave all words to it.
 */

/** Beside them, below `files\`. */
export const FOLDER = 'files';
export const NODES = { old: 'node-13/node.exe', new: 'node-22/node.exe' } as const;
export const REFUSED_FILE = 'refused.txt';
export const INSTALLER_FILE = 'install.js';

/**
 * `ver` says the version in brackets whatever the language: 10.0 is Windows 10, 11 and their servers. Only its number is
 * looked at, with cmd's own means: `find` and `findstr` may be anything in PATH.
 */
export function script(act: 'install' | 'uninstall'): Buffer {
  const lines = [
    '@echo off',
    'setlocal EnableExtensions DisableDelayedExpansion',
    `rem Xunkao: ${act}s the agent. Run it as administrator; /quiet asks nothing.`,
    `set "HERE=%~dp0${FOLDER}\\"`,
    'set "QUIET="',
    'for %%a in (%*) do if /i "%%~a"=="/quiet" set "QUIET=1"',
    'set "VERSION="',
    'for /f "delims=" %%v in (\'ver\') do set "VERSION=%%v"',
    'if not defined VERSION set "VERSION=unknown"',
    `set "NODE=%HERE%${NODES.old.replace('/', '\\')}"`,
    `if not "%VERSION: 10.=%"=="%VERSION%" set "NODE=%HERE%${NODES.new.replace('/', '\\')}"`,
    'if not "%VERSION: 5.=%"=="%VERSION%" goto refused',
    'if not "%VERSION: 6.0=%"=="%VERSION%" goto refused',
    'if not "%VERSION: 6.1.7600=%"=="%VERSION%" goto refused',
    'if /i "%PROCESSOR_ARCHITECTURE%"=="x86" if not defined PROCESSOR_ARCHITEW6432 goto refused',
    'if not exist "%NODE%" goto incomplete',
    `"%NODE%" "%HERE%${INSTALLER_FILE}" ${act} %*`,
    'set "CODE=%ERRORLEVEL%"',
    'if not defined QUIET pause',
    'exit /b %CODE%',
    ':incomplete',
    'echo %NODE% is missing: copy the whole folder again, or look at what the antivirus took.',
    'if not defined QUIET pause',
    'exit /b 1',
    ':refused',
    `type "%HERE%${REFUSED_FILE}"`,
    'if not defined QUIET pause',
    'exit /b 1',
  ];
  return Buffer.from(`${lines.join('\r\n')}\r\n`, 'latin1');
}

/** `type` shows UTF-16 with its mark rightly on every Windows, and so does Notepad. */
export function refusedText(): Buffer {
  const lines = [
    '',
    '这台电脑不能安装：需要 64 位的 Windows 7 SP1、Windows 10 或更新的系统，而这里是 32 位，或没有 Service Pack 1，或更旧。',
    '可以这样做：1. 装上 Service Pack 1，或换成 64 位系统；2. 换一台电脑；',
    '3. 都不行时，按《考场安装》（room.zh-CN.md）里的手工检查表逐项检查，由技术支持在控制台上登记。',
    '',
    'This PC cannot be installed: 64-bit Windows 7 with Service Pack 1, Windows 10 or later is needed. This one is',
    '32-bit, has no Service Pack 1, or is older. 1. Install the service pack or a 64-bit system; 2. use another PC;',
    '3. else go through the list for manual checks on the page about rooms (room.md) and enter it on the console.',
    '',
  ];
  return Buffer.from(`\ufeff${lines.join('\r\n')}`, 'utf16le');
}
