import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { COMMANDS } from '../../collector/commands/command.ts';
import { VERBS } from '../../collector/commands/orgVerbs.ts';
import { DEVICE_KINDS } from '../../collector/devices/schemas.ts';
import { DEFAULT_LISTEN, parseSettings } from '../../collector/settings.ts';
import { sourceOf } from '../../dashboards/source.ts';
import { TOP_KEYS } from '../../collector/settingsSchema.ts';

/** What cannot be run here is read, and held to the code: ports, paths, names. */
const ROOT = resolve(import.meta.dirname, '..', '..');
const DEPLOY = join(ROOT, 'deploy');
const read = (file: string): string => readFileSync(join(DEPLOY, file), 'utf8');
const yaml = (file: string): Record<string, unknown> => parse(read(file)) as Record<string, unknown>;
const [, PORT] = DEFAULT_LISTEN.split(':') as [string, string];

interface Service {
  readonly image?: string;
  readonly build?: { readonly context: string; readonly dockerfile: string };
  readonly volumes?: readonly string[];
  readonly ports?: readonly string[];
  readonly command?: readonly string[];
  readonly entrypoint?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly env_file?: readonly string[];
  readonly healthcheck?: { readonly test: readonly string[] };
}

interface DataSource {
  readonly uid: string;
  readonly name: string;
  readonly type: string;
  readonly url: string;
}

interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

describe.each([
  ['compose.yaml', 'compose.md', 'collector'],
  ['compose.organization.yaml', 'organization.md', 'organization'],
])('%s', (file, manual, own) => {
  const { services, volumes } = yaml(file) as unknown as Compose;
  const page = read(manual);
  const isThere = (path: string): boolean =>
    path.startsWith('.')
      ? existsSync(join(DEPLOY, path)) || page.includes(path.replace('./', 'deploy/'))
      : Object.hasOwn(volumes, path);

  test('mounts only what there is, or what the page says to make', () => {
    const from = Object.values(services).flatMap(({ volumes: mounts = [], env_file: env = [] }) => [
      ...mounts.map((mount) => mount.split(':')[0]!),
      ...env,
    ]);
    expect(from.length).toBeGreaterThan(5);
    expect(from.filter((path) => !isThere(path))).toEqual([]);
    const named = Object.values(services).flatMap(({ volumes: mounts = [] }) => mounts);
    expect(Object.keys(volumes).filter((name) => !named.some((mount) => mount.startsWith(`${name}:`)))).toEqual([]);
  });

  test('names every image with its version, and opens nothing but our own service to the LAN', () => {
    const images = Object.values(services).flatMap(({ image }) => image ?? []);
    const ports = Object.values(services).flatMap((service) => service.ports ?? []);
    expect(images.filter((image) => !/^[\w./-]+:v?\d+\.\d+(\.\d+)?$/.test(image))).toEqual([]);
    expect(ports.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
    expect(existsSync(join(DEPLOY, services[own]!.build!.dockerfile.replace('deploy/', '')))).toBe(true);
  });
});

describe('compose.organization.yaml', () => {
  const { services } = yaml('compose.organization.yaml') as unknown as Compose;
  const { command = [], entrypoint = [], environment = {}, healthcheck } = services['organization']!;

  test('starts the program that the folder has, with options that it takes and addresses that the page names', async () => {
    const main = entrypoint[1]!.replace('/opt/xunkao/app/', '');
    expect(existsSync(join(ROOT, main))).toBe(true);
    expect(read('Dockerfile')).toContain('/opt/xunkao/node');
    const [, verb, ...options] = command;
    expect(Object.keys(VERBS)).toContain(verb);
    const { stdout } = spawnSync(process.execPath, [join(ROOT, main), 'org', '--help'], { encoding: 'utf8' });
    for (const option of options.filter((word) => word.startsWith('--'))) expect(stdout).toContain(option);
    for (const address of options.filter((word) => word.includes(':')))
      expect(read('organization.md')).toContain(address.split(':')[1]);
    expect(healthcheck!.test.join(' ')).toContain(`port: ${command[command.indexOf('--listen') + 1]!.split(':')[1]}`);
  });

  test('asks the database that stands beside it, under its name', () => {
    const { hostname, port, username, pathname } = new URL(environment['XUNKAO_STORE']!);
    const { ports, environment: its = {} } = services['postgres']!;
    expect([username, pathname]).toEqual([its['POSTGRES_USER'], `/${its['POSTGRES_DB']}`]);
    expect(ports).toEqual([`${hostname}:${port}:${port}`]);
  });

  test('gives Grafana a board for every data source, where its provider looks', () => {
    const mounts = (services['grafana']!.volumes ?? []).map((mount) => mount.split(':'));
    expect(mounts.map(([from]) => from)).toContain('./grafana/provisioning/datasources/victoriametrics.yml');
    const { providers } = yaml('grafana/provisioning/dashboards/xunkao.yml') as {
      providers: { options: { path: string } }[];
    };
    for (const { options } of providers)
      expect(mounts.map(([, to]) => to)).toContain(`${options.path}/xunkao-years.json`);
    expect(Object.keys(services)).toContain('victoriametrics');
  });
});

describe('compose.yaml', () => {
  const { services } = yaml('compose.yaml') as unknown as Compose;

  const sources = new Map(
    readdirSync(join(DEPLOY, 'grafana/provisioning/datasources')).flatMap((file) => {
      const { datasources } = yaml(`grafana/provisioning/datasources/${file}`) as { datasources: DataSource[] };
      return datasources.map((source) => [source.uid, source] as const);
    }),
  );

  test('gives Prometheus and Grafana the files where they look for them', () => {
    const mounts = (name: string): readonly string[] => services[name]!.volumes ?? [];
    expect(mounts('prometheus')).toContain('../dashboards/prometheus:/etc/prometheus/rules:ro');
    const { providers } = yaml('grafana/provisioning/dashboards/xunkao.yml') as {
      providers: { options: { path: string } }[];
    };
    for (const { options } of providers) {
      const language = options.path.split('/').at(-1)!;
      expect(existsSync(join(ROOT, 'dashboards', 'grafana', language))).toBe(true);
      expect(mounts('grafana')).toContain(`../dashboards/grafana:${dirname(options.path)}:ro`);
    }
    expect(sources.get('xunkao')?.url).toBe('http://prometheus:9090');
  });

  test('gives Grafana the stores of long series under the names that the boards open with, at their services’ ports', () => {
    for (const kind of ['victoriametrics', 'influxdb'] as const) {
      const { first, type } = sourceOf({ source: kind });
      const { url, name, type: its } = sources.get(first!.uid)!;
      expect([name, its]).toEqual([first!.name, type]);
      const { hostname, port } = new URL(url);
      expect(services[hostname]!.ports).toEqual([`127.0.0.1:${port}:${port}`]);
      expect(read('compose.md')).toContain(`--profile ${kind}`);
    }
  });
});

describe('Prometheus’ configuration', () => {
  const folder = mkdtempSync(join(tmpdir(), 'xunkao-deploy-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  cpSync(join(DEPLOY, 'prometheus'), folder, { recursive: true });
  cpSync(join(ROOT, 'dashboards', 'prometheus'), join(folder, 'rules'), { recursive: true });
  cpSync(join(DEPLOY, 'alertmanager'), folder, { recursive: true });

  test.skipIf(!existsSync('/usr/bin/promtool')).each(['prometheus.yml', 'prometheus.tls.yml'])(
    '%s is right, with its rules',
    (file) => {
      // promtool looks for the secrets that a site puts there.
      cpSync(join(DEPLOY, 'prometheus'), join(folder, 'secrets'), { recursive: true });
      for (const name of ['ca.crt', 'metrics-token']) writeFileSync(join(folder, 'secrets', name), '');
      const { stdout, stderr } = spawnSync('promtool', ['check', 'config', join(folder, file)], {
        encoding: 'utf8',
        timeout: 30_000,
      });
      // The empty CA is no certificate; everything else has to be right.
      expect(stdout + stderr).toMatch(file.includes('tls') ? /SUCCESS|unable to use specified CA cert/ : /SUCCESS/);
      expect(stdout + stderr).not.toMatch(/yaml:|unknown|not found in type/i);
    },
  );

  test('asks the port that the collector listens on, under the job that the alerts name', () => {
    for (const file of ['prometheus.yml', 'prometheus.tls.yml']) {
      const { scrape_configs: jobs } = yaml(`prometheus/${file}`) as {
        scrape_configs: { job_name: string; static_configs: { targets: string[] }[] }[];
      };
      expect(jobs.map(({ job_name: name }) => name)).toEqual(['xunkao']);
      expect(jobs[0]!.static_configs[0]!.targets[0]).toMatch(new RegExp(`:${PORT}$`));
    }
    const rules = readFileSync(join(ROOT, 'dashboards', 'prometheus', 'xunkao.zh.rules.yml'), 'utf8');
    expect(rules).toContain('up{job="xunkao"}');
  });

  test.skipIf(!existsSync('/usr/bin/amtool'))('amtool finds nothing wrong with Alertmanager’s', () => {
    const { status, stdout, stderr } = spawnSync('amtool', ['check-config', join(folder, 'alertmanager.yml')], {
      encoding: 'utf8',
      timeout: 30_000,
    });
    expect([status, stdout + stderr]).toEqual([0, expect.stringContaining('SUCCESS')]);
  });
});

describe('the example of xunkao.yaml', () => {
  const text = read('examples/xunkao.yaml');

  test('is right as it stands, but for the secrets’ files that a site makes', () => {
    const parsed = parseSettings(join(DEPLOY, 'examples', 'xunkao.yaml'), text);
    const faults = 'faults' in parsed ? parsed.faults : [];
    expect(
      faults.filter(
        ({ message }) => !/dingtalk-url|dingtalk-secret|sms-token|influxdb-password|organization.ticket/.test(message),
      ),
    ).toEqual([]);
  });

  test('has every key, and every kind of device and of channel is named somewhere', () => {
    const keys = Object.keys(parse(text) as object);
    expect(keys.sort()).toEqual([...TOP_KEYS].sort());
    const { devices } = parse(text) as { devices: { kind: string }[] };
    expect([...new Set(devices.map(({ kind }) => kind))].sort()).toEqual([...DEVICE_KINDS].sort());
  });
});

test.each(['paging.md', 'paging.zh-CN.md'])(
  'what %s says to write is right, and names every kind of channel',
  (page) => {
    const folder = mkdtempSync(join(tmpdir(), 'xunkao-deploy-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const blocks = [...read(page).matchAll(/(?:^ {7}.*\n)+/gm)].map(([block]) => block.replaceAll(/^ {7}/gm, ''));
    const values = blocks.map((block) => parse(block) as object);
    const channels = values.filter(Array.isArray).flat() as { kind: string }[];
    const paging = { ...Object.assign({}, ...values.filter((value) => !Array.isArray(value))), channels };
    for (const [, name] of JSON.stringify(channels).matchAll(/"(?:\w+_file|authorization)":"([\w-]+)"/g))
      writeFileSync(join(folder, name!), 'http://192.168.1.40/\n');
    const parsed = parseSettings(join(folder, 'xunkao.yaml'), JSON.stringify({ paging }));
    expect('faults' in parsed ? parsed.faults.map(({ message }) => message) : []).toEqual([]);
    expect(channels.map(({ kind }) => kind).sort()).toEqual(['dingtalk', 'email', 'feishu', 'webhook', 'wecom']);
  },
);

describe('systemd', () => {
  const units = readdirSync(join(DEPLOY, 'systemd'));

  test.skipIf(!existsSync('/usr/bin/systemd-analyze')).each(units)('%s is exposed as little as 2 of 10', (unit) => {
    const args = ['security', '--offline=true', '--threshold=20', join(DEPLOY, 'systemd', unit)];
    const { status, stdout } = spawnSync('systemd-analyze', args, { encoding: 'utf8', timeout: 30_000 });
    expect(stdout).toMatch(/Overall exposure level/);
    expect(status, stdout.split('\n').slice(-3).join(' ')).toBe(0);
  });

  test.each(units)('%s starts Node.js directly, and keeps V8 able to compile', (unit) => {
    const text = read(join('systemd', unit));
    expect(text).toMatch(/^ExecStart=\/opt\/[\w-]+\/node /m);
    expect(text).toMatch(/^MemoryDenyWriteExecute=no$/m);
    expect(text).toMatch(/^Restart=always$/m);
  });
});

describe('the pages', () => {
  const pages = readdirSync(DEPLOY, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md') && !file.includes('node_modules'))
    .map((file) => file.replaceAll('\\', '/'));
  const chinese = pages.filter((page) => page.endsWith('.zh-CN.md'));

  test('exist in Chinese and in English, with the same steps', () => {
    expect(chinese.length).toBeGreaterThan(5);
    expect(pages.filter((page) => !page.endsWith('.zh-CN.md')).sort()).toEqual(
      chinese.map((page) => page.replace('.zh-CN.md', '.md')).sort(),
    );
    for (const page of chinese) {
      const steps = (file: string): number => read(file).match(/^\d+\. /gm)?.length ?? 0;
      expect([page, steps(page)]).toEqual([page, steps(page.replace('.zh-CN.md', '.md'))]);
    }
  });

  test.each(pages)('%s names only files and commands that there are', (page) => {
    const text = read(page);
    const links = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map((match) => join(dirname(page), match[1]!));
    expect(links.filter((link) => !existsSync(join(DEPLOY, link)))).toEqual([]);
    const paths = [...text.matchAll(/`((?:deploy|dashboards)\/[\w./-]+)`/g)].map((match) => match[1]!);
    const madeByHand = /^deploy\/(xunkao\.yaml|secrets)/;
    expect(paths.filter((path) => !madeByHand.test(path) && !existsSync(join(ROOT, path)))).toEqual([]);
    const commands = [...text.matchAll(/`(?:npm run )?xunkao (?:-- )?([a-z]+)[ `]/g)].map((match) => match[1]!);
    const known = COMMANDS.map(({ name }) => name);
    expect(commands.filter((name) => !known.includes(name))).toEqual([]);
  });
});
