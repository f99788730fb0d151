import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { makeDocument } from '../../../collector/organization/documents.ts';
import { waiverId } from '../../../collector/organization/site/kept.ts';
import { organizationTicketText } from '../../../collector/organization/ticket.ts';
import { administrator, collectorIn, temporaryFolder } from '../../fixtures/collector.ts';
import { until } from '../../fixtures/nutPrograms.ts';
import { openField } from './field.ts';
import { paperSite } from './paper.ts';

test('what the organization signs takes effect at the site, is shown there, and cannot be undone there', async () => {
  const field = await openField();
  const { organization } = field;
  const data = temporaryFolder();
  const ticket = await field.ticket('nanjing-01');
  writeFileSync(join(data, 'organization-ticket'), organizationTicketText(ticket));
  const make = (kind: 'waiver' | 'parameters' | 'pack' | 'decision', body: Record<string, unknown>) =>
    makeDocument(organization, 'nanjing-01', { kind, by: 'o-1', body });
  const validUntil = Date.now() + 86_400_000;
  await make('waiver', { id: 'w-1', rule: 'memory', subject: '*', reason: '已批准更换计划', validUntil });
  await make('parameters', { parameters: { memory: { least_bytes: 2147483648 } } });
  await make('pack', { id: 'live-commerce', edition: '1.1', files: { 'standard.yaml': 'id: live-commerce\n' } });
  await make('pack', { id: 'x', edition: '1', files: { '../../escape.yaml': 'x' } });
  await make('decision', { decision: 'warning', reason: '监控缺失', deadline: validUntil });

  const settings = `site: nanjing-01\nlisten: ["127.0.0.1:0"]\norganization: { ticket_file: ${data}/organization-ticket }\n`;
  const collector = await collectorIn({ data, settings });
  const headers = await administrator(collector);
  const get = async (path: string) => (await collector.app.inject({ url: `/api/v1/${path}`, headers })).json();
  await until(
    'the documents',
    20_000,
    async () => (await get('organization')).documents.length === 5,
    () => '',
  );
  const { organization: standing, documents } = await get('organization');
  expect(standing).toMatchObject({ url: field.url, awaySince: null });
  expect(documents[0]).toMatchObject({ n: 5, kind: 'decision', body: { reason: '监控缺失' } });

  const id = waiverId('w-1');
  await until(
    'the waiver',
    10_000,
    async () => (await get('statements')).statements.length === 1,
    () => '',
  );
  const [waiver] = (await get('statements')).statements;
  expect(waiver).toMatchObject({ id, kind: 'waived', enteredAt: 'organization', rule: 'memory', counts: true });
  const undone = await collector.app.inject({
    method: 'POST',
    url: `/api/v1/statements/${id}/withdraw`,
    headers,
    payload: {},
  });
  expect([undone.statusCode, undone.json().error.code]).toEqual([403, 'organization']);

  const pack = join(data, 'organization', 'packs', 'live-commerce-1.1', 'standard.yaml');
  await until(
    'the pack',
    10_000,
    async () => existsSync(pack),
    () => '',
  );
  expect(readFileSync(pack, 'utf8')).toBe('id: live-commerce\n');
  expect(existsSync(join(data, 'escape.yaml'))).toBe(false);
  await collector.stop();
});

test('parameters of the organization count before the site’s own from the next start, whatever is done to the site’s disk', async () => {
  const field = await openField();
  const data = temporaryFolder();
  const ticket = await field.ticket('nanjing-01');
  writeFileSync(join(data, 'organization-ticket'), organizationTicketText(ticket));
  for (const least of ['2 GiB', '24 GiB'])
    await makeDocument(field.organization, 'nanjing-01', {
      kind: 'parameters',
      by: 'o-1',
      body: { parameters: { memory: { minimum_bytes: least } } },
    });
  const settings = `site: nanjing-01
listen: ["127.0.0.1:0"]
parameters: { memory: { minimum_bytes: 8 GiB } }
organization: { ticket_file: ${data}/organization-ticket }
`;
  const logged: string[] = [];
  /** GiB in force, once every document is here. */
  async function started(isAway = false): Promise<number> {
    logged.length = 0;
    const collector = await collectorIn({ data, settings, logged: (line) => logged.push(line) });
    const headers = await administrator(collector);
    const documents = async () =>
      (await collector.app.inject({ url: '/api/v1/organization', headers })).json().documents.length as number;
    if (!isAway)
      await until(
        'the documents',
        20_000,
        async () => (await documents()) === 2,
        () => '',
      );
    const { parameters } = collector.desk.standard.rules.find(({ id }) => id === 'memory')!;
    await collector.stop();
    return Number(parameters['minimum_bytes']!.value) / 2 ** 30;
  }
  const changed = /documents that the record names are not kept as they came \(2\)/;
  expect(await started()).toBe(8);
  expect(await started()).toBe(24);
  expect(logged.join('')).not.toMatch(changed);

  // An older document, signed as it is, where a file or a row might be believed.
  const db = new DatabaseSync(join(data, 'xunkao.db'));
  const rowOf = (n: number) =>
    db.prepare(`select text from keep where kind = 'organization-document' and id = ?`).get(String(n))!['text'];
  const put = (n: number, value: unknown) =>
    db
      .prepare(`update keep set text = ? where kind = 'organization-document' and id = ?`)
      .run(value as string, String(n));
  const [first, second] = [rowOf(1), rowOf(2)];
  mkdirSync(join(data, 'organization'), { recursive: true });
  writeFileSync(join(data, 'organization', 'parameters.json'), String(first));
  expect(await started()).toBe(24);

  put(2, first);
  expect(await started()).toBe(2);
  expect(logged.join('')).toMatch(changed);
  // It was sent again meanwhile.
  expect(rowOf(2)).toBe(second);
  expect(await started()).toBe(24);

  const forged = JSON.stringify({ ...JSON.parse(String(second)), kind: 'waiver', body: { id: 'w-1', rule: 'memory' } });
  put(2, forged);
  await field.close();
  expect(await started(true)).toBe(2);
  expect(logged.join('')).toMatch(changed);
  db.close();
}, 60_000);

test('a document that nothing can follow from stops no other; it is tried again, and a waiver is not withdrawn before it is there', async () => {
  const field = await openField();
  const ticket = await field.ticket('nanjing-01');
  const paper = paperSite('nanjing-01');
  const make = (kind: 'waiver' | 'waiver-withdrawn' | 'decision', body: Record<string, unknown>) =>
    makeDocument(field.organization, 'nanjing-01', { kind, by: 'o-1', body });
  const documents = [
    await make('waiver', { id: 'w-1' }),
    await make('waiver', { id: 'w-2' }),
    await make('waiver-withdrawn', { id: 'w-1' }),
    await make('decision', { decision: 'warning' }),
  ];
  let isFull = true;
  const followed: number[] = [];
  const said: string[] = [];
  const effect = async ({ n }: { readonly n: number }) => {
    if (n === 1 && isFull) throw new Error('the disk is full');
    followed.push(n);
  };
  const failed = ({ n }: { readonly n: number }, error: unknown) => said.push(`${n}: ${(error as Error).message}`);
  const membership = paper.membership(ticket, { effect, failed });
  const nothing = { cosigned: null, documents: [], sentTo: null };
  expect((await membership.take({ ...nothing, documents })).documents).toHaveLength(4);
  await membership.take(nothing);
  expect([followed, said]).toEqual([[2, 4], ['1: the disk is full']]);
  isFull = false;
  await membership.take(nothing);
  await membership.settle();
  expect(followed).toEqual([2, 4, 1, 3]);
}, 20_000);
