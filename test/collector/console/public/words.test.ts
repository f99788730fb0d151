import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSync, Visitor } from 'vite';
import { describe, expect, it } from 'vitest';
import { text, WORDS } from '../../../../collector/console/public/words.ts';
import { SOURCE } from '../../../fixtures/console/pages.ts';

const CJK = /[\u3000-\u30ff\u3400-\u9fff\uff00-\uffef]/;
const LETTERS = /[A-Za-z]{2}/;
/** Attributes whose value a person reads or hears. */
const READ = new Set([
  'title',
  'placeholder',
  'alt',
  'label',
  'aria-label',
  'aria-description',
  'aria-roledescription',
]);

/** The tables themselves. */
const isWords = (file: string): boolean => file === 'words.ts' || /^words[/\\]/.test(file);

const sources = globSync('**/*.{ts,tsx}', { cwd: SOURCE })
  .filter((file) => !file.startsWith('vite.config'))
  .map((file) => ({ file, code: readFileSync(join(SOURCE, file), 'utf8') }));

describe('words', () => {
  it('have a text in both languages, with the same slots', () => {
    const faults = Object.entries(WORDS).flatMap(([word, said]) => {
      const slots = (side: string): string[] => [...side.matchAll(/\{\w+\}/g)].map(([slot]) => slot);
      const differ = new Set([...slots(said.zh), ...slots(said.en)]).size !== new Set(slots(said.zh)).size;
      const empty = said.zh.trim() === '' || said.en.trim() === '';
      return empty || differ || slots(said.zh).length !== slots(said.en).length ? [word] : [];
    });
    expect(faults).toEqual([]);
  });

  it('are Chinese in Chinese and not in English', () => {
    const others = new Set(['other_language', 'list_comma', 'colon', 'wide_reason']);
    const faults = Object.entries(WORDS)
      .filter(([word]) => !others.has(word))
      .filter(([, said]) => !CJK.test(said.zh) || CJK.test(said.en))
      .map(([word]) => word);
    expect(faults).toEqual([]);
  });

  it('are each used by a page', () => {
    const code = sources
      .filter(({ file }) => !isWords(file))
      .map((source) => source.code)
      .join('\n');
    const isUsed = (word: string): boolean =>
      [`'${word}'`, `"${word}"`, `WORDS.${word}`].some((use) => code.includes(use));
    // Names of kinds of devices, how a machine came back, what a trial found and what the organization sent are put together
    // at run time.
    const isPutTogether = /^(?:kind|comeback|trial|document|outside|decision|state)_/;
    const unused = Object.keys(WORDS).filter((word) => !isPutTogether.test(word) && !isUsed(word));
    expect(unused).toEqual([]);
  });

  it('are the only place of texts: no page holds one of its own', () => {
    const faults = sources.flatMap(({ file, code }) => (isWords(file) ? [] : strayTexts(file, code)));
    expect(faults).toEqual([]);
  });

  it('are missed where a page holds a text of its own', () => {
    const code = `const a = <p title="Tip" class="x">Hello {b} <i>{'Well'}</i> {\`你好\`}</p>; const c = '好';`;
    expect(strayTexts('a.tsx', code)).toEqual([
      'a.tsx: Tip',
      'a.tsx: Hello',
      'a.tsx: Well',
      'a.tsx: 你好',
      'a.tsx: 好',
    ]);
  });

  it('take values into their slots and leave a slot without one to be seen', () => {
    expect(text('en', 'count_ready', { n: 39 })).toBe('39 ready');
    expect(text('zh', 'count_ready', { n: 39 })).toBe('39 台就绪');
    expect(text('en', 'count_ready')).toBe('{n} ready');
  });
});

/** Texts that a person would read and that do not come from the table, in the order of the file. */
function strayTexts(file: string, code: string): string[] {
  const { program, errors } = parseSync(file, code);
  if (errors.length > 0) throw new Error(`${file}: ${errors[0]?.message}`);
  const found: { start: number; said: string }[] = [];
  const note = (start: number, said: string): void => void found.push({ start, said: said.trim() });
  new Visitor({
    JSXText(node) {
      if (LETTERS.test(node.value) || CJK.test(node.value)) note(node.start, node.value);
    },
    JSXAttribute(node) {
      const name = node.name.type === 'JSXIdentifier' ? node.name.name : '';
      if (READ.has(name) && node.value?.type === 'Literal') note(node.start, node.value.value);
    },
    JSXExpressionContainer(node) {
      const { expression } = node;
      if (expression.type === 'Literal' && typeof expression.value === 'string' && LETTERS.test(expression.value)) {
        note(node.start, expression.value);
      }
    },
    Literal(node) {
      if (typeof node.value === 'string' && CJK.test(node.value)) note(node.start, node.value);
    },
    TemplateElement(node) {
      if (CJK.test(node.value.raw)) note(node.start, node.value.raw);
    },
  }).visit(program);
  return found.sort((a, b) => a.start - b.start).map(({ said }) => `${file}: ${said}`);
}
