import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Field } from './field.ts';

/** A receiver of pages, on loopback. */
export interface Hook {
  readonly url: string;
  /** When the next body that is such a one was all there: `performance.now()`. */
  next(isIt: (body: string) => boolean, limitMs: number): Promise<number>;
}

export async function openHook(field: Field): Promise<Hook> {
  const waiting = new Set<(body: string, at: number) => void>();
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const at = performance.now();
      response.writeHead(200).end();
      const body = Buffer.concat(pieces).toString();
      for (const tell of waiting) tell(body, at);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  field.own(() => {
    server.close();
    server.closeAllConnections();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    next: (isIt, limitMs) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          waiting.delete(tell);
          reject(new Error(`no page within ${limitMs / 1000} s`));
        }, limitMs);
        function tell(body: string, at: number): void {
          if (!isIt(body)) return;
          clearTimeout(timer);
          waiting.delete(tell);
          resolve(at);
        }
        waiting.add(tell);
      }),
  };
}
