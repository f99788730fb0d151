import { expect, test } from 'vitest';
import { jsonList } from '../../../collector/console/answer.ts';

async function whole(name: string, rows: readonly unknown[]): Promise<string> {
  let text = '';
  for await (const piece of jsonList(name, rows)) text += piece;
  return text;
}

test.each([0, 1, 3])('a list of %i rows is one JSON object', async (count) => {
  const rows = Array.from({ length: count }, (_, index) => ({ at: index, fact: 'load.cpu_ratio', value: '"' }));
  expect(JSON.parse(await whole('points', rows))).toEqual({ points: rows });
});

test('a long list comes in pieces, and others get their turn between them', async () => {
  const rows = Array.from({ length: 100_000 }, (_, at) => ({
    at,
    fact: 'load.cpu_ratio',
    min: 0.1,
    mean: 0.2,
    max: 0.3,
  }));
  let turns = 0;
  let isOver = false;
  const others = (): void => {
    turns += 1;
    if (!isOver) setImmediate(others);
  };
  setImmediate(others);
  const text = await whole('points', rows);
  isOver = true;
  expect((JSON.parse(text) as { points: unknown[] }).points).toHaveLength(rows.length);
  expect(turns).toBeGreaterThan(3);
});
