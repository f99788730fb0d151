import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import { ACCOUNT_FAULTS } from '../accounts/account.ts';
import type { NotSignedIn, SignedIn } from '../accounts/accounts.ts';
import type { DoorAnswer } from './api.ts';
import type { Desk } from './desk.ts';
import { COOKIE, forEverybody, mayDo, Refusal } from './guard.ts';
import * as schemas from './schemas.ts';

/** How people get in and out, and choose their passwords. What a stranger may ask is here alone, and slow. */
export function signInRoutes(base: FastifyInstance, desk: Desk): void {
  const app = base.withTypeProvider<TypeBoxTypeProvider>();
  // Beside the waiting time by name and address: a code of 40 bits is not to be guessed at a thousand tries a second.
  const slow = { rateLimit: { max: 20, timeWindow: 60_000 } };
  const from = (request: FastifyRequest): string => request.socket.remoteAddress ?? '';

  app.get(
    '/api/v1/door',
    { onRequest: forEverybody, schema: { summary: 'Whether the first administrator is still to be made' } },
    async (): Promise<DoorAnswer> => ({ needsAdministrator: desk.accounts.firstCode() !== null }),
  );

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
      if (made === 'code') {
        throw new Refusal(403, 'code', {
          zh: '代码不对，或已经用过。代码在启动采集器的窗口里。',
          en: 'The code is wrong or was used. It stands in the window where the collector was started.',
        });
      }
      if (typeof made === 'string') throw new Refusal(400, made, ACCOUNT_FAULTS[made]);
      return reply.code(201).send({ name: made.name, role: made.role });
    },
  );

  app.post(
    '/api/v1/sign-in',
    { onRequest: forEverybody, config: slow, schema: { summary: 'Sign in', body: schemas.SignInBody } },
    async (request, reply) => {
      const { name, password } = request.body;
      return answer(request, reply, await desk.accounts.signIn(name, password, from(request)), WRONG);
    },
  );

  app.post(
    '/api/v1/password/code',
    {
      onRequest: forEverybody,
      config: slow,
      schema: { summary: 'Choose a password with the code from an administrator', body: schemas.ChooseBody },
    },
    async (request, reply) => {
      const { name, code, password } = request.body;
      return answer(
        request,
        reply,
        await desk.accounts.choosePassword(name, code, password, from(request)),
        WRONG_CODE,
      );
    },
  );

  app.post(
    '/api/v1/password',
    {
      onRequest: mayDo('change-password'),
      config: slow,
      schema: { summary: 'Change one’s own password', body: schemas.PasswordBody },
    },
    async (request, reply) => {
      const { old, password } = request.body;
      const { id } = request.account!;
      return answer(request, reply, await desk.accounts.changePassword(id, old, password, from(request)), WRONG_OLD);
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

const WRONG = { zh: '用户名或密码不对。', en: 'The name or the password is wrong.' };
const WRONG_CODE = {
  zh: '用户名或代码不对，或代码已经用过、已过期。请向管理员要一个新的代码。',
  en: 'The name or the code is wrong, or the code was used or is too old. Ask an administrator for a new one.',
};
const WRONG_OLD = { zh: '原密码不对。', en: 'The old password is wrong.' };

/** The browser's cookie when it is let in; else why not. */
function answer(
  request: FastifyRequest,
  reply: FastifyReply,
  result: SignedIn | NotSignedIn | 'password',
  wrong: typeof WRONG,
): FastifyReply {
  if (result === 'password') throw new Refusal(400, 'password', ACCOUNT_FAULTS.password);
  if (!('refused' in result)) {
    const { token, account, until } = result;
    return reply
      .setCookie(COOKIE, token, {
        httpOnly: true,
        sameSite: 'strict',
        path: '/',
        // Plain HTTP exists on loopback only, where there is nothing to listen in on.
        secure: 'encrypted' in request.socket,
        expires: new Date(until),
      })
      .send({ name: account.name, role: account.role });
  }
  const { refused, retryAfterSeconds } = result;
  switch (refused) {
    case 'wrong':
      throw new Refusal(401, 'wrong', wrong);
    case 'ended':
      throw new Refusal(403, 'ended', {
        zh: '这个账号已停用或已到期，请联系管理员。',
        en: 'This account was switched off or has ended; ask an administrator.',
      });
    case 'too-many':
      reply.header('retry-after', retryAfterSeconds);
      throw new Refusal(429, 'too-many', {
        zh: `尝试次数过多，请 ${retryAfterSeconds} 秒后再试。`,
        en: `Too many tries; wait ${retryAfterSeconds} seconds.`,
      });
    default:
      return refused satisfies never;
  }
}
