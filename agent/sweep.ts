import { spawn, type ChildProcess } from 'node:child_process';
import type { Clock } from './clock.ts';
import type { Host } from './host.ts';
import type { Probe, ProbeSettings } from './probe.ts';
import type { Answer, Outcome } from './reading.ts';

/**
 * A sweep asks the probes whose system calls may never come back, one after the other, in a child process that ends with
 * it. A call that hangs is cut off by killing the child; the probes after it get a new one.
 *
 * The child reads one line of JSON, the settings, and lives no longer than its standard input. It writes one line each:
 * `{"ready":true}`, then for each probe `{"probe":"disk","answer":{…}}` or `{"probe":"disk","failed":"EIO"}`.
 */
export interface Sweep {
  /** Ends when every probe was told. Never rejects. */
  run(probes: readonly Probe[], settings: ProbeSettings, told: Told): Promise<void>;
  /** Kills the child that runs now, if any. */
  stop(): void;
}

/** `why` is for the log, when it failed. */
type Told = (probe: Probe, outcome: Outcome, answer: Answer | null, tookMs: number, why: string | null) => void;

/** A virus scanner on a cold disk makes the start of a process slow. */
const START_LIMIT_MS = 15_000;
/** From the answer in the child to its line here. */
const LINE_SLACK_MS = 250;
const LINE_BYTES = 1024 * 1024;
/** A killed process that waits for a dead disk stays; more of them than this are not made. */
const STUCK_CHILDREN = 2;
const EXIT_LIMIT_MS = 1000;

/** @param command the program and its arguments, to which `--sweep` and the probes' names are added. */
export function childSweep(command: readonly string[], clock: Clock): Sweep {
  const living = new Set<ChildProcess>();
  let stopped = false;

  /** Runs probes until one hangs or the child ends, and returns how many were told. */
  function runSome(probes: readonly Probe[], settings: ProbeSettings, told: Told): Promise<number> {
    return new Promise((resolve) => {
      const names = probes.map((probe) => probe.name).join(',');
      const child = spawn(command[0]!, [...command.slice(1), '--sweep', names], {
        stdio: ['pipe', 'pipe', 'ignore'],
        windowsHide: true,
      });
      living.add(child);
      let done = 0;
      let ready = false;
      let ended = false;
      let since = clock.now().monotonic;
      let cancel = clock.after(START_LIMIT_MS, () => end('timeout', 'its process did not start in time'));

      const end = (outcome: Outcome, why: string): void => {
        if (ended) return;
        ended = true;
        cancel();
        // The one being asked is lost with the child; the rest is too when not even a child could start.
        const lost = done === probes.length ? [] : ready ? [probes[done]!] : probes.slice(done);
        for (const probe of lost) told(probe, outcome, null, clock.now().monotonic - since, why);
        kill(child);
        const given = (): void => resolve(done + lost.length);
        if (!living.has(child)) return given();
        const giveUp = clock.after(EXIT_LIMIT_MS, given);
        child.once('exit', () => {
          giveUp();
          given();
        });
      };
      const line = (text: string): void => {
        if (ended) return;
        const message = parseLine(text);
        const now = clock.now().monotonic;
        if (!ready) {
          ready = message?.['ready'] === true;
          if (!ready) return end('failed', 'its process did not speak as expected');
        } else {
          const probe = probes[done]!;
          if (message?.['probe'] !== probe.name) return end('failed', 'its process did not speak as expected');
          done++;
          const answer = isAnswer(message['answer']) ? message['answer'] : null;
          told(probe, answer ? 'ok' : 'failed', answer, now - since, answer ? null : String(message['failed']));
        }
        since = now;
        cancel();
        if (done === probes.length) return end('ok', '');
        cancel = clock.after(probes[done]!.timeLimitMs + LINE_SLACK_MS, () => end('timeout', 'no answer in time'));
      };
      child.once('exit', () => living.delete(child));
      child.once('error', (error) => {
        living.delete(child);
        end('failed', error.message);
      });
      child.stdout.once('close', () => end('failed', 'its process ended'));
      readLines(child.stdout, line, () => end('failed', 'its answer is too long'));
      child.stdin.on('error', () => undefined);
      child.stdin.write(`${JSON.stringify(settings)}\n`);
    });
  }

  return {
    async run(probes, settings, told) {
      for (let left = probes; left.length > 0;) {
        if (stopped) return;
        if (living.size >= STUCK_CHILDREN) {
          for (const probe of left)
            told(probe, 'timeout', null, 0, 'the processes before it hang and cannot be killed');
          return;
        }
        left = left.slice(await runSome(left, settings, told));
      }
    },
    stop() {
      stopped = true;
      for (const child of living) kill(child);
    },
  };
}

/** The child's side: asks and writes, then ends the process. */
export async function runSweep(names: readonly string[], probes: readonly Probe[], host: Host): Promise<void> {
  // The parent is gone, or has cut us off: nobody reads any more.
  process.stdin.once('close', () => process.exit(0));
  process.stdout.once('error', () => process.exit(0));
  const settings = await new Promise<ProbeSettings>((resolve) => {
    readLines(
      process.stdin,
      (line) => resolve(JSON.parse(line) as ProbeSettings),
      () => process.exit(1),
    );
  });
  const write = (message: unknown): Promise<void> =>
    new Promise((resolve) => {
      process.stdout.write(`${JSON.stringify(message)}\n`, () => resolve());
    });
  await write({ ready: true });
  for (const name of names) {
    const probe = probes.find((candidate) => candidate.name === name);
    try {
      if (!probe?.ask) throw new Error(`no probe ${name} to ask`);
      await write({ probe: name, answer: await probe.ask(host, settings) });
    } catch (error) {
      await write({ probe: name, failed: String(error) });
    }
  }
  process.exit(0);
}

/** A child in an uninterruptible call does not end; it must not keep the agent from ending either. */
function kill(child: ChildProcess): void {
  child.kill('SIGKILL');
  child.stdin?.destroy();
  child.stdout?.destroy();
  child.unref();
}

function readLines(stream: NodeJS.ReadableStream, line: (text: string) => void, tooLong: () => void): void {
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const text of lines) line(text);
    if (rest.length > LINE_BYTES) tooLong();
  });
}

function parseLine(text: string): Record<string, unknown> | null {
  try {
    const message: unknown = JSON.parse(text);
    return typeof message === 'object' && message !== null ? (message as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

function isAnswer(value: unknown): value is Answer {
  if (typeof value !== 'object' || value === null) return false;
  const { facts, parts } = value as { facts?: unknown; parts?: unknown };
  return typeof facts === 'object' && facts !== null && (parts === undefined || typeof parts === 'object');
}
