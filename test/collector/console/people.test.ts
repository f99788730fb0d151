import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { AccountRole } from '../../../collector/accounts/may.ts';
import type { Collector } from '../../../collector/collector.ts';
import { lineOf, verifyChain } from '../../../collector/history/chain.ts';
import { parseKey } from '../../../collector/record/key.ts';
import { createVerifier } from '../../../collector/record/verify.ts';
import { administrator, collectorIn, PASSWORD, temporaryFolder } from '../../fixtures/collector.ts';
import { JPEG, PDF, PNG } from '../../fixtures/photos.ts';

const HOUR = 3_600_000;
const ROSTER = [
  '工号,姓名,岗位,院系,任课专业班级,考核通过日期',
  '0001,欧阳若曦,考点负责人,教务处,无,2026-03-02',
  '0002,司马青云,监考,外语学院,英语,2026-03-02',
  '0003,诸葛明月,监考、技术支持,商学院,电子商务2301,否',
].join('\n');

async function site(settings = '') {
  const collector = await collectorIn(settings === '' ? {} : { settings });
  const headers = await administrator(collector);
  const ask = async (method: 'GET' | 'POST' | 'PUT', url: string, payload?: object) => {
    const answer = await collector.app.inject({
      method,
      url: `/api/v1/${url}`,
      headers,
      ...(payload ? { payload } : {}),
    });
    return { status: answer.statusCode, body: answer.body === '' ? null : answer.json() };
  };
  const send = async (url: string, payload: Buffer, type = 'application/octet-stream') => {
    const answer = await collector.app.inject({
      method: 'POST',
      url: `/api/v1/${url}`,
      headers: { ...headers, 'content-type': type },
      payload,
    });
    return { status: answer.statusCode, body: answer.json() };
  };
  const csv = (text: string | Buffer, trial = false) =>
    send(`roster/import${trial ? '?trial=true' : ''}`, Buffer.from(text as string), 'text/csv');
  return { collector, headers, ask, send, csv };
}

async function exam(ask: Awaited<ReturnType<typeof site>>['ask'], rooms: readonly string[] = ['A']): Promise<string> {
  const now = Date.now();
  const planned = await ask('POST', 'sessions', {
    kind: 'exam',
    title: { zh: '上午', en: 'Morning' },
    rooms,
    startsAt: now + HOUR / 2,
    endsAt: now + 2 * HOUR,
    candidates: 40,
  });
  expect(planned.status).toBe(201);
  return planned.body.id;
}

async function entriesOf(collector: Collector) {
  const { rows } = await collector.desk.history.entries({ limit: 1_000 });
  return rows;
}

describe('the roster', () => {
  test('is taken from a file in UTF-8 or GBK, tried first, and told to who signed in alone', async () => {
    const { collector, ask, csv } = await site();
    expect(await csv(ROSTER, true)).toEqual({
      status: 200,
      body: { added: ['0001', '0002', '0003'], changed: [], same: 0 },
    });
    expect((await ask('GET', 'roster')).body.people).toEqual([]);
    expect((await csv(execFileSync('iconv', ['-f', 'UTF-8', '-t', 'GBK'], { input: ROSTER }))).status).toBe(200);
    const { people } = (await ask('GET', 'roster')).body;
    expect(people.map(({ name }: { name: string }) => name)).toEqual(['欧阳若曦', '司马青云', '诸葛明月']);
    // Names are not for whoever sits at the collector.
    expect((await collector.app.inject({ url: '/api/v1/roster' })).statusCode).toBe(401);
  });

  test('that has a fault is refused with line, column and reason, and nobody is taken in', async () => {
    const { collector, ask, csv } = await site();
    const refused = await csv(`${ROSTER}\n0002,公孙无忌,监考,=1+1,,\n`);
    expect(refused.status).toBe(422);
    expect(refused.body).toMatchObject({
      error: { code: 'roster', message: { zh: '文件有 1 处错误，没有导入任何人。' } },
      faults: [{ line: 5, column: '院系', message: { en: expect.stringContaining('formula') } }],
      count: 1,
    });
    expect((await ask('GET', 'roster')).body.people).toEqual([]);
    expect((await entriesOf(collector)).some(({ kind }) => kind === 'roster')).toBe(false);
  });

  test('of more than 2 MiB, or sent as something else, is not read', async () => {
    const { csv, send } = await site();
    expect((await csv(Buffer.alloc(2 * 1024 * 1024 + 1, 0x31))).status).toBe(413);
    expect((await send('roster/import', Buffer.from(ROSTER), 'text/plain')).status).toBe(415);
    expect((await send('tickets', Buffer.from(ROSTER), 'text/csv')).status).toBe(415);
  });

  test('is edited person by person, and what makes no sense is refused by name', async () => {
    const { ask, csv } = await site();
    await csv(ROSTER);
    const { number: _, ...person } = (await ask('GET', 'roster')).body.people[1];
    expect((await ask('PUT', 'roster/0002', { ...person, trained: '2026-04-01' })).body).toMatchObject({
      number: '0002',
      trained: '2026-04-01',
    });
    const wrong = await ask('PUT', 'roster/0002', { ...person, name: '=cmd()', roles: ['chief'], passed: 'yesterday' });
    expect(wrong.status).toBe(400);
    for (const field of ['name', 'roles', 'passed']) expect(wrong.body.error.message.en).toContain(field);
    expect((await ask('PUT', 'roster/0002', { ...person, trained: '2099-01-01' })).status).toBe(400);
    expect((await ask('GET', 'roster')).body.people[1]).toMatchObject({ name: '司马青云', trained: '2026-04-01' });
  });

  test('has a template that it takes back once it is filled in', async () => {
    const { collector, headers, csv } = await site();
    const template = await collector.app.inject({ url: '/api/v1/roster/template.csv', headers });
    expect(template.headers['content-disposition']).toContain('attachment');
    expect((await csv(`${template.body}0009,公孙无忌,后勤,,,,,,,,,,,,\r\n`)).body).toMatchObject({ added: ['0009'] });
  });
});

describe('a session', () => {
  test('has people who are assigned, sign and check in; what speaks against them is told', async () => {
    const { ask, csv } = await site();
    await csv(ROSTER);
    const id = await exam(ask);
    expect((await ask('POST', `sessions/${id}/people`, { number: '0002', role: 'proctor', room: 'A' })).status).toBe(
      201,
    );
    await ask('POST', `sessions/${id}/people`, { number: '0003', role: 'proctor', room: 'A' });
    await ask('POST', `sessions/${id}/candidates`, { classes: ['电子商务2301'], departments: ['商学院'] });
    await ask('POST', `sessions/${id}/people/0002/pledge`, { signed: true });
    expect((await ask('POST', `sessions/${id}/people/0002/check-in`, { present: true })).body).toMatchObject({
      name: '司马青云',
      present: { by: 'li' },
      pledged: { by: 'li' },
    });
    const { assigned, conflicts } = (await ask('GET', `sessions/${id}/people`)).body;
    expect(assigned).toHaveLength(2);
    expect(conflicts).toEqual([
      { number: '0003', kind: 'teaches' },
      { number: '0003', kind: 'department' },
      { number: '0003', kind: 'not-passed' },
    ]);
    expect(await ask('POST', `sessions/${id}/people`, { number: '0001', role: 'proctor', room: 'A' })).toMatchObject({
      status: 409,
      body: { error: { message: { zh: expect.stringContaining('岗位不含监考') } } },
    });
    expect((await ask('POST', `sessions/${id}/people/0001/check-in`, { present: true })).status).toBe(404);
    expect((await ask('GET', 'sessions/s-none/people')).status).toBe(404);
    expect((await ask('POST', `sessions/${id}/people/0003/remove`, {})).status).toBe(204);
  });

  test('has occurrences, of which the record holds everything but the words', async () => {
    const { collector, ask } = await site();
    const id = await exam(ask);
    const wish = {
      kind: 'accident',
      at: Date.now(),
      room: 'A',
      seat: '17',
      text: '断电两分钟',
      expected: null,
      attended: null,
      corrects: null,
    };
    expect((await ask('POST', `sessions/${id}/occurrences`, wish)).body).toMatchObject({ id: 'o-1', by: 'li' });
    expect(
      (await ask('POST', `sessions/${id}/occurrences`, { ...wish, text: '断电三分钟', corrects: 'o-1' })).status,
    ).toBe(201);
    expect((await ask('POST', `sessions/${id}/occurrences`, { ...wish, room: 'Z' })).status).toBe(409);
    expect((await ask('GET', `sessions/${id}/occurrences`)).body.occurrences).toMatchObject([
      { id: 'o-1', text: '断电两分钟', correctedBy: 'o-2' },
      { id: 'o-2', text: '断电三分钟', correctedBy: null },
    ]);
    expect(JSON.stringify(await entriesOf(collector))).not.toContain('断电');
  });
});

/** Signed in as somebody whom the administrator made an account for. */
async function memberOf(collector: Collector, role: AccountRole, rooms: readonly string[] | null) {
  const { accounts } = collector.desk;
  const invited = await accounts.create({ name: '赵监考', role, rooms, until: null }, 'a-chief');
  if ('refused' in invited) throw new Error(invited.refused);
  const signedIn = await accounts.choosePassword('赵监考', invited.code, PASSWORD, '127.0.0.1');
  if (typeof signedIn === 'string' || 'refused' in signedIn) throw new Error('not signed in');
  const headers = { 'content-type': 'application/json', 'x-xunkao': '1', cookie: `xunkao=${signedIn.token}` };
  return async (method: 'GET' | 'POST' | 'PUT', url: string, payload?: object) => {
    const answer = await collector.app.inject({
      method,
      url: `/api/v1/${url}`,
      headers,
      ...(payload ? { payload } : {}),
    });
    return { status: answer.statusCode, body: answer.body === '' ? null : answer.json() };
  };
}

describe('a proctor of room A', () => {
  test('sees and checks in the people of that room, and nobody of another one', async () => {
    const { collector, ask, csv } = await site();
    await csv(ROSTER);
    const id = await exam(ask, ['A', 'B']);
    await ask('POST', `sessions/${id}/people`, { number: '0002', role: 'proctor', room: 'A' });
    await ask('POST', `sessions/${id}/people`, { number: '0003', role: 'proctor', room: 'B' });
    const proctor = await memberOf(collector, 'proctor', ['A']);
    const seen = (await proctor('GET', `sessions/${id}/people`)).body;
    expect(seen.assigned.map(({ number }: { number: string }) => number)).toEqual(['0002']);
    expect(JSON.stringify(seen)).not.toContain('0003');
    expect((await proctor('POST', `sessions/${id}/people/0002/check-in`, { present: true })).status).toBe(200);
    const other = await proctor('POST', `sessions/${id}/people/0003/check-in`, { present: true });
    expect([other.status, other.body.error.code]).toEqual([403, 'room']);
    expect((await ask('GET', `sessions/${id}/people`)).body.assigned[1]).toMatchObject({
      number: '0003',
      present: null,
    });
  });

  test('writes down what happens there, and nothing of another room or the whole site', async () => {
    const { collector, ask } = await site();
    const id = await exam(ask, ['A', 'B']);
    const wish = {
      kind: 'other',
      at: Date.now(),
      seat: null,
      text: '准时开考',
      expected: null,
      attended: null,
      corrects: null,
    };
    await ask('POST', `sessions/${id}/occurrences`, { ...wish, room: 'B' });
    const proctor = await memberOf(collector, 'proctor', ['A']);
    expect((await proctor('POST', `sessions/${id}/occurrences`, { ...wish, room: 'A' })).status).toBe(201);
    for (const room of ['B', null])
      expect((await proctor('POST', `sessions/${id}/occurrences`, { ...wish, room })).status, String(room)).toBe(403);
    const { occurrences } = (await proctor('GET', `sessions/${id}/occurrences`)).body;
    expect(occurrences.map(({ room }: { room: string }) => room)).toEqual(['A']);
  });

  test('sees neither roster nor dossier, and changes, waives and erases nothing', async () => {
    const { collector, ask, csv } = await site();
    await csv(ROSTER);
    const id = await exam(ask);
    const proctor = await memberOf(collector, 'proctor', ['A']);
    for (const url of ['roster', 'dossier']) expect((await proctor('GET', url)).status, url).toBe(403);
    const waiver = { rule: 'os', subject: '*', text: '理由', files: [], validUntil: Date.now() + HOUR };
    for (const [url, payload] of [
      ['roster/0002/erase', {}],
      ['programmes', { programmes: ['直播电商'] }],
      [`sessions/${id}/people`, { number: '0002', role: 'proctor', room: 'A' }],
      ['waivers', waiver],
      ['attestations', { rule: 'licence', subject: 'site', text: '有', files: [], items: [0, 1] }],
    ] as const)
      expect((await proctor('POST', url, payload)).status, url).toBe(403);
    expect(collector.desk.people.roster.people()).toHaveLength(3);
  });
});

describe('the dossier', () => {
  test('has every clause of the standard in its order; one that nothing can be said of is unknown', async () => {
    const { collector, ask } = await site();
    const id = await exam(ask);
    await expect.poll(() => collector.desk.compliance.of('site').length).toBeGreaterThan(0);
    const { body } = await ask('GET', `dossier?session=${id}`);
    expect(body.clauses.map(({ rule }: { rule: string }) => rule)).toEqual(
      collector.desk.standard.rules.map((rule) => rule.id),
    );
    const of = (rule: string) => body.clauses.find((clause: { rule: string }) => clause.rule === rule);
    expect(of('os')).toMatchObject({ state: 'unknown', judged: 0, subjects: [] });
    expect(of('licence')).toMatchObject({ state: 'unknown', judged: 1, judgedBy: 'person' });
    expect(body).toMatchObject({ session: { id }, files: [], standard: { id: 'live-commerce' } });
    expect((await ask('GET', 'dossier?session=s-none')).status).toBe(404);
    expect((await ask('GET', 'dossier')).body.session).toBeNull();
  });
});

describe('a file', () => {
  test('is given back to be saved only: never shown, never run', async () => {
    const { collector, headers, send } = await site();
    const { status, body } = await send('files', JPEG);
    expect([status, body.type]).toEqual([201, 'image/jpeg']);
    const answer = await collector.app.inject({ url: `/api/v1/files/${body.sha256}`, headers });
    expect(answer.rawPayload).toEqual(JPEG);
    expect(answer.headers).toMatchObject({
      'content-type': 'image/jpeg',
      'content-disposition': `attachment; filename="${body.sha256.slice(0, 16)}.jpg"`,
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; sandbox",
      'cache-control': 'no-store',
    });
    expect((await collector.app.inject({ url: `/api/v1/files/${body.sha256}` })).statusCode).toBe(401);
  });

  test('that is no photo, too large, or not sent as a file is refused, and nothing of it stays', async () => {
    const { collector, send } = await site();
    expect(await send('files', Buffer.from('<svg onload="alert(1)"/>'))).toMatchObject({
      status: 422,
      body: { error: { code: 'file', message: { zh: expect.stringContaining('不是完整的') } } },
    });
    expect((await send('files', Buffer.concat([JPEG, Buffer.alloc(10 * 1024 * 1024)]))).status).toBeGreaterThanOrEqual(
      413,
    );
    expect((await send('files', JPEG, 'image/jpeg')).status).toBe(415);
    expect((await send('files', JPEG, 'multipart/form-data; boundary=x')).status).toBe(415);
    expect(filesUnder(collector.data).filter((path) => path.includes('/files/'))).toEqual([]);
  });

  test('is asked for by its hash and nothing else', async () => {
    const { ask } = await site();
    expect((await ask('GET', `files/${'0'.repeat(64)}`)).status).toBe(404);
    expect((await ask('GET', 'files/..%2f..%2fxunkao.db')).status).toBe(400);
  });
});

test('an attestation names its files, and one that may not be made is refused in words', async () => {
  const { ask, send } = await site(UPS);
  const { sha256 } = (await send('files', PDF)).body;
  const wish = { rule: 'mains', subject: 'ups-1', text: '配电图附后', files: [sha256], items: [] };
  await expect.poll(async () => (await ask('GET', 'statements/due')).body.due.length).toBeGreaterThan(0);
  expect(await ask('POST', 'attestations', wish)).toMatchObject({ status: 201, body: { by: 'li', counts: true } });
  expect((await ask('POST', 'attestations', { ...wish, subject: 'ups-2' })).status).toBe(409);
  expect((await ask('POST', 'attestations', { ...wish, rule: 'ups-online' })).body.error.message.zh).toContain(
    '由系统判断',
  );
  const { statements } = (await ask('GET', 'statements')).body;
  expect(statements).toMatchObject([
    { rule: 'mains', files: [{ sha256, type: 'application/pdf', by: expect.any(String) }] },
  ]);
  expect((await ask('POST', `statements/${statements[0].id}/withdraw`, {})).body).toMatchObject({ counts: false });
  expect((await ask('POST', `statements/${statements[0].id}/withdraw`, {})).status).toBe(409);
});

test('what is erased is in no file of the data directory any more, and the chain of entries is whole', async () => {
  const data = temporaryFolder();
  const collector = await collectorIn({ data, settings: UPS });
  const headers = await administrator(collector);
  const post = async (url: string, payload: object | Buffer, type = 'application/json') => {
    const answer = await collector.app.inject({
      method: 'POST',
      url: `/api/v1/${url}`,
      headers: { ...headers, 'content-type': type },
      payload,
    });
    expect(answer.statusCode, answer.body).toBeLessThan(300);
    return answer.body === '' ? null : answer.json();
  };
  await post('roster/import', Buffer.from(ROSTER), 'text/csv');
  const { sha256 } = await post('files', PNG, 'application/octet-stream');
  await expect.poll(async () => [...collector.desk.compliance.of('ups-1')].length).toBeGreaterThan(0);
  const wish = { rule: 'mains', subject: 'ups-1', text: '电工端木赐已检查', files: [sha256], items: [] };
  const { id } = await post('attestations', wish);
  expect(filesWith(data, '诸葛明月')).not.toEqual([]);
  await post('roster/0003/erase', {});
  await post(`statements/${id}/erase`, {});
  await post(`files/${sha256}/erase`, {});
  expect((await collector.app.inject({ url: `/api/v1/files/${sha256}`, headers })).statusCode).toBe(404);
  const rows = await entriesOf(collector);
  expect(rows.filter(({ kind }) => kind === 'erasure').map(({ body }) => body['what'])).toEqual([
    'person',
    'statement',
    'file',
  ]);
  expect(verifyChain(rows.map(lineOf))).toBeNull();
  // Who has the photo, or knows the name, finds neither in what leaves the site; and who checks it finds nothing amiss.
  const verifier = createVerifier({ key: parseKey(collector.desk.record.keyLine())!.publicKey });
  let exported = '';
  for await (const piece of collector.desk.record.export()) exported += piece;
  for (const line of exported.split(/(?<=\n)/)) verifier.line(Buffer.from(line));
  expect(verifier.end().finding).toBeNull();
  for (const word of [sha256, '诸葛明月', '端木赐']) expect(exported).not.toContain(word);
  await collector.stop();
  for (const name of ['诸葛明月', '端木赐']) expect(filesWith(data, name), name).toEqual([]);
  expect(filesWith(data, '司马青云')).not.toEqual([]);
  expect(filesUnder(data).filter((path) => path.includes('/files/'))).toEqual([]);
  const again = await collectorIn({ data, settings: UPS });
  const { rows: kept } = await again.desk.history.entries({ limit: 1_000 });
  expect(verifyChain(kept.map(lineOf))).toBeNull();
  expect(again.desk.people.roster.erasedAt('0003')).not.toBeNull();
  expect(again.desk.statements.all()).toMatchObject([{ text: '', files: [sha256] }]);
  // It counts as before.
  expect(again.desk.statements.doubt(id)).toBeNull();
});

const UPS = 'devices: [{ id: ups-1, kind: ups, url: "nut://127.0.0.1:1/exam", room: A }]';

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile());
}

function filesWith(folder: string, text: string): string[] {
  return filesUnder(folder).filter((path) => readFileSync(path).includes(text));
}
