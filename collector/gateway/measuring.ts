import { randomBytes } from 'node:crypto';
import type { MeasureFacts, MeasureRefusal } from '../../agent/measure.ts';
import type { FromCollector } from '../../agent/messages.ts';
import { isObject } from './schemas.ts';

/** What came of a measure: its result, or why there is none. */
export type Measurement =
  | { readonly result: MeasureFacts }
  | { readonly refused: MeasureRefusal; readonly message: string };

export interface Measuring {
  readonly done: Promise<Measurement>;
  /** It is not wanted any more: `done` becomes `stopped` at once, and the agent is told. */
  stop(): void;
}

export interface MeasuringParts {
  /** Says something to a linked machine; false when it is not linked. */
  readonly send: (machine: string, message: FromCollector) => boolean;
}

/** An answer beyond this is taken for none. */
const MOST_BYTES = 16 * 1024;
const MOST_FACTS = 64;
const MOST_LIST = 512;
const MOST_TEXT = 1_000;

/**
 * Asks machines to measure something (`agent/measure.ts`), one thing at a time each. Every ask ends: with the agent's answer,
 * with its link, or after `limitMs`. What the answers mean, and whom it is fair to ask now, is for the drills to know.
 */
export function createMeasuring({ send }: MeasuringParts) {
  const open = new Map<string, Ask>();

  function settle(machine: string, id: string, measurement: Measurement): boolean {
    const ask = open.get(machine);
    if (ask?.id !== id) return false;
    open.delete(machine);
    clearTimeout(ask.timer);
    ask.resolve(measurement);
    return true;
  }

  return {
    ask(machine: string, what: string, asked: MeasureFacts, limitMs: number): Measuring {
      const refused = (refusal: MeasureRefusal, message: string): Measuring => ({
        done: Promise.resolve({ refused: refusal, message }),
        stop: () => undefined,
      });
      if (open.has(machine)) return refused('busy', `${machine} measures something else`);
      const id = randomBytes(9).toString('base64url');
      if (!send(machine, { type: 'measure', id, what, asked })) return refused('offline', `${machine} is not linked`);
      const stop = (refusal: MeasureRefusal, message: string): void => {
        if (settle(machine, id, { refused: refusal, message })) send(machine, { type: 'stop', id });
      };
      const done = new Promise<Measurement>((resolve) => {
        const timer = setTimeout(stop, limitMs, 'silent', `${machine} did not answer within ${limitMs / 1000} s`);
        open.set(machine, { id, timer, resolve });
      });
      return { done, stop: () => stop('stopped', 'it was stopped') };
    },
    /** A message of type `measured`. False when nobody waits for it, or it cannot be read. */
    answered(machine: string, value: Readonly<Record<string, unknown>>, bytes: number): boolean {
      const { id } = value;
      if (typeof id !== 'string') return false;
      return settle(machine, id, bytes > MOST_BYTES + 1_000 ? NONSENSE : read(value));
    },
    /** The machine's link ended, or another of its processes took its place. */
    gone(machine: string): void {
      const ask = open.get(machine);
      if (ask) settle(machine, ask.id, { refused: 'gone', message: `the link to ${machine} ended meanwhile` });
    },
  };
}

interface Ask {
  readonly id: string;
  readonly timer: NodeJS.Timeout;
  readonly resolve: (measurement: Measurement) => void;
}

const NONSENSE: Measurement = { refused: 'failed', message: 'the agent answered what is no result' };

const REFUSALS: Readonly<Record<MeasureRefusal, true>> = {
  unknown: true,
  malformed: true,
  'not-allowed': true,
  busy: true,
  stopped: true,
  timeout: true,
  failed: true,
  offline: true,
  gone: true,
  silent: true,
};

function read({ result, refused, message }: Readonly<Record<string, unknown>>): Measurement {
  if (typeof refused === 'string') {
    const known = Object.hasOwn(REFUSALS, refused) ? (refused as MeasureRefusal) : 'failed';
    return { refused: known, message: plain(message) };
  }
  if (!isObject(result)) return NONSENSE;
  const facts = Object.entries(result);
  if (facts.length > MOST_FACTS || !facts.every(([name, value]) => /^[a-z0-9_]{1,64}$/.test(name) && isFact(value)))
    return NONSENSE;
  return { result: result as MeasureFacts };
}

function isFact(value: unknown): boolean {
  if (Array.isArray(value)) {
    return value.length <= MOST_LIST && value.every((item) => item !== null && !Array.isArray(item) && isFact(item));
  }
  if (typeof value === 'number') return Number.isFinite(value);
  return value === null || typeof value === 'boolean' || (typeof value === 'string' && value.length <= MOST_TEXT);
}

/** For pages and the record: one line, no control characters. */
function plain(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, 300).replace(/[\p{C}\s]+/gu, ' ') : '';
}
