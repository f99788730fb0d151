import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { COMMANDS } from '../collector/commands/command.ts';
import { LIMIT_TABLE, limitNames } from '../collector/gateway/limits.ts';
import { loadStandard } from '../collector/standard/load.ts';
import { realCatalogue } from './collector/standard/catalogue.ts';
import { parseSettings } from '../collector/settings.ts';

/** What stands twice is compared: the READMEs with each other and with the code. XUNKAO_GOLDEN=1 writes the tables anew. */
const ROOT = join(import.meta.dirname, '..');
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');
const loaded = await loadStandard(join(ROOT, 'collector/standards/live-commerce'), await realCatalogue());
if ('faults' in loaded) throw new Error(JSON.stringify(loaded.faults, null, 2));
const { standard } = loaded;
const FILES = { en: 'README.md', zh: 'README.zh-CN.md' } as const;

function limitsTable(language: 'zh' | 'en'): string {
  const rows = [...limitNames].map(
    ([name, key]) =>
      `| \`${name}\` | ${LIMIT_TABLE[key].value.toLocaleString('en')} | ${LIMIT_TABLE[key].why[language]} |`,
  );
  return [language === 'zh' ? '| 限制 | 值 | 原因 |' : '| limit | value | why |', '|---|---:|---|', ...rows].join('\n');
}

/** Every clause of the first pack in the source's order, with the titles of its rules; what is not judged, and why. */
function clausesTable(language: 'zh' | 'en'): string {
  const titles = new Map<string, string[]>();
  const add = (clause: string, title: string): unknown => titles.set(clause, [...(titles.get(clause) ?? []), title]);
  const beyond = language === 'zh' ? '条文之外' : 'beyond the text';
  for (const { clause, title } of standard.rules) add(clause || beyond, title[language]);
  const rows = [...titles].map(([clause, names]) => `| ${clause} | ${names.join(language === 'zh' ? '、' : ', ')} |`);
  return [
    language === 'zh' ? '| 条款 | 判定它的规则 |' : '| clause | rules that judge it |',
    '|---|---|',
    ...rows,
  ].join('\n');
}

function between(text: string, name: string): string {
  return new RegExp(`<!-- ${name}[^>]*-->\\n([\\s\\S]*?)\\n?<!-- /${name} -->`).exec(text)?.[1] ?? `no part ${name}`;
}

describe.each(['en', 'zh'] as const)('the README in %s', (language) => {
  test('has the table of limits that the code has', () => {
    const file = FILES[language];
    if (process.env['XUNKAO_GOLDEN'] === '1') {
      writeFileSync(
        join(ROOT, file),
        read(file).replace(/(<!-- limits[^>]*-->\n)[\s\S]*?(<!-- \/limits -->)/, `$1${limitsTable(language)}\n$2`),
      );
    }
    expect(between(read(file), 'limits')).toBe(limitsTable(language));
  });

  test('has the standard’s clauses, each with the rules that judge it', () => {
    const file = FILES[language];
    const table = clausesTable(language);
    if (process.env['XUNKAO_GOLDEN'] === '1') {
      const text = read(file).replace(
        /(<!-- standard[^>]*-->\n)[\s\S]*?(<!-- \/standard -->)/,
        (_whole, begin: string, end: string) => `${begin}${table}\n${end}`,
      );
      writeFileSync(join(ROOT, file), text);
    }
    expect(between(read(file), 'standard')).toBe(table);
  });

  test('has no sign of an unfinished merge', () => {
    expect(read(FILES[language])).not.toMatch(/^(?:<{7}|={7}|>{7})/m);
  });

  test('names only files that are there', () => {
    const text = read(FILES[language]);
    const links = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map((match) => match[1]!);
    const paths = [...text.matchAll(/`((?:agent|collector|dashboards|deploy|test)\/[\w./-]+)`/g)].map(
      (match) => match[1]!,
    );
    const files = new Set(
      readdirSync(ROOT, { recursive: true, encoding: 'utf8' }).filter((file) => !file.startsWith('node_modules')),
    );
    const missing = [...links, ...paths].filter((path) => !files.has(path.replace(/\/$/, '')));
    expect(missing).toEqual([]);
  });

  test('names only commands that exist', () => {
    const named = [...read(FILES[language]).matchAll(/npm run xunkao -- ([a-z]+)/g)].map((match) => match[1]!);
    const known = COMMANDS.map((command) => command.name);
    expect(named.filter((name) => !known.includes(name))).toEqual([]);
  });
});

test('both READMEs have the same parts, commands, settings and rows in the same order', () => {
  const shape = (file: string) => {
    const text = read(file);
    return {
      headings: [...text.matchAll(/^(#+) /gm)].map((match) => match[1]),
      code: [...text.matchAll(/```\w*\n([\s\S]*?)```/g)].map((match) => match[1]!.replaceAll(/ *#.*$/gm, '')),
      commands: [...text.matchAll(/`((?:npm|GET|POST) [^`]+)`/g)].map((match) => match[1]),
      rows: text.split('\n').filter((line) => line.startsWith('|')).length,
    };
  };
  expect(shape('README.zh-CN.md')).toEqual(shape('README.md'));
});

test('the settings that the README shows are right as they stand', () => {
  for (const file of Object.values(FILES)) {
    const [, yaml] = /```yaml\n([\s\S]*?)```/.exec(read(file)) ?? [];
    expect(parseSettings(file, yaml ?? 'none')).toHaveProperty('settings');
  }
});

test('every dependency has its line in the notes on choices', () => {
  const { dependencies, devDependencies } = JSON.parse(read('package.json')) as Record<string, Record<string, string>>;
  for (const file of Object.values(FILES)) {
    const notes = read(file).split('## ').at(-2)!.toLowerCase();
    const silent = Object.keys({ ...dependencies, ...devDependencies }).filter((name) => {
      const words = name.startsWith('@types/') ? ['@types'] : [name, name.replace(/^@[^/]+\/(type-provider-)?/, '')];
      return !words.some((word) => notes.includes(word));
    });
    expect(silent, file).toEqual([]);
  }
});
