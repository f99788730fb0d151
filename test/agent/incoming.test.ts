import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseMessage } from '../../agent/incoming.ts';

const parse = (message: unknown) => parseMessage(JSON.stringify(message));

describe('a message of the collector', () => {
  it('is read by its known fields', () => {
    expect(
      parse({
        type: 'ack',
        stream: 's',
        held: [
          [1, 3],
          [5, 5],
        ],
        extra: 1,
      }),
    ).toEqual({
      type: 'ack',
      stream: 's',
      held: [
        [1, 3],
        [5, 5],
      ],
    });
    expect(parse({ type: 'refused', stream: 's', seq: 4, reason: 'malformed', message: 'a\nb' })).toEqual({
      type: 'refused',
      stream: 's',
      seq: 4,
      reason: 'malformed',
      message: 'a b',
    });
    expect(parse({ type: 'welcome', machine: 'm-1', held: { s: [] }, settings: {}, now: 5 })).toMatchObject({
      machine: 'm-1',
    });
  });

  it('of a newer protocol is nothing, but a refusal stays one whatever its reason', () => {
    expect(parse({ type: 'measure', what: 'loss' })).toBeNull();
    expect(parse({ type: 'refused', reason: 'full-moon', message: '' })).toMatchObject({ reason: 'too-many' });
    expect(parse({ type: 'refused', reason: 'toString', message: '' })).toMatchObject({ reason: 'too-many' });
  });

  it.each([
    null,
    [],
    {},
    { type: 'challenge', nonce: '', site: 's', now: 1 },
    { type: 'challenge', nonce: 'x'.repeat(200), site: 's', now: 1 },
    { type: 'welcome', machine: 'm', held: { s: [[2, 1]] }, settings: {}, now: 1 },
    { type: 'welcome', machine: 'm', held: {}, settings: [], now: 1 },
    { type: 'ack', stream: 's', held: [[0, 5]] },
    {
      type: 'ack',
      stream: 's',
      held: [
        [1, 5],
        [5, 6],
      ],
    },
    { type: 'ack', stream: 's', held: [[1, 1e30]] },
    { type: 'ack', stream: 's', held: [1] },
    { type: 'ack', stream: '', held: [] },
    { type: 'refused', stream: 's', seq: -1, reason: 'malformed' },
    { type: 'settings' },
  ])('that is wrong is nothing: %j', (message) => {
    expect(parse(message)).toBeNull();
  });

  it('may be anything at all without harm', () => {
    fc.assert(fc.property(fc.string(), (text) => void parseMessage(text)));
    const types = fc.constantFrom('challenge', 'welcome', 'ack', 'refused', 'settings');
    fc.assert(
      fc.property(
        types,
        fc.object({ key: fc.constantFrom('nonce', 'held', 'stream', 'seq', 'settings', 'now', 'machine') }),
        (type, rest) => void parse({ type, ...rest }),
      ),
    );
  });
});
