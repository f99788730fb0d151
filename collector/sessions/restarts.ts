import type { Moment } from '../clock.ts';
import type { Rollback } from '../state/rollback.ts';
import type { State } from '../state/state.ts';

/**
 * Restarts that a person announced: of a room, or of some seats of it, within a number of minutes. Meanwhile the silence of
 * these machines is a state, not an incident; afterwards those that did not come back are named.
 */
export interface AnnouncedRestart {
  readonly id: string;
  readonly room: string;
  /** Account. */
  readonly by: string;
  /** Wall clock, ms; `until` is when silence counts again. */
  readonly at: number;
  readonly until: number;
  readonly endedAt: number | null;
  readonly machines: Readonly<Record<string, Comeback>>;
}

/** Where one machine stands in it. */
export interface Comeback {
  /** The start it was in when it was announced; null for a machine that does not tell its starts. */
  readonly boot: string | null;
  readonly state: ComebackState;
}

/**
 * `here`: not gone yet; `away`: silent; `back`: started anew; `same-start`: it was away and came back without a restart, as
 * after "shut down" with Fast Startup. After the end also `not-restarted`: it was never away; `not-back`: it is still silent.
 */
export type ComebackState = 'here' | 'away' | 'back' | 'same-start' | 'not-restarted' | 'not-back';

export interface Restarts {
  /** Those that go on and the latest ended ones, newest first. */
  list(): readonly AnnouncedRestart[];
  /** After it was written. */
  begin(restart: AnnouncedRestart): void;
  /** True while its silence is expected. */
  covers(machine: string): boolean;
  /** Once a beat: those that changed. */
  advance(now: Moment): readonly AnnouncedRestart[];
  /** Ids of ended ones that are no longer listed. */
  takeOld(): readonly string[];
  restore(kept: Iterable<AnnouncedRestart>): void;
}

export const MOST_MINUTES = 120;
const ENDED_LISTED = 20;

export function createRestarts(state: State, rollback: Rollback): Restarts {
  const going = new Map<string, AnnouncedRestart>();
  let ended: AnnouncedRestart[] = [];
  let old: string[] = [];
  const online = state.catalogue.fact('presence.online');

  const isOnline = (machine: string): boolean =>
    online !== undefined && state.get(machine)?.values[online.index] === true;

  function comeback(machine: string, known: Comeback): Comeback {
    const { boot, state: was } = known;
    if (was === 'back') return known;
    const now = bootOf(rollback, machine);
    if (!isOnline(machine)) return { boot, state: 'away' };
    // It came just before it was announced, and tells only now in which start it is.
    if (was === 'here' && boot === null) return { boot: now, state: was };
    if (now !== null && now !== boot) return { boot, state: 'back' };
    if (was === 'here') return known;
    // It tells no starts: that it was away is all there is to see.
    return { boot, state: now === null ? 'back' : 'same-start' };
  }

  /** How it is told in the end. */
  function last(found: ComebackState): ComebackState {
    return found === 'here' ? 'not-restarted' : found === 'away' ? 'not-back' : found;
  }

  function step(restart: AnnouncedRestart, now: Moment): AnnouncedRestart {
    const entries = Object.entries(restart.machines).map(([id, known]) => [id, comeback(id, known)] as const);
    const isOver = now.wall >= restart.until || entries.every(([, { state: found }]) => found === 'back');
    if (!isOver && entries.every(([id, { boot, state: found }]) => isSame(restart.machines[id]!, boot, found)))
      return restart;
    const machines = entries.map(
      ([id, known]) => [id, { ...known, state: isOver ? last(known.state) : known.state }] as const,
    );
    return { ...restart, endedAt: isOver ? now.wall : null, machines: Object.fromEntries(machines) };
  }

  function list(restart: AnnouncedRestart): void {
    going.delete(restart.id);
    const all = [restart, ...ended.filter(({ id }) => id !== restart.id)];
    ended = all.slice(0, ENDED_LISTED);
    old.push(...all.slice(ENDED_LISTED).map(({ id }) => id));
  }

  return {
    list: () => [...[...going.values()].reverse(), ...ended],
    begin: (restart) => void going.set(restart.id, restart),
    covers: (machine) =>
      [...going.values()].some(({ machines }) => {
        const found = machines[machine]?.state;
        return found !== undefined && found !== 'back';
      }),
    advance(now) {
      const changed: AnnouncedRestart[] = [];
      for (const restart of going.values()) {
        const next = step(restart, now);
        if (next === restart) continue;
        changed.push(next);
        if (next.endedAt === null) going.set(next.id, next);
        else list(next);
      }
      return changed;
    },
    takeOld() {
      const taken = old;
      old = [];
      return taken;
    },
    restore(kept) {
      const all = [...kept].sort((left, right) => left.at - right.at);
      for (const restart of all) {
        if (restart.endedAt === null) going.set(restart.id, restart);
        else list(restart);
      }
    },
  };
}

function isSame(known: Comeback, boot: string | null, found: ComebackState): boolean {
  return known.boot === boot && known.state === found;
}

/** What a machine calls its present start. */
export function bootOf(rollback: Rollback, machine: string): string | null {
  const memory = rollback.memory(machine);
  return memory?.systems[memory.system]?.boot ?? null;
}

/** Machines of an ended restart by how it went, for the record and for people. */
export function outcome({ machines }: AnnouncedRestart): Readonly<Record<string, readonly string[]>> {
  const by: Record<string, string[]> = {};
  for (const [id, { state }] of Object.entries(machines)) (by[state.replace('-', '_')] ??= []).push(id);
  return by;
}
