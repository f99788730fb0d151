import { MeasureRefused, type Measure } from '../measure.ts';
import { isSiteAddress } from '../address.ts';
import {
  ASKS,
  ECHOES,
  familyOf,
  KNOCKS,
  openEcho,
  readEcho,
  readToken,
  sourceOf,
  writeEcho,
} from '../protocols/echo.ts';

const MOST_SECONDS = 20;
/** A row of seats at once. */
const MOST_MACHINES = 16;
/** Of each machine; a run asks 50 a second. */
const MOST_PER_SECOND = 120;
const KNOCK_MS = 200;

/**
 * Answers the UDP echo of some machines of the site for a few seconds: `{ port, token, from: ['10.0.0.21'], seconds: 15 }`.
 * The only time an agent hears anything it did not ask for. It answers packets of 64 bytes by packets of 64 bytes, only those
 * with the measure's token and from the named addresses, which must be private ones.
 */
export const measure: Measure = {
  name: 'echo',
  limitMs: (MOST_SECONDS + 2) * 1_000,
  async take({ port, token: said, from, seconds }, { stop }) {
    const token = readToken(said);
    const machines = Array.isArray(from) ? from : [];
    if (!token || !isPort(port) || machines.length === 0 || typeof seconds !== 'number' || !(seconds > 0))
      throw new MeasureRefused('malformed', 'echo takes { port, token, from: [address], seconds }');
    if (seconds > MOST_SECONDS) throw new MeasureRefused('not-allowed', `at most ${MOST_SECONDS} s, not ${seconds}`);
    if (machines.length > MOST_MACHINES)
      throw new MeasureRefused('not-allowed', `at most ${MOST_MACHINES} machines, not ${machines.length}`);
    const stranger = machines.find((address) => typeof address !== 'string' || !isSiteAddress(address));
    if (stranger !== undefined) throw new MeasureRefused('not-allowed', `${stranger} is no address of a site`);
    const known = machines as readonly string[];
    const family = familyOf(known[0]!);
    if (known.some((address) => familyOf(address) !== family))
      throw new MeasureRefused('malformed', 'all addresses have to be of one family');

    const socket = await openEcho(port, family).catch((error: NodeJS.ErrnoException) => {
      throw new MeasureRefused('failed', `UDP port ${port} cannot be had: ${error.code ?? error.message}`);
    });
    const heard = new Map<string, number>();
    let answered = 0;
    /** Refilled each second. */
    let left = new Map<string, number>();
    socket.on('message', (packet, info) => {
      const source = sourceOf(info);
      const read = known.includes(source) ? readEcho(packet, token) : null;
      if (!read || read.what !== ASKS) return;
      const may = left.get(source) ?? MOST_PER_SECOND;
      if (may === 0) return;
      left.set(source, may - 1);
      heard.set(source, (heard.get(source) ?? 0) + 1);
      answered += 1;
      socket.send(writeEcho(ECHOES, token, read.number), info.port, info.address);
    });
    const knock = (): void => {
      for (const address of known)
        if (!heard.has(address)) socket.send(writeEcho(KNOCKS, token, 0), port, address, () => undefined);
    };
    knock();
    const timers = [setInterval(knock, KNOCK_MS), setInterval(() => (left = new Map()), 1_000)];
    await new Promise<void>((resolve) => {
      const end = setTimeout(resolve, seconds * 1_000);
      stop.onStop(() => {
        clearTimeout(end);
        resolve();
      });
    });
    for (const timer of timers) clearInterval(timer);
    socket.close();
    return { answered, machines: heard.size };
  },
};

export function isPort(said: unknown): said is number {
  return typeof said === 'number' && Number.isInteger(said) && said >= 1024 && said <= 65_535;
}
