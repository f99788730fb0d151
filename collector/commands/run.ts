import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { startCollector, WrongPack, type Collector } from '../collector.ts';
import { faultsText, type Fault } from '../faults.ts';
import { Trouble } from '../gateway/trouble.ts';
import { Unusable } from '../history/refused.ts';
import { readSettings, type Settings } from '../settings.ts';
import { WrongUse } from './options.ts';

export interface RunOptions {
  readonly data: string;
  readonly listen?: readonly string[];
  readonly settings?: string;
  readonly site?: string;
}

/** Companions of the collector: the local agent, the demonstration. Ended before it. */
export interface Companion {
  stop(): Promise<void>;
}

/** Starts the collector, tells where it is, waits for SIGINT or SIGTERM, and ends everything cleanly. */
export async function runCollector(
  options: RunOptions,
  accompany?: (collector: Collector) => Promise<readonly Companion[]>,
): Promise<number> {
  mkdirSync(options.data, { recursive: true, mode: 0o700 });
  const read = readSettings(options.settings ?? join(options.data, 'xunkao.yaml'), options.settings !== undefined);
  if ('faults' in read) return refuse(read.faults);
  const settings = withOptions(read.settings, options);
  const log = pino(
    { level: process.env['XUNKAO_LOG'] ?? 'warn', base: null },
    pino.destination({ dest: 2, sync: true }),
  );
  let collector: Collector;
  try {
    collector = await startCollector({ data: options.data, settings, log });
  } catch (error) {
    if (error instanceof Trouble) {
      process.stderr.write(`xunkao: ${error.text.en}\n        ${error.text.zh}\n`);
      return 1;
    }
    if (error instanceof WrongPack) return refuse(error.faults);
    if (error instanceof Unusable) {
      process.stderr.write(`xunkao: ${error.message}\n`);
      return 1;
    }
    throw error;
  }
  greet(collector);
  const ended = signalled();
  const companions = await accompany?.(collector);
  const signal = await ended;
  process.stderr.write(`xunkao: ${signal}, ending\n`);
  for (const companion of companions ?? []) await companion.stop();
  await collector.stop();
  return 0;
}

function refuse(faults: readonly Fault[]): number {
  process.stderr.write(`${faultsText(faults)}\n`);
  return 2;
}

function withOptions(settings: Settings, { listen, site }: RunOptions): Settings {
  const wrong = (listen ?? []).find((address) => !/^(\[[0-9a-f:]+\]|[^:\s]+):\d{1,5}$/.test(address));
  if (wrong !== undefined) throw new WrongUse(`--listen takes HOST:PORT, such as 192.168.1.10:9480, not ${wrong}`);
  if (site !== undefined && !/^[a-z0-9][a-z0-9-]{0,31}$/.test(site)) {
    throw new WrongUse(`--site takes lower-case letters, digits and dashes, such as nanjing-01, not ${site}`);
  }
  return { ...settings, ...(listen ? { listen: [...listen] } : {}), ...(site === undefined ? {} : { site }) };
}

function greet(collector: Collector): void {
  const [url] = collector.urls;
  const code = collector.firstCode();
  const first = code === null ? '' : `\nFirst administrator 首位管理员: ${url}/#code=${code}\n`;
  process.stdout.write(
    `巡考 Xunkao · ${collector.site} · ${collector.standard}\n控制台 Console: ${collector.urls.join('  ')}\nPrometheus:     ${url}/metrics\n${first}`,
  );
}

function signalled(): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.once(signal, () => resolve(signal));
    }
  });
}
