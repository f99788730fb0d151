import type { Changed, DeviceRow, IncidentRow, MachineRow, VerdictRow } from '../api.ts';

/** What the page knows of the site, by id; verdicts by subject and rule, only those the page being looked at needs. */
export interface Rows {
  readonly machines: ReadonlyMap<string, MachineRow>;
  readonly devices: ReadonlyMap<string, DeviceRow>;
  /** Open ones only. */
  readonly incidents: ReadonlyMap<string, IncidentRow>;
  readonly verdicts: ReadonlyMap<string, VerdictRow>;
}

export const NO_ROWS: Rows = { machines: new Map(), devices: new Map(), incidents: new Map(), verdicts: new Map() };

/** Which verdicts are kept: what is wrong in one room, or all of one machine or device. */
export type Wanted = { readonly room: string } | { readonly subject: string };

export function isWanted(row: VerdictRow, wanted: Wanted): boolean {
  if ('subject' in wanted) return row.subject === wanted.subject;
  const inRoom = row.room === null || row.room === wanted.room;
  return inRoom && (row.state === 'broken' || row.state === 'unknown');
}

export function verdictKey(row: Pick<VerdictRow, 'subject' | 'rule'>): string {
  return `${row.subject} ${row.rule}`;
}

/** The rows after a `changed` event; what did not change is the same object as before. */
export function withChanges(rows: Rows, changed: Changed, wanted: Wanted | null): Rows {
  const gone = new Set(changed.gone);
  const verdicts = edited(
    rows.verdicts,
    changed.verdicts,
    verdictKey,
    (row) => wanted !== null && isWanted(row, wanted),
  );
  return {
    machines: without(
      edited(rows.machines, changed.machines, (row) => row.id),
      gone,
    ),
    devices: without(
      edited(rows.devices, changed.devices, (row) => row.id),
      gone,
    ),
    incidents: edited(
      rows.incidents,
      changed.incidents,
      (row) => row.id,
      (row) => row.closedAt === null,
    ),
    verdicts: gone.size === 0 ? verdicts : kept(verdicts, (row) => !gone.has(row.subject)),
  };
}

function edited<T>(
  rows: ReadonlyMap<string, T>,
  changes: readonly T[],
  key: (row: T) => string,
  keep: (row: T) => boolean = () => true,
): ReadonlyMap<string, T> {
  if (changes.length === 0) return rows;
  const next = new Map(rows);
  for (const row of changes) {
    if (keep(row)) next.set(key(row), row);
    else next.delete(key(row));
  }
  return next;
}

function without<T>(rows: ReadonlyMap<string, T>, gone: ReadonlySet<string>): ReadonlyMap<string, T> {
  if (gone.size === 0) return rows;
  const next = new Map(rows);
  for (const id of gone) next.delete(id);
  return next;
}

function kept<T>(rows: ReadonlyMap<string, T>, keep: (row: T) => boolean): ReadonlyMap<string, T> {
  return new Map([...rows].filter(([, row]) => keep(row)));
}
