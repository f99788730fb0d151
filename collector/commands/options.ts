import { resolve } from 'node:path';
import { parseArgs, type ParseArgsConfig } from 'node:util';

/** Wrong words on the command line: said, with what would be right, and exit code 2. */
export class WrongUse extends Error {}

type Options = NonNullable<ParseArgsConfig['options']>;

/** Parses a command's options; `--help` prints `help` and gives null. */
export function parse<T extends Options>(
  args: readonly string[],
  help: string,
  options: T,
  positionals = 0,
): { readonly values: Values<T>; readonly positionals: readonly string[] } | null {
  let parsed;
  try {
    parsed = parseArgs({
      args: [...args],
      options: { ...options, help: { type: 'boolean', short: 'h' } },
      allowPositionals: positionals > 0,
      strict: true,
    });
  } catch (error) {
    throw new WrongUse(`${(error as Error).message}\n\n${help}`);
  }
  if ((parsed.values as Record<string, unknown>)['help'] === true) {
    process.stdout.write(help);
    return null;
  }
  if (parsed.positionals.length > positionals)
    throw new WrongUse(`too many words: ${parsed.positionals.join(' ')}\n\n${help}`);
  return { values: parsed.values, positionals: parsed.positionals };
}

type Values<T extends Options> = {
  readonly [K in keyof T]?: T[K] extends { multiple: true }
    ? string[]
    : T[K] extends { type: 'boolean' }
      ? boolean
      : string;
};

/** Paths are meant from where the person stands, not from where npm runs the script. */
export function pathFrom(text: string): string {
  return resolve(process.env['XUNKAO_CWD'] ?? process.cwd(), text);
}

export function wholeNumber(name: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new WrongUse(`--${name} takes a whole number from ${least} to ${most}, not ${text}`);
  }
  return value;
}
