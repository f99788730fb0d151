import type { FastifyInstance } from 'fastify';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { Machine } from '../identity/machine.ts';
import { MOST_BYTES } from '../identity/seatList.ts';
import type { Desk } from './desk.ts';
import type { Events } from './events.ts';
import { mayDo, mustSee, Refusal, sees } from './guard.ts';
import { notFound } from './readRoutes.ts';
import { machineRow } from './rows.ts';
import { Room } from './schemas.ts';

const Id = Type.Object({ id: Type.String({ maxLength: 64 }) });
const Other = (what: string) =>
  Type.Object({ machine: Type.String({ maxLength: 64, description: what }) }, { additionalProperties: false });

/** The file's bytes as Base64: it may be GBK, which JSON is not. */
const ImportBody = Type.Object(
  {
    file: Type.String({ minLength: 1, maxLength: Math.ceil(MOST_BYTES / 3) * 4, pattern: '^[A-Za-z0-9+/]+={0,2}$' }),
    room: Type.Optional(Room),
  },
  { additionalProperties: false },
);

/** Lists of seats, and machines that change their places. */
export function seatRoutes(base: FastifyInstance, desk: Desk, events: Events): void {
  const app = base.withTypeProvider<TypeBoxTypeProvider>();

  app.get(
    '/api/v1/seats',
    { onRequest: mayDo('look'), schema: { summary: 'The lists of seats, as they were imported' } },
    async (request) => ({ seats: desk.seats().filter(({ room }) => sees(request, room)) }),
  );

  app.post(
    '/api/v1/seats/import',
    {
      onRequest: mayDo('import-seats'),
      bodyLimit: Math.ceil(MOST_BYTES / 3) * 4 + 1_024,
      schema: { summary: 'Take a list of seats (CSV), all of it or nothing', body: ImportBody },
    },
    async (request, reply) => {
      const { file, room = null } = request.body;
      const done = await desk.importSeats(Buffer.from(file, 'base64'), room, request.account!.id);
      if ('faults' in done) {
        const message = {
          zh: `座位表有 ${done.faults.length} 处错误，未导入任何内容。`,
          en: `The list has ${done.faults.length} fault(s); nothing of it was taken.`,
        };
        return reply.code(422).send({ error: { code: 'seats', message, faults: done.faults } });
      }
      for (const machine of desk.machines()) if (done.rooms.includes(machine.room)) events.moved(machine.id);
      return reply.send(done);
    },
  );

  app.post(
    '/api/v1/machines/:id/swap',
    {
      onRequest: mayDo('place-machine'),
      schema: { summary: 'Two machines exchange their places', params: Id, body: Other('with this one') },
    },
    async (request) => {
      const { id } = request.params;
      const { machine } = request.body;
      for (const each of [id, machine]) mustSee(request, known(desk, each).room);
      return moved(await desk.swap(id, machine, request.account!.id), id, machine);
    },
  );

  app.post(
    '/api/v1/machines/:id/promote',
    {
      onRequest: mayDo('move-candidate'),
      schema: {
        summary: 'A spare takes the seat of another machine of its room',
        params: Id,
        body: Other('the one whose candidate moves'),
      },
    },
    async (request) => {
      const { id } = request.params;
      const { machine } = request.body;
      for (const each of [id, machine]) mustSee(request, known(desk, each).room);
      const done = await desk.promote(id, machine, request.account!.id);
      if (done !== 'not-so') return moved(done, id, machine);
      throw new Refusal(409, 'not-a-spare', {
        zh: '须是同一考场的一台备用机和一台有座位的考生机。',
        en: 'It takes a spare and a candidate’s machine with a seat, both of one room.',
      });
    },
  );

  function moved(done: readonly [Machine, Machine] | null, one: string, other: string) {
    if (!done) throw notFound('machine', desk.machine(one) && one !== other ? other : one);
    for (const { id } of done) events.moved(id);
    return { machines: done.map((machine) => machineRow(desk, machine)) };
  }
}

function known(desk: Desk, id: string): Machine {
  const machine = desk.machine(id);
  if (!machine) throw notFound('machine', id);
  return machine;
}
