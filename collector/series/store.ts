/**
 * A store of long series beside the record: InfluxDB 1.x or VictoriaMetrics. SQLite stays the truth; the store is fed from
 * it (`outbox.ts`), at least once and in order, and may be emptied and fed again.
 */
export interface SeriesStore {
  readonly kind: 'influxdb' | 'victoriametrics';
  /**
   * What was written shortly before an outage may be lost although it was answered: VictoriaMetrics keeps some seconds in
   * memory. As many ms are written again after one; InfluxDB answers when it is on the disk.
   */
  readonly forgetsMs: number;
  /** Another text after the store was started again; null where it does not say. Never rejects. */
  life(): Promise<string | null>;
  /** Makes the database, where the store has such a thing. Rejects with `StoreRefused`. */
  prepare(): Promise<void>;
  /** Stored when it resolves, as far as the store promises. Rejects with `StoreRefused`. */
  write(points: readonly Point[]): Promise<void>;
  /** One value a step, oldest first; steps without a value are left out. Rejects with `StoreRefused`. */
  read(query: StoreQuery): Promise<readonly StorePoint[]>;
}

/** One probe's facts about one subject at one moment; line protocol's point. */
export interface Point {
  /** `xunkao_memory` */
  readonly measurement: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly fields: Readonly<Record<string, number>>;
  /** Wall clock, ms. */
  readonly at: number;
}

export interface StoreQuery {
  /** Exact tags: `{ site, machine }`, `{ site, device }` … */
  readonly tags: Readonly<Record<string, string>>;
  readonly measurement: string;
  readonly field: string;
  /** Wall clock, ms; `to` exclusive. */
  readonly from: number;
  readonly to: number;
  readonly stepMs: number;
  /** What is told of a step's readings; their mean when not given. */
  readonly of?: 'last' | 'mean';
}

export interface StorePoint {
  /** Beginning of the step, ms. */
  readonly at: number;
  readonly value: number;
}

/** The store did not take or give it. `bad`: it never will; `away`: try again later. */
export class StoreRefused extends Error {
  readonly why: 'bad' | 'away';

  constructor(why: StoreRefused['why'], message: string) {
    super(message);
    this.why = why;
  }
}

export interface StoreSettings {
  readonly kind: SeriesStore['kind'];
  /** `http://127.0.0.1:8086`, or a cluster's `http://vminsert:8480/insert/0/influx`. */
  readonly url: string;
  /** Where VictoriaMetrics is asked, when that is another address: `http://vmselect:8481/select/0/prometheus`. */
  readonly readUrl: string;
  readonly database: string;
  readonly user: string;
  readonly password: string;
  /** For InfluxDB; VictoriaMetrics has it as a flag of its own. */
  readonly retentionDays: number;
}
