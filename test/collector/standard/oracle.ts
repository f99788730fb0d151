import { type CelInput, isCelError, run } from '@bufbuild/cel';
import type { Case, Logic, ParameterValue } from '../../../collector/standard/rule.ts';

/** A rule judged by another implementation of CEL, one that passes the language's own conformance suite. */
export function oracle(
  logic: Logic,
  facts: Readonly<Record<string, unknown>>,
  parameters: Readonly<Record<string, ParameterValue>>,
): Case['gives'] {
  const bindings = bindingsOf(logic, facts, parameters);
  if (logic.unknownWhen !== null) {
    const spoilt = run(logic.unknownWhen, bindings);
    if (isCelError(spoilt) || spoilt === true) return 'unknown';
  }
  const decided = run(logic.expression, bindings);
  if (isCelError(decided)) return 'unknown';
  if (typeof decided !== 'boolean') throw new Error(`${logic.expression} gives a ${typeof decided}`);
  if (logic.form === 'holds') return decided ? 'holds' : 'broken';
  return decided ? 'broken' : 'unknown';
}

/** Facts that are null or absent are left out; an empty map stands for a probe of which nothing is known. */
function bindingsOf(
  logic: Logic,
  facts: Readonly<Record<string, unknown>>,
  parameters: Readonly<Record<string, ParameterValue>>,
): Record<string, CelInput> {
  const spaces: Record<string, Map<string, CelInput>> = {};
  const put = (space: string, word: string, value: unknown): void => {
    const map = (spaces[space] ??= new Map());
    if (value !== undefined && value !== null) map.set(word, value as CelInput);
  };
  // Names that are read but not given must be known, or the error would be about an unknown variable.
  for (const [, space] of `${logic.expression} ${logic.unknownWhen ?? ''}`.matchAll(/\b([a-z]+)\.[a-z]/g))
    spaces[space!] ??= new Map();
  for (const [name, value] of Object.entries(facts)) {
    const [space, word] = name.split('.') as [string, string];
    put(space, word, value);
  }
  for (const [name, value] of Object.entries(parameters)) put('parameters', name, value);
  for (const [name, sources] of Object.entries(logic.anyOf)) {
    const first = sources.find((fact) => facts[fact] !== undefined && facts[fact] !== null);
    put('any', name, first === undefined ? undefined : facts[first]);
  }
  return spaces;
}
