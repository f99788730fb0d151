import type { Bilingual } from '../../agent/probe.ts';
import type { Value } from '../../agent/reading.ts';
import type { Trial, TrialFinding, TrialResult } from '../compliance/trial.ts';
import type { Foreseen } from '../compliance/verdict.ts';
import type { Role } from '../identity/machine.ts';
import type { Scope, Standard } from '../standard/rule.ts';
import type { SiteAnswer } from './api.ts';
import type { RowSource } from './rows.ts';

/** `GET /api/v1/trial?room=&rule=&after=&limit=`: what would fail under the standard that is tried. */
export interface TrialAnswer extends Pick<TrialResult, 'at' | 'rules' | 'judged' | 'better'> {
  readonly standard: StandardRow;
  readonly inForce: StandardRow;
  /** How many findings there are, whatever the page of them that is given. */
  readonly worse: number;
  readonly byRule: readonly TrialRule[];
  readonly findings: readonly TrialRow[];
  /** What to ask for with `after` to go on, or null. */
  readonly next: number | null;
}

export type StandardRow = SiteAnswer['standard'];

export interface TrialRule {
  readonly rule: string;
  readonly clause: string;
  readonly title: Bilingual;
  readonly required: Bilingual;
  readonly advice: Bilingual;
  readonly severity: 'required' | 'recommended';
  readonly scope: Scope;
  /** Of subjects that pass today, or that no rule of this name is about today. */
  readonly broken: number;
  readonly unknown: number;
}

export interface TrialRow {
  readonly rule: string;
  readonly subject: string;
  readonly room: string | null;
  readonly seat: string | null;
  readonly role: Role | null;
  readonly now: Foreseen | null;
  readonly tried: 'broken' | 'unknown';
  readonly observed: Readonly<Record<string, Value | null>>;
}

export interface TrialWish {
  readonly sees: (room: string | null) => boolean;
  readonly room?: string | undefined;
  readonly rule?: string | undefined;
  readonly after: number;
  readonly limit: number;
}

export async function trialAnswer(
  source: Pick<RowSource, 'standard' | 'places'>,
  trial: Trial,
  { sees, room, rule, after, limit }: TrialWish,
): Promise<TrialAnswer> {
  const { at, rules, judged, better, findings: all } = await trial.run();
  const findings = all.filter((finding) => {
    const its = source.places.room(finding.subject);
    return sees(its) && (room === undefined || its === room) && (rule === undefined || finding.rule.id === rule);
  });
  const end = after + limit;
  return {
    standard: standardRow(trial.standard),
    inForce: standardRow(source.standard),
    at,
    rules,
    judged,
    better,
    worse: findings.length,
    byRule: byRule(trial.standard, findings),
    findings: findings.slice(after, end).map((finding) => rowOf(source, finding)),
    next: end < findings.length ? end : null,
  };
}

export function standardRow({ id, edition, effective, hash, overridden, title }: Standard): StandardRow {
  return { id, edition, effective: effective ?? '', hash, overridden, title };
}

/** In the order of the standard. */
function byRule({ rules }: Standard, findings: readonly TrialFinding[]): TrialRule[] {
  const of = Map.groupBy(findings, ({ rule }) => rule);
  return rules.flatMap((rule) => {
    const its = of.get(rule);
    if (!its) return [];
    const broken = its.filter(({ tried }) => tried === 'broken').length;
    const { id, clause, title, required, advice, must, scope } = rule;
    return [{ rule: id, clause, title, required, advice, severity: must, scope, broken, unknown: its.length - broken }];
  });
}

function rowOf({ places }: Pick<RowSource, 'places'>, { rule, subject, now, tried, observed }: TrialFinding): TrialRow {
  const machine = places.machine(subject);
  return {
    rule: rule.id,
    subject,
    room: places.room(subject),
    seat: machine?.seat ?? null,
    role: machine?.role ?? null,
    now,
    tried,
    observed,
  };
}
