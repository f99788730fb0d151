import { once } from 'node:events';
import type { Server as TlsServer } from 'node:tls';
import { pino } from 'pino';
import type { FastifyBaseLogger as Log } from 'fastify';
import type { KeyPair } from '../gateway/certificates.ts';
import { Trouble } from '../gateway/trouble.ts';
import { createPeer } from '../network/peer.ts';
import { createServer } from '../organization/server.ts';
import { engineOf } from '../organization/store/distribute.ts';
import { shownStore } from '../organization/store/store.ts';
import { endAsked } from './ending.ts';
import { wholeNumber, WrongUse } from './options.ts';
import { addressOf, certificatesOf, storeOf, textOf, withOrganization, type OrgOptions } from './orgOptions.ts';

/** A certificate that was renewed, by us or by whoever made it, is served within this time. */
const RENEW_MS = 12 * 3_600_000;

export async function serve(options: OrgOptions): Promise<number> {
  const { listen = '0.0.0.0:9470', cert, 'key-file': keyFile } = options;
  const { host, port } = addressOf('listen', listen);
  if ((cert === undefined) !== (keyFile === undefined))
    throw new WrongUse({ zh: '--cert 和 --key-file 须同时给出', en: '--cert and --key-file go together' });
  const certificate = async (): Promise<KeyPair> =>
    cert !== undefined && keyFile !== undefined
      ? { cert: textOf(cert), key: textOf(keyFile) }
      : (await certificatesOf(options, listen)).current();
  return withOrganization(options, async (organization) => {
    const log: Log = pino({ base: null }, pino.destination(2));
    const tls = await certificate();
    const app = await createServer({ organization, tls, log });
    const url = await app.listen({ host, port }).catch((error: Error) => {
      throw cannotListen(listen, error);
    });
    const renewing = setInterval(() => {
      certificate()
        .then((pair) => (app.server as unknown as TlsServer).setSecureContext(pair))
        .catch((error: unknown) => log.error({ err: error }, 'the certificate could not be renewed'));
    }, RENEW_MS);
    const endPeer = await servePeer(options, cert === undefined ? undefined : tls, log);
    process.stdout.write(`${url}\n`);
    log.info({ store: shownStore(storeOf(options)), engine: await engineOf(organization.store) }, 'serving');
    await endAsked();
    clearInterval(renewing);
    endPeer();
    await app.close();
    return 0;
  });
}

/**
 * The other end of the proof of the line out. Random bytes need no secrecy, and sites do not know our own CA for their
 * tests: HTTPS with a public certificate alone.
 */
async function servePeer(options: OrgOptions, tls: KeyPair | undefined, log: Log): Promise<() => void> {
  if (options.peer === undefined) return () => undefined;
  const { host, port } = addressOf('peer', options.peer);
  const token = options['token-file'] === undefined ? undefined : textOf(options['token-file']).trim();
  const atOnce = wholeNumber('at-once', options['at-once'] ?? '1', 1, 16);
  const peer = createPeer({ token, tls, atOnce, log: (line) => log.info(line) });
  peer.listen(port, host);
  await once(peer, 'listening').catch((error: Error) => {
    throw cannotListen(options.peer!, error);
  });
  return () => {
    peer.closeAllConnections();
    peer.close();
  };
}

function cannotListen(address: string, { message }: Error): Trouble {
  return new Trouble({ zh: `无法监听 ${address}：${message}`, en: `cannot listen on ${address}: ${message}` });
}
