import type { FastifyBaseLogger as Log } from 'fastify';
import type { History } from '../history/history.ts';
import type { Places } from '../identity/places.ts';
import { scopedOf } from '../identity/scopes.ts';
import { createInfluxdb } from './influxdb.ts';
import { createOutbox, type Outbox } from './outbox.ts';
import type { TagsOf } from './points.ts';
import type { SeriesStore, StoreSettings } from './store.ts';
import { createVictoria } from './victoria.ts';

/** The store of the settings with the outbox that feeds it. */
export interface Feed {
  readonly store: SeriesStore;
  readonly outbox: Outbox;
  /** How the store knows a subject. */
  readonly tagsOf: TagsOf;
}

export interface FeedParts {
  readonly settings: StoreSettings;
  readonly site: string;
  readonly history: Pick<History, 'rawSince'>;
  readonly places: Places;
  readonly clock: { now(): { readonly wall: number } };
  readonly log: Log;
  readonly place: number;
  readonly keep: (place: number) => Promise<void>;
}

export const KEPT_PLACE = { kind: 'cursor', id: 'series' } as const;

export function createFeed({ settings, site, places, ...parts }: FeedParts): Feed {
  const store = settings.kind === 'influxdb' ? createInfluxdb(settings) : createVictoria(settings);
  const tagsOf = tagsOfPlaces(site, places);
  return { store, tagsOf, outbox: createOutbox({ ...parts, store, tagsOf }) };
}

/** The labels of /metrics; `null` for what is not of the site any more. */
export function tagsOfPlaces(site: string, places: Places): TagsOf {
  return (subject) => {
    const scoped = scopedOf(subject);
    const slash = scoped ? -1 : subject.indexOf('/');
    const owner = slash < 0 ? subject : subject.slice(0, slash);
    const machine = places.machine(owner);
    const device = places.device(owner);
    if (!machine && !device && !scoped) return null;
    const tags: Record<string, string> = { site };
    const put = (name: string, value: string | null | undefined): void => {
      if (value) tags[name] = value;
    };
    put('room', machine?.room ?? device?.room ?? scoped?.room);
    put('session', scoped?.session);
    put('seat', machine?.seat);
    put('machine', machine?.id);
    put('role', machine?.role);
    put('device', device?.id);
    put('part', slash < 0 ? null : subject.slice(slash + 1));
    return tags;
  };
}
