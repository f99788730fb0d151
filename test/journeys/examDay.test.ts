import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Facts } from '../../agent/reading.ts';
import type { DueRow } from '../../collector/console/peopleApi.ts';
import type { ReportWish } from '../../collector/reports/report.ts';
import type { RoomReadiness } from '../../collector/console/readinessApi.ts';
import { startDay, type Day } from '../fixtures/day.ts';
import { historyText } from '../fixtures/historyText.ts';
import { JPEG } from '../fixtures/photos.ts';

/** The line out is stated by a person here: there is no peer to measure it to. */
const SETTINGS = `site: nanjing-01
internet_targets: []
parameters: { internet-before-after: { evidence: card } }
devices: [{ id: platform, kind: platform, url: https://exam.nanjing-01.internal/ }]
`;
const GOLDEN = join(import.meta.dirname, '..', 'fixtures', 'examDay.golden.txt');
const HEADS =
  '工号,姓名,岗位,院系,任课专业班级,考务经验,组织培训日期,考核通过日期,考前培训日期,遵纪守法,熟悉业务并保密,身体健康,无考试事故,负责人选聘';
const PEOPLE = [
  ['1', '张伟', '考点负责人', '教务处'],
  ['2', '李娜', '监考', '信息学院'],
  ['3', '王芳', '监考', '外语学院'],
  ['4', '刘洋', '技术支持', '网络中心'],
  ['5', '陈静', '技术支持', '网络中心'],
  ['6', '赵磊', '后勤', '后勤处'],
] as const;
const STAFF = { '1': 'lead', '2': 'proctor', '3': 'proctor', '4': 'tech', '5': 'tech', '6': 'logistics' } as const;
const [SEAT_12, SEAT_17, SERVER, STANDBY] = [11, 16, 50, 51];

/** What a simulated PC cannot know by itself: the way to the exam server and platform of this room. */
const WAY: Readonly<Record<string, Facts>> = {
  server: { reachable: true, same_subnet: true, connect_seconds: 0.001, servers: 1 },
  portal: { answering: true, comm: 'ok', response_p95_seconds: 0.2, certificate_expires_seconds: 8e6, targets: 1 },
};
const SERVER_HARDWARE: Readonly<Record<string, Facts>> = {
  cpu: { physical_cores: 8, logical_cores: 16 },
  memory: { installed_bytes: 32 * 2 ** 30, visible_bytes: 31.8 * 2 ** 30 },
};

test('an exam day, from the assessment to the second exam, is in the record minute by minute as it was', async () => {
  const day = await startDay({ settings: SETTINGS, start: '2026-11-26T08:00' });
  const site = await fillRoom(day);
  await assess(day, site);
  await rehearse(day, site);
  await examine(day, site);
  await again(day, site);

  const entries = await day.entries();
  const text = historyText(entries, site.names);
  if (process.env['XUNKAO_GOLDEN']) writeFileSync(GOLDEN, text);
  expect(text).toBe(readFileSync(GOLDEN, 'utf8'));
  // Each time that something was frozen it was signed, and once at the start.
  const frozen = new Set(entries.filter(({ kind }) => kind === 'snapshot').map(({ at }) => at));
  expect(entries.filter(({ kind }) => kind === 'head').length).toBeGreaterThanOrEqual(frozen.size + 1);
  await file(day, site);
}, 300_000);

/** What goes into the folder afterwards: the report of the morning, and the dossier as the assessment froze it. */
async function file(day: Day, site: Site): Promise<void> {
  const report = async (wish: ReportWish): Promise<string> => {
    const order = { wish, language: 'zh', format: 'html', now: day.clock.now().wall } as const;
    const pieces: Uint8Array[] = [];
    for await (const piece of await day.collector.desk.reports.print(order)) pieces.push(piece);
    return Buffer.concat(pieces).toString('utf8');
  };
  const morning = await report({ kind: 'session', session: site.idOf('the morning') });
  for (const told of [
    '39/40',
    '1 张伟',
    '3 王芳',
    '座位 17 启用备用机',
    'a telephone',
    '考前 60 分钟',
    '与考点公钥相符',
  ])
    expect(morning).toContain(told);
  expect(morning).toMatch(/<tr><td>A<\/td><td>开考<\/td>/);
  const dossier = await report({ kind: 'dossier', session: site.idOf('the assessment') });
  expect(dossier).toContain('按评估“遴选”');
  expect(dossier).toMatch(/李 \d{4}-\d\d-\d\d 确认：seen by the lead|确认：seen by the lead/);
  expect(dossier).toMatch(/[0-9a-f]{64}/);
  const toFix = await report({ kind: 'seats', room: 'A' });
  expect(toFix).toContain('考场 A');
  if (process.env['XUNKAO_LOOK']) {
    for (const [name, html] of Object.entries({ morning, dossier, toFix }))
      writeFileSync(join(process.env['XUNKAO_LOOK'], `rep-day-${name}.html`), html);
  }
}

/** 45 seats, 5 spares, a server and a standby, as `xunkao load` makes them, and a real agent as the gateway. */
async function fillRoom(day: Day) {
  const names = new Map<string, string>();
  const ticket = async (role: 'candidate' | 'spare' | 'server' | 'standby' | 'gateway', uses: number) =>
    day.collector.makeTicket({ room: 'A', role, uses, days: 1 });
  for (let index = 0; index < 52; index += 1) {
    const hardware = index < SERVER ? {} : SERVER_HARDWARE;
    const own: Readonly<Record<string, Facts>> = { ...WAY, ...hardware };
    day.happens(index, (probe, said) => ({ ...said, facts: { ...said.facts, ...own[probe] } }));
  }
  const load = async (
    role: 'candidate' | 'spare' | 'server' | 'standby',
    count: number,
    first: number,
    name: string,
  ) => {
    const known = new Set(day.machines().map(({ id }) => id));
    const fleet = await day.load(count, await ticket(role, count), first);
    for (const { id, hostname } of day.machines().filter(({ id: each }) => !known.has(each)))
      names.set(id, count === 1 ? name : `${name}-${hostname.slice(-2)}`);
    return fleet;
  };
  const seats = await load('candidate', 45, 0, 'pc');
  await load('spare', 5, 45, 'spare');
  await load('server', 1, SERVER, 'server');
  await load('standby', 1, STANDBY, 'standby');
  const gateway = await day.realAgent(await ticket('gateway', 1));
  names.set(gateway.machine!, 'gateway');
  const list = [
    'label,hostname',
    ...Array.from({ length: 45 }, (_, at) => `${at + 1},SIM-${String(at + 1).padStart(3, '0')}`),
  ];
  await day.post('seats/import', { file: Buffer.from(list.join('\n')).toString('base64'), room: 'A' }, 200);
  const idOf = (name: string): string => [...names].find(([, each]) => each === name)![0];
  return { names, seats, idOf };
}

type Site = Awaited<ReturnType<typeof fillRoom>>;

async function plan(day: Day, site: Site, wish: object, name: string): Promise<string> {
  const { id } = await day.post<{ id: string }>('sessions', wish);
  site.names.set(id, name);
  return id;
}

/** 08:02: people are entered, the room is assessed, what cannot be measured is stated with a photo. */
async function assess(day: Day, site: Site): Promise<void> {
  site.names.set('s-first', 'first look');
  await day.until('08:02');
  const rows = PEOPLE.map((person) =>
    [...person, '无', '是', '2026-03-01', '2026-03-02', '2026-11-20', '是', '是', '是', '是', '是'].join(','),
  );
  const taken = await day.send('roster/import', 'text/csv', [HEADS, ...rows].join('\n'));
  expect(taken.json()).toMatchObject({ added: ['1', '2', '3', '4', '5', '6'] });
  const title = { zh: '遴选', en: 'Selection' };
  const wish = { kind: 'assessment', purpose: 'selection', title, rooms: 'all', candidates: null, endsAt: null };
  const id = await plan(day, site, { ...wish, startsAt: day.moment('08:04') }, 'the assessment');
  await day.until('08:06');
  await attest(day, () => true);
  for (const name of ['server', 'standby']) {
    await day.post('waivers', {
      rule: 'dedicated',
      subject: site.idOf(name),
      text: 'the trial runs on one PC',
      files: [],
      validUntil: day.moment('23:00'),
    });
  }
  await day.until('08:10');
  await day.post(`sessions/${id}/end`, {}, 200);
}

/** 08:12: the exam is planned, its people assigned, every seat walked through; at seat 12 a restore card is on. */
async function rehearse(day: Day, site: Site): Promise<void> {
  await day.until('08:12');
  for (const [name, from, to] of [
    ['the morning', '09:30', '10:00'],
    ['the afternoon', '11:30', '11:40'],
  ] as const) {
    const title = { zh: name, en: name };
    const times = { startsAt: day.moment(from), endsAt: day.moment(to) };
    const id = await plan(day, site, { kind: 'exam', title, rooms: ['A'], candidates: 40, ...times }, name);
    for (const [number, role] of Object.entries(STAFF)) {
      const room = role === 'proctor' ? 'A' : null;
      await day.post(`sessions/${id}/people`, { number, role, room });
      await day.post(`sessions/${id}/people/${number}/pledge`, { signed: true }, 200);
    }
    await day.post(`sessions/${id}/candidates`, { classes: ['直播2401'], departments: ['商学院'] }, 200);
  }
  await day.until('08:15');
  const rehearsed = await day.collector.desk.answer({ ask: 'rehearse', room: 'A', session: site.idOf('the morning') });
  expect(rehearsed).toMatchObject({ isWhole: true });
  await day.until('08:20');
  day.also(SEAT_12, 'restore', { products: ['Deep Freeze'], active: true, writes: 'discarded' });
  await day.until('08:40');
  day.also(SEAT_12, 'restore', null);
}

/** 08:30 T-60 until 10:00: a seat fails and its candidate gets a spare, a proctor is late, the air expires, something happens. */
async function examine(day: Day, site: Site): Promise<void> {
  const morning = site.idOf('the morning');
  const checkIn = (number: string) => day.post(`sessions/${morning}/people/${number}/check-in`, { present: true }, 200);
  await day.until('09:20');
  expect(await reasons(day, morning)).toEqual([]);
  for (const number of ['1', '2', '4', '5', '6']) await checkIn(number);
  await day.until('09:32');
  expect(await reasons(day, morning)).toContain('proctor-ratio broken');
  await checkIn('3');
  await day.until('09:36');
  await site.seats.switchOff(SEAT_17);
  await day.until('09:38');
  await day.post(`machines/${site.idOf('spare-01')}/promote`, { machine: site.idOf('pc-17') }, 200);
  await day.until('09:39');
  expect(await reasons(day, morning)).not.toContain('seats broken');
  await day.until('09:50');
  expect(await reasons(day, morning)).toContain('light-air-noise unknown');
  const happened = { at: day.moment('09:49'), room: 'A', expected: null, attended: null, corrects: null };
  await day.post(`sessions/${morning}/occurrences`, {
    ...happened,
    kind: 'violation',
    seat: '23',
    text: 'a telephone',
  });
  const counts = { kind: 'attendance', seat: null, text: '', expected: 40, attended: 39 };
  await day.post(`sessions/${morning}/occurrences`, { ...happened, ...counts });
  await day.until('10:05');
}

/** The broken PC is carried away, the air looked at again; the exam of the afternoon has its own rehearsal and check-in. */
async function again(day: Day, site: Site): Promise<void> {
  const afternoon = site.idOf('the afternoon');
  await day.until('10:32');
  await day.signInAgain();
  expect(await reasons(day, afternoon)).toEqual(expect.arrayContaining(['online broken', 'light-air-noise unknown']));
  await day.post(`machines/${site.idOf('pc-17')}/revoke`, {}, 204);
  await attest(day, ({ rule }) => rule === 'light-air-noise');
  await day.until('10:35');
  const rehearsed = await day.collector.desk.answer({ ask: 'rehearse', room: 'A', session: afternoon });
  expect(rehearsed).toMatchObject({ isWhole: true });
  await day.until('11:20');
  expect(await reasons(day, afternoon)).toEqual([]);
  for (const number of Object.keys(STAFF))
    await day.post(`sessions/${afternoon}/people/${number}/check-in`, { present: true }, 200);
  await day.until('11:42');
}

/** States what may be stated and is not known otherwise, with a photo. */
async function attest(day: Day, isMeant: (row: DueRow) => boolean): Promise<void> {
  const { sha256 } = (await day.send('files', 'application/octet-stream', JPEG)).json();
  const { due } = await day.get<{ due: DueRow[] }>('statements/due');
  for (const row of due.filter((each) => each.state === 'unknown' && isMeant(each))) {
    await day.post('attestations', {
      rule: row.rule,
      subject: row.subject,
      text: 'seen by the lead',
      files: [sha256],
      items: row.items.map((_, at) => at),
      // The air is looked at for the morning only.
      ...(row.rule === 'light-air-noise' && day.clock.now().wall < day.moment('09:00')
        ? { validUntil: day.moment('09:45') }
        : {}),
    });
  }
}

async function reasons(day: Day, session: string): Promise<readonly string[]> {
  const { rooms } = await day.get<{ rooms: RoomReadiness[] }>(`readiness?room=A&session=${session}`);
  return rooms[0]!.reasons.map(({ rule, state }) => `${rule} ${state}`);
}
