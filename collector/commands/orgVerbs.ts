import type { Bilingual } from '../../agent/probe.ts';
import type { OrganizationDocument } from '../organization/document.ts';
import { documentsAfter, noSuchSite } from '../organization/documents.ts';
import { makeSiteTicket } from '../organization/enrolment.ts';
import type { Packet } from '../organization/exchange.ts';
import { importFile, siteIn } from '../organization/intake/importFile.ts';
import { newestCosigned } from '../organization/intake/take.ts';
import { createPeople, type People } from '../organization/people/accounts.ts';
import { AT_COMMAND_LINE } from '../organization/people/management.ts';
import type { PersonRole } from '../organization/people/person.ts';
import { OrganizationRefusal } from '../organization/refusal.ts';
import { organizationLine } from '../record/key.ts';
import { distribute, engineOf } from '../organization/store/distribute.ts';
import { organizationTicketText } from '../organization/ticket.ts';
import { pathFrom, say, wholeNumber, WrongUse } from './options.ts';
import { certificatesOf, keyOf, siteOf, tell, withOrganization, writeNew, type OrgOptions } from './orgOptions.ts';
import { send } from './orgSend.ts';
import { serve } from './orgServe.ts';

export const VERBS: Readonly<Record<string, (options: OrgOptions) => Promise<number>>> = {
  serve,
  ticket,
  import: importVerb,
  packet,
  send,
  distribute: distributeVerb,
  key,
  account,
};

const DAY_MS = 86_400_000;

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
  const path = pathFrom(file);
  const header = await siteIn(path);
  if ('refused' in header) return refuse(header.refused);
  // The line names its site: another site's key vouches for no record of this one.
  const expected = line === undefined ? null : keyOf(line, header.site);
  return withOrganization(options, async (organization) => {
    const done = await importFile(organization, path, expected);
    if ('refused' in done) return refuse(done.refused);
    const { site, fresh, known, aside, n, marks } = done;
    tell({
      zh: `考点 ${site}：新收 ${fresh} 条，已有 ${known} 条，另放 ${aside} 条；记录到第 ${n} 条`,
      en: `site ${site}: ${fresh} entries taken, ${known} known, ${aside} kept beside; the record stands at ${n}`,
    });
    for (const mark of marks) tell({ zh: `注意：${mark}`, en: `NOTE: ${mark}` });
    return 0;
  });
}

function refuse(words: Bilingual): number {
  process.stderr.write(`xunkao org: ${say(words)}\n`);
  return 1;
}

async function packet(options: OrgOptions): Promise<number> {
  const site = siteOf(options.site);
  const { to } = options;
  if (to === undefined) throw new WrongUse({ zh: '用 --to 给出新文件', en: '--to names the new file' });
  return withOrganization(options, async ({ store }) => {
    const row = await store.sql.selectFrom('site').select('site_id').where('site_id', '=', site).executeTakeFirst();
    if (!row) throw noSuchSite(site);
    const documents: OrganizationDocument[] = [];
    for (let more = true; more;) {
      const page = await documentsAfter(store, site, documents.at(-1)?.n ?? 0);
      documents.push(...page.documents);
      ({ more } = page);
    }
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
    process.stdout.write(`${organizationLine(organization.key.publicKey)}\n`);
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
      ? await people.reset(await idOf(people, name), AT_COMMAND_LINE)
      : await people.create({ name, role: role as PersonRole, scope: isWhole ? null : scope }, AT_COMMAND_LINE);
    tell({
      zh: `首次登录的代码（7 天内有效，同时设定密码）：${code}`,
      en: `the code of the first sign-in, which sets the password, within 7 days: ${code}`,
    });
    return 0;
  });
}

async function idOf(people: People, name: string): Promise<string> {
  const found = (await people.list()).find((one) => one.name.toLowerCase() === name.toLowerCase());
  if (found) return found.id;
  throw new OrganizationRefusal(404, 'account', {
    zh: `没有名为 ${name} 的账号`,
    en: `there is no account ${name}`,
  });
}
