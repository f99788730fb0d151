import type { Bilingual } from '../../agent/probe.ts';
import { SCOPE_NAMES, TOKEN_SCOPES, type Scope } from '../accounts/may.ts';
import type { TokenRow } from '../accounts/tokens.ts';
import { askControl } from '../control.ts';
import { defaultData } from './collector.ts';
import type { Command } from './command.ts';
import { parse, pathFrom, roomName, say, wholeNumber, WrongUse } from './options.ts';

const scopesIn = (language: keyof Bilingual): string =>
  TOKEN_SCOPES.map((scope) => `    ${scope.padEnd(10)} ${SCOPE_NAMES[scope][language]}`).join('\n');

const HELP: Bilingual = {
  zh: `用法：xunkao token --name 用途 --scope 范围 [选项]
      xunkao token --list
      xunkao token --revoke 编号

让这个数据目录上正在运行的采集器制作一个接口令牌并打印出来：只打印这一次。请求里写 Authorization: Bearer 加令牌。

  --name 用途     例如 Prometheus
  --scope 范围    可写多次：
${scopesIn('zh')}
  --room 考场     只限这个考场，可写多次；不写为整个考点
  --days N        N 天后到期；不写则不到期
  --list          列出所有令牌
  --revoke 编号   作废一个令牌
  --data 目录     采集器的数据目录
`,
  en: `usage: xunkao token --name NAME --scope SCOPE [OPTIONS]
       xunkao token --list
       xunkao token --revoke ID

Makes an API token at the running collector of this data directory and prints it, this once. Requests send
Authorization: Bearer and the token.

  --name NAME     what it is for, such as Prometheus
  --scope SCOPE   may be given several times:
${scopesIn('en')}
  --room ROOM     for this room alone, may be given several times; else for the whole site
  --days N        ends after N days; else never
  --list          every token
  --revoke ID     revokes one
  --data DIR      the collector's data directory
`,
};

export const command: Command = async (args) => {
  const options = parse(args, HELP, {
    name: { type: 'string' },
    scope: { type: 'string', multiple: true },
    room: { type: 'string', multiple: true },
    days: { type: 'string' },
    list: { type: 'boolean' },
    revoke: { type: 'string' },
    data: { type: 'string' },
  });
  if (!options) return 0;
  const { name, scope = [], room, days, list, revoke, data } = options.values;
  const folder = data === undefined ? defaultData() : pathFrom(data);
  if (list) return told(folder, { act: 'list-tokens' }, ({ tokens }) => (tokens as TokenRow[]).map(line).join(''));
  if (revoke !== undefined) return told(folder, { act: 'revoke-token', id: revoke }, () => `${revoke}\n`);
  const wrong = scope.find((word) => !TOKEN_SCOPES.includes(word as Scope));
  if (name === undefined || scope.length === 0 || wrong !== undefined) {
    throw new WrongUse({
      zh: `须有 --name 用途 和 --scope（${TOKEN_SCOPES.join('、')} 之一${wrong === undefined ? '' : `，不能是 ${wrong}`}）`,
      en: `--name and --scope are needed, one of ${TOKEN_SCOPES.join(', ')}${wrong === undefined ? '' : `, not ${wrong}`}`,
    });
  }
  const wish = {
    act: 'make-token',
    name,
    scopes: scope as Scope[],
    rooms: room === undefined ? null : room.map(roomName),
    days: days === undefined ? null : wholeNumber('days', days, 1, 3660),
  } as const;
  return told(folder, wish, ({ token }) => `${String(token)}\n`);
};

type Asked = Extract<Parameters<typeof askControl>[1], { ask: 'access' }>['question'];

async function told(
  folder: string,
  question: Asked,
  text: (answer: Readonly<Record<string, unknown>>) => string,
): Promise<number> {
  const answer = await askControl(folder, { ask: 'access', question });
  if (answer.error) {
    process.stderr.write(`xunkao token: ${say(answer.error)}\n`);
    return 1;
  }
  process.stdout.write(text(answer));
  return 0;
}

/** `k-1a2b3c4d  Prometheus  metrics  last used 2026-11-22` */
function line({ id, name, scopes, rooms, until, usedAt, revokedAt }: TokenRow): string {
  const day = (at: number): string => new Date(at).toISOString().slice(0, 10);
  const used = usedAt === null ? '-' : day(usedAt);
  const words: Bilingual =
    revokedAt !== null
      ? { zh: '已作废', en: 'revoked' }
      : until === null
        ? { zh: `最后使用 ${used}`, en: `last used ${used}` }
        : { zh: `到期 ${day(until)}，最后使用 ${used}`, en: `ends ${day(until)}, last used ${used}` };
  const where = rooms === null ? '' : `  ${rooms.join(',')}`;
  return `${id}  ${name}  ${scopes.join(',')}${where}  ${say(words)}\n`;
}
