import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { parseAddress } from './address.ts';
import type { Bilingual } from './probe.ts';
import { parseReport, type ReportArguments } from './report.ts';
import { parseTicket } from './ticket.ts';

/** What the agent was started with. */
export interface AgentArguments {
  readonly dir: string;
  /** Text of the ticket file that was named; it is copied into the folder. */
  readonly ticket: string | null;
  readonly addresses: readonly string[];
  /** Where its lines go instead of stderr, which a task of Windows does not have. */
  readonly log: string | null;
}

export type ParsedArguments =
  | { readonly kind: 'run'; readonly settings: AgentArguments }
  | { readonly kind: 'help' }
  | { readonly kind: 'version' }
  /** Every probe once, for a person. */
  | { readonly kind: 'report'; readonly report: ReportArguments }
  /** The helper in a user's session: `windows/helper.ts`. */
  | { readonly kind: 'screen'; readonly to: string | null }
  /** A child of the agent's own: `sweep.ts`. */
  | { readonly kind: 'sweep'; readonly names: readonly string[] }
  | { readonly kind: 'faults'; readonly faults: readonly Bilingual[] };

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the command line; lists every fault, not only the first one.
 * @param cwd what relative paths are meant from
 */
export function parseArguments(words: readonly string[], env: Environment, cwd: string): ParsedArguments {
  if (words[0] === 'report' && !words.includes('--help') && !words.includes('-h')) {
    const parsed = parseReport(words.slice(1), cwd);
    return 'report' in parsed ? { kind: 'report', ...parsed } : { kind: 'faults', ...parsed };
  }
  if (words[0] === 'screen' && (words.length === 1 || (words.length === 3 && words[1] === '--to'))) {
    return { kind: 'screen', to: words[2] === undefined ? null : resolve(cwd, words[2]) };
  }
  const faults: Bilingual[] = [];
  const addresses: string[] = [];
  let dir: string | null = null;
  let ticket: string | null = null;
  let log: string | null = null;
  for (let index = 0; index < words.length; index++) {
    const [name, inline] = splitOption(words[index]!);
    if (name === '--help' || name === '-h') return { kind: 'help' };
    if (name === '--version') return { kind: 'version' };
    if (!VALUED.has(name)) {
      faults.push({
        zh: `不认识 ${name}；可用的有 --dir、--ticket、--address、--log、--help、--version`,
        en: `${name} is not known; there are --dir, --ticket, --address, --log, --help and --version`,
      });
      continue;
    }
    const next = words[index + 1];
    const value = inline ?? (next === undefined || next.startsWith('--') ? null : next);
    if (value === null || value === '') {
      faults.push({ zh: `${name} 后面缺少内容`, en: `${name} needs a value after it` });
      continue;
    }
    if (inline === null) index++;
    if (name === '--sweep') return { kind: 'sweep', names: value.split(',') };
    if (name === '--dir') dir = resolve(cwd, value);
    if (name === '--log') log = resolve(cwd, value);
    if (name === '--address') addresses.push(readAddress(value, faults));
    if (name === '--ticket') ticket = readTicket(resolve(cwd, value), faults);
  }
  if (faults.length > 0) return { kind: 'faults', faults };
  return { kind: 'run', settings: { dir: dir ?? defaultFolder(env), ticket, addresses, log } };
}

export const HELP: Bilingual = {
  zh: `xunkao-agent：巡考的代理程序，读取本机状况并告诉本考点的采集器。

用法：xunkao-agent [--dir 文件夹] [--ticket 文件] [--address 主机:端口]… [--log 文件]
      xunkao-agent report [--json] [--to 文件] [--exam 软件名]…
      xunkao-agent screen [--to 文件]

  --dir 文件夹         存放密钥、凭证和未发送的数据；默认 %ProgramData%\\xunkao-agent（Windows）、
                       /var/lib/xunkao-agent（root）或 ~/.local/state/xunkao-agent
  --ticket 文件        采集器给出的凭证，会被复制到该文件夹；不给时读取其中的 ticket 文件
  --address 主机:端口  首先尝试的采集器地址，可给多次
  --log 文件           日志写入该文件而不是 stderr；满 1 MiB 换新，旧的保留三份
  --help, --version

report 只读：各项状况各问一次，显示结果和所用时间，不发送、不保存；--to 写入文件，--exam 查找已安装的考核软件。
screen 在 Windows 用户会话中运行一次，把屏幕分辨率告诉作为服务运行的代理。

只向外连接，不开放端口，不执行对方的命令。Ctrl+C 正常结束。
退出码：0 正常，1 失败，2 用法不对。
`,
  en: `xunkao-agent: reads how this machine is and tells the site's collector.

Usage: xunkao-agent [--dir FOLDER] [--ticket FILE] [--address HOST:PORT]… [--log FILE]
       xunkao-agent report [--json] [--to FILE] [--exam NAME]…
       xunkao-agent screen [--to FILE]

  --dir FOLDER         holds the key, the ticket and what was not sent yet; default %ProgramData%\\xunkao-agent
                       (Windows), /var/lib/xunkao-agent (root) or ~/.local/state/xunkao-agent
  --ticket FILE        the ticket that the collector printed; it is copied into the folder. Without it the file
                       "ticket" there is read
  --address HOST:PORT  a collector to try first; may be given several times
  --log FILE           its lines go there instead of stderr; turned over at 1 MiB, three older ones are kept
  --help, --version

report only reads: it asks everything once and shows the answers and how long each took; nothing is sent or kept.
--to writes it to a file, --exam looks for installed exam software.
screen runs once in a Windows user's session and tells the agent, a service without a screen, how large theirs is.

It only dials out, opens no port and runs no command for anybody. Ctrl+C ends it cleanly.
Exit codes: 0 ok, 1 failed, 2 wrong use.
`,
};

/** The language of the machine: Chinese or, for everybody else, English. */
export function inWords({ zh, en }: Bilingual, env: Environment): string {
  const language = env['LC_ALL'] || env['LC_MESSAGES'] || env['LANG'] || Intl.DateTimeFormat().resolvedOptions().locale;
  return language.toLowerCase().startsWith('zh') ? zh : en;
}

const VALUED: ReadonlySet<string> = new Set(['--dir', '--ticket', '--address', '--log', '--sweep']);

/** `--dir=x` is `--dir x`. */
function splitOption(word: string): readonly [name: string, value: string | null] {
  const equals = word.indexOf('=');
  return word.startsWith('--') && equals > 0 ? [word.slice(0, equals), word.slice(equals + 1)] : [word, null];
}

function readAddress(value: string, faults: Bilingual[]): string {
  const address = parseAddress(value);
  if (address === null) {
    faults.push({
      zh: `--address ${value} 不是 主机:端口，例如 10.0.0.5:9480`,
      en: `--address ${value} is not HOST:PORT, such as 10.0.0.5:9480`,
    });
  }
  return address?.text ?? value;
}

function readTicket(path: string, faults: Bilingual[]): string | null {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ('ticket' in parseTicket(basename(path))) {
      // Not repeated here: whatever is typed there stands in the list of processes and the shell's history already.
      faults.push({
        zh: '--ticket 后面是文件名，不是凭证本身：命令行上的内容本机人人可见。请把凭证存成文件，例如 ticket.txt',
        en: '--ticket names a file, not the ticket itself, which everybody on this machine could read on a command line; save it as a file, such as ticket.txt',
      });
      return null;
    }
    const { message } = error as Error;
    faults.push({ zh: `无法读取凭证文件：${message}`, en: `the ticket file cannot be read: ${message}` });
    return null;
  }
  const parsed = parseTicket(text);
  if ('ticket' in parsed) return text;
  for (const fault of parsed.faults) {
    faults.push({ zh: `${path}：${fault.zh}`, en: `${path}: ${fault.en}` });
  }
  return null;
}

function defaultFolder(env: Environment): string {
  if (process.platform === 'win32') return join(env['ProgramData'] ?? 'C:\\ProgramData', 'xunkao-agent');
  if (process.getuid?.() === 0) return '/var/lib/xunkao-agent';
  return join(env['XDG_STATE_HOME'] ?? join(homedir(), '.local', 'state'), 'xunkao-agent');
}
