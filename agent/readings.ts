import type { FactDefinition, Probe } from './probe.ts';
import type { Answer, Facts, Outcome, SubjectPath, Value } from './reading.ts';

/** One answer of one probe, or that none came. */
export interface Telling {
  /** The machine (`''`) or the device that was asked. */
  readonly owner: SubjectPath;
  readonly probe: Probe;
  readonly outcome: Outcome;
  /** Null when it failed or timed out: every fact of the probe becomes null. */
  readonly answer: Answer | null;
  /** Monotonic ms of the answer, and how long it took. */
  readonly at: number;
  readonly tookMs: number;
}

export interface LastAsk {
  readonly at: number;
  readonly tookMs: number;
  readonly outcome: Outcome;
  /** Counts tellings: higher is later. */
  readonly turn: number;
}

/** Everything the probes said last. Frames are made from it. */
export interface Readings {
  readonly facts: ReadonlyMap<SubjectPath, ReadonlyMap<string, Value | null>>;
  /** By owner, by probe. */
  readonly asked: ReadonlyMap<SubjectPath, ReadonlyMap<string, LastAsk>>;
  readonly turn: number;
  /** Goes up whenever a part or a device is gone. */
  readonly vanished: number;
  /** Takes an answer in. True when a fact that must not wait has changed. */
  tell(telling: Telling): boolean;
  /** A device is no longer read here. */
  forget(owner: SubjectPath): void;
}

/** What a probe may say at most; the rest is left out. A switch has 52 ports. */
const PARTS_A_PROBE = 256;
const TEXTS_A_LIST = 64;
const DEFAULT_LARGEST = 200;
/** A third of a frame's part, so that no single value can make one too large. */
const VALUE_BYTES = 16 * 1024;
/** Characters after the colon. */
const PART_NAME = 64;

export function createReadings(): Readings {
  const facts = new Map<SubjectPath, Map<string, Value | null>>();
  const asked = new Map<SubjectPath, Map<string, LastAsk>>();
  /** By owner and probe: the paths of its parts. */
  const parts = new Map<string, ReadonlySet<SubjectPath>>();
  /** By owner and probe: the answer that its facts are of. Most probes that saw no change give the same one again. */
  const answers = new Map<string, Answer>();
  let turn = 0;
  let vanished = 0;

  /** Names and definitions of a probe's facts: worked out once, used each second. */
  const lists = new WeakMap<Definitions, readonly Known[]>();

  function known(probe: Probe, definitions: Definitions): readonly Known[] {
    let list = lists.get(definitions);
    if (!list) {
      list = Object.entries(definitions).map(([word, definition]) => ({
        name: `${probe.name}.${word}`,
        word,
        definition,
      }));
      lists.set(definitions, list);
    }
    return list;
  }

  function put(path: SubjectPath, probe: Probe, definitions: Definitions, said: Facts): boolean {
    let subject = facts.get(path);
    if (!subject) facts.set(path, (subject = new Map()));
    let urgent = false;
    for (const { name, word, definition } of known(probe, definitions)) {
      const value = accepted(definition, said[word]);
      if (definition.urgent && !sameValue(subject.get(name), value)) urgent = true;
      subject.set(name, value);
    }
    return urgent;
  }

  function dropPart(path: SubjectPath, probe: Probe): void {
    const subject = facts.get(path);
    for (const name of subject?.keys() ?? []) if (name.startsWith(`${probe.name}.`)) subject?.delete(name);
    if (subject?.size === 0) facts.delete(path);
    vanished++;
  }

  function putParts({ owner, probe, answer }: Telling): boolean {
    const { part } = probe;
    if (!part) return false;
    const key = `${owner}|${probe.name}`;
    const before = parts.get(key) ?? new Set<SubjectPath>();
    const said = answer ? partsOf(owner, part.kind, answer) : new Map([...before].map((path) => [path, {}]));
    let urgent = false;
    for (const [path, values] of said) urgent = put(path, probe, part.facts, values) || urgent;
    for (const path of before) if (!said.has(path)) dropPart(path, probe);
    parts.set(key, new Set(said.keys()));
    return urgent;
  }

  return {
    facts,
    asked,
    get turn() {
      return turn;
    },
    get vanished() {
      return vanished;
    },
    tell(telling) {
      const { owner, probe, outcome, at, tookMs } = telling;
      let probes = asked.get(owner);
      if (!probes) asked.set(owner, (probes = new Map()));
      probes.set(probe.name, { at, tookMs, outcome, turn: ++turn });
      const key = `${owner}|${probe.name}`;
      if (telling.answer !== null && answers.get(key) === telling.answer) return false;
      if (telling.answer === null) answers.delete(key);
      else answers.set(key, telling.answer);
      const urgent = put(owner, probe, probe.facts, telling.answer?.facts ?? {});
      return putParts(telling) || urgent;
    },
    forget(owner) {
      asked.delete(owner);
      for (const known of [parts, answers]) {
        for (const key of known.keys()) if (key.startsWith(`${owner}|`)) known.delete(key);
      }
      for (const path of facts.keys()) if (path === owner || path.startsWith(`${owner}/`)) facts.delete(path);
      vanished++;
    },
  };
}

type Definitions = Readonly<Record<string, FactDefinition>>;

interface Known {
  readonly name: string;
  readonly word: string;
  readonly definition: FactDefinition;
}

function partsOf(owner: SubjectPath, kind: string, answer: Answer): Map<SubjectPath, Facts> {
  const said = new Map<SubjectPath, Facts>();
  for (const [name, facts] of Object.entries(answer.parts ?? {})) {
    const length = name.length - kind.length - 1;
    if (!name.startsWith(`${kind}:`) || length < 1 || length > PART_NAME || CONTROL.test(name)) continue;
    if (said.size >= PARTS_A_PROBE) break;
    said.set(owner === '' ? name : `${owner}/${name}`, facts);
  }
  return said;
}

/** The value as it may travel: of its type, within its limits; otherwise null, which says "asked, no answer". */
export function accepted(definition: FactDefinition, value: Value | null | undefined): Value | null {
  const largest = definition.largest ?? DEFAULT_LARGEST;
  switch (definition.type) {
    case 'number':
      if (typeof value !== 'number' || !Number.isFinite(value)) return null;
      return value < (definition.least ?? -Infinity) || value > (definition.most ?? Infinity) ? null : value;
    case 'boolean':
      return typeof value === 'boolean' ? value : null;
    case 'string':
      return typeof value === 'string' ? (withinBytes([tidy(value, largest)])[0] ?? null) : null;
    case 'strings':
      if (!Array.isArray(value)) return null;
      return withinBytes(value.slice(0, TEXTS_A_LIST).map((text) => tidy(String(text), largest)));
  }
  return definition.type satisfies never;
}

/** Control characters and halves of surrogate pairs, on which stores and terminals choke. */
const CONTROL = /[\p{Cc}\p{Cs}]/u;

function tidy(text: string, largest: number): string {
  const cut = text.length > largest ? text.slice(0, largest) : text;
  return CONTROL.test(cut) ? cut.replace(/[\p{Cc}\p{Cs}]/gu, ' ') : cut;
}

/** The first texts that fit together; length in characters says little about bytes. */
function withinBytes(texts: readonly string[]): readonly string[] {
  // No character takes more than six bytes; most lists are far from the limit.
  if (texts.reduce((sum, { length }) => sum + 6 * length + 3, 0) <= VALUE_BYTES) return texts;
  let bytes = 0;
  return texts.filter((text) => (bytes += Buffer.byteLength(JSON.stringify(text)) + 1) <= VALUE_BYTES);
}

export function sameValue(left: Value | null | undefined, right: Value | null | undefined): boolean {
  if (!Array.isArray(left) || !Array.isArray(right)) return left === right;
  return left.length === right.length && left.every((text, index) => text === right[index]);
}
