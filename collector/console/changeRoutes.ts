import type { FastifyInstance } from 'fastify';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { LEAST_PASSWORD } from '../accounts/accounts.ts';
import type { Desk } from './desk.ts';
import type { Events } from './events.ts';
import { COOKIE, forEverybody, mayDo, mustSee, Refusal } from './guard.ts';
import { notFound } from './readRoutes.ts';
import { incidentRow, machineRow } from './rows.ts';
import * as schemas from './schemas.ts';

const Id = Type.Object({ id: Type.String({ maxLength: 64 }) });

/** Everything that changes something; each change is durable before its answer and names who made it. */
export function changeRoutes(base: FastifyInstance, desk: Desk, events: Events): void {
  signInRoutes(base, desk);
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
      const planned = await desk.plan(request.body, request.account!.id);
      if ('refused' in planned) throw new Refusal(409, 'session', planned.refused);
      return reply.code(201).send(planned);
    },
  );

  app.post(
    '/api/v1/sessions/:id/end',
    { onRequest: mayDo('end-session'), schema: { summary: 'End an assessment now', params: Id, body: schemas.NoBody } },
    async (request) => {
      const session = await desk.end(request.params.id, request.account!.id);
      if (!session) throw notFound('session', request.params.id);
      return session;
    },
  );
}

function signInRoutes(base: FastifyInstance, desk: Desk): void {
  const app = base.withTypeProvider<TypeBoxTypeProvider>();
  // Beside the waiting time by name and address: a code of 40 bits is not to be guessed at a thousand tries a second.
  const slow = { rateLimit: { max: 20, timeWindow: 60_000 } };

  app.post(
    '/api/v1/administrator',
    {
      onRequest: forEverybody,
      config: slow,
      schema: { summary: 'Make the first administrator with the printed code', body: schemas.AdministratorBody },
    },
    async (request, reply) => {
      const { code, name, password } = request.body;
      const made = await desk.accounts.createAdministrator(code, name, password);
      switch (made) {
        case 'code':
          throw new Refusal(403, 'code', {
            zh: '代码不对，或已经用过。代码在启动采集器的窗口里。',
            en: 'The code is wrong or was used. It stands in the window where the collector was started.',
          });
        case 'name':
          throw new Refusal(400, 'name', {
            zh: '用户名为 2–32 个字母、汉字或数字。',
            en: 'A name has 2–32 letters or digits.',
          });
        case 'password':
          throw new Refusal(400, 'password', {
            zh: `密码至少 ${LEAST_PASSWORD} 个字符。`,
            en: `A password has at least ${LEAST_PASSWORD} characters.`,
          });
        default:
          return reply.code(201).send({ name: made.name, role: made.role });
      }
    },
  );

  app.post(
    '/api/v1/sign-in',
    { onRequest: forEverybody, config: slow, schema: { summary: 'Sign in', body: schemas.SignInBody } },
    async (request, reply) => {
      const { name, password } = request.body;
      const signedIn = await desk.accounts.signIn(name, password, request.socket.remoteAddress ?? '');
      if ('refused' in signedIn) {
        if (signedIn.refused === 'wrong') {
          throw new Refusal(401, 'wrong', { zh: '用户名或密码不对。', en: 'The name or the password is wrong.' });
        }
        reply.header('retry-after', signedIn.retryAfterSeconds);
        throw new Refusal(429, 'too-many', {
          zh: `尝试次数过多，请 ${signedIn.retryAfterSeconds} 秒后再试。`,
          en: `Too many tries; wait ${signedIn.retryAfterSeconds} seconds.`,
        });
      }
      return reply
        .setCookie(COOKIE, signedIn.token, {
          httpOnly: true,
          sameSite: 'strict',
          path: '/',
          // Plain HTTP exists on loopback only, where there is nothing to listen in on.
          secure: 'encrypted' in request.socket,
          expires: new Date(signedIn.until),
        })
        .send({ name: signedIn.account.name, role: signedIn.account.role });
    },
  );

  app.post(
    '/api/v1/sign-out',
    { onRequest: forEverybody, schema: { summary: 'Sign out', body: schemas.NoBody } },
    async (request, reply) => {
      const token = request.cookies[COOKIE];
      if (token !== undefined) await desk.accounts.signOut(token);
      return reply.clearCookie(COOKIE, { path: '/' }).code(204).send();
    },
  );
}
