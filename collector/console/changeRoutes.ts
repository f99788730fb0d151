import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { Session } from '../sessions/session.ts';
import type { Desk } from './desk.ts';
import type { Events } from './events.ts';
import { mayDo, mustSee, Refusal } from './guard.ts';
import { notFound } from './readRoutes.ts';
import { incidentRow, machineRow } from './rows.ts';
import * as schemas from './schemas.ts';

const Id = Type.Object({ id: Type.String({ maxLength: 64 }) });

/** Everything that changes something; each change is durable before its answer and names who made it. */
export function changeRoutes(base: FastifyInstance, desk: Desk, events: Events): void {
  const app = base.withTypeProvider<TypeBoxTypeProvider>();

  app.post(
    '/api/v1/incidents/:id/acknowledge',
    {
      onRequest: mayDo('acknowledge'),
      schema: { summary: 'Somebody takes care of it', params: Id, body: schemas.NoBody },
    },
    async (request) => {
      const { id } = request.params;
      const asked = desk.incidents('open').find((incident) => incident.id === id);
      if (asked) mustSee(request, asked.subject === null ? null : desk.places.room(asked.subject));
      const incident = await desk.acknowledge(id, request.account!.id);
      if (!incident) throw notFound('incident', id);
      return incidentRow(desk, incident);
    },
  );

  app.post(
    '/api/v1/tickets',
    {
      onRequest: mayDo('make-ticket'),
      schema: { summary: 'A ticket for the machines of a room', body: schemas.TicketBody },
    },
    async (request, reply) => reply.code(201).send(await desk.makeTicket(request.body, request.account!.id)),
  );

  app.post(
    '/api/v1/tickets/:id/revoke',
    {
      onRequest: mayDo('revoke-ticket'),
      schema: { summary: 'Withdraw a ticket that was lost or stolen', params: Id, body: schemas.NoBody },
    },
    async (request, reply) => {
      if (!(await desk.revokeTicket(request.params.id, request.account!.id)))
        throw notFound('ticket', request.params.id);
      return reply.code(204).send();
    },
  );

  app.patch(
    '/api/v1/machines/:id',
    {
      onRequest: mayDo('place-machine'),
      schema: { summary: 'Give a machine its room, seat and role', params: Id, body: schemas.PlaceBody },
    },
    async (request) => {
      const machine = await desk.place(request.params.id, request.body, request.account!.id);
      if (machine === 'unknown') throw notFound('machine', request.params.id);
      if (machine === 'seat-taken') {
        throw new Refusal(409, 'seat-taken', {
          zh: '该座位已有一台机器；请先移走它。',
          en: 'Another machine sits there already; move it away first.',
        });
      }
      events.moved(machine.id);
      return machineRow(desk, machine);
    },
  );

  app.post(
    '/api/v1/machines/:id/revoke',
    {
      onRequest: mayDo('revoke-machine'),
      schema: { summary: 'Withdraw a machine’s key', params: Id, body: schemas.NoBody },
    },
    async (request, reply) => {
      if (!(await desk.revoke(request.params.id, request.account!.id))) throw notFound('machine', request.params.id);
      events.moved(request.params.id);
      return reply.code(204).send();
    },
  );

  app.post(
    '/api/v1/machines/:id/reinstate',
    {
      onRequest: mayDo('revoke-machine'),
      schema: { summary: 'Let a withdrawn key count again', params: Id, body: schemas.NoBody },
    },
    async (request, reply) => {
      if (!(await desk.reinstate(request.params.id, request.account!.id))) throw notFound('machine', request.params.id);
      events.moved(request.params.id);
      return reply.code(204).send();
    },
  );

  app.post(
    '/api/v1/machines/:id/confirm',
    {
      onRequest: mayDo('confirm-machine'),
      schema: { summary: 'Let it take its old identity back', params: Id, body: schemas.ConfirmBody },
    },
    async (request, reply) => {
      if (!(await desk.confirm(request.params.id, request.account!.id, request.body?.key)))
        throw notFound('machine', request.params.id);
      return reply.code(204).send();
    },
  );

  app.post(
    '/api/v1/sessions',
    {
      onRequest: mayDo('plan-session'),
      schema: { summary: 'Plan an exam or an assessment', body: schemas.SessionBody },
    },
    async (request, reply) => {
      mustSeeAll(request, request.body.rooms);
      const planned = await desk.plan(request.body, request.account!.id);
      if ('refused' in planned) throw new Refusal(409, 'session', planned.refused);
      return reply.code(201).send(planned);
    },
  );

  app.post(
    '/api/v1/sessions/:id/end',
    { onRequest: mayDo('end-session'), schema: { summary: 'End an assessment now', params: Id, body: schemas.NoBody } },
    async (request) => {
      const asked = desk.sessions().find(({ id }) => id === request.params.id);
      if (asked) mustSeeAll(request, asked.rooms);
      const session = await desk.end(request.params.id, request.account!.id);
      if (!session) throw notFound('session', request.params.id);
      return session;
    },
  );
}

/** A session is everybody's who has one of its rooms: it is changed by who sees all of them. */
function mustSeeAll(request: FastifyRequest, rooms: Session['rooms']): void {
  for (const room of rooms === 'all' ? [null] : rooms) mustSee(request, room);
}
