import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Catalogue, CatalogueFact } from '../../../agent/catalogue.ts';
import type { Value } from '../../../agent/reading.ts';
import type { Case, ParameterValue, Rule } from '../../../collector/standard/rule.ts';
import { oracle } from '../standard/oracle.ts';

const HAN = /\p{Script=Han}/u;

/** What is true of every rule of every pack that comes with the product. */
export function everyRule(rules: readonly Rule[], catalogue: Catalogue): void {
  describe.each(rules)('$id', (rule) => {
    it('says everything in Chinese and in English', () => {
      const texts = [
        rule.title,
        rule.text,
        rule.advice,
        ...rule.items,
        ...Object.values(rule.parameters).map(({ about }) => about),
      ];
      expect(texts.filter(({ zh, en }) => !HAN.test(zh) || HAN.test(en))).toEqual([]);
      expect(HAN.test(rule.required.en)).toBe(false);
      expect(rule.required.zh + rule.required.en).not.toContain('$');
    });

    if (rule.reads.length === 0) {
      it('is unknown until a person states it', () => {
        expect(rule.judge(() => undefined)).toEqual({ state: 'unknown', missing: [], because: 'person' });
      });
      return;
    }

    it('gives in a second engine what its cases state', () => {
      const given = rule.cases.map(({ facts, parameters }) =>
        oracle(rule.logic, facts, { ...valuesOf(rule), ...parameters }),
      );
      expect(given).toEqual(rule.cases.map(({ gives }) => gives));
    });

    it('agrees with the second engine on any facts, present or not', () => {
      fc.assert(
        fc.property(factsOf(rule, catalogue), (facts) => {
          expect(stateOf(rule, facts)).toBe(oracle(rule.logic, facts, valuesOf(rule)));
        }),
        { numRuns: 200 },
      );
    });

    it('never comes to hold because a fact is taken away', () => {
      fc.assert(
        fc.property(factsOf(rule, catalogue), fc.subarray([...rule.reads]), (facts, removed) => {
          const fewer = without(facts, removed);
          expect(stateOf(rule, fewer) === 'holds' && stateOf(rule, facts) !== 'holds').toBe(false);
        }),
        { numRuns: 300 },
      );
    });

    it('that holds without some facts holds whatever they are', () => {
      fc.assert(
        fc.property(
          factsOf(rule, catalogue),
          factsOf(rule, catalogue),
          fc.subarray([...rule.reads]),
          (facts, others, removed) => {
            const fewer = without(facts, removed);
            const returned = Object.fromEntries(removed.map((fact) => [fact, others[fact] ?? null]));
            expect(stateOf(rule, fewer) === 'holds' && stateOf(rule, { ...fewer, ...returned }) !== 'holds').toBe(
              false,
            );
          },
        ),
        { numRuns: 300 },
      );
    });

    it('is unknown while nothing is known, and names what is missing', () => {
      expect(rule.judge(() => undefined)).toEqual({ state: 'unknown', missing: rule.reads, because: 'missing' });
    });
  });
}

function valuesOf(rule: Rule): Record<string, ParameterValue> {
  return Object.fromEntries(Object.entries(rule.parameters).map(([name, { value }]) => [name, value]));
}

function stateOf(rule: Rule, facts: Readonly<Record<string, Value | null>>): Case['gives'] {
  return rule.judge((fact) => facts[fact] ?? undefined).state;
}

function without(
  facts: Readonly<Record<string, Value | null>>,
  removed: readonly string[],
): Record<string, Value | null> {
  return Object.fromEntries(Object.entries(facts).filter(([fact]) => !removed.includes(fact)));
}

/** What a machine could say: one of the rule's own cases, with some facts given other values or taken away. */
function factsOf(rule: Rule, catalogue: Catalogue): fc.Arbitrary<Readonly<Record<string, Value | null>>> {
  const names = [...rule.reads];
  const others = fc.tuple(...names.map((name) => valueOf(rule, catalogue.fact(name)!)));
  return fc.tuple(fc.constantFrom(...rule.cases), fc.subarray(names), others).map(([{ facts }, changed, values]) => {
    const changes = names.map((name, index) => [name, values[index] ?? null] as const);
    return { ...facts, ...Object.fromEntries(changes.filter(([name]) => changed.includes(name))) };
  });
}

/** Values that the rule's cases and parameters name, values just beside them, and no answer. */
function valueOf(rule: Rule, fact: CatalogueFact): fc.Arbitrary<Value | null> {
  const named = [
    ...rule.cases.map(({ facts }) => facts[fact.name] ?? null).filter((value) => value !== null),
    ...Object.values(rule.parameters).map(({ value }) => value),
  ];
  const numbers = named.filter((value) => typeof value === 'number');
  const texts = named.flat().filter((value) => typeof value === 'string');
  switch (fact.type) {
    case 'number':
      return fc.constantFrom(null, 0, ...numbers.flatMap((value) => [value, value - 0.5, value + 1, -value]));
    case 'boolean':
      return fc.constantFrom(null, true, false);
    case 'string':
      return fc.constantFrom(null, '', 'something else', ...texts);
    case 'strings':
      return fc.option(fc.array(fc.constantFrom('something else', ...texts), { maxLength: 3 }));
  }
  return fact.type satisfies never;
}
