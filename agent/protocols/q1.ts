import { execFile } from 'node:child_process';
import { closeSync, constants, openSync, write } from 'node:fs';
import { ReadStream } from 'node:tty';
import type { UpsWords } from './upsMib.ts';

/**
 * A Megatec/Q1 UPS, as SANTAK 山特 and most cheap ones are, on a serial port of this machine. Only the question for its state
 * is ever sent; nothing that switches. One line of 47 characters at 2400 baud answers it.
 */
export interface Q1Port {
  /** Its state; rejects with `Q1Error`. One question at a time. */
  ask(): Promise<UpsWords>;
  close(): void;
}

export type Q1Trouble =
  /** There is no such port, or it is no serial line. */
  | 'no-port'
  /** The agent's account may not open it. */
  | 'denied'
  /** Nothing comes back: the cable, the UPS, or another program (the maker's own) on the same port. */
  | 'silent'
  /** What comes back is no answer to `Q1`. */
  | 'nonsense'
  /** Serial ports of Windows are read through NUT. */
  | 'windows';

export class Q1Error extends Error {
  readonly trouble: Q1Trouble;
  constructor(trouble: Q1Trouble, message: string) {
    super(message);
    this.name = 'Q1Error';
    this.trouble = trouble;
  }
}

/** 47 characters take 0.2 s on the wire, and slow devices think for another half. */
const ANSWER_MS = 1_500;
const STTY_MS = 3_000;
/** Far more than an answer; the rest is line noise. */
const MOST_HELD = 256;

/** Opens the port at 2400 baud, 8 bits, no parity. `stty` runs once, since Node.js cannot set a line's speed. */
export async function openQ1(path: string): Promise<Q1Port> {
  if (process.platform === 'win32') throw new Q1Error('windows', 'a COM port is read through NUT');
  let fd: number;
  try {
    // Not the controlling terminal, and never waiting for a modem's carrier.
    fd = openSync(path, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new Q1Error(code === 'EACCES' || code === 'EPERM' ? 'denied' : 'no-port', message);
  }
  let port: ReadStream;
  try {
    await setLine(path);
    port = new ReadStream(fd);
  } catch (error) {
    closeSync(fd);
    throw new Q1Error('no-port', `${path}: ${(error as Error).message}`);
  }
  let held = '';
  let waiting: ((line: string | Q1Error) => void) | null = null;
  let broken: Q1Error | null = null;
  const settle = (with_: string | Q1Error): void => {
    const told = waiting;
    waiting = null;
    told?.(with_);
  };
  const fail = (message: string): void => {
    broken ??= new Q1Error('no-port', `${path}: ${message}`);
    settle(broken);
  };
  port.on('data', (data: Buffer) => {
    held = (held + data.toString('latin1')).slice(-MOST_HELD);
    const end = held.indexOf('\r');
    if (end < 0) return;
    const line = held.slice(0, end);
    held = held.slice(end + 1);
    settle(line);
  });
  port.on('error', (error) => fail(error.message));
  port.on('close', () => fail('the port was closed'));

  function askLine(): Promise<string> {
    return new Promise((resolve, reject) => {
      if (broken) return reject(broken);
      held = '';
      const timer = setTimeout(() => settle(new Q1Error('silent', `${path}: no answer to Q1`)), ANSWER_MS);
      waiting = (line) => {
        clearTimeout(timer);
        if (typeof line === 'string') resolve(line);
        else reject(line);
      };
      write(fd, 'Q1\r', (error) => {
        if (error) settle(new Q1Error('no-port', `${path}: ${error.message}`));
      });
    });
  }

  return {
    async ask() {
      const line = await askLine();
      const words = parseQ1(line);
      if (!words) throw new Q1Error('nonsense', `${path}: ${line.replace(/[^ -~]/g, '?').slice(0, 60)}`);
      return words;
    },
    close: () => void port.destroy(),
  };
}

function setLine(path: string): Promise<void> {
  const line = ['2400', 'cs8', '-parenb', '-cstopb', 'raw', '-echo', 'clocal', '-crtscts'];
  const file = process.platform === 'darwin' ? '-f' : '-F';
  return new Promise((resolve, reject) => {
    execFile('stty', [file, path, ...line], { timeout: STTY_MS }, (error, _out, told) =>
      error ? reject(new Error(told.trim() || error.message)) : resolve(),
    );
  });
}

/**
 * `(221.0 221.0 220.0 040 50.0 81.6 27.0 00001000`: input volts, volts at the last fault, output volts, load in percent,
 * hertz, battery volts, degrees; flags: mains failed, battery low, bypass or boost, fault, standby type, test, shutdown, beeper.
 * Null when it is not that. Pure.
 */
export function parseQ1(line: string): UpsWords | null {
  const match =
    /^\(([\d.]{3,5}) ([\d.]{3,5}) ([\d.]{3,5}) (\d{3}) ([\d.]{2,4}) ([\d.]{3,5}) ([\d.]{3,4}|--\.-) ([01]{8})$/.exec(
      line,
    );
  if (!match) return null;
  const [, input, , output, load, , battery, celsius, flags] = match as unknown as string[];
  const has = (index: number): boolean => flags![index] === '1';
  const words = [has(0) ? 'OB' : 'OL'];
  if (has(1)) words.push('LB');
  if (has(2)) words.push(...bypassWord(Number(input), Number(output)));
  if (has(3)) words.push('ALARM');
  if (has(5)) words.push('CAL');
  if (has(6)) words.push('FSD');
  const status = words.join(' ');
  const variables = new Map([
    ['ups.status', status],
    ['input.voltage', String(Number(input))],
    ['output.voltage', String(Number(output))],
    ['ups.load', String(Number(load))],
    ['battery.voltage', String(Number(battery))],
  ]);
  if (celsius !== '--.-') variables.set('ups.temperature', String(Number(celsius)));
  if (has(3)) variables.set('ups.alarm', 'UPS fault');
  return { status, variables };
}

/** One flag for both: which it is shows in the volts, as NUT's driver has it. */
function bypassWord(input: number, output: number): string[] {
  if (output < 0.5 * input || output >= 1.5 * input) return [];
  if (output < 0.95 * input) return ['TRIM'];
  return output < 1.05 * input ? ['BYPASS'] : ['BOOST'];
}
