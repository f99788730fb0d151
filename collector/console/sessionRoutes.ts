import type { FastifyInstance } from 'fastify';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { Bilingual } from '../../agent/probe.ts';
import type { Session } from '../sessions/session.ts';
import { TEMPLATE } from '../timetable/table.ts';
import { importTimetable, LARGEST_FILE } from '../timetable/timetable.ts';
import type { Desk } from './desk.ts';
import { mayDo, Refusal } from './guard.ts';
import { notFound } from './readRoutes.ts';
import * as schemas from './schemas.ts';

const Id = Type.Object({ id: Type.String({ maxLength: 64 }) });
const Trial = Type.Object({ trial: Type.Optional(Type.Literal('true')) }, { additionalProperties: false });

/** Planned sessions are moved, called off, and come in whole files. */
export function sessionRoutes(base: FastifyInstance, desk: Desk): void {
  const app = base.withTypeProvider<TypeBoxTypeProvider>();

  app.patch(
    '/api/v1/sessions/:id',
    {
      onRequest: mayDo('plan-session'),
      schema: { summary: 'Move a session, or change what is planned of it', params: Id, body: schemas.MoveBody },
    },
    async (request) => {
      const { id } = request.params;
      return done(id, await desk.move(id, request.body, request.account!.id));
    },
  );

  app.post(
    '/api/v1/sessions/:id/cancel',
    { onRequest: mayDo('plan-session'), schema: { summary: 'Call a session off', params: Id, body: schemas.NoBody } },
    async (request) => {
      const { id } = request.params;
      return done(id, await desk.cancel(id, request.account!.id));
    },
  );

  app.get(
    '/api/v1/sessions/template.csv',
    { onRequest: mayDo('look'), schema: { summary: 'The headings of a file of sessions' } },
    async (_request, reply) => reply.type('text/csv; charset=utf-8').send(TEMPLATE),
  );

  void app.register(async (files) => {
    for (const type of ['text/csv', 'text/calendar', 'application/octet-stream']) {
      files.addContentTypeParser(type, { parseAs: 'buffer', bodyLimit: LARGEST_FILE }, (_request, body, take) =>
        take(null, body),
      );
    }
    files.withTypeProvider<TypeBoxTypeProvider>().post(
      '/api/v1/sessions/import',
      {
        onRequest: mayDo('plan-session'),
        bodyLimit: LARGEST_FILE,
        schema: {
          summary: 'Plan every exam of a CSV or iCalendar file, or none; 422 says of each line what is wrong',
          querystring: Trial,
        },
      },
      async (request, reply) => {
        const { trial } = request.query;
        const bytes = request.body instanceof Uint8Array ? request.body : new Uint8Array();
        const planned = await importTimetable(bytes, desk.timeZone, (wishes) =>
          desk.planAll(wishes, request.account!.id, trial === 'true'),
        );
        if ('sessions' in planned) return reply.code(trial === 'true' ? 200 : 201).send(planned);
        const { faults, count } = planned;
        const [first] = faults;
        const message: Bilingual = {
          zh: `没有导入任何场次：${count} 处有误，第 ${first!.line} 行：${first!.message.zh}`,
          en: `Nothing was imported: ${count} fault(s); line ${first!.line}: ${first!.message.en}`,
        };
        return reply.code(422).send({ error: { code: 'file', message }, faults, count });
      },
    );
  });
}

function done(id: string, changed: Session | { readonly refused: Bilingual } | null): Session {
  if (!changed) throw notFound('session', id);
  if ('refused' in changed) throw new Refusal(409, 'session', changed.refused);
  return changed;
}
