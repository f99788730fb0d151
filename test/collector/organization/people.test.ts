import { expect, test } from 'vitest';
import { lineOf } from '../../../collector/history/chain.ts';
import { makeSiteTicket } from '../../../collector/organization/enrolment.ts';
import { handIn } from '../../../collector/organization/handIn.ts';
import { take } from '../../../collector/organization/intake/take.ts';
import { openField, type Field } from './field.ts';
import { examBody, paperSite, snapshotBody, type PaperSite } from './paper.ts';
import { as, reviewer } from './reviewer.ts';

const DAY_MS = 86_400_000;

/** Sites with what they have sent. */
async function sitesOf(field: Field, sites: Readonly<Record<string, readonly [province: string, PaperSite]>>) {
  const { store, now } = field.organization;
  for (const [site, [province, paper]] of Object.entries(sites)) {
    await makeSiteTicket(
      store,
      { site, name: `考点 ${site} <b>`, province },
      { until: now() + 1, key: null, now: now() },
    );
    await take(field.organization, site, paper.entries.map(lineOf));
  }
}

function nanjing(): PaperSite {
  const site = paperSite('nanjing-01');
  site.write('session', examBody('s-1', Date.now() + DAY_MS, { rooms: ['A', 'B'], level: '三级', candidates: 90 }));
  site.write('snapshot', snapshotBody('A'), 'room:A');
  site.write('snapshot', snapshotBody('B', {}), 'room:B');
  return site;
}

test('a person sees the sites of the scope and no other, and who only looks decides nothing', async () => {
  const field = await openField();
  await sitesOf(field, {
    'nanjing-01': ['江苏', nanjing()],
    'hangzhou-01': ['浙江', paperSite('hangzhou-01')],
    'wuhan-01': ['湖北', paperSite('wuhan-01')],
  });
  const chief = await reviewer(field, { name: 'chief', role: 'administrator', scope: null });
  const east = await reviewer(field, {
    name: 'east',
    role: 'reviewer',
    scope: { provinces: ['江苏'], sites: ['wuhan-01'] },
  });
  const viewer = await reviewer(field, { name: 'viewer', role: 'viewer', scope: { provinces: ['浙江'], sites: [] } });
  const namesFor = async (who: typeof chief) => (await who.get('overview')).body.sites.map(({ site }) => site).sort();
  expect(await namesFor(chief)).toEqual(['hangzhou-01', 'nanjing-01', 'wuhan-01']);
  expect(await namesFor(east)).toEqual(['nanjing-01', 'wuhan-01']);
  const listed = async (who: typeof chief, province: string) =>
    [...(await who.page(`/?province=${encodeURIComponent(province)}`)).text.matchAll(/href="\/site\/([\w-]+)"/g)].map(
      ([, site]) => site,
    );
  expect(await listed(chief, '浙江')).toEqual(['hangzhou-01']);
  expect([await listed(east, '湖北'), await listed(east, '浙江')]).toEqual([['wuhan-01'], []]);
  expect((await east.page('/')).text).not.toContain('浙江');
  expect((await east.get('sites/hangzhou-01')).status).toBe(404);
  expect((await east.get('sites/hangzhou-01/entries')).status).toBe(404);
  expect((await east.post('sites/hangzhou-01/decision', { decision: 'warning', reason: 'x' })).status).toBe(404);
  expect((await viewer.post('sites/hangzhou-01/decision', { decision: 'warning', reason: 'x' })).status).toBe(403);
  expect((await east.post('accounts', { name: 'more', role: 'viewer', scope: null })).status).toBe(403);
  expect((await chief.post('accounts', { name: 'more', role: 'viewer', scope: null })).status).toBe(201);
  expect((await as(field.app, 'xunkao-org=forged').get('overview')).status).toBe(401);
  const foreign = await field.app.inject({
    method: 'POST',
    url: '/api/v1/sign-in',
    headers: { origin: 'https://evil.example', host: 'organization.example', 'content-type': 'application/json' },
    payload: { name: 'chief', password: 'x' },
  });
  expect(foreign.statusCode).toBe(403);
});

test('a certification goes through its states, and exams outside of what is approved are flagged', async () => {
  const field = await openField();
  await sitesOf(field, { 'nanjing-01': ['江苏', nanjing()] });
  const who = await reviewer(field, { name: 'chief', role: 'administrator', scope: null });
  const outside = async () => JSON.parse((await who.get('sites/nanjing-01')).body.exams[0]!.outside ?? '[]') as unknown;
  expect(await outside()).toEqual(['state']);
  const bring = (state: string, more: object = {}) => who.post('sites/nanjing-01/certification', { state, ...more });
  expect((await bring('certified', { number: 'JS-1', rooms: ['A'] })).status).toBe(409);
  expect((await bring('applied')).status).toBe(201);
  expect((await bring('expert-review')).status).toBe(201);
  expect((await bring('certified', { rooms: ['A'] })).status).toBe(400);
  const scope = { number: 'JS-1', rooms: ['A'], levels: ['四级'], seats: 45 };
  expect((await bring('certified', scope)).status).toBe(201);
  expect(await outside()).toEqual(['room B', 'level 三级', 'seats 90']);
  expect((await bring('filed', { number: 'JS-1', rooms: ['A', 'B'], seats: 100 })).status).toBe(201);
  expect(await outside()).toEqual([]);
  const { body } = await who.get('overview?order=exam');
  expect(body.sites[0]).toMatchObject({ state: 'filed', outside: 0, rooms: 2, roomsReady: 1, untaken: 4 });
});

test('a decision holds reason, author, deadline and what the record showed; its rectification closes by a re-check alone', async () => {
  const field = await openField();
  const paper = nanjing();
  await sitesOf(field, { 'nanjing-01': ['江苏', paper] });
  const who = await reviewer(field, { name: 'chief', role: 'administrator', scope: null });
  const deadline = Date.now() + 30 * DAY_MS;
  const made = await who.post('sites/nanjing-01/decision', {
    decision: 'rectification',
    reason: '监控缺失',
    deadline,
  });
  expect(made.body).toMatchObject({
    n: 1,
    kind: 'decision',
    by: expect.stringMatching(/^o-/),
    body: {
      reason: '监控缺失',
      deadline,
      record: { n: paper.entries.length, hash: paper.entries.at(-1)!.hash, rooms: 2, fails: [['memory', 2]] },
    },
  });
  const [duty] = (await who.get('sites/nanjing-01')).body.duties;
  const close = (outcome: string) => who.post('sites/nanjing-01/close', { id: duty!.id, outcome, note: '' });
  expect((await close('passed')).status).toBe(409);
  paper.write('session', {
    ...examBody('s-2', Date.now() + 1, { rooms: 'all' }),
    endsAt: Date.now() + 2,
    kind: 'assessment',
    purpose: 'rectification',
  });
  await new Promise((resolve) => setTimeout(resolve, 5));
  paper.write('snapshot', { ...snapshotBody('A', {}), session: 's-2' }, 'room:A');
  await take(field.organization, 'nanjing-01', paper.entries.map(lineOf));
  expect((await close('passed')).status).toBe(201);
  expect((await close('passed')).status).toBe(404);
});

test('an evaluation is handed in as a report and a plan, known by their hashes, by a date', async () => {
  const field = await openField();
  await sitesOf(field, { 'nanjing-01': ['江苏', nanjing()] });
  const who = await reviewer(field, { name: 'chief', role: 'administrator', scope: null });
  const times = { from: Date.now() - 731 * DAY_MS, to: Date.now(), due: Date.now() + 30 * DAY_MS };
  const made = await who.post('sites/nanjing-01/evaluation', times);
  const duty = made.body.body['id'] as string;
  const hand = (what: string, content: string) =>
    handIn(field.organization, 'nanjing-01', {
      duty,
      what,
      name: `${what}.pdf`,
      content: Buffer.from(content).toString('base64'),
    });
  const { sha256 } = await hand('report', 'the report');
  const open = async () => (await who.get('evaluations')).body.open[0];
  expect((await open())?.handed_at).toBeNull();
  await hand('report', 'the report');
  await hand('plan', 'the plan');
  expect((await open())?.handed_at).not.toBeNull();
  const file = await who.page(`/api/v1/sites/nanjing-01/files/${sha256}`);
  expect(file.text).toBe('the report');
  expect((await who.post('sites/nanjing-01/close', { id: duty, outcome: 'passed', note: '' })).status).toBe(201);
});

test('terms and editions are compared, over all sites of a scope and over one', async () => {
  const field = await openField();
  const paper = paperSite('nanjing-01');
  for (const [month, broken] of [
    [3, { memory: 2 }],
    [4, {}],
    [9, { memory: 1, cpu: 3 }],
  ] as const)
    paper.write('snapshot', snapshotBody('A', broken, Date.UTC(2026, month, 3)), 'room:A');
  await sitesOf(field, { 'nanjing-01': ['江苏', paper], 'wuhan-01': ['湖北', paperSite('wuhan-01')] });
  const who = await reviewer(field, { name: 'chief', role: 'administrator', scope: null });
  const terms = (await who.get('compare?by=term')).body.by;
  expect(terms.map(({ what, snapshots, ready, sites }) => [what, snapshots, ready, sites])).toEqual([
    ['2026-2', 1, 0, 1],
    ['2026-1', 2, 1, 1],
  ]);
  expect(terms[0]!.failing.map(({ rule }) => rule).sort()).toEqual(['cpu', 'memory']);
  const editions = (await who.get('compare?by=edition')).body.by;
  expect(editions).toMatchObject([{ what: 'live-commerce@1.0', snapshots: 3 }]);
  const other = await reviewer(field, { name: 'hubei', role: 'viewer', scope: { provinces: ['湖北'], sites: [] } });
  expect((await other.get('compare')).body.by).toEqual([]);
});

test('every page is there in both languages without a script, and what sites are called stands as text', async () => {
  const field = await openField();
  await sitesOf(field, { 'nanjing-01': ['江苏', nanjing()] });
  const who = await reviewer(field, { name: 'chief', role: 'administrator', scope: null });
  expect((await as(field.app, '').page('/')).location).toBe('/sign-in');
  const signed = await who.form('/site/nanjing-01/decision', {
    decision: 'warning',
    reason: '监控 <script>',
    deadline: '',
  });
  expect([signed.status, signed.location]).toEqual([302, '/site/nanjing-01?done=1']);
  for (const path of [
    '/',
    '/?order=fails',
    '/silent',
    '/silent?days=7',
    '/compare',
    '/evaluations',
    '/site/nanjing-01?done=1',
  ]) {
    const { status, text } = await who.page(path);
    expect(status, path).toBe(200);
    expect(text).toContain('<html lang="zh-CN">');
    expect(text).not.toContain('<script');
    expect(text).not.toContain('<b>');
  }
  const wrong = await who.form('/site/nanjing-01/waiver', { rule: 'memry', reason: '批准', validUntil: '2099-01-01' });
  expect([wrong.status, wrong.text]).toEqual([400, expect.stringContaining('没有规则“memry”')]);
  const page = await who.page('/site/nanjing-01');
  expect(page.text).toMatch(
    /当时的记录[\s\S]*第 \d+ 条（散列 [0-9a-f]{16}），联署到第 0 条；最近快照 [\d -]+:\d\d，就绪考场 1 \/ 2/,
  );
  expect(page.text).toContain('监控 &#60;script&#62;');
  expect(page.text).toContain('考点还没收到');
  const gone = await who.page('/site/nowhere');
  expect([gone.status, gone.text]).toEqual([404, expect.stringContaining('nowhere')]);
});
