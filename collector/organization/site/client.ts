import { request as httpsRequest, type RequestOptions } from 'node:https';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import type { Bilingual } from '../../../agent/probe.ts';
import type { RecordKey } from '../../record/key.ts';
import { limitMs, ORGANIZATION_HOST, SLOW_LINE, type LineSpeed, type Refused } from '../exchange.ts';
import { bodyHash, signedHeaders } from '../signed.ts';
import type { OrganizationTicket } from '../ticket.ts';
import { Ended, OrganizationAway, reasonOf } from './away.ts';

export interface Client {
  /** Signs, sends, and gives the answer's JSON. Rejects with `OrganizationAway`. */
  post(path: string, body: string): Promise<unknown>;
}

export interface ClientParts {
  readonly ticket: OrganizationTicket;
  readonly url: string | null;
  readonly site: string;
  readonly key: () => RecordKey;
  readonly now: () => number;
  /** For tests. */
  readonly line?: LineSpeed;
}

/** A page of documents is 8 MiB, or one document. */
const LONGEST_ANSWER = 24 * 1024 * 1024;
/** A body goes out in pieces: each that is taken shows that somebody is there. */
const PIECE = 64 * 1024;

export function createClient({ ticket, url, site, key, now, line = SLOW_LINE }: ClientParts): Client {
  const { hostname, port } = new URL(url ?? ticket.url);
  const host = hostname.replace(/^\[|\]$/g, '');
  // With its own CA the organization is known by its name, whatever its address; nothing else that the CA signs is it.
  const tls = ticket.ca === null ? {} : { ca: ticket.ca, servername: ORGANIZATION_HOST };
  return {
    post(path, text) {
      const body = gzipSync(text, { level: 1 });
      const headers = {
        'content-type': path.endsWith('/push') ? 'application/jsonl' : 'application/json',
        'content-encoding': 'gzip',
        'content-length': body.length,
        ...signedHeaders({ site, method: 'POST', path, at: now(), sha256: bodyHash(body) }, key()),
      };
      return ask({ host, port: port === '' ? 443 : Number(port), path, method: 'POST', headers, ...tls }, body, line);
    },
  };
}

function ask(options: RequestOptions, body: Buffer, line: LineSpeed): Promise<unknown> {
  const where = `https://${options.host}:${options.port}`;
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => {
      const { zh, en } = reasonOf(error);
      const words = { zh: `机构 ${where} 没有应答：${zh}`, en: `the organization at ${where} did not answer: ${en}` };
      reject(new OrganizationAway('away', 'away', words));
    };
    let timer: NodeJS.Timeout | undefined;
    /** A line may be slow: what counts is that something moves, and an end that fits what is on its way. */
    function allow(bytes: number): void {
      clearTimeout(timer);
      const ms = limitMs(bytes, line);
      timer = setTimeout(() => request.destroy(new Ended(tooLong(ms))), ms);
    }
    const request = httpsRequest({ ...options, agent: false }, (response) => {
      allow(LONGEST_ANSWER);
      const pieces: Buffer[] = [];
      let length = 0;
      response.on('data', (piece: Buffer) => {
        length += piece.length;
        if (length > LONGEST_ANSWER) response.destroy(new Ended(TOO_MUCH));
        else pieces.push(piece);
      });
      response.on('error', fail);
      response.on('end', () => {
        let said: unknown;
        try {
          said = saidIn(response.statusCode ?? 0, Buffer.concat(pieces).toString('utf8'));
        } catch (error) {
          return error instanceof OrganizationAway ? reject(error) : fail(error as Error);
        }
        resolve(said);
      });
    });
    allow(body.length);
    const ms = silenceMs(body.length, line);
    request.setTimeout(ms, () => request.destroy(new Ended(silence(ms))));
    request.on('close', () => clearTimeout(timer));
    request.on('error', fail);
    Readable.from(piecesOf(body)).pipe(request);
  });
}

/** What the system took to send is silent until the other end has it: it takes 4 MiB at most (Linux, `tcp_wmem`). */
function silenceMs(bytes: number, { silentMs, slowest }: LineSpeed): number {
  return silentMs + (Math.min(bytes, 4 * 1024 * 1024) / slowest) * 1000;
}

function* piecesOf(body: Buffer): Generator<Buffer> {
  for (let from = 0; from < body.length; from += PIECE) yield body.subarray(from, from + PIECE);
}

/** The answer's JSON. Throws why there is none: an `OrganizationAway` where it said no, an `Ended` where it said nothing. */
function saidIn(status: number, text: string): unknown {
  let said: unknown;
  try {
    said = JSON.parse(text);
  } catch {
    throw new Ended({ zh: `应答 ${status}，且不是 JSON`, en: `it answered ${status}, and not in JSON` });
  }
  if (status === 200) return said;
  const error = (said as Partial<Refused> | null)?.error;
  const isRefusal = status >= 400 && status < 500 && status !== 429;
  // What answers may be a proxy, which has words of its own.
  const { zh, en } = (error?.message ?? {}) as Partial<Bilingual>;
  const isWords = typeof zh === 'string' && typeof en === 'string';
  const words = isWords ? { zh, en } : { zh: `应答 ${status}`, en: `it answered ${status}` };
  const code = typeof error?.code === 'string' ? error.code : 'wrong';
  throw new OrganizationAway(isRefusal ? 'refused' : 'away', code, words);
}

const silence = (ms: number): Bilingual => ({
  zh: `${Math.round(ms / 1000)} 秒没有动静`,
  en: `nothing for ${Math.round(ms / 1000)} s`,
});
const tooLong = (ms: number): Bilingual => ({
  zh: `${Math.round(ms / 1000)} 秒还没有传完`,
  en: `not done after ${Math.round(ms / 1000)} s`,
});
const TOO_MUCH: Bilingual = { zh: '它的应答太长', en: 'its answer is too long' };
