import Fastify, { LogController, type FastifyBaseLogger, type FastifyInstance } from 'fastify';
import { accountRoutes } from './accountRoutes.ts';
import { mustArrive, type Places } from './door.ts';
import { LARGEST_FILE, limitMs } from './exchange.ts';
import type { Organization } from './organization.ts';
import { toldOf } from './refusal.ts';
import { OVERVIEW } from './store/overview.ts';
import { pageRoutes } from './pages/pageRoutes.ts';
import { createPeople } from './people/accounts.ts';
import { createGuard } from './people/guard.ts';
import { peopleRoutes } from './peopleRoutes.ts';
import { siteRoutes } from './siteRoutes.ts';

export interface ServerOptions {
  readonly organization: Organization;
  /** PEM. */
  readonly tls: { readonly key: string; readonly cert: string };
  readonly log: FastifyBaseLogger;
  readonly places?: Places | undefined;
}

/** Everything HTTPS of the organization on one port: sites push, people look and decide. */
export async function createServer({ organization, tls, log, places }: ServerOptions): Promise<FastifyInstance> {
  const app = Fastify({
    https: { key: tls.key, cert: tls.cert, minVersion: 'TLSv1.2', handshakeTimeout: 10_000, headersTimeout: 20_000 },
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: 64 * 1024,
    // Of the largest file on the slowest line; what is smaller gets less time below.
    requestTimeout: limitMs(LARGEST_FILE * 2),
    connectionTimeout: 60_000,
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false, allErrors: true } },
  }) as unknown as FastifyInstance;
  app.server.maxConnections = MOST_CONNECTIONS;
  app.addHook('onRequest', async ({ raw, headers }) => {
    const hasBody = headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined;
    if (hasBody) mustArrive(raw, limitMs(Number(headers['content-length'] ?? 0)));
  });
  app.setSerializerCompiler(() => JSON.stringify);
  app.setErrorHandler((error, request, reply) => {
    const told = toldOf(error);
    if (told.status >= 500 && told.code !== 'busy') request.log.error({ err: error }, 'a request failed');
    return reply.code(told.status).send({ error: { code: told.code, message: told.words } });
  });
  app.setNotFoundHandler((request, reply) =>
    reply.code(404).send({
      error: {
        code: 'not-found',
        message: {
          zh: `这里没有 ${request.url.slice(0, 100)}。`,
          en: `There is nothing at ${request.url.slice(0, 100)}.`,
        },
      },
    }),
  );
  app.addHook('onSend', async (_request, reply) => {
    reply.headers(HEADERS);
  });
  const people = createPeople(organization);
  const guard = createGuard(organization, people);
  await app.register(async (routes) => {
    siteRoutes(routes, organization, places);
    peopleRoutes(routes, organization, people, guard);
    accountRoutes(routes, people, guard);
  });
  await app.register(async (routes) => pageRoutes(routes, organization, people, guard));
  // A balancer asks whether this process can work: without its database it cannot.
  app.get('/healthz', async () => {
    await organization.store.sql.selectFrom('site').select('site_id').limit(1).modifyEnd(OVERVIEW).execute();
    return { status: 'ok' };
  });
  await app.ready();
  return app;
}

/** Each has some 50 KiB with its TLS; a thousand sites push in one minute with fewer. */
const MOST_CONNECTIONS = 2_048;

/** No script runs in these pages at all. */
const HEADERS = {
  'content-security-policy':
    "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'same-origin',
  'cache-control': 'no-store',
} as const;
