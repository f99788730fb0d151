import { stringify } from 'yaml';
import type { Bilingual } from '../agent/probe.ts';
import { alerts, RECORDINGS, type Alert } from './alerts.ts';
import type { Pack } from './pack.ts';

const HEAD = '# Made by dashboards/build.ts from the standard; change that, not this.\n';

/** `prometheus/xunkao.<language>.rules.yml`: groups for `rule_files:`. */
export function ruleFile(pack: Pack, language: keyof Bilingual): string {
  const groups = [
    { name: 'xunkao-recordings', interval: '15s', rules: RECORDINGS },
    { name: 'xunkao-alerts', interval: '5s', rules: alerts(pack).map((alert) => alertRule(alert, language)) },
  ];
  return HEAD + stringify({ groups }, { lineWidth: 0 });
}

function alertRule({ name, expr, for: during, severity, summary, description }: Alert, language: keyof Bilingual) {
  return {
    alert: name,
    expr,
    for: during,
    labels: { severity },
    annotations: { summary: summary[language], description: description[language] },
  };
}

/** Cases for `promtool test rules`: each alert fires when it has to, and does not otherwise. */
export function caseFile(pack: Pack): string {
  const tests = alerts(pack).flatMap((alert) => casesOf(alert));
  return HEAD + stringify({ rule_files: ['xunkao.en.rules.yml'], evaluation_interval: '1s', tests }, { lineWidth: 0 });
}

interface Series {
  readonly series: string;
  readonly values: string;
}

function casesOf(alert: Alert) {
  const { expr, severity, for: during } = alert;
  const rule = /rule="([^"]+)"/.exec(expr)?.[1];
  if (rule !== undefined) {
    const labels = `site="nanjing-01", room="A", seat="17", machine="m-1", role="candidate", rule="${rule}"`;
    const given = { site: 'nanjing-01', room: 'A', seat: '17', machine: 'm-1', role: 'candidate', rule };
    const waits = Number.parseInt(during, 10);
    return [
      testOf(alert, [{ series: `xunkao_verdict{${labels}, state="broken"}`, values: '1x60' }], waits + 5, {
        severity,
        ...given,
      }),
      // A breach that is over before its time, and a seat that holds, ring nobody.
      testOf(alert, [{ series: `xunkao_verdict{${labels}, state="holds"}`, values: '1x60' }], 30, null),
      ...(waits > 0
        ? [testOf(alert, [{ series: `xunkao_verdict{${labels}, state="broken"}`, values: '1x2 stale' }], 30, null)]
        : []),
    ];
  }
  const [firing, quiet] = OWN_SERIES[alert.name]!;
  return [
    testOf(alert, firing.series, firing.at, { severity, ...firing.labels }),
    testOf(alert, quiet.series, quiet.at, null),
  ];
}

interface OwnCase {
  readonly series: readonly Series[];
  /** Seconds at which it is asked. */
  readonly at: number;
  readonly labels: Readonly<Record<string, string>>;
}

const UP = 'up{job="xunkao", instance="127.0.0.1:9480"}';
const SITE = 'site="nanjing-01"';
const INSTANCE = { job: 'xunkao', instance: '127.0.0.1:9480' };

const OWN_SERIES: Readonly<Record<string, readonly [firing: OwnCase, quiet: OwnCase]>> = {
  XunkaoCollectorDown: [
    { series: [{ series: UP, values: '0x120' }], at: 40, labels: INSTANCE },
    { series: [{ series: UP, values: '1x120' }], at: 40, labels: {} },
  ],
  XunkaoCollectorAbsent: [
    { series: [], at: 90, labels: { job: 'xunkao' } },
    { series: [{ series: UP, values: '0x120' }], at: 90, labels: {} },
  ],
  XunkaoCollectorHangs: [
    {
      series: [{ series: 'xunkao_collector_beat_seconds_count{site="nanjing-01"}', values: '0+1x200' }],
      at: 150,
      labels: { site: 'nanjing-01' },
    },
    {
      series: [{ series: 'xunkao_collector_beat_seconds_count{site="nanjing-01"}', values: '0+4x200' }],
      at: 150,
      labels: {},
    },
  ],
  XunkaoCollectorUnwell: [
    {
      series: [{ series: `xunkao_collector_heartbeat_timestamp_seconds{${SITE}}`, values: '0x200' }],
      at: 90,
      labels: { site: 'nanjing-01' },
    },
    {
      series: [{ series: `xunkao_collector_heartbeat_timestamp_seconds{${SITE}}`, values: '0+1x200' }],
      at: 90,
      labels: {},
    },
  ],
  XunkaoChannelFails: [
    {
      series: [{ series: `xunkao_pages_channel_failing{${SITE}, channel="ding-1"}`, values: '1x300' }],
      at: 150,
      labels: { site: 'nanjing-01', channel: 'ding-1' },
    },
    {
      series: [{ series: `xunkao_pages_channel_failing{${SITE}, channel="ding-1"}`, values: '0x300' }],
      at: 150,
      labels: {},
    },
  ],
  XunkaoRecordRefused: [
    {
      series: [{ series: 'xunkao_collector_journal_refused_total{site="nanjing-01"}', values: '0x20 1x100' }],
      at: 40,
      labels: { site: 'nanjing-01' },
    },
    {
      series: [{ series: 'xunkao_collector_journal_refused_total{site="nanjing-01"}', values: '3x120' }],
      at: 40,
      labels: {},
    },
  ],
};

function testOf(
  { name: alertname, summary, description }: Alert,
  series: readonly Series[],
  at: number,
  labels: Readonly<Record<string, string>> | null,
) {
  const told = (text: Bilingual): string => filled(text.en, labels ?? {});
  const expected =
    labels === null
      ? []
      : [{ exp_labels: labels, exp_annotations: { summary: told(summary), description: told(description) } }];
  return {
    interval: '1s',
    input_series: series,
    alert_rule_test: [{ eval_time: `${at}s`, alertname, exp_alerts: expected }],
  };
}

/** The few of Prometheus' templates that `alerts.ts` uses. */
function filled(text: string, labels: Readonly<Record<string, string>>): string {
  return text
    .replaceAll(/\{\{ with \$labels\.(\w+) \}\}\{\{ \. \}\} \{\{ end \}\}/g, (_all, name: string) =>
      labels[name] ? `${labels[name]} ` : '',
    )
    .replaceAll(/\{\{ \$labels\.(\w+) \}\}/g, (_all, name: string) => labels[name] ?? '');
}
