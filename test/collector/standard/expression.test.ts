import { describe, expect, it } from 'vitest';
import { compileExpression, type Expression, type Misuse } from '../../../collector/standard/expression.ts';
import { addNamespace, emptyClass, vocabularyOf } from '../../../collector/standard/vocabulary.ts';
import { realCatalogue } from './catalogue.ts';

const catalogue = await realCatalogue();
const DECLARED = { parameters: new Set(['least', 'kinds']), any: new Set(['memory']) };

function compile(text: string, device: string | null = null): Expression | readonly Misuse[] {
  const vocabulary = vocabularyOf(catalogue, device === null ? 'machine' : { device });
  const environment = vocabulary.environment.clone();
  addNamespace(environment, 'parameters', emptyClass(), { least: 'double', kinds: 'list<string>' });
  addNamespace(environment, 'any', emptyClass(), { memory: 'double' });
  return compileExpression(text, environment, vocabulary, DECLARED);
}

function misuses(text: string, device?: string): string[] {
  const compiled = compile(text, device);
  return Array.isArray(compiled) ? compiled.map(({ offset, message }: Misuse) => `${offset}: ${message}`) : [];
}

function expression(text: string): Expression {
  const compiled = compile(text);
  if ('evaluate' in compiled) return compiled;
  throw new Error(JSON.stringify(compiled));
}

describe('an expression', () => {
  it('knows what it reads, in the order of its first use', () => {
    const { facts, parameters, any } = expression(
      'cpu.model in parameters.kinds || (any.memory > parameters.least && memory.modules > 1.0) || cpu.model == "x"',
    );
    expect({ facts, parameters, any }).toEqual({
      facts: ['cpu.model', 'memory.modules'],
      parameters: ['kinds', 'least'],
      any: ['memory'],
    });
  });

  it('knows whether it can do without a fact', () => {
    expect(expression('memory.installed_bytes >= parameters.least').isStrict).toBe(true);
    expect(expression('!remote.session').isStrict).toBe(true);
    expect(expression('memory.types.size() + remote.tools.size() == 0').isStrict).toBe(true);
    expect(expression('remote.session || remote.vdi').isStrict).toBe(false);
    expect(expression('remote.session ? true : remote.vdi').isStrict).toBe(false);
    expect(expression('memory.types.all(kind, memory.modules > 1)').isStrict).toBe(false);
  });

  it('may compare a measured number with a whole one', () => {
    expect(
      misuses('software.chrome_major == 83 && 83 != software.chrome_major && software.chrome_major >= 83'),
    ).toEqual([]);
  });

  it('may read the UPS that feeds the machine, but a rule about a UPS no machine', () => {
    expect(misuses('!ups.on_battery')).toEqual([]);
    expect(misuses('presence.online', 'ups')).toEqual([
      '0: presence.online is a fact of machines, and this rule judges devices of kind ups',
    ]);
  });

  it('may go through a list, and one list inside another, but no deeper', () => {
    expect(misuses('memory.types.all(a, memory.types.exists(b, a == b))')).toEqual([]);
    expect(misuses('memory.types.all(a, memory.types.all(b, memory.types.all(c, a == c)))')).toEqual([
      '40: loops stand at most two deep in each other',
    ]);
  });

  it.each([
    ['has(memory.modules)', /^0: has\(\) is not used/],
    ['cpu.model.matches("^(a+)+$")', /^0: matches\(\) is not used/],
    ['memory["modules"] > 1', /^0: memory stands for many facts/],
    ['"modules" in memory', /^13: memory stands for many facts/],
    ['dyn(memory.modules) == 1', /^0: dyn\(\) is not used/],
    ['type(memory.modules) == double', /^0: type\(\) is not used/],
    ['cpu.model == null', /^13: null is not used/],
    ['{"a": 1}["a"] == 1', /^0: maps and optional values are not used/],
    ['parameters == parameters', /^0: parameters stands for many facts/],
    ['remote.tools.exists(cpu, cpu == "x")', /^20: cpu already means something else/],
    ['cel.bind(x, memory.modules, x > 1)', /bind\(\) is not used/],
    ['timestamp("2026-01-01T00:00:00Z") > timestamp("2025-01-01T00:00:00Z")', /timestamp\(\) is not used/],
    ['cpu.model.constructor() == "x"', /constructor\(\) is not used in rules/],
    ['network.up', /is a fact of each nic of machines/],
    ['memory.modules.constructor == "x"', /Cannot index type/],
    ['memory.__proto__ == memory.modules', /^0: memory.__proto__ is no fact/],
    ['kind == 1', /^0: "kind" is not known here/],
    ['parameters.most > 1.0', /^0: parameters.most is not declared/],
    ['memory.modules * 2 > 3.0', /write 2\.0 for 2$/],
    ['memory.modules in [1, 2]', /write 2\.0 for 2$/],
    ['memory.modules', /^0: this gives double: expected true or false/],
    ['memory.modules > ', /^17: /],
    ['memory.modules > 1 && cpu.model', /Logical operator requires bool operands/],
  ])('refuses %s', (text, message) => {
    expect(misuses(text)[0]).toMatch(message);
  });

  it('refuses what would take long to read or to run', () => {
    expect(misuses(Array.from({ length: 200 }, () => 'remote.vdi').join(' || '))[0]).toContain('maxAstNodes');
    expect(misuses(`${'!('.repeat(60)}remote.vdi${')'.repeat(60)}`)[0]).toContain('maxDepth');
  });
});
