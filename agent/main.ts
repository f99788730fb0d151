import { setPriority, constants } from 'node:os';
import { join } from 'node:path';
import { Agent } from './agent.ts';
import { loadProbes } from './catalogue.ts';
import { systemClock } from './clock.ts';
import { writeWhole } from './files.ts';
import { thisHost } from './host.ts';
import { openLog } from './log.ts';
import { loadMeasures } from './measuring.ts';
import type { Bilingual } from './probe.ts';
import { reportText, takeReport, type ReportArguments } from './report.ts';
import { HELP, inWords, parseArguments, type AgentArguments } from './settings.ts';
import { keepLink } from './status.ts';
import { childSweep, runSweep } from './sweep.ts';
import { VERSION } from './version.ts';
import { shareWakes } from './wakes.ts';
import { tellScreen } from './windows/helper.ts';

/** A clean end takes a second; a disk that hangs must not hold the machine's shutdown. */
const END_LIMIT_MS = 5_000;

async function main(): Promise<void> {
  const parsed = parseArguments(process.argv.slice(2), process.env, process.env['XUNKAO_CWD'] ?? process.cwd());
  switch (parsed.kind) {
    case 'help':
      process.stdout.write(inWords(HELP, process.env));
      return;
    case 'version':
      process.stdout.write(`${VERSION}\n`);
      return;
    case 'faults':
      for (const fault of parsed.faults) process.stderr.write(`xunkao-agent: ${inWords(fault, process.env)}\n`);
      process.exitCode = 2;
      return;
    case 'report':
      return report(parsed.report);
    case 'screen': {
      const fault = await tellScreen(thisHost(), parsed.to);
      if (fault === null) return;
      process.stderr.write(`xunkao-agent: ${inWords(fault, process.env)}\n`);
      process.exitCode = 1;
      return;
    }
    case 'sweep':
      return runSweep(parsed.names, await loadProbes(), thisHost());
    case 'run':
      return run(parsed.settings);
  }
  return parsed satisfies never;
}

async function run({ dir, ticket, addresses, log: file }: AgentArguments): Promise<void> {
  beModest();
  if (file !== null) {
    const append = openLog(file);
    write = append;
    log(`代理程序 ${VERSION} 启动 · agent ${VERSION} starts, Node.js ${process.versions.node}, process ${process.pid}`);
  }
  if (ticket !== null) {
    const fault = await writeWhole(join(dir, 'ticket'), `${ticket.trim()}\n`);
    if (fault !== null)
      log(`凭证无法保存 · the ticket cannot be kept, it has to be named again at the next start: ${fault}`);
  }
  const clock = shareWakes(systemClock());
  const agent = new Agent({
    dir,
    host: thisHost(),
    clock,
    probes: await loadProbes(),
    measures: await loadMeasures(),
    addresses,
    sweep: childSweep([process.execPath, process.argv[1]!], clock),
    told: (said, machine) => keepLink(dir, { pid: process.pid, machine, said }),
    log,
  });
  let isEnding = false;
  const end = (signal: string): void => {
    if (isEnding) return;
    isEnding = true;
    log(`正在结束 · ${signal}: ending`);
    setTimeout(() => process.exit(1), END_LIMIT_MS).unref();
    void agent.stop().then(() => process.exit(0));
  };
  // Ctrl+C comes to every process of the terminal, and again through npm; one that `xunkao up` has started ends after the
  // collector, when that says so.
  process.on('SIGINT', () => process.connected || end('SIGINT'));
  process.on('SIGTERM', end);
  // `xunkao up` starts one for its own machine; however that ends, the next one starts another.
  process.once('disconnect', () => end('its starter is gone'));
  const faults = await agent.start();
  if (faults.length === 0) return;
  for (const fault of faults) write(`xunkao-agent: ${join(dir, 'ticket')}: ${inWords(fault, process.env)}`);
  process.exit(2);
}

async function report({ json, to, examSoftware }: ReportArguments): Promise<void> {
  const probes = await loadProbes();
  const taken = await takeReport(thisHost(), probes, { internetTargets: [], examSoftware });
  const say = (text: Bilingual): string => inWords(text, process.env);
  const text = json ? `${JSON.stringify(taken, null, 2)}\n` : reportText(taken, probes, say);
  if (to === null) {
    process.stdout.write(text);
    return;
  }
  const fault = await writeWhole(to, text);
  if (fault === null) return;
  process.stderr.write(`xunkao-agent: ${fault}\n`);
  process.exitCode = 1;
}

/** A candidate sits at this machine: their programs come first. */
function beModest(): void {
  try {
    setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // Then the system decides.
  }
}

/** Instead of stderr when a log file is named. */
let write = (line: string): void => void process.stderr.write(`${line}\n`);

function log(line: string): void {
  write(`${new Date().toISOString()} ${line}`);
}

function die(error: unknown): void {
  write(`xunkao-agent: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  process.exit(1);
}

process.on('uncaughtException', die);
process.on('unhandledRejection', die);
void main().catch(die);
