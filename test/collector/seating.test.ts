import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { administrator, collectorIn, PASSWORD, temporaryFolder } from '../fixtures/collector.ts';
import { run } from '../fixtures/programs.ts';
import { startSeat } from '../fixtures/seats.ts';

/** Real agents on made-up PCs `PC-0001` …, whose card is 54:ee:75:00:00:01 …, and a collector with settings. */
async function site(settings = '') {
  const collector = await collectorIn({ settings });
  const headers = await administrator(collector);
  const ticket = await collector.makeTicket({ room: 'A', role: 'candidate', uses: 50, days: 1 });
  const spares = await collector.makeTicket({ room: 'A', role: 'spare', uses: 50, days: 1 });
  const get = async (path: string) => (await collector.app.inject({ url: `/api/v1/${path}`, headers })).json();
  const post = (path: string, payload: object, by = headers) =>
    collector.app.inject({ method: 'POST', url: `/api/v1/${path}`, headers: by, payload });
  const list = (text: string, room?: string) =>
    post('seats/import', { file: Buffer.from(text).toString('base64'), ...(room === undefined ? {} : { room }) });
  const seats = async (): Promise<Record<string, [string | null, string]>> =>
    Object.fromEntries(
      (await get('machines')).machines.map((row: { hostname: string; seat: string | null; role: string }) => [
        row.hostname,
        [row.seat, row.role],
      ]),
    );
  async function come(index: number, isSpare = false): Promise<string> {
    const agent = await startSeat({ index, ticket: isSpare ? spares : ticket, says: {} });
    await vi.waitUntil(() => agent.machine !== null, { timeout: 15_000 });
    return agent.machine!;
  }
  const entries = async (subject: string) =>
    (await get(`history?kind=machine&subject=${subject}`)).entries.map(({ body }: { body: unknown }) => body);
  return { collector, headers, get, post, list, seats, come, entries };
}

test('a list places who is there, and who comes later takes the seat that waits, by card, name or address', async () => {
  const { list, seats, come, get, entries } = await site();
  const first = await come(1);
  await vi.waitUntil(async () => (await seats())['PC-0001']?.[0] === '1', { timeout: 10_000 });
  const done = await list(
    '考场,座位,用途,计算机名,MAC\nA,21,,,54-EE-75-00-00-01\nA,22,备用机,pc-0002,\nA,23,,PC-0099,\n',
  );
  expect(done.statusCode).toBe(200);
  expect(done.json()).toEqual({ rooms: ['A'], seats: 3, seated: 1, waiting: 2, displaced: [], unclear: [] });
  expect(await seats()).toEqual({ 'PC-0001': ['21', 'candidate'] });
  await come(2);
  // Its name would tell seat 3, but its room has a list, and it is not in it.
  await come(3);
  await vi.waitUntil(async () => (await seats())['PC-0002']?.[0] === '22', { timeout: 10_000 });
  expect(await seats()).toMatchObject({ 'PC-0002': ['22', 'spare'], 'PC-0003': [null, 'candidate'] });
  expect((await get('seats')).seats).toHaveLength(3);
  expect(JSON.stringify(await get('seats'))).not.toMatch(/54.?ee/i);
  expect(await entries(first)).toContainEqual(expect.objectContaining({ act: 'assigned', seat: '21', room: 'A' }));
  const told = (await get('history?kind=machine')).entries.map(({ body }: { body: { act: string } }) => body);
  expect(told).toContainEqual(expect.objectContaining({ act: 'seats-imported', rooms: ['A'], seats: 3 }));
  expect(JSON.stringify(told)).not.toMatch(/54.?ee.?75/i);
}, 60_000);

test('a list with a fault changes nothing, and says what is wrong on which line', async () => {
  const { list, seats, come, get } = await site();
  await come(1);
  await vi.waitUntil(async () => (await seats())['PC-0001']?.[0] === '1', { timeout: 10_000 });
  const refused = await list('seat,hostname\n9,PC-0001\n9,=x\n', 'A');
  expect(refused.statusCode).toBe(422);
  expect(refused.json().error).toMatchObject({ code: 'seats', faults: [{ line: 3 }] });
  expect(await seats()).toEqual({ 'PC-0001': ['1', 'candidate'] });
  expect((await get('seats')).seats).toEqual([]);
}, 30_000);

test('whoever sits where the list puts another one gives way, and a name that several have decides nothing', async () => {
  const { list, seats, come } = await site();
  const [first] = [await come(1), await come(2)];
  await vi.waitUntil(async () => Object.values(await seats()).every(([seat]) => seat !== null), { timeout: 10_000 });
  const done = await list('seat,hostname\n1,PC-0002\n', 'A');
  expect(done.json()).toMatchObject({ seated: 1, displaced: [first] });
  expect(await seats()).toEqual({ 'PC-0001': [null, 'candidate'], 'PC-0002': ['1', 'candidate'] });
  // Imported again, it is so already.
  expect((await list('seat,hostname\n1,PC-0002\n', 'A')).json()).toMatchObject({ seated: 1, displaced: [] });
}, 30_000);

test('a seat that reads a device is given by nobody but a person, whatever a list or a name says', async () => {
  const { list, seats, come } = await site(
    'devices: [{ id: ups-1, kind: ups, url: "nut://127.0.0.1:1/exam", room: A, reader: A/1 }]',
  );
  await come(1);
  const done = await list('seat,hostname\n1,PC-0001\n', 'A');
  expect(done.json()).toMatchObject({ seated: 0, unclear: [{ line: 2, seat: '1' }] });
  expect(await seats()).toEqual({ 'PC-0001': [null, 'candidate'] });
}, 30_000);

test('with a pattern, names tell room and seat, and only of the room whose ticket they brought', async () => {
  const { seats, come } = await site("seat_pattern: 'PC-{seat}'");
  await come(7);
  await vi.waitUntil(async () => (await seats())['PC-0007']?.[0] === '7', { timeout: 10_000 });
  const other = await site("seat_pattern: 'PC-{room}{seat}'");
  await other.come(7);
  expect(await other.seats()).toEqual({ 'PC-0007': [null, 'candidate'] });
}, 30_000);

test('two machines swap their seats at once, and the trail says with whom, from where and by whom', async () => {
  const { seats, come, post, entries } = await site();
  const [first, second] = [await come(1), await come(2)];
  await vi.waitUntil(async () => Object.values(await seats()).every(([seat]) => seat !== null), { timeout: 10_000 });
  expect((await post(`machines/${first}/swap`, { machine: second })).statusCode).toBe(200);
  expect(await seats()).toEqual({ 'PC-0001': ['2', 'candidate'], 'PC-0002': ['1', 'candidate'] });
  expect(await entries(first)).toContainEqual({
    act: 'swapped',
    with: second,
    room: 'A',
    seat: '2',
    role: 'candidate',
    before: { room: 'A', seat: '1', role: 'candidate' },
    by: expect.any(String),
  });
  expect((await post(`machines/${first}/swap`, { machine: first })).statusCode).toBe(404);
  expect((await post(`machines/${first}/swap`, { machine: 'm-none' })).statusCode).toBe(404);
}, 30_000);

test('a spare takes the seat of a candidate’s machine: who, when, and what was judged of both in that moment', async () => {
  const { collector, seats, come, post, entries } = await site();
  const [seat, spare] = [await come(17), await come(3, true)];
  await vi.waitUntil(async () => Object.values(await seats()).every(([label]) => label !== null), { timeout: 10_000 });
  const done = await post(`machines/${spare}/promote`, { machine: seat });
  expect(done.statusCode).toBe(200);
  expect(await seats()).toEqual({ 'PC-0017': ['3', 'spare'], 'PC-0003': ['17', 'candidate'] });
  expect(collector.desk.machine(spare)).toMatchObject({
    promotedFrom: { room: 'A', seat: '3', role: 'spare' },
    promotedAt: expect.any(Number),
  });
  expect(collector.desk.machine(seat)).toMatchObject({ replacedBy: spare });
  const [told] = (await entries(spare)).filter(({ act }: { act: string }) => act === 'promoted');
  expect(told).toMatchObject({
    room: 'A',
    seat: '17',
    spare: '3',
    replaces: seat,
    by: expect.any(String),
    verdicts: {
      spare: { machine: spare, seat: '3', role: 'spare', readiness: expect.any(String), broken: expect.any(Array) },
      seat: { machine: seat, seat: '17', role: 'candidate', unknown: expect.any(Array) },
    },
  });
  expect(await entries(seat)).toContainEqual(expect.objectContaining({ act: 'replaced', with: spare }));
  // Neither twice, nor a candidate's machine for another.
  expect((await post(`machines/${spare}/promote`, { machine: seat })).statusCode).toBe(409);
  // And back, when the first one is repaired.
  expect((await post(`machines/${seat}/promote`, { machine: spare })).statusCode).toBe(200);
  expect(await seats()).toEqual({ 'PC-0017': ['17', 'candidate'], 'PC-0003': ['3', 'spare'] });
  expect(collector.desk.machine(seat)).toMatchObject({ replacedBy: null, promotedFrom: { role: 'spare' } });
}, 30_000);

test('a candidate is moved by whoever is signed in for it, and not by a stranger', async () => {
  const { come, post } = await site();
  const [seat, spare] = [await come(17), await come(3, true)];
  const stranger = { 'content-type': 'application/json', 'x-xunkao': '1' };
  expect((await post(`machines/${spare}/promote`, { machine: seat }, stranger)).statusCode).toBe(401);
  expect((await post('seats/import', { file: 'YQ==' }, stranger)).statusCode).toBe(401);
}, 30_000);

test('a proctor who signs in moves a candidate to a spare in their own room, and in no other', async () => {
  const { collector, come, get, post, entries } = await site();
  const proctor = async (name: string, room: string): Promise<Record<string, string>> => {
    const { code } = (await post('accounts', { name, role: 'proctor', rooms: [room] })).json();
    const change = { 'content-type': 'application/json', 'x-xunkao': '1' };
    expect((await post('password/code', { name, code, password: PASSWORD }, change)).statusCode).toBe(200);
    const [cookie] = (await post('sign-in', { name, password: PASSWORD }, change)).cookies;
    return { ...change, cookie: `${cookie!.name}=${cookie!.value}` };
  };
  const [seat, spare] = [await come(17), await come(3, true)];
  await vi.waitUntil(() => collector.desk.machine(seat)?.seat === '17', { timeout: 10_000 });
  await vi.waitUntil(() => collector.desk.machine(spare)?.seat === '3', { timeout: 10_000 });
  const [own, other] = [await proctor('wang', 'A'), await proctor('zhao', 'B')];
  expect((await post(`machines/${spare}/promote`, { machine: seat }, other)).statusCode).toBe(403);
  expect(collector.desk.machine(spare)).toMatchObject({ role: 'spare', seat: '3' });
  expect((await post(`machines/${seat}/swap`, { machine: spare }, own)).statusCode).toBe(403);
  expect((await post('seats/import', { file: 'YQ==' }, own)).statusCode).toBe(403);
  expect((await post(`machines/${spare}/promote`, { machine: seat }, own)).statusCode).toBe(200);
  expect(collector.desk.machine(spare)).toMatchObject({ role: 'candidate', seat: '17', room: 'A' });
  const { accounts } = await get('accounts');
  const by = accounts.find(({ name }: { name: string }) => name === 'wang').id;
  expect(await entries(spare)).toContainEqual(expect.objectContaining({ act: 'promoted', replaces: seat, by }));
}, 60_000);

test('a list is taken by `xunkao seats import` as a program, or refused line by line', async () => {
  const { collector, seats, come } = await site();
  await come(1);
  const folder = temporaryFolder();
  const take = (text: Buffer | string, ...more: readonly string[]) => {
    writeFileSync(join(folder, '座位.csv'), text);
    return run('xunkao', ['seats', 'import', join(folder, '座位.csv'), '--data', collector.data, ...more]);
  };
  // As Excel of a Chinese Windows writes it: 座位,计算机名 in GBK.
  const gbk = Buffer.concat([Buffer.from('d7f9cebb2cbcc6cbe3bbfac3fb', 'hex'), Buffer.from('\r\n31,PC-0001\r\n')]);
  expect(await take(gbk, '--room', 'A')).toMatchObject({ code: 0, stderr: '', stdout: expect.stringMatching(/1/) });
  expect(await seats()).toEqual({ 'PC-0001': ['31', 'candidate'] });
  const refused = await take('room,seat,hostname\nA,32,PC-0001\nA,33,=x\n');
  expect(refused).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('座位.csv:3: ') });
  expect(await seats()).toEqual({ 'PC-0001': ['31', 'candidate'] });
}, 60_000);
