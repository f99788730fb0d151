import { isDeepStrictEqual } from 'node:util';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildCatalogue, loadProbes } from '../../../agent/catalogue.ts';
import { limitsWith } from '../../../collector/gateway/limits.ts';
import { compileFrames, type LeftOut, type ReadFrame, type Rights } from '../../../collector/gateway/schemas.ts';
import { catalogue, frame } from './rig.ts';

const STREAM = 's'.repeat(16);
const rights: Rights = { devices: new Map([['ups-1', 'ups']]) };
const read = compileFrames(catalogue, ['presence']);

function readWith(more: object): Extract<ReadFrame, { leftOut: LeftOut }> {
  const result = read({ ...frame(STREAM, 1), ...more }, rights);
  if (result.frame === null) throw new Error(result.message);
  return result;
}

describe('a frame', () => {
  it('passes unchanged when everything in it is known', () => {
    const whole = {
      ...frame(STREAM, 7),
      full: [1, 2],
      asked: { '': { load: [5, 1, 'ok'] }, 'device:ups-1': { ups: [5, 1, 'timeout'] } },
      facts: {
        '': { 'load.cpu_ratio': 0.5, 'load.programs': ['a', 'b'], 'load.kernel': null, 'network.up': true },
        'nic:以太网 2': { 'network.up': true, 'network.mtu': 1500 },
        'device:ups-1': { 'ups.on_battery': false },
        'device:ups-1/outlet:A/1': { 'ups.on': true },
      },
      owner: { key: 'k', fingerprint: 'f' },
      dropped: 3,
    };
    const result = readWith(whole);
    expect(result.frame).toEqual(whole);
    expect(result.isWhole).toBe(true);
    expect(result.leftOut).toEqual({ unknown: 0, voided: 0, foreign: 0, beyond: 0 });
  });

  it('loses what this collector does not know, and nothing else', () => {
    const { frame: taken, leftOut } = readWith({
      newer: 1,
      asked: { '': { load: [5, 1, 'ok'], future: [5, 1, 'ok'] } },
      facts: { '': { 'load.cpu_ratio': 0.5, 'load.future': 1, 'network.mtu': 9 }, 'gpu:0': { 'gpu.up': true } },
    });
    expect(taken.asked).toEqual({ '': { load: [5, 1, 'ok'] } });
    expect(taken.facts).toEqual({ '': { 'load.cpu_ratio': 0.5 } });
    expect(leftOut).toEqual({ unknown: 5, voided: 0, foreign: 0, beyond: 0 });
  });

  it('has a wrong value voided, so that no older one passes for it, and the others kept', () => {
    const wrong: readonly [string, unknown][] = [
      ['load.cpu_ratio', -0.1],
      ['load.cpu_ratio', 1.1],
      ['load.cpu_ratio', '0.5'],
      ['load.cpu_ratio', Number.POSITIVE_INFINITY],
      ['load.busy', 1],
      ['load.kernel', 'x'.repeat(21)],
      ['load.kernel', 'a\u0000b'],
      ['load.kernel', '\ud800'],
      ['load.kernel', ['x']],
      ['load.programs', 'x'],
      ['load.programs', ['x'.repeat(11)]],
      ['load.programs', [1]],
      ['load.programs', Array.from({ length: 65 }, () => 'x')],
      ['load.programs', { length: 1 }],
    ];
    for (const [name, value] of wrong) {
      const { frame: taken, leftOut } = readWith({ facts: { '': { [name]: value, 'network.up': true } } });
      expect(taken.facts).toEqual({ '': { [name]: null, 'network.up': true } });
      expect(leftOut.voided).toBe(1);
    }
  });

  it('speaks of its own machine, its parts, and the devices that the machine reads', () => {
    for (const path of ['device:ups-2', 'device:ups-2/outlet:1', 'device:', 'device:ups-1x']) {
      const { frame: taken, leftOut } = readWith({
        facts: { [path]: { 'ups.on_battery': true } },
        asked: { [path]: { ups: [1, 1, 'ok'] } },
      });
      expect(taken.facts).toEqual({});
      expect(taken.asked).toEqual({});
      expect(leftOut.foreign).toBe(2);
    }
    for (const path of [
      'm-other',
      'm-other/nic:eth0',
      'nic:',
      ':x',
      'nic',
      `nic:${'x'.repeat(65)}`,
      'nic:a\nb',
      'role',
    ]) {
      const { frame: taken, leftOut } = readWith({ facts: { [path]: { 'network.up': true } } });
      expect(taken.facts).toEqual({});
      expect(leftOut.unknown).toBe(1);
    }
  });

  it('cannot say what only the collector witnesses, nor what another kind of device says', () => {
    const { frame: taken } = readWith({
      asked: { '': { presence: [1, 1, 'ok'], ups: [1, 1, 'ok'] }, 'device:ups-1': { load: [1, 1, 'ok'] } },
      facts: { '': { 'presence.online': true, 'ups.on_battery': true }, 'device:ups-1': { 'load.cpu_ratio': 0.1 } },
    });
    expect(taken.asked).toEqual({ '': {}, 'device:ups-1': {} });
    expect(taken.facts).toEqual({ '': {}, 'device:ups-1': {} });
  });

  it('cannot make a probe younger than the frame itself, or a month old', () => {
    const { frame: taken, leftOut } = readWith({
      asked: { '': { load: [-1, 1, 'ok'], network: [1, 1, 'fine'] } },
    });
    expect(taken.asked).toEqual({ '': {} });
    expect(leftOut.voided).toBe(2);
    expect(readWith({ asked: { '': { load: [40 * 86_400_000, 1, 'ok'] } } }).frame.asked).toEqual({ '': {} });
  });

  it('is cut at the limits of facts and subjects', () => {
    const small = compileFrames(catalogue, ['presence'], limitsWith({ factsPerFrame: 3, subjectsPerAgent: 2 }).limits);
    const facts = { '': { 'load.busy': true, 'load.kernel': 'x' }, 'nic:a': { 'network.up': true, 'network.mtu': 1 } };
    const result = small(frame(STREAM, 1, { facts }) as Record<string, unknown>, { devices: new Map() });
    expect(result.frame?.facts).toEqual({ '': facts[''], 'nic:a': { 'network.up': true } });
    const many = Object.fromEntries(['a', 'b', 'c', 'd'].map((name) => [`nic:${name}`, { 'network.up': true }]));
    const cut = small(frame(STREAM, 1, { facts: many }) as Record<string, unknown>, { devices: new Map() });
    expect(Object.keys(cut.frame!.facts)).toEqual(['nic:a', 'nic:b']);
  });

  it('with a wrong envelope is refused by its number, or as a whole without one', () => {
    const wrong: readonly (readonly [string, unknown])[] = [
      ['lane', 'express'],
      ['at', 'now'],
      ['at', -1],
      ['at', 1e300],
      ['monotonic', null],
      ['full', [2, 1]],
      ['full', [1]],
      ['asked', []],
      ['facts', null],
      ['owner', 'me'],
      ['owner', { key: 1, fingerprint: 'f' }],
    ];
    for (const [key, value] of wrong) {
      const result = read(frame(STREAM, 4, { [key]: value }) as Record<string, unknown>, rights);
      expect(result).toMatchObject({ frame: null, stream: STREAM, seq: 4 });
      expect((result as { message: string }).message).toContain(key);
    }
    for (const [key, value] of [
      ['stream', 'short'],
      ['stream', 5],
      ['seq', 0],
      ['seq', 1.5],
      ['seq', '1'],
    ] as const) {
      const result = read(frame(STREAM, 4, { [key]: value }) as Record<string, unknown>, rights);
      expect(result.frame).toBeNull();
      expect(result).not.toHaveProperty('seq');
    }
  });
});

describe('whatever an agent sends', () => {
  const names = fc.constantFrom(
    'load.cpu_ratio',
    'load.kernel',
    'network.up',
    'ups.on_battery',
    'presence.online',
    '__proto__',
    'constructor',
  );
  const paths = fc.constantFrom(
    '',
    'nic:eth0',
    'device:ups-1',
    'device:ups-2',
    'device:ups-1/outlet:1',
    '__proto__',
    'm-2',
  );
  const probes = fc.constantFrom('load', 'network', 'ups', 'presence', '__proto__', 'toString');
  // Built from JSON text, as on the wire: only so can a key really be `__proto__`.
  const json = (value: fc.Arbitrary<unknown>) =>
    value.map((one) => JSON.parse(JSON.stringify(one) ?? 'null') as unknown);
  const table = (keys: fc.Arbitrary<string>, values: fc.Arbitrary<unknown>) =>
    fc.array(fc.tuple(keys, values), { maxLength: 6 }).map((entries) => {
      const members = entries.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value) ?? 'null'}`);
      return JSON.parse(`{${members.join(',')}}`) as unknown;
    });
  const mostly = (right: fc.Arbitrary<unknown>, wrong: fc.Arbitrary<unknown>) =>
    fc.oneof({ arbitrary: right, weight: 15 }, { arbitrary: wrong, weight: 1 });
  const anyFrame = fc.record(
    {
      type: fc.constant('frame'),
      lane: mostly(fc.constantFrom('live', 'backlog'), fc.anything()),
      stream: mostly(fc.constant(STREAM), fc.string()),
      seq: mostly(fc.integer({ min: 1 }), fc.anything()),
      at: mostly(fc.nat(), fc.double()),
      monotonic: mostly(fc.nat(), fc.double()),
      full: mostly(fc.constant([1, 1]), json(fc.anything())),
      asked: table(paths, table(probes, fc.oneof(fc.constant([1, 1, 'ok']), json(fc.anything())))),
      facts: table(
        paths,
        fc.oneof(
          table(names, fc.oneof(fc.double(), fc.boolean(), fc.string(), json(fc.anything()))),
          json(fc.anything()),
        ),
      ),
      owner: mostly(fc.constant({ key: 'k', fingerprint: 'f', more: 1 }), json(fc.anything())),
      dropped: fc.oneof(fc.nat(), json(fc.anything())),
    },
    { requiredKeys: ['stream', 'seq', 'asked', 'facts', 'at', 'monotonic', 'lane'] },
  );
  const own: Readonly<Record<string, readonly string[]>> = {
    '': ['load.cpu_ratio', 'load.kernel', 'network.up'],
    'nic:eth0': ['network.up'],
    'device:ups-1': ['ups.on_battery'],
    'device:ups-1/outlet:1': [],
  };

  it('never throws, and only facts of the catalogue on own subjects come out', () => {
    let taken = 0;
    let whole = 0;
    fc.assert(
      fc.property(anyFrame, (value) => {
        const result = read(value, rights);
        if (result.frame === null) return;
        taken += 1;
        // Either it is taken as it is, or something was left out.
        expect(result.isWhole).toBe(isDeepStrictEqual(result.frame, value));
        expect(result.isWhole).toBe(result.frame === (value as unknown));
        whole += Number(result.isWhole);
        for (const [path, facts] of Object.entries(result.frame.facts)) {
          expect(Object.keys(own)).toContain(path);
          for (const [name, said] of Object.entries(facts)) {
            expect(own[path]).toContain(name);
            const isFit =
              typeof said === 'number' ? said >= 0 && said <= 1 : ['boolean', 'string'].includes(typeof said);
            expect(said === null || isFit).toBe(true);
          }
          expect(Object.getPrototypeOf(facts)).toBe(Object.prototype);
        }
        for (const [owner, asks] of Object.entries(result.frame.asked)) {
          expect(['', 'device:ups-1']).toContain(owner);
          for (const probe of Object.keys(asks)) expect(owner === '' ? ['load', 'network'] : ['ups']).toContain(probe);
        }
      }),
      { numRuns: 2_000 },
    );
    // The fuzz must reach behind the envelope.
    expect(taken).toBeGreaterThan(100);
    expect(whole).toBeGreaterThan(0);
    expect(whole).toBeLessThan(taken);
  });

  it('is read by the real catalogue without a throw', async () => {
    const reader = compileFrames(buildCatalogue(await loadProbes()));
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.anything()), (value) => {
        reader(value, rights);
      }),
    );
  });
});
