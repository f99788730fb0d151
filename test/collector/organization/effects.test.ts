import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeDocument } from '../../../collector/organization/documents.ts';
import { waiverId } from '../../../collector/organization/site/effects.ts';
import { organizationTicketText } from '../../../collector/organization/ticket.ts';
import { administrator, collectorIn, temporaryFolder } from '../../fixtures/collector.ts';
import { until } from '../../fixtures/nutPrograms.ts';
import { openField } from './field.ts';

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

test('parameters of the organization count before the site’s own, from the next start; a file made at the site does not', async () => {
  const field = await openField();
  const data = temporaryFolder();
  const ticket = await field.ticket('nanjing-01');
  writeFileSync(join(data, 'organization-ticket'), organizationTicketText(ticket));
  const body = { parameters: { memory: { minimum_bytes: '24 GiB' } } };
  await makeDocument(field.organization, 'nanjing-01', { kind: 'parameters', by: 'o-1', body });
  const settings = `site: nanjing-01
listen: ["127.0.0.1:0"]
parameters: { memory: { minimum_bytes: 8 GiB } }
organization: { ticket_file: ${data}/organization-ticket }
`;
  const leastOf = ({ desk }: Awaited<ReturnType<typeof collectorIn>>) =>
    desk.standard.rules.find(({ id }) => id === 'memory')!.parameters['minimum_bytes']!.value;
  const file = join(data, 'organization', 'parameters.json');
  const first = await collectorIn({ data, settings });
  expect(leastOf(first)).toBe(8 * 2 ** 30);
  await until(
    'the document',
    20_000,
    async () => existsSync(file),
    () => '',
  );
  await first.stop();
  const second = await collectorIn({ data, settings });
  expect(leastOf(second)).toBe(24 * 2 ** 30);
  await second.stop();

  writeFileSync(file, readFileSync(file, 'utf8').replace('24 GiB', '1 GiB'));
  const third = await collectorIn({ data, settings });
  expect(leastOf(third)).toBe(8 * 2 ** 30);
});
