import { describe, expect, it } from 'vitest';
import type { Value } from '../../../agent/reading.ts';
import { judge, type Look } from '../../../collector/compliance/judge.ts';
import type { UnknownCause } from '../../../collector/compliance/verdict.ts';
import type { Judgement, Rule } from '../../../collector/standard/rule.ts';

function ruleThat(judgement: Judgement): Pick<Rule, 'facts' | 'reads' | 'judge'> {
  return {
    facts: ['memory.modules', 'memory.types', 'presence.online'],
    reads: ['memory.types', 'presence.online'],
    judge: () => judgement,
  };
}

function lookAt(
  values: Readonly<Record<string, Value>>,
  why: Readonly<Record<string, UnknownCause>> = {},
  witnessed: readonly string[] = ['presence.online'],
): Look {
  return {
    read: (fact) => values[fact],
    why: (fact) => why[fact] ?? 'missing',
    witnessed: (fact) => witnessed.includes(fact),
  };
}

const HOLDS: Judgement = { state: 'holds', missing: [], because: 'facts' };
const MISSING: Judgement = { state: 'unknown', missing: ['memory.types', 'presence.online'], because: 'missing' };

describe('judge', () => {
  it('shows every fact of the rule, null for what is not there, in the order of the rule', () => {
    const { observed } = judge(ruleThat(HOLDS), lookAt({ 'presence.online': true, 'memory.types': ['DDR4'] }));
    expect(Object.entries(observed)).toEqual([
      ['memory.modules', null],
      ['memory.types', ['DDR4']],
      ['presence.online', true],
    ]);
  });

  it('hands the rule only what the look gives', () => {
    const asked: string[] = [];
    judge(
      { ...ruleThat(HOLDS), judge: (read) => (asked.push(String(read('memory.types'))), HOLDS) },
      lookAt({ 'memory.types': ['DDR3'] }),
    );
    expect(asked).toEqual(['DDR3']);
  });

  it('is witnessed only when everything that decided was', () => {
    const both = { 'memory.types': ['DDR4'], 'presence.online': true };
    expect(judge(ruleThat(HOLDS), lookAt(both)).evidence).toBe('claimed');
    expect(judge(ruleThat(HOLDS), lookAt(both, {}, ['presence.online', 'memory.types'])).evidence).toBe('witnessed');
  });

  it('is not claimed because of a fact that is only shown or that was not there when it was decided', () => {
    expect(judge(ruleThat(HOLDS), lookAt({ 'presence.online': true, 'memory.modules': 2 })).evidence).toBe('witnessed');
  });

  it('is claimed while it is unknown for want of what a machine claims', () => {
    expect(judge(ruleThat(MISSING), lookAt({ 'presence.online': true })).evidence).toBe('claimed');
  });

  it('has no cause unless it is unknown', () => {
    expect(judge(ruleThat(HOLDS), lookAt({})).cause).toBeNull();
    expect(judge(ruleThat({ ...HOLDS, state: 'broken' }), lookAt({})).cause).toBeNull();
  });

  it('names silence before anything else, then what was never asked, then what went stale', () => {
    const causeOf = (first: UnknownCause, second: UnknownCause): UnknownCause | null =>
      judge(ruleThat(MISSING), lookAt({}, { 'memory.types': first, 'presence.online': second })).cause;
    expect(causeOf('no-answer', 'silent')).toBe('silent');
    expect(causeOf('no-answer', 'missing')).toBe('missing');
    expect(causeOf('no-answer', 'stale')).toBe('stale');
    expect(causeOf('no-answer', 'no-answer')).toBe('no-answer');
  });

  it('says when only a person, or the rule itself, keeps it unknown', () => {
    const causeOf = (because: Judgement['because']): UnknownCause | null =>
      judge(ruleThat({ state: 'unknown', missing: [], because }), lookAt({})).cause;
    expect(causeOf('person')).toBe('person');
    expect(causeOf('unknown_when')).toBe('unknown_when');
    expect(causeOf('facts')).toBe('unknown_when');
  });
});
