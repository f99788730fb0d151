import type { Catalogue, CatalogueFact } from '../../agent/catalogue.ts';
import { ownerOf, type Outcome, type Value } from '../../agent/reading.ts';
import type { Moment } from '../clock.ts';
import type { FrameArrival } from '../gateway/arrival.ts';
import { expiryWheel } from './wheel.ts';

/**
 * Everything the site said last, and how long that may be believed. It only takes in; judging reads it on the beat.
 *
 * Values lie in arrays by the fact's place in the catalogue: 10,000 machines × 100 facts are read and written without
 * looking up a name.
 */
export interface State {
  readonly catalogue: Catalogue;
  get(id: string): Subject | undefined;
  all(): IterableIterator<Subject>;
  ensure(id: string, kind: Subject['kind']): Subject;
  remove(id: string): void;
  /** Takes in a frame of the live lane. */
  apply(arrival: FrameArrival): void;
  /** Takes in what the collector saw itself. */
  witness(id: string, fact: string, value: Value | null, at: Moment): void;
  /** Marks what went stale by `now`; costs only what does. Whose it is, and when it ran out (monotonic ms). */
  expire(now: Moment): readonly Lapse[];
  /** Subjects with facts that changed, came back or went stale since the last call, each with those facts' indices. */
  takeChanged(): ReadonlyMap<Subject, ReadonlySet<number>>;
  snapshot(subject: Subject): SubjectSnapshot;
  restore(snapshot: SubjectSnapshot, now: Moment): void;
}

/** A machine, a device, a part of either (`m-1/nic:eth0`), a room or the site (`identity/scopes.ts`). */
export interface Subject {
  readonly id: string;
  readonly kind: 'machine' | 'device' | 'part' | 'room' | 'site';
  /** The machine or device a part belongs to; itself otherwise. Parts are asked through their owner. */
  readonly owner: Subject;
  readonly parts: Map<string, Subject>;
  /** By fact index; undefined = never said, null = asked and no answer. */
  readonly values: (Value | null | undefined)[];
  /** By probe index: monotonic ms of the last answer, NaN = never asked. */
  readonly askedAt: Float64Array;
  readonly tookMs: Float64Array;
  readonly outcome: (Outcome | undefined)[];
  /** By probe index: 1 while nothing it said may be believed. */
  readonly stale: Uint8Array;
}

export interface Lapse {
  readonly subject: Subject;
  readonly staleAt: number;
}

/** What is kept of a subject over a restart; facts and probes by name, since their places may differ next time. */
export interface SubjectSnapshot {
  readonly id: string;
  readonly kind: Exclude<Subject['kind'], 'part'>;
  readonly asked: Readonly<Record<string, readonly [at: number, took: number, outcome: Outcome]>>;
  readonly facts: Readonly<Record<string, Value | null>>;
  readonly parts: Readonly<Record<string, Readonly<Record<string, Value | null>>>>;
}

/** @param isRead whether a rule reads the fact: changes of others are taken in and not told; all are told when not given */
export function createState(catalogue: Catalogue, isRead: (fact: CatalogueFact) => boolean = () => true): State {
  const subjects = new Map<string, Subject>();
  let changed = new Map<Subject, Set<number>>();
  const NONE = new Set<number>();
  const wheel = expiryWheel<Subject>();
  const staleAfterMs = Float64Array.from(catalogue.probes, (probe) => probe.staleAfterSeconds * 1000);
  const told = catalogue.facts.map(isRead);
  const factsOfProbe = catalogue.probes.map((probe) => catalogue.facts.filter((fact) => fact.probe === probe.name));
  /** Full frames that come in pieces: the parts of subjects named so far, by machine, and which piece is the next. */
  const naming = new Map<string, { readonly named: Set<string>; next: number }>();

  function create(id: string, kind: Subject['kind'], owner?: Subject): Subject {
    const subject: { -readonly [K in keyof Subject]: Subject[K] } = {
      id,
      kind,
      owner: undefined as unknown as Subject,
      parts: new Map(),
      values: Array.from({ length: catalogue.facts.length }, () => undefined),
      askedAt: owner?.askedAt ?? new Float64Array(catalogue.probes.length).fill(Number.NaN),
      tookMs: owner?.tookMs ?? new Float64Array(catalogue.probes.length),
      outcome: owner?.outcome ?? Array.from({ length: catalogue.probes.length }, () => undefined),
      stale: owner?.stale ?? new Uint8Array(catalogue.probes.length).fill(1),
    };
    subject.owner = owner ?? subject;
    return subject;
  }

  function ensure(id: string, kind: Subject['kind']): Subject {
    let subject = subjects.get(id);
    if (!subject) subjects.set(id, (subject = create(id, kind)));
    return subject;
  }

  function mark(subject: Subject, fact: number): void {
    const facts = changed.get(subject);
    if (!told[fact]) {
      if (!facts) changed.set(subject, NONE);
    } else if (facts && facts !== NONE) facts.add(fact);
    else changed.set(subject, new Set([fact]));
  }

  function markProbe(subject: Subject, probe: number): void {
    for (const fact of factsOfProbe[probe]!) {
      if (fact.part === null) mark(subject, fact.index);
    }
  }

  function asked(subject: Subject, probe: number, at: number, took: number, outcome: Outcome, now: number): void {
    const before = subject.askedAt[probe]!;
    // Never backwards: a full frame repeats old asks and renews nothing.
    if (at <= before) return;
    subject.askedAt[probe] = at;
    subject.tookMs[probe] = took;
    const failedBefore = subject.outcome[probe] !== undefined && subject.outcome[probe] !== 'ok';
    subject.outcome[probe] = outcome;
    const until = at + staleAfterMs[probe]!;
    if (subject.stale[probe] && until > now) {
      subject.stale[probe] = 0;
      markProbe(subject, probe);
      wheel.add(until, subject, probe);
    } else if (failedBefore !== (outcome !== 'ok')) {
      markProbe(subject, probe);
    }
  }

  function set(subject: Subject, fact: CatalogueFact, value: Value | null): void {
    const before = subject.values[fact.index];
    if (before === value || (Array.isArray(value) && Array.isArray(before) && sameList(value, before))) return;
    subject.values[fact.index] = value;
    mark(subject, fact.index);
  }

  function subjectAt(machine: Subject, path: string): Subject {
    if (path === '') return machine;
    const owner = ownerOf(path);
    const holder = owner === '' ? machine : ensure(owner.slice('device:'.length), 'device');
    const part = owner === '' ? path : path.slice(owner.length + 1);
    if (part === '') return holder;
    let subject = holder.parts.get(part);
    if (!subject) holder.parts.set(part, (subject = create(`${holder.id}/${part}`, 'part', holder)));
    return subject;
  }

  function dropUnnamed(machine: Subject, arrival: FrameArrival): void {
    const { full, facts } = arrival.frame;
    if (!full) return;
    const [piece, pieces] = full;
    if (piece === 1) naming.set(machine.id, { named: new Set(), next: 1 });
    const whole = naming.get(machine.id);
    // A piece before it was lost, and with it names of parts that are there.
    if (whole?.next !== piece) return void naming.delete(machine.id);
    const { named } = whole;
    for (const path of Object.keys(facts)) named.add(path);
    whole.next += 1;
    if (piece !== pieces) return;
    naming.delete(machine.id);
    for (const part of machine.parts.keys()) if (!named.has(part)) machine.parts.delete(part);
    for (const path of named) {
      if (!path.startsWith('device:') || path !== ownerOf(path)) continue;
      const device = subjects.get(path.slice('device:'.length));
      for (const part of device?.parts.keys() ?? []) if (!named.has(`${path}/${part}`)) device?.parts.delete(part);
    }
  }

  return {
    catalogue,
    get: (id) => subjects.get(id),
    all: () => subjects.values(),
    ensure,
    remove(id) {
      const subject = subjects.get(id);
      if (!subject) return;
      subjects.delete(id);
      changed.delete(subject);
    },
    apply(arrival) {
      const { frame, moment } = arrival;
      const machine = ensure(arrival.machine, 'machine');
      // `for … in` and places instead of pairs: this runs for each of some thousand frames a second.
      for (const path in frame.facts) {
        const facts = frame.facts[path]!;
        const subject = subjectAt(machine, path);
        const kind = partKindOf(subject);
        for (const name in facts) {
          const fact = kind === null ? catalogue.fact(name) : catalogue.partFact(name, kind);
          if (fact) set(subject, fact, facts[name]!);
        }
      }
      for (const path in frame.asked) {
        const probes = frame.asked[path]!;
        const subject = subjectAt(machine, path);
        for (const name in probes) {
          const ask = probes[name]!;
          const probe = catalogue.probe(name);
          if (probe) asked(subject, probe.index, moment.monotonic - ask[0], ask[1], ask[2], arrival.received.monotonic);
        }
      }
      dropUnnamed(machine, arrival);
    },
    witness(id, name, value, at) {
      const subject = subjects.get(id);
      const fact = catalogue.fact(name);
      if (!subject || !fact) throw new Error(`nothing called ${id} ${name} can be witnessed`);
      set(subject, fact, value);
      asked(subject, fact.probeIndex, at.monotonic, 0, 'ok', at.monotonic);
    },
    expire(now) {
      const lapses: Lapse[] = [];
      for (const [subject, probe] of wheel.due(now.monotonic)) {
        if (subjects.get(subject.id) !== subject) continue;
        const until = subject.askedAt[probe]! + staleAfterMs[probe]!;
        if (until > now.monotonic) {
          wheel.add(until, subject, probe);
        } else {
          subject.stale[probe] = 1;
          markProbe(subject, probe);
          lapses.push({ subject, staleAt: until });
        }
      }
      return lapses;
    },
    takeChanged() {
      const taken = changed;
      changed = new Map();
      return taken;
    },
    snapshot: (subject) => snapshot(catalogue, subject),
    restore(kept, now) {
      const subject = ensure(kept.id, kept.kind);
      for (const [name, value] of Object.entries(kept.facts)) {
        const fact = catalogue.fact(name);
        if (fact) set(subject, fact, value);
      }
      const prefix = kept.kind === 'device' ? `device:${kept.id}/` : '';
      for (const [part, facts] of Object.entries(kept.parts)) {
        const holder = subjectAt(subject, prefix + part);
        for (const [name, value] of Object.entries(facts)) {
          const fact = factOf(catalogue, holder, name);
          if (fact) set(holder, fact, value);
        }
      }
      for (const [name, [at, took, outcome]] of Object.entries(kept.asked)) {
        const probe = catalogue.probe(name);
        if (probe) asked(subject, probe.index, at, took, outcome, now.monotonic);
      }
    },
  };
}

/** The fact's value if it may be believed: said, not null, its probe's last ask answered and recent. */
export function believed(subject: Subject, fact: CatalogueFact): Value | undefined {
  const { probeIndex } = fact;
  if (subject.stale[probeIndex] || subject.outcome[probeIndex] !== 'ok') return undefined;
  return subject.values[fact.index] ?? undefined;
}

export function factOf(catalogue: Catalogue, subject: Subject, name: string): CatalogueFact | undefined {
  const kind = partKindOf(subject);
  return kind === null ? catalogue.fact(name) : catalogue.partFact(name, kind);
}

/** `nic` of `m-1/nic:eth0`; null for what is no part. */
function partKindOf(subject: Subject): string | null {
  if (subject.kind !== 'part') return null;
  const begin = subject.owner.id.length + 1;
  return subject.id.slice(begin, subject.id.indexOf(':', begin));
}

function snapshot(catalogue: Catalogue, subject: Subject): SubjectSnapshot {
  const factsOf = (holder: Subject): Record<string, Value | null> => {
    const facts: Record<string, Value | null> = {};
    holder.values.forEach((value, index) => {
      if (value !== undefined) facts[catalogue.facts[index]!.name] = value;
    });
    return facts;
  };
  const asked: Record<string, [number, number, Outcome]> = {};
  for (const probe of catalogue.probes) {
    const at = subject.askedAt[probe.index]!;
    if (!Number.isNaN(at)) asked[probe.name] = [at, subject.tookMs[probe.index]!, subject.outcome[probe.index] ?? 'ok'];
  }
  return {
    id: subject.id,
    kind: subject.kind === 'part' ? 'machine' : subject.kind,
    asked,
    facts: factsOf(subject),
    parts: Object.fromEntries([...subject.parts].map(([name, part]) => [name, factsOf(part)])),
  };
}

function sameList(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((text, index) => text === right[index]);
}
