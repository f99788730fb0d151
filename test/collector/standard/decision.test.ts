import { describe, expect, it } from 'vitest';
import { type Decision, deciderOf, readsOf } from '../../../collector/standard/decision.ts';
import { compileExpression, type Expression } from '../../../collector/standard/expression.ts';
import type { Judgement, Logic } from '../../../collector/standard/rule.ts';
import { addNamespace, CEL_TYPES, emptyClass, vocabularyOf } from '../../../collector/standard/vocabulary.ts';
import { realCatalogue } from './catalogue.ts';

const vocabulary = vocabularyOf(await realCatalogue(), 'machine');

function decisionOf(form: Logic['form'], main: string, unknownWhen?: string, anyOf: Logic['anyOf'] = {}): Decision {
  const classes = { parameters: emptyClass(), any: emptyClass() };
  const environment = vocabulary.environment.clone();
  const types = Object.entries(anyOf).map(([name, [fact]]) => [name, CEL_TYPES[vocabulary.fact(fact!)!.type]]);
  addNamespace(environment, 'parameters', classes.parameters, { least: 'double' });
  addNamespace(environment, 'any', classes.any, Object.fromEntries(types));
  const declared = { parameters: new Set(['least']), any: new Set(Object.keys(anyOf)) };
  const compile = (text: string): Expression => {
    const compiled = compileExpression(text, environment, vocabulary, declared);
    if ('evaluate' in compiled) return compiled;
    throw new Error(JSON.stringify(compiled));
  };
  return {
    form,
    main: compile(main),
    unknownWhen: unknownWhen === undefined ? undefined : compile(unknownWhen),
    anyOf,
    classes,
  };
}

function judge(decision: Decision, facts: Readonly<Record<string, unknown>>): Judgement {
  return deciderOf(decision, vocabulary, { least: 2 })((fact) => facts[fact]);
}

describe('holds', () => {
  const decision = decisionOf('holds', 'memory.modules >= parameters.least');

  it('is told by true and false, and unknown without its fact', () => {
    expect(judge(decision, { 'memory.modules': 2 })).toEqual({ state: 'holds', missing: [], because: 'facts' });
    expect(judge(decision, { 'memory.modules': 1 })).toEqual({ state: 'broken', missing: [], because: 'facts' });
    expect(judge(decision, {})).toEqual({ state: 'unknown', missing: ['memory.modules'], because: 'missing' });
  });

  it('takes null for missing', () => {
    expect(judge(decision, { 'memory.modules': null }).because).toBe('missing');
  });

  it('keeps nothing of one machine for the next', () => {
    const decide = deciderOf(decision, vocabulary, { least: 2 });
    expect(decide(() => 4).state).toBe('holds');
    expect(decide(() => undefined).state).toBe('unknown');
    expect(decide(() => 1).state).toBe('broken');
  });

  it('is decided by one fact when the other cannot change it', () => {
    const either = decisionOf('holds', '!remote.vdi && !remote.session');
    expect(judge(either, { 'remote.vdi': true }).state).toBe('broken');
    expect(judge(either, { 'remote.session': true }).state).toBe('broken');
    expect(judge(either, { 'remote.session': false })).toEqual({
      state: 'unknown',
      missing: ['remote.vdi'],
      because: 'missing',
    });
  });

  it('is unknown for a value of the wrong type, never an exception', () => {
    expect(judge(decision, { 'memory.modules': 'two' })).toEqual({ state: 'unknown', missing: [], because: 'facts' });
  });

  it('is unknown when the facts do not compute, and says that nothing is missing', () => {
    const first = decisionOf('holds', 'remote.tools[0] == "ToDesk"');
    expect(judge(first, { 'remote.tools': [] })).toEqual({ state: 'unknown', missing: [], because: 'facts' });
  });
});

describe('breaks', () => {
  it('can only disprove; the rest is for a person', () => {
    const decision = decisionOf('breaks', 'presence.same_host');
    expect(judge(decision, { 'presence.same_host': true }).state).toBe('broken');
    expect(judge(decision, { 'presence.same_host': false })).toEqual({
      state: 'unknown',
      missing: [],
      because: 'person',
    });
    expect(judge(decision, {})).toEqual({ state: 'unknown', missing: ['presence.same_host'], because: 'missing' });
  });
});

describe('unknown_when', () => {
  const decision = decisionOf('holds', 'memory.modules > 1', 'remote.vdi');

  it('keeps the rule from deciding while it is true or cannot be told', () => {
    expect(judge(decision, { 'memory.modules': 2, 'remote.vdi': true }).because).toBe('unknown_when');
    expect(judge(decision, { 'memory.modules': 2 })).toEqual({
      state: 'unknown',
      missing: ['remote.vdi'],
      because: 'missing',
    });
    expect(judge(decision, { 'memory.modules': 2, 'remote.vdi': false }).state).toBe('holds');
  });
});

describe('any_of', () => {
  const decision = decisionOf('holds', 'any.bytes >= parameters.least', undefined, {
    bytes: ['memory.installed_bytes', 'memory.visible_bytes'],
  });

  it('takes the first alternative that is there', () => {
    expect(judge(decision, { 'memory.installed_bytes': 1, 'memory.visible_bytes': 2 }).state).toBe('broken');
    expect(judge(decision, { 'memory.visible_bytes': 2 }).state).toBe('holds');
    expect(judge(decision, { 'memory.installed_bytes': null, 'memory.visible_bytes': 1 }).state).toBe('broken');
  });

  it('is missing only when all are', () => {
    expect(judge(decision, {})).toEqual({
      state: 'unknown',
      missing: ['memory.installed_bytes', 'memory.visible_bytes'],
      because: 'missing',
    });
    expect(readsOf(decision)).toEqual(['memory.installed_bytes', 'memory.visible_bytes']);
  });
});
