import { randomBytes } from 'node:crypto';
import type { MeasureFacts } from '../../agent/measure.ts';
import type { Clock } from '../clock.ts';
import type { Measuring, Measurement } from '../gateway/measuring.ts';
import type { Machine } from '../identity/machine.ts';
import { believed, type State } from '../state/state.ts';
import { bracketed, ECHO_PORT, isSeat, type SiteNetwork } from './site.ts';

export interface EchoParts {
  readonly state: State;
  readonly machines: () => Iterable<Machine>;
  readonly site: SiteNetwork;
  readonly measure: (machine: string, what: string, asked: MeasureFacts, limitMs: number) => Measuring;
  readonly everyMs: number;
  readonly examServerPort: number | null;
  readonly clock: Clock;
  readonly echoPort?: number;
}

/** At once: 400 packets a second, 0.4 Mbit/s each way at the server. */
const AT_ONCE = 8;
const PER_SECOND = 50;
const SECONDS = 10;
/** The seats' 4 s of meeting, their 10 s and a second for what is late. */
const ANSWER_SECONDS = 16;
const LIMIT_MS = 30_000;
const CONNECTS = 20;

/**
 * Goes round the seats and has each measure the way to its exam server, some at a time, in an exam as at any time: it is
 * 45 kbit/s for 10 s. Where no echo comes – a firewall that drops even answers, an old agent on the server – the time of TCP
 * connects to the server's port is taken instead, and loss only inferred.
 */
export function createEchoes(parts: EchoParts) {
  const { state, machines, site, measure, everyMs, examServerPort, clock, echoPort = ECHO_PORT } = parts;
  /** Monotonic ms. */
  const askedAt = new Map<string, number>();
  let running: Promise<void> | null = null;

  const isOnline = (id: string): boolean => {
    const subject = state.get(id);
    const fact = state.catalogue.fact('presence.online');
    return subject !== undefined && fact !== undefined && believed(subject, fact) === true;
  };

  /** Seats of one server that were not measured for the longest time. */
  function due(now: number): { readonly server: Machine; readonly seats: readonly Machine[] } | null {
    const waiting = [...machines()]
      .filter(
        (machine) => isSeat(machine) && isOnline(machine.id) && now - (askedAt.get(machine.id) ?? -Infinity) >= everyMs,
      )
      .sort((left, right) => (askedAt.get(left.id) ?? -Infinity) - (askedAt.get(right.id) ?? -Infinity));
    for (const { room } of waiting) {
      const server = site.serversOf(room).find(({ id }) => isOnline(id) && site.addressOf(id) !== null);
      if (server) return { server, seats: waiting.filter((seat) => seat.room === room).slice(0, AT_ONCE) };
    }
    return null;
  }

  async function round(server: Machine, seats: readonly Machine[]): Promise<void> {
    const address = bracketed(site.addressOf(server.id)!);
    const token = randomBytes(12).toString('hex');
    const from = [...new Set(seats.flatMap(({ id }) => site.addressOf(id) ?? []))];
    const answering = measure(server.id, 'echo', { port: echoPort, token, from, seconds: ANSWER_SECONDS }, LIMIT_MS);
    const asked = { peer: `${address}:${echoPort}`, token, per_second: PER_SECOND, seconds: SECONDS };
    await Promise.all(
      seats.map(async ({ id }) => {
        const seen = await measure(id, 'loss', asked, LIMIT_MS).done;
        if (!tell(id, seen) && examServerPort !== null)
          inferred(
            id,
            await measure(id, 'connect', { peer: `${address}:${examServerPort}`, times: CONNECTS }, 50_000).done,
          );
      }),
    );
    answering.stop();
    await answering.done;
  }

  /** False when nothing was measured. */
  function tell(id: string, seen: Measurement): boolean {
    if (!('result' in seen) || typeof seen.result['loss_ratio'] !== 'number') return false;
    const number = (word: string): number | null => {
      const value = seen.result[word];
      return typeof value === 'number' && value >= 0 ? value : null;
    };
    witness(id, {
      loss_ratio: Math.min(1, number('loss_ratio') ?? 1),
      jitter_seconds: number('jitter_seconds'),
      median_seconds: number('median_seconds'),
      p95_seconds: number('p95_seconds'),
      udp: true,
    });
    return true;
  }

  /** A SYN that was lost is sent again after a second: that, and connects that never came, are taken for loss. */
  function inferred(id: string, seen: Measurement): void {
    if (!('result' in seen)) return;
    const { times, answered, resent, median_seconds: median } = seen.result;
    if (typeof times !== 'number' || typeof answered !== 'number' || typeof resent !== 'number' || times <= 0) return;
    witness(id, {
      loss_ratio: Math.max(0, Math.min(1, (times - answered + resent) / times)),
      jitter_seconds: null,
      median_seconds: typeof median === 'number' ? median : null,
      p95_seconds: null,
      udp: false,
    });
  }

  function witness(id: string, facts: Readonly<Record<string, number | boolean | null>>): void {
    if (!state.get(id)) return;
    for (const [word, value] of Object.entries(facts)) state.witness(id, `echo.${word}`, value, clock.now());
  }

  return {
    /** Begins the next round when one is due and none runs. */
    tick(): void {
      if (everyMs === 0 || running) return;
      const now = clock.now().monotonic;
      const next = due(now);
      if (!next) return;
      for (const { id } of next.seats) askedAt.set(id, now);
      running = round(next.server, next.seats)
        .catch(() => undefined)
        .finally(() => (running = null));
    },
    /** For tests: the round that runs now. */
    running: () => running ?? Promise.resolve(),
  };
}
