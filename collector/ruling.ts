import { join } from 'node:path';
import type { FastifyBaseLogger as Log } from 'fastify';
import type { Catalogue } from '../agent/catalogue.ts';
import type { Fault } from './faults.ts';
import type { History } from './history/history.ts';
import type { OrganizationDocument } from './organization/document.ts';
import { createEditions, type Editions } from './organization/site/editions.ts';
import { soundDocuments, toldOfDocuments } from './organization/site/kept.ts';
import { organizedStandard } from './organization/site/standard.ts';
import type { PlaceOf, Settings } from './settings.ts';
import { loadPack, loadStandard, type Loaded } from './standard/load.ts';
import type { Standard } from './standard/rule.ts';
import { dayOf, momentOf } from './timetable/when.ts';

/** By what this process judges, and what it tries beside it: as the settings say, and before them the organization. */
export interface Ruling {
  readonly standard: Standard;
  readonly trial: Standard | null;
  /** Of the organization; null when the settings name none. */
  readonly editions: Editions | null;
  /** Documents that bear the organization's signature. */
  readonly sound: readonly OrganizationDocument[];
  /** Numbers of documents that the record names and the database has not, or not as they came. */
  readonly missing: readonly number[];
}

export interface RulingParts {
  readonly site: string;
  readonly settings: Pick<
    Settings,
    'standard' | 'parameters' | 'trial' | 'trial_parameters' | 'organization' | 'time_zone'
  >;
  /** Where faults of the settings stand that show only beside the rules. */
  readonly placeOf?: PlaceOf | undefined;
  readonly catalogue: Catalogue;
  /** Documents of the organization as the database has them. */
  readonly documents: readonly unknown[];
  readonly history: Pick<History, 'entries'>;
  readonly wall: number;
  readonly log: Pick<Log, 'error'>;
}

/** A pack of rules, or the settings' use of it, with faults: told like those of the settings. */
export class WrongPack extends Error {
  readonly faults: readonly Fault[];

  constructor(faults: readonly Fault[]) {
    super(`${faults.length} fault(s) in the standard`);
    this.faults = faults;
  }
}

/** Throws a `WrongPack` for what stands in the settings; what the organization sent is never a reason not to start. */
export async function rulingOf(parts: RulingParts): Promise<Ruling> {
  const { site, settings, catalogue, documents, history, wall, log } = parts;
  const { organization, trial } = settings;
  const named = (): Promise<Standard> => ofSettings(parts, settings.standard, 'parameters');
  const tried = trial === null ? null : await ofSettings(parts, trial, 'trial_parameters');
  if (!organization) return { standard: await named(), trial: tried, editions: null, sound: [], missing: [] };
  const sound = soundDocuments(documents, site, organization.ticket.key);
  const { missing, confirmed } = await toldOfDocuments(history, sound);
  if (missing.length > 0)
    log.error(
      `organization: documents that the record names are not kept as they came (${missing.join(', ')}), and do not count until they are sent again: somebody changed the database, or the ticket is of another organization`,
    );
  const plain = await loadStandard(packOf(settings.standard), catalogue);
  // Told with its places.
  if ('faults' in plain) throw new WrongPack(plain.faults);
  const editions = createEditions({
    id: plain.standard.id,
    load: ({ files }) => loadPack(files, catalogue),
    dayStart: (day) => dayStart(day, settings.time_zone),
  });
  for (const document of sound.toReversed()) await editions.hear(document);
  for (const [n, at] of confirmed) editions.confirm(n, at);
  const organized = (edition: ReturnType<Editions['due']>) =>
    organizedStandard({
      sound,
      edition,
      own: settings.parameters,
      load: async (pack, overrides): Promise<Loaded> =>
        pack
          ? loadPack(pack.files, catalogue, overrides)
          : loadStandard(packOf(settings.standard), catalogue, overrides),
      log,
    });
  const due = editions.due(wall);
  const found = await organized(due);
  const coming = tried === null ? editions.coming(wall) : null;
  const next = coming && (await organized(coming));
  editions.begin(found?.isEdition ? due!.n : null, next?.isEdition ? coming!.n : null);
  return {
    standard: found?.standard ?? (await named()),
    trial: tried ?? (next?.isEdition ? next.standard : null),
    editions,
    sound,
    missing,
  };
}

async function ofSettings(
  { placeOf, catalogue, settings }: RulingParts,
  name: string,
  key: 'parameters' | 'trial_parameters',
): Promise<Standard> {
  const place = placeOf && ((path: readonly string[]) => placeOf([key, ...path]));
  const loaded = await loadStandard(packOf(name), catalogue, settings[key], place);
  if ('faults' in loaded) throw new WrongPack(loaded.faults);
  return loaded.standard;
}

function dayStart(day: string, timeZone: string): number | null {
  const found = dayOf(day);
  if ('fault' in found) return null;
  const at = momentOf(found.value.toPlainDateTime(), timeZone);
  return 'fault' in at ? null : at.value;
}

export function packOf(name: string): string {
  return /[/\\]/.test(name) ? name : join(import.meta.dirname, 'standards', name);
}
