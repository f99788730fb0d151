import type { Catalogue, CatalogueFact } from '../../agent/catalogue.ts';
import type { Asked, Frame } from '../../agent/messages.ts';
import type { Facts, Value } from '../../agent/reading.ts';
import { LIMITS, type Limits } from './limits.ts';

/** What a machine may speak about besides itself: ids of the devices it reads, and their kinds. */
export interface Rights {
  readonly devices: ReadonlyMap<string, string>;
}

/** What was left out of a frame; counted, shown as metrics, never an error. */
export interface LeftOut {
  /** Fields, probes and facts that this collector does not know. */
  unknown: number;
  /** Values that cannot be: they become `null`, asked and no answer, so that no older value passes for them. */
  voided: number;
  /** Subjects that are not this machine's. */
  foreign: number;
  /** Facts and subjects beyond the limits. */
  beyond: number;
}

export type ReadFrame =
  /** `isWhole`: nothing was left out, and the frame is the very object that was given. */
  | { readonly frame: Frame; readonly leftOut: LeftOut; readonly isWhole: boolean }
  /** Not a frame. With a stream and seq it can be refused by number, and the link goes on. */
  | { readonly frame: null; readonly message: string; readonly stream?: string; readonly seq?: number };

/** Takes a parsed message of type `frame` apart; never throws, and gives only what the catalogue names. */
export type FrameReader = (value: Readonly<Record<string, unknown>>, rights: Rights) => ReadFrame;

type Check = (value: unknown) => boolean;
/** Checks by fact name. */
type Scope = ReadonlyMap<string, Check>;

/**
 * Compiles the catalogue into a reader of frames.
 * @param reserved probes that only the collector may speak for (what it witnesses itself)
 */
export function compileFrames(
  catalogue: Catalogue,
  reserved: readonly string[] = [],
  limits: Limits = LIMITS,
): FrameReader {
  const scopes = compileScopes(catalogue, reserved);
  /** By owner: `''` for machines, else the kind of device. */
  const probes = new Map<string, Set<string>>();
  for (const { name, device } of catalogue.probes) {
    if (reserved.includes(name)) continue;
    const owner = device ?? '';
    probes.set(owner, (probes.get(owner) ?? new Set()).add(name));
  }

  function scopeOf(path: string, rights: Rights): Scope | 'unknown' | 'foreign' {
    if (path === '') return scopes.get('') ?? NOTHING;
    if (!path.startsWith('device:')) return partScope('', path);
    const slash = path.indexOf('/');
    const kind = rights.devices.get(path.slice('device:'.length, slash < 0 ? undefined : slash));
    if (kind === undefined) return 'foreign';
    return slash < 0 ? (scopes.get(kind) ?? NOTHING) : partScope(kind, path.slice(slash + 1));
  }

  function partScope(owner: string, part: string): Scope | 'unknown' {
    const colon = part.indexOf(':');
    const length = part.length - colon - 1;
    if (colon < 1 || length < 1 || length > limits.partNameLength || UNSHOWN.test(part)) return 'unknown';
    return scopes.get(`${owner}/${part.slice(0, colon)}`) ?? 'unknown';
  }

  function readFacts(given: Readonly<Record<string, unknown>>, rights: Rights, leftOut: LeftOut): Frame['facts'] {
    const facts: Record<string, Facts> = {};
    const mostSubjects = limits.subjectsPerAgent * (1 + rights.devices.size);
    let subjects = 0;
    let left = limits.factsPerFrame;
    for (const [path, values] of Object.entries(given)) {
      const scope = isObject(values) ? scopeOf(path, rights) : 'unknown';
      if (typeof scope === 'string') leftOut[scope] += 1;
      else if (subjects >= mostSubjects) leftOut.beyond += 1;
      else {
        subjects += 1;
        const entries = Object.entries(values as Readonly<Record<string, unknown>>);
        leftOut.beyond += Math.max(0, entries.length - left);
        facts[path] = readValues(entries.slice(0, left), scope, leftOut);
        left = Math.max(0, left - entries.length);
      }
    }
    return facts;
  }

  function readAsked(given: Readonly<Record<string, unknown>>, rights: Rights, leftOut: LeftOut): Frame['asked'] {
    const asked: Record<string, Record<string, Asked>> = {};
    for (const [owner, entries] of Object.entries(given)) {
      const kind = kindOf(owner, rights);
      if (kind === undefined) leftOut.foreign += 1;
      else if (isObject(entries)) asked[owner] = readAsks(entries, probes.get(kind), leftOut);
      else leftOut.voided += 1;
    }
    return asked;
  }

  /** Every honest frame: it is looked through once and taken as it is, without a copy. */
  function isWhole(value: Frame, rights: Rights): boolean {
    for (const key in value) if (!FIELDS.has(key)) return false;
    const { owner, dropped, asked, facts } = value;
    if (dropped !== undefined && !isCount(dropped)) return false;
    if (owner !== undefined && Object.keys(owner).length !== 2) return false;
    return areAsksWhole(asked, rights) && areFactsWhole(facts, rights);
  }

  function areFactsWhole(given: Readonly<Record<string, unknown>>, rights: Rights): boolean {
    let subjectsLeft = limits.subjectsPerAgent * (1 + rights.devices.size);
    let factsLeft = limits.factsPerFrame;
    for (const path in given) {
      const values = given[path];
      const scope = isObject(values) ? scopeOf(path, rights) : 'unknown';
      if (typeof scope === 'string' || (subjectsLeft -= 1) < 0) return false;
      for (const name in values as Readonly<Record<string, unknown>>) {
        const value = (values as Readonly<Record<string, unknown>>)[name];
        const check = scope.get(name);
        if (!check || (factsLeft -= 1) < 0 || (value !== null && !check(value))) return false;
      }
    }
    return true;
  }

  function areAsksWhole(given: Readonly<Record<string, unknown>>, rights: Rights): boolean {
    for (const owner in given) {
      const entries = given[owner];
      const known = probes.get(kindOf(owner, rights) ?? 'nobody’s');
      if (!known || !isObject(entries)) return false;
      for (const probe in entries) if (!known.has(probe) || !isWholeAsk(entries[probe])) return false;
    }
    return true;
  }

  return (value, rights) => {
    const { stream, seq } = value;
    const fault = faultOf(value);
    if (fault !== null) {
      const named = isStream(stream) && isSeq(seq) ? { stream, seq } : {};
      return { frame: null, message: fault, ...named };
    }
    const leftOut: LeftOut = { unknown: 0, voided: 0, foreign: 0, beyond: 0 };
    const given = value as unknown as Frame;
    if (isWhole(given, rights)) return { frame: given, leftOut, isWhole: true };
    for (const key of Object.keys(value)) if (!FIELDS.has(key)) leftOut.unknown += 1;
    const dropped = isCount(given.dropped) ? given.dropped : undefined;
    if (given.dropped !== undefined && dropped === undefined) leftOut.voided += 1;
    const frame: Frame = {
      type: 'frame',
      lane: given.lane,
      stream: given.stream,
      seq: given.seq,
      at: given.at,
      monotonic: given.monotonic,
      ...(given.full === undefined ? {} : { full: [given.full[0], given.full[1]] as const }),
      asked: readAsked(given.asked, rights, leftOut),
      facts: readFacts(given.facts, rights, leftOut),
      ...(given.owner === undefined ? {} : { owner: { key: given.owner.key, fingerprint: given.owner.fingerprint } }),
      ...(dropped === undefined ? {} : { dropped }),
    };
    return { frame, leftOut, isWhole: false };
  };
}

/** `''` for the machine itself, the kind of a device that it reads; undefined for what is not its to speak of. */
function kindOf(owner: string, rights: Rights): string | undefined {
  if (owner === '') return '';
  return owner.startsWith('device:') ? rights.devices.get(owner.slice('device:'.length)) : undefined;
}

const NOTHING: Scope = new Map();
const FIELDS = new Set('type lane stream seq at monotonic full asked facts owner dropped'.split(' '));
/** Probes run at most days apart; an older ask is nonsense. */
const LONGEST_AGO_MS = 31 * 86_400_000;
/** The last moment that a `Date` can hold. */
const LAST_MS = 8.64e15;
const MOST_PARTS = 256;
// Control characters and halves of surrogate pairs: no name or text has them, and stores and terminals choke on them.
const CONTROL = /[\p{Cc}\p{Cs}]/u;
/** Names of parts become labels and subjects: nor do they turn the writing round, or hide in it. */
const UNSHOWN = /[\p{C}\p{Zl}\p{Zp}]/u;

/** What is wrong with the envelope, in one sentence; null when nothing is. */
function faultOf(value: Readonly<Record<string, unknown>>): string | null {
  const { lane, stream, seq, at, monotonic, full, asked, facts, owner } = value;
  if (!isStream(stream)) return 'stream has to be 16 to 32 characters of base64url';
  if (!isSeq(seq)) return 'seq has to be a whole number from 1';
  if (lane !== 'live' && lane !== 'backlog') return 'lane has to be live or backlog';
  if (!isWithin(at, 0, LAST_MS)) return 'at has to be milliseconds since 1970';
  if (!isWithin(monotonic, 0, LAST_MS)) return 'monotonic has to be milliseconds since the agent started';
  if (full !== undefined && !isPart(full)) return 'full has to be [part, parts]';
  if (!isObject(asked)) return 'asked has to be an object';
  if (!isObject(facts)) return 'facts has to be an object';
  if (owner !== undefined && !(isObject(owner) && isShort(owner['key']) && isShort(owner['fingerprint']))) {
    return 'owner has to be { key, fingerprint }';
  }
  return null;
}

function compileScopes(catalogue: Catalogue, reserved: readonly string[]): ReadonlyMap<string, Scope> {
  const scopes = new Map<string, Map<string, Check>>();
  for (const fact of catalogue.facts) {
    if (reserved.includes(fact.probe)) continue;
    const key = fact.part === null ? (fact.device ?? '') : `${fact.device ?? ''}/${fact.part}`;
    let scope = scopes.get(key);
    if (!scope) scopes.set(key, (scope = new Map()));
    scope.set(fact.name, compileCheck(fact));
  }
  return scopes;
}

/** Texts in a list of `strings`; the contract of readings. */
const MOST_TEXTS = 64;
const LONGEST_TEXT = 200;

function compileCheck({ type, least = -Infinity, most = Infinity, largest = LONGEST_TEXT }: CatalogueFact): Check {
  const isText = (value: unknown): boolean =>
    typeof value === 'string' && value.length <= largest && !CONTROL.test(value);
  switch (type) {
    case 'number':
      return (value) => typeof value === 'number' && Number.isFinite(value) && value >= least && value <= most;
    case 'boolean':
      return (value) => typeof value === 'boolean';
    case 'string':
      return isText;
    case 'strings':
      return (value) => Array.isArray(value) && value.length <= MOST_TEXTS && value.every(isText);
    default:
      return type satisfies never;
  }
}

function readValues(entries: readonly (readonly [string, unknown])[], scope: Scope, leftOut: LeftOut): Facts {
  const facts: Record<string, Value | null> = {};
  for (const [name, value] of entries) {
    const check = scope.get(name);
    if (!check) leftOut.unknown += 1;
    else if (value === null || check(value)) facts[name] = value as Value | null;
    else {
      facts[name] = null;
      leftOut.voided += 1;
    }
  }
  return facts;
}

function readAsks(
  entries: Readonly<Record<string, unknown>>,
  probes: ReadonlySet<string> | undefined,
  leftOut: LeftOut,
): Record<string, Asked> {
  const asks: Record<string, Asked> = {};
  for (const [probe, ask] of Object.entries(entries)) {
    if (!probes?.has(probe)) leftOut.unknown += 1;
    else if (isAsked(ask)) asks[probe] = [ask[0], ask[1], ask[2]];
    else leftOut.voided += 1;
  }
  return asks;
}

function isWholeAsk(value: unknown): boolean {
  return isAsked(value) && value.length === 3;
}

function isAsked(value: unknown): value is Asked {
  if (!Array.isArray(value)) return false;
  const [ago, took, outcome] = value as readonly unknown[];
  return (
    isWithin(ago, 0, LONGEST_AGO_MS) &&
    isWithin(took, 0, LONGEST_AGO_MS) &&
    (outcome === 'ok' || outcome === 'failed' || outcome === 'timeout')
  );
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isStream(value: unknown): value is string {
  return typeof value === 'string' && /^[A-Za-z0-9_-]{16,32}$/.test(value);
}

export function isSeq(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 1;
}

export function isWithin(value: unknown, least: number, most: number): value is number {
  return typeof value === 'number' && value >= least && value <= most;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isPart(value: unknown): boolean {
  if (!Array.isArray(value) || value.length !== 2) return false;
  const [part, parts] = value as readonly unknown[];
  return isSeq(part) && isSeq(parts) && part <= parts && parts <= MOST_PARTS;
}

function isShort(value: unknown): boolean {
  return typeof value === 'string' && value.length <= 128;
}
