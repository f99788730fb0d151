import type { Catalogue } from '../../agent/catalogue.ts';
import type { Bilingual } from '../../agent/probe.ts';
import { tryCases } from './cases.ts';
import { type Decision, deciderOf, readsOf } from './decision.ts';
import { addFault, type Document, offsetInside } from './document.ts';
import { checkFacts, checkParametersUsed, decisionOf, NOTHING_BREAKS, plainValues } from './logic.ts';
import { didYouMean } from './nearest.ts';
import type { Case, Logic, Parameter, Rule } from './rule.ts';
import type { RuleDraft, WholeRule } from './shape.ts';
import { fillTemplate } from './template.ts';
import { parameterValue } from './values.ts';
import { type Judged, type Vocabulary, vocabularyOf } from './vocabulary.ts';

/** A rule without a fault, with the values its pack gives it. */
export interface Compiled {
  readonly draft: WholeRule;
  readonly parameters: ReadonlyMap<string, Parameter>;
  readonly decision: Decision;
  readonly vocabulary: Vocabulary;
  readonly cases: readonly Case[];
}

/** Vocabularies are made once for each scope of a pack. */
export function vocabularies(catalogue: Catalogue): VocabularyFor {
  const made = new Map<string, Vocabulary>();
  return (judged) => {
    const key = typeof judged === 'string' ? judged : `device ${judged.device}`;
    let vocabulary = made.get(key);
    if (!vocabulary) made.set(key, (vocabulary = vocabularyOf(catalogue, judged)));
    return vocabulary;
  };
}

type VocabularyFor = (judged: Judged) => Vocabulary;

/** Checks everything about a rule that its file alone can tell; undefined when the document got faults. */
export function compileRule(
  draft: RuleDraft,
  document: Document,
  catalogue: Catalogue,
  vocabularyFor: VocabularyFor,
): Compiled | undefined {
  checkOrigin(draft, document);
  const vocabulary = scopeOf(draft, document, catalogue, vocabularyFor);
  const parameters = parametersOf(draft, document);
  const shown = checkTemplate(draft, parameters, document);
  if (!vocabulary) return undefined;
  checkFacts(draft.observe ?? [], vocabulary, document);
  const faultsBefore = document.faults.length;
  const decision = decisionOf(draft, parameters, vocabulary, document);
  if (!decision) return undefined;
  checkParametersUsed(draft, decision, shown, document);
  // What follows from a parameter or alternative that is wrong itself is not told as well.
  const isSound = parameters.size === (draft.parameters?.size ?? 0) && document.faults.length === faultsBefore;
  const cases = tryCases({ draft, decision, vocabulary, parameters, isSound }, document);
  if (document.faults.length > 0) return undefined;
  return { draft: draft as WholeRule, parameters, decision, vocabulary, cases };
}

/** @param when the phases in force; the pack's or the certifier's own */
export function toRule(compiled: Compiled, parameters: ReadonlyMap<string, Parameter>, when: Rule['when']): Rule {
  const { draft, decision, vocabulary, cases } = compiled;
  const reads = readsOf(decision);
  const fill = (language: keyof Bilingual): string =>
    fillTemplate(draft.required[language]!.value, language, parameters).text;
  return Object.freeze({
    id: draft.id.value,
    clause: draft.clause?.value ?? '',
    title: draft.title,
    text: draft.text,
    scope: draft.scope.value,
    roles: draft.roles?.value ?? [],
    device: draft.device?.value ?? null,
    must: draft.must,
    when,
    judgedBy: draft.judged_by,
    attestable: draft.attestable ?? false,
    items: draft.items ?? [],
    photo: draft.photo ?? false,
    incident: draft.incident,
    own: draft.own ?? false,
    parameters: Object.fromEntries(parameters),
    required: { zh: fill('zh'), en: fill('en') },
    advice: draft.advice,
    facts: [...new Set([...(draft.observe ?? []).map(({ value }) => value), ...reads])],
    reads,
    perSession: reads.some((name) => vocabulary.fact(name)?.perSession === true),
    logic: logicOf(draft, decision),
    cases,
    judge: deciderOf(decision, vocabulary, plainValues(parameters)),
  });
}

function logicOf(draft: RuleDraft, { form, anyOf }: Decision): Logic {
  return {
    form,
    expression: draft[form]?.value ?? NOTHING_BREAKS,
    unknownWhen: draft.unknown_when?.value ?? null,
    anyOf,
  };
}

/** A rule of the source says where it stands there; one of our own cannot. */
function checkOrigin({ own, clause, title }: RuleDraft, document: Document): void {
  if (own === true && clause)
    addFault(document, clause.node, 'a rule of our own (own: true) has no clause of the source');
  if (own !== true && !clause && title)
    addFault(document, document.root!, 'clause is missing: expected the number in the source, such as 第三条（二）');
}

function scopeOf(
  { scope, roles, device }: RuleDraft,
  document: Document,
  catalogue: Catalogue,
  vocabularyFor: VocabularyFor,
): Vocabulary | undefined {
  if (!scope) return undefined;
  if (scope.value === 'machine') {
    if (!roles) addFault(document, scope.node, 'scope machine needs roles: a list of those it judges');
    if (device) addFault(document, device.node, 'device belongs to scope device; scope machine has roles');
    return vocabularyFor('machine');
  }
  if (scope.value === 'room' || scope.value === 'site') {
    const whole = `scope ${scope.value} judges ${scope.value === 'room' ? 'each room' : 'the site'} as a whole`;
    if (roles) addFault(document, roles.node, `roles belong to scope machine; ${whole}`);
    if (device) addFault(document, device.node, `device belongs to scope device; ${whole}`);
    return vocabularyFor(scope.value);
  }
  if (roles) addFault(document, roles.node, 'roles belong to scope machine; scope device has device');
  if (!device) {
    addFault(document, scope.node, 'scope device needs device: the kind it judges, such as ups');
    return undefined;
  }
  const kinds = new Set(catalogue.probes.map((probe) => probe.device).filter((kind) => kind !== null));
  if (kinds.has(device.value)) return vocabularyFor({ device: device.value });
  const known = `${didYouMean(device.value, kinds)} known: ${[...kinds].join(', ')}`;
  addFault(document, device.node, `no probe reads a ${device.value};${known.replace(/^;/, '')}`);
  return undefined;
}

function parametersOf(draft: RuleDraft, document: Document): ReadonlyMap<string, Parameter> {
  const parameters = new Map<string, Parameter>();
  for (const [name, { value: row, node }] of draft.parameters ?? []) {
    if (name === 'when')
      addFault(document, node, 'a parameter cannot be called when: settings change the phases by it');
    const choices = row.choices && Object.fromEntries([...row.choices].map(([word, { value }]) => [word, value]));
    if (!row.value) continue;
    const understood = parameterValue(name, row.value.value, choices);
    if ('expected' in understood) addFault(document, row.value.node, `${name}: expected ${understood.expected}`);
    else if (row.about)
      parameters.set(name, { value: understood.value, about: row.about, ...(choices && { choices }) });
  }
  return parameters;
}

/** Gives the parameters that it shows. */
function checkTemplate(
  draft: RuleDraft,
  parameters: ReadonlyMap<string, Parameter>,
  document: Document,
): readonly string[] {
  const shown: string[] = [];
  for (const language of ['zh', 'en'] as const) {
    const template = draft.required?.[language];
    if (!template) continue;
    const { used, misuses } = fillTemplate(template.value, language, parameters);
    shown.push(...used);
    for (const { offset, name, message } of misuses)
      if (parameters.has(name) || !draft.parameters?.has(name))
        addFault(document, offsetInside(document, template.node, offset), message);
  }
  return shown;
}
