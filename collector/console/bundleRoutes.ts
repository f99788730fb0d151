import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { zipLength, zipOf } from '../bundle/zip.ts';
import type { Desk } from './desk.ts';
import { mayDo, Refusal } from './guard.ts';
import * as schemas from './schemas.ts';

const FOLDER = 'xunkao';
const Id = Type.Object({ id: Type.String({ pattern: '^[0-9a-f]{32}$' }) });

/** The folder for a room's Windows PCs: ordered with a ticket's wishes, then downloaded as the browser does it best. */
export function bundleRoutes(base: FastifyInstance, desk: Desk): void {
  const app = base.withTypeProvider<TypeBoxTypeProvider>();

  app.post(
    '/api/v1/bundles',
    {
      onRequest: mayDo('make-ticket'),
      schema: { summary: 'A folder that installs the agent on a room’s Windows PCs', body: schemas.TicketBody },
    },
    async (request, reply) => {
      const { id: account } = request.account!;
      const order = await desk.bundles.order(() => desk.makeTicket(request.body, account), account);
      if ('refused' in order) throw new Refusal(409, 'no-parts', order.refused);
      const { id, pieces, onlyHere } = order;
      return reply.code(201).send({ path: `/api/v1/bundles/${id}`, bytes: zipLength(pieces, FOLDER), onlyHere });
    },
  );

  app.get(
    '/api/v1/bundles/:id',
    {
      // It holds a ticket: whoever may not make one may not have it.
      onRequest: mayDo('make-ticket'),
      schema: { summary: 'An ordered folder as a zip file, for ten minutes', params: Id },
    },
    async (request, reply) => {
      const pieces = desk.bundles.take(request.params.id, request.account!.id);
      if (!pieces) throw new Refusal(404, 'no-bundle', GONE);
      reply.header('content-type', 'application/zip');
      reply.header('content-disposition', 'attachment; filename="xunkao-windows.zip"');
      reply.header('cache-control', 'no-store');
      reply.header('content-length', zipLength(pieces, FOLDER));
      return reply.send(Readable.from(zipOf(pieces, FOLDER, new Date())));
    },
  );
}

const GONE = {
  zh: '这个下载已经过期，请重新制作。',
  en: 'This download is too old; make it anew.',
};
