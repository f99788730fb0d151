import { createHash } from 'node:crypto';
import * as net from 'node:net';
import { join } from 'node:path';
import * as tls from 'node:tls';
import { isLoopback, type Address } from './address.ts';
import type { Clock } from './clock.ts';
import { readWhole, writeWhole } from './files.ts';

/** How an address is dialled, or why it must not be. */
export type Way = { readonly url: string; readonly tls: tls.ConnectionOptions | null } | { readonly fault: string };

/**
 * Who is believed to be the site's collector: whoever shows a certificate that chains to the site's own CA, for the
 * address that was dialled or for the site's name. The machine's own list of authorities counts for nothing.
 */
export interface Trust {
  way(address: Address): Promise<Way>;
  /** True when a stranger's answer cannot be taken for the collector's: only then may the LAN be asked for it. */
  readonly isPinned: boolean;
}

export interface TrustOptions {
  readonly dir: string | null;
  readonly clock: Clock;
  readonly site: string;
  /** SHA-256 of the CA certificate's DER, hex, as in the ticket; null: its collector is on this machine. Absent: no ticket. */
  readonly ca?: string | null;
  readonly log: (line: string) => void;
}

/** What a handshake may take that only fetches the CA. */
const FETCH_LIMIT_MS = 5_000;

/**
 * Reads `ca.pem`. A ticket that names another CA wins over it: the machine was moved to another site.
 *
 * Only the CA's hash travels in a ticket. The certificate itself is fetched once, from whoever answers, and kept when it
 * has that hash; then everything is checked against it as usual, in a connection of its own.
 */
export async function openTrust({ dir, clock, site, ca, log }: TrustOptions): Promise<Trust> {
  const path = dir === null ? null : join(dir, 'ca.pem');
  const kept = path === null ? null : await readWhole(path);
  let pem = kept !== null && (ca === undefined || hashOfPem(kept) === ca) ? kept : null;

  async function way(address: Address): Promise<Way> {
    if (pem === null && typeof ca !== 'string') {
      return isLoopback(address.host)
        ? { url: `ws://${address.text}/agent`, tls: null }
        : { fault: 'without a CA in the ticket only a collector on this machine may be spoken to' };
    }
    if (pem === null) {
      const fetched = await fetchRoot(address, ca as string, clock);
      if ('fault' in fetched) return fetched;
      pem = fetched.pem;
      const fault = path === null ? null : await writeWhole(path, pem);
      if (fault !== null) log(`the site's CA cannot be kept: ${fault}`);
    }
    const checkServerIdentity = (_: string, certificate: tls.PeerCertificate): Error | undefined =>
      tls.checkServerIdentity(address.host, certificate) && tls.checkServerIdentity(`${site}.internal`, certificate);
    const options = { ca: pem, rejectUnauthorized: true, minVersion: 'TLSv1.2', checkServerIdentity } as const;
    return { url: `wss://${address.text}/agent`, tls: options };
  }

  return {
    way,
    get isPinned() {
      return pem !== null || typeof ca === 'string';
    },
  };
}

/** The last certificate that the other side shows, if it has that hash. Nothing is sent to it, nothing else believed. */
function fetchRoot(address: Address, hash: string, clock: Clock): Promise<{ pem: string } | { fault: string }> {
  return new Promise((resolve) => {
    const socket = tls.connect({
      host: address.host,
      port: address.port,
      rejectUnauthorized: false,
      servername: net.isIP(address.host) ? '' : address.host,
    });
    const end = (result: { pem: string } | { fault: string }): void => {
      cancel();
      socket.destroy();
      resolve(result);
    };
    const cancel = clock.after(FETCH_LIMIT_MS, () => end({ fault: 'no TLS handshake in time' }));
    // It may come long after the end.
    socket.on('error', (error) => end({ fault: error.message }));
    socket.once('close', () => end({ fault: 'closed during the TLS handshake' }));
    socket.once('secureConnect', () => {
      const der = rootOf(socket.getPeerCertificate(true));
      const isPinned = der !== null && createHash('sha256').update(der).digest('hex') === hash;
      end(isPinned ? { pem: pemOf(der) } : { fault: 'its certificate is not from the CA that the ticket names' });
    });
  });
}

function rootOf(leaf: tls.DetailedPeerCertificate): Buffer | null {
  let certificate = leaf;
  // A root is its own issuer; a chain of strangers may be long or run in a circle.
  for (let depth = 0; depth < 8; depth++) {
    const issuer = certificate.issuerCertificate;
    if (!issuer || issuer === certificate || issuer.fingerprint256 === certificate.fingerprint256) break;
    certificate = issuer;
  }
  return certificate.raw ?? null;
}

function pemOf(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

function hashOfPem(pem: string): string | null {
  const body = /-----BEGIN CERTIFICATE-----([^-]+)-----END CERTIFICATE-----/.exec(pem)?.[1];
  return body === undefined ? null : createHash('sha256').update(Buffer.from(body, 'base64')).digest('hex');
}
