import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { bringWindowsNodes, windowsNode } from '../../agent/bring.ts';
import { bundleForWindows } from '../../agent/build.ts';
import { ticketText } from '../../agent/ticket.ts';
import { canBuildAddon } from '../../agent/windows/addon/build.ts';
import { ADDON_FILE, READER_FILE } from '../../agent/windows/open.ts';
import { PCS } from '../fixtures/pcs.ts';
import { hasWine, startWine, type Wine } from '../fixtures/wine.ts';
import type { BareServerAsks } from './bare-server-child.ts';
import { sleep, until, type CollectorProgram, type Field } from './field.ts';
import { cannotMeasureProcesses, cpuMs, pssBytes } from './proc.ts';
import { spreadOf, type Figure, type Row } from './row.ts';

/** Wine starts slowly, and the first answers of every probe come within a minute. */
const WARM_SECONDS = 60;
const MINUTES = 2;
const MINUTE_SECONDS = 60;
const LOOK_MS = 100;
const MIB = 2 ** 20;
const FILES = ['xunkao-agent.js', 'package.json', READER_FILE, ADDON_FILE];

/**
 * The very bundle that Windows PCs get, on Windows' own Nodes under Wine, with a bare Node and a WebSocket client of the
 * same version beside it in the same Windows. Wine's own server is another process and not counted, here or there.
 */
export const row: Row = {
  name: 'windows',
  about: 'the agent on Windows 7 and 10 under Wine: CPU a minute, memory beside a bare Node.js + ws client, processes',
  limitSeconds: 900,
  isSlow: true,
  cannot: () =>
    cannotMeasureProcesses() ??
    (hasWine() ? null : 'there is no Wine here (Debian: wine64, locales)') ??
    (canBuildAddon() ? null : 'there is no compiler for Windows here (Debian: gcc-mingw-w64-x86-64-posix)'),
  async run({ quick, field, note }) {
    const fault = bringWindowsNodes();
    if (fault !== null) throw new Error(fault);
    const built = field.folder('bundle');
    await bundleForWindows(built);
    const collector = await field.collector();
    const wine = await startWine();
    field.own(() => wine.close());
    const figures: Figure[] = [];
    for (const [node, version] of [
      ['7', 'win7'],
      ['10', 'win10'],
    ] as const) {
      await wine.reset(version);
      figures.push(...(await measure({ quick, field, note, collector, wine, built, node })));
    }
    return figures;
  },
};

interface Ground {
  readonly quick: boolean;
  readonly field: Field;
  readonly note: (line: string) => void;
  readonly collector: CollectorProgram;
  readonly wine: Wine;
  readonly built: string;
  readonly node: '7' | '10';
}

async function measure({ quick, field, note, collector, wine, built, node }: Ground): Promise<readonly Figure[]> {
  wine.write(PCS.healthy.files);
  for (const file of FILES) wine.write({ [`C:\\xunkao\\${file}`]: readFileSync(join(built, file)) });
  wine.write({ 'C:\\ProgramData\\xunkao-agent\\ticket': ticketText(await collector.ticket(`W${node}`, 1)) });
  await wine.seed(PCS.healthy.registry);
  const server = field.helper<BareServerAsks>('bare-server-child.ts');
  const url = `ws://127.0.0.1:${await server.ask('listen')}`;
  wine.write({ 'C:\\peer.js': await barePeer(field) });
  const agent = wine.start(windowsNode(node), [
    'C:\\xunkao\\xunkao-agent.js',
    '--address',
    `127.0.0.1:${collector.port}`,
  ]);
  const peer = wine.start(windowsNode(node), ['C:\\peer.js', url]);
  await until('the PC to be online', 120_000, async () => {
    const { machines } = await collector.get<{ machines: { room: string; online: boolean }[] }>('/machines');
    return machines.some(({ room, online }) => room === `W${node}` && online);
  });
  await sleep(quick ? 1_000 : WARM_SECONDS * 1000);
  const known = new Set(processesOf(wine));
  const started = new Set<number>();
  const look = setInterval(() => {
    for (const pid of processesOf(wine)) if (!known.has(pid)) started.add(pid);
  }, LOOK_MS);
  const [cpu, peerCpu]: [number[], number[]] = [[], []];
  const [memory, peerMemory]: [number[], number[]] = [[], []];
  const seconds = quick ? 1 : MINUTE_SECONDS;
  for (let minute = 0; minute < (quick ? 1 : MINUTES); minute += 1) {
    const before = [cpuMs(agent.pid), cpuMs(peer.pid)] as const;
    await sleep(seconds * 1000);
    cpu.push(((cpuMs(agent.pid) - before[0]) / seconds) * MINUTE_SECONDS);
    peerCpu.push(((cpuMs(peer.pid) - before[1]) / seconds) * MINUTE_SECONDS);
    memory.push(pssBytes(agent.pid) / MIB);
    peerMemory.push(pssBytes(peer.pid) / MIB);
    note(
      `Windows ${node}: ${cpu.at(-1)} and ${peerCpu.at(-1)} ms, ${memory.at(-1)!.toFixed(1)} and ${peerMemory.at(-1)!.toFixed(1)} MiB`,
    );
  }
  clearInterval(look);
  agent();
  peer();
  return [
    {
      what: { en: `agent, Windows ${node}: CPU a minute`, zh: `代理程序，Windows ${node}：每分钟 CPU` },
      unit: 'ms',
      ours: spreadOf(cpu),
      peer: { who: { en: 'bare Node.js + ws', zh: '裸 Node.js + ws' }, is: spreadOf(peerCpu) },
      bars: [{ of: 'median', is: '≤', value: 60 }],
    },
    {
      what: {
        en: `agent, Windows ${node}: memory (PSS) above the peer’s`,
        zh: `代理程序，Windows ${node}：内存（PSS）超出对照`,
      },
      unit: 'MiB',
      ours: spreadOf(memory.map((ours, index) => ours - peerMemory[index]!)),
      peer: { who: { en: 'bare Node.js + ws', zh: '裸 Node.js + ws' }, is: spreadOf(peerMemory) },
      bars: [{ of: 'median', is: '≤', value: 15 }],
    },
    {
      what: { en: `agent, Windows ${node}: processes started`, zh: `代理程序，Windows ${node}：启动的进程` },
      unit: '',
      ours: spreadOf([started.size]),
      bars: [{ of: 'worst', is: '≤', value: 0 }],
    },
  ];
}

/** Everything that lives in this Windows, by the folder that it was started for. */
function processesOf({ drive }: Wine): readonly number[] {
  const mark = `WINEPREFIX=${join(drive, '..')}\0`;
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/environ`, 'latin1').includes(mark);
      } catch {
        return false;
      }
    })
    .map(Number);
}

async function barePeer(field: Field): Promise<Buffer> {
  const outfile = join(field.folder('peer'), 'bare-client.cjs');
  await build({
    entryPoints: [join(import.meta.dirname, 'bare-client.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node13.13',
    external: ['bufferutil', 'utf-8-validate'],
  });
  return readFileSync(outfile);
}
