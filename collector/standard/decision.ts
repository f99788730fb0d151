import type { Expression } from './expression.ts';
import type { Judgement, Logic, ParameterValue } from './rule.ts';
import { emptyClass, type Namespace, type Vocabulary } from './vocabulary.ts';

/** The parts of a rule that decide, checked. */
export interface Decision {
  readonly form: Logic['form'];
  readonly main: Expression;
  readonly unknownWhen: Expression | undefined;
  readonly anyOf: Logic['anyOf'];
  /** Classes for the two variables that each rule declares for itself. */
  readonly classes: DecisionClasses;
}

export interface DecisionClasses {
  readonly parameters: Namespace['make'];
  readonly any: Namespace['make'];
}

export function decisionClasses(): DecisionClasses {
  return { parameters: emptyClass(), any: emptyClass() };
}

const HOLDS: Judgement = Object.freeze({ state: 'holds', missing: Object.freeze([]), because: 'facts' });
const BROKEN: Judgement = Object.freeze({ state: 'broken', missing: Object.freeze([]), because: 'facts' });
const SPOILT: Judgement = Object.freeze({ state: 'unknown', missing: Object.freeze([]), because: 'unknown_when' });
const PERSON: Judgement = Object.freeze({ state: 'unknown', missing: Object.freeze([]), because: 'person' });
const UNDECIDED: Judgement = Object.freeze({ state: 'unknown', missing: Object.freeze([]), because: 'facts' });

/** Every fact that can change the outcome. */
export function readsOf({ main, unknownWhen, anyOf }: Pick<Decision, 'main' | 'unknownWhen' | 'anyOf'>): string[] {
  const used = [main, ...(unknownWhen ? [unknownWhen] : [])];
  return [...new Set(used.flatMap(({ facts, any }) => [...facts, ...any.flatMap((name) => anyOf[name] ?? [])]))];
}

/**
 * The rule as a function. The same few objects are filled for each subject and hold only what the rule reads: nothing
 * is allocated for a rule that holds or is broken.
 */
export function deciderOf(
  decision: Decision,
  vocabulary: Vocabulary,
  parameters: Readonly<Record<string, ParameterValue>>,
): (read: (fact: string) => unknown) => Judgement {
  const { form, main, unknownWhen } = decision;
  const reads = readsOf(decision);
  const input = inputOf(decision, vocabulary, parameters);

  function unknown(read: (fact: string) => unknown): Judgement {
    const missing = reads.filter((fact) => isMissing(read(fact)));
    return missing.length === 0 ? UNDECIDED : { state: 'unknown', missing, because: 'missing' };
  }

  function judge(read: (fact: string) => unknown, lacks: Lacks): Judgement {
    if (unknownWhen) {
      const spoilt = lacks.unknownWhen && unknownWhen.isStrict ? undefined : decide(unknownWhen, input.context);
      if (spoilt === true) return SPOILT;
      if (spoilt === undefined) return unknown(read);
    }
    const decided = lacks.main && main.isStrict ? undefined : decide(main, input.context);
    if (decided === undefined) return unknown(read);
    if (form === 'holds') return decided ? HOLDS : BROKEN;
    return decided ? BROKEN : PERSON;
  }

  const nothing = (): undefined => undefined;
  // A silent machine is judged by every rule, and each fact it lacks costs an exception: found out once.
  const ofNothing = Object.freeze(judge(nothing, input.fill(nothing)));
  return (read) => {
    const lacks = input.fill(read);
    return lacks.everything ? ofNothing : judge(read, lacks);
  };
}

/** undefined: it depends on something that is missing, or cannot be computed (an index past a list's end). */
function decide(expression: Expression, context: object): boolean | undefined {
  try {
    return expression.evaluate(context) as boolean;
  } catch {
    return undefined;
  }
}

interface Input {
  readonly context: Readonly<Record<string, object>>;
  /** Puts the subject's facts in. What it gives is only good until the next call. */
  fill(read: (fact: string) => unknown): Lacks;
}

/** Whether one of the two expressions lacks something, and whether there is no fact at all. */
interface Lacks {
  main: boolean;
  unknownWhen: boolean;
  everything: boolean;
}

/** Where a fact's value goes, for example into `context.memory.installed_bytes`. */
interface Slot {
  readonly target: Record<string, unknown>;
  readonly word: string;
  /** One fact, or the alternatives of an `any.…` in their order. */
  readonly sources: readonly string[];
  readonly inMain: boolean;
  readonly inUnknownWhen: boolean;
}

function inputOf(
  decision: Decision,
  vocabulary: Vocabulary,
  parameters: Readonly<Record<string, ParameterValue>>,
): Input {
  const { classes } = decision;
  const context: Record<string, Record<string, unknown>> = {
    parameters: Object.assign(new classes.parameters(), parameters),
    any: new classes.any(),
  };
  const slots = slotsOf(decision, (space) => (context[space] ??= new (vocabulary.probes.get(space)!.make)()));
  const lacks: Lacks = { main: false, unknownWhen: false, everything: true };
  return {
    context,
    fill(read) {
      lacks.main = false;
      lacks.unknownWhen = false;
      lacks.everything = true;
      for (const slot of slots) {
        const value = firstOf(slot.sources, read);
        slot.target[slot.word] = value;
        if (value === undefined) {
          lacks.main ||= slot.inMain;
          lacks.unknownWhen ||= slot.inUnknownWhen;
        } else {
          lacks.everything = false;
        }
      }
      return lacks;
    },
  };
}

function slotsOf(
  { main, unknownWhen, anyOf }: Decision,
  targetOf: (space: string) => Record<string, unknown>,
): readonly Slot[] {
  const slots: Slot[] = [];
  const add = (kind: 'facts' | 'any', name: string, space: string, word: string, sources: readonly string[]): void => {
    const inUnknownWhen = unknownWhen?.[kind].includes(name) ?? false;
    slots.push({ target: targetOf(space), word, sources, inMain: main[kind].includes(name), inUnknownWhen });
  };
  for (const fact of new Set([...main.facts, ...(unknownWhen?.facts ?? [])])) {
    const [probe, word] = fact.split('.') as [string, string];
    add('facts', fact, probe, word, [fact]);
  }
  for (const name of new Set([...main.any, ...(unknownWhen?.any ?? [])])) add('any', name, 'any', name, anyOf[name]!);
  return slots;
}

function firstOf(sources: readonly string[], read: (fact: string) => unknown): unknown {
  for (const fact of sources) {
    const value = read(fact);
    if (!isMissing(value)) return value;
  }
  return undefined;
}

function isMissing(value: unknown): boolean {
  return value === undefined || value === null;
}
