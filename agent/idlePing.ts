import type { Duplex } from 'node:stream';
import { WebSocket } from 'ws';

/** RFC 6455: a ping that says nothing, and its answer, masked as a client's frames are; there is nothing to mask. */
const PING = Buffer.from([0x89, 0x00]);
const PONG = Buffer.from([0x8a, 0x80, 0, 0, 0, 0]);

/**
 * Answers the collector's ping of each second below ws. An agent on an idle PC does hardly anything else, and through two
 * streams, a parser and a writer of frames the answer costs it a seventh of all its CPU. Everything else goes to ws as it
 * came, and a ping too unless it is sure to be one: the two bytes came alone, and all before them were whole frames.
 * @param wire what ws talks over, TLS or not; before ws has heard anything on it
 * @param pinged after the answer, which goes out first
 */
export function answerIdlePings(link: WebSocket, wire: Duplex, pinged: () => void): void {
  const pass = wire.push.bind(wire);
  /** No frame is begun. Known from when ws itself has taken two bytes for a ping. */
  let isBetween = false;
  let hasPinged = false;
  link.on('ping', () => {
    hasPinged = true;
    pinged();
  });
  wire.push = (chunk: Buffer | null, encoding) => {
    const isPing = chunk !== null && chunk.length === PING.length && PING.equals(chunk);
    if (isPing && isBetween && link.readyState === WebSocket.OPEN) {
      wire.write(PONG);
      pinged();
      return true;
    }
    hasPinged = false;
    const goesOn = pass(chunk, encoding);
    isBetween = chunk !== null && ((isPing && hasPinged) || (isBetween && isWhole(chunk)));
    return goesOn;
  };
}

/** Exactly one frame of the collector's, whose frames are not masked; larger ones than 64 KiB it has none. */
function isWhole(chunk: Buffer): boolean {
  if (chunk.length < 2) return false;
  const said = chunk[1]!;
  if (said < 126) return chunk.length === 2 + said;
  return said === 126 && chunk.length >= 4 && chunk.length === 4 + chunk.readUInt16BE(2);
}
