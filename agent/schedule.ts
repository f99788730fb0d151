import type { Clock } from './clock.ts';
import type { Host } from './host.ts';
import type { AgentSettings } from './messages.ts';
import { own } from './own.ts';
import type { Device, Probe } from './probe.ts';
import type { Telling } from './readings.ts';
import type { Answer, Outcome } from './reading.ts';
import type { Sweep } from './sweep.ts';

export interface ScheduleOptions {
  readonly clock: Clock;
  readonly host: Host;
  readonly probes: readonly Probe[];
  /** Where probes marked `mayHang` run; null asks them in this process, for simulated machines. */
  readonly sweep: Sweep | null;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly tell: (telling: Telling) => void;
  /** A device is no longer read here. */
  readonly forget: (owner: string) => void;
  readonly log: (line: string) => void;
}

/** What of the settings matters here. */
export type ScheduleSettings = Pick<AgentSettings, 'probe' | 'devices' | 'everySeconds'>;

/** Spread of the cadence: machines that were switched on together drift apart. */
const JITTER = 0.05;
/**
 * Cadences are whole ticks from one turn on, and a turn also asks what is due within `EARLY_MS`: so asks come to fall into
 * common turns, for waking up costs more than most of them.
 */
const TICK_MS = 1000;
const EARLY_MS = 250;
/** So late a turn may be where pings wake the agent anyway; the fastest fact then still comes long before it is stale. */
const TURN = { early: EARLY_MS, late: 2_500 };
const LIMIT = { late: 1_000 };
/** First asks start within this time, so that a boot is not made slower by all of them at once. */
const FIRST_WITHIN_MS = 300;
/** Probes that hang share a child when they are due within this part of their cadence. */
const SHARE = 0.1;

/**
 * Asks every probe at its cadence, and watches the devices of the settings. One timer serves all: it waits for the ask
 * that is due next. A probe whose last ask has not come back is not asked again; its turn counts as a time-out.
 */
export class Schedule {
  readonly #options: ScheduleOptions;
  readonly #rows: Row[];
  readonly #watches = new Map<string, () => void>();
  #settings: ScheduleSettings = { probe: { internetTargets: [], examSoftware: [] }, devices: [] };
  #cancel: () => void = () => undefined;
  #stopped = true;
  #unanswered: () => void = () => undefined;

  constructor(options: ScheduleOptions) {
    this.#options = options;
    this.#rows = options.probes
      .filter((probe) => probe.ask && probe.platforms.includes(options.host.platform))
      .map((probe) => ({ probe, dueAt: 0, busy: false, answered: false, outcome: 'ok' }));
  }

  start(settings: ScheduleSettings): void {
    this.#stopped = false;
    const now = this.#options.clock.now().monotonic;
    for (const row of this.#rows) row.dueAt = now + this.#options.random() * FIRST_WITHIN_MS;
    this.configure(settings);
    this.#arm();
  }

  /** Cadences count from the next ask on; devices that changed are watched anew. */
  configure(settings: ScheduleSettings): void {
    this.#settings = settings;
    const wanted = new Map<string, { device: Device; probe: Probe }>();
    for (const device of settings.devices) {
      for (const probe of this.#options.probes) {
        if (probe.watch && probe.device === device.kind && probe.platforms.includes(this.#options.host.platform)) {
          wanted.set(JSON.stringify([device.id, probe.name, device]), { device, probe });
        }
      }
    }
    for (const [key, end] of this.#watches) {
      if (wanted.has(key)) continue;
      this.#watches.delete(key);
      end();
    }
    for (const [key, { device, probe }] of wanted) {
      if (!this.#watches.has(key)) this.#watches.set(key, this.#watch(device, probe));
    }
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel();
    this.#options.sweep?.stop();
    for (const end of this.#watches.values()) end();
    this.#watches.clear();
    this.#unanswered();
  }

  /** Ends when each probe has answered once, or after `limitMs`. */
  firstRound(limitMs: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#options.clock.after(limitMs, resolve);
      this.#unanswered = () => {
        if (!this.#stopped && this.#rows.some((row) => !row.answered)) return;
        cancel();
        resolve();
      };
      this.#unanswered();
    });
  }

  #arm(): void {
    this.#cancel();
    if (this.#stopped || this.#rows.length === 0) return;
    let next = Infinity;
    for (const { dueAt } of this.#rows) next = Math.min(next, dueAt);
    this.#cancel = this.#options.clock.after(next - this.#options.clock.now().monotonic, () => this.#turn(), TURN);
  }

  #turn(): void {
    const now = this.#options.clock.now().monotonic;
    // First asks stay apart.
    const due = this.#rows.filter(({ dueAt, answered }) => dueAt - (answered ? EARLY_MS : 0) <= now);
    const hanging: Row[] = [];
    for (const row of due) {
      if (!this.#begin(row, now)) continue;
      if (row.probe.mayHang && this.#options.sweep) hanging.push(row);
      else this.#ask(row);
    }
    if (hanging.length > 0) {
      const near = this.#rows.filter((row) => row.probe.mayHang && row.dueAt - now <= SHARE * this.#everyMs(row.probe));
      this.#sweep([...hanging, ...near.filter((row) => !hanging.includes(row) && this.#begin(row, now))]);
    }
    this.#arm();
  }

  /** Sets when it is due again; false when its last ask is still out. */
  #begin(row: Row, now: number): boolean {
    const waitMs = this.#everyMs(row.probe) * (1 + JITTER * (2 * this.#options.random() - 1));
    row.dueAt = now + (waitMs < TICK_MS ? waitMs : Math.round(waitMs / TICK_MS) * TICK_MS);
    if (row.busy) this.#told(row, 'timeout', null, 0, 'its last ask has not come back');
    return !row.busy && (row.busy = true);
  }

  /** A setting may only make a probe slower. */
  #everyMs(probe: Probe): number {
    return Math.max(probe.everySeconds, this.#settings.everySeconds?.[probe.name] ?? 0) * 1000;
  }

  #ask(row: Row): void {
    const { clock, host } = this.#options;
    const { probe } = row;
    const start = clock.now().monotonic;
    let settled = false;
    const once = (outcome: Outcome, answer: Answer | null, why: string | null): void => {
      if (settled) return;
      settled = true;
      cancel();
      this.#told(row, outcome, answer, clock.now().monotonic - start, why);
    };
    const cancel = clock.after(probe.timeLimitMs, () => once('timeout', null, 'no answer in time'), LIMIT);
    Promise.resolve()
      .then(() => probe.ask!(host, this.#settings.probe))
      .then(
        (answer) => once('ok', answer, null),
        (error: unknown) => once('failed', null, String(error)),
      )
      .finally(() => (row.busy = false));
  }

  #sweep(rows: readonly Row[]): void {
    const byName = new Map(rows.map((row) => [row.probe.name, row]));
    const probes = rows.map((row) => row.probe);
    void this.#options
      .sweep!.run(probes, this.#settings.probe, (probe, outcome, answer, tookMs, why) => {
        const row = byName.get(probe.name)!;
        row.busy = false;
        this.#told(row, outcome, answer, tookMs, why);
      })
      .finally(() => {
        for (const row of rows) row.busy = false;
      });
  }

  #told(row: Row, outcome: Outcome, answer: Answer | null, tookMs: number, why: string | null): void {
    if (this.#stopped) return;
    row.answered = true;
    this.#report('', row, outcome, answer, tookMs, why);
    this.#unanswered();
  }

  #report(owner: string, row: Asked, outcome: Outcome, answer: Answer | null, tookMs: number, why: string | null) {
    const { clock, tell, log } = this.#options;
    if (outcome !== 'ok') own.failedAsks++;
    if (outcome !== row.outcome) {
      const who = owner === '' ? row.probe.name : `${row.probe.name} of ${owner}`;
      log(`probe ${who}: ${outcome}${why === null ? '' : ` (${why.slice(0, 200)})`}`);
      row.outcome = outcome;
    }
    const kept = outcome === 'ok' ? answer : null;
    tell({ owner, probe: row.probe, outcome, answer: kept, at: clock.now().monotonic, tookMs });
  }

  #watch(device: Device, probe: Probe): () => void {
    const owner = `device:${device.id}`;
    const row: Asked = { probe, outcome: 'ok' };
    let over = false;
    let stop: () => void = () => undefined;
    let cancel: () => void = () => undefined;
    const begin = (): void => {
      try {
        stop = probe.watch!(device, (answer, outcome) => {
          if (!over) this.#report(owner, row, outcome, answer, 0, null);
        });
      } catch (error) {
        this.#report(owner, row, 'failed', null, 0, String(error));
        cancel = this.#options.clock.after(this.#everyMs(probe), begin);
      }
    };
    begin();
    return () => {
      over = true;
      cancel();
      stop();
      this.#options.forget(owner);
    };
  }
}

interface Asked {
  readonly probe: Probe;
  /** How the last one ended; a change is logged. */
  outcome: Outcome;
}

interface Row extends Asked {
  dueAt: number;
  /** Its ask has not come back yet. */
  busy: boolean;
  answered: boolean;
}
