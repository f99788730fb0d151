import type { Bilingual } from '../agent/probe.ts';

/**
 * A dashboard as data; `render.ts` makes Grafana's JSON of it, once in each language. Every panel says in a sentence what
 * one sees, every number has its unit, and thresholds are the standard's own (`thresholds.ts`).
 */
export interface Board {
  /** `xunkao-site`; with the language behind it, it is Grafana's uid. */
  readonly id: string;
  readonly title: Bilingual;
  readonly about: Bilingual;
  /** The store of long series, where it is asked (`source.ts`); Prometheus when not given. */
  readonly source?: 'victoriametrics' | 'influxdb';
  /** Chosen at the top; each is asked of the source. `site` comes first always. */
  readonly variables: readonly Variable[];
  readonly panels: readonly Panel[];
  /** How far back it looks when opened. */
  readonly from: string;
}

export type Variable = 'room' | 'machine' | 'device' | 'rule';

export interface Panel {
  readonly kind: 'stat' | 'table' | 'series' | 'states' | 'bars';
  readonly title: Bilingual;
  /** One sentence: what one sees, and when to act. */
  readonly about: Bilingual;
  readonly queries: readonly Query[];
  /** Grafana's name: `s`, `bytes`, `percentunit`, `short` for counts. */
  readonly unit: string;
  readonly decimals?: number;
  /** In grid columns of 24; height in rows. */
  readonly width: number;
  readonly height: number;
  /** From which value on which colour; the first from `null`. */
  readonly steps?: readonly Step[];
  /** Words instead of numbers. */
  readonly words?: Readonly<Record<string, { readonly text: Bilingual; readonly color: Color }>>;
  /** Where a click leads: the id of another board, with its variables from the row's labels. */
  readonly leadsTo?: { readonly board: string; readonly label: Bilingual; readonly by: readonly Variable[] };
  /** Table: columns by label, in this order, with what they are called. */
  readonly columns?: Readonly<Record<string, Bilingual>>;
  /** Instant panels may be empty when all is well; then this is said. */
  readonly empty?: Bilingual;
}

export interface Query {
  /** PromQL, or InfluxQL. `$where` becomes the matchers of the board's variables, `$whole` that of the site. */
  readonly expr: string;
  /** `{{room}}`, in InfluxQL `$tag_room`; bilingual where it has words. */
  readonly legend?: Bilingual | string;
}

export type Color = 'green' | 'yellow' | 'orange' | 'red' | 'blue' | 'text' | 'purple';

export interface Step {
  readonly from: number | null;
  readonly color: Color;
}

/** More is worse, from nothing on. */
export const NONE_IS_GOOD: readonly Step[] = [
  { from: null, color: 'green' },
  { from: 1, color: 'red' },
];
