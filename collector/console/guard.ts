import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Bilingual } from '../../agent/probe.ts';
import type { Account, AccountRole } from '../accounts/accounts.ts';
import { isLoopback as isLoopbackAddress, plainAddress } from '../gateway/addresses.ts';
import { QueryRefused } from '../history/refused.ts';
import type { Desk } from './desk.ts';

/** Who may ask what. On loopback everybody who sits at the collector may read; every change has a signed-in name. */

declare module 'fastify' {
  interface FastifyRequest {
    account: Account | null;
  }
}

export const COOKIE = 'xunkao';

export class Refusal extends Error {
  readonly status: number;
  readonly code: string;
  readonly words: Bilingual;

  constructor(status: number, code: string, words: Bilingual) {
    super(words.en);
    this.status = status;
    this.code = code;
    this.words = words;
  }
}

export function guard(app: FastifyInstance, desk: Desk): void {
  app.decorateRequest('account', null);
  app.addHook('onRequest', async (request) => {
    const token = request.cookies[COOKIE];
    request.account = token === undefined ? null : desk.accounts.holder(token);
    if (request.method !== 'GET' && request.method !== 'HEAD') checkChange(request);
  });
  app.setErrorHandler(answerError);
  app.setNotFoundHandler((request, reply) =>
    sendError(reply, 404, 'not-found', {
      zh: `这里没有 ${request.url.slice(0, 100)}。`,
      en: `There is nothing at ${request.url.slice(0, 100)}.`,
    }),
  );
}

/**
 * A form or page of another origin cannot set this header, and the browser names its own origin: together with
 * SameSite=Strict cookies this closes cross-site requests.
 */
function checkChange(request: FastifyRequest): void {
  const { origin, host } = request.headers;
  if (origin !== undefined && hostOf(origin) !== host) {
    throw new Refusal(403, 'origin', {
      zh: `来自 ${origin.slice(0, 100)} 的修改被拒绝；请在本系统自己的页面上操作。`,
      en: `A change from ${origin.slice(0, 100)} is refused; use this system’s own pages.`,
    });
  }
  if (request.headers['x-xunkao'] !== '1') {
    throw new Refusal(403, 'header', {
      zh: '修改请求缺少 X-Xunkao: 1。',
      en: 'A change needs the header X-Xunkao: 1.',
    });
  }
}

function hostOf(origin: string): string | null {
  return URL.canParse(origin) ? new URL(origin).host : null;
}

/** Before reading: signed in, or at the collector's own PC. */
export async function mayRead(request: FastifyRequest): Promise<void> {
  if (request.account || isLoopback(request)) return;
  throw new Refusal(401, 'sign-in', { zh: '请先登录。', en: 'Please sign in first.' });
}

/** For answers that go on: the sign-in may have ended meanwhile. */
export function mayStillRead(request: FastifyRequest, desk: Desk): boolean {
  const token = request.cookies[COOKIE];
  return isLoopback(request) || (token !== undefined && desk.accounts.holder(token) !== null);
}

/** Before a change: signed in with one of these roles. */
export function mayChange(...roles: readonly AccountRole[]) {
  return async (request: FastifyRequest): Promise<void> => {
    if (!request.account) throw new Refusal(401, 'sign-in', { zh: '请先登录。', en: 'Please sign in first.' });
    if (request.account.role === 'administrator' || roles.includes(request.account.role)) return;
    throw new Refusal(403, 'role', { zh: '您的角色无权进行此操作。', en: 'Your role may not do this.' });
  };
}

/**
 * The listener lets plain HTTP in only when both ends are loopback, the Host is this PC and nothing was forwarded. Over
 * TLS a proxy on this PC could speak for anybody, so there an account is needed always.
 */
function isLoopback({ socket }: FastifyRequest): boolean {
  return !('encrypted' in socket) && isLoopbackAddress(plainAddress(socket.remoteAddress));
}

function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (error instanceof Refusal) return sendError(reply, error.status, error.code, error.words);
  if (error instanceof QueryRefused) {
    return sendError(reply, error.code === 'rows' ? 400 : 503, `query-${error.code}`, {
      zh: '查询的范围太大或太忙，请缩小时间范围。',
      en: `The query asks for too much at once: ${error.message}`,
    });
  }
  const {
    statusCode = 500,
    code = '',
    message = '',
  } = error as { statusCode?: number; code?: string; message?: string };
  if (statusCode === 429) {
    return sendError(reply, 429, 'too-many', {
      zh: '请求太多，请稍后再试。',
      en: 'Too many requests; try again shortly.',
    });
  }
  if (statusCode >= 400 && statusCode < 500) {
    return sendError(reply, statusCode, code.toLowerCase() || 'wrong', {
      zh: `请求有误：${message}`,
      en: `Wrong request: ${message}`,
    });
  }
  request.log.error({ err: error, route: request.routeOptions.url }, 'a request failed');
  return sendError(reply, 500, 'failed', {
    zh: '内部错误，已写入日志。',
    en: 'Something failed here; it is in the log.',
  });
}

export function sendError(reply: FastifyReply, status: number, code: string, message: Bilingual): FastifyReply {
  return reply.code(status).send({ error: { code, message } });
}
