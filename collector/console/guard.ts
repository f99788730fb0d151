import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import type { Bilingual } from '../../agent/probe.ts';
import { ACTS, actsOf, may, ROLE_NAMES, seesRoom, type Act, type Caller } from '../accounts/may.ts';
import { isLoopback as isLoopbackAddress, plainAddress } from '../gateway/addresses.ts';
import { QueryRefused } from '../history/refused.ts';
import type { Desk } from './desk.ts';

/**
 * Who may ask what: `mayDo` on a route names its act, `visibleRooms` and `mustSee` keep a person to their rooms. On
 * loopback everybody who sits at the collector may look; every change has a signed-in name.
 */

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks, a person or a script's token; null = nobody signed in. */
    account: Caller | null;
  }
  interface FastifyInstance {
    /** `POST /api/v1/sessions` → its act; null = for everybody. */
    namedActs: ReadonlyMap<string, Act | null>;
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
  const namedActs = new Map<string, Act | null>();
  app.decorate('namedActs', namedActs);
  app.addHook('onRoute', (route) => {
    const methods = [route.method].flat().filter((method) => method !== 'HEAD');
    // The pages themselves, which `@fastify/static` serves.
    if (route.url === '/*') return;
    for (const method of methods) namedActs.set(`${method} ${route.url}`, actOf(route));
  });
  app.addHook('onRequest', async (request) => {
    refuseInQuery(request);
    request.account = callerOf(request, desk);
    if (bearerOf(request) !== null && !request.account) throw new Refusal(401, 'token', WRONG_TOKEN);
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

/** A script's token before a browser's cookie: who sends one means it. */
function callerOf(request: FastifyRequest, desk: Desk): Caller | null {
  const bearer = bearerOf(request);
  if (bearer !== null) return desk.tokens.holder(bearer);
  const cookie = request.cookies[COOKIE];
  return cookie === undefined ? null : desk.accounts.holder(cookie);
}

/** Null where no token is sent; another scheme than Bearer is a token that is wrong. */
function bearerOf({ headers: { authorization } }: FastifyRequest): string | null {
  return authorization === undefined ? null : (/^Bearer +(\S+)$/i.exec(authorization)?.[1] ?? '');
}

const WRONG_TOKEN: Bilingual = {
  zh: '令牌不对、已作废或已到期；正确的写法是 Authorization: Bearer xkt_…',
  en: 'The token is wrong, revoked or past its end; right is Authorization: Bearer xkt_…',
};

const SECRETS = new Set(['token', 'accesstoken', 'apitoken', 'authtoken', 'apikey', 'password']);

/** Addresses stand in logs, histories and proxies: what came that way is not secret any more. */
function refuseInQuery({ query }: FastifyRequest): void {
  const names = Object.keys(query ?? {});
  if (!names.some((name) => SECRETS.has(name.toLowerCase().replaceAll('_', '')))) return;
  throw new Refusal(400, 'secret-in-address', {
    zh: '令牌或密码不能写在网址里：网址会留在日志中。请用 Authorization: Bearer，并作废写过的令牌。',
    en: 'A token or password does not belong into an address, which logs keep: use Authorization: Bearer, and revoke the one that stood there.',
  });
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
  // A foreign page cannot send this header either.
  if (bearerOf(request) !== null) return;
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

type Hook = ((request: FastifyRequest) => Promise<void>) & { readonly act: Act | null };

/** `onRequest` of a route: refuses who may not do this, in words. */
export function mayDo(act: Act): Hook {
  return Object.assign(async (request: FastifyRequest): Promise<void> => check(request, act), { act });
}

/** `onRequest` of the few routes that a stranger needs: signing in, and signs of life. */
export const forEverybody: Hook = Object.assign(async (): Promise<void> => undefined, { act: null });

function check(request: FastifyRequest, act: Act): void {
  const { account } = request;
  if (!account && !(isLoopback(request) && may(null, act))) {
    throw new Refusal(401, 'sign-in', { zh: '请先登录。', en: 'Please sign in first.' });
  }
  if (may(account, act)) return;
  const { words } = ACTS[act];
  if (account!.role === 'token') {
    throw new Refusal(403, 'scope', {
      zh: `这个令牌的范围不含此项，无权${words.zh}。`,
      en: `The scope of this token does not cover it: it may not ${words.en}.`,
    });
  }
  const role = ROLE_NAMES[account!.role];
  throw new Refusal(403, 'role', {
    zh: `您的角色（${role.zh}）无权${words.zh}。`,
    en: `Your role (${role.en}) may not ${words.en}.`,
  });
}

/** For pages, which hide what may not be done from where they are. */
export function mayHere(request: FastifyRequest): readonly Act[] {
  return request.account || isLoopback(request) ? actsOf(request.account) : [];
}

/** The rooms that who asks may see; null = all of them, and what belongs to no room. */
export function visibleRooms(request: FastifyRequest): readonly string[] | null {
  return request.account?.rooms ?? null;
}

/** Whether who asks sees this room; null = what belongs to the whole site. For leaving rows out of an answer. */
export function sees(request: FastifyRequest, room: string | null): boolean {
  return seesRoom(request.account, room);
}

/** Refuses who asks for another room than theirs, in words. For what was asked for by name. */
export function mustSee(request: FastifyRequest, room: string | null): void {
  if (sees(request, room)) return;
  const rooms = visibleRooms(request)!;
  throw new Refusal(403, 'room', {
    zh: `您只能查看和处理考场 ${rooms.join('、')}${room === null ? '，不含整个考点的内容' : `，不含考场 ${room}`}。`,
    en: `You see and act in ${rooms.join(', ')} only, ${room === null ? 'not for the whole site' : `not in room ${room}`}.`,
  });
}

/** For answers that go on: the sign-in may have ended meanwhile, or count for less. */
export function mayStill(request: FastifyRequest, desk: Desk, act: Act): boolean {
  const account = callerOf(request, desk);
  if (JSON.stringify(account?.rooms) !== JSON.stringify(request.account?.rooms)) return false;
  return account ? may(account, act) : isLoopback(request) && may(null, act);
}

/** We are wrong when a route names no act: nobody may find out by chance what strangers can reach. */
function actOf({ url, onRequest }: RouteOptions): Act | null {
  const hook = [onRequest ?? []].flat().find((one): one is typeof one & Hook => 'act' in one);
  if (!hook) throw new Error(`the route ${url} names no act; give it onRequest: mayDo('…')`);
  return hook.act;
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
