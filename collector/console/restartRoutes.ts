import type { FastifyInstance } from 'fastify';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { MOST_MINUTES } from '../sessions/restarts.ts';
import type { Desk } from './desk.ts';
import { mayDo, Refusal, sees } from './guard.ts';
import type { RestartsAnswer } from './restartsApi.ts';
import { NoBody, Room } from './schemas.ts';

const Id = Type.Object({ id: Type.String({ maxLength: 64 }) });

const RestartBody = Type.Object(
  {
    room: Room,
    machines: Type.Optional(Type.Array(Type.String({ maxLength: 64 }), { minItems: 1, maxItems: 1_000 })),
    minutes: Type.Integer({ minimum: 1, maximum: MOST_MINUTES }),
  },
  { additionalProperties: false },
);

export function restartRoutes(base: FastifyInstance, desk: Desk): void {
  const app = base.withTypeProvider<TypeBoxTypeProvider>();

  app.get(
    '/api/v1/restarts',
    {
      onRequest: mayDo('look'),
      schema: { summary: 'Which machines need a restart before the exam, and announced restarts' },
    },
    async (request): Promise<RestartsAnswer> => {
      const { announced, needed } = desk.restarts();
      const isSeen = ({ room }: { readonly room: string }): boolean => sees(request, room);
      return { announced: announced.filter(isSeen), needed: needed.filter(isSeen) };
    },
  );

  app.post(
    '/api/v1/restarts',
    {
      onRequest: mayDo('announce-restart'),
      schema: { summary: 'Announce a restart of a room or of some of its machines', body: RestartBody },
    },
    async (request, reply) => {
      const announced = await desk.announceRestart(request.body, request.account!.id);
      if ('id' in announced) return reply.code(201).send(announced);
      const { missing } = announced;
      const { room } = request.body;
      throw missing === null
        ? new Refusal(404, 'not-found', { zh: `考场 ${room} 里没有机器。`, en: `There is no machine in room ${room}.` })
        : new Refusal(404, 'not-found', {
            zh: `考场 ${room} 里没有编号为 ${missing} 的机器。`,
            en: `There is no machine ${missing} in room ${room}.`,
          });
    },
  );

  app.post(
    '/api/v1/restarts/:id/end',
    {
      onRequest: mayDo('announce-restart'),
      schema: { summary: 'Silence counts again from now on', params: Id, body: NoBody },
    },
    async (request) => {
      const { id } = request.params;
      const ended = await desk.endRestart(id, request.account!.id);
      if (ended) return ended;
      throw new Refusal(404, 'not-found', {
        zh: `没有正在进行的重启通知 ${id}。`,
        en: `There is no announced restart ${id} that goes on.`,
      });
    },
  );
}
