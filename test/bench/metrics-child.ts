import { monitorEventLoopDelay } from 'node:perf_hooks';
import { join } from 'node:path';
import { Gauge, Registry } from 'prom-client';
import { buildCatalogue, loadProbes } from '../../agent/catalogue.ts';
import type { Asked } from '../../agent/messages.ts';
import { behaviourOf } from '../../agent/simulated/profiles.ts';
import { createCompliance } from '../../collector/compliance/compliance.ts';
import type { Machine } from '../../collector/identity/machine.ts';
import { createPlaces } from '../../collector/identity/places.ts';
import { writeMetrics, type MetricsSource } from '../../collector/metrics/writer.ts';
import { DEFAULT_PHASES } from '../../collector/sessions/session.ts';
import { loadStandard } from '../../collector/standard/load.ts';
import { WITNESSED } from '../../collector/standard/witnessed.ts';
import { createState } from '../../collector/state/state.ts';
import { serve } from './ask.ts';

/** Probes that give a machine 60 series, with their success and duration, its verdicts and its presence. */
const PROBES = ['display', 'internet', 'load', 'memory', 'network', 'remote', 'restore'];

let source: MetricsSource | null = null;
let registry: Registry | null = null;

export const handlers = {
  /** Fills the state as the gateway does, and prom-client with what our writer makes of it; gives the number of series. */
  async fill({ agents }: { readonly agents: number }): Promise<number> {
    source = await filled(agents);
    registry = new Registry();
    return fillRegistry(registry, source);
  },
  async ours(): Promise<{ readonly ms: number; readonly longestBlockMs: number; readonly characters: number }> {
    const delay = monitorEventLoopDelay({ resolution: 1 });
    // The monitor needs a turn to begin, and one to see the last block.
    await rest();
    delay.enable();
    await rest();
    delay.reset();
    const since = performance.now();
    let characters = 0;
    for await (const piece of writeMetrics(source!)) characters += piece.length;
    const ms = performance.now() - since;
    await rest();
    delay.disable();
    return { ms, longestBlockMs: delay.max / 1e6, characters };
  },
  async peer(): Promise<{ readonly ms: number; readonly characters: number }> {
    const since = performance.now();
    const text = await registry!.metrics();
    return { ms: performance.now() - since, characters: text.length };
  },
};

export type MetricsAsks = typeof handlers;

if (process.send) serve(handlers);

async function filled(agents: number): Promise<MetricsSource> {
  const catalogue = buildCatalogue(await loadProbes(), WITNESSED);
  const pack = join(import.meta.dirname, '..', '..', 'collector', 'standards', 'live-commerce');
  const loaded = await loadStandard(pack, catalogue, {});
  if ('faults' in loaded) throw new Error('the pack has faults');
  const state = createState(catalogue);
  const machines = new Map(Array.from({ length: agents }, (_, index) => [`m-${index}`, machine(index)]));
  const places = createPlaces(machines, [], () => undefined);
  const compliance = createCompliance(loaded.standard, state, places, () => true, DEFAULT_PHASES);
  const moment = { wall: Date.now(), monotonic: 1_000_000 };
  for (const { id } of machines.values()) {
    const facts: Record<string, Record<string, never>> = {};
    const asked: Record<string, Asked> = {};
    const behave = behaviourOf('sound', Number(id.slice(2)), false);
    for (const probe of PROBES) {
      const said = behave(probe, 100);
      asked[probe] = [10, 1, 'ok'];
      for (const [path, values] of Object.entries({ '': said.facts, ...said.parts })) {
        for (const [word, value] of Object.entries(values)) (facts[path] ??= {})[`${probe}.${word}`] = value as never;
      }
    }
    state.apply({
      kind: 'frame',
      machine: id,
      received: moment,
      moment,
      clockOffsetSeconds: 0,
      frame: {
        type: 'frame',
        lane: 'live',
        stream: 's',
        seq: 1,
        at: moment.wall,
        monotonic: 0,
        asked: { '': asked },
        facts,
      },
    });
    state.witness(id, 'presence.online', true, moment);
  }
  compliance.judge(state.takeChanged(), [], moment);
  return { site: 'bench', state, compliance, places, seenAt: () => moment.wall };
}

function machine(index: number): Machine {
  return {
    id: `m-${index}`,
    keyId: '',
    key: '',
    fingerprint: { board: null, uuid: null, disk: null, macs: [] },
    hostname: `PC-${index}`,
    platform: 'win32',
    version: '0',
    role: 'candidate',
    room: `R${Math.floor(index / 45)}`,
    seat: String((index % 45) + 1),
    simulated: false,
    enrolledAt: 0,
    ticket: 't-1',
    revoked: false,
  };
}

/** The same series with the same labels and values. Label objects are not shared: a scrape by prom-client never has them. */
async function fillRegistry(into: Registry, from: MetricsSource): Promise<number> {
  const gauges = new Map<string, Gauge>();
  const lines: string[] = [];
  let rest = '';
  for await (const piece of writeMetrics(from)) {
    const whole = (rest + piece).split('\n');
    rest = whole.pop()!;
    for (const line of whole) if (!line.startsWith('#')) lines.push(line);
  }
  for (const line of lines) {
    const [, name, text, value] = /^(\w+)\{(.*)\} (\S+)$/.exec(line)!;
    const labels = Object.fromEntries(Array.from(text!.matchAll(/(\w+)="([^"]*)"/g), ([, key, word]) => [key, word]));
    let gauge = gauges.get(name!);
    if (!gauge) {
      // All labels that a series of this name may have.
      const labelNames = [
        'site',
        'room',
        'seat',
        'machine',
        'role',
        'rule',
        'state',
        'probe',
        'part',
        ...Object.keys(labels),
      ];
      gauge = new Gauge({ name: name!, help: name!, labelNames: [...new Set(labelNames)], registers: [into] });
      gauges.set(name!, gauge);
    }
    gauge.set(labels as Record<string, string>, Number(value));
  }
  return lines.length;
}

function rest(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 10));
}
