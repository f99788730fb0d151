import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { drillRow } from '../drills/drills.ts';
import { cameraProof, camerasOf } from '../drills/playbackAnswer.ts';
import type { Desk } from './desk.ts';
import { mayDo, mustSee, Refusal } from './guard.ts';

const Room = Type.Object({ room: Type.String({ maxLength: 32 }) });
const Wish = Type.Object(
  {
    /** One of the room's; every one of them when not given. */
    camera: Type.Optional(Type.String({ maxLength: 64 })),
    /** The beginning of the stated minute, ms since 1970; the last one that every recorder lists when not given. */
    at: Type.Optional(Type.Integer({ minimum: 0 })),
  },
  { additionalProperties: false },
);
const Stop = Type.Object({ camera: Type.Optional(Type.String({ maxLength: 64 })) }, { additionalProperties: false });

/** The proof that a room's cameras are recorded and can be played back. */
export function playbackRoutes(base: FastifyInstance, desk: Desk): void {
  const app = base.withTypeProvider<TypeBoxTypeProvider>();

  function wanted(request: FastifyRequest, room: string, camera: string | undefined): readonly string[] {
    mustSee(request, room);
    const cameras = camerasOf(desk.devices, room);
    if (camera === undefined && cameras.length > 0) return cameras;
    if (camera !== undefined && cameras.includes(camera)) return [camera];
    throw new Refusal(404, 'not-found', {
      zh: `考场 ${room} 没有${camera === undefined ? '' : `编号为 ${camera} 的`}摄像头。`,
      en: `There is no camera ${camera === undefined ? '' : `${camera} `}in room ${room}.`,
    });
  }

  app.get(
    '/api/v1/rooms/:room/playback',
    {
      onRequest: mayDo('look'),
      schema: { summary: 'Of each camera of a room: its last clip, and whether one may be fetched', params: Room },
    },
    async (request) => {
      const { room } = request.params;
      mustSee(request, room);
      return { cameras: camerasOf(desk.devices, room).map((id) => cameraProof(desk.drills, id)) };
    },
  );

  app.post(
    '/api/v1/rooms/:room/playback',
    {
      onRequest: mayDo('drill'),
      schema: {
        summary: 'Fetch a clip of a minute of one camera, or of each of the room, one after the other',
        params: Room,
        body: Wish,
      },
    },
    async (request, reply) => {
      const { camera, at = null } = request.body;
      const cameras = wanted(request, request.params.room, camera);
      const started = await desk.drills.playback.start(cameras, at, request.account!.id);
      if ('refused' in started) {
        const open = started.refused.filter(({ ok }) => !ok);
        throw new Refusal(409, 'drill', {
          zh: `还不能开始，须先满足：${open.map(({ text }) => text.zh).join('；')}。`,
          en: `It cannot begin yet; needed: ${open.map(({ text }) => text.en).join('; ')}.`,
        });
      }
      return reply.code(201).send({ drills: started.drills.map(drillRow) });
    },
  );

  app.post(
    '/api/v1/rooms/:room/playback/stop',
    {
      onRequest: mayDo('drill'),
      schema: { summary: 'Break off what is being fetched, and what waits for it', params: Room, body: Stop },
    },
    async (request) => {
      const cameras = wanted(request, request.params.room, request.body.camera);
      const { book, playback } = desk.drills;
      const running = cameras.flatMap((id) => book.running('playback', id) ?? []);
      const stopped = await Promise.all(running.map(({ id }) => playback.stop(id)));
      return { drills: stopped.flatMap((drill) => (drill ? [drillRow(drill)] : [])) };
    },
  );
}
