import type { Bilingual } from '../agent/probe.ts';
import type { Board, Variable } from './board.ts';

/** Where a board's numbers come from, and how it is asked. `board.source` says which; Prometheus where it says nothing. */
export interface Source {
  /** Grafana's name of the kind of data source. */
  readonly type: 'prometheus' | 'influxdb';
  /** As `deploy/grafana/provisioning/datasources` names it: chosen when the board is opened for the first time. */
  readonly first: { readonly uid: string; readonly name: string } | null;
  /** Where the values of variables are found. */
  readonly values: Readonly<Record<Variable | 'site', string>>;
  /** Of the site's own numbers, and of what the board's variables choose. */
  readonly whole: string;
  readonly matcher: (variable: Variable) => string;
  readonly and: string;
  /** Long series change by the minute, live ones by the second. */
  readonly refresh: string;
}

export const SOURCE_WORDS: Readonly<Record<'live' | 'victoriametrics' | 'influxdb', Bilingual>> = {
  live: { zh: '数据源', en: 'Data source' },
  victoriametrics: { zh: '数据源（VictoriaMetrics）', en: 'Data source (VictoriaMetrics)' },
  influxdb: { zh: '数据源（InfluxDB）', en: 'Data source (InfluxDB)' },
};

const isMany = (variable: Variable): boolean => variable === 'room' || variable === 'rule';

const PROMQL = {
  type: 'prometheus',
  whole: 'site="$site"',
  matcher: (name: Variable) => (isMany(name) ? `${name}=~"$${name}"` : `${name}="$${name}"`),
  and: ', ',
} as const;

const PROMETHEUS: Source = {
  ...PROMQL,
  first: null,
  values: {
    site: 'label_values(xunkao_build_info, site)',
    room: 'label_values(xunkao_verdict{site="$site"}, room)',
    machine: 'label_values(xunkao_presence_online{site="$site"}, machine)',
    device: 'label_values(xunkao_probe_success{site="$site", device!=""}, device)',
    rule: 'label_values(xunkao_verdict{site="$site"}, rule)',
  },
  refresh: '5s',
};

/** What the collector's outbox writes: counts and readings; verdicts and what the collector says of itself are not in it. */
const VICTORIAMETRICS: Source = {
  ...PROMQL,
  first: { uid: 'xunkao-victoriametrics', name: 'Xunkao VictoriaMetrics' },
  values: {
    ...PROMETHEUS.values,
    site: 'label_values(xunkao_rooms_enrolled, site)',
    room: 'label_values(xunkao_machines_enrolled{site="$site"}, room)',
    device: 'label_values(xunkao_ups_charge_ratio{site="$site"}, device)',
  },
  refresh: '5m',
};

const valuesOf = (measurement: string, tag: string): string =>
  `SHOW TAG VALUES FROM "${measurement}" WITH KEY = "${tag}"`;

const INFLUXDB: Source = {
  type: 'influxdb',
  first: { uid: 'xunkao-influxdb', name: 'Xunkao InfluxDB' },
  whole: `"site" = '$site'`,
  matcher: (name) => (isMany(name) ? `"${name}" =~ /^$${name}$/` : `"${name}" = '$${name}'`),
  and: ' AND ',
  values: {
    site: valuesOf('xunkao_rooms', 'site'),
    room: `${valuesOf('xunkao_machines', 'room')} WHERE "site" = '$site'`,
    machine: `${valuesOf('xunkao_load', 'machine')} WHERE "site" = '$site'`,
    device: `${valuesOf('xunkao_ups', 'device')} WHERE "site" = '$site'`,
    rule: '',
  },
  refresh: '5m',
};

export function sourceOf({ source }: Pick<Board, 'source'>): Source {
  if (source === undefined) return PROMETHEUS;
  return source === 'influxdb' ? INFLUXDB : VICTORIAMETRICS;
}

/** `$where` stands for the board's own matchers, `$whole` for the site alone, so that no query forgets the site. */
export function withMatchers(expr: string, board: Pick<Board, 'variables' | 'source'>): string {
  const { whole, matcher, and } = sourceOf(board);
  const where = [whole, ...board.variables.map(matcher)].join(and);
  return expr.replaceAll('$where', where).replaceAll('$whole', whole);
}
