import { request as http, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as https } from 'node:https';
import { isIP } from 'node:net';
import type { Sent } from './pager.ts';

/** One HTTP request with an end: a time limit over all of it, a bounded answer, no redirect followed. */
export interface Post {
  readonly url: string;
  readonly method?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** PEM, beside what the system trusts not at all: a LAN host has its own CA. */
  readonly ca?: string | undefined;
  readonly limitMs: number;
}

export type Answered =
  | { readonly status: number; readonly text: string; readonly retryMs: number | null }
  | { readonly because: string };

/** An answer of a robot has some hundred bytes. */
const MOST_BYTES = 64 * 1024;

/** Never rejects. What it says of a failure names host and port alone: the rest of the address may be the secret. */
export function post({ url, method = 'POST', headers = {}, body, ca, limitMs }: Post): Promise<Answered> {
  return new Promise((resolve) => {
    let settle = (answer: Answered): void => {
      settle = () => undefined;
      clearTimeout(timer);
      resolve(answer);
      asked?.destroy();
    };
    const timer = setTimeout(() => settle({ because: `no answer within ${limitMs / 1000} s` }), limitMs);
    const options: RequestOptions & { ca?: string } = {
      method,
      agent: false,
      headers: {
        'user-agent': 'xunkao',
        ...headers,
        ...(body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }),
      },
      ...(ca === undefined ? {} : { ca }),
    };
    let asked: ReturnType<typeof http> | undefined;
    try {
      asked = (url.startsWith('https:') ? https : http)(url, options, (answer) => read(answer, (got) => settle(got)));
    } catch (error) {
      settle({ because: reasonOf(error) });
      return;
    }
    asked.on('error', (error) => settle({ because: reasonOf(error) }));
    asked.end(body);
  });
}

function read(answer: IncomingMessage, settle: (got: Answered) => void): void {
  const pieces: Buffer[] = [];
  let size = 0;
  answer.on('data', (piece: Buffer) => {
    size += piece.length;
    if (size > MOST_BYTES) settle({ because: `an answer of more than ${MOST_BYTES / 1024} KiB` });
    else pieces.push(piece);
  });
  answer.on('error', (error) => settle({ because: reasonOf(error) }));
  answer.on('end', () =>
    settle({
      status: answer.statusCode ?? 0,
      text: Buffer.concat(pieces).toString('utf8'),
      retryMs: retryOf(answer.headers['retry-after']),
    }),
  );
}

/** Some say it in seconds; a date is as good as nothing said. */
function retryOf(header: string | undefined): number | null {
  return header !== undefined && /^\d{1,5}$/.test(header) ? Number(header) * 1000 : null;
}

/** A code, and where the system says it a host and port: `ECONNREFUSED 192.168.1.9:80`. */
function reasonOf(error: unknown): string {
  const { code, address, port, message } = error as NodeJS.ErrnoException & { address?: string; port?: number };
  const where = address === undefined ? '' : ` ${address}${port === undefined ? '' : `:${port}`}`;
  return code === undefined ? message.slice(0, 100) : `${code}${where}`;
}

/** Success is a status of 200 to 299; whether the body agrees is the channel's to say. */
export function judged(answered: Answered, body: (text: string) => string | null = () => null): Sent {
  if ('because' in answered) return { ok: false, because: answered.because };
  const { status, text, retryMs } = answered;
  const retry = retryMs === null ? {} : { retryMs };
  if (status < 200 || status > 299) return { ok: false, because: `HTTP ${status}`, ...retry };
  const because = body(text);
  return because === null ? { ok: true } : { ok: false, because, ...retry };
}

/**
 * The robots answer 200 and say in the body what went wrong: `{"errcode":310000,"errmsg":"sign not match"}`.
 * @param codes the field that is 0 when all is well, in the order to look
 */
export function errcodeOf(text: string, codes: readonly string[], words: readonly string[]): string | null {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    return 'an answer that is no JSON';
  }
  if (typeof answer !== 'object' || answer === null) return 'an answer that is no object';
  const fields = answer as Record<string, unknown>;
  const code = codes.map((name) => fields[name]).find((value) => value !== undefined);
  if (code === 0) return null;
  if (code === undefined) return 'an answer without a code';
  const said = words.map((name) => fields[name]).find((value): value is string => typeof value === 'string');
  return `errcode ${JSON.stringify(code).slice(0, 20)}${said === undefined ? '' : `: ${wordsOnly(said)}`}`;
}

/** A vendor's words may quote what was sent; long runs of letters and digits could be a key. */
function wordsOnly(text: string): string {
  return text
    .replaceAll(/[\w+/=-]{16,}/g, '…')
    .replaceAll(/\s+/g, ' ')
    .slice(0, 120);
}

export function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : '';
}

/** Whether it is reached without the site's line to the world: a private address, or a name that only a LAN has. */
export function isOnLan(host: string): boolean {
  const name = host
    .replace(/:\d+$/, '')
    .replace(/^\[|\]$/g, '')
    .toLowerCase();
  if (isIP(name) === 4) return /^(10|127|192\.168|169\.254|172\.(1[6-9]|2\d|3[01]))\./.test(name);
  if (isIP(name) === 6) return name === '::1' || /^f[cd]|^fe[89ab]/.test(name);
  return !name.includes('.') || /\.(local|internal|lan|home|intranet|localdomain)$/.test(name);
}
