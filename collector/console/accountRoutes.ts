import type { FastifyInstance } from 'fastify';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { ACCOUNT_FAULTS } from '../accounts/account.ts';
import type { Refused } from '../accounts/management.ts';
import { TOKEN_FAULTS } from '../accounts/tokens.ts';
import type { Desk } from './desk.ts';
import { mayDo, Refusal } from './guard.ts';
import * as schemas from './schemas.ts';

const Id = Type.Object({ id: Type.String({ maxLength: 64 }) });

/** What an administrator does: accounts of people, and tokens of scripts. Codes and tokens are answered once, and never read. */
export function accountRoutes(base: FastifyInstance, desk: Desk): void {
  const app = base.withTypeProvider<TypeBoxTypeProvider>();
  const { accounts, tokens } = desk;
  const manage = mayDo('manage-accounts');

  app.get('/api/v1/accounts', { onRequest: manage, schema: { summary: 'Every account' } }, async () => ({
    accounts: accounts.list(),
  }));

  app.post(
    '/api/v1/accounts',
    { onRequest: manage, schema: { summary: 'Make an account; its code is shown once', body: schemas.AccountBody } },
    async (request, reply) => {
      const { name, role, rooms = null, until = null } = request.body;
      const made = await accounts.create({ name, role, rooms, until }, request.account!.id);
      return reply.code(201).send(taken(made, ''));
    },
  );

  app.patch(
    '/api/v1/accounts/:id',
    {
      onRequest: manage,
      schema: { summary: 'Rename an account, change its role, rooms or end', params: Id, body: schemas.AccountChange },
    },
    async ({ params: { id }, body, account }) => taken(await accounts.change(id, body, account!.id), id),
  );

  for (const [verb, summary] of [
    ['disable', 'Switch an account off; it is signed out everywhere'],
    ['enable', 'Switch an account on again'],
    ['erase', 'Close an account for good and forget its name'],
  ] as const) {
    app.post(
      `/api/v1/accounts/:id/${verb}`,
      { onRequest: manage, schema: { summary, params: Id, body: schemas.NoBody } },
      async ({ params: { id }, account }) => taken(await accounts[verb](id, account!.id), id),
    );
  }

  app.post(
    '/api/v1/accounts/:id/reset',
    {
      onRequest: manage,
      schema: { summary: 'Void a password; the answer has a code, once', params: Id, body: schemas.NoBody },
    },
    async ({ params: { id }, account }) => taken(await accounts.resetPassword(id, account!.id), id),
  );

  app.get(
    '/api/v1/tokens',
    { onRequest: mayDo('manage-tokens'), schema: { summary: 'Every API token' } },
    async () => ({
      tokens: tokens.list().map((row) => ({ ...row, by: desk.nameOf(row.by) })),
    }),
  );

  app.post(
    '/api/v1/tokens',
    {
      onRequest: mayDo('manage-tokens'),
      schema: { summary: 'Make an API token; it is shown once', body: schemas.TokenBody },
    },
    async (request, reply) => {
      const { name, scopes, rooms = null, until = null } = request.body;
      const made = await tokens.make({ name, scopes, rooms, until }, request.account!.id);
      if ('refused' in made) throw new Refusal(400, made.refused, TOKEN_FAULTS[made.refused]);
      return reply.code(201).send({ ...made.row, token: made.token });
    },
  );

  app.post(
    '/api/v1/tokens/:id/revoke',
    { onRequest: mayDo('manage-tokens'), schema: { summary: 'Revoke an API token', params: Id, body: schemas.NoBody } },
    async ({ params: { id }, account }, reply) => {
      if (await tokens.revoke(id, account!.id)) return reply.code(204).send();
      throw new Refusal(404, 'not-found', { zh: `没有编号为 ${id} 的令牌。`, en: `There is no token ${id}.` });
    },
  );
}

function taken<T extends object>(result: T | Refused, id: string): T {
  if (!('refused' in result)) return result;
  const { refused } = result;
  if (refused === 'unknown') {
    throw new Refusal(404, 'not-found', { zh: `没有编号为 ${id} 的账号。`, en: `There is no account ${id}.` });
  }
  const isConflict = refused === 'name-taken' || refused === 'last-administrator';
  throw new Refusal(isConflict ? 409 : 400, refused, ACCOUNT_FAULTS[refused]);
}
