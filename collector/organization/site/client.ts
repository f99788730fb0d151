import { request as httpsRequest, type RequestOptions } from 'node:https';
import { gzipSync } from 'node:zlib';
import type { Bilingual } from '../../../agent/probe.ts';
import type { RecordKey } from '../../record/key.ts';
import { ORGANIZATION_HOST, type Refused } from '../exchange.ts';
import { bodyHash, signedHeaders } from '../signed.ts';
import type { OrganizationTicket } from '../ticket.ts';

/** The organization did not do what was asked. `away`: nobody answered, or it is busy; `refused`: it answered no. */
export class OrganizationAway extends Error {
  readonly why: 'away' | 'refused';
  /** The word of its refusal: `not-enrolled`, `key`, `clock` … */
  readonly code: string;
  readonly words: Bilingual;

  constructor(why: OrganizationAway['why'], code: string, words: Bilingual) {
    super(words.en);
    this.why = why;
    this.code = code;
    this.words = words;
  }
}

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
}

const LIMIT_MS = 45_000;
/** Twenty documents of 1 MiB. */
const LONGEST_ANSWER = 24 * 1024 * 1024;

export function createClient({ ticket, url, site, key, now }: ClientParts): Client {
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
      return ask({ host, port: port === '' ? 443 : Number(port), path, method: 'POST', headers, ...tls }, body);
    },
  };
}

function ask(options: RequestOptions, body: Buffer): Promise<unknown> {
  const where = `https://${options.host}:${options.port}`;
  return new Promise((resolve, reject) => {
    const fail = (said: string): void =>
      reject(
        new OrganizationAway('away', 'away', {
          zh: `机构 ${where} 没有应答：${said}`,
          en: `the organization at ${where} did not answer: ${said}`,
        }),
      );
    const request = httpsRequest({ ...options, agent: false }, (response) => {
      const pieces: Buffer[] = [];
      let length = 0;
      response.on('data', (piece: Buffer) => {
        length += piece.length;
        if (length > LONGEST_ANSWER) request.destroy(new Error('its answer is too long'));
        else pieces.push(piece);
      });
      response.on('error', (error) => fail(error.message));
      response.on('end', () => {
        const status = response.statusCode ?? 0;
        let said: unknown;
        try {
          said = JSON.parse(Buffer.concat(pieces).toString('utf8'));
        } catch {
          return fail(`it answered ${status}, and not in JSON`);
        }
        if (status === 200) return resolve(said);
        const { error } = said as Partial<Refused>;
        const isRefusal = status >= 400 && status < 500 && status !== 429;
        const words = error?.message ?? { zh: `应答 ${status}`, en: `it answered ${status}` };
        reject(new OrganizationAway(isRefusal ? 'refused' : 'away', error?.code ?? 'wrong', words));
      });
    });
    const timer = setTimeout(() => request.destroy(new Error(`nothing for ${LIMIT_MS / 1000} s`)), LIMIT_MS);
    request.on('close', () => clearTimeout(timer));
    request.on('error', (error) => fail(error.message));
    request.end(body);
  });
}
