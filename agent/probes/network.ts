import type { Host } from '../host.ts';
import { usesDhcp } from '../linux/addressing.ts';
import { cardNames, cardState, cardTraits, linkChanges, physicalBelow } from '../linux/cards.ts';
import type { CardState, CardTraits } from '../linux/cards.ts';
import { defaultRoute } from '../linux/routes.ts';
import type { DefaultRoute } from '../linux/routes.ts';
import type { FactDefinition, Probe } from '../probe.ts';
import type { Answer, Facts } from '../reading.ts';
import { watchWindowsNetwork } from '../windows/network.ts';

/**
 * The network cards, and the one that leads out as plain facts of the machine.
 *
 * Asked each 2 s, because a server's link that drops must be known at once; so most asks only read each card's count of
 * link changes. Addresses and routes are looked at each `LOOK_EVERY` asks. When something moved, and each `STUDY_EVERY`
 * asks, everything is read, and once more at the ask after: the kernel's own notes lag up to a second behind.
 */
const LOOK_EVERY = 5;
const STUDY_EVERY = 30;
/** Readings of everything between questions of how the address came; another address asks at once. */
const METHOD_EVERY = 5;

const SPEED: FactDefinition = {
  type: 'number',
  unit: 'bytes_per_second',
  least: 0,
  most: 1e12,
  about: { zh: '协商的链路速率', en: 'Negotiated link speed' },
};
const WIRED: FactDefinition = { type: 'boolean', about: { zh: '有线连接（否为无线）', en: 'By cable, not by radio' } };
const ADDRESS: FactDefinition = { type: 'string', largest: 45, about: { zh: 'IP 地址', en: 'IP address' } };

export const probe: Probe = networkProbe();

/** A probe with a memory of its own. */
export function networkProbe(): Probe {
  const linux = watchLinux();
  const windows = watchWindowsNetwork();
  return {
    name: 'network',
    platforms: ['linux', 'win32'],
    everySeconds: 2,
    staleAfterSeconds: 10,
    timeLimitMs: 1_500,
    facts: {
      interface: { type: 'string', largest: 100, about: { zh: '上网所用的网卡', en: 'Network card that leads out' } },
      speed_bytes_per_second: SPEED,
      wired: WIRED,
      dhcp: {
        type: 'boolean',
        about: { zh: '地址由 DHCP 分配（否为固定 IP）', en: 'Address given by DHCP; false when it is static' },
      },
      address: ADDRESS,
      gateway: { type: 'string', largest: 45, about: { zh: '默认网关', en: 'Default gateway' } },
    },
    part: {
      kind: 'nic',
      facts: {
        up: { type: 'boolean', urgent: true, about: { zh: '网卡链路已连通', en: 'Its link is up' } },
        speed_bytes_per_second: SPEED,
        wired: WIRED,
        address: ADDRESS,
        carrier_changes_total: {
          type: 'number',
          counter: true,
          least: 0,
          about: { zh: '链路通断次数（开机以来）', en: 'Times the link came or went since start' },
        },
      },
    },
    async ask(host) {
      if (host.platform === 'linux') return linux(host);
      return host.windows ? windows(host, host.windows) : askElsewhere(host);
    },
  };
}

/** What was found, and what has to stay the same for the answer to stay true. */
interface Study {
  readonly surroundings: string;
  readonly links: readonly (readonly [card: string, changes: number | null])[];
  readonly answer: Answer;
}

/** All that is known at one moment. */
interface Scene {
  readonly addresses: Addresses;
  readonly cards: ReadonlyMap<string, CardTraits>;
  /** Of the real cards and of the one that leads out. */
  readonly states: ReadonlyMap<string, CardState>;
}

type Addresses = ReturnType<Host['interfaces']>;

function watchLinux(): (host: Host) => Promise<Answer> {
  let last: Study | null = null;
  let settled = false;
  let asks = 0;
  const methodOf = watchMethod();
  return async (host) => {
    const ask = asks++;
    if (last !== null && settled && ask % STUDY_EVERY !== 0) {
      const isStill = last.links.every(([card, changes]) => linkChanges(host, card) === changes);
      if (isStill && (ask % LOOK_EVERY !== 0 || look(host).surroundings === last.surroundings)) return last.answer;
      settled = false;
    } else settled = true;
    last = await study(host, methodOf);
    return last.answer;
  };
}

function look(host: Host): { addresses: Addresses; route: DefaultRoute | null; surroundings: string } {
  const addresses = host.interfaces();
  const route = defaultRoute(host);
  const named = Object.entries(addresses).map(([card, all]) => [card, ...all.map(({ address }) => address)]);
  return { addresses, route, surroundings: JSON.stringify([route, named]) };
}

async function study(host: Host, methodOf: MethodOf): Promise<Study> {
  const { addresses, route, surroundings } = look(host);
  const names = new Set(await cardNames(host));
  // Its part is always there, even where /sys is hidden.
  if (route !== null) names.add(route.card);
  const cards = new Map<string, CardTraits>();
  for (const name of names) cards.set(name, await cardTraits(host, name));
  const states = new Map<string, CardState>();
  for (const card of cards.values()) {
    if (card.physical || card.name === route?.card) states.set(card.name, await cardState(host, card));
  }

  const scene: Scene = { addresses, cards, states };
  const parts: Record<string, Facts> = {};
  for (const name of states.keys()) parts[`nic:${name}`] = partFacts(scene, name);
  const way = route ?? onlyWay(scene);
  return {
    surroundings,
    links: [...states].map(([name, { changes }]) => [name, changes]),
    answer: { facts: way === null ? NO_WAY : await wayFacts(host, scene, way, methodOf), parts },
  };
}

async function wayFacts(host: Host, scene: Scene, way: DefaultRoute, methodOf: MethodOf): Promise<Facts> {
  const address = addressOf(scene.addresses, way.card);
  const { speed_bytes_per_second = null, wired = null } = partFacts(scene, way.card);
  const dhcp = await methodOf(host, { name: way.card, index: scene.cards.get(way.card)?.index ?? null, address });
  return { interface: way.card, speed_bytes_per_second, wired, dhcp, address, gateway: way.gateway };
}

type MethodOf = typeof usesDhcp;

function watchMethod(): MethodOf {
  let known: { readonly of: string; readonly dhcp: boolean | null; readonly study: number } | null = null;
  let studies = 0;
  return async (host, card) => {
    const study = studies++;
    const of = JSON.stringify(card);
    if (known === null || known.of !== of || study - known.study >= METHOD_EVERY) {
      known = { of, dhcp: await usesDhcp(host, card), study };
    }
    return known.dhcp;
  };
}

const NO_WAY: Facts = Object.freeze({
  interface: null,
  speed_bytes_per_second: null,
  wired: null,
  dhcp: null,
  address: null,
  gateway: null,
});

/** Rooms that are cut off have no default route; a single connected card is then the one meant. */
function onlyWay({ addresses, cards, states }: Scene): DefaultRoute | null {
  const connected = [...states].filter(
    ([name, { up }]) => up === true && cards.get(name)?.physical === true && addressOf(addresses, name) !== null,
  );
  const [only] = connected.length === 1 ? connected : [];
  return only === undefined ? null : { card: only[0], gateway: null };
}

/** A bridge, bond or VLAN is as fast as the slowest of its real cards that are up, and by cable when all of them are. */
function partFacts({ addresses, cards, states }: Scene, name: string): Facts {
  const card = cards.get(name);
  const state = states.get(name);
  const real = card === undefined ? [] : physicalBelow(card, cards);
  const speeds = real.flatMap((lower) => {
    const state = states.get(lower.name);
    return state === undefined || state.up === false ? [] : [state.speed];
  });
  const [wired = null, ...others] = real.map((lower) => lower.wired);
  return {
    up: state?.up ?? null,
    speed_bytes_per_second: speeds.reduce(
      (least, speed) => (least === null || speed === null ? null : Math.min(least, speed)),
      speeds[0] ?? null,
    ),
    wired: others.every((other) => other === wired) ? wired : null,
    address: addressOf(addresses, name),
    carrier_changes_total: state?.changes ?? null,
  };
}

/** IPv4 before IPv6; one that a card gave itself, for want of a DHCP server, only when there is no other. */
function addressOf(addresses: Addresses, card: string): string | null {
  const own = (addresses[card] ?? []).filter(({ address }) => !/^fe80:/i.test(address));
  const given = own.filter(({ address }) => !address.startsWith('169.254.'));
  return (given.find(({ family }) => family === 'IPv4') ?? given[0] ?? own[0])?.address ?? null;
}

/** Where Node is the only source: cards that are up, with their addresses; routes and speeds stay unknown. */
async function askElsewhere(host: Host): Promise<Answer> {
  const addresses = host.interfaces();
  const names = Object.keys(addresses).filter((name) => addresses[name]?.some(({ internal }) => !internal));
  const parts: Record<string, Facts> = {};
  for (const name of names) {
    const address = addressOf(addresses, name);
    parts[`nic:${name}`] = {
      up: true,
      speed_bytes_per_second: null,
      wired: null,
      address,
      carrier_changes_total: null,
    };
  }
  const [only] = names.length === 1 ? names : [];
  const facts = only === undefined ? NO_WAY : { ...NO_WAY, interface: only, address: addressOf(addresses, only) };
  return { facts, parts };
}
