import type { CatalogueFact } from '../../agent/catalogue.ts';
import type { Unit } from '../../agent/probe.ts';
import type { Value } from '../../agent/reading.ts';
import { parseQuantity, symbolsOf, unitOf } from './quantity.ts';
import type { Parameter, ParameterValue } from './rule.ts';

/** What a plain YAML value means where its type is known, or what would be right. */
export type Understood<T> = { readonly value: T } | { readonly expected: string };

const CEL_TYPE_OF = {
  number: 'double',
  boolean: 'bool',
  text: 'string',
  'list of texts': 'list<string>',
  'list of numbers': 'list<double>',
} as const;

type Kind = keyof typeof CEL_TYPE_OF;

/** Lists of facts hold at most 64 texts; nobody reads a longer parameter either. */
const LIST_LIMIT = 64;

/** Numbers may be quantities when the name ends in a unit: `minimum_bytes: 4 GiB`. */
export function parameterValue(
  name: string,
  plain: unknown,
  choices?: Readonly<Record<string, unknown>>,
): Understood<ParameterValue> {
  if (choices) {
    const words = Object.keys(choices);
    return words.includes(plain as string) ? { value: plain as string } : { expected: words.join(' or ') };
  }
  const unit = unitOf(name);
  const value = unit && typeof plain === 'string' ? parseQuantity(plain, unit) : plain;
  if (unit && typeof value !== 'number') return { expected: quantityOf(unit) };
  if (kindOf(value) === undefined)
    return { expected: 'a number, a text, true, false, or a list of only texts or only numbers' };
  return { value: value as ParameterValue };
}

/** A value that may take the parameter's place. */
export function valueFor(name: string, parameter: Parameter, plain: unknown): Understood<ParameterValue> {
  const understood = parameterValue(name, plain, parameter.choices);
  if ('expected' in understood) return understood;
  const kind = kindOf(parameter.value)!;
  return kindOf(understood.value) === kind ? understood : { expected: `a ${kind}` };
}

export function celTypeOf(value: ParameterValue): string {
  return CEL_TYPE_OF[kindOf(value)!];
}

/** A fact's value as a case states it; null is "asked, no answer". */
export function factValue(fact: CatalogueFact, plain: unknown): Understood<Value | null> {
  if (plain === null) return { value: null };
  switch (fact.type) {
    case 'number': {
      const value = fact.unit && typeof plain === 'string' ? parseQuantity(plain, fact.unit) : plain;
      if (typeof value !== 'number' || !Number.isFinite(value))
        return { expected: fact.unit ? quantityOf(fact.unit) : 'a number' };
      const { least = -Infinity, most = Infinity } = fact;
      return value >= least && value <= most ? { value } : { expected: `a number from ${least} to ${most}` };
    }
    case 'boolean':
      return typeof plain === 'boolean' ? { value: plain } : { expected: 'true or false' };
    case 'string':
      return typeof plain === 'string' ? { value: plain } : { expected: 'a text' };
    case 'strings':
      return Array.isArray(plain) && plain.every((item) => typeof item === 'string')
        ? { value: plain }
        : { expected: 'a list of texts' };
  }
  return fact.type satisfies never;
}

function kindOf(value: unknown): Kind | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? 'number' : undefined;
  if (typeof value === 'boolean') return 'boolean';
  if (typeof value === 'string') return value.trim() === '' ? undefined : 'text';
  if (!Array.isArray(value) || value.length === 0 || value.length > LIST_LIMIT) return undefined;
  const kinds = new Set(value.map((item) => kindOf(item)));
  if (kinds.size > 1) return undefined;
  if (kinds.has('text')) return 'list of texts';
  return kinds.has('number') ? 'list of numbers' : undefined;
}

function quantityOf(unit: Unit): string {
  return `a number of ${unit.replaceAll('_', ' ')}, or one with a unit: ${symbolsOf(unit).join(', ')}`;
}
