import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readIntroduction } from '../../../collector/gateway/introductions.ts';

const hex = 'ab'.repeat(16);
const hello = {
  type: 'hello',
  key: 'k'.repeat(60),
  signature: 's'.repeat(86),
  fingerprint: { board: null, uuid: hex, disk: hex, macs: [hex, hex] },
  stream: 'x'.repeat(22),
  now: 1_763_870_000_123,
  monotonic: 12.5,
  hostname: '机房-17\u0007',
  platform: 'linux',
  version: '0.1.0',
  queued: [{ stream: 'y'.repeat(22), from: 1, to: 9, newer: true }],
  newer: 1,
};
const enrol = { ...hello, type: 'enrol', ticket: 't-1', secret: 'secret' };

describe('an introduction', () => {
  it.each([
    ['escape codes', 'PC\u001b[31m-17', 'PC [31m-17'],
    ['lines', 'PC-17\r\nWARN all is well\u2028', 'PC-17  WARN all is well '],
    ['writing that is turned round', 'PC-\u202e71', 'PC- 71'],
    ['half a character at its end', `${'x'.repeat(63)}😀`, `${'x'.repeat(63)} `],
  ])('has no %s in its names', (_what, hostname, shown) => {
    expect(readIntroduction({ ...hello, hostname }).message?.hostname).toBe(shown);
  });

  it('is read with known fields only, names on one line and each card once', () => {
    expect(readIntroduction(hello)).toEqual({
      message: {
        type: 'hello',
        key: hello.key,
        signature: hello.signature,
        fingerprint: { board: null, uuid: hex, disk: hex, macs: [hex] },
        stream: hello.stream,
        now: hello.now,
        monotonic: 12.5,
        hostname: '机房-17 ',
        platform: 'linux',
        version: '0.1.0',
        queued: [{ stream: 'y'.repeat(22), from: 1, to: 9 }],
      },
    });
    const previous = { key: 'p', signature: 'q', newer: 1 };
    expect(readIntroduction({ ...enrol, previous, simulated: true }).message).toMatchObject({
      ticket: 't-1',
      secret: 'secret',
      previous: { key: 'p', signature: 'q' },
      simulated: true,
    });
  });

  it('says which field is wrong', () => {
    const wrong: readonly (readonly [string, unknown])[] = [
      ['key', ''],
      ['signature', 'x'.repeat(121)],
      ['fingerprint', { ...hello.fingerprint, uuid: 'not hex' }],
      ['fingerprint', { ...hello.fingerprint, macs: Array.from({ length: 17 }, () => hex) }],
      ['stream', 'short'],
      ['now', null],
      ['monotonic', -1],
      ['hostname', 17],
      ['queued', [{ stream: 'y'.repeat(22), from: 9, to: 1 }]],
      ['queued', Array.from({ length: 33 }, () => hello.queued[0])],
    ];
    for (const [key, value] of wrong) {
      expect(readIntroduction({ ...hello, [key]: value })).toEqual({
        message: null,
        fault: expect.stringContaining(key),
      });
    }
    for (const [key, value] of [
      ['ticket', 5],
      ['secret', ''],
      ['previous', {}],
      ['simulated', 'yes'],
    ] as const) {
      expect(readIntroduction({ ...enrol, [key]: value })).toEqual({
        message: null,
        fault: expect.stringContaining(key),
      });
    }
    for (const other of [null, [], 'hello', { type: 'frame' }, {}]) {
      expect(readIntroduction(other)).toMatchObject({ message: null });
    }
  });

  it('never makes the reader throw', () => {
    const broken = fc.record(
      Object.fromEntries(
        Object.entries(enrol).map(([key, value]) => [key, fc.oneof(fc.constant(value), fc.anything())]),
      ),
    );
    fc.assert(
      fc.property(broken, (value) => {
        readIntroduction(value);
      }),
      { numRuns: 1_000 },
    );
  });
});
