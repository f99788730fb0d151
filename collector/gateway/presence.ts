import type { Clock, Moment } from '../clock.ts';
import type { PresenceArrival, PresenceReason } from './arrival.ts';
import { isLoopback, ownAddresses } from './addresses.ts';
import type { Limits } from './limits.ts';

/** Where a machine stood when the collector's last process ended. */
export interface KnownPresence {
  readonly online: boolean;
  readonly address: string | null;
}

interface Standing {
  /** Null: nobody knows yet. */
  online: boolean | null;
  address: string | null;
  /** Monotonic ms until which its missing link says nothing, since that is the collector's doing. */
  excusedUntil: number | null;
}

/**
 * Who is there, as the collector sees it. Says something only when it changes.
 *
 * A restart of the collector, and a link that it ended itself, are not the machine's silence: it keeps its standing for
 * a grace time and is offline only when it has not come back by then.
 */
export function createPresence(clock: Clock, limits: Limits) {
  const standings = new Map<string, Standing>();
  const excused = new Set<string>();
  let own: { readonly addresses: readonly string[]; readonly until: number } = { addresses: [], until: -Infinity };

  function of(machine: string): Standing {
    let standing = standings.get(machine);
    if (!standing) standings.set(machine, (standing = { online: null, address: null, excusedUntil: null }));
    return standing;
  }

  function isSameHost(address: string | null, now: Moment): boolean {
    if (address === null) return false;
    if (now.monotonic >= own.until) own = { addresses: ownAddresses(), until: now.monotonic + 10_000 };
    return isLoopback(address) || own.addresses.includes(address);
  }

  function say(machine: string, online: boolean, reason: PresenceReason, address: string | null): PresenceArrival {
    const received = clock.now();
    Object.assign(of(machine), { online, address, excusedUntil: null });
    excused.delete(machine);
    return { kind: 'presence', machine, received, online, reason, address, sameHost: isSameHost(address, received) };
  }

  function excuse(machine: string, now: number): void {
    of(machine).excusedUntil = now + limits.graceMs;
    excused.add(machine);
  }

  return {
    /** At the collector's start, for each machine of the site. */
    restore(machine: string, known: KnownPresence | undefined): void {
      const standing = of(machine);
      if (known) Object.assign(standing, { online: known.online, address: known.address });
      if (standing.online !== false) excuse(machine, clock.now().monotonic);
    },
    /** Its link was proven. Null when that is no change: it was there, at this address, before the collector restarted. */
    came(machine: string, address: string, replaced: boolean): PresenceArrival | null {
      const standing = of(machine);
      const isSame = standing.online === true && standing.address === address && !replaced;
      standing.excusedUntil = null;
      excused.delete(machine);
      return isSame ? null : say(machine, true, replaced ? 'replaced' : 'connected', address);
    },
    left(machine: string, reason: PresenceReason): PresenceArrival | null {
      const standing = of(machine);
      return standing.online === false ? null : say(machine, false, reason, standing.address);
    },
    /** The collector ended its link; it is expected back. */
    sentAway(machine: string): void {
      excuse(machine, clock.now().monotonic);
    },
    /** Those whose grace time is over. */
    due(now: Moment): readonly PresenceArrival[] {
      const over = [...excused].filter((machine) => of(machine).excusedUntil! <= now.monotonic);
      return over.map((machine) => say(machine, false, 'silent', of(machine).address));
    },
    isOnline: (machine: string): boolean => standings.get(machine)?.online === true,
  };
}
