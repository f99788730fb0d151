import type { CatalogueFact } from '../../agent/catalogue.ts';
import type { Places } from '../identity/places.ts';
import type { Scoped } from '../identity/scopes.ts';
import { believed, type State, type Subject } from '../state/state.ts';
import type { Look } from './judge.ts';
import type { UnknownCause } from './verdict.ts';

export interface SightParts {
  readonly state: State;
  readonly places: Places;
  /** Whether a machine has been heard long enough; `createCompliance` says it in full. */
  readonly settled: (machine: string, staleAt?: number) => boolean;
  /** Of a room or the site, and of their sessions. */
  readonly scoped: (subject: string) => Scoped | undefined;
}

/** What a rule sees of a subject: the facts that are believed now, and why one is not. */
export function createSight({ state, places, settled, scoped }: SightParts) {
  const { catalogue } = state;
  const online = catalogue.fact('presence.online');

  function isSilent(subject: Subject): boolean {
    const machine = subject.kind === 'device' ? places.reader(subject.id) : subject.id;
    const holder = machine === undefined ? undefined : state.get(machine);
    return holder !== undefined && online !== undefined && holder.values[online.index] === false;
  }

  function isWaitedFor(subject: Subject, staleAt?: number): boolean {
    if (subject.kind === 'room' || subject.kind === 'site') return false;
    const machine = subject.kind === 'device' ? places.reader(subject.id) : subject.id;
    return machine !== undefined && !settled(machine, staleAt);
  }

  /**
   * A rule about a machine may read a device's facts: those of the device that feeds it. One about a session of a room
   * reads the room's own facts as well.
   */
  function holderOf(subject: Subject, fact: CatalogueFact): Subject | undefined {
    if (fact.scopes.length > 0) {
      const scope = fact.perSession ? undefined : scoped(subject.id)?.scope;
      return scope === undefined ? subject : state.get(scope);
    }
    if (fact.device === null || subject.kind === 'device') return subject;
    const feeder = places.feeder(subject.id);
    return feeder === undefined ? undefined : state.get(feeder);
  }

  return {
    lookAt(subject: Subject, facts: ReadonlyMap<string, CatalogueFact>): Look {
      return {
        read(name) {
          const fact = facts.get(name)!;
          const holder = holderOf(subject, fact);
          return holder && believed(holder, fact);
        },
        why(name): UnknownCause {
          const fact = facts.get(name)!;
          const holder = holderOf(subject, fact);
          // Nothing to count is nothing measured; no probe failed.
          if (fact.scopes.length > 0) return 'missing';
          if (holder && isSilent(holder)) return 'silent';
          const isMissing = !holder || holder.values[fact.index] === undefined;
          if (isMissing) return holder && isWaitedFor(holder) ? 'waiting' : 'missing';
          const { index, staleAfterSeconds } = catalogue.probe(fact.probe)!;
          // What the collector sees of a link it sees with its first frame.
          if (!holder.stale[index]) return fact.witnessed && isWaitedFor(holder) ? 'waiting' : 'no-answer';
          return isWaitedFor(holder, holder.askedAt[index]! + staleAfterSeconds * 1000) ? 'waiting' : 'stale';
        },
        witnessed: (name) => facts.get(name)!.witnessed === true,
      };
    },
  };
}
