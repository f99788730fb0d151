import { fork, spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseTicket, type Ticket } from '../../agent/ticket.ts';
import { askControl } from '../../collector/control.ts';
import { asker, type Asker, type Handlers } from './ask.ts';

/** Where a row runs: folders and real programs, all gone at its end. */
export interface Field {
  folder(name: string): string;
  /** The real `xunkao collector` (or `up`), serving when it resolves. */
  collector(options?: CollectorOptions): Promise<CollectorProgram>;
  /** The real agent; it has begun, nothing more. */
  agent(options: AgentOptions): Program;
  /** Any program. */
  run(command: string, args: readonly string[], env?: Readonly<Record<string, string>>): Program;
  /** A helper of the bench as a process of its own, which answers what it is asked. */
  helper<H extends Handlers>(file: string): Helper<H>;
  /** To be ended with the rest. */
  own(end: () => Promise<void> | void): void;
  /** The last words of programs that have ended, for whoever looks for the reason of a failure. */
  lastWords(): readonly string[];
  end(): Promise<void>;
}

export interface Program {
  readonly pid: number;
  readonly output: () => string;
  readonly hasEnded: () => boolean;
  readonly signal: (signal: NodeJS.Signals) => void;
  /** SIGKILL, with what it started. */
  readonly kill: () => Promise<void>;
  /** SIGTERM; SIGKILL after 10 s. */
  readonly stop: () => Promise<void>;
}

export interface Helper<H extends Handlers> extends Asker<H> {
  readonly pid: number;
}

export interface CollectorOptions {
  /** Of an earlier start; a new one when not given. */
  readonly data?: string;
  readonly port?: number;
  /** Lines of `xunkao.yaml`. */
  readonly settings?: string;
  /** What agents try to reach; nothing when not given, since no figure may depend on a way out of this computer. */
  readonly targets?: readonly string[];
  readonly command?: 'collector' | 'up';
}

export interface CollectorProgram extends Program {
  readonly data: string;
  readonly port: number;
  readonly url: string;
  ticket(room: string, uses: number): Promise<Ticket>;
  get<T>(path: string): Promise<T>;
  /** Values of the collector's own series by name; of several with the same name, the sum. */
  metrics(): Promise<ReadonlyMap<string, number>>;
}

export interface AgentOptions {
  readonly dir: string;
  readonly port: number;
  readonly ticket?: string;
  /** Instead of `agent/main.ts`. */
  readonly file?: string;
}

const ROOT = join(import.meta.dirname, '..', '..');
const START_LIMIT_MS = 60_000;
const END_LIMIT_MS = 10_000;
const OUTPUT_CHARACTERS = 20_000;

/** @param profiles where collectors and agents leave a CPU profile (`.cpuprofile`) when they end; null: none is made */
export function openField(profiles: string | null): Field {
  const node = profiles === null ? [] : ['--cpu-prof', '--cpu-prof-dir', profiles];
  const folders: string[] = [];
  const ends: (() => Promise<void> | void)[] = [];
  const programs: Program[] = [];

  function folder(name: string): string {
    const made = mkdtempSync(join(tmpdir(), `xunkao-${name}-`));
    folders.push(made);
    return made;
  }

  function run(command: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Program {
    const program = begin(command, args, env);
    programs.push(program);
    // A profile is written at a clean end only.
    ends.push(profiles === null ? program.kill : program.stop);
    return program;
  }

  return {
    folder,
    run,
    async collector({ data = folder('data'), port = 0, settings = '', targets = [], command = 'collector' } = {}) {
      mkdirSync(data, { recursive: true });
      writeFileSync(join(data, 'xunkao.yaml'), `internet_targets: [${targets.join(', ')}]\n${settings}`);
      const main = join(ROOT, 'collector', 'main.ts');
      const args = [command, '--data', data, '--listen', `127.0.0.1:${port}`, '--site', 'bench'];
      const program = run(process.execPath, [...node, main, ...args]);
      const url = await until('the collector to serve', START_LIMIT_MS, () => {
        if (program.hasEnded()) throw new Error(`the collector ended: ${program.output()}`);
        return /Prometheus: +(http:\S+)\/metrics/.exec(program.output())?.[1];
      });
      return serving(program, data, url);
    },
    agent({ dir, port, ticket, file = join(ROOT, 'agent', 'main.ts') }) {
      if (ticket !== undefined) writeFileSync(join(dir, 'ticket'), ticket, { mode: 0o600 });
      return run(process.execPath, [...node, file, '--dir', dir, '--address', `127.0.0.1:${port}`]);
    },
    helper<H extends Handlers>(file: string) {
      const child = fork(join(import.meta.dirname, file), [], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
      // When this process dies, the channel closes and the helper ends by itself.
      ends.push(() => void child.kill('SIGKILL'));
      return Object.assign(asker<H>(child), { pid: child.pid! });
    },
    own: (end) => void ends.push(end),
    lastWords: () => programs.filter((program) => program.hasEnded()).map((program) => program.output()),
    async end() {
      for (const end of ends.splice(0).reverse()) await end();
      for (const each of folders.splice(0)) rmSync(each, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Waits until `check` gives something; throws what it waited for after the limit. */
export async function until<T>(
  what: string,
  limitMs: number,
  check: () => T | null | undefined | false | Promise<T | null | undefined | false>,
  everyMs = 20,
): Promise<T> {
  for (const end = performance.now() + limitMs; ; await sleep(everyMs)) {
    const found = await check();
    if (found !== null && found !== undefined && found !== false) return found;
    if (performance.now() > end) throw new Error(`waited ${limitMs / 1000} s for ${what}`);
  }
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

/** Nothing that was started outlives this process. */
const living = new Set<ChildProcess>();
process.once('exit', () => living.forEach(killGroup));

function begin(command: string, args: readonly string[], env: Readonly<Record<string, string>>): Program {
  // A process group of its own, so that what it starts can be ended with it.
  const child = spawn(command, args, {
    env: { ...process.env, LC_ALL: 'C.UTF-8', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const { pid } = child;
  if (pid === undefined) throw new Error(`${command} cannot be started`);
  living.add(child);
  let output = '';
  const keep = (text: string): void => void (output = (output + text).slice(-OUTPUT_CHARACTERS));
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', keep);
  let hasEnded = false;
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => {
      hasEnded = true;
      resolve();
    });
  });
  const kill = async (): Promise<void> => {
    killGroup(child);
    await ended;
    living.delete(child);
  };
  return {
    pid,
    output: () => output,
    hasEnded: () => hasEnded,
    signal: (signal) => void child.kill(signal),
    kill,
    async stop() {
      child.kill('SIGTERM');
      await Promise.race([ended, sleep(END_LIMIT_MS)]);
      await kill();
    },
  };
}

function killGroup({ pid }: ChildProcess): void {
  try {
    process.kill(-pid!, 'SIGKILL');
  } catch {
    // Nobody is left.
  }
}

function serving(program: Program, data: string, url: string): CollectorProgram {
  return {
    ...program,
    data,
    url,
    port: Number(new URL(url).port),
    async ticket(room, uses) {
      const wish = { room, role: 'candidate', uses, days: 1, simulated: true };
      const answer = await askControl(data, { ask: 'ticket', wish });
      if (answer.error) throw new Error(answer.error.en);
      const parsed = parseTicket(String(answer['ticket']));
      if ('faults' in parsed) throw new Error(parsed.faults.map(({ en }) => en).join('; '));
      return parsed.ticket;
    },
    async get<T>(path: string) {
      const answer = await fetch(`${url}/api/v1${path}`, { signal: AbortSignal.timeout(30_000) });
      const text = await answer.text();
      if (!answer.ok) throw new Error(`${path} answered ${answer.status} ${text.slice(0, 500)}`);
      return JSON.parse(text) as T;
    },
    metrics: () => ownMetrics(`${url}/metrics`),
  };
}

/** The agents' series may be half a million lines; only the collector's own are kept. */
async function ownMetrics(url: string): Promise<ReadonlyMap<string, number>> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(30_000) });
  const found = new Map<string, number>();
  let rest = '';
  for await (const piece of answer.body!.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + piece).split('\n');
    rest = lines.pop()!;
    for (const line of lines) {
      const [, name, value] = /^(xunkao_collector_\w+)(?:\{.*\})? (\S+)$/.exec(line) ?? [];
      if (name !== undefined) found.set(name, (found.get(name) ?? 0) + Number(value));
    }
  }
  return found;
}
