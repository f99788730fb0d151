import type { CountedScope } from '../../agent/catalogue.ts';
import type { FactDefinition, Probe } from '../../agent/probe.ts';
import { COUNTED } from './counted.ts';

/**
 * What `buildCatalogue` needs to know of facts that no probe of an agent asks for: of machines, or of rooms and the site
 * (`scopes`), for each session apart when `perSession`.
 */
export interface Described extends Pick<Probe, 'name' | 'platforms' | 'everySeconds' | 'staleAfterSeconds' | 'facts'> {
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
      address: { type: 'string', largest: 64, about: { zh: '连接所用的地址', en: 'The address it speaks from' } },
    }),
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
  ...COUNTED.map((probe) => ({
    ...probe,
    platforms: ['linux', 'win32', 'darwin'] as const,
    everySeconds: 60,
    staleAfterSeconds: KEPT_SECONDS,
    facts: witnessed(probe.facts),
  })),
];

function witnessed(facts: Readonly<Record<string, FactDefinition>>): Readonly<Record<string, FactDefinition>> {
  return Object.fromEntries(Object.entries(facts).map(([word, fact]) => [word, { ...fact, witnessed: true }]));
}
