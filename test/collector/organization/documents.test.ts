import { documentText as shownText } from '../../../collector/organization/pages/shown.ts';
import { expect, test } from 'vitest';
import { documentsAfter, makeDocument } from '../../../collector/organization/documents.ts';
import { openField } from './field.ts';

const SITE = 'nanjing-01';
const MIB = 1024 * 1024;

test('a document is measured in bytes: a text of Chinese characters has three for each', async () => {
  const field = await openField();
  const { organization } = field;
  await field.ticket(SITE);
  const made = (text: string) => makeDocument(organization, SITE, { kind: 'pack', by: 'o-1', body: { text } });
  await expect(made('考'.repeat(MIB / 3))).rejects.toThrow('larger than 1 MiB');
  expect(await made('考'.repeat(MIB / 3 - 100))).toMatchObject({ n: 1 });
  expect(await made('x'.repeat(MIB - 100))).toMatchObject({ n: 2 });
});

test('documents come in pages of 8 MiB and of twenty at most, and every one comes once', async () => {
  const field = await openField();
  const { organization } = field;
  await field.ticket(SITE);
  for (let count = 0; count < 34; count += 1) {
    const text = count < 12 ? '考'.repeat(MIB / 3 - 100) : 'short';
    await makeDocument(organization, SITE, { kind: 'pack', by: 'o-1', body: { text } });
  }
  const pages: number[][] = [];
  for (let more = true; more;) {
    const page = await documentsAfter(organization.store, SITE, pages.at(-1)?.at(-1) ?? 0);
    expect(Buffer.byteLength(JSON.stringify(page.documents))).toBeLessThan(9 * MIB);
    pages.push(page.documents.map(({ n }) => n));
    ({ more } = page);
  }
  expect(pages.map(({ length }) => length)).toEqual([8, 20, 6]);
  expect(pages.flat()).toEqual(Array.from({ length: 34 }, (_, index) => index + 1));
});

test('parameters that are none are shown as none, and stop no page', () => {
  const text = (body: Record<string, unknown>) => shownText('en', { kind: 'parameters', body } as never);
  for (const parameters of [undefined, null, 7, [], { memory: null }, { memory: 'much' }])
    expect(text({ parameters })).toBe('');
  expect(text({ parameters: { memory: { minimum_bytes: '8 GiB' } } })).toMatch(/: minimum_bytes = 8 GiB$/);
});
