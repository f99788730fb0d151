// The program `xunkao`. It finds the command and hands over; each command is one file in `commands/`.
import { COMMANDS, type Command } from './commands/command.ts';
import { WrongUse } from './commands/options.ts';

const HELP = `xunkao 巡考 – watches every machine of an exam site and judges it live against the certificate's standard

usage: xunkao COMMAND [OPTIONS]        (from a checkout: npm run xunkao -- COMMAND [OPTIONS])

${COMMANDS.map(({ name, line }) => `  ${name.padEnd(12)} ${line}`).join('\n')}

xunkao COMMAND --help tells a command's options. Exit codes: 0 ok, 1 failed, 2 wrong use.
`;

async function main(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    process.stdout.write(HELP);
    return name === undefined ? 2 : 0;
  }
  const known = COMMANDS.find((command) => command.name === name);
  if (!known) {
    process.stderr.write(
      `xunkao: there is no command ${name}; known: ${COMMANDS.map((command) => command.name).join(', ')}\n`,
    );
    return 2;
  }
  const { command } = (await known.load()) as { command: Command };
  try {
    return await command(rest);
  } catch (error) {
    if (!(error instanceof WrongUse)) throw error;
    process.stderr.write(`xunkao ${name}: ${error.message}\n`);
    return 2;
  }
}

process.exitCode = await main(process.argv.slice(2));
