import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { createOwnMetrics } from '../../collector/metrics/own.ts';
import { metricName } from '../../collector/metrics/writer.ts';
import { boards } from '../../dashboards/boards.ts';
import { files } from '../../dashboards/build.ts';
import { loadPack } from '../../dashboards/pack.ts';
import { render } from '../../dashboards/render.ts';
import { queriesOf } from './queries.ts';

const ROOT = join(import.meta.dirname, '..', '..', 'dashboards');
const pack = await loadPack();
const all = boards(pack);
const VALUES = { site: 'nanjing-01', room: '.*', rule: '.*', machine: 'm-1', device: 'ups-1' };
const byPromql = all.filter(({ source }) => source !== 'influxdb');
const asked = queriesOf(byPromql, VALUES);
const hasPromtool = existsSync('/usr/bin/promtool');

test('the files are what the boards and the standard make; npm run dashboards writes them anew', () => {
  const made = files(pack);
  const there = readdirSync(ROOT, { recursive: true, encoding: 'utf8' })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => /^(grafana|prometheus)\/.*\.(json|yml)$/.test(file));
  expect(there.sort()).toEqual([...made.keys()].sort());
  for (const [path, text] of made) expect(readFileSync(join(ROOT, path), 'utf8'), path).toBe(text);
});

/** The names that a collector's /metrics can have. */
const known = new Set([
  ...pack.catalogue.facts.map(metricName),
  ...pack.catalogue.probes.map(({ name }) => `xunkao_${name}_info`),
  ...['verdict', 'presence_timestamp_seconds', 'probe_success', 'probe_duration_seconds'].map(
    (name) => `xunkao_${name}`,
  ),
  ...(await ownNames()),
]);

async function ownNames(): Promise<string[]> {
  const gauges = new Proxy({} as Parameters<typeof createOwnMetrics>[2], { get: () => () => [] });
  const { registry } = createOwnMetrics('0', 'x', gauges);
  return registry
    .getMetricsAsArray()
    .flatMap(({ name, type }) =>
      String(type) === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
    );
}

/** InfluxQL names a probe and its fact apart. */
function seriesIn(expr: string): string[] {
  const [, measurement] = /FROM "(xunkao_\w+)"/.exec(expr)!;
  return [...expr.matchAll(/(?:last|mean)\("(\w+)"\)/g)].map(([, field]) => `${measurement}_${field}`);
}

describe.each(all.map((board) => [board.id, board] as const))('the board %s', (_id, board) => {
  test('asks only for metrics that there are', () => {
    const names = queriesOf([board], VALUES).flatMap(({ expr }) =>
      board.source === 'influxdb' ? seriesIn(expr) : [...expr.matchAll(/\bxunkao_\w+/g)].map(([name]) => name),
    );
    expect(names.length).toBeGreaterThan(0);
    expect(names.filter((name) => !known.has(name))).toEqual([]);
  });

  test('tells in both languages what each panel shows, in a sentence and with a unit', () => {
    for (const { title, about, unit, queries } of board.panels) {
      for (const text of [title, about]) {
        expect(text.zh).toMatch(/\p{Script=Han}|UPS/u);
        expect(text.en).toMatch(/[a-z]/);
      }
      expect(about.en.length, title.en).toBeGreaterThan(20);
      expect(unit).not.toBe('');
      expect(queries.length).toBeGreaterThan(0);
    }
  });

  test('keeps to its site, and rates to the interval that Grafana chooses (dashboard-linter)', () => {
    for (const { queries, title } of board.panels) {
      for (const { expr } of queries) {
        const isInflux = board.source === 'influxdb';
        const selectors = expr.match(isInflux ? /FROM "xunkao_\w+" WHERE \S+/g : /xunkao_\w+(\{[^}]*\})?/g) ?? [];
        expect(selectors.length).toBeGreaterThan(0);
        for (const selector of selectors) expect(selector, title.en).toMatch(/\$(where|whole)\b/);
        for (const [range] of expr.matchAll(/rate\([^[]*\[([^\]]*)\]/g)) expect(range).toContain('$__rate_interval');
      }
    }
  });

  test('leads only to boards that there are', () => {
    for (const { leadsTo } of board.panels) {
      if (!leadsTo) continue;
      const target = all.find(({ id }) => id === leadsTo.board);
      expect(target, leadsTo.board).toBeDefined();
      for (const name of leadsTo.by) expect(target!.variables).toContain(name);
    }
  });

  test('fills the grid without overlaps, in Grafana’s JSON', () => {
    const json = JSON.parse(JSON.stringify(render(board, 'zh'))) as {
      editable: boolean;
      panels: { id: number; gridPos: { x: number; y: number; w: number; h: number }; datasource: { uid: string } }[];
    };
    expect(json.editable).toBe(false);
    const taken = new Set<string>();
    for (const { gridPos: at, datasource } of json.panels) {
      expect(datasource.uid).toBe('${source}');
      expect(at.x + at.w).toBeLessThanOrEqual(24);
      for (let x = at.x; x < at.x + at.w; x += 1) {
        for (let y = at.y; y < at.y + at.h; y += 1) {
          expect(taken.has(`${x},${y}`)).toBe(false);
          taken.add(`${x},${y}`);
        }
      }
    }
    expect(new Set(json.panels.map(({ id }) => id)).size).toBe(json.panels.length);
  });
});

describe.skipIf(!hasPromtool)('promtool', () => {
  const folder = mkdtempSync(join(tmpdir(), 'xunkao-rules-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const promtool = (...args: readonly string[]) => {
    const { status, stdout, stderr } = spawnSync('promtool', args, { encoding: 'utf8', timeout: 60_000 });
    return { status, said: stdout + stderr };
  };

  test('can read every query of every panel', () => {
    const rules = asked.map(({ expr }, index) => ({ record: `panel:${index}`, expr }));
    const file = join(folder, 'panels.yml');
    // JSON is YAML.
    writeFileSync(file, JSON.stringify({ groups: [{ name: 'panels', rules }] }));
    const { status, said } = promtool('check', 'rules', file);
    expect(said).not.toMatch(/FAILED|error/i);
    expect(status).toBe(0);
  });

  test('finds nothing wrong with the rules, and every alert fires when it has to and not otherwise', () => {
    for (const language of ['zh', 'en']) {
      expect(promtool('check', 'rules', join(ROOT, 'prometheus', `xunkao.${language}.rules.yml`)).status).toBe(0);
    }
    const { status, said } = promtool('test', 'rules', join(ROOT, 'prometheus', 'xunkao.test.yml'));
    expect(said).toContain('SUCCESS');
    expect(status).toBe(0);
  });

  test('a case that expects the wrong thing fails, so the cases can', () => {
    const cases = readFileSync(join(ROOT, 'prometheus', 'xunkao.test.yml'), 'utf8');
    const file = join(folder, 'xunkao.test.yml');
    writeFileSync(join(folder, 'xunkao.en.rules.yml'), readFileSync(join(ROOT, 'prometheus', 'xunkao.en.rules.yml')));
    writeFileSync(file, cases.replace('severity: page', 'severity: ticket'));
    expect(promtool('test', 'rules', file).status).not.toBe(0);
  });
});
