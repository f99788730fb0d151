import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { networkAvailable, startNetwork, type NetworkHost } from '../../fixtures/network.ts';
import { inTime } from '../../fixtures/programs.ts';

/** Ways that are really slow, uneven and lossy: network namespaces, joined by TUN or narrowed by the kernel's tbf. */
const FIXTURES = join(import.meta.dirname, '../../fixtures');
const isAvailable =
  networkAvailable() && ['/usr/bin/python3', '/dev/net/tun', '/sbin/tc'].every((file) => existsSync(file));

const IPERF3 = '/usr/bin/iperf3';
const pidOf = ({ inside }: NetworkHost): string => inside[2]!;

function run(host: NetworkHost | null, words: readonly string[]): ChildProcess {
  const [program, ...rest] = [...(host?.inside ?? []), ...words];
  const child = spawn(program!, rest, { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

/** The first thing it prints. */
function said(child: ChildProcess, what: string): Promise<string> {
  return inTime(
    what,
    60_000,
    new Promise<string>((resolve) => child.stdout!.once('data', (data) => resolve(String(data)))),
  );
}

async function take(host: NetworkHost, name: string, asked: object, peer = ''): Promise<Record<string, unknown>> {
  const child = run(host, [process.execPath, join(FIXTURES, 'measureChild.ts'), name, JSON.stringify(asked), peer]);
  return JSON.parse(await said(child, name)) as Record<string, unknown>;
}

test.skipIf(!isAvailable)(
  'loss, jitter and delay of a bad line are seen as they are',
  async () => {
    const network = await startNetwork();
    const [server, seat] = [await network.host('10.77.1.5'), await network.host('10.77.1.21')];
    const link = ['10.98.0.1/30', '10.98.0.2/30'] as const;
    const tun = run(null, [
      '/usr/bin/python3',
      join(FIXTURES, 'tunLink.py'),
      pidOf(server),
      link[0],
      pidOf(seat),
      link[1],
      '20',
      '3',
      '2',
    ]);
    await said(tun, 'the line');
    const token = 'cd'.repeat(12);
    const answering = take(server, 'echo', { port: 9481, token, from: ['10.98.0.2'], seconds: 15 });
    const peer = '10.98.0.1:9481';
    const seen = await take(seat, 'loss', { peer, token, per_second: 100, seconds: 5 }, peer);
    expect(seen['sent']).toBe(500);
    // 2 % each way are 3.96 % of round trips: twenty packets, and chance is wide with so few.
    expect(seen['loss_ratio']).toBeGreaterThan(0.012);
    expect(seen['loss_ratio']).toBeLessThan(0.085);
    // 20 ms each way; a busy machine adds to it and takes nothing away.
    expect(seen['median_seconds']).toBeGreaterThan(0.036);
    expect(seen['median_seconds']).toBeLessThan(0.12);
    expect(seen['jitter_seconds']).toBeGreaterThan(0.0005);
    expect(seen['p95_seconds']).toBeGreaterThan(Number(seen['median_seconds']));
    expect(await answering).toMatchObject({ machines: 1 });
  },
  90_000,
);

test.skipIf(!isAvailable)(
  'a line of 40 Mbit/s is seen as one, both ways, by a peer of ours and by a real iperf3',
  async () => {
    const network = await startNetwork();
    const [outside, site] = [await network.host('10.77.2.5'), await network.host('10.77.2.21')];
    for (const host of [outside, site]) {
      const [program, ...inside] = host.inside;
      const shape = [
        'tc',
        'qdisc',
        'add',
        'dev',
        'eth0',
        'root',
        'tbf',
        'rate',
        '40mbit',
        'burst',
        '64kb',
        'latency',
        '50ms',
      ];
      execFileSync(program!, [...inside, ...shape], { timeout: 5_000 });
    }
    const port = (await said(run(outside, [process.execPath, join(FIXTURES, 'peerChild.ts')]), 'the peer')).trim();
    const url = `http://10.77.2.5:${port}`;
    const asker = `fetch('${url}/xunkao-peer/v1/turns', { method: 'POST' }).then((a) => a.json()).then(({ turn }) => console.log(turn))`;
    const turn = (await said(run(site, [process.execPath, '-e', asker]), 'a turn')).trim();
    const seen = await take(site, 'throughput', { url, turn, seconds: 5.5 }, `10.77.2.5:${port}`);
    for (const way of ['down', 'up']) {
      const mbits = (Number(seen[`${way}_bytes_per_second`]) * 8) / 1e6;
      // 40 Mbit/s carry some 38 of payload.
      expect(mbits, way).toBeGreaterThan(28);
      expect(mbits, way).toBeLessThan(41);
    }
    if (!existsSync(IPERF3)) return;
    await said(run(outside, [IPERF3, '-s', '-p', '5201', '--forceflush']), 'iperf3');
    const other = await take(site, 'throughput', { url: 'iperf3://10.77.2.5:5201', seconds: 8 }, '10.77.2.5:5201');
    for (const way of ['down', 'up']) {
      const mbits = (Number(other[`${way}_bytes_per_second`]) * 8) / 1e6;
      expect(mbits, `iperf3 ${way}`).toBeGreaterThan(28);
      expect(mbits, `iperf3 ${way}`).toBeLessThan(41);
    }
  },
  90_000,
);
