import type { Bilingual } from '../../agent/probe.ts';
import type { AccountRow } from '../accounts/management.ts';
import { ROLE_NAMES } from '../accounts/may.ts';
import { askControl } from '../control.ts';
import { defaultData } from './collector.ts';
import type { Command } from './command.ts';
import { parse, pathFrom, say, WrongUse } from './options.ts';

const HELP: Bilingual = {
  zh: `用法：xunkao account --list
      xunkao account --reset 用户名

在采集器所在的电脑上列出账号，或在管理员忘记密码时给出一次性代码：本人用它在控制台“登录 → 我有一次性代码”里重设密码。
旧密码立即失效，记录里写明是在本机上做的。

  --list          列出所有账号
  --reset 用户名  重置这个账号的密码
  --data 目录     采集器的数据目录
`,
  en: `usage: xunkao account --list
       xunkao account --reset NAME

At the collector's own PC: lists the accounts, or lets in an administrator who forgot the password, by a one-time code for
“Sign in → I have a one-time code”. The old password is void at once, and the record says that it was done on this PC.

  --list          every account
  --reset NAME    resets the password of this account
  --data DIR      the collector's data directory
`,
};

export const command: Command = async (args) => {
  const options = parse(args, HELP, {
    list: { type: 'boolean' },
    reset: { type: 'string' },
    data: { type: 'string' },
  });
  if (!options) return 0;
  const { list, reset, data } = options.values;
  if ((list === true) === (reset !== undefined)) {
    throw new WrongUse({ zh: '须有 --list 或 --reset 用户名', en: 'either --list or --reset NAME is needed' });
  }
  const answer = await askControl(data === undefined ? defaultData() : pathFrom(data), {
    ask: 'access',
    question: reset === undefined ? { act: 'list-accounts' } : { act: 'reset-password', name: reset },
  });
  if (answer.error) {
    process.stderr.write(`xunkao account: ${say(answer.error)}\n`);
    return 1;
  }
  if (reset !== undefined) process.stdout.write(`${String(answer['code'])}\n`);
  else for (const row of answer['accounts'] as readonly AccountRow[]) process.stdout.write(line(row));
  return 0;
};

function line({ id, name, role, rooms, state }: AccountRow): string {
  return `${id}  ${name}  ${say(ROLE_NAMES[role])}${rooms === null ? '' : `  ${rooms.join(',')}`}  ${state}\n`;
}
