import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { COMMANDS, type Command } from '../../../collector/commands/command.ts';
import { parse, roomName, wholeNumber, WrongUse } from '../../../collector/commands/options.ts';

const HELP = { zh: '用法', en: 'usage' };
const OPTIONS = { data: { type: 'string' }, demo: { type: 'boolean' } } as const;
const HAN = /\p{Script=Han}/u;

function wrong(work: () => unknown): WrongUse['text'] {
  try {
    work();
  } catch (error) {
    if (error instanceof WrongUse) return error.text;
    throw error;
  }
  throw new Error('nothing was wrong');
}

describe('wrong words on the command line', () => {
  test('are all told at once, in both languages, with the help below', () => {
    const text = wrong(() => parse(['--data', '--demo=yes', '--bogus', 'extra'], HELP, OPTIONS));
    expect(text.en).toBe('--data needs a value after it; there is no option --bogus; too many words: extra\n\nusage');
    expect(text.zh).toBe('--data 后面缺少内容；没有 --bogus 这个选项；多余的内容：extra\n\n用法');
    expect(wrong(() => parse(['--demo=yes'], HELP, OPTIONS)).en).toContain('--demo takes no value');
  });

  test('are a room that cannot be a label, and what is no whole number', () => {
    for (const room of [undefined, '', 'A B', 'A/1', 'a"b', '\u0007', 'x'.repeat(33)])
      expect(wrong(() => roomName(room)).zh).toMatch(HAN);
    for (const text of ['', ' ', '0', '1.5', 'x', '11'])
      expect(wrong(() => wholeNumber('uses', text, 1, 10)).en).toContain('from 1 to 10');
    expect([roomName('机房3'), wholeNumber('uses', '10', 1, 10)]).toEqual(['机房3', 10]);
  });
});

test('right words are taken as they are', () => {
  expect(parse(['check', '--data', 'x', '--demo'], HELP, OPTIONS, 1)).toEqual({
    values: expect.objectContaining({ data: 'x', demo: true }),
    positionals: ['check'],
  });
});

describe('every command', () => {
  let said = '';
  beforeEach(() => {
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => ((said += String(text)), true));
  });
  afterEach(() => {
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
  });

  test.each(COMMANDS)('$name explains itself in both', async (listed) => {
    const { command } = (await listed.load()) as { command: Command };
    const help: Record<string, string> = {};
    for (const language of ['zh_CN.UTF-8', 'en_US.UTF-8']) {
      vi.stubEnv('LC_ALL', language);
      said = '';
      expect(await command(['--help'])).toBe(0);
      help[language.slice(0, 2)] = said;
    }
    expect(help['zh']).toMatch(HAN);
    expect(help['en']).not.toMatch(HAN);
    const options = (text: string | undefined): string[] => [...new Set(text?.match(/--[a-z-]+/g))].toSorted();
    expect(options(help['zh'])).toEqual(options(help['en']));
  });
});

test('what a program prints goes through the language of the person who reads it', () => {
  const root = join(import.meta.dirname, '..', '..', '..');
  const commands = join('collector', 'commands');
  const files = [
    ...readdirSync(join(root, commands)).map((name) => join(commands, name)),
    join('collector', 'main.ts'),
    join('agent', 'main.ts'),
  ];
  const plain = files.flatMap((file) =>
    [...readFileSync(join(root, file), 'utf8').matchAll(/process\.std(?:out|err)\.write\(\s*([`'][^\n]*)/g)]
      .map(([, text = '']) => text.replaceAll(/\$\{(?:[^{}`]|`[^`]*`|\{[^{}]*\})*\}/g, ''))
      .filter((text) => /[a-z]{2,} [a-z]{2,}/.test(text.replace(/^.xunkao [a-z]+: /, '')) && !HAN.test(text))
      .map((text) => `${file}: ${text}`),
  );
  expect(plain).toEqual([]);
});
