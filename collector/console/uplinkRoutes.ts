import type { FastifyInstance } from 'fastify';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { drillRow } from '../drills/drills.ts';
import { roomId } from '../identity/scopes.ts';
import type { Desk } from './desk.ts';
import { mayDo, mustSee, Refusal } from './guard.ts';
import * as schemas from './schemas.ts';

const Room = Type.Object({ room: Type.String({ maxLength: 32 }) });

/** The proof of what the line out of a room carries. */
export function uplinkRoutes(base: FastifyInstance, desk: Desk): void {
  const app = base.withTypeProvider<TypeBoxTypeProvider>();

  app.get(
    '/api/v1/rooms/:room/uplink',
    {
      onRequest: mayDo('look'),
      schema: {
        summary: 'The last proof of the line out, and whether one may begin, condition by condition',
        params: Room,
      },
    },
    async (request) => {
      const { room } = request.params;
      mustSee(request, room);
      const { book } = desk.drills;
      const last = book.all().find(({ kind, subject }) => kind === 'throughput' && subject === roomId(room));
      return {
        ...desk.network.uplink.ready(room),
        last: last ? drillRow(last) : null,
        live: last ? desk.network.uplink.live(last.id) : null,
      };
    },
  );

  app.post(
    '/api/v1/rooms/:room/uplink',
    {
      onRequest: mayDo('drill'),
      schema: { summary: 'Measure the line out now: 16 s at 120 Mbit/s at most', params: Room, body: schemas.NoBody },
    },
    async (request, reply) => {
      const { room } = request.params;
      mustSee(request, room);
      const started = await desk.network.uplink.start(room, request.account!.id);
      if ('refused' in started) {
        const open = started.refused.filter(({ ok }) => !ok);
        throw new Refusal(409, 'drill', {
          zh: `还不能开始，须先满足：${open.map(({ text }) => text.zh).join('；')}。`,
          en: `It cannot begin yet; needed: ${open.map(({ text }) => text.en).join('; ')}.`,
        });
      }
      return reply.code(201).send(drillRow(started));
    },
  );

  app.post(
    '/api/v1/rooms/:room/uplink/stop',
    {
      onRequest: mayDo('drill'),
      schema: { summary: 'Break the measure of the line out off', params: Room, body: schemas.NoBody },
    },
    async (request) => {
      const { room } = request.params;
      mustSee(request, room);
      const running = desk.drills.book.running('throughput', roomId(room));
      const stopped = running ? await desk.network.uplink.stop(running.id) : null;
      if (!stopped)
        throw new Refusal(404, 'not-found', {
          zh: '该考场没有在测带宽。',
          en: 'The line of this room is not being measured.',
        });
      return drillRow(stopped);
    },
  );
}
