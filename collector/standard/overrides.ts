import type { Compiled } from './compile.ts';
import { deciderOf } from './decision.ts';
import { plainValues } from './logic.ts';
import { didYouMean } from './nearest.ts';
import { type Fault, type Parameter, PHASES, type Phase, type Rule } from './rule.ts';
import { valueFor } from './values.ts';

/** The certifier's own values, by rule and parameter; `when` stands for the rule's phases. */
export type Overrides = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** Where an override stands: `['memory-size', 'minimum_bytes']`. */
export type Place = (path: readonly string[]) => Omit<Fault, 'message'>;

export interface InForce {
  readonly compiled: Compiled;
  readonly parameters: ReadonlyMap<string, Parameter>;
  readonly when: Rule['when'];
}

/** Puts the overrides in the place of the pack's values. */
export function inForce(
  rules: readonly Compiled[],
  overrides: Overrides,
  place: Place = (path) => ({ file: 'parameters', line: 1, column: 1, excerpt: path.join('.') }),
): { readonly rules: readonly InForce[] } | { readonly faults: readonly Fault[] } {
  const faults: Fault[] = [];
  const fault = (path: readonly string[], message: string): void => {
    faults.push({ ...place(path), message: `${path.join('.')}: ${message}` });
  };
  const ids = rules.map(({ draft }) => draft.id.value);
  for (const id of Object.keys(overrides))
    if (!ids.includes(id)) fault([id], `there is no such rule${didYouMean(id, ids)}`);
  const forced = rules.map((compiled) => {
    const id = compiled.draft.id.value;
    return override(compiled, overrides[id] ?? {}, (name, message) =>
      fault(name === null ? [id] : [id, name], message),
    );
  });
  return faults.length > 0 ? { faults } : { rules: forced };
}

function override(
  compiled: Compiled,
  values: Readonly<Record<string, unknown>>,
  fault: (name: string | null, message: string) => void,
): InForce {
  const parameters = new Map(compiled.parameters);
  let when = compiled.draft.when;
  for (const [name, value] of Object.entries(values)) {
    if (name === 'when') {
      const phases = phasesOf(value);
      if (phases) when = phases;
      else fault(name, `expected any, or a list of ${PHASES.join(', ')}`);
      continue;
    }
    const parameter = parameters.get(name);
    if (!parameter) {
      fault(name, `the rule has no such parameter${didYouMean(name, [...parameters.keys(), 'when'])}`);
      continue;
    }
    const understood = valueFor(name, parameter, value);
    if ('expected' in understood) fault(name, `expected ${understood.expected}`);
    else parameters.set(name, { ...parameter, value: understood.value });
  }
  const { decision, vocabulary } = compiled;
  const { state } = deciderOf(decision, vocabulary, plainValues(parameters))(() => undefined);
  if (state !== 'unknown') fault(null, `with these values the rule gives ${state} without any fact`);
  return { compiled, parameters, when };
}

function phasesOf(value: unknown): Rule['when'] | undefined {
  if (value === 'any') return value;
  if (!Array.isArray(value) || value.length === 0) return undefined;
  return value.every((phase) => PHASES.includes(phase as Phase)) ? (value as Phase[]) : undefined;
}
