import { realpathSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { openQ1, parseQ1, Q1Error } from '../../../agent/protocols/q1.ts';
import { nutTool } from '../../fixtures/nutPrograms.ts';
import { startQ1 } from '../../fixtures/q1.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

describe('an answer to Q1', () => {
  it.each([
    ['(221.0 221.0 220.0 040 50.0 81.6 27.0 00001000', 'OL', '40'],
    ['(000.0 221.0 220.0 041 50.0 74.1 27.0 10001000', 'OB', '41'],
    ['(000.0 221.0 220.0 041 50.0 66.0 27.0 11001000', 'OB LB', '41'],
    ['(221.0 221.0 221.0 040 50.0 81.6 27.0 00100000', 'OL BYPASS', '40'],
    ['(190.0 221.0 220.0 040 50.0 81.6 27.0 00101000', 'OL BOOST', '40'],
    ['(250.0 221.0 220.0 040 50.0 81.6 27.0 00101000', 'OL TRIM', '40'],
    ['(221.0 221.0 220.0 040 50.0 81.6 --.- 00011100', 'OL ALARM CAL', '40'],
    ['(221.0 221.0 220.0 040 50.0 2.27 27.0 00000010', 'OL FSD', '40'],
  ])('%s means %s', (line, status, load) => {
    const words = parseQ1(line)!;
    expect([words.status, words.variables.get('ups.status'), words.variables.get('ups.load')]).toEqual([
      status,
      status,
      load,
    ]);
  });

  it.each([
    '',
    'Q1',
    '(221.0',
    '(221.0 221.0 220.0 040 50.0 81.6 27.0 0000100',
    '(22x.0 221.0 220.0 040 50.0 81.6 27.0 00001000',
    '#220.0 014 072.0 50.0',
  ])('is not %j', (line) => expect(parseQ1(line)).toBeNull());
});

const troubleOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'none',
    (error: unknown) => (error instanceof Q1Error ? error.trouble : String(error)),
  );

describe.skipIf(!nutTool('socat'))('a serial line', () => {
  it(
    'is asked for the state of its UPS, and tells when the cable is out and when it is back',
    { timeout: 30_000 },
    async () => {
      const ups = await startQ1();
      ends.push(() => ups.stop());
      const line = await openQ1(realpathSync(ups.tty));
      ends.push(() => line.close());
      expect((await line.ask()).status).toBe('OL');
      ups.set({ isOnBattery: true, inputVolts: 0, isBatteryLow: true });
      const { status, variables } = await line.ask();
      expect([status, variables.get('input.voltage')]).toEqual(['OB LB', '0']);
      ups.set({ isMute: true });
      expect(await troubleOf(line.ask())).toBe('silent');
      ups.set({ isMute: false });
      expect((await line.ask()).status).toBe('OB LB');
    },
  );

  it('that is none is told in a word', async () => {
    expect(await troubleOf(openQ1('/dev/no-such-port'))).toBe('no-port');
    expect(await troubleOf(openQ1('/dev/null'))).toBe('no-port');
  });
});
