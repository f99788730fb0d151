import type { Foreseen } from '../compliance/verdict.ts';
import type { Entry } from '../history/history.ts';
import { STATES, type Findings } from './findings.ts';
import type { Desk } from './parts.ts';
import type { StatementStory } from './statementStories.ts';
import type { ReportRule } from './terms.ts';

/** On what a clause's verdict rests. */
export interface ClauseEvidence {
  /** `claimed`, or who saw it; '' where nothing was measured, or the record says nothing. */
  readonly how: string;
  /** Newest of the verdicts that were looked up; null when the record has none. */
  readonly at: number | null;
  /** What people stated and waived, in a line each. */
  readonly stated: readonly string[];
  /** Those that do not hold, worst first; all where they are few. */
  readonly subjects: readonly { readonly subject: string; readonly state: Foreseen; readonly observed: string }[];
}

/** That 40 machines hold is a number; so few of them are named. */
const FEW = 3;
/** Verdicts that are looked up one by one for a clause. */
const MOST_LOOKED_UP = 60;
/** So far back an entry is looked for among the entries of a rule. */
const MOST_ENTRIES = 3_000;

const WAIVED = {
  site: 'evidence_waived',
  organization: 'evidence_waived_signed',
  unsigned: 'evidence_waived_unsigned',
} as const;

const STATED: ReadonlySet<unknown> = new Set(['attested', 'waived']);

export function clauseEvidence(
  desk: Desk,
  rule: ReportRule,
  findings: Findings,
  statements: readonly StatementStory[],
): ClauseEvidence {
  const { voice } = desk;
  const all = [...findings.subjectsOf(rule.id)];
  const telling = all
    .filter(([, state]) => (state !== 'holds' && state !== 'waived') || all.length <= FEW)
    .sort(([, left], [, right]) => STATES.indexOf(left) - STATES.indexOf(right));
  const sought = new Set([...telling.slice(0, MOST_LOOKED_UP), ...all.slice(0, FEW)].map(([subject]) => subject));
  const entries = newestOf(desk, rule.id, sought, findings.upTo);
  // What a person states was not measured.
  const measured = [...entries.values()].filter(({ body }) => !STATED.has(body['state']));
  const kinds = new Set(measured.map(({ body }) => body['evidence']));
  const how = kinds.size === 0 ? '' : kinds.size > 1 ? 'both' : kinds.has('witnessed') ? 'witnessed' : 'claimed';
  const stated = statements.filter((one) => one.rule === rule.id);
  const ats = [...entries.values()].map(({ at }) => at).concat(stated.map(({ at }) => at));
  return {
    how: how === '' ? '' : voice.say(`evidence_${how}`),
    at: ats.length > 0 ? Math.max(...ats) : all.length > 0 ? findings.at : null,
    stated: stated.map((one) => statedLine(one, desk)),
    subjects: telling.map(([subject, state]) => ({
      subject,
      state,
      observed: voice.observed(entries.get(subject)?.body['observed']),
    })),
  };
}

function statedLine({ kind, by, enteredAt, at, text }: StatementStory, { voice, names }: Desk): string {
  const { say } = voice;
  const words = text.state === 'there' ? text.text : say(text.state === 'altered' ? 'altered' : 'erased');
  return say(kind === 'waiver' ? WAIVED[enteredAt] : 'evidence_stated', {
    who: names.account(by),
    day: voice.day(at),
    text: words,
  });
}

/** The newest verdict entry of each, looked for from the end of the rule's entries. */
function newestOf({ reading }: Desk, rule: string, sought: Set<string>, upTo: number): ReadonlyMap<string, Entry> {
  const found = new Map<string, Entry>();
  let looked = 0;
  for (const entry of reading.backwards({ kinds: ['verdict'], rule, after: upTo + 1 })) {
    looked += 1;
    const { subject } = entry;
    if (subject !== null && sought.has(subject) && !found.has(subject)) found.set(subject, entry);
    if (found.size === sought.size || looked >= MOST_ENTRIES) break;
  }
  return found;
}
