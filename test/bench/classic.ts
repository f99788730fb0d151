import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../fixtures/nutPrograms.ts';
import { until, type Field } from './field.ts';

/** The usual way from a fact to a telephone: Prometheus scrapes and evaluates, Alertmanager waits for the group and tells. */
export interface Times {
  readonly scrapeSeconds: number;
  readonly evalSeconds: number;
  readonly groupWaitSeconds: number;
}

const PROMETHEUS = '/usr/bin/prometheus';
const ALERTMANAGER = '/usr/bin/prometheus-alertmanager';
const RULES = join(import.meta.dirname, '..', '..', 'dashboards', 'prometheus', 'xunkao.en.rules.yml');
const START_LIMIT_MS = 60_000;

/** Why it cannot run here, or null. */
export function classicAvailable(): string | null {
  const missing = [PROMETHEUS, ALERTMANAGER].find((program) => !existsSync(program));
  return missing === undefined ? null : `there is no ${missing} here (Debian: prometheus, prometheus-alertmanager)`;
}

/** Both, real, with the rules that the project generates; they have scraped the collector when it resolves. */
export async function startClassic(field: Field, collector: string, hook: string, times: Times) {
  const folder = field.folder('classic');
  const [at, alertsAt] = [await freePort(), await freePort()];
  const write = (name: string, content: object): void => writeFileSync(join(folder, name), JSON.stringify(content));
  write('prometheus.yml', {
    global: { scrape_interval: `${times.scrapeSeconds}s`, evaluation_interval: `${times.evalSeconds}s` },
    rule_files: ['rules.yml'],
    scrape_configs: [{ job_name: 'xunkao', static_configs: [{ targets: [new URL(collector).host] }] }],
    alerting: { alertmanagers: [{ static_configs: [{ targets: [`127.0.0.1:${alertsAt}`] }] }] },
  });
  // Our own rules ask for 5 s; the classic way is the global interval.
  writeFileSync(join(folder, 'rules.yml'), readFileSync(RULES, 'utf8').replaceAll(/^ +interval: .*\n/gm, ''));
  write('alertmanager.yml', {
    // Each alert for itself, so that other rules of an empty site make no message of this one.
    route: { receiver: 'hook', group_by: ['...'], group_wait: `${times.groupWaitSeconds}s`, group_interval: '1s' },
    receivers: [{ name: 'hook', webhook_configs: [{ url: hook, send_resolved: true }] }],
  });
  const programs = [
    field.run(ALERTMANAGER, [
      `--config.file=${join(folder, 'alertmanager.yml')}`,
      `--storage.path=${join(folder, 'alerts')}`,
      `--web.listen-address=127.0.0.1:${alertsAt}`,
      '--cluster.listen-address=',
    ]),
    field.run(PROMETHEUS, [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${at}`,
    ]),
  ];
  await until('Prometheus to have scraped the collector', START_LIMIT_MS, async () => {
    const query = encodeURIComponent('xunkao_verdict{rule="mains"}');
    const answer = await fetch(`http://127.0.0.1:${at}/api/v1/query?query=${query}`).catch(() => null);
    if (answer?.status !== 200) return false;
    const { data } = (await answer.json()) as { data: { result: unknown[] } };
    return data.result.length > 0;
  });
  return {
    async stop(): Promise<void> {
      for (const program of programs) await program.stop();
    },
  };
}
