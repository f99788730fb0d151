import { isMap } from 'yaml';
import type { Value } from '../../agent/reading.ts';
import { type Decision, deciderOf, readsOf } from './decision.ts';
import { addFault, type Document } from './document.ts';
import { isForPersonsAlone } from './logic.ts';
import { didYouMean } from './nearest.ts';
import type { Case, Judgement, Parameter, ParameterValue } from './rule.ts';
import type { CaseDraft, RuleDraft } from './shape.ts';
import { factValue, valueFor } from './values.ts';
import type { Vocabulary } from './vocabulary.ts';

interface Tried {
  readonly draft: RuleDraft;
  readonly decision: Decision;
  readonly vocabulary: Vocabulary;
  readonly parameters: ReadonlyMap<string, Parameter>;
  /** False when what it decides by has faults of its own: its cases are read but cannot be tried. */
  readonly isSound: boolean;
}

/** Tries each case that a rule brings with it; every outcome the rule can have must be among them. */
export function tryCases(rule: Tried, document: Document): readonly Case[] {
  const { draft, decision } = rule;
  if (!draft.cases) {
    if (!isForPersonsAlone(draft, document) && isMap(document.root) && !document.root.has('cases'))
      addFault(document, document.root, 'cases is missing: expected a list of examples, one for each outcome');
    return [];
  }
  const cases: Case[] = [];
  const stated = new Set(draft.cases.value.map(({ gives }) => gives?.value));
  const needed: readonly Case['gives'][] =
    decision.form === 'holds' ? ['holds', 'broken', 'unknown'] : ['broken', 'unknown'];
  for (const gives of needed)
    if (!stated.has(gives)) addFault(document, draft.cases.node, `there is no case that gives ${gives}`);
  for (const row of draft.cases.value) {
    const read = readCase(row, rule, document);
    if (!read) continue;
    cases.push(read);
    if (!rule.isSound) continue;
    const outcome = tryCase(read, rule);
    if (outcome.state !== read.gives)
      addFault(
        document,
        row.gives!.node,
        `this case says ${read.gives}, but the rule gives ${outcome.state}${why(outcome)}`,
      );
  }
  return cases;
}

function tryCase({ facts, parameters }: Case, { decision, vocabulary, parameters: own }: Tried): Judgement {
  const values = { ...Object.fromEntries([...own].map(([name, { value }]) => [name, value])), ...parameters };
  return deciderOf(decision, vocabulary, values)((fact) => facts[fact]);
}

function why({ state, because, missing }: Judgement): string {
  if (state !== 'unknown') return '';
  switch (because) {
    case 'missing':
      return ` (missing: ${missing.join(', ')})`;
    case 'unknown_when':
      return ' (by its unknown_when)';
    case 'person':
      return ' (only a person can say that it holds)';
    case 'facts':
      return ' (these values do not decide it)';
  }
  return because satisfies never;
}

function readCase(row: CaseDraft, rule: Tried, document: Document): Case | undefined {
  const faultsBefore = document.faults.length;
  const { draft, decision, vocabulary } = rule;
  const known = new Set([...readsOf(decision), ...(draft.observe ?? []).map(({ value }) => value)]);
  const facts: Record<string, Value | null> = {};
  for (const [name, { value: plain, node }] of row.facts ?? []) {
    const fact = vocabulary.fact(name);
    if (!fact || !known.has(name)) {
      const reason = fact ? `is not read by this rule${didYouMean(name, known)}` : vocabulary.whyNot(name);
      addFault(document, node, `${name} ${reason}`);
      continue;
    }
    const understood = factValue(fact, plain.value);
    if ('expected' in understood) addFault(document, plain.node, `${name}: expected ${understood.expected}`);
    else facts[name] = understood.value;
  }
  const parameters = parametersOf(row, rule, document);
  if (!row.gives || !row.facts || document.faults.length > faultsBefore) return undefined;
  return { gives: row.gives.value, facts, parameters };
}

function parametersOf(row: CaseDraft, rule: Tried, document: Document): Record<string, ParameterValue> {
  const values: Record<string, ParameterValue> = {};
  for (const [name, { value: plain, node }] of row.parameters ?? []) {
    const parameter = rule.parameters.get(name);
    if (!parameter) {
      addFault(document, node, `${name} is no parameter of this rule${didYouMean(name, rule.parameters.keys())}`);
      continue;
    }
    const understood = valueFor(name, parameter, plain.value);
    if ('expected' in understood) addFault(document, plain.node, `${name}: expected ${understood.expected}`);
    else values[name] = understood.value;
  }
  return values;
}
