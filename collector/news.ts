import type { Effects } from './beat.ts';
import { incidentEntry } from './beatEntries.ts';
import type { Clock } from './clock.ts';
import type { Incident, IncidentChange } from './incidents/incident.ts';
import type { Incidents } from './incidents/incidents.ts';
import type { Recorder } from './recorder.ts';
import type { Write } from './write.ts';

export interface NewsParts {
  readonly clock: Clock;
  readonly incidents: Incidents;
  readonly recorder: Recorder;
  readonly write: Write;
  /** As the record has them at the start. */
  readonly kept: readonly Incident[];
  /** Channels of the pagers that fail. */
  readonly down: () => readonly string[];
}

/** Incidents that no verdict opens: those of the collector itself, of keys that are alive twice, and what people answer. */
export interface News {
  /** A key was seen at two machines at once. */
  aliveTwice(machine: string): void;
  /** Those of a machine that is of the site no more. */
  forget(machine: string): void;
  acknowledge(id: string, account: string): Promise<Incident | null>;
  /** Once a beat: what is new since the last one, recorded, for the pages and the pagers. */
  take(): readonly IncidentChange[];
}

/** Without a new sign of a second one for this long, the double is gone. */
const ALIVE_TWICE_MS = 120_000;

export function createNews({ clock, incidents, recorder, write, kept, down }: NewsParts): News {
  /** When a second one was last seen; of those that the record has open, as if at the start. */
  const aliveTwice = new Map<string, number>();
  for (const { kind, subject, closedAt } of kept) {
    if (kind === 'alive-twice' && closedAt === null && subject !== null) aliveTwice.set(subject, clock.now().monotonic);
  }
  /** Told with the next beat, so that pages hear of them too. */
  let news: IncidentChange[] = [];
  /** On their way into the record; the pages and the pagers hear of them with the next beat. */
  let taken: IncidentChange[] = [];

  function tell(change: IncidentChange | null | undefined): void {
    if (change) news.push(change);
  }

  function record(changes: readonly IncidentChange[]): void {
    if (changes.length === 0) return;
    const now = clock.now();
    const effects: Effects = {
      now,
      changes: [],
      incidents: changes,
      entries: changes.map((change) => incidentEntry(change, now)),
      keep: changes.map(({ incident }) => ({ kind: 'incident', id: incident.id, value: incident })),
      readings: [],
      moved: new Set(),
    };
    recorder.record([], effects);
  }

  return {
    aliveTwice(machine) {
      const now = clock.now();
      aliveTwice.set(machine, now.monotonic);
      tell(incidents.open('alive-twice', machine, now));
    },
    forget(machine) {
      for (const change of incidents.forget(machine, clock.now())) tell(change);
    },
    async acknowledge(id, account) {
      const open = incidents.opened().find((incident) => incident.id === id);
      if (!open || open.acknowledgedAt !== null) return open ?? null;
      // Before the incident knows it: what is refused has not happened.
      write.check();
      const change = incidents.acknowledge(id, account, clock.now());
      if (!change) return null;
      const { incident } = change;
      taken.push(change);
      await write.keep([{ kind: 'incident', id, value: incident }], [incidentEntry(change, clock.now())]);
      return incident;
    },
    take() {
      const now = clock.now();
      const isRefusing = recorder.refusingSince() !== null;
      tell(isRefusing ? incidents.open('record-refused', null, now) : incidents.close('record-refused', null, now));
      for (const [id, at] of aliveTwice) {
        if (now.monotonic - at < ALIVE_TWICE_MS) continue;
        aliveTwice.delete(id);
        tell(incidents.close('alive-twice', id, now));
      }
      const failing = new Set(down());
      for (const id of failing) tell(incidents.open('channel-down', id, now));
      for (const { kind, subject } of incidents.opened())
        if (kind === 'channel-down' && !failing.has(subject!)) tell(incidents.close(kind, subject, now));
      const told = news;
      news = [];
      record(told);
      const all = [...taken, ...told];
      taken = [];
      return all;
    },
  };
}
