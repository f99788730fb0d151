import * as net from 'node:net';

/** Where a collector may be found. */
export interface Address {
  /** Name or IP, without brackets. */
  readonly host: string;
  readonly port: number;
  /** As it is written: `10.0.0.5:9480`, `[fd00::5]:9480`. */
  readonly text: string;
}

export const DEFAULT_PORT = 9480;

/** `host:port`, `host` or `[v6]:port`; null when it is none of them. */
export function parseAddress(text: string): Address | null {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9._-]{1,253}))(?::(\d{1,5}))?$/.exec(text.trim());
  if (!match) return null;
  const host = (match[1] ?? match[2])!;
  const port = match[3] === undefined ? DEFAULT_PORT : Number(match[3]);
  if (port < 1 || port > 65_535 || (match[1] !== undefined && !net.isIPv6(host))) return null;
  return { host, port, text: `${match[1] === undefined ? host : `[${host}]`}:${port}` };
}

/** True when nothing sent there can leave this machine. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (net.isIPv4(host) && host.startsWith('127.'));
}

/** An address that a site's own machine may have: private, of one link, or of this machine. */
export function isSiteAddress(host: string): boolean {
  if (net.isIPv4(host)) return /^(10|127|192\.168|169\.254|172\.(1[6-9]|2\d|3[01]))\./.test(host);
  return net.isIPv6(host) && (host === '::1' || /^f[cd][0-9a-f]{2}:/i.test(host) || /^fe[89ab][0-9a-f]:/i.test(host));
}
