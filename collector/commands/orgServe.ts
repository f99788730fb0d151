import { pino } from 'pino';
import { Trouble } from '../gateway/trouble.ts';
import { createPeer } from '../network/peer.ts';
import { createServer } from '../organization/server.ts';
import { engineOf } from '../organization/store/distribute.ts';
import { shownStore } from '../organization/store/store.ts';
import { endAsked } from './ending.ts';
import { WrongUse } from './options.ts';
import { addressOf, certificatesOf, storeOf, textOf, withOrganization, type OrgOptions } from './orgOptions.ts';

export async function serve(options: OrgOptions): Promise<number> {
  const { listen = '0.0.0.0:9470', cert, 'key-file': keyFile } = options;
  const { host, port } = addressOf('listen', listen);
  if ((cert === undefined) !== (keyFile === undefined))
    throw new WrongUse({ zh: '--cert 和 --key-file 须同时给出', en: '--cert and --key-file go together' });
  const peer = options.peer === undefined ? null : addressOf('peer', options.peer);
  return withOrganization(options, async (organization) => {
    const log = pino({ base: null }, pino.destination(2));
    const tls =
      cert !== undefined && keyFile !== undefined
        ? { cert: textOf(cert), key: textOf(keyFile) }
        : (await certificatesOf(options, listen)).current();
    const app = await createServer({ organization, tls, log });
    const url = await app.listen({ host, port }).catch((error: Error) => {
      throw new Trouble({
        zh: `无法监听 ${listen}：${error.message}`,
        en: `cannot listen on ${listen}: ${error.message}`,
      });
    });
    // Random bytes need no secrecy, and sites do not know this CA for their tests: HTTPS with a public certificate alone.
    const open = cert === undefined ? undefined : tls;
    const token = options['token-file'] === undefined ? undefined : textOf(options['token-file']).trim();
    const beside = peer && createPeer({ token, tls: open, atOnce: 1, log: (line) => log.info(line) });
    beside?.listen(peer!.port, peer!.host);
    process.stdout.write(`${url}\n`);
    log.info({ store: shownStore(storeOf(options)), engine: await engineOf(organization.store) }, 'serving');
    await endAsked();
    beside?.closeAllConnections();
    beside?.close();
    await app.close();
    return 0;
  });
}
