import type { Clock } from '../clock.ts';
import type { EnrolRequest } from './registry.ts';

/** A key that shows a known machine's hardware and wants its identity back. */
export interface Waiting {
  readonly machine: string;
  readonly keyId: string;
  readonly hostname: string;
  readonly address: string | null;
  /** Wall clock, ms: when it first asked. */
  readonly since: number;
}

interface Asking extends Waiting {
  /** Monotonic ms of its last question; agents ask again all the time. */
  lastAsked: number;
  /** Monotonic ms until which a person's word holds; 0: nobody said anything. */
  confirmedUntil: number;
}

/** Two keys for one machine are already odd, and a person cannot choose among more. */
const KEYS_PER_MACHINE = 4;
/** As many machines as a large site may have to bring back at once; a technician works on one room. */
const MACHINES = 1_000;
/** An agent that has not asked for an hour is gone. */
const FORGET_MS = 3_600_000;
/** A person confirms the machine in front of them; the agent asks again within minutes. */
const CONFIRMED_MS = 1_800_000;

/** Who waits for a person. In memory only: agents ask again after a restart. */
export function createWaiting(clock: Clock) {
  const asking = new Map<string, Asking[]>();

  function of(machine: string): Asking[] {
    const now = clock.now().monotonic;
    const alive = (asking.get(machine) ?? []).filter(({ lastAsked }) => now - lastAsked < FORGET_MS);
    if (alive.length > 0) asking.set(machine, alive);
    else asking.delete(machine);
    return alive;
  }

  return {
    ask(machine: string, { keyId, hostname, address }: EnrolRequest): void {
      const now = clock.now();
      const those = of(machine);
      const known = those.find((one) => one.keyId === keyId);
      if (known) {
        known.lastAsked = now.monotonic;
      } else if (those.length < KEYS_PER_MACHINE && (asking.has(machine) || asking.size < MACHINES)) {
        const added = {
          machine,
          keyId,
          hostname,
          address,
          since: now.wall,
          lastAsked: now.monotonic,
          confirmedUntil: 0,
        };
        asking.set(machine, [...those, added]);
      }
    },
    list(): readonly Waiting[] {
      return [...asking.keys()].flatMap((machine) =>
        of(machine).map(({ keyId, hostname, address, since }) => ({ machine, keyId, hostname, address, since })),
      );
    },
    /** Bound to the key that waits, so that another one cannot slip in after the person looked. */
    confirm(machine: string, keyId?: string): boolean {
      const those = of(machine).filter((one) => keyId === undefined || one.keyId === keyId);
      const [only] = those;
      if (!only || those.length > 1) return false;
      only.confirmedUntil = clock.now().monotonic + CONFIRMED_MS;
      return true;
    },
    isConfirmed(machine: string, keyId: string): boolean {
      const until = of(machine).find((one) => one.keyId === keyId)?.confirmedUntil ?? 0;
      return until > clock.now().monotonic;
    },
    forget(machine: string): void {
      asking.delete(machine);
    },
  };
}
