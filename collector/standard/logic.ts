import { isMap } from 'yaml';
import { type Decision, deciderOf, decisionClasses, readsOf } from './decision.ts';
import { addFault, type Document, type Located, offsetInside } from './document.ts';
import { compileExpression, type Expression } from './expression.ts';
import type { Logic, Parameter, ParameterValue } from './rule.ts';
import type { RuleDraft } from './shape.ts';
import { celTypeOf } from './values.ts';
import { addNamespace, CEL_TYPES, type Vocabulary } from './vocabulary.ts';

/** Compiles what decides a rule: `holds` or `breaks`, `unknown_when` and `any_of`. */
export function decisionOf(
  draft: RuleDraft,
  parameters: ReadonlyMap<string, Parameter>,
  vocabulary: Vocabulary,
  document: Document,
): Decision | undefined {
  if (isForPersonsAlone(draft, document)) {
    return { form: 'breaks', main: NOTHING, unknownWhen: undefined, anyOf: {}, classes: decisionClasses() };
  }
  const text = mainOf(draft, document);
  if (!text) return undefined;
  const anyOf = anyOfOf(draft, vocabulary, document);
  const classes = decisionClasses();
  const environment = vocabulary.environment.clone();
  addNamespace(
    environment,
    'parameters',
    classes.parameters,
    typesOf(draft.parameters, (name) => {
      const parameter = parameters.get(name);
      return parameter && celTypeOf(parameter.value);
    }),
  );
  addNamespace(
    environment,
    'any',
    classes.any,
    typesOf(draft.any_of, (name) => {
      const fact = vocabulary.fact(anyOf[name]?.[0] ?? '');
      return fact && CEL_TYPES[fact.type];
    }),
  );
  const declared = {
    parameters: new Set(draft.parameters?.keys()),
    any: new Set(draft.any_of?.keys()),
  };

  function compile({ value, node }: Located<string>): Expression | undefined {
    const compiled = compileExpression(value, environment, vocabulary, declared);
    if (!isMisuses(compiled)) return compiled;
    for (const { offset, message } of compiled) addFault(document, offsetInside(document, node, offset), message);
    return undefined;
  }

  const main = compile(text);
  const unknownWhen = draft.unknown_when && compile(draft.unknown_when);
  if (!main || (draft.unknown_when && !unknownWhen)) return undefined;
  const decision: Decision = { form: draft.holds ? 'holds' : 'breaks', main, unknownWhen, anyOf, classes };
  checkCanBeUnknown(decision, text, vocabulary, parameters, document);
  return decision;
}

/** What a rule without an expression says: nothing that could be measured breaks it. */
export const NOTHING_BREAKS = 'false';
const NOTHING: Expression = { evaluate: () => false, facts: [], parameters: [], any: [], isStrict: true };

/** Nothing at a site can be measured for it: `judged_by: person` and no expression. */
export function isForPersonsAlone(draft: RuleDraft, { root }: Pick<Document, 'root'>): boolean {
  const keys = ['holds', 'breaks', 'unknown_when', 'any_of', 'observe', 'cases'];
  return draft.judged_by === 'person' && isMap(root) && !keys.some((key) => root.has(key));
}

/** The one of the two that a rule must have. */
function mainOf({ id, holds, breaks }: RuleDraft, document: Document): Located<string> | undefined {
  const { root } = document;
  const written = ['holds', 'breaks'].filter((key) => isMap(root) && root.has(key));
  if (written.length === 1) return holds ?? breaks;
  const both = 'expected either holds (true: holds, false: broken) or breaks (true: broken, else a person says)';
  addFault(document, (breaks ?? id)?.node ?? 0, both);
  return undefined;
}

/** What has a fault of its own counts as declared, of any type: one mistake, one message. */
function typesOf(
  declared: ReadonlyMap<string, unknown> | undefined,
  typeOf: (name: string) => string | undefined,
): Record<string, string> {
  return Object.fromEntries([...(declared?.keys() ?? [])].map((name) => [name, typeOf(name) ?? 'dyn']));
}

function isMisuses<T>(compiled: Expression | readonly T[]): compiled is readonly T[] {
  return Array.isArray(compiled);
}

/** Alternatives must mean the same kind of thing, or the rule would say something else when one is missing. */
function anyOfOf(draft: RuleDraft, vocabulary: Vocabulary, document: Document): Logic['anyOf'] {
  const anyOf: Record<string, readonly string[]> = {};
  for (const [name, { value: facts, node }] of draft.any_of ?? []) {
    checkFacts(facts, vocabulary, document);
    const known = facts.map(({ value }) => vocabulary.fact(value)).filter((fact) => fact !== undefined);
    const kinds = new Set(known.map(({ type, unit }) => `${type} ${unit ?? ''}`.trim()));
    if (kinds.size > 1)
      addFault(document, node, `${name}: alternatives must be of one type and unit, not ${[...kinds].join(' and ')}`);
    if (facts.length < 2) addFault(document, node, `${name}: expected at least two alternatives`);
    if (known.length > 0) anyOf[name] = known.map((fact) => fact.name);
  }
  return anyOf;
}

/** With nothing known, nothing may be decided: otherwise a machine that was never asked would pass. */
function checkCanBeUnknown(
  decision: Decision,
  text: Located<string>,
  vocabulary: Vocabulary,
  parameters: ReadonlyMap<string, Parameter>,
  document: Document,
): void {
  if (readsOf(decision).length === 0) {
    addFault(document, text.node, 'this reads no fact: there is nothing to judge by');
    return;
  }
  const { state } = deciderOf(decision, vocabulary, plainValues(parameters))(() => undefined);
  if (state === 'unknown') return;
  addFault(document, text.node, `without any fact this still gives ${state}: the rule could never be unknown`);
}

export function checkParametersUsed(
  draft: RuleDraft,
  { main, unknownWhen, anyOf }: Decision,
  shown: readonly string[],
  document: Document,
): void {
  const parameters = new Set([...main.parameters, ...(unknownWhen?.parameters ?? []), ...shown]);
  for (const [name, { node }] of draft.parameters ?? [])
    if (!parameters.has(name)) addFault(document, node, `parameter ${name} is not used by this rule`);
  const any = new Set([...main.any, ...(unknownWhen?.any ?? [])]);
  for (const name of Object.keys(anyOf))
    if (!any.has(name)) addFault(document, draft.any_of!.get(name)!.node, `any.${name} is not used by this rule`);
}

export function checkFacts(facts: readonly Located<string>[], vocabulary: Vocabulary, document: Document): void {
  for (const { value, node } of facts)
    if (!vocabulary.fact(value)) addFault(document, node, `${value} ${vocabulary.whyNot(value)}`);
}

export function plainValues(parameters: ReadonlyMap<string, Parameter>): Record<string, ParameterValue> {
  return Object.fromEntries([...parameters].map(([name, { value }]) => [name, value]));
}
