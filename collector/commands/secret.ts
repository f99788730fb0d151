import { createInterface } from 'node:readline';
import { existsSync } from 'node:fs';
import { Writable } from 'node:stream';
import { SECRETS, type Bilingual, type Secret } from '../../agent/probe.ts';
import { askControl } from '../control.ts';
import { Trouble } from '../gateway/trouble.ts';
import { openSecrets, type Secrets } from '../secrets.ts';
import { defaultData } from './collector.ts';
import type { Command } from './command.ts';
import { parse, pathFrom, say, WrongUse } from './options.ts';

const HELP: Bilingual = {
  zh: `用法：xunkao secret set 设备 [--of password|community|privacy] [--data 目录]
      xunkao secret list | rotate | remove 设备 [--data 目录]

把设备的密码加密保存在数据目录里（secrets.json，密钥在 secrets.key，二者只有所有者能读），只发给读取该设备的
代理程序。密码从键盘或标准输入读取，不出现在命令行上。采集器不必停，改动立即生效。

  set 设备        存入一个密码；--of 说明是哪一个：password（默认）、SNMP v2c 的 community、SNMP v3 的 privacy
  list            列出哪些设备存有密码（不显示密码）
  remove 设备     删除该设备的全部密码
  rotate          换一把新密钥，全部重新加密
  --data 目录     采集器的数据目录
`,
  en: `usage: xunkao secret set DEVICE [--of password|community|privacy] [--data DIR]
       xunkao secret list | rotate | remove DEVICE [--data DIR]

Keeps the password of a device encrypted in the data directory (secrets.json, its key in secrets.key, both for the owner
alone) and gives it only to the agent that reads the device. It is read from the keyboard or stdin, never from the command
line. A running collector takes it up at once.

  set DEVICE      keeps one; --of says which: password (default), community of SNMP v2c, privacy of SNMP v3
  list            which devices have one (never what it is)
  remove DEVICE   forgets all of that device
  rotate          makes a new key and encrypts everything anew
  --data DIR      the collector's data directory
`,
};

export const command: Command = async (args) => {
  const options = parse(args, HELP, { of: { type: 'string' }, data: { type: 'string' } }, 2);
  if (!options) return 0;
  const { of = 'password', data: given } = options.values;
  const [act, device] = options.positionals;
  const data = given === undefined ? defaultData() : pathFrom(given);
  if (!SECRETS.includes(of as Secret)) {
    throw new WrongUse({
      zh: `--of 须是 ${SECRETS.join('、')} 之一，不能是 ${of}`,
      en: `--of takes one of ${SECRETS.join(', ')}, not ${of}`,
    });
  }
  const needsDevice = act === 'set' || act === 'remove';
  if (!needsDevice && act !== 'list' && act !== 'rotate')
    throw new WrongUse(
      { zh: '要说明做什么：set、list、remove 或 rotate', en: 'say what to do: set, list, remove or rotate' },
      HELP,
    );
  if (needsDevice && !/^[a-z0-9][a-z0-9-]{0,31}$/.test(device ?? ''))
    throw new WrongUse({ zh: '要写设备的 id，例如 ups-1', en: 'name the id of the device, such as ups-1' });
  if (!existsSync(data))
    return fail({
      zh: `没有数据目录 ${data}；请用 --data 指明`,
      en: `there is no data directory ${data}; name it with --data`,
    });
  try {
    return await run(openSecrets(data), data, act, device ?? '', of as Secret);
  } catch (error) {
    if (error instanceof Trouble) return fail(error.text);
    throw error;
  }
};

async function run(
  secrets: Secrets,
  data: string,
  act: 'set' | 'remove' | 'list' | 'rotate',
  device: string,
  of: Secret,
): Promise<number> {
  switch (act) {
    case 'list':
      for (const { device: id, words } of secrets.list()) process.stdout.write(`${id}: ${words.join(', ')}\n`);
      return 0;
    case 'rotate':
      secrets.rotate();
      process.stderr.write(`${say({ zh: '已换新密钥', en: 'there is a new key' })}\n`);
      return 0;
    case 'remove':
      if (!secrets.remove(device)) return fail({ zh: `没有存过 ${device} 的密码`, en: `nothing is kept of ${device}` });
      return tell(data, device);
    case 'set': {
      const value = await ask(say({ zh: `${device} 的 ${of}：`, en: `${of} of ${device}: ` }));
      if (value === '' || value.length > 128)
        return fail({ zh: '密码须是 1 到 128 个字符', en: 'it takes 1 to 128 characters' });
      secrets.set(device, of, value);
      return tell(data, device);
    }
  }
  return act satisfies never;
}

/** The running collector hands it to the reader at once; one that does not run reads it when it starts. */
async function tell(data: string, device: string): Promise<number> {
  const answer = await askControl(data, { ask: 'secrets', device });
  if ('error' in answer) return 0;
  if (answer['known'] === false) {
    const note = {
      zh: `注意：xunkao.yaml 里没有名为 ${device} 的设备`,
      en: `Note: xunkao.yaml names no device ${device}`,
    };
    process.stderr.write(`${say(note)}\n`);
  }
  return 0;
}

/** One line; what is typed at a terminal is not shown. */
async function ask(prompt: string): Promise<string> {
  const isTerminal = process.stdin.isTTY;
  if (isTerminal) process.stderr.write(prompt);
  const silent = new Writable({ write: (_piece, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: silent, terminal: isTerminal });
  let line = '';
  for await (const first of lines) {
    line = first;
    break;
  }
  lines.close();
  if (isTerminal) process.stderr.write('\n');
  return line;
}

function fail(text: Bilingual): number {
  process.stderr.write(`xunkao secret: ${say(text)}\n`);
  return 1;
}
