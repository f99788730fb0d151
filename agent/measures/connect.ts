import { connect } from 'node:net';
import { parseAddress, type Address } from '../address.ts';
import { MeasureRefused, type Measure, type Stop } from '../measure.ts';

/** Each is one handshake without a byte of data, which no server minds. */
const MOST_TIMES = 20;
const EACH_MS = 2_000;

/**
 * How long TCP takes to connect to a peer of the settings: `{ peer: '10.0.0.5:443', times: 10 }`. The way to a server that
 * does not answer UDP echo. A lost SYN shows as a connect of more than 0.9 s (it is sent again after a second), so these are
 * counted apart; loss itself cannot be read from it.
 */
export const measure: Measure = {
  name: 'connect',
  limitMs: MOST_TIMES * EACH_MS + 1_000,
  async take({ peer, times = 10 }, { settings, stop }) {
    const address = typeof peer === 'string' ? parseAddress(peer) : null;
    if (!address || typeof times !== 'number' || !Number.isInteger(times) || times < 1)
      throw new MeasureRefused('malformed', 'connect takes { peer: "host:port", times: 1 to 20 }');
    if (!settings.peers?.includes(address.text))
      throw new MeasureRefused('not-allowed', `${address.text} is no peer of the settings`);
    if (times > MOST_TIMES) throw new MeasureRefused('not-allowed', `at most ${MOST_TIMES} connects, not ${times}`);
    const took: number[] = [];
    let why = '';
    for (let turn = 0; turn < times && !stop.isStopped; turn++) {
      const one = await connectOnce(address, stop);
      if (typeof one === 'number') took.push(one);
      else why = one;
    }
    took.sort((left, right) => left - right);
    return {
      times,
      answered: took.length,
      resent: took.filter((seconds) => seconds > 0.9).length,
      median_seconds: took[Math.floor(took.length / 2)] ?? null,
      worst_seconds: took[took.length - 1] ?? null,
      why,
    };
  },
};

/** Seconds, or why not. */
function connectOnce({ host, port }: Address, stop: Stop): Promise<number | string> {
  return new Promise((resolve) => {
    const start = process.hrtime.bigint();
    const socket = connect({ host, port });
    const end = (result: number | string): void => {
      socket.destroy();
      resolve(result);
    };
    socket.setTimeout(EACH_MS, () => end('no answer'));
    socket.once('connect', () => end(Number(process.hrtime.bigint() - start) / 1e9));
    socket.once('error', (error: NodeJS.ErrnoException) => end(error.code ?? error.message));
    stop.onStop(() => end('stopped'));
  });
}
