import { join } from 'node:path';
import { DEFAULT_LISTEN } from '../settings.ts';
import type { Command } from './command.ts';
import { parse, pathFrom } from './options.ts';
import { runCollector } from './run.ts';

export const COLLECTOR_OPTIONS = `  --data DIR        where everything is kept (${defaultData()})
  --listen ADDRESS  host:port, several times if need be (${DEFAULT_LISTEN}); anything but loopback speaks TLS
  --settings FILE   instead of xunkao.yaml in the data directory
  --site NAME       this site's name: lower-case letters, digits, dashes; only at the first start`;

const HELP = `usage: xunkao collector [OPTIONS]

Runs the collector alone: takes in agents, judges them, keeps the record, serves console, API and /metrics on one port.

${COLLECTOR_OPTIONS}
`;

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
