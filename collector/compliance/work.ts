import type { Places } from '../identity/places.ts';
import type { Rule, Scope } from '../standard/rule.ts';
import type { State, Subject } from '../state/state.ts';

/** What is judged together: a stratum reads counts of those below it, and nothing ever goes down. */
export type Stratum = 'machine' | 'room' | 'site';

export interface WorkParts {
  readonly rules: readonly Rule[];
  readonly state: State;
  readonly places: Places;
  /** Of a room or the site: its subjects that are about one session. */
  readonly sessionsOf: (scope: string) => Iterable<string>;
  /** Whether it is a subject of a room or the site that is not laid out yet. */
  readonly isToCome: (id: string) => boolean;
  /** All rules of this subject are judged again. */
  readonly wholly: (id: string) => void;
}

/** Which rules are to be judged again, and about whom: those that read what changed, and all of whoever was touched. */
export function createWork({ rules, state, places, sessionsOf, isToCome, wholly }: WorkParts) {
  const { catalogue } = state;
  const ofScope = Object.groupBy(rules.keys(), (index) => rules[index]!.scope);
  /** By fact index: the rules that a change of it can change. */
  const reading: number[][] = catalogue.facts.map(() => []);
  for (const [index, { facts }] of rules.entries())
    for (const name of new Set(facts)) reading[catalogue.fact(name)!.index]!.push(index);
  const touched = new Set<string>();
  /** Rules to judge by subject, where not all of them are; kept until their stratum is judged. */
  const pending = new Map<Subject, Set<number>>();

  function add(subject: Subject, facts: ReadonlySet<number>): void {
    let indices = pending.get(subject);
    if (!indices) pending.set(subject, (indices = new Set()));
    for (const fact of facts) for (const rule of reading[fact]!) indices.add(rule);
  }

  return {
    /** All rules of this subject. */
    touch: (id: string): void => void touched.add(id),
    forget: (id: string): void => void touched.delete(id),
    /** What reads these facts: rules about the subject, the machines it feeds and its sessions. */
    take(subject: Subject, facts: ReadonlySet<number>): void {
      add(subject, facts);
      if (subject.kind === 'device') {
        for (const id of places.fed(subject.id)) {
          const machine = state.get(id);
          if (machine) add(machine, facts);
        }
      }
      for (const id of sessionsOf(subject.id)) {
        const session = state.get(id);
        if (session) add(session, facts);
      }
    },
    /** The rules to judge of this stratum, by subject. */
    of(stratum: Stratum): ReadonlyMap<Subject, Iterable<number>> {
      const work = new Map<Subject, Iterable<number>>();
      for (const [subject, indices] of pending) {
        if (stratumOf(subject) !== stratum) continue;
        pending.delete(subject);
        if (indices.size > 0 && state.get(subject.id) === subject) work.set(subject, indices);
      }
      for (const id of touched) {
        const subject = state.get(id);
        // A room that is not laid out yet waits for it.
        if (subject ? stratumOf(subject) !== stratum : isToCome(id)) continue;
        touched.delete(id);
        if (!subject) continue;
        wholly(id);
        work.set(subject, ofScope[subject.kind as Scope] ?? []);
      }
      return work;
    },
  };
}

function stratumOf({ kind }: Subject): Stratum {
  return kind === 'room' || kind === 'site' ? kind : 'machine';
}
