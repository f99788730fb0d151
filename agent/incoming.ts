import type { MeasureFacts } from './measure.ts';
import type { Challenge, FromCollector, Ranges, RefusalReason } from './messages.ts';

/**
 * A message of the collector as this version understands it, or null: broken, or of a newer protocol. Settings stay as
 * they came; `capSettings` judges them. Only known fields are read, so that newer ones do no harm.
 */
export function parseMessage(text: string): FromCollector | null {
  let said: unknown;
  try {
    said = JSON.parse(text);
  } catch {
    return null;
  }
  if (!isObject(said)) return null;
  switch (said['type']) {
    case 'challenge':
      return isChallenge(said) ? said : null;
    case 'welcome': {
      const { machine, held, settings, now } = said;
      if (!isText(machine, 64) || !isObject(held) || !isObject(settings) || !isNumber(now)) return null;
      const kept: Record<string, Ranges> = {};
      for (const [stream, ranges] of Object.entries(held)) {
        if (!isRanges(ranges)) return null;
        kept[stream] = ranges;
      }
      return { type: 'welcome', machine, held: kept, settings: settings as never, now };
    }
    case 'settings':
      return isObject(said['settings']) ? { type: 'settings', settings: said['settings'] as never } : null;
    case 'ack':
      return isText(said['stream'], 64) && isRanges(said['held'])
        ? { type: 'ack', stream: said['stream'], held: said['held'] }
        : null;
    case 'refused':
      return refused(said);
    case 'measure': {
      const { id, what, asked } = said;
      return isText(id, 64) && isText(what, 32) && isObject(asked)
        ? { type: 'measure', id, what, asked: flat(asked) }
        : null;
    }
    case 'stop':
      return isText(said['id'], 64) ? { type: 'stop', id: said['id'] } : null;
    default:
      return null;
  }
}

const REASONS: Readonly<Record<RefusalReason, true>> = {
  'unknown-key': true,
  'other-hardware': true,
  'alive-elsewhere': true,
  revoked: true,
  ticket: true,
  'waiting-for-person': true,
  signature: true,
  malformed: true,
  'too-many': true,
  'not-yours': true,
};

/** A reason of a newer protocol still says no; it is treated like a temporary one. */
function refused(said: Record<string, unknown>): FromCollector | null {
  const { stream, seq, reason, message } = said;
  const known = typeof reason === 'string' && Object.prototype.hasOwnProperty.call(REASONS, reason);
  const whole = {
    type: 'refused',
    reason: known ? (reason as RefusalReason) : 'too-many',
    message: plain(message),
  } as const;
  if (seq === undefined) return whole;
  return isText(stream, 64) && isSeq(seq) ? { ...whole, stream, seq } : null;
}

/** What a measure is asked with; anything that is not flat is left out. */
function flat(asked: Record<string, unknown>): MeasureFacts {
  const isPlain = (value: unknown): boolean => value === null || ['number', 'boolean', 'string'].includes(typeof value);
  const kept = Object.entries(asked).filter(
    ([, value]) => isPlain(value) || (Array.isArray(value) && value.every(isPlain)),
  );
  return Object.fromEntries(kept) as MeasureFacts;
}

function isChallenge(said: Record<string, unknown>): said is Record<string, unknown> & Challenge {
  return isText(said['nonce'], 128) && isText(said['site'], 200) && isNumber(said['now']);
}

/** At most as many ranges as 64 KiB can hold, ascending and apart. */
function isRanges(value: unknown): value is Ranges {
  if (!Array.isArray(value)) return false;
  let last = 0;
  return value.every((pair: unknown) => {
    if (!Array.isArray(pair) || pair.length !== 2) return false;
    const [from, to] = pair as [unknown, unknown];
    if (!isSeq(from) || !isSeq(to) || from <= last || to < from) return false;
    last = to;
    return true;
  });
}

function isSeq(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 1;
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function isText(value: unknown, most: number): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= most;
}

/** For the log: one line, no control characters, not long. */
function plain(value: unknown): string {
  // oxlint-disable-next-line no-control-regex
  return typeof value === 'string' ? value.slice(0, 200).replace(/[\u0000-\u001f\u007f]+/g, ' ') : '';
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
