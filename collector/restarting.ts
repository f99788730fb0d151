import type { Clock } from './clock.ts';
import type { Desk } from './console/desk.ts';
import type { Machine } from './identity/machine.ts';
import { randomName } from './identity/tickets.ts';
import { bootOf, type AnnouncedRestart } from './sessions/restarts.ts';
import type { RollbackReason } from './state/rollback.ts';
import type { Stages } from './beat.ts';
import type { Write } from './write.ts';

/** What people see and say of restarts: who still needs one before the exam, and that one is coming. */
export type Restarting = Pick<Desk, 'restarts' | 'announceRestart' | 'endRestart'>;

export interface RestartingParts {
  readonly stages: Pick<Stages, 'state' | 'restarts' | 'rollback'>;
  readonly machines: ReadonlyMap<string, Machine>;
  readonly write: Write;
  readonly clock: Clock;
}

/** Those whom the rule about restore cards binds. */
const CHECKED: readonly Machine['role'][] = ['candidate', 'spare'];
/** No restart was seen of the agent as it is installed now. */
const UNPROVEN: readonly RollbackReason[] = ['first', 'new-system', 'new-install'];
/** A slow disk with updates at its start takes ten minutes. */
const BACK_WITHIN_MS = 15 * 60_000;

export function createRestarting({ stages, machines, write, clock }: RestartingParts): Restarting {
  const { state, restarts, rollback } = stages;
  const begun = clock.now().monotonic;
  const online = state.catalogue.fact('presence.online');

  /**
   * Wall clock, ms, since when a machine is away that went before any restart was seen, and had the time to come back; null
   * otherwise. While the collector is off nobody can come back, and within an announced restart nobody is late.
   */
  function notBackSince(id: string, because: RollbackReason): number | null {
    const subject = state.get(id);
    if (!online || subject?.values[online.index] !== false) return null;
    if (!UNPROVEN.includes(because) || restarts.covers(id)) return null;
    const { wall, monotonic } = clock.now();
    const awayAt = subject.askedAt[online.probeIndex]!;
    if (monotonic - Math.max(awayAt, begun) < BACK_WITHIN_MS) return null;
    return wall - (monotonic - awayAt);
  }

  async function keep(restart: AnnouncedRestart, change: string, by: string): Promise<void> {
    const { id, room, until } = restart;
    await write.keep(
      [{ kind: 'restart', id, value: restart }],
      [
        write.entry('machine', null, {
          act: change,
          restart: id,
          room,
          machines: Object.keys(restart.machines),
          until,
          by,
        }),
      ],
    );
    restarts.begin(restart);
  }

  return {
    restarts: () => ({
      announced: restarts.list(),
      needed: [...machines.values()].flatMap((machine) => {
        if (machine.revoked || !CHECKED.includes(machine.role)) return [];
        const memory = rollback.memory(machine.id);
        const {
          verdict = 'unknown',
          because = 'first',
          counted = null,
          restarts: count = 0,
        } = memory?.systems[memory.system] ?? {};
        if (verdict === 'persistent') return [];
        const { id, room, seat, hostname, role, simulated } = machine;
        return [
          {
            id,
            room,
            seat,
            hostname,
            role,
            simulated,
            verdict,
            because,
            restarts: count,
            mayRestart: counted !== null,
            notBackSince: notBackSince(id, because),
          },
        ];
      }),
    }),
    async announceRestart({ room, machines: wanted, minutes }, account) {
      const there = [...machines.values()].filter((machine) => machine.room === room && !machine.revoked);
      const chosen = wanted === undefined ? there : there.filter(({ id }) => wanted.includes(id));
      const missing = wanted?.find((id) => !chosen.some((machine) => machine.id === id));
      if (missing !== undefined) return { missing };
      if (chosen.length === 0) return { missing: null };
      const now = clock.now().wall;
      const restart: AnnouncedRestart = {
        id: `r-${randomName(8)}`,
        room,
        by: account,
        at: now,
        until: now + minutes * 60_000,
        endedAt: null,
        machines: Object.fromEntries(chosen.map(({ id }) => [id, { boot: bootOf(rollback, id), state: 'here' }])),
      };
      await keep(restart, 'restart-announced', account);
      return restart;
    },
    async endRestart(id, account) {
      const restart = restarts.list().find((row) => row.id === id && row.endedAt === null);
      if (!restart) return null;
      // The next beat ends it, and says how it went.
      const ended = { ...restart, until: clock.now().wall };
      await keep(ended, 'restart-called-off', account);
      return ended;
    },
  };
}
