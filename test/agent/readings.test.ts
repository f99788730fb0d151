import { describe, expect, it } from 'vitest';
import { accepted, createReadings } from '../../agent/readings.ts';
import type { FactDefinition } from '../../agent/probe.ts';
import type { Answer, Outcome } from '../../agent/reading.ts';
import { NIC, testProbe } from '../fixtures/probes.ts';

const about = { zh: '测试', en: 'test' };
const probe = testProbe('some', async () => ({ facts: {} }), { part: NIC });

function setUp() {
  const readings = createReadings();
  const tell = (answer: Answer | null, outcome: Outcome = 'ok'): boolean =>
    readings.tell({ owner: '', probe, outcome, answer, at: 0, tookMs: 1 });
  const facts = () =>
    Object.fromEntries([...readings.facts].map(([path, values]) => [path, Object.fromEntries(values)]));
  return { readings, tell, facts };
}

describe('readings', () => {
  it('are null for every fact the answer does not name, and know none that the probe does not', () => {
    const { tell, facts } = setUp();
    tell({ facts: { value: 1, surprise: 2 } });
    expect(facts()).toEqual({ '': { 'some.value': 1, 'some.text': null, 'some.alarm': null } });
  });

  it('are all null when the probe failed, its parts included', () => {
    const { readings, tell, facts } = setUp();
    tell({ facts: { value: 1, text: 'a', alarm: true }, parts: { 'nic:a': { up: true } } });
    tell(null, 'timeout');
    expect(facts()).toEqual({
      '': { 'some.value': null, 'some.text': null, 'some.alarm': null },
      'nic:a': { 'some.up': null },
    });
    expect(readings.asked.get('')?.get('some')).toMatchObject({ outcome: 'timeout' });
    expect(readings.vanished).toBe(0);
  });

  it('are urgent when an urgent fact changed, also to null, and only then', () => {
    const { tell } = setUp();
    expect(tell({ facts: { alarm: false } })).toBe(true);
    expect(tell({ facts: { alarm: false, value: 5 } })).toBe(false);
    expect(tell({ facts: { alarm: true } })).toBe(true);
    expect(tell(null, 'failed')).toBe(true);
    expect(tell(null, 'failed')).toBe(false);
  });

  it('take an answer that is the one before as no change, and the same one as new after a failure', () => {
    const { readings, tell, facts } = setUp();
    const answer = { facts: { alarm: true }, parts: { 'nic:a': { up: true } } };
    expect([tell(answer), tell(answer)]).toEqual([true, false]);
    expect(readings.asked.get('')?.get('some')?.turn).toBe(2);
    expect([tell(null, 'failed'), tell(answer)]).toEqual([true, true]);
    readings.forget('');
    tell(answer);
    expect(facts()['nic:a']).toEqual({ 'some.up': true });
  });

  it('take parts of the kind that the probe reports, with names that people and stores can bear', () => {
    const { tell, facts } = setUp();
    const parts = {
      'nic:以太网 2': { up: true },
      'disk:C': { up: true },
      'nic:': {},
      'nic:\u0007': {},
      [`nic:${'x'.repeat(65)}`]: {},
    };
    tell({ facts: {}, parts });
    expect(Object.keys(facts())).toEqual(['', 'nic:以太网 2']);
  });

  it('hold no more parts than the link takes', () => {
    const { readings, tell } = setUp();
    tell({ facts: {}, parts: Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`nic:${index}`, {}])) });
    expect(readings.facts.size).toBe(257);
  });
});

describe('a value', () => {
  const number: FactDefinition = { type: 'number', least: 0, most: 10, about };
  const text: FactDefinition = { type: 'string', largest: 5, about };
  const texts: FactDefinition = { type: 'strings', about };

  it.each([
    [number, 5, 5],
    [number, -1, null],
    [number, 11, null],
    [number, Number.NaN, null],
    [number, '5', null],
    [{ type: 'boolean', about } as const, 0, null],
    [text, 'abcdefg', 'abcde'],
    [text, 'a\u0000b\n', 'a b '],
    // Cutting must not leave half a character.
    [text, 'abcd😀', 'abcd '],
    [texts, 'a', null],
    [texts, ['a', 'b'], ['a', 'b']],
    [texts, undefined, null],
  ])('%o given %o is %o', (definition, value, expected) => {
    expect(accepted(definition, value as never)).toEqual(expected);
  });

  it('that is a list keeps 64 texts and a third of a frame', () => {
    expect(
      accepted(
        texts,
        Array.from({ length: 100 }, () => 'a'),
      ),
    ).toHaveLength(64);
    const long = accepted(
      { ...texts, largest: 10_000 },
      Array.from({ length: 64 }, () => '考'.repeat(1000)),
    ) as string[];
    expect(Buffer.byteLength(JSON.stringify(long))).toBeLessThanOrEqual(16_400);
    expect(long.length).toBeGreaterThan(3);
  });
});
