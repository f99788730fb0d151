/** Which sessions were rehearsed in which room; a dated entry tells how it went. */
export interface Rehearsals {
  wasHeld(session: string, room: string): boolean;
  /** Gives the id under which it is kept. */
  note(session: string, room: string): string;
  restore(kept: Iterable<string>): void;
}

export function createRehearsals(): Rehearsals {
  const held = new Set<string>();
  // Names of rooms have no slash.
  const keyOf = (session: string, room: string): string => `${session}/${room}`;
  return {
    wasHeld: (session, room) => held.has(keyOf(session, room)),
    note(session, room) {
      const key = keyOf(session, room);
      held.add(key);
      return key;
    },
    restore(kept) {
      for (const key of kept) held.add(key);
    },
  };
}
