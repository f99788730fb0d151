import type { FastifyBaseLogger as Log } from 'fastify';
import type { AgentSettings } from '../../agent/messages.ts';
import type { Clock, Moment } from '../clock.ts';
import type { DrillBook } from '../drills/drill.ts';
import type { Gateway } from '../gateway/gateway.ts';
import type { Machine, SiteDevice } from '../identity/machine.ts';
import { roomId } from '../identity/scopes.ts';
import type { NetworkSettings, ThroughputSettings } from '../networkSettings.ts';
import type { PhaseTimes, Session } from '../sessions/session.ts';
import type { Standard } from '../standard/rule.ts';
import type { State } from '../state/state.ts';
import { createEchoes } from './echoes.ts';
import { roomFacts } from './rooms.ts';
import { createSiteNetwork, isSeat } from './site.ts';
import { createUplinkProofs, type UplinkProofs } from './uplink.ts';
import type { UplinkTarget } from './uplinkResult.ts';

export interface NetworkParts {
  readonly settings: { readonly network: NetworkSettings; readonly throughput: ThroughputSettings | null };
  readonly state: State;
  readonly machines: () => Iterable<Machine>;
  readonly devices: readonly SiteDevice[];
  readonly gateway: () => Pick<Gateway, 'measure' | 'push' | 'rtts'>;
  readonly local: () => string | undefined;
  readonly book: DrillBook;
  readonly check: () => void;
  readonly sessions: () => readonly Session[];
  readonly times: PhaseTimes;
  readonly standard: Standard;
  readonly clock: Clock;
  readonly log: Log;
}

/** What the collector finds out of the site's network: the way from seats to servers and platform, and the line out. */
export interface Network {
  readonly uplink: UplinkProofs;
  /** What a machine is told of it: more of `probe`, and whom it may measure the way to. */
  told(machine: Machine): {
    readonly probe: Pick<AgentSettings['probe'], 'examServers' | 'platforms'>;
    readonly peers: readonly string[];
  };
  /** Once a beat. */
  tick(now: Moment): void;
}

/** Seats ask twice a minute at most. */
const ROOMS_MS = 5_000;
const LINKS_MS = 10_000;

export function createNetwork(parts: NetworkParts): Network {
  const { settings, state, machines, devices, gateway, clock } = parts;
  const { network, throughput } = settings;
  const measure = (...asked: Parameters<Gateway['measure']>): ReturnType<Gateway['measure']> =>
    gateway().measure(...asked);
  const site = createSiteNetwork({ state, machines, devices, network, throughput });
  const echoes = createEchoes({
    state,
    machines,
    site,
    measure,
    everyMs: network.echoMinutes * 60_000,
    examServerPort: network.examServerPort,
    clock,
  });
  const uplink = createUplinkProofs({
    ...parts,
    settings: throughput,
    measure,
    rtts: () => gateway().rtts(),
    target: targetOf(parts.standard),
  });
  let roomsAt = -Infinity;
  let linksAt = -Infinity;
  let key = '';

  function say(id: string, name: string, value: Parameters<State['witness']>[2], now: Moment): void {
    const subject = state.get(id);
    const index = state.catalogue.fact(name)!.index;
    if (subject && !isSame(subject.values[index], value)) state.witness(id, name, value, now);
  }

  function tellRooms(now: Moment): void {
    const seats = new Map<string, Machine[]>();
    for (const machine of machines()) {
      if (!isSeat(machine)) continue;
      const room = seats.get(machine.room);
      if (room) room.push(machine);
      else seats.set(machine.room, [machine]);
    }
    for (const { id, kind } of state.all()) {
      if (kind !== 'room' || id.includes('/')) continue;
      const room = id.slice(roomId('').length);
      for (const [name, value] of roomFacts(room, seats.get(room) ?? [], state, site)) say(id, name, value, now);
    }
  }

  /** A machine whose server came or moved asks another one from now on. */
  function tellMachines(): void {
    const is = site.key();
    if (is === key) return;
    key = is;
    for (const machine of machines()) if (isSeat(machine)) gateway().push(machine.id);
  }

  function tellLinks(now: Moment): void {
    const rtts = gateway().rtts();
    for (const { id } of machines()) say(id, 'presence.rtt_seconds', rounded(rtts.get(id)?.p95), now);
  }

  return {
    uplink,
    told(machine) {
      const { examServers, platforms, peers } = site.told(machine);
      return { probe: { examServers, platforms }, peers };
    },
    tick(now) {
      uplink.tick(now);
      if (now.monotonic - linksAt >= LINKS_MS) {
        linksAt = now.monotonic;
        tellLinks(now);
      }
      if (now.monotonic - roomsAt < ROOMS_MS) return;
      roomsAt = now.monotonic;
      tellMachines();
      tellRooms(now);
      echoes.tick();
    },
  };
}

/** Two digits: the third is chance, and would be a reading each time. */
function rounded(seconds: number | undefined): number | null {
  return seconds === undefined ? null : Number(seconds.toPrecision(2));
}

function isSame(left: unknown, right: unknown): boolean {
  return left === right || (left !== undefined && JSON.stringify(left) === JSON.stringify(right));
}

/** As the rule says; the clause's own numbers where the pack has no such rule. */
function targetOf({ rules }: Standard): UplinkTarget {
  const parameters = rules.find(({ id }) => id === 'uplink')?.parameters ?? {};
  const number = (word: string, usual: number): number => {
    const value = parameters[word]?.value;
    return typeof value === 'number' ? value : usual;
  };
  return {
    bytesPerSecond: number('minimum_bytes_per_second', 100e6 / 8),
    payloadRatio: number('payload_ratio', 0.94),
    isUpToo: parameters['direction']?.value === 'both',
  };
}
