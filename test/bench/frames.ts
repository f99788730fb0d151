import type { Asked } from '../../agent/messages.ts';
import type { Facts } from '../../agent/reading.ts';
import { behaviourOf } from '../../agent/simulated/profiles.ts';

/**
 * Frames as a candidate PC sends them, prepared as text so that making them costs next to nothing: 60 facts a machine,
 * 15 of them different in each frame (4 of those are read by rules), every twelfth frame a full one.
 */
export interface PreparedFrames {
  /** The text of frame `seq`; `variant` counts up, so that neighbours differ. `flip` breaks the rule `display`. */
  text(stream: string, seq: number, now: FrameMoment, variant: number, flip: boolean): string;
}

export interface FrameMoment {
  readonly wall: number;
  readonly monotonic: number;
}

export const FACTS = 60;
export const CHANGED = 15;
/** A full frame each minute at one in five seconds. */
export const FULL_EVERY = 12;
/** The rule that `flip` breaks, and how often it is one of the changed facts. */
export const FLIPPED_RULE = 'display';

const ASKED_OFTEN = ['agent', 'disk', 'display', 'internet', 'load', 'memory', 'network', 'remote'] as const;
const ASKED_SELDOM = ['chassis', 'clock', 'cpu', 'restore', 'virtual'] as const;
/** Narrower than any standard allows. */
const NARROW_PIXELS = 800;
const CARD = 'nic:以太网';

export function prepareFrames(): PreparedFrames {
  const deltas = [false, true].map((flip) => Array.from({ length: FULL_EVERY }, (_, index) => delta(index, flip)));
  const fulls = [false, true].map((flip) => Array.from({ length: FULL_EVERY }, (_, index) => full(index, flip)));
  return {
    text(stream, seq, { wall, monotonic }, variant, flip) {
      const isFull = seq % FULL_EVERY === 1;
      const rest = (isFull ? fulls : deltas)[Number(flip)]![variant % FULL_EVERY]!;
      return `{"type":"frame","lane":"live","stream":"${stream}","seq":${seq},"at":${Math.round(wall)},"monotonic":${Math.round(monotonic)},${rest}`;
    },
  };
}

/** What changes, by subject; `index` makes each different. */
function changing(index: number, flip: boolean): Readonly<Record<string, Facts>> {
  return {
    '': {
      'load.cpu_ratio': 0.1 + index / 100,
      'load.memory_ratio': 0.4 + index / 200,
      'load.processes': 95 + index,
      'agent.cpu_seconds_total': 17.25 + index / 4,
      'agent.resident_bytes': 42_000_000 + index * 4096,
      'agent.outbox_frames': index,
      'agent.failed_asks_total': 3 + index,
      'internet.loss_ratio': index / 10_000,
      'internet.latency_seconds': 0.021 + index / 1000,
      'disk.free_bytes': 80_000_000_000 - index * 65_536,
      'memory.visible_bytes': 8_375_186_227 - index * 4096,
      'memory.installed_bytes': 8_589_934_592 * (1 + (index % 2)),
      'display.width_pixels': flip ? NARROW_PIXELS : 1920 + 10 * index,
      'display.height_pixels': 1080 + 10 * index,
    },
    [CARD]: { 'network.carrier_changes_total': 1 + index },
  };
}

function delta(index: number, flip: boolean): string {
  return tail({ asked: { '': asks(ASKED_OFTEN, index) }, facts: changing(index, flip) });
}

function full(index: number, flip: boolean): string {
  const behave = behaviourOf('sound', 1, false);
  const facts: Record<string, Record<string, Facts[string]>> = { '': {} };
  for (const probe of [...ASKED_OFTEN, ...ASKED_SELDOM]) {
    const said = behave(probe, 100);
    for (const [word, value] of Object.entries(said.facts)) facts['']![`${probe}.${word}`] = value;
  }
  for (const [word, value] of Object.entries(behave('network', 100).parts![CARD]!)) {
    (facts[CARD] ??= {})[`network.${word}`] = value;
  }
  // The bar is a frame of 60 facts, however many a PC says by now.
  for (const spare of ['load.one_minute_average', 'restore.signals']) delete facts['']![spare];
  const changes = changing(index, flip);
  for (const [path, said] of Object.entries(changes)) Object.assign((facts[path] ??= {}), said);
  check(facts, FACTS);
  check(changes, CHANGED);
  return tail({ full: [1, 1], asked: { '': asks([...ASKED_OFTEN, ...ASKED_SELDOM], index) }, facts });
}

function check(facts: Readonly<Record<string, object>>, expected: number): void {
  const count = Object.values(facts).reduce((sum, said) => sum + Object.keys(said).length, 0);
  if (count !== expected) throw new Error(`the prepared frame has ${count} facts, not ${expected}: change frames.ts`);
}

function asks(probes: readonly string[], index: number): Record<string, Asked> {
  return Object.fromEntries(probes.map((probe, place) => [probe, [40 + 13 * place + index, 1 + (index % 3), 'ok']]));
}

/** Everything after the numbers, without the opening brace. */
function tail(rest: object): string {
  return JSON.stringify(rest).slice(1);
}
