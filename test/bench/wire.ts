import { Socket as DatagramSocket } from 'node:dgram';
import { Socket } from 'node:net';

/** Bytes that this process has sent and received, by protocol, without the headers of TCP, UDP and IP. */
export interface WireBytes {
  readonly tcp: number;
  readonly udp: number;
}

/**
 * Counts from now on, whoever opens a socket: nothing of the agent knows that it is counted. By remote port, so that the
 * cameras' and upsd's bytes are told apart.
 */
export function countWire(): (isCounted: (port: number) => boolean) => WireBytes {
  const open = new Set<Socket>();
  const closed = new Map<number, number>();
  let udp = 0;
  const count = (socket: Socket): number => socket.bytesRead + socket.bytesWritten;
  const connect = Reflect.get(Socket.prototype, 'connect') as (...given: unknown[]) => Socket;
  Socket.prototype.connect = function (this: Socket, ...given: unknown[]): Socket {
    let port = 0;
    this.once('connect', () => {
      port = this.remotePort ?? 0;
      open.add(this);
    });
    this.once('close', () => {
      if (open.delete(this)) closed.set(port, (closed.get(port) ?? 0) + count(this));
    });
    return Reflect.apply(connect, this, given);
  };
  const send = Reflect.get(DatagramSocket.prototype, 'send') as (...given: unknown[]) => void;
  const seen = new WeakSet<DatagramSocket>();
  DatagramSocket.prototype.send = function (this: DatagramSocket, ...given: unknown[]): void {
    if (!seen.has(this)) {
      seen.add(this);
      this.on('message', (message) => (udp += message.length));
    }
    // `send(buffer, offset, length, …)` or `send(buffer, …)`: what is sent here is one buffer.
    udp += typeof given[2] === 'number' && given.length > 4 ? given[2] : (given[0] as Buffer).length;
    Reflect.apply(send, this, given);
  };
  return (isCounted) => {
    let tcp = 0;
    for (const [port, bytes] of closed) if (isCounted(port)) tcp += bytes;
    for (const socket of open) if (isCounted(socket.remotePort ?? 0)) tcp += count(socket);
    return { tcp, udp };
  };
}
