import type { Machine, Role } from '../identity/machine.ts';
import type { Places } from '../identity/places.ts';
import { roomId, scopedOf, SITE } from '../identity/scopes.ts';
import type { State } from '../state/state.ts';
import type { Compliance, Standing } from './compliance.ts';

/**
 * How many machines, devices and rooms pass: the only way from one stratum to the next. Kept up to date subject by
 * subject, so that a change costs the counts it is in and not the site.
 */
export interface Counts {
  /** Counts these anew where they stand now; what is not a machine, a device or a room is passed over. */
  recount(subjects: Iterable<string>): void;
  /** Of the rooms, or of the site alone: whose counts changed since the last call. */
  takeChanged(stratum: 'room' | 'site'): readonly string[];
  /** Facts of a scope by whole name, for every group that is counted there. */
  factsOf(scope: string): ReadonlyMap<string, number | null>;
  /** Machines of a room, gateways apart. */
  machinesOf(room: string): readonly string[];
  /** Exam servers and their standbys, wherever they stand; another object when one came or went. */
  servers(): readonly string[];
  /** `room:…` with a machine, whatever its role, or a device; another object when a room came or went. */
  rooms(): readonly string[];
}

/** Which facts speak of a role, by scope; a gateway is nobody's seat. */
const GROUPS: Readonly<Record<Role, { readonly room: readonly string[]; readonly site: readonly string[] }>> = {
  candidate: { room: ['machines', 'seats'], site: [] },
  spare: { room: ['machines', 'spares'], site: [] },
  server: { room: ['machines'], site: ['servers'] },
  standby: { room: ['machines'], site: ['standbys'] },
  gateway: { room: [], site: [] },
};
const IN_ROOMS = ['machines', 'seats', 'spares', 'devices'];
const AT_THE_SITE = ['servers', 'standbys', 'devices', 'rooms'];
const WITH_LINKS: ReadonlySet<string> = new Set(['machines', 'seats', 'spares', 'servers', 'standbys']);

interface Tally {
  enrolled: number;
  online: number;
  passing: number;
  broken: number;
  unknown: number;
}

/** Where a subject was counted last, and as what. */
interface Counted {
  /** `room:A|seats` */
  readonly tallies: readonly string[];
  readonly room: string | null;
  readonly standing: Standing;
  readonly online: boolean;
}

export function createCounts(state: State, compliance: Pick<Compliance, 'standing'>, places: Places): Counts {
  const online = state.catalogue.fact('presence.online')!.index;
  const counted = new Map<string, Counted>();
  const tallies = new Map<string, Tally>();
  const members = new Map<string, Set<string>>();
  const servers = new Set<string>();
  let rooms: readonly string[] | null = null;
  let serverList: readonly string[] | null = null;
  const changed = new Set<string>([SITE]);

  function tallyOf(key: string): Tally {
    let tally = tallies.get(key);
    if (!tally) tallies.set(key, (tally = { enrolled: 0, online: 0, passing: 0, broken: 0, unknown: 0 }));
    return tally;
  }

  function put(id: string, { tallies: keys, room, standing, online: isOnline }: Counted, by: 1 | -1): void {
    for (const key of keys) {
      const tally = tallyOf(key);
      tally.enrolled += by;
      tally[standing] += by;
      if (isOnline) tally.online += by;
      changed.add(key.slice(0, key.indexOf('|')));
      if (key !== `${SITE}|servers` && key !== `${SITE}|standbys`) continue;
      if (by === 1) servers.add(id);
      else servers.delete(id);
      serverList = null;
    }
    if (room === null) return;
    const there = members.get(room) ?? new Set();
    if (by === 1) members.set(room, there.add(id));
    else if (there.delete(id) && there.size === 0) members.delete(room);
    if (there.size <= 1) rooms = null;
    changed.add(room);
  }

  function countedNow(id: string): Counted | undefined {
    const where = placeOf(id);
    if (!where) return undefined;
    return { ...where, standing: compliance.standing(id), online: state.get(id)?.values[online] === true };
  }

  function placeOf(id: string): Pick<Counted, 'tallies' | 'room'> | undefined {
    const machine = places.machine(id);
    if (machine) return machine.revoked ? undefined : placeOfMachine(machine);
    const device = places.device(id);
    if (device) {
      const room = device.room === null ? null : roomId(device.room);
      return { tallies: [`${room ?? SITE}|devices`], room };
    }
    const scoped = scopedOf(id);
    return scoped && scoped.room !== null && state.get(id) ? { tallies: [`${SITE}|rooms`], room: null } : undefined;
  }

  return {
    recount(subjects) {
      for (const subject of subjects) {
        // What is wrong with a session of a room is wrong with the room.
        const id = scopedOf(subject)?.scope ?? subject;
        const before = counted.get(id);
        const now = countedNow(id);
        if (before && now && isSame(before, now)) continue;
        if (before) put(id, before, -1);
        if (now) {
          put(id, now, 1);
          counted.set(id, now);
        } else counted.delete(id);
      }
    },
    takeChanged(stratum) {
      const taken = [...changed].filter((scope) => (scope === SITE) === (stratum === 'site'));
      for (const scope of taken) changed.delete(scope);
      return taken;
    },
    factsOf(scope) {
      const facts = new Map<string, number | null>();
      for (const group of scope === SITE ? AT_THE_SITE : IN_ROOMS) {
        const { enrolled, ...rest } = tallies.get(`${scope}|${group}`) ?? NONE;
        facts.set(`${group}.enrolled`, enrolled);
        for (const [word, number] of Object.entries(rest)) {
          if (word === 'online' && !WITH_LINKS.has(group)) continue;
          facts.set(`${group}.${word}`, enrolled === 0 ? null : number);
        }
      }
      return facts;
    },
    machinesOf: (room) =>
      [...(members.get(room) ?? [])].filter((id) => (places.machine(id)?.role ?? 'gateway') !== 'gateway'),
    servers: () => (serverList ??= [...servers]),
    rooms: () => (rooms ??= [...members.keys()]),
  };
}

const NONE: Readonly<Tally> = { enrolled: 0, online: 0, passing: 0, broken: 0, unknown: 0 };

function placeOfMachine({ role, room }: Machine): Pick<Counted, 'tallies' | 'room'> {
  const scope = roomId(room);
  const groups = GROUPS[role];
  return {
    tallies: [...groups.room.map((group) => `${scope}|${group}`), ...groups.site.map((group) => `${SITE}|${group}`)],
    room: scope,
  };
}

function isSame(left: Counted, right: Counted): boolean {
  return (
    left.standing === right.standing &&
    left.online === right.online &&
    left.room === right.room &&
    left.tallies.length === right.tallies.length &&
    left.tallies.every((key, index) => key === right.tallies[index])
  );
}
