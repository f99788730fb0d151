import type { Enrol, Fingerprint, Hello, QueuedStream } from '../../agent/messages.ts';
import { isObject, isSeq, isStream, isWithin } from './schemas.ts';

/** An agent's first message, every field checked; `fault` says what is wrong with it. */
export type ReadIntroduction = { readonly message: Hello | Enrol } | { readonly message: null; readonly fault: string };

export function readIntroduction(value: unknown): ReadIntroduction {
  if (!isObject(value)) return { message: null, fault: 'the first message has to be a JSON object' };
  const { type } = value;
  if (type !== 'hello' && type !== 'enrol')
    return { message: null, fault: 'the first message has to be hello or enrol' };
  const fault = faultOf(value) ?? (type === 'enrol' ? enrolFault(value) : null);
  if (fault !== null) return { message: null, fault: `${type}: ${fault}` };
  const given = value as unknown as Enrol;
  const introduction = {
    key: given.key,
    signature: given.signature,
    fingerprint: cleanFingerprint(given.fingerprint),
    stream: given.stream,
    now: given.now,
    monotonic: given.monotonic,
    hostname: shown(given.hostname, 64),
    platform: shown(given.platform, 64),
    version: shown(given.version, 64),
    queued: given.queued.map(({ stream, from, to }) => ({ stream, from, to })),
  };
  if (type === 'hello') return { message: { type, ...introduction } };
  const { ticket, secret, previous, simulated } = given;
  return {
    message: {
      type,
      ...introduction,
      ticket,
      secret,
      ...(previous ? { previous: { key: previous.key, signature: previous.signature } } : {}),
      ...(simulated === undefined ? {} : { simulated }),
    },
  };
}

const MOST_QUEUED = 32;
/** Cards of one machine; virtual ones are not in the fingerprint. */
const MOST_CARDS = 16;
const LAST_MS = 8.64e15;

function faultOf(value: Readonly<Record<string, unknown>>): string | null {
  const { key, signature, fingerprint, stream, now, monotonic, hostname, platform, version, queued } = value;
  if (!isText(key, 100)) return 'key has to be a public key in base64url';
  if (!isText(signature, 120)) return 'signature has to be base64url';
  if (!isFingerprint(fingerprint)) return 'fingerprint has to be { board, uuid, disk, macs } of 32 hex digits each';
  if (!isStream(stream)) return 'stream has to be 16 to 32 characters of base64url';
  if (!isWithin(now, 0, LAST_MS)) return 'now has to be milliseconds since 1970';
  if (!isWithin(monotonic, 0, LAST_MS)) return 'monotonic has to be milliseconds since the agent started';
  if (![hostname, platform, version].every((text) => isText(text, 255, 0))) {
    return 'hostname, platform and version have to be texts';
  }
  if (!Array.isArray(queued) || queued.length > MOST_QUEUED || !queued.every(isQueued)) {
    return `queued has to be at most ${MOST_QUEUED} of { stream, from, to }`;
  }
  return null;
}

function enrolFault({ ticket, secret, previous, simulated }: Readonly<Record<string, unknown>>): string | null {
  if (!isText(ticket, 32)) return "ticket has to be a ticket's id";
  if (!isText(secret, 128)) return "secret has to be the ticket's secret";
  if (simulated !== undefined && typeof simulated !== 'boolean') return 'simulated has to be true or false';
  if (previous === undefined) return null;
  const isProof = isObject(previous) && isText(previous['key'], 100) && isText(previous['signature'], 120);
  return isProof ? null : 'previous has to be { key, signature }';
}

function isFingerprint(value: unknown): value is Fingerprint {
  if (!isObject(value)) return false;
  const { board, uuid, disk, macs } = value;
  return (
    [board, uuid, disk].every((part) => part === null || isHash(part)) &&
    Array.isArray(macs) &&
    macs.length <= MOST_CARDS &&
    macs.every(isHash)
  );
}

function cleanFingerprint({ board, uuid, disk, macs }: Fingerprint): Fingerprint {
  return { board, uuid, disk, macs: [...new Set(macs)] };
}

function isQueued(value: unknown): value is QueuedStream {
  if (!isObject(value)) return false;
  const { stream, from, to } = value;
  return isStream(stream) && isSeq(from) && isSeq(to) && from <= to;
}

function isHash(value: unknown): boolean {
  return typeof value === 'string' && /^[0-9a-f]{32}$/.test(value);
}

function isText(value: unknown, longest: number, shortest = 1): value is string {
  return typeof value === 'string' && value.length >= shortest && value.length <= longest;
}

/**
 * Names are shown to people and kept for years: one line, cut to a length, without what a terminal obeys, what turns the
 * writing round so that one name looks like another, or half a character where it was cut.
 */
function shown(text: string, longest: number): string {
  return text.slice(0, longest).replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, ' ');
}
