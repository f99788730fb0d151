import { URL } from 'node:url';
import { MeasureRefused, type Measure, type MeasureFacts, type Stop } from '../measure.ts';
import { askPeer, PEER_PATH } from '../protocols/peer.ts';
import { blast, LEAST_SECONDS, rateOf, type Blast, type BlastResult } from '../protocols/blast.ts';
import { healthUrl } from '../protocols/health.ts';
import { iperf3, type Iperf3Result } from '../protocols/iperf3.ts';

/** Whatever the collector asks: more than this proves nothing more and disturbs whoever shares the line. */
const MOST_BYTES_PER_SECOND = 120e6 / 8;
const MOST_SECONDS = 8;
const STREAMS = 4;

/**
 * What a line carries, to a peer of the settings: `{ url: 'https://peer:9490', turn: '…', seconds: 8, token }` to one of our
 * own peers, which counts what it received, `{ url: 'iperf3://host:5201', seconds: 8 }` to a server of iperf3, or
 * `{ url: 'https://host/large.bin', seconds: 8 }` from a file, down only. Four streams, at most 120 Mbit/s and 8 s each way; a mean is told only over 4 s and more. `token` is never told or logged.
 */
export const measure: Measure = {
  name: 'throughput',
  limitMs: (2 * MOST_SECONDS + 20) * 1_000,
  async take({ url: said, turn, seconds = MOST_SECONDS, token, ca }, { settings, stop }) {
    const iperf = typeof said === 'string' ? /^iperf3:\/\/([^/:\s]+|\[[0-9a-f:]+\]):(\d{1,5})$/i.exec(said) : null;
    const url = typeof said !== 'string' || iperf ? null : healthUrl(said);
    if (iperf && typeof seconds === 'number' && seconds >= 1)
      return byIperf3(iperf[1]!, Number(iperf[2]), Math.floor(seconds), settings.peers ?? [], stop);
    const isText = (value: unknown): value is string | undefined => value === undefined || typeof value === 'string';
    if (
      !url ||
      url.protocol === 'tcp:' ||
      typeof seconds !== 'number' ||
      !(seconds > 0) ||
      ![turn, token, ca].every(isText)
    )
      throw new MeasureRefused('malformed', 'throughput takes { url: "https://…", turn, seconds: 8 }');
    const peer = peerOf(url);
    if (!settings.peers?.includes(peer)) throw new MeasureRefused('not-allowed', `${peer} is no peer of the settings`);
    if (seconds > MOST_SECONDS) throw new MeasureRefused('not-allowed', `at most ${MOST_SECONDS} s each way`);
    const secrets = { token: token as string | undefined, ca: ca as string | undefined };
    const wish = (direction: Blast['direction'], to: URL): Blast => ({
      ...secrets,
      direction,
      url: to,
      seconds,
      streams: STREAMS,
      mostBytesPerSecond: MOST_BYTES_PER_SECOND,
      onStop: (act) => stop.onStop(act),
    });
    if (turn === undefined) {
      const down = await blast(wish('down', url));
      return { ...told('down', down), ...NO_UP, streams: STREAMS };
    }
    const at = (act: string): URL => new URL(`${PEER_PATH}/${act}?turn=${encodeURIComponent(turn as string)}`, url);
    const down = await blast(wish('down', at('down')));
    if (stop.isStopped) throw new MeasureRefused('stopped', 'it was stopped');
    const sent = await blast(wish('up', at('up')));
    if (stop.isStopped) throw new MeasureRefused('stopped', 'it was stopped');
    // What left this machine may still lie in a buffer: the other end has counted what came.
    const counted = await askPeer({ url, ...secrets }, 'GET', `turns/${turn as string}`).catch(() => null);
    const received = Array.isArray(counted?.['up']) ? (counted['up'] as unknown[]) : null;
    const up = received?.every((value) => typeof value === 'number' && value >= 0)
      ? { ...sent, samples: received.slice(0, sent.samples.length) as number[] }
      : { ...sent, samples: [], why: sent.why || 'the peer did not tell what it received' };
    return { ...told('down', down), ...told('up', up), streams: STREAMS };
  },
};

async function byIperf3(
  host: string,
  port: number,
  seconds: number,
  peers: readonly string[],
  stop: Stop,
): Promise<MeasureFacts> {
  if (!peers.includes(`${host}:${port}`))
    throw new MeasureRefused('not-allowed', `${host}:${port} is no peer of the settings`);
  if (seconds > MOST_SECONDS) throw new MeasureRefused('not-allowed', `at most ${MOST_SECONDS} s each way`);
  const way = (direction: 'down' | 'up'): Promise<Iperf3Result> =>
    iperf3({
      host: host.replace(/^\[(.*)\]$/, '$1'),
      port,
      direction,
      seconds,
      streams: STREAMS,
      mostBytesPerSecond: MOST_BYTES_PER_SECOND,
      onStop: (act) => stop.onStop(act),
    });
  const down = await way('down');
  if (stop.isStopped) throw new MeasureRefused('stopped', 'it was stopped');
  const up = await way('up');
  if (stop.isStopped) throw new MeasureRefused('stopped', 'it was stopped');
  // It tells one sum, so there is no lowest tenth.
  const { received } = up;
  const isLong = received !== null && received.seconds >= LEAST_SECONDS;
  return {
    ...told('down', down),
    ...NO_UP,
    ...(isLong ? { up_bytes_per_second: Math.round(received.bytes / received.seconds) } : {}),
    up_seconds: received?.seconds ?? 0,
    up_bytes: up.bytes,
    up_why: up.why,
    streams: STREAMS,
  };
}

const NO_UP = { up_bytes_per_second: null, up_p10_bytes_per_second: null, up_seconds: 0, up_bytes: 0, up_samples: [] };

function told(
  way: 'down' | 'up',
  { samples, bytes, why }: BlastResult,
): Readonly<Record<string, number | string | null | readonly number[]>> {
  const { mean, p10, seconds } = rateOf(samples);
  return {
    [`${way}_bytes_per_second`]: mean,
    [`${way}_p10_bytes_per_second`]: p10,
    [`${way}_seconds`]: seconds,
    [`${way}_bytes`]: bytes,
    [`${way}_samples`]: samples,
    [`${way}_why`]: why,
  };
}

/** `host:port`, as the settings name peers. */
export function peerOf(url: URL): string {
  return `${url.hostname}:${url.port || (url.protocol === 'https:' ? '443' : '80')}`;
}
