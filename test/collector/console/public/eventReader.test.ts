import { array, assert, integer, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eventReader } from '../../../../collector/console/public/eventReader.ts';

function readAll(pieces: readonly string[]): [string, string][] {
  const told: [string, string][] = [];
  const read = eventReader((name, data) => told.push([name, data]));
  for (const piece of pieces) read(piece);
  return told;
}

describe('the reader of events', () => {
  it('tells each event with its name and data', () => {
    expect(readAll(['retry: 1000\nevent: hello\ndata: {"now":1}\n\nevent: changed\ndata: {}\n\n'])).toEqual([
      ['hello', '{"now":1}'],
      ['changed', '{}'],
    ]);
  });

  it('ignores heartbeats, unknown fields and events without data', () => {
    expect(readAll([':\n\n', ': still here\n\nid: 5\n\nevent: hello\n\ndata: x\n\n'])).toEqual([['message', 'x']]);
  });

  it('joins several lines of data and takes lines that end as on Windows', () => {
    expect(readAll(['event: a\r\ndata: 1\r\ndata:2\r\n\r\n'])).toEqual([['a', '1\n2']]);
  });

  it('says the same however the text is cut into pieces', () => {
    const whole = ':\n\nevent: hello\ndata: {"a":"你好"}\n\nevent: changed\r\ndata: 1\r\n\r\n:\n\n';
    assert(
      property(array(integer({ min: 0, max: whole.length })), (cuts) => {
        const places = [0, ...cuts.sort((a, b) => a - b), whole.length];
        const pieces = places.slice(1).map((end, place) => whole.slice(places[place], end));
        expect(readAll(pieces)).toEqual(readAll([whole]));
      }),
    );
  });

  it('gives up on an event that never ends', () => {
    const read = eventReader(() => undefined);
    const piece = 'x'.repeat(8 * 1024 * 1024);
    expect(() => {
      for (let n = 0; n < 6; n += 1) read(piece);
    }).toThrow(RangeError);
  });
});
