// What `start.cmd` and `start.sh` of a site's collector start: the collector and the agent of its own PC, on a data
// folder beside them, reachable from the LAN. Options of `xunkao up` are passed through.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { spawn } from 'node:child_process';
import { openLog } from '../../agent/log.ts';
import { say } from '../../collector/commands/options.ts';
import { SITE_NAME } from '../../collector/settingsSchema.ts';

/** The folder with `start.cmd` in it. */
const HOME = resolve(import.meta.dirname, '..', '..', '..');
/** This PC reads the site's devices and is nobody's seat. */
const ROOM = '采集器';

const words = process.argv.slice(2);
const data = resolve(take('--data') ?? join(HOME, 'data'));
const log = take('--log');
mkdirSync(data, { recursive: true, mode: 0o700 });
writeSettings(join(data, 'xunkao.yaml'));
const site = words.includes('--site') || existsSync(join(data, 'site')) ? null : await askName();
const args = [
  join(import.meta.dirname, '..', '..', 'collector', 'main.ts'),
  'up',
  '--data',
  data,
  '--room',
  ROOM,
  '--role',
  'gateway',
  ...(site === null ? [] : ['--site', site]),
  ...words,
];
// A service has no window: what the collector says goes into a file that turns over.
const child = spawn(process.execPath, args, { stdio: log === null ? 'inherit' : ['ignore', 'pipe', 'pipe'] });
if (log !== null) follow(openLog(resolve(log)));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  // Ctrl+C reaches both by itself.
  process.on(signal, () => signal === 'SIGINT' || child.kill(signal));
}
child.once('error', (error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});
child.once('exit', (code) => process.exit(code ?? 1));

function take(name: string): string | null {
  const at = words.indexOf(name);
  return at < 0 ? null : (words.splice(at, 2)[1] ?? null);
}

function follow(append: (line: string) => void): void {
  for (const stream of [child.stdout, child.stderr]) {
    let rest = '';
    stream?.setEncoding('utf8').on('data', (piece: string) => {
      const lines = (rest + piece).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) if (line.trim() !== '') append(`${new Date().toISOString()} ${line.trimEnd()}`);
    });
  }
}

function writeSettings(file: string): void {
  if (existsSync(file)) return;
  const text = `# 采集器的设置；改后重新启动。说明见 README · Settings; restart after a change. The README explains them.
# 0.0.0.0：本机所有地址，局域网一律用 TLS · every address of this PC; on the LAN over TLS alone
listen: [0.0.0.0:9480]
`;
  writeFileSync(file, text, { mode: 0o600 });
}

/** The name is for good, so it is asked for before the first start; null when nobody is there to answer. */
async function askName(): Promise<string | null> {
  if (!process.stdin.isTTY || log !== null) return null;
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  try {
    for (;;) {
      const question = say({
        zh: '考点名称（小写字母、数字、短横线，例如 nanjing-01；一经确定不能更改）：',
        en: 'The name of this site (lower-case letters, digits, dashes, such as nanjing-01; it is for good): ',
      });
      const name = (await lines.question(question)).trim();
      if (new RegExp(SITE_NAME).test(name)) return name;
    }
  } finally {
    lines.close();
  }
}
