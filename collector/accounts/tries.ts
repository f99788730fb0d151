import { isLoopback, plainAddress } from '../gateway/addresses.ts';

/** Wrong passwords for one name or from one address before it has to wait. */
const TRIES = 5;
const WAIT_MS = 60_000;
/** Addresses of successful sign-ins that are remembered. */
const MOST_FAMILIAR = 1_000;
const MOST_COUNTED = 10_000;

/** Counts wrong guesses by name and by address; five within a minute, and the sixth has to wait a minute. Bounded. */
export interface Tries {
  /** Counts this one, before it is known to be wrong: else guesses that come at once would all be let through. */
  begin(name: string, address: string, monotonic: number): { readonly waitMs: number } | { succeeded(): void };
}

export function createTries(): Tries {
  const failures = new Map<string, { count: number; until: number }>();
  /** `name address` of sign-ins that worked: nobody else's guesses lock these out. */
  const familiar = new Set<string>();

  function waitOf(key: string, monotonic: number): number {
    const seen = failures.get(key);
    if (!seen || seen.until <= monotonic) return 0;
    return seen.count >= TRIES ? seen.until - monotonic : 0;
  }

  function failed(key: string, monotonic: number): void {
    const seen = failures.get(key);
    const count = seen && seen.until > monotonic ? seen.count + 1 : 1;
    failures.delete(key);
    failures.set(key, { count, until: monotonic + WAIT_MS });
    if (failures.size > MOST_COUNTED) failures.delete(failures.keys().next().value!);
  }

  return {
    begin(name, from, monotonic) {
      const address = plainAddress(from);
      const here = `${name.toLowerCase()} ${address}`;
      // A stranger's guesses must not lock out who sits at the collector or signed in from there before.
      const isFamiliar = isLoopback(address) || familiar.has(here);
      const keys = [isFamiliar ? `here ${here}` : `name ${name.toLowerCase()}`, `from ${address}`];
      const waitMs = Math.max(...keys.map((key) => waitOf(key, monotonic)));
      if (waitMs > 0) return { waitMs };
      for (const key of keys) failed(key, monotonic);
      return {
        succeeded() {
          for (const key of keys) failures.delete(key);
          familiar.add(here);
          if (familiar.size > MOST_FAMILIAR) familiar.delete(familiar.values().next().value!);
        },
      };
    },
  };
}
