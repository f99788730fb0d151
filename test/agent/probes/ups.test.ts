import * as fc from 'fast-check';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { probe, understand, watch } from '../../../agent/probes/ups.ts';
import { UPS_COMM } from '../../../agent/probes/upsWords.ts';
import type { Answer, Value } from '../../../agent/reading.ts';
import { startFakeUpsd, upsdWith } from '../../fixtures/fakeUpsd.ts';
import { until } from '../../fixtures/nutPrograms.ts';

const variables = (values: Readonly<Record<string, string>> = {}): ReadonlyMap<string, string> =>
  new Map(Object.entries(values));

describe('the status words', () => {
  it.each([
    ['OL', false],
    ['OL CHRG', false],
    ['OL TRIM', false],
    ['OL BYPASS', false],
    ['OB', true],
    ['OB DISCHRG', true],
    ['OB DISCHRG LB', true],
    ['ALARM OB', true],
    ['OL OB', true],
    ['CAL OB', true],
    ['OFF', null],
    ['BYPASS', null],
    ['DISCHRG', null],
    ['NEVER SEEN', null],
    ['', null],
  ])('%j: on battery is %s', (status, expected) => {
    expect(understand(status, null)['on_battery']).toBe(expected);
  });

  it.each([
    ['LB', 'low_battery'],
    ['RB', 'replace_battery'],
    ['OVER', 'overload'],
    ['BYPASS', 'bypass'],
    ['OFF', 'off'],
    ['CAL', 'calibrating'],
  ])('%s is %s, and only that word is', (word, fact) => {
    expect(understand(`OL ${word}`, null)[fact]).toBe(true);
    expect(understand('OL', null)[fact]).toBe(false);
    expect(understand(`OL X${word}`, null)[fact]).toBe(false);
    expect(understand('', null)[fact]).toBeNull();
  });

  it('an alarm is its own text, the bare word without one, and empty when there is none', () => {
    expect(understand('ALARM OL RB', variables({ 'ups.alarm': 'Replace battery!' }))['alarm']).toBe('Replace battery!');
    expect(understand('ALARM OL', variables())['alarm']).toBe('ALARM');
    expect(understand('OL', variables())['alarm']).toBe('');
    expect(understand('', null)['alarm']).toBeNull();
  });

  it('a forced shutdown is an alarm, with the device’s own beside it', () => {
    expect(understand('FSD OB LB', variables())['alarm']).toBe('FSD');
    expect(understand('ALARM FSD OB LB', variables({ 'ups.alarm': 'Low battery!' }))['alarm']).toBe('FSD Low battery!');
  });

  it.each([
    ['OL CHRG', undefined, true],
    ['OB DISCHRG', undefined, false],
    ['OB', undefined, false],
    ['OL', undefined, null],
    ['OL', 'charging', true],
    ['OL CHRG', 'floating', false],
    ['OL', 'resting', false],
    ['OL CHRG', 'something new', true],
  ])('%s with charger %s: charging is %s', (status, charger, expected) => {
    const values = charger === undefined ? variables() : variables({ 'battery.charger.status': charger });
    expect(understand(status, values)['charging']).toBe(expected);
  });

  it('a self-test under way counts as calibrating: it uses charge', () => {
    expect(understand('OL', variables({ 'ups.test.result': 'In progress' }))['calibrating']).toBe(true);
    expect(understand('OL', variables({ 'ups.test.result': 'Done and passed' }))['calibrating']).toBe(false);
  });
});

describe('runtime', () => {
  it.each([
    ['9000', 'OL', 9000],
    ['9000.0', 'OL', 9000],
    ['604800', 'OL', 604_800],
    ['300', 'OB LB', 300],
    ['0', 'OB LB', 0],
    ['0', 'OL', null],
    ['0.0', 'OL CHRG', null],
    ['0', 'OFF', null],
    ['65535', 'OL', null],
    ['65535', 'OB', null],
    ['-1', 'OB', null],
    ['604801', 'OL', null],
    ['4294967295', 'OL', null],
    ['', 'OL', null],
    ['N/A', 'OL', null],
    ['1e3', 'OL', null],
    ['0x10', 'OL', null],
    ['12 min', 'OL', null],
    ['Infinity', 'OL', null],
  ])('%j at %s is %s seconds', (runtime, status, expected) => {
    const values = variables({ 'ups.status': status, 'battery.runtime': runtime });
    expect(understand(status, values)['runtime_seconds']).toBe(expected);
  });

  it('is not believed when the device said it while the load was fed from the other source', () => {
    const onMains = variables({ 'ups.status': 'OL', 'battery.runtime': '9000' });
    expect(understand('OB', onMains)['runtime_seconds']).toBeNull();
    expect(understand('OL CHRG', onMains)['runtime_seconds']).toBe(9000);
  });
});

describe('measured values', () => {
  it.each([
    ['charge_ratio', 'battery.charge', '100', 1],
    ['charge_ratio', 'battery.charge', '0', 0],
    ['charge_ratio', 'battery.charge', '57.5', 0.575],
    ['charge_ratio', 'battery.charge', '101', null],
    ['charge_ratio', 'battery.charge', '-1', null],
    ['charge_ratio', 'battery.charge', 'full', null],
    ['load_ratio', 'ups.load', '040', 0.4],
    ['load_ratio', 'ups.load', '150', 1.5],
    ['load_ratio', 'ups.load', '151', null],
    ['load_ratio', 'ups.load', '-3', null],
    ['input_volts', 'input.voltage', '0.0', 0],
    ['input_volts', 'input.voltage', '221.5', 221.5],
    ['input_volts', 'input.voltage', '6553.5', null],
    ['output_volts', 'output.voltage', '220.1', 220.1],
    ['battery_volts', 'battery.voltage', '81.60', 81.6],
    ['temperature_celsius', 'ups.temperature', '27.0', 27],
    ['temperature_celsius', 'battery.temperature', '25', 25],
    ['temperature_celsius', 'ups.temperature', '-273.1', null],
  ])('%s from %s %j is %s', (fact, name, value, expected) => {
    expect(understand('OL', variables({ [name]: value }))[fact]).toBe(expected);
  });

  it('are null when the device has none, as most Q1 devices have no charge and no runtime', () => {
    const facts = understand('OL', variables({ 'ups.status': 'OL', 'battery.voltage': '81.6' }));
    expect(facts).toMatchObject({ battery_volts: 81.6, charge_ratio: null, runtime_seconds: null, model: null });
  });

  it('name the device by maker and model, once', () => {
    const model = (values: Readonly<Record<string, string>>): unknown => understand('OL', variables(values))['model'];
    expect(model({ 'ups.mfr': 'SANTAK', 'ups.model': 'C3K' })).toBe('SANTAK C3K');
    expect(model({ 'ups.mfr': 'APC', 'ups.model': 'APC Smart-UPS 3000' })).toBe('APC Smart-UPS 3000');
    expect(model({ 'device.model': ' C3K \u0000\n' })).toBe('C3K');
    expect(model({ 'ups.mfr': '' })).toBeNull();
  });

  it('hold the catalogue’s own limits, whatever upsd says', () => {
    const names = [
      'ups.status',
      'battery.charge',
      'battery.runtime',
      'ups.load',
      'input.voltage',
      'ups.temperature',
      'ups.alarm',
      'ups.mfr',
      'ups.model',
      'ups.firmware',
      'battery.charger.status',
      'ups.test.result',
    ];
    const value = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 500 }),
      fc.double().map(String),
      fc.integer().map(String),
      fc.constantFrom('OL', 'OB LB', 'WAIT', ''),
    );
    const told = fc.dictionary(fc.constantFrom(...names), value);
    fc.assert(
      fc.property(value, told, (status, values) => {
        const facts = understand(status, variables(values));
        expect(Object.entries(facts).filter(([word, fact]) => !fits(word, fact))).toEqual([]);
      }),
    );
  });
});

describe('watch', () => {
  it('tells every fact of its definition each time, null for all but two when the UPS is lost', async () => {
    const answers: Answer[] = [];
    const server = await startFakeUpsd({ answer: upsdWith(new Map([['ups.status', 'OL']])) });
    const end = watch({ id: 'ups-1', kind: 'ups', url: `nut://127.0.0.1:${server.port}/exam` }, (answer, outcome) => {
      expect(outcome).toBe('ok');
      answers.push(answer);
    });
    await until('an answer', 5_000, () => answers.length > 0);
    await server.stop();
    await until('its loss', 5_000, () => answers.at(-1)?.facts['reachable'] === false);
    end();
    for (const { facts } of answers) expect(Object.keys(facts).sort()).toEqual(Object.keys(probe.facts).sort());
    expect(answers[0]?.facts).toMatchObject({ reachable: true, comm: 'ok', on_battery: false });
    const { reachable, comm, ...rest } = answers.at(-1)?.facts ?? {};
    expect(reachable).toBe(false);
    expect(Object.keys(UPS_COMM)).toContain(comm);
    expect(new Set(Object.values(rest))).toEqual(new Set([null]));
  });

  it('says that the address is wrong, about once a second, instead of nothing', async () => {
    const answers: Answer[] = [];
    const end = watch({ id: 'ups-1', kind: 'ups', url: 'usb:/dev/hidraw0' }, (answer) => answers.push(answer));
    expect(answers.map(({ facts }) => [facts['reachable'], facts['comm'], facts['on_battery']])).toEqual([
      [false, 'wrong-url', null],
    ]);
    await until('the next', 5_000, () => answers.length > 1);
    end();
    const { length } = answers;
    await sleep(1_100);
    expect(answers).toHaveLength(length);
  });
});

function fits(word: string, fact: Value | null): boolean {
  const { type, least = -Infinity, most = Infinity, largest = 200 } = probe.facts[word] ?? {};
  if (fact === null) return true;
  if (typeof fact === 'number') return type === 'number' && fact >= least && fact <= most;
  return typeof fact === 'string' ? type === 'string' && fact.length <= largest : typeof fact === type;
}
