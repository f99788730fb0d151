import { networkInterfaces } from 'node:os';

/** An IPv4 address that came in through an IPv6 socket is the IPv4 address; '' when the socket is gone already. */
export function plainAddress(address: string | undefined): string {
  if (address === undefined) return '';
  return address.startsWith('::ffff:') && address.includes('.') ? address.slice('::ffff:'.length) : address;
}

export function isLoopback(address: string): boolean {
  return address === '::1' || /^127(?:\.\d{1,3}){3}$/.test(address);
}

/** The addresses of this computer, loopback ones left out. */
export function ownAddresses(): readonly string[] {
  return Object.values(networkInterfaces())
    .flatMap((cards) => cards ?? [])
    .filter((card) => !card.internal)
    .map((card) => card.address.split('%', 1)[0]!);
}
