import { existsSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { build } from 'esbuild';
import { bundleAgent } from '../../agent/build.ts';
import { ticketText } from '../../agent/ticket.ts';
import type { BareServerAsks } from './bare-server-child.ts';
import { sleep, until, type Field, type Program } from './field.ts';
import { cannotMeasureProcesses, childrenOf, pssBytes, treeCpuMs } from './proc.ts';
import { spreadOf, type Row } from './row.ts';

/** The first answers of every probe, the first full frames and both compilers are over by then. */
const WARM_SECONDS = 30;
/** Traced for so long, every probe of 15 s and less is asked twice. */
const TRACE_SECONDS = 30;
const MINUTES = 2;
const MINUTE_SECONDS = 60;
const LOOK_MS = 20;
const MIB = 2 ** 20;

/** The agent as it is delivered (one bundled file), its peer beside it at the same time, on this computer. */
export const row: Row = {
  name: 'agent',
  about: 'the real agent at default cadence: CPU a minute, memory beside a bare Node.js + ws client, processes',
  limitSeconds: 240,
  cannot: cannotMeasureProcesses,
  async run({ quick, field, note }) {
    const collector = await field.collector({ targets: await listeners(field, 3) });
    const dir = field.folder('agent');
    const ticket = ticketText(await collector.ticket('A', 1));
    const file = await bundleAgent(field.folder('bundle'));
    const agent = field.agent({ dir, port: collector.port, ticket, file });
    const peer = await startPeer(field);
    await until('the agent to be linked', 20_000, () => agent.output().includes('connected to'));
    await sleep(quick ? 1_000 : WARM_SECONDS * 1000);
    const traced = await traceSpawns(field, agent.pid, quick ? 1 : TRACE_SECONDS);

    const cpu: number[] = [];
    const memory: number[] = [];
    const peerMemory: number[] = [];
    const seen = new Set<number>();
    const look = setInterval(() => childrenOf(agent.pid).forEach((child) => seen.add(child)), LOOK_MS);
    const seconds = quick ? 1 : MINUTE_SECONDS;
    for (let minute = 0; minute < (quick ? 1 : MINUTES); minute += 1) {
      const before = treeCpuMs(agent.pid);
      await sleep(seconds * 1000);
      cpu.push(((treeCpuMs(agent.pid) - before) / seconds) * MINUTE_SECONDS);
      memory.push(pssBytes(agent.pid) / MIB);
      peerMemory.push(pssBytes(peer.pid) / MIB);
      note(
        `${cpu.at(-1)!.toFixed(0)} ms of CPU, ${memory.at(-1)!.toFixed(1)} and ${peerMemory.at(-1)!.toFixed(1)} MiB`,
      );
    }
    clearInterval(look);
    note(`processes: ${seen.size} seen, ${traced ?? 'not'} traced`);
    return [
      {
        what: { en: 'agent: CPU a minute, whole process tree', zh: '代理程序：每分钟 CPU，整个进程树' },
        unit: 'ms',
        ours: spreadOf(cpu),
        bars: [{ of: 'median', is: '≤', value: 60 }],
      },
      {
        what: { en: 'agent: memory (PSS) above the peer’s', zh: '代理程序：内存（PSS）超出对照' },
        unit: 'MiB',
        ours: spreadOf(memory.map((ours, index) => ours - peerMemory[index]!)),
        peer: { who: { en: 'bare Node.js + ws', zh: '裸 Node.js + ws' }, is: spreadOf(peerMemory) },
        bars: [{ of: 'median', is: '≤', value: 15 }],
      },
      {
        what: { en: 'agent: processes started', zh: '代理程序：启动的进程' },
        unit: '',
        ours: spreadOf([seen.size + (traced ?? 0)]),
        bars: [{ of: 'worst', is: '≤', value: 0 }],
      },
    ];
  },
};

async function startPeer(field: Field): Promise<Program> {
  const server = field.helper<BareServerAsks>('bare-server-child.ts');
  const port = await server.ask('listen');
  const outfile = join(field.folder('peer'), 'bare-client.cjs');
  await build({
    entryPoints: [join(import.meta.dirname, 'bare-client.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    external: ['bufferutil', 'utf-8-validate'],
  });
  return field.run(process.execPath, [outfile, `ws://127.0.0.1:${port}`]);
}

/** So that the probe `internet` does all its work, on this computer. */
async function listeners(field: Field, count: number): Promise<readonly string[]> {
  const servers = Array.from({ length: count }, () => createServer((socket) => void socket.end()));
  await Promise.all(servers.map((server) => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))));
  field.own(() => servers.forEach((server) => server.close()));
  return servers.map((server) => `127.0.0.1:${(server.address() as AddressInfo).port}`);
}

/** How often the process or a thread of it started a program, as `strace` saw it; null without strace. */
async function traceSpawns(field: Field, pid: number, seconds: number): Promise<number | null> {
  if (!existsSync('/usr/bin/strace')) return null;
  const trace = field.run('strace', ['-f', '-e', 'trace=execve,fork,vfork', '-p', String(pid)]);
  await sleep(seconds * 1000);
  await trace.stop();
  return trace.output().match(/\b(?:execve|v?fork)\(/g)?.length ?? 0;
}
