import { expect, test, vi } from 'vitest';
import { manualClock } from '../../../collector/clock.ts';
import type { Machine } from '../../../collector/identity/machine.ts';
import { createPlaces } from '../../../collector/identity/places.ts';
import type { Incident, IncidentChange } from '../../../collector/incidents/incident.ts';
import { createPaging, type Paging } from '../../../collector/pagers/paging.ts';
import { parseSettings } from '../../../collector/settings.ts';
import { DEFAULT_PHASES } from '../../../collector/sessions/session.ts';
import type { EntryDraft } from '../../../collector/history/history.ts';
import { administrator, collectorIn } from '../../fixtures/collector.ts';
import { startReceiver, TAKEN, type Receiver } from '../../fixtures/receiver.ts';
import { ASSESSMENT, testCatalogue } from '../../fixtures/site.ts';

/** Paging without a collector around it: a clock that is moved, and receivers that are real. */
function rig(paging: string) {
  const clock = manualClock();
  const entries: EntryDraft[] = [];
  const said: unknown[] = [];
  const read = parseSettings('xunkao.yaml', `paging:\n${paging}`);
  if ('faults' in read) throw new Error(JSON.stringify(read.faults));
  const made: Paging = createPaging({
    site: 'nanjing-01',
    settings: read.settings.paging,
    times: DEFAULT_PHASES,
    timeZone: 'Asia/Shanghai',
    clock,
    catalogue: testCatalogue(),
    places: createPlaces(new Map(), [], () => undefined),
    sessions: () => [ASSESSMENT],
    ruleOf: () => undefined,
    announced: () => false,
    isWell: () => true,
    linkKey: new Uint8Array(32),
    kept: { pages: [], channels: [] },
    opened: [],
    closed: [],
    write: async (_keep, some) => void entries.push(...some),
    log: (about) => void said.push(about),
  });
  const beat = (...changes: IncidentChange[]): void => {
    made.advance(changes, clock.now());
    made.recorded(Promise.resolve());
  };
  /** Lets what is under way come to its end, then moves the clock. */
  async function pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 250) {
      clock.advance(250);
      beat();
      await new Promise((resolve) => setTimeout(resolve, 4));
    }
  }
  return { paging: made, clock, entries, said, beat, pass };
}

function urgent(n: number, at: number): Incident {
  return {
    id: `i-x${n}`,
    kind: 'broken',
    rule: 'mains',
    subject: `ups-${n}`,
    urgency: 'urgent',
    title: { zh: '市电', en: 'Mains' },
    advice: { zh: '看配电箱', en: 'See the board' },
    observed: { 'ups.on_battery': true },
    openedAt: at,
    acknowledgedAt: null,
    acknowledgedBy: null,
    closedAt: null,
  };
}

const opened = (incident: Incident): IncidentChange => ({ incident, change: 'opened' });
const hook = ({ url }: Receiver, more = ''): string =>
  `  channels:\n    - { id: hook, kind: webhook, url: "${url}"${more} }\n`;
const bodies = ({ asked }: Receiver): Record<string, unknown>[] =>
  asked.map(({ body }) => JSON.parse(body) as Record<string, unknown>);

test('500 incidents in a second: the limit is kept, what waits is a digest, and nothing is lost', async () => {
  const receiver = await startReceiver();
  const { clock, entries, beat, pass, paging } = rig(hook(receiver, ', per_minute: 18'));
  beat(...Array.from({ length: 500 }, (_, n) => opened(urgent(n, clock.now().wall))));
  const times: number[] = [];
  for (let second = 0; second < 70; second += 1) {
    const before = receiver.asked.length;
    await pass(1_000);
    for (let n = before; n < receiver.asked.length; n += 1) times.push(second);
  }
  const digests = bodies(receiver).filter(({ what }) => what === 'digest');
  const told = digests.reduce((sum, { title }) => sum + Number(/另有 (\d+) 条/.exec(String(title))?.[1]), 0);
  expect(digests.length).toBeGreaterThan(0);
  expect(receiver.asked.length - digests.length + told).toBe(500);
  expect(times.filter((at) => at < 59).length).toBeLessThanOrEqual(18);
  const sent = entries.filter(({ kind, body }) => kind === 'page' && body['change'] === 'sent');
  expect(new Set(sent.map(({ body }) => body['delivery'])).size).toBe(500);
  expect(paging.report().channels.find(({ id }) => id === 'hook')).toMatchObject({ waiting: 0, state: 'works' });
});

test.each([
  ['answers 500', { status: 500 }],
  ['answers 429', { status: 429, headers: { 'retry-after': '3' } }],
  ['cuts the line', 'close'],
  ['never answers', 'hang'],
] as const)(
  'a receiver that %s loses nothing: it is tried again with the same key, and is an incident meanwhile',
  async (_what, how) => {
    const receiver = await startReceiver();
    const { clock, beat, pass, paging, entries } = rig(hook(receiver, ', timeout_seconds: 1'));
    receiver.behave(how);
    beat(opened(urgent(1, clock.now().wall)));
    await vi.waitUntil(
      async () => {
        await pass(1_000);
        return paging.down().length > 0;
      },
      { timeout: 20_000, interval: 5 },
    );
    expect(paging.down()).toEqual(['hook']);
    expect(paging.report().channels.find(({ id }) => id === 'hook')).toMatchObject({ state: 'fails', waiting: 1 });
    receiver.behave(TAKEN);
    await vi.waitUntil(
      async () => {
        await pass(1_000);
        return paging.down().length === 0;
      },
      { timeout: 20_000, interval: 5 },
    );
    const keys = receiver.asked.map(({ headers }) => headers['idempotency-key']);
    expect(keys.length).toBeGreaterThan(3);
    expect(new Set(keys)).toEqual(new Set(['p-x1.hook.all.opened']));
    expect(entries.filter(({ kind }) => kind === 'page')).toHaveLength(1);
  },
);

test('Alertmanager is told of an open page every minute, and of its end', async () => {
  const receiver = await startReceiver();
  const { clock, beat, pass } = rig(`  channels:\n    - { id: am, kind: alertmanager, url: "${receiver.url}" }\n`);
  const cut = urgent(1, clock.now().wall);
  beat(opened(cut));
  await pass(125_000);
  expect(receiver.asked).toHaveLength(3);
  beat({ incident: { ...cut, closedAt: clock.now().wall }, change: 'closed' });
  await pass(70_000);
  expect(receiver.asked).toHaveLength(4);
});

test('the heartbeat goes out while all is well, and its address is nowhere to be read', async () => {
  const receiver = await startReceiver();
  const { beat, pass, paging } = rig(`  heartbeat: { url: "${receiver.url}/ping/geheim", every_seconds: 10 }\n`);
  beat();
  await vi.waitUntil(() => receiver.asked.length === 1, { timeout: 5_000 });
  await pass(9_000);
  expect(receiver.asked).toHaveLength(1);
  await pass(2_000);
  await vi.waitUntil(() => receiver.asked.length === 2, { timeout: 5_000 });
  expect(JSON.stringify(paging.report())).not.toContain('geheim');
});

test('a message says where, what, what to do, since when and how to answer, in the contact’s language', async () => {
  const receiver = await startReceiver();
  const { clock, beat, paging, pass } = rig(
    `${hook(receiver)}  contacts: [{ role: lead, channels: [hook], language: en }]\n`,
  );
  paging.reachable(['http://127.0.0.1:9480', 'https://192.168.1.10:9480']);
  beat(opened({ ...urgent(1, clock.now().wall), subject: null }));
  await pass(1_000);
  await vi.waitUntil(() => receiver.asked.length === 1, { timeout: 5_000 });
  const [{ title, text, link } = {} as never] = bodies(receiver);
  expect(title).toBe('[URGENT] Collector (nanjing-01): Mains: broken');
  for (const part of [
    'See the board',
    'Since: 11-23 09:00:00',
    'Acknowledge: https://192.168.1.10:9480/#/page/p-x1.0.',
    'LAN',
  ])
    expect(text).toContain(part);
  expect(link).toMatch(/^https:\/\/192\.168\.1\.10:9480\/#\/page\/p-x1\.0\.[\w-]{24}$/);
});

test('a link shows its page and answers it by the button alone, once; nothing else can be done with it', async () => {
  const receiver = await startReceiver();
  const clock = manualClock();
  const settings = `paging:\n  link: https://10.0.0.1:9480\n${hook(receiver, ', secret: geheim-1, headers: { x-key: geheim-2 }')}  contacts: [{ role: lead, channels: [hook], to: ["13800000000"] }]\n`;
  const collector = await collectorIn({ clock, beats: false, settings });
  collector.desk.heard({ what: 'alive-twice', machine: 'm-1', address: '10.0.0.1', other: '10.0.0.2' });
  collector.beat();
  clock.advance(6_250);
  collector.beat();
  await vi.waitUntil(() => receiver.asked.length === 1, { timeout: 10_000 });
  const token = String(bodies(receiver)[0]!['link']).split('/page/')[1]!;
  const ask = (path: string, method: 'GET' | 'POST' = 'GET') =>
    collector.app.inject({
      method,
      url: `/api/v1/page-links/${path}`,
      remoteAddress: '10.0.0.9',
      headers: { 'x-xunkao': '1' },
      ...(method === 'POST' ? { payload: {} } : {}),
    });
  const open = () => collector.desk.incidents('open')[0]!;
  for (let look = 0; look < 3; look += 1) expect((await ask(token)).json()).toMatchObject({ acknowledgedAt: null });
  expect(open().acknowledgedAt).toBeNull();
  const [page, place, mac] = token.split('.');
  for (const wrong of [
    `${page}.${place}.${'A'.repeat(24)}`,
    `${page}.x.${mac}`,
    `p-none.${place}.${mac}`,
    'nonsense-0123',
  ])
    expect((await ask(`${wrong}/acknowledge`, 'POST')).statusCode, wrong).toBe(404);
  expect(open().acknowledgedAt).toBeNull();
  // A form of another site cannot set the header.
  expect(
    (await collector.app.inject({ method: 'POST', url: `/api/v1/page-links/${token}/acknowledge`, payload: {} }))
      .statusCode,
  ).toBe(403);
  expect((await ask(`${token}/acknowledge`, 'POST')).statusCode).toBe(200);
  expect(open()).toMatchObject({ acknowledgedBy: 'link:lead' });
  collector.beat();
  expect((await ask(`${token}/acknowledge`, 'POST')).json()).toMatchObject({ acknowledgedAt: expect.any(Number) });

  const headers = await administrator(collector);
  await vi.waitUntil(
    async () => {
      const { entries } = (await collector.app.inject({ url: '/api/v1/history?kind=page', headers })).json();
      return entries.length === 2;
    },
    { timeout: 10_000 },
  );
  const all = await Promise.all(
    ['/api/v1/history?limit=1000', '/api/v1/paging', '/metrics'].map((url) => collector.app.inject({ url, headers })),
  );
  for (const { body, statusCode } of all) {
    expect(statusCode).toBe(200);
    for (const secret of ['geheim', '13800000000', mac!]) expect(body).not.toContain(secret);
  }
  expect(all[0]!.body).toContain('"change":"acknowledged"');
  expect(all[2]!.body).toMatch(/xunkao_pages_total\{channel="hook",result="sent",site="site"\} 1/);

  const tried = await collector.app.inject({
    method: 'POST',
    url: '/api/v1/paging/test',
    headers,
    payload: { channel: 'hook' },
  });
  expect(tried.json()).toEqual({ sent: true, because: null });
  expect(bodies(receiver).at(-1)).toMatchObject({ what: 'test' });

  clock.advance(25 * 3_600_000);
  expect((await ask(token)).statusCode).toBe(404);
});

test('a server that falls silent is paged at once; a seat waits for its cause', async () => {
  const receiver = await startReceiver();
  const clock = manualClock();
  const settings = `paging:\n${hook(receiver)}`;
  const before = await collectorIn({ clock, beats: false, settings });
  const machines = [machineOf('m-server', 'A', 'server'), machineOf('m-seat', 'B', 'candidate')];
  await before.desk.registryChanged(
    machines.map((value) => ({ kind: 'machine', id: value.id, value, entry: { act: 'enrolled' } })),
  );
  await before.stop();
  // They do not come back after its restart.
  const collector = await collectorIn({ data: before.data, clock, beats: false, settings });
  const opened = new Map<string, number>();
  const told = new Map<string, number>();
  for (let at = 0; at < 120_000 && told.size < 2; at += 250) {
    clock.advance(250);
    collector.beat();
    for (const { rule, subject } of collector.desk.incidents('open'))
      if (rule === 'online' && !opened.has(subject!)) opened.set(subject!, at);
    // What is under way comes to its end; then whoever was told is noted, at the beat that owed it.
    await new Promise((resolve) => setTimeout(resolve, 4));
    for (const page of collector.desk.paging().report().pages) {
      const subject = collector.desk.incidents('open').find(({ id }) => id === page.incidents[0])?.subject;
      if (subject && !told.has(subject)) told.set(subject, at);
    }
  }
  expect(opened.get('m-server')).toBeDefined();
  expect(told.get('m-server')! - opened.get('m-server')!).toBe(0);
  expect(told.get('m-seat')! - opened.get('m-seat')!).toBeGreaterThanOrEqual(6_000);
  await vi.waitUntil(() => receiver.asked.length > 0, { timeout: 10_000 });
  expect(bodies(receiver)[0]).toMatchObject({ what: 'opened', rule: 'online', subject: 'm-server', urgency: 'urgent' });
}, 60_000);

function machineOf(id: string, room: string, role: Machine['role']): Machine {
  return {
    id,
    keyId: id.padEnd(32, '0'),
    key: '',
    fingerprint: { board: null, uuid: null, disk: null, macs: [] },
    hostname: id,
    platform: 'win32',
    version: '0.1.0',
    role,
    room,
    seat: '1',
    simulated: false,
    enrolledAt: 1,
    ticket: 't-1',
    revoked: false,
  };
}
