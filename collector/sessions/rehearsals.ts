/** Which sessions were rehearsed in which room; a dated entry tells how it went. */
export interface Rehearsals {
  wasHeld(session: string, room: string): boolean;
  note(session: string, room: string): void;
  /** The id under which it is kept: `session/room`. */
  keyOf(session: string, room: string): string;
  restore(kept: Iterable<string>): void;
}

export function createRehearsals(): Rehearsals {
  const held = new Set<string>();
  // Names of rooms have no slash.
  const keyOf = (session: string, room: string): string => `${session}/${room}`;
  return {
    keyOf,
    wasHeld: (session, room) => held.has(keyOf(session, room)),
    note: (session, room) => void held.add(keyOf(session, room)),
    restore(kept) {
      for (const key of kept) held.add(key);
    },
  };
}
