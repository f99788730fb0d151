import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { VERBS } from '../../../collector/commands/orgVerbs.ts';
import { openStore } from '../../../collector/organization/store/store.ts';
import { keyLine } from '../../../collector/record/key.ts';
import { temporaryFolder } from '../../fixtures/collector.ts';
import { exportOf, paperSite } from '../organization/paper.ts';

/** Of the import of a file with this content: the exit code, or the wrong use; and what was said. */
async function imported(data: string, text: string | null, key?: string) {
  const file = join(data, 'record.jsonl');
  if (text !== null) writeFileSync(file, text);
  const said: string[] = [];
  const hear = (words: string | Uint8Array): boolean => said.push(String(words)) > 0;
  const spies = [vi.spyOn(process.stdout, 'write'), vi.spyOn(process.stderr, 'write')];
  for (const spy of spies) spy.mockImplementation(hear);
  try {
    const code = await VERBS['import']!({ data, file, ...(key === undefined ? {} : { key }) });
    return { code, said: said.join('') };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

test('a record is imported for the site whose key line was given, and under no other name', async () => {
  const data = temporaryFolder();
  const [own, other] = [paperSite('nanjing-01'), paperSite('suzhou-02')];
  const line = keyLine('nanjing-01', own.key.publicKey);
  // The holder of the one site's key signs a record in the other's name, for whoever carries both.
  const foreign = { ...own, entries: paperSite('suzhou-02').entries };
  await expect(imported(data, exportOf(foreign, 'suzhou-02'), line)).rejects.toThrow(
    'of the site suzhou-02 or its line (xunkao-site suzhou-02 MCow…), not that of nanjing-01',
  );
  const store = await openStore(join(data, 'organization.db')).catch(() => null);
  expect(await store?.sql.selectFrom('site').select('site_id').execute()).toEqual([]);
  await store?.close();
  expect(await imported(data, exportOf(own, 'nanjing-01'), line)).toMatchObject({
    code: 0,
    said: expect.stringMatching(/nanjing-01.* 1 /) as string,
  });
  expect((await imported(data, exportOf(other, 'suzhou-02'), other.key.publicKey)).code).toBe(0);
});

test('a file that names no site as sites are called is refused before anything of it is kept', async () => {
  const data = temporaryFolder();
  for (const name of ['*', 'Nanjing 01', '../x', '']) {
    const site = paperSite(name);
    const { code, said } = await imported(data, exportOf(site, name), site.key.publicKey);
    expect([code, said]).toEqual([1, expect.stringMatching(/nanjing-01, not|不能是/)]);
    expect(said).toContain(JSON.stringify(name));
  }
  expect(await imported(data, '{"xunkao":"record 1"}\n')).toMatchObject({ code: 1 });
  expect(await imported(join(data, 'none'), null)).toMatchObject({
    code: 1,
    said: expect.stringContaining('ENOENT') as string,
  });
});
