import { createHash, X509Certificate } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type TlsOptions } from 'node:tls';
import * as dgram from 'node:dgram';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parseAddress, type Address } from '../../agent/address.ts';
import { Agent, type AgentOptions } from '../../agent/agent.ts';
import { systemClock } from '../../agent/clock.ts';
import { openTrust } from '../../agent/trust.ts';
import { openCertificates, type Certificates } from '../../collector/gateway/certificates.ts';
import { startFakeCollector, until, type FakeCollector } from '../fixtures/fakeCollector.ts';
import { fakeHost } from '../fixtures/host.ts';
import { steadyProbe } from '../fixtures/probes.ts';

const SITE = 'test-site';
let folder = '';
let dir = '';
let ours: Certificates;
let theirs: Certificates;
let lines: string[] = [];
const ends: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'xunkao-ca-'));
  const make = (name: string, site: string, addresses: readonly string[]) =>
    openCertificates({ folder: join(folder, name), site, addresses, now: Date.now() });
  ours = await make('ours', SITE, []);
  // A stranger on the LAN can make a CA of any name, for the same site and addresses.
  theirs = await make('theirs', SITE, []);
  return () => rmSync(folder, { recursive: true });
});
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'xunkao-trust-'));
  lines = [];
});
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
  rmSync(dir, { recursive: true, force: true });
});

const tlsOf = (certificates: Certificates) => ({ ...certificates.current(), caHash: ours.caHash });

async function collect(certificates = ours, host = '127.0.0.1'): Promise<FakeCollector> {
  const collector = await startFakeCollector({ tls: tlsOf(certificates), host });
  ends.push(() => collector.stop());
  return collector;
}

async function start(options: Partial<AgentOptions>): Promise<Agent> {
  const agent = new Agent({
    dir,
    host: fakeHost(),
    clock: systemClock(),
    probes: [steadyProbe('some', { facts: { value: 1 } })],
    sweep: null,
    log: (line) => lines.push(line),
    discoveryPort: null,
    ...options,
  });
  ends.push(() => agent.stop());
  expect(await agent.start()).toEqual([]);
  return agent;
}

describe('an agent with a ticket that names a CA', () => {
  it('fetches the CA once, keeps it, and speaks only through TLS, on this machine too', async () => {
    const collector = await collect();
    const agent = await start({ ticket: collector.ticket });
    await until('it is online', () => agent.isOnline);
    const kept = readFileSync(join(dir, 'ca.pem'), 'utf8');
    expect(createHash('sha256').update(new X509Certificate(kept).raw).digest('hex')).toBe(ours.caHash);
    await agent.stop();
    // The ticket may be gone: what it said of the CA is kept.
    const again = await start({ addresses: [collector.address] });
    await until('it is online again', () => again.isOnline);
  });

  it('tells a stranger with a CA of its own nothing', async () => {
    const stranger = await collect(theirs);
    await start({ ticket: stranger.ticket });
    await until('it says so', () => lines.some((line) => line.includes('not from the CA that the ticket names')));
    expect(stranger.introductions).toEqual([]);
    expect(existsSync(join(dir, 'ca.pem'))).toBe(false);
  });

  it('tells a stranger nothing who shows our CA beside a certificate of another', async () => {
    const { key, cert } = theirs.current();
    const leaf = cert.slice(0, cert.indexOf('-----END CERTIFICATE-----') + '-----END CERTIFICATE-----\n'.length);
    const stranger = await startFakeCollector({ tls: { key, cert: `${leaf}${ours.ca}`, caHash: ours.caHash } });
    ends.push(() => stranger.stop());
    await start({ ticket: stranger.ticket });
    await until('it was refused twice', () => lines.some((line) => line.includes('no collector found')));
    expect(stranger.introductions).toEqual([]);
    expect(stranger.connections).toBe(0);
  });

  it('drops the CA of another site that lies in its folder', async () => {
    writeFileSync(join(dir, 'ca.pem'), theirs.ca);
    const collector = await collect();
    const agent = await start({ ticket: collector.ticket });
    await until('it is online', () => agent.isOnline);
    expect(readFileSync(join(dir, 'ca.pem'), 'utf8')).not.toBe(theirs.ca);
  });

  it('finds a collector that moved by asking the LAN, and passes over one that answers falsely', async () => {
    const collector = await collect();
    const stranger = await collect(theirs, '127.0.0.2');
    const udp = dgram.createSocket('udp4');
    udp.on('message', (_, from) => {
      for (const address of [stranger.address, collector.address]) {
        udp.send(JSON.stringify({ xunkao: 1, site: SITE, address }), from.port, from.address);
      }
    });
    await new Promise<void>((resolve) => {
      udp.bind(0, '127.0.0.1', resolve);
    });
    ends.push(async () => udp.close());
    const gone = await startFakeCollector();
    await gone.stop();
    const ticket = { ...collector.ticket, addresses: [gone.address] };
    const agent = await start({ ticket, discoveryPort: udp.address().port });
    await until('it is online', () => agent.isOnline);
    expect(stranger.introductions).toEqual([]);
    expect(lines[lines.length - 1]).toContain(collector.address);
  });
});

describe('the way to an address', () => {
  const clock = systemClock();
  const open = (ca?: string | null) =>
    openTrust({ dir: null, clock, site: SITE, log: () => undefined, ...(ca === undefined ? {} : { ca }) });
  const at = (text: string): Address => parseAddress(text)!;

  async function serve(options: TlsOptions, host = '127.0.0.1'): Promise<Address> {
    const server: Server = createServer(options, (socket) => socket.end());
    server.on('tlsClientError', () => undefined);
    await new Promise<void>((resolve) => {
      server.listen(0, host, resolve);
    });
    ends.push(() => new Promise((resolve) => server.close(resolve)));
    return at(`${host}:${(server.address() as AddressInfo).port}`);
  }

  it('without a CA is plain within this machine and closed to every other', async () => {
    const trust = await open(null);
    expect(await trust.way(at('127.0.0.1:9480'))).toEqual({ url: 'ws://127.0.0.1:9480/agent', tls: null });
    expect(await trust.way(at('[::1]:9480'))).toEqual({ url: 'ws://[::1]:9480/agent', tls: null });
    expect(await trust.way(at('10.0.0.5:9480'))).toHaveProperty('fault');
    // A name that begins like a loopback address is a name.
    expect(await trust.way(at('127.0.0.1.example.org:9480'))).toHaveProperty('fault');
    expect(trust.isPinned).toBe(false);
  });

  it('with a CA is never plain', async () => {
    const trust = await open(ours.caHash);
    const address = await serve(ours.current());
    expect(await trust.way(address)).toMatchObject({
      url: `wss://${address.text}/agent`,
      tls: { rejectUnauthorized: true },
    });
    expect(trust.isPinned).toBe(true);
  });

  it('accepts the certificate for the address that was dialled or for the name of the site, and no other', async () => {
    const trust = await open(ours.caHash);
    const way = await trust.way(await serve(ours.current()));
    const check = 'tls' in way ? way.tls!.checkServerIdentity! : null;
    const shown = (subjectaltname: string) => ({ subject: { CN: 'x' }, subjectaltname }) as never;
    expect(check!('', shown('IP Address:127.0.0.1'))).toBeUndefined();
    expect(check!('', shown(`DNS:${SITE}.internal, IP Address:10.9.9.9`))).toBeUndefined();
    expect(check!('', shown('DNS:other-site.internal, IP Address:10.9.9.9'))).toBeInstanceOf(Error);
  });

  it('is a fault where nobody listens, or where somebody speaks no TLS', async () => {
    const trust = await open(ours.caHash);
    const plain = await startFakeCollector();
    ends.push(() => plain.stop());
    expect(await trust.way(at(plain.address))).toHaveProperty('fault');
    const gone = await startFakeCollector();
    await gone.stop();
    expect(await trust.way(at(gone.address))).toEqual({ fault: expect.stringContaining('ECONNREFUSED') });
  });
});
