/** What is said over the control connection of iperf3; the numbers are those of its iperf_api.h. */
export const STATE = {
  start: 1,
  running: 2,
  end: 4,
  parameters: 9,
  streams: 10,
  exchange: 13,
  display: 14,
  done: 16,
} as const;
const MOST_JSON = 64 * 1024;

export interface Received {
  readonly bytes: number;
  readonly seconds: number;
}

/** Calls back for bytes of state, and behind `exchange` one JSON text after its length. */
export function reading(act: (state: number) => void, told: (value: unknown) => void, nonsense: () => void) {
  let rest = Buffer.alloc(0);
  let isJson = false;
  return (chunk: Buffer): void => {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length > 0) {
      if (!isJson) {
        const state = rest[0]!;
        rest = rest.slice(1);
        isJson = state === STATE.exchange;
        act(state);
        continue;
      }
      if (rest.length < 4) return;
      const length = rest.readUInt32BE(0);
      if (length > MOST_JSON) return nonsense();
      if (rest.length < 4 + length) return;
      const text = rest.slice(4, 4 + length).toString();
      rest = rest.slice(4 + length);
      isJson = false;
      try {
        told(JSON.parse(text));
      } catch {
        return nonsense();
      }
    }
  };
}

/** The server wants to know of each stream; it numbers them 1, 3, 4, … */
export function resultsOf(bytes: number, streams: number, seconds: number): object {
  const stream = (index: number): object => ({
    id: index === 0 ? 1 : index + 2,
    bytes: Math.round(bytes / streams),
    retransmits: -1,
    jitter: 0,
    errors: 0,
    omitted_errors: 0,
    packets: 0,
    omitted_packets: 0,
    start_time: 0,
    end_time: seconds,
  });
  return {
    cpu_util_total: 0,
    cpu_util_user: 0,
    cpu_util_system: 0,
    sender_has_retransmits: 0,
    streams: Array.from({ length: streams }, (_, index) => stream(index)),
  };
}

/** Null for what cannot be: more than was sent. */
export function receivedOf(value: unknown, sent: number): Received | null {
  const { streams } = (value ?? {}) as { streams?: unknown };
  if (!Array.isArray(streams) || streams.length === 0 || streams.length > 64) return null;
  let bytes = 0;
  let seconds = 0;
  for (const stream of streams as readonly Record<string, unknown>[]) {
    const [count, from, to] = ['bytes', 'start_time', 'end_time'].map((word) => Number(stream?.[word] ?? Number.NaN));
    if (!(count! >= 0) || !(to! > from!)) return null;
    bytes += count!;
    seconds = Math.max(seconds, to! - from!);
  }
  return bytes > sent ? null : { bytes, seconds };
}
