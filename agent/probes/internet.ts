import type { Probe } from '../probe.ts';
import type { Facts } from '../reading.ts';

/** Rounds of tries that loss and latency are taken over: five minutes at the usual cadence. */
const WINDOW = 20;
/** The agent's own limits, whatever the settings ask for. */
const MOST_TARGETS = 8;
const LIMIT_MS = 2_000;

/**
 * Whether the way out works, by TCP connects to the targets of the settings. No target named: everything is null, for
 * nobody said what should be reachable. A connect hides single lost packets, which TCP sends again: loss here is the
 * share of connects that failed or took longer than 2 s; packets that had to be sent twice show as latency near 1 s.
 */
export const probe: Probe = internetProbe();

/** One try of one target: how long the connect took, or null when it failed. */
type Try = number | null;

/** A probe with a window of its own. */
export function internetProbe(): Probe {
  let targets = '';
  let rounds: readonly (readonly Try[])[] = [];
  return {
    name: 'internet',
    platforms: ['linux', 'win32', 'darwin'],
    everySeconds: 15,
    staleAfterSeconds: 60,
    timeLimitMs: LIMIT_MS + 1_000,
    facts: {
      reachable: {
        type: 'boolean',
        about: { zh: '外网可达（最近一轮至少一个目标应答）', en: 'A target answered in the last round' },
      },
      loss_ratio: {
        type: 'number',
        unit: 'ratio',
        least: 0,
        most: 1,
        about: { zh: '连接失败率（最近若干轮）', en: 'Share of failed connects over the last rounds' },
      },
      latency_seconds: {
        type: 'number',
        unit: 'seconds',
        least: 0,
        most: 60,
        about: { zh: '连接耗时中位数', en: 'Median time of a connect' },
      },
      targets: { type: 'number', least: 0, about: { zh: '探测目标数', en: 'Targets tried' } },
    },
    async ask(host, settings) {
      const parsed = settings.internetTargets.map(parseTarget).filter((target) => target !== null);
      const tried = parsed.slice(0, MOST_TARGETS);
      if (tried.length === 0) return { facts: NO_TARGET };
      const named = tried.map(({ address, port }) => `${address} ${port}`).join('\n');
      if (named !== targets) {
        targets = named;
        rounds = [];
      }
      const round = await Promise.all(tried.map(({ address, port }) => host.connect(address, port, LIMIT_MS)));
      // Settings may have changed meanwhile, and this round then belongs to the old window.
      if (named === targets) rounds = [...rounds, round].slice(-WINDOW);
      return { facts: { ...judge(rounds, round), targets: tried.length } };
    },
  };
}

const NO_TARGET: Facts = Object.freeze({ reachable: null, loss_ratio: null, latency_seconds: null, targets: 0 });

function judge(rounds: readonly (readonly Try[])[], last: readonly Try[]): Facts {
  const tries = rounds.flat();
  const times = tries.filter((time) => time !== null).sort((a, b) => a - b);
  return {
    reachable: last.some((time) => time !== null),
    loss_ratio: tries.length === 0 ? null : Math.round((1 - times.length / tries.length) * 1e4) / 1e4,
    latency_seconds: median(times),
  };
}

/** Milliseconds in order → seconds, to a tenth of a millisecond. */
function median(times: readonly number[]): number | null {
  const upper = times[times.length >> 1];
  const lower = times[(times.length - 1) >> 1];
  return upper === undefined || lower === undefined ? null : Math.round((upper + lower) * 5) / 1e4;
}

export interface Target {
  readonly address: string;
  readonly port: number;
}

/** `host:port` or `[2001:db8::1]:443`; anything else is null. */
export function parseTarget(text: string): Target | null {
  const [, six, name, digits] = /^(?:\[([0-9a-f:.]+)\]|([^\s:[\]/]+)):(\d{1,5})$/i.exec(text.trim()) ?? [];
  const address = six ?? name;
  const port = Number(digits);
  return address !== undefined && port >= 1 && port <= 65_535 ? { address, port } : null;
}
