import { BlockList, isIPv4 } from 'node:net';

/**
 * What the site's CA may sign for, so that a stolen key cannot speak for a bank: private and link-local addresses,
 * loopback, names below `.internal`, and localhost.
 */
export const PERMITTED_SUBNETS: readonly (readonly [address: string, prefix: number])[] = [
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  // Rooms that are cut off on purpose often have no DHCP either.
  ['169.254.0.0', 16],
  // Carriers' and overlay networks' (RFC 6598); nobody reaches it over the internet.
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['fc00::', 7],
  ['fe80::', 10],
  ['::1', 128],
];
export const PERMITTED_NAMES: readonly string[] = ['internal', 'localhost'];

const permitted = new BlockList();
for (const [address, prefix] of PERMITTED_SUBNETS)
  permitted.addSubnet(address, prefix, isIPv4(address) ? 'ipv4' : 'ipv6');

export function isPermitted(address: string): boolean {
  return permitted.check(address, isIPv4(address) ? 'ipv4' : 'ipv6');
}

export const NAME_CONSTRAINTS_OID = '2.5.29.30';

/** `NameConstraints` of RFC 5280 §4.2.1.10 in DER, with permitted subtrees only. */
export function nameConstraints(): Uint8Array<ArrayBuffer> {
  const subtrees = [
    ...PERMITTED_NAMES.map((name) => tagged(DNS_NAME, Buffer.from(name, 'latin1'))),
    ...PERMITTED_SUBNETS.map(([address, prefix]) => tagged(IP_ADDRESS, addressAndMask(address, prefix))),
  ].map((base) => tagged(SEQUENCE, base));
  return Uint8Array.from(tagged(SEQUENCE, tagged(PERMITTED, Buffer.concat(subtrees))));
}

const SEQUENCE = 0x30;
const PERMITTED = 0xa0;
const DNS_NAME = 0x82;
const IP_ADDRESS = 0x87;

function tagged(tag: number, content: Buffer): Buffer {
  if (content.length < 128) return Buffer.concat([Buffer.from([tag, content.length]), content]);
  if (content.length > 0xffff) throw new Error('longer than two bytes can say');
  return Buffer.concat([Buffer.from([tag, 0x82, content.length >> 8, content.length & 0xff]), content]);
}

function addressAndMask(address: string, prefix: number): Buffer {
  const bytes = addressBytes(address);
  const mask = bytes.map((_, index) => 0xff & (0xff00 >> Math.min(8, Math.max(0, prefix - index * 8))));
  return Buffer.from([...bytes, ...mask]);
}

function addressBytes(address: string): number[] {
  if (isIPv4(address)) return address.split('.').map(Number);
  const [head = '', tail = ''] = address.split('::');
  const groups = (text: string): number[] =>
    text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16));
  const left = groups(head);
  const right = groups(tail);
  const all = [...left, ...Array.from({ length: 8 - left.length - right.length }, () => 0), ...right];
  return all.flatMap((group) => [group >> 8, group & 0xff]);
}
