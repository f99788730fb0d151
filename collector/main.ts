// The program `xunkao`. It finds the command and hands over; each command is one file in `commands/`.
import type { Bilingual } from '../agent/probe.ts';
import { COMMANDS, type Command } from './commands/command.ts';
import { say, WrongUse } from './commands/options.ts';

const list = (language: keyof Bilingual): string =>
  COMMANDS.map(({ name, line }) => `  ${name.padEnd(13)} ${line[language]}`).join('\n');

const HELP: Bilingual = {
  zh: `xunkao 巡考：时刻看着考点的每一台机器，对照证书标准逐条判断

用法：xunkao 命令 [选项]        （在源码目录里：npm run xunkao -- 命令 [选项]）

${list('zh')}

xunkao 命令 --help 说明该命令的选项。退出码：0 正常，1 失败，2 用法不对。
`,
  en: `xunkao 巡考 – watches every machine of an exam site and judges it live against the certificate's standard

usage: xunkao COMMAND [OPTIONS]        (from a checkout: npm run xunkao -- COMMAND [OPTIONS])

${list('en')}

xunkao COMMAND --help tells a command's options. Exit codes: 0 ok, 1 failed, 2 wrong use.
`,
};

async function main(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name === '--help' || name === '-h' || name === 'help') {
    process.stdout.write(say(HELP));
    return 0;
  }
  if (name === undefined) {
    process.stderr.write(say(HELP));
    return 2;
  }
  const known = COMMANDS.find((command) => command.name === name);
  if (!known) {
    const names = COMMANDS.map((command) => command.name).join(', ');
    process.stderr.write(
      `xunkao: ${say({ zh: `没有 ${name} 这个命令；可用的有 ${names}`, en: `there is no command ${name}; known: ${names}` })}\n`,
    );
    return 2;
  }
  const { command } = (await known.load()) as { command: Command };
  try {
    return await command(rest);
  } catch (error) {
    if (!(error instanceof WrongUse)) throw error;
    process.stderr.write(`xunkao ${name}: ${say(error.text)}\n`);
    return 2;
  }
}

process.exitCode = await main(process.argv.slice(2));
