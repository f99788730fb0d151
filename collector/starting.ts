import type { EntryDraft, Kept } from './history/history.ts';
import type { BrokenRow } from './kept/rows.ts';
import type { Session } from './sessions/session.ts';
import { changedSettings } from './shownSettings.ts';
import type { Standard } from './standard/rule.ts';
import type { Write } from './write.ts';

export interface Start {
  readonly version: string;
  readonly standard: Standard;
  /** Beats that were lived through again. */
  readonly replayed: number;
  /** Without secrets: as an earlier process kept them, and as they are. */
  readonly settings: {
    readonly before: Readonly<Record<string, unknown>> | null;
    readonly now: Readonly<Record<string, unknown>>;
  };
  /** Rows of the database that were left out. */
  readonly broken: readonly BrokenRow[];
  /** Sessions that a new site begins with. */
  readonly planned: readonly Session[];
}

/** What the record says of a start: under which standard, and what a person changed in the settings since the last one. */
export function startOf(
  { version, standard, replayed, settings, broken, planned }: Start,
  entry: Write['entry'],
): { readonly keep: readonly Kept[]; readonly entries: readonly EntryDraft[] } {
  const about = {
    change: 'started',
    version,
    standard: `${standard.id}@${standard.edition}+${standard.hash}`,
    replayed,
    // How many of each kind: their ids are whatever somebody wrote, and the log has them.
    ...(broken.length > 0 ? { broken: countOf(broken) } : {}),
  };
  const changed = changedSettings(settings.before, settings.now);
  const keep: Kept[] = planned.map((session) => ({ kind: 'session', id: session.id, value: session }));
  const entries = [entry('collector', null, about)];
  if (changed.length > 0) {
    keep.push({ kind: 'site', id: 'settings', value: settings.now });
    entries.push(
      entry('settings', null, { changed: Object.fromEntries(changed.map((key) => [key, settings.now[key]])) }),
    );
  }
  for (const session of planned)
    entries.push(entry('session', null, { change: 'planned', by: 'collector', ...session }));
  return { keep, entries };
}

function countOf(broken: readonly BrokenRow[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { kind } of broken) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}
