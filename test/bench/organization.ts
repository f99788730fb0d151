import { Agent, request } from 'node:https';
import { join } from 'node:path';
import { openCertificates } from '../../collector/gateway/certificates.ts';
import { loadSites } from '../../collector/organization/demo/load.ts';
import { makeSiteTicket } from '../../collector/organization/enrolment.ts';
import { openOrganization, type Organization } from '../../collector/organization/organization.ts';
import { createPeople } from '../../collector/organization/people/accounts.ts';
import { ORDERS } from '../../collector/organization/views/overview.ts';
import { paperSite, type PaperSite } from '../collector/organization/paper.ts';
import { freePort } from '../fixtures/nutPrograms.ts';
import { openPostgres, postgresBin } from '../fixtures/postgres.ts';
import type { Field } from './field.ts';
import { quantile, spreadOf, type Figure, type Row } from './row.ts';

const MAIN = join(import.meta.dirname, '..', '..', 'collector', 'main.ts');
const SITES = 1_000;
const YEARS = 2;
const SENDERS = 40;
const ENTRIES = 2_000;
/** What a site of 200 seats writes on a day of exams with all its verdicts. */
const DAY_ENTRIES = 20_000;
const LOOKS = 60;

/** The organization's tier on one real PostgreSQL, through its own processes. */
export const row: Row = {
  name: 'organization',
  about: `${SITES} sites × ${YEARS} years on one PostgreSQL: taking in, looking at all, catching up`,
  limitSeconds: 600,
  cannot: () => (postgresBin() === null ? 'there is no PostgreSQL here' : null),
  async run({ quick, field, note }) {
    const [sites, years, senders, entries] = quick ? [10, 1, 4, 200] : [SITES, YEARS, SENDERS, ENTRIES];
    const postgres = await openPostgres();
    field.own(() => postgres.stop());
    const data = field.folder('organization');
    const organization = await openOrganization(data, postgres.url);
    field.own(() => organization.store.close());
    const since = performance.now();
    const loaded = await loadSites(organization, { sites, years });
    note(`${loaded} made-up entries of ${sites} sites in ${((performance.now() - since) / 1000).toFixed(0)} s`);
    const { ca } = await openCertificates({
      folder: join(data, 'ca'),
      site: 'organization',
      addresses: ['127.0.0.1'],
      now: Date.now(),
    });
    const urls = [await serve(field, data, postgres.url), await serve(field, data, postgres.url)] as const;
    const door = { organization, urls, ca };
    const rate = await takeIn(door, senders, entries);
    note(`${senders} sites, ${entries} entries each: ${rate.toFixed(0)} a second`);
    const looks = await lookAt(door, quick ? 5 : LOOKS);
    const seconds = await catchUp(door, quick ? 500 : DAY_ENTRIES);
    return [
      figure('entries taken in, two processes', '每秒收下的记录（两个进程）', '/s', rate, '≥', 1_000),
      figure(
        `all sites, ${sites} × ${years} years, p95`,
        `全部考点 ${sites} 个 × ${years} 年，p95`,
        'ms',
        looks.overview,
        '≤',
        1_000,
      ),
      figure('the page of all sites, p95', '全部考点的页面，p95', 'ms', looks.page, '≤', 1_000),
      figure('terms and editions compared, p95', '学期与版本的比较，p95', 'ms', looks.compare, '≤', 2_000),
      figure('outbox caught up after a day away', '离线一天后补齐', 's', seconds, '≤', 60),
    ];
  },
};

interface Door {
  readonly organization: Organization;
  readonly urls: readonly [string, string];
  readonly ca: string;
}

function figure(en: string, zh: string, unit: string, value: number, is: '≤' | '≥', bar: number): Figure {
  return {
    what: { en: `organization: ${en}`, zh: `机构：${zh}` },
    unit,
    ours: spreadOf([value]),
    bars: [{ of: 'median', is, value: bar }],
  };
}

async function serve(field: Field, data: string, store: string): Promise<string> {
  const listen = `127.0.0.1:${await freePort()}`;
  const words = [MAIN, 'org', 'serve', '--data', data, '--store', store, '--listen', listen];
  const program = field.run(process.execPath, words);
  for (const until = performance.now() + 30_000; !program.output().includes('https://');) {
    if (performance.now() > until || program.hasEnded()) throw new Error(`no organization: ${program.output()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return `https://${listen}`;
}

function written(id: string, count: number): PaperSite {
  const site = paperSite(id);
  for (let index = 0; index < count; index += 1) {
    const observed = { 'memory.installed_bytes': index, 'memory.free_bytes': index * 3 };
    site.write(
      'verdict',
      { state: index % 2 === 0 ? 'holds' : 'broken', before: 'unknown', observed },
      `m-${index % 200}`,
    );
    if (index % 500 === 499) site.head();
  }
  return site;
}

/** @returns seconds until every entry was answered for */
async function send(
  { organization, urls, ca }: Door,
  sites: readonly (readonly [string, PaperSite])[],
): Promise<number> {
  const sending = await Promise.all(
    sites.map(async ([id, site], index) => {
      const until = Date.now() + 86_400_000;
      const made = await makeSiteTicket(organization.store, { site: id }, { until, key: null, now: Date.now() });
      const url = urls[index % 2]!;
      const ticket = { xunkao: 'organization 1', site: id, url, key: organization.key.publicKey, ca, ...made } as const;
      const membership = site.membership(ticket);
      return { site, membership, shipping: site.shipping(ticket, membership) };
    }),
  );
  const since = performance.now();
  for (const { shipping } of sending) shipping.start();
  while (sending.some(({ site, membership }) => membership.standing().sentTo < site.entries.length))
    await new Promise((resolve) => setTimeout(resolve, 20));
  const seconds = (performance.now() - since) / 1000;
  await Promise.all(sending.map(({ shipping }) => shipping.stop(5_000)));
  return seconds;
}

async function takeIn(door: Door, senders: number, entries: number): Promise<number> {
  const sites = Array.from(
    { length: senders },
    (_, index) => [`bench-${index}`, written(`bench-${index}`, entries)] as const,
  );
  const all = sites.reduce((sum, [, site]) => sum + site.entries.length, 0);
  return all / (await send(door, sites));
}

async function catchUp(door: Door, entries: number): Promise<number> {
  return send(door, [['bench-away', written('bench-away', entries)]]);
}

async function lookAt({ organization, urls, ca }: Door, rounds: number) {
  const people = createPeople(organization);
  const code = await people.create({ name: 'bench', role: 'viewer', scope: null }, 'bench');
  const cookie = `xunkao-org=${await people.choosePassword('bench', code, 'a long password', '127.0.0.1')}`;
  const agent = new Agent({ keepAlive: true, ca, servername: 'organization.internal' });
  const times = { overview: [] as number[], page: [] as number[], compare: [] as number[] };
  for (let round = 0; round < rounds; round += 1) {
    const url = urls[round % 2]!;
    times.overview.push(await ask(agent, `${url}/api/v1/overview?order=${ORDERS[round % ORDERS.length]}`, cookie));
    times.page.push(await ask(agent, `${url}/?order=fails`, cookie));
    times.compare.push(await ask(agent, `${url}/api/v1/compare?by=${round % 4 < 2 ? 'term' : 'edition'}`, cookie));
  }
  agent.destroy();
  return {
    overview: quantile(times.overview, 0.95),
    page: quantile(times.page, 0.95),
    compare: quantile(times.compare, 0.95),
  };
}

/** ms until the whole answer was read. */
function ask(agent: Agent, url: string, cookie: string): Promise<number> {
  const since = performance.now();
  return new Promise((resolve, reject) => {
    const asked = request(url, { agent, headers: { cookie } }, (response) => {
      if (response.statusCode !== 200) reject(new Error(`${url} answered ${response.statusCode}`));
      response.resume().on('end', () => resolve(performance.now() - since));
    });
    asked.on('error', reject).end();
  });
}
