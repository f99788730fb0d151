import { resolve } from 'node:path';
import { parseArgs, type ParseArgsConfig } from 'node:util';
import type { Bilingual } from '../../agent/probe.ts';
import { inWords } from '../../agent/settings.ts';
import { ROLES, type Role } from '../identity/machine.ts';

/** Wrong words on the command line: said, with what would be right, and exit code 2. */
export class WrongUse extends Error {
  readonly text: Bilingual;
  constructor(text: Bilingual, help?: Bilingual) {
    super(text.en);
    this.text = help ? { zh: `${text.zh}\n\n${help.zh}`, en: `${text.en}\n\n${help.en}` } : text;
  }
}

/** In the language of the person at the terminal. */
export const say = (text: Bilingual): string => inWords(text, process.env);

type Options = NonNullable<ParseArgsConfig['options']>;

/** Parses a command's options; every fault is told at once. `--help` prints `help` and gives null. */
export function parse<T extends Options>(
  args: readonly string[],
  help: Bilingual,
  options: T,
  positionals = 0,
): { readonly values: Values<T>; readonly positionals: readonly string[] } | null {
  const known: Options = { ...options, help: { type: 'boolean', short: 'h' } };
  // Not strict: Node's own words exist in English only.
  const parsed = parseArgs({ args: [...args], options: known, allowPositionals: true, strict: false, tokens: true });
  if (parsed.values['help'] === true) {
    process.stdout.write(say(help));
    return null;
  }
  const faults = parsed.tokens.flatMap((token) => (token.kind === 'option' ? faultsOf(token, known) : []));
  const extra = parsed.positionals.slice(positionals).join(' ');
  if (extra !== '') faults.push({ zh: `多余的内容：${extra}`, en: `too many words: ${extra}` });
  if (faults.length > 0) {
    const { zh, en } = { zh: faults.map((fault) => fault.zh), en: faults.map((fault) => fault.en) };
    throw new WrongUse({ zh: zh.join('；'), en: en.join('; ') }, help);
  }
  return { values: parsed.values as Values<T>, positionals: parsed.positionals };
}

interface OptionToken {
  readonly name: string;
  readonly rawName: string;
  readonly value?: string | undefined;
  readonly inlineValue?: boolean | undefined;
}

function faultsOf({ name, rawName, value, inlineValue }: OptionToken, known: Options): Bilingual[] {
  const option = known[name];
  if (!option) return [{ zh: `没有 ${rawName} 这个选项`, en: `there is no option ${rawName}` }];
  if (option.type === 'boolean')
    return value === undefined ? [] : [{ zh: `${rawName} 后面不带内容`, en: `${rawName} takes no value` }];
  const isNextOption = inlineValue === false && value?.startsWith('--') === true;
  return value === undefined || value === '' || isNextOption
    ? [{ zh: `${rawName} 后面缺少内容`, en: `${rawName} needs a value after it` }]
    : [];
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
  if (!Number.isInteger(value) || value < least || value > most || text.trim() === '') {
    throw new WrongUse({
      zh: `--${name} 须是 ${least} 到 ${most} 的整数，不能是 ${text}`,
      en: `--${name} takes a whole number from ${least} to ${most}, not ${text}`,
    });
  }
  return value;
}

/** The name of a room, as tickets, settings and the console know it. */
export function roomName(text: string | undefined): string {
  if (text !== undefined && /^[^/\s"\\\p{C}]{1,32}$/u.test(text)) return text;
  throw new WrongUse({
    zh: '--room 须是 1 到 32 个字符，不含空格、斜杠和引号，例如 --room A',
    en: '--room takes 1 to 32 characters without blanks, slashes and quotes, such as --room A',
  });
}

/** A machine's role, as the collector knows them. */
export function roleName(text = 'candidate'): Role {
  const role = ROLES.find((each) => each === text);
  if (role !== undefined) return role;
  throw new WrongUse({
    zh: `--role 须是 ${ROLES.join('、')} 之一，不能是 ${text}`,
    en: `--role takes one of ${ROLES.join(', ')}, not ${text}`,
  });
}
