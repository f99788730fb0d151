import 'reflect-metadata';
import { createPrivateKey, webcrypto } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect, type TLSSocket } from 'node:tls';
import * as x509 from '@peculiar/x509';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Agent } from '../../agent/agent.ts';
import { systemClock } from '../../agent/clock.ts';
import { openCertificates, type KeyPair } from '../../collector/gateway/certificates.ts';
import { startFakeCollector, until } from '../fixtures/fakeCollector.ts';
import { collectorIn, temporaryFolder } from '../fixtures/collector.ts';
import { fakeHost } from '../fixtures/host.ts';
import { steadyProbe } from '../fixtures/probes.ts';

/** Who may pass for the collector, and how the real one may be spoken to. */

const SITE = 'test-site';
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

interface Leaf {
  readonly dns: string;
  readonly notAfter: Date;
}

/** A leaf that the site's own CA signs, as a thief of its key, or a clock that stands wrong, could have it. */
async function signed(folder: string, { dns, notAfter }: Leaf): Promise<KeyPair> {
  const ca = readFileSync(join(folder, 'ca.crt'), 'utf8');
  const der = createPrivateKey(readFileSync(join(folder, 'ca.key'))).export({ type: 'pkcs8', format: 'der' });
  const signingKey = await webcrypto.subtle.importKey('pkcs8', Uint8Array.from(der), ALGORITHM, false, ['sign']);
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const leaf = await x509.X509CertificateGenerator.create(
    {
      serialNumber: '4711',
      subject: [{ CN: [dns] }],
      issuer: new x509.X509Certificate(ca).subject,
      notBefore: new Date(Date.UTC(2000, 0, 1)),
      notAfter,
      signingAlgorithm: ALGORITHM,
      publicKey: keys.publicKey,
      signingKey,
      extensions: [new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: dns }])],
    },
    webcrypto,
  );
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey));
  const key = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' }).export({ type: 'pkcs8', format: 'pem' });
  return { key, cert: `${leaf.toString('pem')}\n${ca}` };
}

const LATER = new Date(Date.now() + 86_400_000);

describe('an agent tells nothing to', () => {
  test.each([
    ['a certificate of the right CA for another name', { dns: 'other-site.internal', notAfter: LATER }, /altnames/],
    ['one of the right CA that has ended', { dns: `${SITE}.internal`, notAfter: new Date(Date.now() - 1) }, /expired/],
  ])('%s', async (_what, leaf, fault) => {
    const folder = temporaryFolder();
    const { caHash } = await openCertificates({ folder, site: SITE, addresses: [], now: Date.now() });
    const liar = await startFakeCollector({ tls: { ...(await signed(folder, leaf)), caHash } });
    onTestFinished(() => liar.stop());
    const lines: string[] = [];
    const agent = new Agent({
      dir: temporaryFolder(),
      host: fakeHost(),
      clock: systemClock(),
      probes: [steadyProbe('some', { facts: { value: 1 } })],
      sweep: null,
      log: (line) => lines.push(line),
      discoveryPort: null,
      ticket: liar.ticket,
    });
    onTestFinished(() => agent.stop());
    expect(await agent.start()).toEqual([]);
    await until('it was refused', () => fault.test(lines.join('\n')));
    expect(liar.introductions).toEqual([]);
    expect(agent.isOnline).toBe(false);
  });
});

test('the collector speaks TLS 1.2 and later, and nothing older', async () => {
  const { addresses } = await collectorIn();
  const port = Number(addresses[0]!.split(':')[1]);
  const shake = async (version: 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3'): Promise<string | null> => {
    const socket: TLSSocket = connect({
      port,
      host: '127.0.0.1',
      rejectUnauthorized: false,
      minVersion: version,
      maxVersion: version,
      // OpenSSL itself refuses old versions at its usual level.
      ciphers: 'DEFAULT@SECLEVEL=0',
    });
    onTestFinished(() => void socket.destroy());
    const shaken = once(socket, 'secureConnect').then(
      () => socket.getProtocol(),
      () => null,
    );
    return Promise.race([shaken, once(socket, 'close').then(() => null)]);
  };
  expect(await shake('TLSv1.1')).toBeNull();
  expect(await shake('TLSv1.2')).toBe('TLSv1.2');
  expect(await shake('TLSv1.3')).toBe('TLSv1.3');
});
