import type { Rule } from '../standard/rule.ts';
import type { Judged } from './judge.ts';
import type { Statement } from './statement.ts';
import type { Foreseen } from './verdict.ts';

/**
 * What judging and people find together. A waiver takes the place of anything; an attestation that of `unknown` alone,
 * where the rule is for a person to judge or may be attested: it never overrides `broken`.
 */
export function findingOf(
  rule: Pick<Rule, 'judgedBy' | 'attestable'>,
  { state }: Pick<Judged, 'state'>,
  statement: Statement | undefined,
  wall: number,
): { readonly found: Foreseen; readonly statement: string | null } {
  const nobody = { found: state, statement: null };
  if (!statement) return nobody;
  const { kind, id, validUntil } = statement;
  if (validUntil !== null && wall >= validUntil) return nobody;
  const mayAttest = rule.judgedBy === 'person' || rule.attestable;
  if (kind === 'waived' || (state === 'unknown' && mayAttest)) return { found: kind, statement: id };
  return nobody;
}
