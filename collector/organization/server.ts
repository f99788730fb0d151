import Fastify, { LogController, type FastifyBaseLogger, type FastifyInstance } from 'fastify';
import type { Organization } from './organization.ts';
import { OrganizationRefusal } from './refusal.ts';
import { siteRoutes } from './siteRoutes.ts';

export interface ServerOptions {
  readonly organization: Organization;
  /** PEM. */
  readonly tls: { readonly key: string; readonly cert: string };
  readonly log: FastifyBaseLogger;
}

/** Everything HTTPS of the organization on one port: sites push, people look and decide. */
export async function createServer({ organization, tls, log }: ServerOptions): Promise<FastifyInstance> {
  const app = Fastify({
    https: { key: tls.key, cert: tls.cert, minVersion: 'TLSv1.2', handshakeTimeout: 10_000 },
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: 64 * 1024,
    requestTimeout: 60_000,
    connectionTimeout: 60_000,
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false, allErrors: true } },
  }) as unknown as FastifyInstance;
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
  await app.register(async (routes) => siteRoutes(routes, organization));
  app.get('/healthz', async () => ({ status: 'ok' }));
  await app.ready();
  return app;
}

function toldOf(error: unknown): Pick<OrganizationRefusal, 'status' | 'code' | 'words'> {
  if (error instanceof OrganizationRefusal) return error;
  const { statusCode = 500, message = '' } = error as { statusCode?: number; message?: string };
  if (statusCode >= 400 && statusCode < 500)
    return {
      status: statusCode,
      code: 'wrong',
      words: { zh: `请求有误：${message}`, en: `wrong request: ${message}` },
    };
  return {
    status: 503,
    code: 'failed',
    words: { zh: '机构服务器内部错误，已写入日志', en: 'something failed here; it is in the log' },
  };
}
