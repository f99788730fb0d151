import type { Moment } from './clock.ts';
import type { Verdict, VerdictChange } from './compliance/verdict.ts';
import type { EntryDraft } from './history/history.ts';
import type { IncidentChange } from './incidents/incident.ts';
import type { PhaseChange } from './sessions/phases.ts';
import { outcome, type AnnouncedRestart } from './sessions/restarts.ts';

export function verdictEntry({ verdict, before, late }: VerdictChange, at: number, now: Moment): EntryDraft {
  return {
    at,
    monotonic: now.monotonic,
    kind: 'verdict',
    subject: verdict.subject,
    rule: verdict.rule,
    late,
    body: bodyOf(verdict, before),
  };
}

export function machineEntry(subject: string, body: EntryDraft['body'], now: Moment): EntryDraft {
  return { at: now.wall, monotonic: now.monotonic, kind: 'machine', subject, rule: null, late: false, body };
}

export function restartEntry(restart: AnnouncedRestart, now: Moment): EntryDraft {
  const { id, room } = restart;
  const body = { act: 'restart-over', restart: id, room, ...outcome(restart) };
  return { at: now.wall, monotonic: now.monotonic, kind: 'machine', subject: null, rule: null, late: false, body };
}

export function phaseEntry({ session, from, to }: PhaseChange, now: Moment): EntryDraft {
  const body = { change: 'phase', session: session.id, from, to };
  return { at: now.wall, monotonic: now.monotonic, kind: 'session', subject: null, rule: null, late: false, body };
}

function bodyOf(verdict: Verdict, before: string | null): Record<string, unknown> {
  const { state, observed, evidence, cause, session, statement } = verdict;
  return {
    state,
    before,
    observed,
    evidence,
    ...(cause ? { cause } : {}),
    ...(session ? { session } : {}),
    ...(statement && (state === 'attested' || state === 'waived') ? { statement } : {}),
  };
}

export function incidentEntry({ incident, change }: IncidentChange, now: Moment): EntryDraft {
  const { id, kind, urgency, observed, acknowledgedBy } = incident;
  const by = change === 'acknowledged' ? { by: acknowledgedBy } : {};
  return {
    at: now.wall,
    monotonic: now.monotonic,
    kind: 'incident',
    subject: incident.subject,
    rule: incident.rule,
    late: false,
    body: { change, id, incident: kind, urgency, observed, ...by },
  };
}
