import type { CountedScope } from '../../agent/catalogue.ts';
import type { FactDefinition, Probe } from '../../agent/probe.ts';
import { COUNTED, type Counted } from './counted.ts';
import { ECHO, LINE, NETWORK } from './networkFacts.ts';
import { PEOPLE } from './peopleFacts.ts';
import { PLAYBACK } from './playbackFacts.ts';

/**
 * What `buildCatalogue` needs to know of facts that no probe of an agent asks for: of machines, or of rooms and the site
 * (`scopes`), for each session apart when `perSession`.
 */
export interface Described extends Pick<Probe, 'name' | 'platforms' | 'everySeconds' | 'staleAfterSeconds' | 'facts'> {
  /** Of devices of this kind. */
  readonly device?: string;
  readonly scopes?: readonly CountedScope[];
  readonly perSession?: boolean;
}

/**
 * Not told again and again but kept by the collector until it changes, so it does not age by itself: ten years.
 * The one value that does age, the clock's offset, is taken back by the collector when the link is lost.
 */
const KEPT_SECONDS = 10 * 365 * 86_400;

/** The facts the collector sees itself: `buildCatalogue(await loadProbes(), WITNESSED)`. */
export const WITNESSED: readonly Described[] = [
  {
    name: 'presence',
    platforms: ['linux', 'win32', 'darwin'],
    everySeconds: 1,
    staleAfterSeconds: KEPT_SECONDS,
    facts: witnessed({
      online: {
        type: 'boolean',
        urgent: true,
        about: { zh: '与采集器的连接正常', en: 'Its link to the collector is up' },
      },
      clock_offset_seconds: {
        type: 'number',
        unit: 'seconds',
        about: { zh: '本机时钟与采集器时钟之差（正数为快）', en: "Its clock minus the collector's; positive is fast" },
      },
      same_host: {
        type: 'boolean',
        about: { zh: '采集器就运行在这台机器上', en: 'The collector runs on this very machine' },
      },
      restarting: {
        type: 'boolean',
        about: { zh: '正在按通知重启', en: 'In an announced restart' },
        words: { true: { zh: '正在按通知重启', en: 'in an announced restart' }, false: { zh: '否', en: 'no' } },
      },
      address: { type: 'string', largest: 64, about: { zh: '连接所用的地址', en: 'The address it speaks from' } },
      rtt_seconds: {
        type: 'number',
        unit: 'seconds',
        least: 0,
        most: 60,
        about: {
          zh: '连接的心跳往返时间 95 分位（最近若干次）',
          en: "95th percentile of the round trips of its link's pings",
        },
      },
    }),
  },
  // Worked out from what the machine says of its marks and what the collector remembers of them: claimed, then.
  {
    name: 'rollback',
    platforms: ['linux', 'win32'],
    everySeconds: 60,
    staleAfterSeconds: KEPT_SECONDS,
    facts: {
      reverted: {
        type: 'boolean',
        about: { zh: '上次重启把写入的内容还原了', en: 'The last restart put back what had been written' },
      },
      verdict: {
        type: 'string',
        largest: 20,
        about: { zh: '重启检验的结论', en: 'What restarts have shown' },
        words: {
          persistent: { zh: '写入的内容保留', en: 'what is written stays' },
          'reverted-probable': { zh: '很可能被还原（一次重启）', en: 'probably put back (one restart)' },
          'reverted-certain': { zh: '确定被还原（连续两次重启）', en: 'certainly put back (two restarts in a row)' },
          partial: { zh: '部分被还原，或被清理', en: 'put back in part, or cleaned away' },
          unknown: { zh: '还不能判断', en: 'cannot be said yet' },
        },
      },
      because: {
        type: 'string',
        largest: 20,
        about: { zh: '得出该结论的原因', en: 'Why it is so' },
        words: {
          first: { zh: '接入后还没有重启过', en: 'not restarted since it was enrolled' },
          'new-system': { zh: '操作系统是新装的', en: 'its system was installed anew' },
          'new-install': { zh: '代理程序是新装的', en: 'its agent was installed anew' },
          short: { zh: '重启前运行不足两分钟', en: 'it ran for less than two minutes before' },
          kept: { zh: '重启前的记号还在', en: 'the mark from before is there' },
          reverted: { zh: '重启后又是旧记号', en: 'an older mark was there again' },
          partial: { zh: '磁盘与注册表的记号不一致', en: 'disk and registry disagree' },
          cleaned: { zh: '记号被删除', en: 'the mark was deleted' },
          other: { zh: '记号不是所记的那一个', en: 'the mark is not the one remembered' },
          unread: { zh: '记号读写不了', en: 'the mark cannot be read or written' },
        },
      },
      restarts: { type: 'number', least: 0, about: { zh: '接入以来的重启次数', en: 'Restarts since it was enrolled' } },
    },
  },
  {
    name: 'proof',
    platforms: ['linux', 'win32', 'darwin'],
    everySeconds: 60,
    staleAfterSeconds: KEPT_SECONDS,
    facts: witnessed({
      ups_seconds: {
        type: 'number',
        unit: 'seconds',
        least: 0,
        about: {
          zh: '放电演练实测的供电时间；未做到底的演练不算',
          en: 'Runtime measured by a discharge drill; a drill that was cut short does not count',
        },
      },
      ups_expires_seconds: {
        type: 'number',
        unit: 'seconds',
        about: {
          zh: '该演练的剩余有效期；负数为已过期',
          en: 'For how long that drill is still valid; negative is expired',
        },
      },
    }),
  },
  ...COUNTED.map((probe) => described({ ...probe, facts: witnessed(probe.facts) })),
  ...PEOPLE.map(described),
  ECHO,
  described(LINE),
  { ...described(PLAYBACK), device: 'camera' },
  ...NETWORK.map(described),
];

function described(counted: Pick<Counted, 'name' | 'facts'>): Described {
  const platforms = ['linux', 'win32', 'darwin'] as const;
  return { ...counted, platforms, everySeconds: 60, staleAfterSeconds: KEPT_SECONDS };
}

function witnessed(facts: Readonly<Record<string, FactDefinition>>): Readonly<Record<string, FactDefinition>> {
  return Object.fromEntries(Object.entries(facts).map(([word, fact]) => [word, { ...fact, witnessed: true }]));
}
