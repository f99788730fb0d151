import { join } from 'node:path';
import type { Bilingual } from '../../agent/probe.ts';
import { DEFAULT_LISTEN } from '../settings.ts';
import type { Command } from './command.ts';
import { parse, pathFrom } from './options.ts';
import { runCollector } from './run.ts';

export const COLLECTOR_OPTIONS: Bilingual = {
  zh: `  --data 目录       全部数据存放处（${defaultData()}）
  --listen 地址     主机:端口，可给多次（${DEFAULT_LISTEN}）；本机地址以外一律用 TLS
  --settings 文件   代替数据目录里的 xunkao.yaml
  --site 名称       考点名称：小写字母、数字、短横线；只在第一次启动时有效`,
  en: `  --data DIR        where everything is kept (${defaultData()})
  --listen ADDRESS  host:port, several times if need be (${DEFAULT_LISTEN}); anything but loopback speaks TLS
  --settings FILE   instead of xunkao.yaml in the data directory
  --site NAME       this site's name: lower-case letters, digits, dashes; only at the first start`,
};

const HELP: Bilingual = {
  zh: `用法：xunkao collector [选项]

只运行采集器：接收代理程序的数据、判断、保存记录，在一个端口上提供控制台、API 和 /metrics。

${COLLECTOR_OPTIONS.zh}
`,
  en: `usage: xunkao collector [OPTIONS]

Runs the collector alone: takes in agents, judges them, keeps the record, serves console, API and /metrics on one port.

${COLLECTOR_OPTIONS.en}
`,
};

export const OPTIONS = {
  data: { type: 'string' },
  listen: { type: 'string', multiple: true },
  settings: { type: 'string' },
  site: { type: 'string' },
} as const;

/** XDG_DATA_HOME, or what stands in for it on Windows and macOS. */
export function defaultData(): string {
  const home = process.env['HOME'] ?? process.env['USERPROFILE'] ?? '.';
  switch (process.platform) {
    case 'win32':
      return join(process.env['LOCALAPPDATA'] ?? join(home, 'AppData', 'Local'), 'xunkao');
    case 'darwin':
      return join(home, 'Library', 'Application Support', 'xunkao');
    default:
      return join(process.env['XDG_DATA_HOME'] ?? join(home, '.local', 'share'), 'xunkao');
  }
}

export const command: Command = async (args) => {
  const options = parse(args, HELP, OPTIONS);
  if (!options) return 0;
  const { data, listen, settings, site } = options.values;
  return runCollector({
    data: data === undefined ? defaultData() : pathFrom(data),
    ...(listen === undefined ? {} : { listen }),
    ...(settings === undefined ? {} : { settings: pathFrom(settings) }),
    ...(site === undefined ? {} : { site }),
  });
};
