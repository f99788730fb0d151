import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import cookie from '@fastify/cookie';
import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import serveStatic from '@fastify/static';
import swagger from '@fastify/swagger';
import Fastify, {
  LogController,
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyServerFactory,
} from 'fastify';
import { accountRoutes } from './accountRoutes.ts';
import { restartRoutes } from './restartRoutes.ts';
import { trialRoutes } from './trialRoutes.ts';
import { seatRoutes } from './seatRoutes.ts';
import type { Desk } from './desk.ts';
import { bundleRoutes } from './bundleRoutes.ts';
import { changeRoutes } from './changeRoutes.ts';
import { drillRoutes } from './drillRoutes.ts';
import { uplinkRoutes } from './uplinkRoutes.ts';
import { playbackRoutes } from './playbackRoutes.ts';
import type { Events } from './events.ts';
import { forEverybody, guard, mayDo } from './guard.ts';
import { organizationRoutes } from './organizationRoutes.ts';
import { pagingRoutes } from './pagingRoutes.ts';
import { peopleRoutes } from './peopleRoutes.ts';
import { readinessRoutes } from './readinessRoutes.ts';
import { readRoutes } from './readRoutes.ts';
import { recordRoutes } from './recordRoutes.ts';
import { reportRoutes } from './reportRoutes.ts';
import { signInRoutes } from './signInRoutes.ts';
import { sessionRoutes } from './sessionRoutes.ts';
import { statementRoutes } from './statementRoutes.ts';

export interface ConsoleOptions {
  /** Makes the HTTP server over the one listener. */
  readonly serverFactory: FastifyServerFactory;
  readonly log: FastifyBaseLogger;
  /** Pieces of Prometheus text, for one scrape. */
  readonly metrics: () => AsyncIterable<string>;
  /** The built pages, `dist/console`. */
  readonly pages: string;
}

const LARGEST_BODY = 64 * 1024;

/** Everything HTTP on the one port: `/` pages, `/api/v1`, `/metrics`, `/healthz`. Agents' upgrades never come here. */
export async function createConsole(desk: Desk, events: Events, options: ConsoleOptions): Promise<FastifyInstance> {
  const app = Fastify({
    loggerInstance: options.log,
    logController: new LogController({ disableRequestLogging: true }),
    serverFactory: options.serverFactory,
    bodyLimit: LARGEST_BODY,
    // Bodies are taken as they are: "5" is not a number.
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false, allErrors: true } },
  });
  // Answers are typed; schemas document them, and JSON.stringify is quick enough for pages of 1,000 rows.
  app.setSerializerCompiler(() => JSON.stringify);
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        frameAncestors: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        objectSrc: ["'none'"],
      },
    },
    // The site's own CA is not a public one, and the console on loopback speaks plain HTTP.
    strictTransportSecurity: false,
  });
  await app.register(cookie);
  await app.register(rateLimit, { global: false });
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Xunkao 巡考',
        version: desk.version,
        description: 'What the collector of an exam site knows and takes.',
      },
    },
  });
  guard(app, desk);
  await app.register(async (routes) => {
    restartRoutes(routes, desk);
    trialRoutes(routes, desk);
    seatRoutes(routes, desk, events);
    readRoutes(routes, desk, events);
    changeRoutes(routes, desk, events);
    bundleRoutes(routes, desk);
    drillRoutes(routes, desk);
    uplinkRoutes(routes, desk);
    playbackRoutes(routes, desk);
    recordRoutes(routes, desk);
    reportRoutes(routes, desk);
    signInRoutes(routes, desk);
    accountRoutes(routes, desk);
    sessionRoutes(routes, desk);
    pagingRoutes(routes, desk);
    organizationRoutes(routes, desk);
    peopleRoutes(routes, desk);
    statementRoutes(routes, desk);
    readinessRoutes(routes, desk);
    routes.get('/api/v1/openapi.json', { onRequest: mayDo('look'), schema: { hide: true } }, async () => app.swagger());
    routes.get('/healthz', { onRequest: forEverybody, schema: { hide: true } }, async () => ({ status: 'ok' }));
    routes.get('/metrics', { onRequest: mayDo('read-metrics'), schema: { hide: true } }, async (request, reply) => {
      reply.type('text/plain; version=0.0.4; charset=utf-8');
      const text = Readable.from(options.metrics());
      if (!/\bgzip\b/.test(request.headers['accept-encoding'] ?? '')) return reply.send(text);
      // Level 1: six times smaller for a third of the time of the default.
      return reply.header('content-encoding', 'gzip').send(text.pipe(createGzip({ level: 1 })));
    });
  });
  if (existsSync(join(options.pages, 'index.html'))) {
    await app.register(serveStatic, { root: options.pages, cacheControl: true, maxAge: 0, etag: true });
  } else {
    app.get('/', { onRequest: forEverybody, schema: { hide: true } }, async (_request, reply) =>
      reply
        .type('text/plain; charset=utf-8')
        .send('The console’s pages are not built. 页面尚未构建。 npm start builds them.\n'),
    );
  }
  // Before the listener waits for open requests: the pages notice at once.
  app.addHook('preClose', async () => events.close());
  await app.ready();
  return app;
}
