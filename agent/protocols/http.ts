import * as http from 'node:http';
import * as https from 'node:https';
import { performance } from 'node:perf_hooks';
import { URL } from 'node:url';
import { answerChallenge, type Credentials } from './digest.ts';
import { socketTrouble, type SocketTrouble } from './socketTrouble.ts';

/** What can go wrong when a device is asked by HTTP. */
export type HttpTrouble =
  | SocketTrouble
  /** Wrong user or password, or none given. */
  | 'unauthorized'
  /** The user may not do this. */
  | 'forbidden'
  /** It does not have what was asked. */
  | 'unsupported'
  /** Any other refusal. */
  | 'error'
  /** Not what was asked for, or beyond its limits. */
  | 'nonsense';

/** Its message says what was tried, on whom and what came back; never a password. */
export class HttpError extends Error {
  readonly trouble: HttpTrouble;
  constructor(trouble: HttpTrouble, message: string) {
    super(message);
    this.name = 'HttpError';
    this.trouble = trouble;
  }
}

export interface HttpTarget extends Partial<Credentials> {
  /** `http://10.0.0.6:80`, without a path. */
  readonly origin: string;
  /** Limit of the whole exchange, a second one after a challenge included. */
  readonly timeoutMs: number;
}

export interface HttpQuestion {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: string;
  readonly type?: string;
}

export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
}

/** A search's answer with some hundred recordings is 200 KiB. */
export const LARGEST_ANSWER = 512 * 1024;

/**
 * One question over a connection of its own, answered at most once more after a challenge. A redirect is an answer like
 * any other: following it would carry the password elsewhere. Throws an `HttpError` when there is no answer.
 */
export async function askHttp(target: HttpTarget, question: HttpQuestion): Promise<HttpAnswer> {
  const { user, password = '' } = target;
  const until = performance.now() + target.timeoutMs;
  const once = await exchange(target, question, target.timeoutMs, null);
  if (once.status !== 401 || user === undefined) return once;
  const challenge = answerChallenge(once.challenges, { user, password });
  if (challenge === null) return once;
  const authorization = challenge.authorize(question.method, question.path);
  return exchange(target, question, Math.max(1, until - performance.now()), authorization);
}

function exchange(
  { origin }: HttpTarget,
  { method, path, body = '', type = 'application/xml; charset=utf-8' }: HttpQuestion,
  timeoutMs: number,
  authorization: string | null,
): Promise<HttpAnswer & { readonly challenges: readonly string[] }> {
  const { protocol, hostname, port, host } = new URL(origin);
  const bytes = Buffer.from(body);
  return new Promise((resolve, reject) => {
    const fail = (trouble: HttpTrouble, why: string): void => {
      clearTimeout(limit);
      request.destroy();
      reject(new HttpError(trouble, `${host}: ${why}`));
    };
    // As a whole: what comes drop by drop does not extend it.
    const limit = setTimeout(() => fail('timeout', `no answer within ${Math.round(timeoutMs)} ms`), timeoutMs);
    const request = (protocol === 'https:' ? https : http).request({
      method,
      path,
      hostname: hostname.replace(/^\[(.*)\]$/, '$1'),
      ...(port === '' ? {} : { port }),
      agent: false,
      headers: {
        Host: host,
        Connection: 'close',
        'User-Agent': 'xunkao',
        ...(method === 'POST' ? { 'Content-Type': type, 'Content-Length': bytes.length } : {}),
        ...(authorization === null ? {} : { Authorization: authorization }),
      },
    });
    request.on('error', (error: NodeJS.ErrnoException) =>
      fail((error.code ?? '').startsWith('HPE_') ? 'nonsense' : socketTrouble(error), error.code ?? 'broken'),
    );
    request.on('response', (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      response.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > LARGEST_ANSWER) fail('nonsense', `an answer of more than ${LARGEST_ANSWER} bytes`);
        else chunks.push(chunk);
      });
      response.on('aborted', () => fail('closed', 'ended the connection'));
      response.on('end', () => {
        clearTimeout(limit);
        const challenges = challengesOf(response.rawHeaders);
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8'), challenges });
      });
    });
    request.end(bytes);
  });
}

/** Node joins those that come twice; here each stands for itself. */
function challengesOf(raw: readonly string[]): readonly string[] {
  return raw.filter((_, index) => index % 2 === 1 && raw[index - 1]!.toLowerCase() === 'www-authenticate');
}

/** What a status that is no success means. */
export function httpStatusTrouble(status: number): HttpTrouble {
  if (status === 401) return 'unauthorized';
  if (status === 403) return 'forbidden';
  return status === 404 || status === 405 || status === 501 ? 'unsupported' : 'error';
}
