import type { Places } from '../identity/places.ts';
import type { Scoped } from '../identity/scopes.ts';
import { nextChange } from '../sessions/near.ts';
import { bindingOf, binds, type Binding, type PhaseTimes, type Session } from '../sessions/session.ts';
import type { Rule } from '../standard/rule.ts';

interface Bound {
  readonly room: string | null;
  readonly session: string | null;
  readonly binding: Binding;
}

/**
 * What binds in each room that has a subject, and in each of its sessions, as of the last beat. A beat in which no phase
 * begins or ends costs nothing.
 */
export function createBindings(places: Places, times: PhaseTimes, scoped: (subject: string) => Scoped | undefined) {
  /** By `keyOf`. */
  const bindings = new Map<string, Bound>();
  /** For as long as no phase begins or ends, nothing of it can change. */
  let boundTo: { readonly sessions: readonly Session[]; readonly from: number; readonly until: number } | null = null;

  /** The room, or the session's own subject. */
  function keyOf(id: string): string {
    const about = scoped(id);
    return about && about.session !== null ? id : (places.room(id) ?? '');
  }

  return {
    keyOf,
    of(id: string, sessions: readonly Session[], wall: number): Binding {
      const key = keyOf(id);
      let bound = bindings.get(key);
      if (!bound) {
        bound = newBound(places.room(id), scoped(id)?.session ?? null, sessions, wall, times);
        bindings.set(key, bound);
      }
      return bound.binding;
    },
    /** The keys of what binds otherwise than at the last beat. */
    advance(sessions: readonly Session[], wall: number): ReadonlySet<string> {
      const changed = new Set<string>();
      if (boundTo?.sessions === sessions && wall >= boundTo.from && wall < boundTo.until) return changed;
      boundTo = { sessions, from: wall, until: nextChange(sessions, wall, times) };
      for (const [key, { room, session, binding }] of bindings) {
        const bound = newBound(room, session, sessions, wall, times);
        if (bound.binding.key === binding.key) continue;
        bindings.set(key, bound);
        changed.add(key);
      }
      return changed;
    },
    forget: (key: string): void => void bindings.delete(key),
  };
}

/** @param only the session that the subject is about; every session of the room when null */
function newBound(
  room: string | null,
  only: string | null,
  sessions: readonly Session[],
  wall: number,
  times: PhaseTimes,
): Bound {
  const which = only === null ? sessions : sessions.filter(({ id }) => id === only);
  return { room, session: only, binding: bindingOf(which, room, wall, times) };
}

/** What is about one session is due in that one alone, though its rule binds always. */
export function dueIn(
  rule: Rule,
  binding: Binding,
  session: string | null,
): { readonly due: boolean; readonly session: string | null } {
  if (session === null) return binds(rule, binding);
  const isInForce = binding.assessment !== null || binding.phases.size > 0;
  return { due: isInForce && binds(rule, binding).due, session };
}
