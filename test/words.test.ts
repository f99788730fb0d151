import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

/** One word, one meaning, in Chinese too: people read the console, the agent's terminal and the README side by side. */
const INSTEAD: Readonly<Record<string, string>> = {
  采集端: '采集器',
  监测程序: '代理程序',
  入场凭据: '凭证',
  凭据: '凭证',
  机位: '座位',
  注册机器: '登记机器',
};

test('people read one Chinese word for one thing', () => {
  const root = join(import.meta.dirname, '..');
  const files = [
    'README.zh-CN.md',
    ...['agent', 'collector'].flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
        .filter((file) => /\.(tsx?|yaml|html)$/.test(file))
        .map((file) => join(folder, file)),
    ),
  ];
  const wrong = files.flatMap((file) => {
    const text = readFileSync(join(root, file), 'utf8');
    return Object.entries(INSTEAD)
      .filter(([word]) => text.includes(word))
      .map(([word, right]) => `${file}: ${word} → ${right}`);
  });
  expect(files.length).toBeGreaterThan(100);
  expect(wrong).toEqual([]);
});
