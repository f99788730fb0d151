import type { Value } from '../../agent/reading.ts';
import type { Judgement, Rule } from '../standard/rule.ts';
import type { UnknownCause, Verdict } from './verdict.ts';

/** One subject's facts as they stand now; the caller decides what is fresh. */
export interface Look {
  /** The value when it is there and fresh, else undefined. */
  read(fact: string): Value | undefined;
  /** Why `read` gave nothing. Only asked for such facts. */
  why(fact: string): UnknownCause;
  /** Whether the collector or another host saw it, rather than the agent said it. */
  witnessed(fact: string): boolean;
}

export interface Judged extends Pick<Verdict, 'observed' | 'evidence' | 'cause'> {
  readonly state: Judgement['state'];
}

/** One rule about one subject. Pure. */
export function judge(rule: Pick<Rule, 'facts' | 'reads' | 'judge'>, look: Look): Judged {
  const observed: Record<string, Value | null> = {};
  for (const fact of rule.facts) observed[fact] = look.read(fact) ?? null;
  const judgement = rule.judge((fact) => observed[fact] ?? undefined);
  return {
    state: judgement.state,
    observed,
    evidence: isWitnessed(rule.reads, judgement, observed, look) ? 'witnessed' : 'claimed',
    cause: judgement.state === 'unknown' ? causeOf(judgement, look) : null,
  };
}

/** A fact that is not there decided nothing; while nothing is decided, every fact would have to be a witnessed one. */
function isWitnessed(
  reads: readonly string[],
  { state }: Judgement,
  observed: Judged['observed'],
  look: Look,
): boolean {
  return (
    reads.length > 0 && reads.every((fact) => look.witnessed(fact) || (state !== 'unknown' && observed[fact] === null))
  );
}

/**
 * Several facts may be missing for several reasons; the one that says most is told: silence, which is told elsewhere and
 * once; then what was never asked and will answer by itself; then what stopped answering.
 */
const ORDER: readonly UnknownCause[] = ['silent', 'waiting', 'missing', 'stale', 'no-answer'];

function causeOf({ because, missing }: Judgement, look: Look): UnknownCause {
  switch (because) {
    case 'missing': {
      const causes = new Set(missing.map((fact) => look.why(fact)));
      return ORDER.find((cause) => causes.has(cause)) ?? 'missing';
    }
    case 'person':
      return 'person';
    // All facts are there and still do not decide it: a condition of the rule, said or unsaid.
    case 'unknown_when':
    case 'facts':
      return 'unknown_when';
  }
  return because satisfies never;
}
