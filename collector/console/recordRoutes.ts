import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { Desk } from './desk.ts';
import { mayDo, mustSee } from './guard.ts';
import * as schemas from './schemas.ts';

/** The record as what it is for others: signed, exported, checked elsewhere with `xunkao verify`. */
export function recordRoutes(base: FastifyInstance, desk: Desk): void {
  const app = base.withTypeProvider<TypeBoxTypeProvider>();

  app.get(
    '/api/v1/record/key',
    { onRequest: mayDo('look'), schema: { summary: 'The site’s public key, as a line' } },
    async () => ({ key: desk.record.keyLine() }),
  );

  app.get(
    '/api/v1/record/export',
    {
      onRequest: mayDo('export-record'),
      schema: { summary: 'The whole record as a file: JSON Lines and a signed manifest' },
    },
    async (request, reply) => {
      mustSee(request, null);
      const day = new Date(desk.clock.now().wall).toISOString().slice(0, 10);
      return reply
        .type('application/jsonl; charset=utf-8')
        .header('content-disposition', `attachment; filename="xunkao-${desk.site}-${day}.jsonl"`)
        .send(Readable.from(desk.record.export()));
    },
  );

  app.post(
    '/api/v1/record/rotate',
    {
      onRequest: mayDo('rotate-key'),
      schema: { summary: 'A new signing key, which the old one signs', body: schemas.NoBody },
    },
    async (request) => {
      await desk.record.rotate(request.account!.id);
      return { key: desk.record.keyLine() };
    },
  );
}
