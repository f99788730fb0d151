import type { Catalogue } from '../../agent/catalogue.ts';
import type { Compliance } from '../compliance/compliance.ts';
import type { Verdict, VerdictState } from '../compliance/verdict.ts';
import type { Places } from '../identity/places.ts';
import type { Machine, SiteDevice } from '../identity/machine.ts';
import type { Incident } from '../incidents/incident.ts';
import type { Standard } from '../standard/rule.ts';
import type { State } from '../state/state.ts';
import type { DeviceRow, IncidentRow, MachineRow, Readiness, StateCounts, VerdictRow } from './api.ts';

/** Where the rows of the API come from: the stages as they stand now, never the store. */
export interface RowSource {
  readonly standard: Standard;
  readonly catalogue: Catalogue;
  readonly state: State;
  readonly compliance: Compliance;
  readonly places: Places;
  readonly machines: () => Iterable<Machine>;
  /** Entries and incidents hold an account's id; its name is for screens. */
  readonly nameOf: (account: string) => string;
  /** Wall clock ms; undefined = not heard since the collector's start. */
  readonly seenAt: (machine: string) => number | undefined;
}

export const STATES = [
  'holds',
  'broken',
  'unknown',
  'attested',
  'waived',
  'not-due',
] as const satisfies readonly VerdictState[];

export function verdictRow(source: RowSource, verdict: Verdict): VerdictRow {
  const rule = source.compliance.rule(verdict.rule)!;
  const machine = source.places.machine(verdict.subject);
  const { standard } = source;
  return {
    rule: rule.id,
    clause: rule.clause,
    standard: `${standard.id}@${standard.edition}+${standard.hash}`,
    session: verdict.session,
    scope: rule.scope,
    subject: verdict.subject,
    room: source.places.room(verdict.subject),
    seat: machine?.seat ?? null,
    role: machine?.role ?? null,
    state: verdict.state,
    foreseen: verdict.foreseen,
    statement: verdict.statement,
    observed: verdict.observed,
    required: rule.required,
    evidence: verdict.evidence,
    since: verdict.since,
    at: verdict.at,
    severity: rule.must,
    title: rule.title,
    text: rule.text,
    advice: rule.advice,
    cause: verdict.cause,
    simulated: machine?.simulated ?? false,
  };
}

export function machineRow(source: RowSource, machine: Machine): MachineRow {
  const subject = source.state.get(machine.id);
  const value = (name: string): unknown => subject?.values[source.catalogue.fact(name)!.index];
  const online = value('presence.online');
  const address = value('presence.address');
  const seenAt = source.seenAt(machine.id);
  return {
    id: machine.id,
    hostname: machine.hostname,
    platform: machine.platform,
    version: machine.version,
    role: machine.role,
    room: machine.room,
    seat: machine.seat,
    simulated: machine.simulated,
    revoked: machine.revoked,
    enrolledAt: machine.enrolledAt,
    // Restored as online, and not heard yet: still waited for.
    online: online === true && seenAt === undefined ? null : online === true,
    seenAt: seenAt ?? null,
    address: typeof address === 'string' ? address : null,
    ...judgedCounts(source, machine.id),
  };
}

export function deviceRow(source: RowSource, device: SiteDevice): DeviceRow {
  return {
    id: device.id,
    kind: device.kind,
    room: device.room,
    reader: source.places.reader(device.id) ?? null,
    feeds: source.places.fed(device.id),
    ...judgedCounts(source, device.id),
  };
}

export function incidentRow(source: RowSource, incident: Incident): IncidentRow {
  const machine = incident.subject === null ? undefined : source.places.machine(incident.subject);
  return {
    id: incident.id,
    kind: incident.kind,
    rule: incident.rule,
    subject: incident.subject,
    room: incident.subject === null ? null : source.places.room(incident.subject),
    seat: machine?.seat ?? null,
    urgency: incident.urgency,
    title: incident.title,
    advice: incident.advice,
    observed: incident.observed,
    openedAt: incident.openedAt,
    acknowledgedAt: incident.acknowledgedAt,
    acknowledgedBy: incident.acknowledgedBy === null ? null : source.nameOf(incident.acknowledgedBy),
    closedAt: incident.closedAt,
    simulated: machine?.simulated ?? false,
  };
}

/** Of the required rules that bind now: unknown is never ready, and neither is a subject without any rule. */
export function readinessOf(counts: StateCounts): Readiness {
  if (counts.broken > 0) return 'not-ready';
  const passing = counts.holds + counts.attested + counts.waived;
  return counts.unknown > 0 || passing === 0 ? 'unknown' : 'ready';
}

function judgedCounts(source: RowSource, subject: string): { counts: StateCounts; readiness: Readiness } {
  const counts: Record<VerdictState, number> = {
    holds: 0,
    broken: 0,
    unknown: 0,
    attested: 0,
    waived: 0,
    'not-due': 0,
  };
  for (const verdict of source.compliance.of(subject)) {
    if (source.compliance.rule(verdict.rule)?.must === 'required') counts[verdict.state] += 1;
  }
  return { counts, readiness: readinessOf(counts) };
}
