import type { FastifyInstance } from 'fastify';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { drillRow } from '../drills/drills.ts';
import type { Desk } from './desk.ts';
import { mayDo, Refusal } from './guard.ts';
import * as schemas from './schemas.ts';

const Id = Type.Object({ id: Type.String({ maxLength: 64 }) });
const Subject = Type.Object({ subject: Type.String({ maxLength: 64 }) });
const Load = Type.Number({ minimum: 0.05, maximum: 1 });

/** Drills: measured proofs with an expiry. */
export function drillRoutes(base: FastifyInstance, desk: Desk): void {
  const app = base.withTypeProvider<TypeBoxTypeProvider>();

  app.get(
    '/api/v1/drills',
    {
      onRequest: mayDo('look'),
      schema: { summary: 'Every drill, the newest first', querystring: Type.Partial(Subject) },
    },
    async (request) => {
      const { subject } = request.query;
      const drills = desk.drills.book.all().filter((drill) => subject === undefined || drill.subject === subject);
      return { drills: drills.map(drillRow) };
    },
  );

  app.get(
    '/api/v1/drills/:id',
    { onRequest: mayDo('look'), schema: { summary: 'One drill, and how it stands while it runs', params: Id } },
    async (request) => {
      const { id } = request.params;
      const drill = desk.drills.book.get(id);
      if (!drill) throw noSuchDrill(id);
      return { ...drillRow(drill), live: desk.drills.ups.live(id) };
    },
  );

  app.get(
    '/api/v1/drills/:id/samples',
    {
      onRequest: mayDo('look'),
      schema: {
        summary: 'The curve: seconds on battery, battery volts, load, charge, reported runtime in seconds',
        params: Id,
      },
    },
    async (request) => {
      if (!desk.drills.book.get(request.params.id)) throw noSuchDrill(request.params.id);
      return { samples: desk.drills.ups.samples(request.params.id) };
    },
  );

  app.get(
    '/api/v1/ups/:subject/drill',
    {
      onRequest: mayDo('look'),
      schema: {
        summary: 'Whether a discharge drill may begin, condition by condition',
        params: Subject,
        querystring: Type.Object({ load: Type.Optional(Type.String({ pattern: '^0?\\.\\d{1,3}$|^1$' })) }),
      },
    },
    async (request) => {
      const { subject } = request.params;
      const { load } = request.query;
      const { book, ups } = desk.drills;
      const ready = await ups.ready(subject, load === undefined ? null : Number(load));
      return { ...ready, running: book.running('ups', subject)?.id ?? null };
    },
  );

  app.post(
    '/api/v1/ups/:subject/drill',
    {
      onRequest: mayDo('drill'),
      schema: {
        summary: 'Begin a discharge drill; the mains are cut by hand after it',
        params: Subject,
        body: Type.Object({ exam_load_ratio: Load }, { additionalProperties: false }),
      },
    },
    async (request, reply) => {
      const { subject } = request.params;
      const started = await desk.drills.ups.start(subject, request.body.exam_load_ratio, request.account!.id);
      if ('refused' in started) {
        const open = started.refused.filter(({ ok }) => !ok);
        throw new Refusal(409, 'drill', {
          zh: `还不能开始：${open.map(({ text }) => text.zh).join('；')}。`,
          en: `It cannot begin yet: ${open.map(({ text }) => text.en).join('; ')}.`,
        });
      }
      return reply.code(201).send(drillRow(started));
    },
  );

  app.post(
    '/api/v1/drills/:id/stop',
    { onRequest: mayDo('drill'), schema: { summary: 'End a drill as it stands', params: Id, body: schemas.NoBody } },
    async (request) => {
      const drill = await desk.drills.ups.stop(request.params.id, request.account!.id);
      if (!drill) throw noSuchDrill(request.params.id);
      return drillRow(drill);
    },
  );
}

function noSuchDrill(id: string): Refusal {
  return new Refusal(404, 'not-found', { zh: `没有编号为 ${id} 的演练。`, en: `There is no drill ${id}.` });
}
