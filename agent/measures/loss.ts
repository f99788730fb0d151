import { networkInterfaces } from 'node:os';
import { performance } from 'node:perf_hooks';
import type { Socket } from 'node:dgram';
import { parseAddress } from '../address.ts';
import { MeasureRefused, type Measure, type Stop } from '../measure.ts';
import {
  ASKS,
  ECHOES,
  familyOf,
  figuresOf,
  openEcho,
  readEcho,
  readToken,
  sourceOf,
  writeEcho,
  type EchoRun,
} from '../protocols/echo.ts';

/** 50 a second are 45 kbit/s each way: not felt in an exam. */
const MOST_PER_SECOND = 100;
const MOST_SECONDS = 15;
/** The other end may be told a moment later. */
const MEET_MS = 4_000;
const MEET_EVERY_MS = 100;
/** What comes later than this counts as lost. */
const LATE_MS = 1_000;
/** The number of what is sent until both have met; it is not counted. */
const MEETING = 0xffffffff;

/**
 * Loss, jitter and round trips of UDP to a peer whose agent answers just now (`echo`):
 * `{ peer: '10.0.0.5:9481', token, per_second: 50, seconds: 10 }`. Without any echo within 4 s nothing was measured: a firewall
 * on either end looks like that, so it is no loss of 100 %, and `why` says so.
 */
export const measure: Measure = {
  name: 'loss',
  limitMs: MEET_MS + (MOST_SECONDS + 3) * 1_000,
  async take({ peer, token: said, per_second: rate = 50, seconds = 10 }, { settings, stop }) {
    const address = typeof peer === 'string' ? parseAddress(peer) : null;
    const token = readToken(said);
    if (!address || !token || typeof rate !== 'number' || typeof seconds !== 'number' || !(rate >= 1) || !(seconds > 0))
      throw new MeasureRefused('malformed', 'loss takes { peer: "host:port", token, per_second: 50, seconds: 10 }');
    if (!settings.peers?.includes(address.text))
      throw new MeasureRefused('not-allowed', `${address.text} is no peer of the settings`);
    if (rate > MOST_PER_SECOND || seconds > MOST_SECONDS)
      throw new MeasureRefused('not-allowed', `at most ${MOST_PER_SECOND} a second for ${MOST_SECONDS} s`);
    const socket = await open(address.host, address.port);
    try {
      const way: Way = { socket, host: address.host, port: address.port, token, stop };
      const isMet = await meet(way);
      const run = isMet ? await runOf(way, rate, seconds) : { sent: 0, trips: [], duplicates: 0 };
      const why = isMet ? '' : `${address.text} did not echo within ${MEET_MS / 1_000} s`;
      return { sent: run.sent, received: run.trips.length, duplicates: run.duplicates, ...figuresOf(run), why };
    } finally {
      socket.close();
    }
  },
};

interface Way {
  readonly socket: Socket;
  readonly host: string;
  readonly port: number;
  readonly token: Buffer;
  readonly stop: Stop;
}

/** The peer's own port, so that each end's first packet opens the way for the other's; any port where that one is taken. */
async function open(host: string, port: number): Promise<Socket> {
  const own = Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === host));
  const family = familyOf(host);
  try {
    return await openEcho(own ? 0 : port, family);
  } catch {
    return openEcho(0, family);
  }
}

function send({ socket, host, port, token }: Way, number: number): void {
  // A send that fails is a packet that is lost.
  socket.send(writeEcho(ASKS, token, number), port, host, () => undefined);
}

/** True once an echo came. */
function meet(way: Way): Promise<boolean> {
  const { socket, host, token, stop } = way;
  return new Promise((resolve) => {
    const end = (isMet: boolean): void => {
      clearInterval(timer);
      clearTimeout(limit);
      socket.removeListener('message', heard);
      resolve(isMet);
    };
    const heard = (packet: Buffer, info: Parameters<typeof sourceOf>[0]): void => {
      if (sourceOf(info) === host && readEcho(packet, token)?.what === ECHOES) end(true);
    };
    socket.on('message', heard);
    send(way, MEETING);
    const timer = setInterval(send, MEET_EVERY_MS, way, MEETING);
    const limit = setTimeout(end, MEET_MS, false);
    stop.onStop(() => end(false));
  });
}

function runOf(way: Way, rate: number, seconds: number): Promise<EchoRun> {
  const { socket, host, token, stop } = way;
  const most = Math.max(1, Math.floor(rate * seconds));
  const sentAt: number[] = [];
  const trips: [number, number][] = [];
  const seen = new Set<number>();
  let duplicates = 0;
  socket.on('message', (packet, info) => {
    const now = performance.now();
    const read = sourceOf(info) === host ? readEcho(packet, token) : null;
    const at = read?.what === ECHOES ? sentAt[read.number] : undefined;
    if (!read || at === undefined) return;
    if (seen.has(read.number)) duplicates += 1;
    else if (now - at <= LATE_MS) {
      seen.add(read.number);
      trips.push([read.number, now - at]);
    }
  });
  return new Promise((resolve) => {
    const start = performance.now();
    // Timers of Windows come each 15.6 ms: what became due since the last one goes out, but never a burst.
    const timer = setInterval(() => {
      const due = Math.min(most, Math.floor(((performance.now() - start) / 1_000) * rate) + 1);
      for (let burst = 0; sentAt.length < due && burst < 3; burst++) {
        sentAt.push(performance.now());
        send(way, sentAt.length - 1);
      }
      if (sentAt.length >= most) finish();
    }, 1_000 / rate);
    let isFinishing = false;
    const finish = (): void => {
      if (isFinishing) return;
      isFinishing = true;
      clearInterval(timer);
      setTimeout(() => resolve({ sent: sentAt.length, trips, duplicates }), LATE_MS);
    };
    stop.onStop(finish);
  });
}
