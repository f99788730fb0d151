import { resolve } from 'node:path';
import type { Host } from './host.ts';
import type { Bilingual, FactDefinition, Probe, ProbeSettings } from './probe.ts';
import type { Facts, Outcome, Value } from './reading.ts';
import { VERSION } from './version.ts';
import { windowsChecklist } from './windows/checklist.ts';

/** What `xunkao-agent report` was asked for. */
export interface ReportArguments {
  readonly json: boolean;
  /** A file instead of the screen. */
  readonly to: string | null;
  /** Names to look for among installed programs, as a site's settings would give them. */
  readonly examSoftware: readonly string[];
}

/** Everything the agent can say of this machine, asked once. It leaves the machine only by the hand of who asked. */
export interface Report {
  readonly agent: string;
  readonly node: string;
  readonly platform: string;
  readonly release: string;
  readonly at: string;
  readonly probes: readonly ProbeReport[];
  /** On Windows: where it was read, for what nobody could try before. */
  readonly windows?: Readonly<Record<string, unknown>>;
}

export interface ProbeReport {
  readonly name: string;
  readonly outcome: Outcome;
  readonly tookMs: number;
  readonly facts: Facts;
  readonly parts?: Readonly<Record<string, Facts>>;
  /** Why, when it failed. */
  readonly why?: string;
}

/** Asks every probe of this platform once, one after the other. Reads only; nothing is sent or kept. */
export async function takeReport(host: Host, probes: readonly Probe[], settings: ProbeSettings): Promise<Report> {
  const asked: ProbeReport[] = [];
  for (const probe of probes) {
    if (probe.ask !== undefined && probe.platforms.includes(host.platform))
      asked.push(await askOnce(probe, host, settings));
  }
  return {
    agent: VERSION,
    node: process.versions.node,
    platform: `${host.platform} ${host.architecture()}`,
    release: host.release(),
    at: new Date(host.now()).toISOString(),
    probes: asked,
    ...(host.windows ? { windows: await windowsChecklist(host.windows) } : {}),
  };
}

async function askOnce(probe: Probe, host: Host, settings: ProbeSettings): Promise<ProbeReport> {
  const { name, timeLimitMs } = probe;
  const start = process.hrtime.bigint();
  const took = (): number => Math.round(Number(process.hrtime.bigint() - start) / 1e4) / 100;
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<'timeout'>((resolve) => {
    timer = setTimeout(resolve, timeLimitMs, 'timeout');
  });
  try {
    const answer = await Promise.race([probe.ask?.(host, settings), tooLate]);
    if (answer === 'timeout' || answer === undefined) {
      return { name, outcome: 'timeout', tookMs: took(), facts: {}, why: `no answer in ${timeLimitMs} ms` };
    }
    return { name, outcome: 'ok', tookMs: took(), ...answer };
  } catch (error) {
    return { name, outcome: 'failed', tookMs: took(), facts: {}, why: String(error) };
  } finally {
    clearTimeout(timer);
  }
}

/** The report as a person reads it: each fact by its name in their language, its word and its value. */
export function reportText(report: Report, probes: readonly Probe[], say: (text: Bilingual) => string): string {
  const lines = [
    `xunkao-agent ${report.agent} · Node.js ${report.node} · ${report.platform} ${report.release} · ${report.at}`,
  ];
  for (const { name, outcome, tookMs, facts, parts = {}, why } of report.probes) {
    const probe = probes.find((each) => each.name === name);
    lines.push('', `${name} (${outcome}, ${tookMs} ms)${why === undefined ? '' : `: ${why}`}`);
    lines.push(...factLines(facts, probe?.facts ?? {}, say, '  '));
    for (const [part, partFacts] of Object.entries(parts)) {
      lines.push(`  ${part}`, ...factLines(partFacts, probe?.part?.facts ?? {}, say, '    '));
    }
  }
  if (report.windows) lines.push('', JSON.stringify(report.windows, null, 2));
  return `${lines.join('\n')}\n`;
}

const UNKNOWN: Bilingual = { zh: '未知', en: 'unknown' };

function factLines(
  facts: Facts,
  definitions: Readonly<Record<string, FactDefinition>>,
  say: (text: Bilingual) => string,
  indent: string,
): string[] {
  return Object.entries(facts).map(([word, value]) => {
    const about = definitions[word]?.about;
    return `${indent}${word} = ${shown(value) ?? say(UNKNOWN)}${about ? `    ${say(about)}` : ''}`;
  });
}

function shown(value: Value | null): string | null {
  return value === null ? null : typeof value === 'string' ? value : JSON.stringify(value);
}

/** Understands the words behind `report`, and lists every fault. */
export function parseReport(
  words: readonly string[],
  cwd: string,
): { readonly report: ReportArguments } | { readonly faults: readonly Bilingual[] } {
  const faults: Bilingual[] = [];
  const examSoftware: string[] = [];
  let json = false;
  let to: string | null = null;
  for (let index = 0; index < words.length; index++) {
    const word = words[index];
    if (word === '--json') json = true;
    else if (word === '--to' || word === '--exam') {
      const value = words[index + 1];
      if (value === undefined || value === '' || value.startsWith('--')) {
        faults.push({ zh: `${word} 后面缺少内容`, en: `${word} needs a value after it` });
      } else {
        index++;
        if (word === '--to') to = resolve(cwd, value);
        else examSoftware.push(value);
      }
    } else {
      faults.push({
        zh: `report 不认识 ${word}；可用的有 --json、--to、--exam`,
        en: `report does not know ${word}; there are --json, --to and --exam`,
      });
    }
  }
  return faults.length > 0 ? { faults } : { report: { json, to, examSoftware } };
}
