import { accessSync, constants, existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pino } from 'pino';
import type { Bilingual } from '../../agent/probe.ts';
import { startCollector, WrongPack, type Collector } from '../collector.ts';
import { faultsText, type Fault } from '../faults.ts';
import { Trouble } from '../gateway/trouble.ts';
import { HistoryRefused, JournalRefused, Unusable } from '../history/refused.ts';
import { readSettings, type Settings } from '../settings.ts';
import { LISTEN, SITE_NAME } from '../settingsSchema.ts';
import { endAsked } from './ending.ts';
import { say, WrongUse } from './options.ts';

export interface RunOptions {
  readonly data: string;
  readonly listen?: readonly string[];
  readonly settings?: string;
  readonly site?: string;
}

/** Companions of the collector: the local agent, the demonstration. Ended after it. */
export interface Companion {
  stop(): Promise<void>;
}

/** Starts the collector, tells where it is, waits for SIGINT or SIGTERM, and ends everything cleanly. */
export async function runCollector(
  options: RunOptions,
  accompany?: (collector: Collector) => Promise<readonly Companion[]>,
): Promise<number> {
  const unusable = makeFolder(options.data);
  if (unusable !== null) return fail(unusable);
  const read = readSettings(options.settings ?? join(options.data, 'xunkao.yaml'), options.settings !== undefined);
  if ('faults' in read) return refuse(read.faults);
  const settings = withOptions(read.settings, options);
  const log = pino(
    { level: process.env['XUNKAO_LOG'] ?? 'warn', base: null },
    pino.destination({ dest: 2, sync: true }),
  );
  let collector: Collector;
  try {
    collector = await startCollector({ data: options.data, settings, placeOf: read.placeOf, log });
  } catch (error) {
    if (error instanceof WrongPack) return refuse(error.faults);
    if (error instanceof Trouble) return fail(error.text);
    const refused = refusedBy(error);
    if (refused !== null) return fail(refused);
    throw error;
  }
  greet(collector);
  const ended = endAsked();
  const companions = await accompany?.(collector);
  const signal = await ended;
  process.stderr.write(`xunkao: ${say({ zh: `收到 ${signal}，正在结束`, en: `${signal}, ending` })}\n`);
  // The collector first: its companions' end is then part of its own, and no machine that went away.
  try {
    await collector.stop();
  } finally {
    for (const companion of companions ?? []) await companion.stop();
  }
  return 0;
}

/** What the disk, or a file on it, refused; null for what is our own fault. */
function refusedBy(error: unknown): Bilingual | null {
  const { message } = error as Error;
  if (error instanceof Unusable) return error.words;
  const isSystems = (error as NodeJS.ErrnoException).syscall !== undefined;
  if (!isSystems && !(error instanceof HistoryRefused) && !(error instanceof JournalRefused)) return null;
  return {
    zh: `数据目录所在的磁盘拒绝写入：${message}。请清理空间或检查磁盘，然后重新启动`,
    en: `the disk of the data directory refuses: ${message}; free space on it or check it, then start again`,
  };
}

/** Why this folder cannot hold the data; null when it can. */
function makeFolder(data: string): Bilingual | null {
  try {
    // Node's own recursive mkdir never returns where the kernel makes no folders, such as /proc.
    const parent = dirname(data);
    if (!existsSync(parent) && parent !== data) {
      const reason = makeFolder(parent);
      if (reason !== null) return reason;
    }
    if (!existsSync(data)) mkdirSync(data, { mode: 0o700 });
    if (statSync(data).isDirectory()) accessSync(data, constants.R_OK | constants.W_OK | constants.X_OK);
    else throw new Error(say({ zh: '它不是文件夹', en: 'it is not a folder' }));
    return null;
  } catch (error) {
    const { message } = error as Error;
    return {
      zh: `数据目录 ${data} 不能使用：${message}。请用 --data 另选目录`,
      en: `the data directory ${data} cannot be used: ${message}; choose another one with --data`,
    };
  }
}

function fail(text: Bilingual): number {
  process.stderr.write(`xunkao: ${say(text)}\n`);
  return 1;
}

function refuse(faults: readonly Fault[]): number {
  process.stderr.write(`${faultsText(faults, say({ zh: 'zh', en: 'en' }) as 'zh' | 'en')}\n`);
  return 2;
}

function withOptions(settings: Settings, { listen, site }: RunOptions): Settings {
  const wrong = (listen ?? []).find((address) => !new RegExp(LISTEN).test(address));
  if (wrong !== undefined) {
    throw new WrongUse({
      zh: `--listen 须是 主机:端口，例如 192.168.1.10:9480，不能是 ${wrong}`,
      en: `--listen takes HOST:PORT, such as 192.168.1.10:9480, not ${wrong}`,
    });
  }
  if (site !== undefined && !new RegExp(SITE_NAME).test(site)) {
    throw new WrongUse({
      zh: `--site 须是小写字母、数字和短横线，例如 nanjing-01，不能是 ${site}`,
      en: `--site takes lower-case letters, digits and dashes, such as nanjing-01, not ${site}`,
    });
  }
  return { ...settings, ...(listen ? { listen: [...listen] } : {}), ...(site === undefined ? {} : { site }) };
}

const UNNAMED = 'site';
const NAME_IT = `
This site has no name yet, and the name is for good: --site nanjing-01 with an empty data directory gives it one.
考点还没有名称，而名称一经确定不能更改：用空的数据目录加 --site nanjing-01 启动即可命名。
`;

function greet(collector: Collector): void {
  const [url] = collector.urls;
  const code = collector.firstCode();
  const first = code === null ? '' : `\nFirst administrator 首位管理员: ${url}/#code=${code}\n`;
  // Until there is an administrator, starting anew in an empty folder loses nothing.
  const unnamed = code === null || collector.site !== UNNAMED ? '' : NAME_IT;
  process.stdout.write(
    `巡考 Xunkao · ${collector.site} · ${collector.standard}\n控制台 Console: ${collector.urls.join('  ')}\nPrometheus:     ${url}/metrics\n${first}${unnamed}`,
  );
}
