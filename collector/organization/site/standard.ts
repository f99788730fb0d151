import type { FastifyBaseLogger as Log } from 'fastify';
import type { Loaded } from '../../standard/load.ts';
import type { Overrides } from '../../standard/overrides.ts';
import type { Standard } from '../../standard/rule.ts';
import type { OrganizationDocument } from '../document.ts';
import { parametersOf } from './kept.ts';
import type { Pack } from './pack.ts';

export interface OrganizedParts {
  /** Documents that bear the organization's signature. */
  readonly sound: readonly OrganizationDocument[];
  /** The organization's edition that is due; null: the standard of the settings. */
  readonly edition: Pack | null;
  /** The site's own values of parameters. */
  readonly own: Overrides;
  readonly load: (pack: Pack | null, overrides: Overrides) => Promise<Loaded>;
  readonly log: Pick<Log, 'error'>;
}

export interface Organized {
  readonly standard: Standard;
  /** It is the organization's edition. */
  readonly isEdition: boolean;
}

/**
 * The standard as the organization wants it: its edition, and its values of parameters before the site's. Null when it
 * wants nothing, or what it wants does not fit: the settings count then. What is not as it should be is in the log.
 */
export async function organizedStandard(parts: OrganizedParts): Promise<Organized | null> {
  const { sound, edition, own, load, log } = parts;
  const parameters = parametersOf(sound);
  if (parameters === 'unusable') log.error('organization: its newest parameters are none; those of the site count');
  const theirs = parameters === 'unusable' ? null : parameters;
  const standard = edition && (await editionWith(parts, edition, theirs ?? {}));
  if (standard) return { standard, isEdition: true };
  if (theirs === null) return null;
  const loaded = await load(null, merged(own, theirs));
  if ('standard' in loaded) return { standard: loaded.standard, isEdition: false };
  for (const { message } of loaded.faults)
    log.error(`organization: its parameters do not fit the standard: ${message}`);
  return null;
}

/** A new edition may lack a rule that somebody gave a value for: that value counts no more, and keeps nothing from changing. */
async function editionWith(
  { own, load, log }: OrganizedParts,
  edition: Pack,
  theirs: Overrides,
): Promise<Standard | null> {
  const { id, edition: name } = edition;
  const choices: readonly (readonly [Overrides, string])[] = [
    [merged(own, theirs), ''],
    [theirs, 'the site’s own parameters do not fit it, and do not count'],
    [{}, 'neither the site’s nor the organization’s parameters fit it, and none counts'],
  ];
  for (const [overrides, left] of choices) {
    const loaded = await load(edition, overrides);
    if ('faults' in loaded) continue;
    if (left !== '') log.error(`organization: edition ${name} of ${id} is in force; ${left}`);
    return loaded.standard;
  }
  log.error(`organization: edition ${name} of ${id} cannot be used; the standard of the settings counts`);
  return null;
}

function merged(one: Overrides, over: Overrides): Overrides {
  const rules = new Set([...Object.keys(one), ...Object.keys(over)]);
  return Object.fromEntries([...rules].map((rule) => [rule, { ...one[rule], ...over[rule] }]));
}
