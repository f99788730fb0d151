import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { createInfluxdb } from '../../../collector/series/influxdb.ts';
import { seriesSettings } from '../../../collector/series/settings.ts';
import { createVictoria } from '../../../collector/series/victoria.ts';
import { until } from '../../fixtures/nutPrograms.ts';
import { hasStores, realStore } from '../../fixtures/series.ts';

const T0 = Math.floor(Date.now() / 60_000) * 60_000 - 3_600_000;

test.skipIf(!hasStores)(
  'InfluxDB keeps as many days as the settings say, three years when they say nothing, and a change of them',
  async () => {
    const { settings } = await realStore('influxdb');
    const kept = async (days: { readonly retention_days?: number }): Promise<string> => {
      const store = createInfluxdb(seriesSettings({ store: 'influxdb', url: settings.url, ...days }, '.'));
      await store.prepare();
      const query = new URLSearchParams({ q: 'show retention policies', db: 'xunkao' });
      const answer = (await (await fetch(`${settings.url}/query?${query.toString()}`)).json()) as {
        results: [{ series: [{ columns: string[]; values: unknown[][] }] }];
      };
      const [{ columns, values }] = answer.results[0].series;
      return String(values[0]![columns.indexOf('duration')]);
    };
    expect(await kept({})).toBe(`${3 * 366 * 24}h0m0s`);
    expect(await kept({ retention_days: 800 })).toBe('19200h0m0s');
  },
  60_000,
);

/** The addresses of a cluster of VictoriaMetrics, `vminsert` and `vmselect`, before a real single node. */
async function cluster(node: string): Promise<{ readonly url: string; readonly asked: string[] }> {
  const asked: string[] = [];
  async function pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url!;
    asked.push(path.replace(/\?.*/, ''));
    const known = /^\/(?:insert\/0(\/influx\/.*)|select\/0(\/prometheus\/.*))$/.exec(path);
    if (!known) return void response.writeHead(404).end();
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    const headers = { 'content-type': request.headers['content-type'] ?? 'text/plain' };
    const answer = await fetch(`${node}${known[1] ?? known[2]}`, {
      method: request.method!,
      headers,
      ...(pieces.length > 0 ? { body: Buffer.concat(pieces) } : {}),
    });
    response.writeHead(answer.status).end(Buffer.from(await answer.arrayBuffer()));
  }
  const server = createServer((request, response) => void pass(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

test.skipIf(!hasStores)(
  'a cluster of VictoriaMetrics is fed and asked at its two addresses',
  async () => {
    const node = await realStore('victoriametrics');
    const { url, asked } = await cluster(node.settings.url);
    const file = {
      store: 'victoriametrics',
      url: `${url}/insert/0/influx`,
      read_url: `${url}/select/0/prometheus`,
    } as const;
    const store = createVictoria(seriesSettings(file, '.'));
    await store.prepare();
    // Which of its parts were started again nobody can tell by that address.
    expect(await store.life()).toBeNull();
    const tags = { site: 'nanjing-01', machine: 'm-1' };
    await store.write([{ measurement: 'xunkao_load', tags, fields: { cpu_ratio: 0.25 }, at: T0 }]);
    const query = { tags, measurement: 'xunkao_load', field: 'cpu_ratio', from: T0, to: T0 + 60_000, stepMs: 60_000 };
    await until(
      'the point',
      30_000,
      async () => (await store.read(query)).length === 1,
      () => asked.join(' '),
    );
    expect(await store.read(query)).toEqual([{ at: T0, value: 0.25 }]);
    expect([...new Set(asked)].sort()).toEqual(['/insert/0/influx/write', '/select/0/prometheus/api/v1/query_range']);
  },
  60_000,
);

test.skipIf(!hasStores)(
  'a VictoriaMetrics that asks for a password is fed and read by it, and says so when it is another one',
  async () => {
    const { settings } = await realStore('victoriametrics', undefined, 'mèi-guì 9');
    const store = createVictoria({ ...settings, user: 'xunkao', password: 'mèi-guì 9' });
    expect(await store.life()).toMatch(/^\d+$/);
    const tags = { site: 'nanjing-01', machine: 'm-1' };
    await store.write([{ measurement: 'xunkao_load', tags, fields: { cpu_ratio: 0.25 }, at: T0 }]);
    const query = { tags, measurement: 'xunkao_load', field: 'cpu_ratio', from: T0, to: T0 + 60_000, stepMs: 60_000 };
    await until(
      'the point',
      30_000,
      async () => (await store.read(query)).length === 1,
      () => '',
    );
    const stranger = createVictoria({ ...settings, user: 'xunkao', password: 'wrong' });
    const refused = await stranger.read(query).catch((error: unknown) => String(error));
    expect(refused).toContain('401');
    expect(refused).not.toContain('wrong');
    await expect(stranger.write([{ measurement: 'x', tags, fields: { y: 1 }, at: T0 }])).rejects.toThrow('401');
  },
  60_000,
);
