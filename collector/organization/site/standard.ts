import type { FastifyBaseLogger as Log } from 'fastify';
import type { History } from '../../history/history.ts';
import type { Loaded } from '../../standard/load.ts';
import type { Overrides } from '../../standard/overrides.ts';
import type { Standard } from '../../standard/rule.ts';
import type { OrganizationDocument } from '../document.ts';
import { missingDocuments, parametersOf } from './kept.ts';

export interface OrganizedParts {
  /** Documents that bear the organization's signature. */
  readonly sound: readonly OrganizationDocument[];
  readonly history: Pick<History, 'entries'>;
  /** The site's own values of parameters. */
  readonly own: Overrides;
  readonly load: (overrides: Overrides) => Promise<Loaded>;
  readonly log: Pick<Log, 'error'>;
}

/**
 * The standard with the organization's values, which count before the site's. Null when it gave none, or they do not fit:
 * the site's own count then, and whatever is not as it should be is in the log.
 */
export async function organizedStandard(parts: OrganizedParts): Promise<Standard | null> {
  const { sound, history, own, load, log } = parts;
  const missing = await missingDocuments(history, sound);
  if (missing.length > 0)
    log.error(
      `organization: documents that the record names are not kept as they came (${missing.join(', ')}), and do not count until they are sent again: somebody changed the database, or the ticket is of another organization`,
    );
  const parameters = parametersOf(sound);
  if (parameters === 'unusable') log.error('organization: its newest parameters are none; those of the site count');
  if (parameters === null || parameters === 'unusable') return null;
  const loaded = await load(merged(own, parameters));
  if ('standard' in loaded) return loaded.standard;
  for (const { message } of loaded.faults)
    log.error(`organization: its parameters do not fit the standard: ${message}`);
  return null;
}

function merged(one: Overrides, over: Overrides): Overrides {
  const rules = new Set([...Object.keys(one), ...Object.keys(over)]);
  return Object.fromEntries([...rules].map((rule) => [rule, { ...one[rule], ...over[rule] }]));
}
