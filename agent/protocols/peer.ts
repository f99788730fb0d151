import * as http from 'node:http';
import * as https from 'node:https';
import type { URL } from 'node:url';

/** Where a peer for measures of throughput (`xunkao peer`) answers. */
export const PEER_PATH = '/xunkao-peer/v1';
/** Both ends count in pieces of this length. */
export const SAMPLE_MS = 250;

export interface PeerTarget {
  readonly url: URL;
  readonly token?: string | undefined;
  readonly ca?: string | undefined;
}

/** It is there, and does not do what was asked: 404 for a turn that it does not know any more. */
export class PeerRefused extends Error {
  readonly status: number;

  constructor(host: string, status: number) {
    super(`${host}: it answered ${status}`);
    this.status = status;
  }
}

const LIMIT_MS = 5_000;
const MOST_BYTES = 64 * 1024;

/**
 * A short question to a peer, answered by a JSON object; rejects with why there is none. No redirect is followed: the token
 * would go with it.
 */
export function askPeer(
  { url, token, ca }: PeerTarget,
  method: 'GET' | 'POST' | 'DELETE',
  path: string,
): Promise<Record<string, unknown>> {
  const isTls = url.protocol === 'https:';
  return new Promise((resolve, reject) => {
    const fail = (why: string | PeerRefused): void => {
      clearTimeout(limit);
      request.destroy();
      reject(why instanceof PeerRefused ? why : new Error(`${url.host}: ${why}`));
    };
    const limit = setTimeout(() => fail(`no answer within ${LIMIT_MS / 1_000} s`), LIMIT_MS);
    const request = (isTls ? https : http).request({
      method,
      hostname: url.hostname.replace(/^\[(.*)\]$/, '$1'),
      path: `${PEER_PATH}/${path}`,
      ...(url.port === '' ? {} : { port: url.port }),
      agent: false,
      ...(isTls && ca !== undefined ? { ca } : {}),
      headers: {
        Host: url.host,
        'User-Agent': 'xunkao',
        Connection: 'close',
        'Content-Length': 0,
        ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
      },
    });
    request.on('error', (error: NodeJS.ErrnoException) => fail(error.code ?? error.message));
    request.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
        if (text.length > MOST_BYTES) fail('an answer without end');
      });
      response.on('aborted', () => fail('broke off'));
      response.on('end', () => {
        clearTimeout(limit);
        const { statusCode = 0 } = response;
        if (statusCode !== 200) return fail(new PeerRefused(url.host, statusCode));
        try {
          const value: unknown = JSON.parse(text);
          if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
            resolve(value as Record<string, unknown>);
            return;
          }
        } catch {
          // Told below.
        }
        fail('what answers is no peer of Xunkao');
      });
    });
    request.end();
  });
}
