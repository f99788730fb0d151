import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import { serve } from './ask.ts';

/**
 * The peer of `take-in`: a server that reads each frame with `JSON.parse` and answers it. It checks nobody, checks
 * nothing, judges nothing and remembers nothing.
 */
export const handlers = {
  async listen(): Promise<number> {
    const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });
    server.on('connection', (socket) => {
      socket.on('message', (data: Buffer) => {
        const { stream, seq } = JSON.parse(data.toString('utf8')) as { stream: string; seq: number };
        socket.send(JSON.stringify({ type: 'ack', stream, held: [[1, seq]] }));
      });
    });
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  },
};

export type BareServerAsks = typeof handlers;

if (process.send) serve(handlers);
