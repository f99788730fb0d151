import type { Host } from '../host.ts';

/** The way out: the card it leaves by, and the next hop, null when the card itself reaches everybody. */
export interface DefaultRoute {
  readonly card: string;
  readonly gateway: string | null;
}

const UP = 0x1;
const GATEWAY = 0x2;
const REJECT = 0x200;

/** The default route with the lowest metric, IPv4 before IPv6; null when there is none or it cannot be read. */
export function defaultRoute(host: Host): DefaultRoute | null {
  const four = host.glance('/proc/net/route');
  const found = four === null ? null : parseRoutes(four);
  if (found !== null) return found;
  const six = host.glance('/proc/net/ipv6_route');
  return six === null ? null : parseRoutes6(six);
}

/** `/proc/net/route`: a heading, then card, destination, gateway, flags, …, metric, mask; addresses in hex, last byte first. */
export function parseRoutes(text: string): DefaultRoute | null {
  const rows = text.split('\n').map((line) => line.trim().split(/\s+/));
  const ways = rows.filter(
    ([card, destination, , flags, , , , mask]) =>
      card !== undefined && destination === '00000000' && mask === '00000000' && isUsable(flags),
  );
  const [card, , gateway, flags] = best(ways, 6, 10) ?? [];
  if (card === undefined || gateway === undefined || flags === undefined) return null;
  return { card, gateway: parseInt(flags, 16) & GATEWAY ? dotted(gateway) : null };
}

/** `/proc/net/ipv6_route`: destination, its length, source, its length, next hop, metric, …, …, flags, card, all in hex. */
export function parseRoutes6(text: string): DefaultRoute | null {
  const rows = text.split('\n').map((line) => line.trim().split(/\s+/));
  const ways = rows.filter(
    ([destination, length, , , , , , , flags, card]) =>
      card !== undefined && card !== 'lo' && /^0{32}$/.test(destination ?? '') && length === '00' && isUsable(flags),
  );
  const [, , , , gateway, , , , flags, card] = best(ways, 5, 16) ?? [];
  if (card === undefined || gateway === undefined || flags === undefined) return null;
  return { card, gateway: parseInt(flags, 16) & GATEWAY ? colons(gateway) : null };
}

function isUsable(flags: string | undefined): boolean {
  const bits = parseInt(flags ?? '', 16);
  return (bits & UP) !== 0 && (bits & REJECT) === 0;
}

/** The first row with the lowest number in that column. */
function best(rows: readonly string[][], column: number, base: number): string[] | undefined {
  const metric = (row: readonly string[]): number => parseInt(row[column] ?? '', base);
  return [...rows].sort((a, b) => metric(a) - metric(b))[0];
}

function dotted(hex: string): string {
  const bytes = hex.match(/../g) ?? [];
  return bytes
    .reverse()
    .map((byte) => parseInt(byte, 16))
    .join('.');
}

/** The URL parser knows the short form of an IPv6 address. */
function colons(hex: string): string {
  return new URL(`http://[${(hex.match(/..../g) ?? []).join(':')}]/`).hostname.slice(1, -1);
}
