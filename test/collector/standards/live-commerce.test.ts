import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CatalogueFact } from '../../../agent/catalogue.ts';
import type { Value } from '../../../agent/reading.ts';
import { ROLES } from '../../../collector/identity/machine.ts';
import { loadStandard } from '../../../collector/standard/load.ts';
import type { Case, ParameterValue, Rule } from '../../../collector/standard/rule.ts';
import { realCatalogue } from '../standard/catalogue.ts';
import { oracle } from '../standard/oracle.ts';

const PACK = join(import.meta.dirname, '../../../collector/standards/live-commerce');
const catalogue = await realCatalogue();
const loaded = await loadStandard(PACK, catalogue);
if ('faults' in loaded) throw new Error(JSON.stringify(loaded.faults, null, 2));
const { standard } = loaded;
const { rules } = standard;

const source = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../fixtures/standards/live-commerce-source.json'), 'utf8'),
) as { articles: Record<string, string[]>; words: Record<string, string[]> };

const HAN = /\p{Script=Han}/u;

function valuesOf(rule: Rule): Record<string, ParameterValue> {
  return Object.fromEntries(Object.entries(rule.parameters).map(([name, { value }]) => [name, value]));
}

function idsOf(picked: readonly Rule[]): string {
  return picked.map((rule) => rule.id).join(' ');
}

describe('the pack', () => {
  it('has every clause that something at a site can show, in the order of the source, then our own', () => {
    expect(idsOf(rules)).toBe(
      'licence courses site-experience ' +
        'light-air-noise exam-software os cpu memory-size memory-type browser display office restore-card internet desktop physical local ' +
        'cores memory disk dedicated static-address internet-before-after server-physical server-local ' +
        'lan-authority cameras camera-audio-video camera-recording ' +
        'organization-complete staff-count lead-experience staff-passed ' +
        'exam-office security logistics medical safety-system no-incident-history resources ' +
        'mains dual-supply ups-two-hours ' +
        'entrance-banner notice-boards room-sign desk-labels belongings-area direction-signs closed-area ' +
        'staff-lead staff-proctors staff-tech staff-logistics staff-selected staff-fit ' +
        'proctor-independent cross-department proctor-ratio staff-trained staff-briefed staff-pledge ' +
        'online clock remote-control ups-online ups-low-battery ups-output ups-battery camera-picture ' +
        'collector-power collector-awake collector-apart',
    );
    expect(idsOf(rules.filter((rule) => rule.own))).toBe(idsOf(rules.filter(({ clause }) => clause === '')));
    expect(rules.findLast((rule) => !rule.own)?.id).toBe('staff-pledge');
  });

  it('judges in every role whether a machine is online', () => {
    expect(rules.find((rule) => rule.id === 'online')?.roles).toEqual(ROLES);
  });

  it('pages at once only for what cannot wait, and nobody for hardware', () => {
    const byIncident = Object.groupBy(rules, (rule) => rule.incident);
    expect(idsOf(byIncident.urgent!)).toBe('mains ups-low-battery');
    expect(idsOf(byIncident.seat!)).toBe(
      'restore-card internet internet-before-after cameras camera-audio-video camera-recording proctor-ratio online clock remote-control ups-online ups-output',
    );
  });

  it('lets a person state what a site may be unable to measure', () => {
    expect(idsOf(rules.filter((rule) => rule.attestable))).toBe(
      'cpu memory-type restore-card physical local dedicated server-physical server-local ' +
        'cameras camera-audio-video camera-recording mains ups-two-hours',
    );
  });

  it('requires of its own only that machines and UPS can be seen', () => {
    expect(idsOf(rules.filter((rule) => rule.own && rule.must === 'required'))).toBe('online ups-online');
  });
});

describe('rules about people', () => {
  it('are of the roster’s numbers, and nobody can state them instead', () => {
    const roster = rules.filter((rule) => rule.judgedBy === 'roster');
    expect(roster).toHaveLength(15);
    expect(
      roster.flatMap((rule) => rule.reads.filter((fact) => !/^(staff|pledges|proctors|session)\./.test(fact))),
    ).toEqual([]);
    expect(roster.some((rule) => rule.attestable)).toBe(false);
  });

  it('that a person judges have a form: what the clause lists, and how long a statement is valid, by parameter', () => {
    for (const rule of rules.filter(({ judgedBy }) => judgedBy === 'person')) {
      expect(rule.items.length, rule.id).toBeGreaterThan(0);
      expect(Object.keys(rule.parameters), rule.id).toEqual(['valid_seconds', 'longest_valid_seconds']);
      const { valid_seconds: usual, longest_valid_seconds: longest } = rule.parameters;
      expect(Number(longest!.value), rule.id).toBeGreaterThanOrEqual(Number(usual!.value));
    }
  });

  it('print the items that the clause itself lists', () => {
    const boards = rules.find(({ id }) => id === 'notice-boards')!;
    for (const word of ['举报电话', '举报箱', '应急疏散示意图', '《考生须知》', '考场分布示意图'])
      expect(boards.items.map(({ zh }) => zh)).toContain(word);
    expect(boards.items.every(({ zh }) => boards.text.zh.includes(zh))).toBe(true);
  });

  it('need a photo where the clause is about what stands or hangs there', () => {
    expect(idsOf(rules.filter(({ photo }) => photo))).toBe(
      'licence exam-office entrance-banner notice-boards room-sign belongings-area direction-signs closed-area',
    );
  });
});

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

  it('stands where it says it does in the source, in the words of the source', () => {
    const [, article = '', item = ''] =
      /^(第[一二三四五六七八九十]+条)(（[一二三四五六七八九十]+）)?$/.exec(rule.clause) ?? [];
    const stands = rule.own
      ? rule.clause === ''
      : source.articles[article]?.includes(item) === true &&
        source.words[rule.clause]!.some((words) => squeezed(words).includes(squeezed(rule.text.zh)));
    expect(stands).toBe(true);
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
      fc.property(factsOf(rule), (facts) => {
        expect(stateOf(rule, facts)).toBe(oracle(rule.logic, facts, valuesOf(rule)));
      }),
      { numRuns: 200 },
    );
  });

  it('never comes to hold because a fact is taken away', () => {
    fc.assert(
      fc.property(factsOf(rule), fc.subarray([...rule.reads]), (facts, removed) => {
        const fewer = without(facts, removed);
        expect(stateOf(rule, fewer) === 'holds' && stateOf(rule, facts) !== 'holds').toBe(false);
      }),
      { numRuns: 300 },
    );
  });

  it('that holds without some facts holds whatever they are', () => {
    fc.assert(
      fc.property(factsOf(rule), factsOf(rule), fc.subarray([...rule.reads]), (facts, others, removed) => {
        const fewer = without(facts, removed);
        const returned = Object.fromEntries(removed.map((fact) => [fact, others[fact] ?? null]));
        expect(stateOf(rule, fewer) === 'holds' && stateOf(rule, { ...fewer, ...returned }) !== 'holds').toBe(false);
      }),
      { numRuns: 300 },
    );
  });

  it('is unknown while nothing is known, and names what is missing', () => {
    expect(rule.judge(() => undefined)).toEqual({ state: 'unknown', missing: rule.reads, because: 'missing' });
  });
});

function squeezed(text: string): string {
  return text.replaceAll(/\s/g, '');
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
function factsOf(rule: Rule): fc.Arbitrary<Readonly<Record<string, Value | null>>> {
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
