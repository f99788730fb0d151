import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { Bilingual } from '../../../agent/probe.ts';
import type { Language } from './words.ts';

const PACKS = join(import.meta.dirname, '..', '..', 'standards');

/** Titles of the rules of the packs that come along; read once. A rule of another pack stands by its id. */
let titles: ReadonlyMap<string, Bilingual> | null = null;

export function ruleTitle(language: Language, rule: string): string {
  titles ??= readTitles();
  return titles.get(rule)?.[language] ?? rule;
}

/** All that are known, by their titles. */
export function ruleTitles(language: Language): readonly (readonly [rule: string, title: string])[] {
  titles ??= readTitles();
  return [...titles]
    .map(([rule, title]) => [rule, title[language]] as const)
    .sort((one, other) => one[1].localeCompare(other[1], language));
}

function readTitles(): ReadonlyMap<string, Bilingual> {
  const files = readdirSync(PACKS, { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.yaml') && !/(?:^|[/\\])standard\.yaml$/.test(file),
  );
  return new Map(
    files.flatMap((file) => {
      const { title } = parse(readFileSync(join(PACKS, file), 'utf8')) as { readonly title?: Partial<Bilingual> };
      const { zh, en } = title ?? {};
      const rule = file.replace(/^.*[/\\]/, '').replace(/\.yaml$/, '');
      return zh !== undefined && en !== undefined ? [[rule, { zh, en }] as const] : [];
    }),
  );
}
