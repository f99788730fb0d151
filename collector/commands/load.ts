import { readFileSync } from 'node:fs';
import { loadProbes } from '../../agent/catalogue.ts';
import { loadMeasures } from '../../agent/measuring.ts';
import type { Bilingual } from '../../agent/probe.ts';
import { Fleet } from '../../agent/simulated/fleet.ts';
import { PROFILES, profileOf, type Profile } from '../../agent/simulated/profiles.ts';
import { parseTicket, type Ticket } from '../../agent/ticket.ts';
import { Trouble } from '../gateway/trouble.ts';
import { OrganizationRefusal } from '../organization/refusal.ts';
import type { Command } from './command.ts';
import { endAsked } from './ending.ts';
import { parse, pathFrom, say, wholeNumber, WrongUse } from './options.ts';

const HELP: Bilingual = {
  zh: `用法：xunkao load --agents N --ticket 文件 [选项]
      xunkao load --sites N [--years Y] --store 地址 [--data 目录]

说真实协议的模拟机，只用于演示和规模试验。它们产生的一切都永久标为“模拟”。
凭证这样取得：xunkao ticket --room 考场 --uses N > ticket.txt（用 npm 时为 npm run -s）

  --agents N        多少台（1 到 20000）
  --ticket 文件     存有凭证的文件；- 表示从 stdin 读取
  --profile 种类    全是同一种：${PROFILES.join('、')}（默认混合）
  --rate N          每秒新增多少台（50）
  --lively          多出些状况，给人看

  --sites N         向机构的数据库写入 N 个虚构考点（demo-0000 起）的历史，名称和记录都标为虚构；1 到 10000
  --years Y         几年的历史，1 到 10（2）
  --store、--data   同 xunkao org
`,
  en: `usage: xunkao load --agents N --ticket FILE [OPTIONS]
       xunkao load --sites N [--years Y] --store WHERE [--data DIR]

Simulated machines that speak the real protocol, for scale and demonstration only. What they make is marked as simulated
everywhere and for good. The ticket comes from: xunkao ticket --room ROOM --uses N > ticket.txt (with npm: npm run -s)

  --agents N        how many (1 to 20000)
  --ticket FILE     holds the ticket; - reads it from stdin
  --profile WORD    all of one kind: ${PROFILES.join(', ')} (a mixture)
  --rate N          new machines a second (50)
  --lively          more goes wrong, for people to look at

  --sites N         history of N made-up sites (from demo-0000) into an organization's database; their names and records say
                    that they are made up; 1 to 10000
  --years Y         years of it, 1 to 10 (2)
  --store, --data   as xunkao org has them
`,
};

/** Never from the command line itself: everybody on this machine could read it there. */
function readTicket(name: string): Ticket {
  let text: string;
  try {
    text = readFileSync(name === '-' ? 0 : pathFrom(name), 'utf8');
  } catch {
    throw new WrongUse({
      zh: '--ticket 后面是一个可以读取的文件，例如 --ticket ticket.txt，不是凭证本身',
      en: '--ticket names a file that can be read, such as --ticket ticket.txt, not the ticket itself',
    });
  }
  const parsed = parseTicket(text);
  if ('ticket' in parsed) return parsed.ticket;
  throw new WrongUse({
    zh: `--ticket：${parsed.faults.map(({ zh }) => zh).join('；')}`,
    en: `--ticket: ${parsed.faults.map(({ en }) => en).join('; ')}`,
  });
}

const STATUS_MS = 10_000;

interface OrganizationWish {
  readonly sites?: string;
  readonly years?: string;
  readonly store?: string;
  readonly data?: string;
}

async function loadOrganization({ sites = '', years = '2', store, data }: OrganizationWish): Promise<number> {
  if (store === undefined)
    throw new WrongUse({ zh: '须用 --store 给出机构的数据库', en: '--store names the organization’s database' }, HELP);
  const count = wholeNumber('sites', sites, 1, 10_000);
  const wish = { sites: count, years: wholeNumber('years', years, 1, 10) };
  let toldAt = 0;
  const told = (done: number, entries: number): void => {
    if (done < count && performance.now() - toldAt < STATUS_MS) return;
    toldAt = performance.now();
    const words = {
      zh: `${done} / ${count} 个虚构考点，${entries} 条`,
      en: `${done} of ${count} made-up sites, ${entries} entries`,
    };
    process.stdout.write(`${say(words)}\n`);
  };
  const [{ withOrganization }, { loadSites }] = await Promise.all([
    import('./orgOptions.ts'),
    import('../organization/demo/load.ts'),
  ]);
  try {
    await withOrganization({ store, ...(data === undefined ? {} : { data }) }, (organization) =>
      loadSites(organization, { ...wish, told }),
    );
    return 0;
  } catch (error) {
    const words = error instanceof Trouble ? error.text : error instanceof OrganizationRefusal ? error.words : null;
    if (!words) throw error;
    process.stderr.write(`xunkao load: ${say(words)}\n`);
    return 1;
  }
}

export const command: Command = async (args) => {
  const options = parse(args, HELP, {
    agents: { type: 'string' },
    ticket: { type: 'string' },
    profile: { type: 'string' },
    rate: { type: 'string' },
    lively: { type: 'boolean' },
    sites: { type: 'string' },
    years: { type: 'string' },
    store: { type: 'string' },
    data: { type: 'string' },
  });
  if (!options) return 0;
  if (options.values.sites !== undefined) return loadOrganization(options.values);
  const { agents: number, ticket: file, profile, rate = '50', lively = false } = options.values;
  if (number === undefined || file === undefined) {
    throw new WrongUse({ zh: '须给出 --agents 和 --ticket', en: '--agents and --ticket are needed' }, HELP);
  }
  const agents = wholeNumber('agents', number, 1, 20_000);
  if (profile !== undefined && !PROFILES.includes(profile as Profile)) {
    throw new WrongUse({
      zh: `--profile 须是 ${PROFILES.join('、')} 之一，不能是 ${profile}`,
      en: `--profile takes one of ${PROFILES.join(', ')}, not ${profile}`,
    });
  }
  const ended = endAsked();
  const fleet = new Fleet({
    agents,
    ticket: readTicket(file),
    probes: await loadProbes(),
    // A rehearsal asks every seat of its room for it.
    measures: (await loadMeasures()).filter(({ name }) => name === 'connect'),
    lively,
    rate: wholeNumber('rate', rate, 1, 5_000),
    log: (line) => process.stderr.write(`${say({ zh: '第一台模拟机', en: 'first machine' })}: ${line}\n`),
    profile: profile === undefined ? profileOf : () => profile as Profile,
  });
  const status = setInterval(() => {
    const { online, queued } = fleet;
    const told = {
      zh: `模拟机在线 ${online} / ${agents} 台，排队 ${queued} 帧`,
      en: `${online} of ${agents} simulated machines online, ${queued} frames queued`,
    };
    process.stdout.write(`${say(told)}\n`);
  }, STATUS_MS);
  const faults = await Promise.race([fleet.start(), ended.then(() => [])]);
  if (faults.length === 0) await ended;
  for (const fault of faults) process.stderr.write(`xunkao load: ${say(fault)}\n`);
  clearInterval(status);
  await fleet.stop();
  if (process.connected) process.disconnect?.();
  return faults.length === 0 ? 0 : 1;
};
