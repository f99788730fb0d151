import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { PEER_PATH } from '../../agent/protocols/peer.ts';
import { openStore } from '../../collector/organization/store/store.ts';
import { parseOrganizationTicket, type OrganizationTicket } from '../../collector/organization/ticket.ts';
import { makeSiteTicket } from '../../collector/organization/enrolment.ts';
import { freePort, until } from '../fixtures/nutPrograms.ts';
import { postgresBin, realPostgres } from '../fixtures/postgres.ts';
import { run, startCollector, startProgram, temporaryFolder, type Child } from '../fixtures/programs.ts';
import { paperSite } from '../collector/organization/paper.ts';

async function serve(data: string, store: string, port: number): Promise<Child> {
  const child = startProgram('xunkao', [
    'org',
    'serve',
    '--data',
    data,
    '--store',
    store,
    '--listen',
    `127.0.0.1:${port}`,
  ]);
  await until('the organization to serve', 60_000, async () => child.stdout().includes('https://'), child.stderr);
  return child;
}

async function ticketFor(data: string, store: string, site: string, port: number): Promise<OrganizationTicket> {
  const url = `https://127.0.0.1:${port}`;
  const made = await run('xunkao', ['org', 'ticket', '--data', data, '--store', store, '--site', site, '--url', url]);
  const ticket = parseOrganizationTicket(made.stdout);
  if ('zh' in ticket) throw new Error(made.stderr);
  return ticket;
}

const SITES = 200;
const ENTRIES = 120;

test.skipIf(postgresBin() === null)(
  'two hundred sites push at once through two processes, one is killed and comes back: every entry is there once',
  async () => {
    const { url } = await realPostgres();
    const data = temporaryFolder('org');
    const ports = [await freePort(), await freePort()] as const;
    const first = await serve(data, url, ports[0]);
    const second = await serve(data, url, ports[1]);
    const sample = await ticketFor(data, url, 'site-0', ports[0]);

    const store = await openStore(url);
    const day = 86_400_000;
    const sites = await Promise.all(
      Array.from({ length: SITES }, async (_, index) => {
        const id = `site-${index}`;
        const made = await makeSiteTicket(store, { site: id }, { until: Date.now() + day, key: null, now: Date.now() });
        const ticket = { ...sample, ...made, site: id, url: `https://127.0.0.1:${ports[index % 2]}` };
        const site = paperSite(id);
        for (let count = 0; count < ENTRIES; count += 1) site.write('verdict', { state: 'holds', count });
        site.head();
        const membership = site.membership(ticket);
        return { id, site, membership, shipping: site.shipping(ticket, membership) };
      }),
    );
    for (const { shipping } of sites) shipping.start();
    const held = async (): Promise<number> =>
      (
        await store.sql
          .selectFrom('entry')
          .select(({ fn }) => fn.countAll().as('count'))
          .executeTakeFirstOrThrow()
      ).count as number;
    await until('a third of it', 120_000, async () => (await held()) > (SITES * ENTRIES) / 3, second.stderr);
    await second.kill();
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    const third = await serve(data, url, ports[1]);
    await until(
      'all of it',
      180_000,
      async () => sites.every(({ site, membership }) => membership.standing().sentTo >= site.entries.length),
      () => `${third.stderr()} ${first.stderr()}`,
    );
    await Promise.all(sites.map(({ shipping }) => shipping.stop(5_000)));
    for (const { id, site, membership } of sites) {
      const rows = await store.sql
        .selectFrom('entry')
        .select(['n', 'hash'])
        .where('site_id', '=', id)
        .orderBy('n')
        .execute();
      expect(
        rows.map(({ hash }) => hash),
        id,
      ).toEqual(site.entries.map(({ hash }) => hash));
      expect(membership.standing().cosignedTo, id).toBe(ENTRIES + 1);
    }
    expect(await store.sql.selectFrom('mark').selectAll().execute()).toEqual([]);
    await store.close();
    expect((await first.stop()).code).toBe(0);
  },
  420_000,
);

test('a collector joins by its ticket; a file carries the record up and the co-signature down where there is no route', async () => {
  const org = temporaryFolder('org');
  const store = join(org, 'organization.db');
  const port = await freePort();
  const site = temporaryFolder('data');
  const words = ['--data', org, '--store', store];
  const to = join(site, 'organization-ticket');
  const url = `https://127.0.0.1:${port}`;
  const near = await run('xunkao', ['org', 'ticket', '--site', 'suzhou-02', '--to', to, '--url', url, ...words]);
  expect([near.code, near.stderr]).toEqual([0, '']);
  mkdirSync(site, { recursive: true });
  writeFileSync(
    join(site, 'xunkao.yaml'),
    'site: suzhou-02\ninternet_targets: []\norganization: { ticket_file: organization-ticket }\n',
  );
  // Nobody serves there: the record waits, and is carried.
  const collector = await startCollector({ data: site });
  const file = join(site, 'record.jsonl');
  expect((await run('xunkao', ['record', 'export', '--to', file, '--data', site])).code).toBe(0);
  const { stdout: line } = await run('xunkao', ['record', 'key', '--data', site]);
  const without = await run('xunkao', ['org', 'import', file, ...words]);
  expect([without.code, without.stderr]).toEqual([1, expect.stringContaining('no key is known')]);
  const taken = await run('xunkao', ['org', 'import', file, '--key', line.trim(), ...words]);
  expect([taken.code, taken.stdout]).toEqual([0, expect.stringMatching(/site suzhou-02: \d+ entries taken, 0 known/)]);
  const again = await run('xunkao', ['org', 'import', file, ...words]);
  expect(again.stdout).toMatch(/: 0 entries taken, \d+ known/);
  const packet = join(site, 'packet.json');
  expect((await run('xunkao', ['org', 'packet', '--site', 'suzhou-02', '--to', packet, ...words])).code).toBe(0);
  const down = await run('xunkao', ['organization', 'take', packet, '--data', site]);
  expect([down.code, down.stdout]).toEqual([0, expect.stringContaining('a new co-signature')]);

  const exported = join(site, 'after.jsonl');
  expect((await run('xunkao', ['record', 'export', '--to', exported, '--data', site])).code).toBe(0);
  const key = (await run('xunkao', ['org', 'key', ...words])).stdout.trim();
  const checked = await run('xunkao', ['verify', exported, '--key', line.trim(), '--organization', key]);
  expect([checked.code, checked.stdout]).toEqual([
    0,
    expect.stringMatching(/the organization has signed up to entry \d+/),
  ]);
  const standing = await run('xunkao', ['organization', 'standing', '--data', site]);
  expect(standing.stdout).toContain('no answer since');
  expect((await collector.stop()).code).toBe(0);
}, 180_000);

test('a demonstration: made-up sites, a first account from the command line, all sites in the browser, one queue for the line out', async () => {
  const org = temporaryFolder('org');
  const words = ['--data', org, '--store', join(org, 'organization.db')];
  const loaded = await run('xunkao', ['load', '--sites', '3', '--years', '1', ...words]);
  expect([loaded.code, loaded.stdout]).toEqual([0, expect.stringContaining('3 of 3 made-up sites')]);
  const pack = join(import.meta.dirname, '..', '..', 'collector', 'standards', 'jamb-cbt');
  const sent = await run('xunkao', ['org', 'send', '--pack', pack, '--site', 'demo-0001,demo-0002', ...words]);
  expect([sent.code, sent.stdout]).toEqual([0, expect.stringContaining('signed for 2 sites')]);
  const broken = await run('xunkao', ['org', 'send', '--pack', join(pack, '..'), '--all', ...words]);
  expect([broken.code, broken.stderr]).toEqual([1, expect.stringContaining('standard.yaml')]);
  const nobody = await run('xunkao', ['org', 'send', '--pack', pack, ...words]);
  expect([nobody.code, nobody.stderr]).toEqual([2, expect.stringContaining('say for whom')]);
  const account = await run('xunkao', ['org', 'account', '--name', 'chief', '--role', 'administrator', ...words]);
  const code = /: (\S{4}-\S{4})/.exec(account.stdout)?.[1];
  const [port, peer] = [await freePort(), await freePort()];
  const listen = ['--listen', `127.0.0.1:${port}`, '--peer', `127.0.0.1:${peer}`];
  const server = startProgram('xunkao', ['org', 'serve', ...listen, ...words]);
  await until('the organization to serve', 60_000, async () => server.stdout().includes('https://'), server.stderr);

  const ca = readFileSync(join(org, 'ca', 'ca.crt'), 'utf8');
  const signedIn = await ask(port, ca, 'POST', '/api/v1/sign-in', { name: 'chief', password: 'a long password', code });
  expect(signedIn.status).toBe(200);
  const page = await ask(port, ca, 'GET', '/', undefined, signedIn.cookie);
  expect(page.text).toContain('演示考点 0001（虚构）');
  expect((await ask(port, ca, 'GET', '/api/v1/overview')).status).toBe(401);

  const turn = async () =>
    (await (await fetch(`http://127.0.0.1:${peer}${PEER_PATH}/turns`, { method: 'POST' })).json()) as object;
  expect(await turn()).toMatchObject({ ready: true, ahead: 0 });
  expect(await turn()).toMatchObject({ ready: false, ahead: 1 });
  expect(await turn()).toMatchObject({ ready: false, ahead: 2 });
  expect((await server.stop()).code).toBe(0);
}, 180_000);

interface Answered {
  readonly status: number;
  readonly text: string;
  readonly cookie: string;
}

function ask(port: number, ca: string, method: string, path: string, body?: object, cookie = ''): Promise<Answered> {
  const headers = { 'x-xunkao': '1', 'content-type': 'application/json', cookie };
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, ca, servername: 'organization.internal', method, path, headers });
    asked.on('error', reject);
    asked.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (piece: string) => (text += piece));
      const made = response.headers['set-cookie']?.[0]?.split(';')[0] ?? '';
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text, cookie: made }));
    });
    asked.end(body === undefined ? undefined : JSON.stringify(body));
  });
}
