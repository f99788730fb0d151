import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import type { Bilingual } from '../../agent/probe.ts';
import { parseAddress } from '../../agent/address.ts';
import { openCertificates } from '../gateway/certificates.ts';
import { Trouble } from '../gateway/trouble.ts';
import { createPeer } from '../network/peer.ts';
import { documentsAfter, noSuchSite } from '../organization/documents.ts';
import { makeSiteTicket } from '../organization/enrolment.ts';
import type { Packet } from '../organization/exchange.ts';
import { importFile } from '../organization/intake/importFile.ts';
import { newestCosigned } from '../organization/intake/take.ts';
import { openOrganization, type Organization } from '../organization/organization.ts';
import { createServer } from '../organization/server.ts';
import { distribute, engineOf } from '../organization/store/distribute.ts';
import { shownStore } from '../organization/store/store.ts';
import { organizationTicketText } from '../organization/ticket.ts';
import { createPeople } from '../organization/people/accounts.ts';
import type { PersonRole } from '../organization/people/person.ts';
import { parseKey } from '../record/key.ts';
import { SITE_NAME } from '../settings.ts';
import { readAddresses } from '../site.ts';
import { endAsked } from './ending.ts';
import { pathFrom, say, wholeNumber, WrongUse } from './options.ts';

export interface OrgOptions {
  readonly file?: string | undefined;
  readonly data?: string;
  readonly store?: string;
  readonly listen?: string;
  readonly cert?: string;
  readonly 'key-file'?: string;
  readonly peer?: string;
  readonly 'token-file'?: string;
  readonly site?: string;
  readonly url?: string;
  readonly name?: string;
  readonly province?: string;
  readonly key?: string;
  readonly days?: string;
  readonly trusted?: boolean;
  readonly to?: string;
  readonly role?: string;
  readonly reset?: boolean;
}

export const VERBS: Readonly<Record<string, (options: OrgOptions) => Promise<number>>> = {
  serve,
  ticket,
  import: importVerb,
  packet,
  distribute: distributeVerb,
  key,
  account,
};

const DAY_MS = 86_400_000;
const MOST_DOCUMENTS = 10_000;

function dataOf({ data }: OrgOptions): string {
  return pathFrom(data ?? 'organization');
}

function storeOf(options: OrgOptions): string {
  const where = options.store ?? process.env['XUNKAO_STORE'] ?? join(dataOf(options), 'organization.db');
  return /^\w+:\/\//.test(where) ? where : pathFrom(where);
}

/** Opens, does it, closes. */
export async function withOrganization<T>(
  options: OrgOptions,
  work: (organization: Organization) => Promise<T>,
): Promise<T> {
  await mkdir(dataOf(options), { recursive: true, mode: 0o700 });
  const organization = await openOrganization(dataOf(options), storeOf(options));
  try {
    return await work(organization);
  } finally {
    await organization.store.close();
  }
}

function tell(words: Bilingual): void {
  process.stdout.write(`${say(words)}\n`);
}

async function serve(options: OrgOptions): Promise<number> {
  const { listen = '0.0.0.0:9470', cert, 'key-file': keyFile } = options;
  const { host, port } = addressOf('listen', listen);
  if ((cert === undefined) !== (keyFile === undefined))
    throw new WrongUse({ zh: '--cert 和 --key-file 须同时给出', en: '--cert and --key-file go together' });
  const peer = options.peer === undefined ? null : addressOf('peer', options.peer);
  return withOrganization(options, async (organization) => {
    const log = pino({ base: null }, pino.destination(2));
    const tls =
      cert !== undefined && keyFile !== undefined
        ? { cert: textOf(cert), key: textOf(keyFile) }
        : (await certificatesOf(options, listen)).current();
    const app = await createServer({ organization, tls, log });
    const url = await app.listen({ host, port }).catch((error: Error) => {
      throw new Trouble({
        zh: `无法监听 ${listen}：${error.message}`,
        en: `cannot listen on ${listen}: ${error.message}`,
      });
    });
    // Random bytes need no secrecy, and sites do not know this CA for their tests: HTTPS with a public certificate alone.
    const open = cert === undefined ? undefined : tls;
    const token = options['token-file'] === undefined ? undefined : textOf(options['token-file']).trim();
    const beside = peer && createPeer({ token, tls: open, atOnce: 1, log: (line) => log.info(line) });
    beside?.listen(peer!.port, peer!.host);
    process.stdout.write(`${url}\n`);
    log.info({ store: shownStore(storeOf(options)), engine: await engineOf(organization.store) }, 'serving');
    await endAsked();
    beside?.closeAllConnections();
    beside?.close();
    await app.close();
    return 0;
  });
}

async function ticket(options: OrgOptions): Promise<number> {
  const { site, url, name, province, key: line, days = '30', trusted = false, to } = options;
  const id = siteOf(site);
  if (url === undefined || !/^https:\/\/[^\s/@]+$/.test(url))
    throw new WrongUse({
      zh: '--url 须是考点能访问的 https://主机:端口',
      en: '--url takes https://HOST:PORT, as the site reaches it',
    });
  const expected = line === undefined ? null : keyOf(line, id);
  const validDays = wholeNumber('days', days, 1, 366);
  return withOrganization(options, async (organization) => {
    const now = organization.now();
    const ca = trusted ? null : (await certificatesOf(options, '127.0.0.1:0')).ca;
    const made = await makeSiteTicket(
      organization.store,
      { site: id, name, province },
      { until: now + validDays * DAY_MS, key: expected, now },
    );
    const { publicKey } = organization.key;
    const text = organizationTicketText({ xunkao: 'organization 1', site: id, url, key: publicKey, ca, ...made });
    if (to === undefined) process.stdout.write(`${text}\n`);
    else writeNew(to, `${text}\n`);
    return 0;
  });
}

async function importVerb(options: OrgOptions): Promise<number> {
  const { file, key: line } = options;
  if (file === undefined)
    throw new WrongUse({ zh: '须给出考点导出的文件', en: 'name the file that the site exported' });
  const expected = line === undefined ? null : keyOf(line, null);
  return withOrganization(options, async (organization) => {
    const done = await importFile(organization, pathFrom(file), expected);
    if ('refused' in done) {
      process.stderr.write(`xunkao org: ${say(done.refused)}\n`);
      return 1;
    }
    const { site, fresh, known, aside, n, marks } = done;
    tell({
      zh: `考点 ${site}：新收 ${fresh} 条，已有 ${known} 条，另放 ${aside} 条；记录到第 ${n} 条`,
      en: `site ${site}: ${fresh} entries taken, ${known} known, ${aside} kept beside; the record stands at ${n}`,
    });
    for (const mark of marks) tell({ zh: `注意：${mark}`, en: `NOTE: ${mark}` });
    return 0;
  });
}

async function packet(options: OrgOptions): Promise<number> {
  const site = siteOf(options.site);
  const { to } = options;
  if (to === undefined) throw new WrongUse({ zh: '用 --to 给出新文件', en: '--to names the new file' });
  return withOrganization(options, async ({ store }) => {
    const row = await store.sql.selectFrom('site').select('site_id').where('site_id', '=', site).executeTakeFirst();
    if (!row) throw noSuchSite(site);
    const documents = await documentsAfter(store, site, 0, MOST_DOCUMENTS);
    const cosigned = await newestCosigned(store, site);
    const content: Packet = { xunkao: 'packet 1', site, cosigned, documents };
    writeNew(to, `${JSON.stringify(content)}\n`);
    tell({ zh: `${pathFrom(to)}：${documents.length} 份文件`, en: `${pathFrom(to)}: ${documents.length} documents` });
    return 0;
  });
}

function distributeVerb(options: OrgOptions): Promise<number> {
  return withOrganization(options, async ({ store }) => {
    const engine = await engineOf(store);
    if (engine === 'citus') {
      const count = await distribute(store);
      tell({ zh: `Citus：分布了 ${count} 张表`, en: `Citus: ${count} tables spread` });
    } else
      tell({
        zh: `${engine}：无需操作，主键都以 site_id 开头`,
        en: `${engine}: nothing to do, every key begins with site_id`,
      });
    return 0;
  });
}

function key(options: OrgOptions): Promise<number> {
  return withOrganization(options, async (organization) => {
    process.stdout.write(`xunkao-organization organization ${organization.key.publicKey}\n`);
    return 0;
  });
}

/** The first person comes from the command line; the others may come from there, too. */
function account(options: OrgOptions): Promise<number> {
  const { name, role = 'reviewer', province, site, reset = false } = options;
  return withOrganization(options, async (organization) => {
    const people = createPeople(organization);
    if (name === undefined) {
      for (const { id, name: who, role: what, scope, disabledAt } of await people.list())
        process.stdout.write(
          `${[id, who, what, scope === null ? '*' : [...scope.provinces, ...scope.sites].join(','), disabledAt === null ? '' : '-'].join('  ')}\n`,
        );
      return 0;
    }
    const listOf = (text?: string): string[] => text?.split(/[,，、]/).filter((one) => one !== '') ?? [];
    const scope = { provinces: listOf(province), sites: listOf(site) };
    const isWhole = scope.provinces.length + scope.sites.length === 0;
    const code = reset
      ? await people.reset(name)
      : await people.create({ name, role: role as PersonRole, scope: isWhole ? null : scope });
    tell({
      zh: `首次登录的代码（7 天内有效，同时设定密码）：${code}`,
      en: `the code of the first sign-in, which sets the password, within 7 days: ${code}`,
    });
    return 0;
  });
}

function certificatesOf(options: OrgOptions, listen: string) {
  const folder = join(dataOf(options), 'ca');
  return openCertificates({ folder, site: 'organization', addresses: readAddresses([listen]), now: Date.now() });
}

function siteOf(site: string | undefined): string {
  if (site !== undefined && new RegExp(SITE_NAME).test(site)) return site;
  throw new WrongUse({
    zh: '--site 须是小写字母、数字和短横线，例如 nanjing-01',
    en: '--site takes lower-case letters, digits and dashes, such as nanjing-01',
  });
}

function keyOf(text: string, site: string | null): string {
  const path = pathFrom(text);
  const parsed = parseKey(text) ?? (existsSync(path) ? parseKey(readFileSync(path, 'utf8')) : null);
  if (parsed && (site === null || parsed.site === null || parsed.site === site)) return parsed.publicKey;
  throw new WrongUse({
    zh: '--key 须是这个考点的 key.pub 文件或其中的一行（xunkao-site 考点 MCow…）',
    en: '--key takes the site’s file key.pub or its line (xunkao-site NAME MCow…)',
  });
}

function addressOf(name: string, text: string): { readonly host: string; readonly port: number } {
  const isAny = text.endsWith(':0');
  const address = parseAddress(isAny ? `${text.slice(0, -1)}1` : text);
  if (address) return { host: address.host, port: isAny ? 0 : address.port };
  throw new WrongUse({
    zh: `--${name} 须是 主机:端口，不能是 ${text}`,
    en: `--${name} takes HOST:PORT, not ${text}`,
  });
}

function textOf(path: string): string {
  try {
    return readFileSync(pathFrom(path), 'utf8');
  } catch (error) {
    const { message } = error as Error;
    throw new WrongUse({ zh: `读不了文件 ${path}：${message}`, en: `the file ${path} cannot be read: ${message}` });
  }
}

function writeNew(to: string, text: string): void {
  try {
    writeFileSync(pathFrom(to), text, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    const { message } = error as Error;
    throw new Trouble({ zh: `无法写入新文件 ${to}：${message}`, en: `cannot write the new file ${to}: ${message}` });
  }
}
