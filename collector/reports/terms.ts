import type { Bilingual, Unit } from '../../agent/probe.ts';
import type { Catalogue } from '../../agent/catalogue.ts';
import type { PhaseTimes } from '../sessions/session.ts';
import type { Rule, Standard } from '../standard/rule.ts';

/**
 * What a report needs beside the record: the words of the rules and facts that the record names by id, and the site's
 * clock. Plain data, so that it goes to a thread.
 */
export interface Terms {
  readonly standard: Pick<Standard, 'id' | 'edition' | 'hash' | 'title' | 'source' | 'notJudged'> & {
    /** In the source's order. */
    readonly rules: readonly ReportRule[];
  };
  readonly facts: Readonly<Record<string, ReportFact>>;
  readonly timeZone: string;
  readonly times: PhaseTimes;
  /** The key of the site's organization, SPKI DER, base64url; null: it belongs to none. */
  readonly organization: string | null;
}

export type ReportRule = Pick<
  Rule,
  'id' | 'clause' | 'title' | 'text' | 'required' | 'advice' | 'must' | 'judgedBy' | 'own' | 'scope' | 'incident'
>;

export interface ReportFact {
  readonly about: Bilingual;
  readonly unit?: Unit;
  readonly words?: Readonly<Record<string, Bilingual>>;
}

export function termsOf(
  { id, edition, hash, title, source, notJudged, rules }: Standard,
  catalogue: Catalogue,
  timeZone: string,
  times: PhaseTimes,
  organization: string | null,
): Terms {
  const facts = catalogue.facts.map(({ name, about, unit, words }): readonly [string, ReportFact] => [
    name,
    { about, ...(unit === undefined ? {} : { unit }), ...(words === undefined ? {} : { words }) },
  ]);
  return {
    standard: { id, edition, hash, title, source, notJudged, rules: rules.map(ruleOf) },
    facts: Object.fromEntries(facts),
    timeZone,
    times,
    organization,
  };
}

function ruleOf({ id, clause, title, text, required, advice, must, judgedBy, own, scope, incident }: Rule): ReportRule {
  return { id, clause, title, text, required, advice, must, judgedBy, own, scope, incident };
}
