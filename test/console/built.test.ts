import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildPages } from '../fixtures/console/pages.ts';

let built: Awaited<ReturnType<typeof buildPages>>;
const read = (pattern: string): string =>
  globSync(pattern, { cwd: built.folder })
    .map((file) => readFileSync(join(built.folder, file), 'utf8'))
    .join('\n');

beforeAll(async () => {
  built = await buildPages();
});
afterAll(() => built.remove());

describe('the built pages', () => {
  it('hold nothing inline, so that the strictest content security policy lets them run', () => {
    const html = read('index.html');
    expect(html).not.toMatch(/<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=|javascript:/);
    expect(read('**/*.{css,js,html}')).not.toContain('data:image');
  });

  it('name no other host: no CDN, no foreign font, nothing to look up', () => {
    const addresses = read('**/*.{html,css,js}').match(/https?:\/\/[^\s"'`)]+/g) ?? [];
    // Names of XML, never fetched.
    expect(addresses.filter((address) => !address.startsWith('http://www.w3.org/'))).toEqual([]);
  });

  it('use no style that Chrome 83 does not have', () => {
    const css = read('**/*.css');
    expect(css).not.toMatch(/:is\(|:where\(|[;{]inset:|aspect-ratio|@layer|@container|:has\(|dvh/);
    // Chrome 83 has gap in grids only.
    const rules = css.match(/[^{}]+\{[^{}]*\}/g) ?? [];
    const flexGaps = rules.filter(
      (rule) => /[;{](?:row-|column-)?gap:/.test(rule) && /display:\s*(?:inline-)?flex/.test(rule),
    );
    expect(flexGaps).toEqual([]);
  });

  it('call nothing that Chrome 83 does not have', () => {
    expect(read('**/*.js')).not.toMatch(
      /\.replaceAll\(|\.at\(|structuredClone|Object\.hasOwn|\.findLast|\.toSorted|AbortSignal\.(?:timeout|any)|crypto\.randomUUID|Promise\.any|WeakRef/,
    );
  });

  it('tell people in both languages what to do when the script cannot run', () => {
    const html = read('index.html');
    expect(html).toContain('id="too-old"');
    expect(html).toMatch(/谷歌浏览器 83[\s\S]*Chrome 83/);
  });

  it('are small enough for a page that opens at once on a slow machine', () => {
    const first = /<script[^>]* src="\.\/([^"]+)"/.exec(read('index.html'))![1]!;
    const fetched = new Set<string>();
    const follow = (file: string): void => {
      if (fetched.has(file)) return;
      fetched.add(file);
      for (const [, next] of read(file).matchAll(/(?:from|import)\s*"\.\/([^"]+)"/g))
        follow(join(dirname(file), next!));
    };
    follow(first);
    expect(fetched.size).toBeGreaterThan(0);
    const size = [...fetched].reduce((sum, file) => sum + read(file).length, 0);
    expect(size).toBeLessThan(140_000);
    // Something is left for later, or all of it would be the first page.
    expect(read('**/*.js').length).toBeGreaterThan(size + 40_000);
  });
});
