import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parse as parseYaml } from 'yaml';
import { buildCatalogue, loadProbes } from '../../agent/catalogue.ts';
import { faultsText } from '../faults.ts';
import { sendPack, setParameters } from '../organization/acts/allow.ts';
import type { Organization } from '../organization/organization.ts';
import { OVERVIEW } from '../organization/store/overview.ts';
import { inScope } from '../organization/views/overview.ts';
import { loadStandard } from '../standard/load.ts';
import { WITNESSED } from '../standard/witnessed.ts';
import { pathFrom, WrongUse } from './options.ts';
import { tell, textOf, withOrganization, type OrgOptions } from './orgOptions.ts';

const BY = 'console of the organization';

/** An edition of the standard, or values of parameters, for many sites: each gets a document of its own. */
export async function send(options: OrgOptions): Promise<number> {
  const { pack, parameters } = options;
  if ((pack === undefined) === (parameters === undefined))
    throw new WrongUse({
      zh: '须给出 --pack 目录或 --parameters 文件之一',
      en: '--pack DIR or --parameters FILE is needed',
    });
  const make = pack === undefined ? parametersFrom(parameters!) : await packFrom(pathFrom(pack));
  if ('faults' in make) {
    process.stderr.write(`${make.faults}\n`);
    return 1;
  }
  return withOrganization(options, async (organization) => {
    const sites = await sitesOf(organization, options);
    for (const site of sites) await make.send(organization, site);
    tell({ zh: `${make.name}：已为 ${sites.length} 个考点签发`, en: `${make.name}: signed for ${sites.length} sites` });
    return sites.length > 0 ? 0 : 1;
  });
}

type Made =
  | { readonly name: string; readonly send: (organization: Organization, site: string) => Promise<unknown> }
  | { readonly faults: string };

/** Checked as a collector would: a pack with a fault reaches no site. */
async function packFrom(folder: string): Promise<Made> {
  const loaded = await loadStandard(folder, buildCatalogue(await loadProbes(), WITNESSED));
  if ('faults' in loaded) return { faults: faultsText(loaded.faults) };
  const { id, edition } = loaded.standard;
  const names = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
  const files = Object.fromEntries(names.map((name) => [name, textOf(join(folder, name))]));
  const wish = { id, edition, effective: null, files };
  return { name: `${id} ${edition}`, send: (organization, site) => sendPack(organization, site, wish, BY) };
}

function parametersFrom(path: string): Made {
  const parameters = parseYaml(textOf(path)) as unknown;
  return { name: path, send: (organization, site) => setParameters(organization, site, parameters, BY) };
}

async function sitesOf(
  { store }: Organization,
  { site, province, all = false }: OrgOptions,
): Promise<readonly string[]> {
  const listOf = (text?: string): string[] => text?.split(/[,，、]/).filter((one) => one !== '') ?? [];
  const scope = { provinces: listOf(province), sites: listOf(site) };
  const isNone = scope.provinces.length + scope.sites.length === 0;
  if (isNone === !all)
    throw new WrongUse({
      zh: '须写明给谁：--all，或者 --province、--site',
      en: 'say for whom: --all, or --province and --site',
    });
  const query = inScope(store.sql.selectFrom('site').select('site.site_id'), all ? null : scope);
  return (await query.orderBy('site_id').modifyEnd(OVERVIEW).execute()).map((row) => row.site_id);
}
