import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Bilingual } from '../../agent/probe.ts';
import type { Collector } from '../collector.ts';
import type { Role } from '../identity/machine.ts';
import { COLLECTOR_OPTIONS, defaultData, OPTIONS } from './collector.ts';
import type { Command } from './command.ts';
import { parse, pathFrom, roleName, roomName, say } from './options.ts';
import { runCollector, type Companion } from './run.ts';

const HELP: Bilingual = {
  zh: `用法：npm start -- [选项]        （即 xunkao up）

运行采集器，以及监测本机的真实代理程序：看它被测量、逐条判断、留下记录。

${COLLECTOR_OPTIONS.zh}
  --room 考场       本机所在的考场（A）
  --role 角色       本机的角色（candidate）；只管读取设备、不是座位的电脑用 gateway
  --demo            旁边再显示一个有 45 台模拟机的考场，不时出些状况
  --no-agent        只运行采集器
`,
  en: `usage: npm start -- [OPTIONS]        (xunkao up)

Runs the collector and a real agent for this machine: see it measured, judged clause by clause and remembered.

${COLLECTOR_OPTIONS.en}
  --room ROOM       where this machine stands (A)
  --role ROLE       its role (candidate); gateway for a PC that reads devices and is no seat
  --demo            beside it a room of 45 simulated machines with things going wrong now and then
  --no-agent        the collector alone
`,
};

export const command: Command = async (args) => {
  const options = parse(args, HELP, {
    ...OPTIONS,
    room: { type: 'string' },
    role: { type: 'string' },
    demo: { type: 'boolean' },
    'no-agent': { type: 'boolean' },
  });
  if (!options) return 0;
  const { data, listen, settings, site, demo, 'no-agent': alone } = options.values;
  const place = { room: roomName(options.values.room ?? 'A'), role: roleName(options.values.role) };
  const folder = data === undefined ? defaultData() : pathFrom(data);
  return runCollector(
    {
      data: folder,
      ...(listen === undefined ? {} : { listen }),
      ...(settings === undefined ? {} : { settings: pathFrom(settings) }),
      ...(site === undefined ? {} : { site }),
    },
    async (collector) => [
      ...(alone ? [] : [await startAgent(collector, folder, place)]),
      ...(demo ? [await startDemo(collector)] : []),
    ],
  );
};

const THE_AGENT: Bilingual = { zh: '本机的代理程序', en: 'the agent of this machine' };
const THE_DEMO: Bilingual = { zh: '模拟机', en: 'the simulated machines' };

/** The agent is a program of its own, here as on every other machine. */
async function startAgent(
  collector: Collector,
  data: string,
  { room, role }: { readonly room: string; readonly role: Role },
): Promise<Companion> {
  const dir = join(data, 'agent');
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  if (!existsSync(join(dir, 'ticket'))) {
    writeFileSync(join(dir, 'ticket'), await collector.localTicket(room, role), { mode: 0o600 });
  }
  return runProgram(THE_AGENT, [
    join(import.meta.dirname, '..', '..', 'agent', 'main.ts'),
    '--dir',
    dir,
    ...collector.addresses.flatMap((address) => ['--address', address]),
  ]);
}

const DEMO_AGENTS = 45;
const DEMO_ROOM = '演示';

async function startDemo(collector: Collector): Promise<Companion> {
  const ticket = await collector.makeTicket({
    room: DEMO_ROOM,
    role: 'candidate',
    uses: 1000,
    days: 1,
    simulated: true,
  });
  const main = join(import.meta.dirname, '..', 'main.ts');
  return runProgram(THE_DEMO, [main, 'load', '--agents', String(DEMO_AGENTS), '--ticket', '-', '--lively'], ticket);
}

/** Runs one of our own programs until stopped; when it dies by itself, it is started again after a second. */
function runProgram(name: Bilingual, args: readonly string[], input = ''): Companion {
  let stopping = false;
  let child = start();
  function start() {
    // The channel tells it when this process is killed: the next start must not find it still running.
    const started = spawn(process.execPath, [...args], { stdio: ['pipe', 'ignore', 'inherit', 'ipc'] });
    // One that ends before it has read is told about by its exit.
    started.stdin?.on('error', () => undefined).end(input);
    started.once('exit', (code, signal) => {
      if (stopping) return;
      const how = code ?? signal;
      const told = {
        zh: `${name.zh}已结束（${how}），正在重新启动`,
        en: `${name.en} ended (${how}); starting it again`,
      };
      process.stderr.write(`xunkao: ${say(told)}\n`);
      setTimeout(() => {
        if (!stopping) child = start();
      }, 1_000).unref();
    });
    return started;
  }
  return {
    async stop() {
      stopping = true;
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      const limit = setTimeout(() => child.kill('SIGKILL'), 5_000);
      await ended;
      clearTimeout(limit);
    },
  };
}
