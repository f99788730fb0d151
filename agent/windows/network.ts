import type { Host } from '../host.ts';
import type { Answer, Facts } from '../reading.ts';
import { cardNote, isReal, isWired, presentSettings } from './cards.ts';
import type { CardNote } from './cards.ts';
import type { Link, NetworkCard, Windows } from './windows.ts';

/** Addresses, routes and cards are read on a change, and each minute, or each five where Windows tells of changes. */
const STUDY_EVERY = { untold: 30, told: 150 };
/**
 * Windows tells of a change at once. All the same each card's link is looked at every half minute, for what a driver told
 * only half: a look costs as much as everything else that the agent does in two seconds.
 */
const LOOK_EVERY = 15;

/** Where a card hangs and what it is called hardly ever change; that a name does is seen within the hour. */
const NOTES_EVERY = 1_800;

interface Study {
  /** As Windows counted when this was read. */
  readonly changes: number | null;
  readonly cards: readonly RealCard[];
  readonly links: readonly (Link | null)[];
  readonly answer: Answer;
}

interface RealCard {
  readonly card: NetworkCard;
  readonly note: CardNote;
}

/** Answers for the probe `network`; keeps what it saw. `changes` counts from the agent's start. */
export function watchWindowsNetwork(): (host: Host, windows: Windows) => Answer {
  let last: Study | null = null;
  let asks = 0;
  const notes = new Map<string, CardNote>();
  return (host, windows) => {
    const ask = asks++;
    const changes = windows.networkChanges();
    const isDue = ask % (changes === null ? STUDY_EVERY.untold : STUDY_EVERY.told) === 0;
    const isTold = last !== null && changes !== last.changes;
    if (last !== null && !isDue && !isTold) {
      if (changes !== null && ask % LOOK_EVERY !== 0) return last.answer;
      const links = last.cards.map(({ card }) => windows.link(card.index));
      if (links.every((link, index) => isSame(link, last?.links[index] ?? null))) return last.answer;
    }
    const network = windows.network();
    if (network === null) {
      last = null;
      return withoutTable(host, windows);
    }
    const noteOf = (guid: string): CardNote => {
      const known = isDue && ask % NOTES_EVERY === 0 ? undefined : notes.get(guid);
      const note = known ?? cardNote(windows, guid);
      if (notes.size > 256) notes.clear();
      notes.set(guid, note);
      return note;
    };
    const cards = network.cards.map((card) => ({ card, note: noteOf(card.guid) }));
    const real = cards.filter(({ card, note }) => isReal(card, note));
    const way = wayOf(network.route, cards, real);
    const parts: Record<string, Facts> = {};
    for (const each of way !== null && !real.includes(way.out) ? [...real, way.out] : real) {
      parts[`nic:${each.card.name}`] = partOf(each);
    }
    const answer: Answer = { facts: way === null ? NO_WAY : wayFacts(way.out, way.gateway), parts };
    last = { changes, cards: real, links: real.map(({ card }) => ({ up: card.up, speed: card.speed })), answer };
    return answer;
  };
}

/** A down link has no speed worth telling, and drivers invent one. */
function isSame(now: Link | null, before: Link | null): boolean {
  if (now === null || before === null) return now === before;
  return now.up === before.up && (!now.up || now.speed === before.speed);
}

interface Way {
  readonly out: RealCard;
  readonly gateway: string | null;
}

/** Rooms that are cut off have no default route; a single connected card is then the one meant. */
function wayOf(
  route: { readonly index: number; readonly gateway: string | null } | null,
  all: readonly RealCard[],
  real: readonly RealCard[],
): Way | null {
  const out = route && all.find(({ card }) => card.index === route.index);
  if (out) return { out, gateway: route.gateway };
  const connected = real.filter(({ card }) => card.up && addressOf(card) !== null);
  const [only] = connected;
  return only !== undefined && connected.length === 1 ? { out: only, gateway: only.card.gateways[0] ?? null } : null;
}

function wayFacts({ card, note }: RealCard, gateway: string | null): Facts {
  return {
    interface: card.name,
    speed_bytes_per_second: speedOf(card),
    wired: isWired(card, note),
    dhcp: addressOf(card) === null ? null : card.dhcp,
    address: addressOf(card),
    gateway,
  };
}

function partOf({ card, note }: RealCard): Facts {
  return {
    up: card.up,
    speed_bytes_per_second: speedOf(card),
    wired: isWired(card, note),
    address: addressOf(card),
    // Windows counts no such thing.
    carrier_changes_total: null,
  };
}

function speedOf({ up, speed }: Link): number | null {
  return up && speed !== null ? speed / 8 : null;
}

/** IPv4 before IPv6; one that a card gave itself only when there is no other. */
function addressOf({ addresses }: NetworkCard): string | null {
  const own = addresses.filter((address) => address !== '' && !/^fe80:/i.test(address));
  const given = own.filter((address) => !address.startsWith('169.254.'));
  return given.find((address) => !address.includes(':')) ?? given[0] ?? own[0] ?? null;
}

const NO_WAY: Facts = Object.freeze({
  interface: null,
  speed_bytes_per_second: null,
  wired: null,
  dhcp: null,
  address: null,
  gateway: null,
});

/** Without the addon: what TCP/IP's settings say of the cards that Node sees. Links and speeds stay unknown. */
function withoutTable(host: Host, windows: Windows): Answer {
  const addresses = host.interfaces();
  const seen = Object.keys(addresses).filter((name) => addresses[name]?.some(({ internal }) => !internal));
  const settings = presentSettings(windows, addresses);
  const ownAddress = (name: string): string | null =>
    addressOf({ addresses: (addresses[name] ?? []).map(({ address }) => address) } as unknown as NetworkCard);
  const parts: Record<string, Facts> = {};
  for (const name of seen) {
    const known = settings.find((each) => each.name === name);
    parts[`nic:${name}`] = {
      up: true,
      speed_bytes_per_second: null,
      wired: known?.wired ?? null,
      address: ownAddress(name),
      carrier_changes_total: null,
    };
  }
  const leading = settings.filter(({ gateway }) => gateway !== null);
  const [out] = leading.length === 1 ? leading : [];
  const name = out?.name ?? (seen.length === 1 ? seen[0] : undefined);
  if (name === undefined) return { facts: NO_WAY, parts };
  const known = settings.find((each) => each.name === name);
  return {
    facts: {
      ...NO_WAY,
      interface: name,
      wired: known?.wired ?? null,
      dhcp: known?.dhcp ?? null,
      address: ownAddress(name),
      gateway: known?.gateway ?? null,
    },
    parts,
  };
}
