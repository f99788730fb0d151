// What `install.cmd` and `uninstall.cmd` start: `node.exe install.js install|uninstall [SWITCHES]`.
import { createInterface } from 'node:readline';
import { dirname } from 'node:path';
import { thisHost } from '../host.ts';
import { openLog } from '../log.ts';
import type { Bilingual } from '../probe.ts';
import { inWords } from '../settings.ts';
import { install } from './install.ts';
import { installLog, layoutOf } from './layout.ts';
import { runTool, type Pc } from './pc.ts';
import { parseSwitches, USE } from './switches.ts';
import { uninstall } from './uninstall.ts';

async function main(): Promise<number> {
  const parsed = parseSwitches(process.argv.slice(2));
  if (parsed.kind === 'help' || parsed.kind === 'faults') {
    if (parsed.kind === 'faults') for (const fault of parsed.faults) print(fault);
    print(USE);
    return parsed.kind === 'help' ? 0 : 2;
  }
  if (process.platform !== 'win32') {
    print({ zh: '只能在 Windows 上运行。', en: 'This runs on Windows only.' });
    return 1;
  }
  const layout = layoutOf(process.env);
  let keep: ((line: string) => void) | null = null;
  const pc: Pc = {
    layout,
    host: thisHost(),
    from: dirname(process.argv[1]!),
    node: process.execPath,
    run: (tool, args) => runTool(layout, tool, args),
    ask: (question) => (parsed.quiet ? Promise.resolve(false) : ask(question)),
    say(text) {
      print(text);
      keep?.(`${new Date().toISOString()} ${text.en}`);
    },
    end(pid) {
      try {
        return process.kill(pid);
      } catch {
        return false;
      }
    },
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  };
  if (parsed.kind === 'uninstall') return uninstall(pc, parsed);
  // A startup script has no window; this is where a technician looks afterwards.
  keep = openLog(installLog(layout));
  return install(pc, parsed);
}

function print(text: Bilingual): void {
  process.stdout.write(`${inWords(text, process.env)}\n`);
}

function ask(question: Bilingual): Promise<boolean> {
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  return new Promise((resolve) => {
    lines.once('close', () => resolve(false));
    lines.question(`${inWords(question, process.env)} (y/n) `, (answer) => {
      resolve(/^\s*(?:y|yes|是)\s*$/i.test(answer));
      lines.close();
    });
  });
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exit(1);
  },
);
