import type { FastifyInstance } from 'fastify';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { PagingAnswer } from './api.ts';
import type { Desk } from './desk.ts';
import { forEverybody, mayDo, Refusal, sees } from './guard.ts';
import * as schemas from './schemas.ts';

/** A link has 144 bits, and nobody presses its button more often than this. */
const SLOW = { rateLimit: { max: 60, timeWindow: 60_000 } };
const Token = Type.Object({ token: Type.String({ minLength: 10, maxLength: 100 }) });

/** Which ways lead to people now, who is called, and the one thing that a link in a page may do. */
export function pagingRoutes(base: FastifyInstance, desk: Desk): void {
  const app = base.withTypeProvider<TypeBoxTypeProvider>();

  app.get(
    '/api/v1/paging',
    { onRequest: mayDo('look'), schema: { summary: 'Channels, contacts and pages under way, without any secret' } },
    async (request): Promise<PagingAnswer> => {
      const { pages, ...report } = desk.paging().report();
      return {
        ...report,
        pages: pages
          .filter(({ room }) => sees(request, room))
          .map((page) => ({ ...page, acknowledgedBy: page.acknowledgedBy && desk.nameOf(page.acknowledgedBy) })),
      };
    },
  );

  app.post(
    '/api/v1/paging/test',
    {
      onRequest: mayDo('test-paging'),
      config: { rateLimit: { max: 10, timeWindow: 60_000 } },
      schema: {
        summary: 'Send a test page by one channel',
        body: Type.Object({ channel: Type.String({ minLength: 1, maxLength: 32 }) }, { additionalProperties: false }),
      },
    },
    async (request) => {
      const { channel } = request.body;
      const sent = await desk.paging().test(channel);
      if (sent === null) {
        throw new Refusal(404, 'not-found', { zh: `没有通道 ${channel}。`, en: `There is no channel ${channel}.` });
      }
      return sent.ok ? { sent: true, because: null } : { sent: false, because: sent.because };
    },
  );

  // Asked for by whoever holds the link; a look changes nothing, since telephones look at links by themselves.
  app.get(
    '/api/v1/page-links/:token',
    {
      onRequest: forEverybody,
      config: SLOW,
      schema: { summary: 'What the link of a page is about', params: Token },
    },
    async (request) => {
      const page = desk.paging().linked(request.params.token);
      if (!page) throw gone();
      return page;
    },
  );

  app.post(
    '/api/v1/page-links/:token/acknowledge',
    {
      onRequest: forEverybody,
      config: SLOW,
      schema: { summary: 'Somebody who was paged takes care of it', params: Token, body: schemas.NoBody },
    },
    async (request) => {
      const { token } = request.params;
      await desk.acknowledgeByLink(token);
      const page = desk.paging().linked(token);
      if (!page) throw gone();
      return page;
    },
  );
}

function gone(): Refusal {
  return new Refusal(404, 'link', {
    zh: '这个链接不对，或已经过期。请在控制台处理，或打电话给现场。',
    en: 'This link is wrong or too old. Use the console, or call somebody on site.',
  });
}
