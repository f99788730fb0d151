import { spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { boards } from '../../dashboards/boards.ts';
import { loadPack } from '../../dashboards/pack.ts';
import { queriesOf } from '../dashboards/queries.ts';
import { freePort, until } from '../fixtures/nutPrograms.ts';
import { startCollector, temporaryFolder } from '../fixtures/programs.ts';

const hasPrometheus = existsSync('/usr/bin/prometheus');

interface Answer {
  readonly status: string;
  readonly data?: { readonly result: readonly { readonly metric: Readonly<Record<string, string>> }[] };
  readonly error?: string;
}

async function startPrometheus(target: string): Promise<(expr: string) => Promise<Answer>> {
  const folder = temporaryFolder('prometheus');
  const port = await freePort();
  const config = {
    global: { scrape_interval: '1s', evaluation_interval: '5s' },
    scrape_configs: [{ job_name: 'xunkao', static_configs: [{ targets: [target] }] }],
  };
  writeFileSync(join(folder, 'prometheus.yml'), JSON.stringify(config));
  const child = spawn(
    '/usr/bin/prometheus',
    [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--log.level=error',
    ],
    { stdio: 'ignore' },
  );
  onTestFinished(() => void child.kill('SIGKILL'));
  return async (expr) => {
    const body = new URLSearchParams({ query: expr });
    const answer = await fetch(`http://127.0.0.1:${port}/api/v1/query`, { method: 'POST', body }).catch(() => null);
    // While it reads its log it answers 503, in plain text.
    return answer && answer.status !== 503 ? ((await answer.json()) as Answer) : { status: 'away' };
  };
}

test.skipIf(!hasPrometheus)(
  'a real Prometheus that scrapes a room of 45 answers every panel of every board',
  async () => {
    const collector = await startCollector({ command: 'up', args: ['--demo'] });
    await collector.until('the room', '/machines', ({ machines }) => machines.length === 46);
    const ask = await startPrometheus(`127.0.0.1:${collector.port}`);
    const found = await until(
      'Prometheus to have scraped it for a while',
      60_000,
      async () => {
        const { data } = await ask('count_over_time(xunkao_presence_online{simulated="true"}[5m]) >= 5');
        return (data?.result.length ?? 0) >= 45 && data!.result;
      },
      () => '',
    );
    const { site, room, machine } = found[0]!.metric;
    const values = { site: site!, room: room!, machine: machine!, rule: '.*', device: 'none' };
    const empty: string[] = [];
    const asked = boards(await loadPack()).filter(({ source }) => source !== 'influxdb');
    for (const { board, panel, expr } of queriesOf(asked, values)) {
      const { status, data, error } = await ask(expr);
      if (status !== 'success') empty.push(`${board} “${panel.title.en}” fails: ${error}`);
      else if (data!.result.length === 0 && !panel.empty) empty.push(`${board} “${panel.title.en}”: ${expr}`);
    }
    expect(empty, 'these panels would be empty').toEqual([]);
  },
  180_000,
);
