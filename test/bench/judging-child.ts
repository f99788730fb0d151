import { join } from 'node:path';
import { buildCatalogue, loadProbes } from '../../agent/catalogue.ts';
import type { Facts } from '../../agent/reading.ts';
import { behaviourOf } from '../../agent/simulated/profiles.ts';
import type { Arrival } from '../../collector/gateway/arrival.ts';
import { loadStandard } from '../../collector/standard/load.ts';
import { WITNESSED } from '../../collector/standard/witnessed.ts';
import { frame, machine, presence, testSite, tick, type TestSite } from '../fixtures/site.ts';
import { NO_STATEMENTS } from '../../collector/compliance/statement.ts';
import { serve } from './ask.ts';

/** Everything a candidate PC says, by probe; each second one in twenty of these facts is another one. */
const PROBES = [
  'agent',
  'chassis',
  'clock',
  'cpu',
  'disk',
  'display',
  'internet',
  'load',
  'memory',
  'network',
  'os',
  'remote',
  'restore',
  'software',
  'virtual',
];
const BEATS_A_SECOND = 4;
const CHANGED_SHARE = 0.05;
/** A machine tells what changed of it in one frame: so many facts, of which some are read by rules. */
const CHANGED_EACH = 12;

let site: TestSite | null = null;
let ids: readonly string[] = [];
let facts = 0;
let round = 0;

export interface Second {
  /** CPU ms of the four beats of a second. */
  readonly ms: number;
  readonly longestBeatMs: number;
  readonly verdicts: number;
}

export const handlers = {
  /** A site with an exam that runs in every room; gives the number of facts its machines say. */
  async fill({ rooms, each }: { readonly rooms: number; readonly each: number }): Promise<number> {
    const probes = await loadProbes();
    const pack = join(import.meta.dirname, '..', '..', 'collector', 'standards', 'live-commerce');
    const loaded = await loadStandard(pack, buildCatalogue(probes, WITNESSED), {});
    if ('faults' in loaded) throw new Error('the pack has faults');
    const machines = Array.from({ length: rooms * each }, (_, index) =>
      machine(`m-${index}`, {
        room: `R${Math.floor(index / each)}`,
        seat: String((index % each) + 1),
        role: index % each < each - 5 ? 'candidate' : 'spare',
        platform: 'win32',
      }),
    );
    site = testSite(machines, [], loaded.standard.rules, NO_STATEMENTS, probes);
    const { wall } = site.clock.now();
    const title = { zh: '考', en: 'exam' };
    const times = { startsAt: wall - 60_000, endsAt: wall + 7_200_000 };
    site.sessions = [{ id: 's-1', kind: 'exam', title, rooms: 'all', candidates: rooms * (each - 5), ...times }];
    ids = machines.map(({ id }) => id);
    const said = ids.map((id, index) => frame(site!, id, wholeOf(index)));
    facts = said.reduce((sum, { frame: { facts: of } }) => sum + Object.keys(of['']!).length, 0);
    tick(site, [...ids.map((id) => presence(site!, id, true)), ...said]);
    // What is missing for the first seconds after a connect is not judged yet.
    site.clock.advance(15_000);
    tick(
      site,
      ids.map((id, index) => frame(site!, id, wholeOf(index))),
    );
    return facts;
  },
  /** One second: 5 % of all facts change, in four beats. */
  async ours(): Promise<Second> {
    return second(() => undefined);
  },
  /** The same second by a judge that looks at every machine in every beat. */
  async peer(): Promise<Second> {
    return second((at) => {
      for (const id of ids) at.stages.compliance.touch(id);
    });
  },
};

export type JudgingAsks = typeof handlers;

if (process.send) serve(handlers);

function second(before: (at: TestSite) => void): Second {
  const at = site!;
  const changing = Math.round((facts * CHANGED_SHARE) / CHANGED_EACH / BEATS_A_SECOND);
  let [ms, longestBeatMs, verdicts] = [0, 0, 0];
  for (let beat = 0; beat < BEATS_A_SECOND; beat += 1) {
    at.clock.advance(1000 / BEATS_A_SECOND);
    const arrivals: Arrival[] = [];
    for (let nth = 0; nth < changing; nth += 1) {
      round += 1;
      const index = (round * 7) % ids.length;
      arrivals.push(frame(at, ids[index]!, { '': changed(round) }));
    }
    before(at);
    const cpu = process.cpuUsage();
    const since = performance.now();
    verdicts += tick(at, arrivals).changes.length;
    longestBeatMs = Math.max(longestBeatMs, performance.now() - since);
    const { user, system } = process.cpuUsage(cpu);
    ms += (user + system) / 1000;
  }
  return { ms, longestBeatMs, verdicts };
}

function wholeOf(index: number): Record<string, Facts> {
  const behave = behaviourOf('sound', index, false);
  const all = PROBES.flatMap((probe) =>
    Object.entries(behave(probe, 100).facts).map(([word, value]) => [`${probe}.${word}`, value] as const),
  );
  return { '': Object.fromEntries(all) };
}

/** Four of them are read by rules; about one frame in fifty breaks a rule, and the next of that machine mends it. */
function changed(step: number): Facts {
  return {
    'load.cpu_ratio': (step % 89) / 100,
    'load.memory_ratio': (step % 83) / 100,
    'load.processes': 90 + (step % 40),
    'agent.cpu_seconds_total': step,
    'agent.resident_bytes': 42e6 + (step % 512) * 4096,
    'internet.latency_seconds': 0.02 + (step % 71) / 1000,
    'internet.reachable': true,
    'disk.free_bytes': 8e10 - (step % 1000) * 65_536,
    'memory.visible_bytes': 8e9 - (step % 1000) * 4096,
    'memory.installed_bytes': 8 * 2 ** 30 * (1 + (step % 2)),
    'display.width_pixels': step % 49 === 0 ? 800 : 1920 + (step % 3),
    'display.height_pixels': 1080 + (step % 3),
  };
}
