import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { isLoopback, plainAddress } from './addresses.ts';

/**
 * Plain HTTP is for this computer alone. What a proxy passes on, what comes over the network, and what a foreign page
 * reaches through a name of its own (DNS rebinding) is told to use https instead.
 */
export function whyNotPlain({ socket, headers }: IncomingMessage): { status: number; body: string } | null {
  if ('encrypted' in socket) return null;
  const here = isLoopback(plainAddress(socket.remoteAddress)) && isLoopback(plainAddress(socket.localAddress));
  if (!here) return refusal(403, '请使用 https 访问本采集器。', 'Plain HTTP is for this computer only; use https.');
  if (Object.keys(headers).some((name) => FORWARDED.test(name))) {
    return refusal(403, '请求经过了代理，请使用 https。', 'This request was forwarded; a proxy has to use https.');
  }
  if (!LOCAL_HOST.test(headers.host ?? '')) {
    return refusal(
      421,
      '主机名不是本机，请使用 https。',
      'Plain HTTP is for localhost only; use https for other names.',
    );
  }
  return null;
}

/** Ends a connection that asked for a WebSocket with a short answer in HTTP. */
export function endUpgrade(socket: Duplex, status: number, body: string): void {
  const reasons: Readonly<Record<number, string>> = {
    400: 'Bad Request',
    403: 'Forbidden',
    404: 'Not Found',
    421: 'Misdirected Request',
    426: 'Upgrade Required',
    503: 'Service Unavailable',
  };
  const lines = [
    `HTTP/1.1 ${status} ${reasons[status] ?? 'Refused'}`,
    'Connection: close',
    'Content-Type: text/plain; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  socket.once('finish', () => socket.destroy());
  socket.end(`${lines.join('\r\n')}\r\n\r\n${body}`);
}

const FORWARDED = /^(?:forwarded|via|x-real-ip|x-forwarded(?:-.*)?)$/;
const LOCAL_HOST = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?$/i;

function refusal(status: number, zh: string, en: string): { status: number; body: string } {
  return { status, body: `${zh}\n${en}\n` };
}
