import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Frame } from '../../../agent/messages.ts';
import type { Value } from '../../../agent/reading.ts';
import type { Moment } from '../../../collector/clock.ts';
import type { VerdictSnapshot } from '../../../collector/compliance/compliance.ts';
import type { Arrival, FrameArrival } from '../../../collector/gateway/arrival.ts';
import type { EntryDraft, Kept } from '../../../collector/history/history.ts';
import { frame, presence, rule, RULES, testSite, UPS, type TestSite } from '../../fixtures/site.ts';

const GIB = 2 ** 30;

/** A rule that reads facts of two probes, so that a change of either is half of what decides it. */
const BOTH = rule(
  'both',
  ['memory.installed_bytes', 'network.speed_bytes_per_second'],
  (bytes, speed) => Number(bytes) / GIB > Number(speed),
);
const JUDGED = ['memory-size', 'wired', 'both', 'mains'] as const;

/** What the machine is like; frames tell what changed of it. */
interface Truth {
  readonly memory: number;
  readonly wired: boolean;
  readonly speed: number;
  readonly onBattery: boolean;
}

type Event =
  | { readonly kind: 'second' | 'connect'; readonly truth: Truth }
  | { readonly kind: 'cut' | 'reset' | 'checkpoint' | 'crash' }
  | { readonly kind: 'agent'; readonly awaySeconds: number }
  | { readonly kind: 'drain'; readonly frames: number };

const truths = fc.record({
  memory: fc.constantFrom(2 * GIB, 8 * GIB),
  wired: fc.boolean(),
  speed: fc.constantFrom(1, 4),
  onBattery: fc.boolean(),
});
const events: fc.Arbitrary<readonly Event[]> = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: truths.map((truth): Event => ({ kind: 'second', truth })) },
    { weight: 3, arbitrary: fc.nat(4).map((frames): Event => ({ kind: 'drain', frames })) },
    { weight: 2, arbitrary: truths.map((truth): Event => ({ kind: 'connect', truth })) },
    {
      weight: 3,
      arbitrary: fc.constantFrom<Event>(
        { kind: 'cut' },
        { kind: 'reset' },
        { kind: 'agent', awaySeconds: 0 },
        { kind: 'agent', awaySeconds: 30 },
        { kind: 'checkpoint' },
        { kind: 'crash' },
      ),
    },
  ),
  { maxLength: 80, size: 'max' },
);

test('live and late entries, by their moments, tell every change of a verdict and in its order', () => {
  fc.assert(
    fc.property(events, (all) => {
      const played = play(all);
      for (const id of JUDGED) {
        const rows = inOrder(played.entries, id);
        // Nobody knows what it was like while its agent did not run.
        const states = rows.map(({ body }) => body['state']).filter((state) => state !== 'unknown');
        expect(collapsed(states), id).toEqual(played.truth(id));
        const pairs = rows.slice(1).map((entry, index) => ({ entry, last: rows[index]! }));
        const broken = pairs.filter(
          ({ entry, last }) => entry.late && last.late && entry.body['before'] !== last.body['state'],
        );
        expect(broken, `${id}: does not go on from what was told late just before`).toEqual([]);
        const again = pairs.filter(({ entry, last }) => entry.late && entry.body['state'] === last.body['state']);
        expect(again, `${id}: told late although it was told`).toEqual([]);
      }
    }),
    { numRuns: 400 },
  );
});

/** Plays a life of the machine m-1 that ends with everything said and judged. */
function play(all: readonly Event[]) {
  const life = new Life();
  for (const event of all) life.play(event);
  life.play({ kind: 'connect', truth: life.truth });
  life.play({ kind: 'drain', frames: Number.MAX_SAFE_INTEGER });
  for (let second = 0; second < 12; second += 1) life.play({ kind: 'second', truth: life.truth });
  return { entries: life.entries, truth: (id: (typeof JUDGED)[number]) => collapsed(life.states(id)) };
}

/** An agent with its queue, its link, and a collector that may be killed and restored. */
class Life {
  site = newSite();
  truth: Truth = { memory: 8 * GIB, wired: true, speed: 1, onBattery: false };
  readonly entries: EntryDraft[] = [];
  readonly #said: Truth[] = [];
  readonly #queue: FrameArrival[] = [];
  #stream = 1;
  #seq = 0;
  #sent: Record<string, Record<string, Value | null>> = {};
  #isFull = true;
  #isLinked = false;
  /** What the record kept at the last checkpoint, and the journal since. */
  #kept: readonly Kept[] = [];
  #journal: (readonly Arrival[])[] = [];

  play(event: Event): void {
    switch (event.kind) {
      case 'second':
        this.truth = event.truth;
        this.site.clock.advance(1_000);
        this.#say();
        // A linked agent sends what it has queued; a slow way lets one frame through.
        return this.play({ kind: 'drain', frames: 1 });
      case 'cut':
        if (this.#isLinked) this.#tick([presence(this.site, 'm-1', false)]);
        this.#isLinked = false;
        return;
      case 'reset':
        // The agent's end is gone and the collector has not noticed.
        this.#isLinked = false;
        return;
      case 'connect':
        if (this.#isLinked) return;
        this.#isLinked = true;
        this.#isFull = true;
        this.truth = event.truth;
        if (this.site.stages.state.get('m-1')?.values[onlineOf(this.site)] !== true)
          this.#tick([presence(this.site, 'm-1', true)]);
        this.site.clock.advance(100);
        return this.#say();
      case 'agent':
        // Killed and started again: what it had queued is on its disk.
        this.play({ kind: 'cut' });
        this.site.clock.advance(event.awaySeconds * 1_000);
        this.#stream += 1;
        this.#seq = 0;
        this.#sent = {};
        return;
      case 'drain':
        if (!this.#isLinked) return;
        for (const queued of this.#queue.splice(0, event.frames)) {
          this.site.clock.advance(1);
          this.#tick([{ ...queued, received: this.site.clock.now() }]);
        }
        return;
      case 'checkpoint':
        this.#kept = checkpoint(this.site);
        this.#journal = [];
        return;
      case 'crash':
        return this.#crash();
    }
    return event satisfies never;
  }

  /** What the rule gives after each frame. */
  states(id: (typeof JUDGED)[number]): readonly string[] {
    const holds = {
      'memory-size': ({ memory }: Truth) => memory >= 4 * GIB,
      wired: ({ wired }: Truth) => wired,
      both: ({ memory, speed }: Truth) => memory / GIB > speed,
      mains: ({ onBattery }: Truth) => !onBattery,
    }[id];
    return this.#said.map((truth) => (holds(truth) ? 'holds' : 'broken'));
  }

  #say(): void {
    const { memory, wired, speed, onBattery } = this.truth;
    const now: Record<string, Record<string, Value | null>> = {
      '': { 'memory.installed_bytes': memory, 'network.wired': wired, 'network.speed_bytes_per_second': speed },
      'device:ups-1': { 'ups.on_battery': onBattery },
    };
    if (this.#isFull) this.#sent = {};
    const changed: Record<string, Record<string, Value | null>> = { '': {}, 'device:ups-1': {} };
    for (const [path, facts] of Object.entries(now)) {
      for (const [name, value] of Object.entries(facts)) {
        if (this.#sent[path]?.[name] !== value) changed[path]![name] = value;
      }
    }
    this.#sent = now;
    this.#seq += 1;
    const asked: Frame['asked'] = {
      '': { memory: [0, 1, 'ok'], network: [0, 1, 'ok'] },
      'device:ups-1': { ups: [0, 1, 'ok'] },
    };
    const more: Partial<Frame> = {
      stream: `stream-${this.#stream}`,
      seq: this.#seq,
      asked,
      lane: this.#isLinked ? 'live' : 'backlog',
      ...(this.#isFull ? { full: [1, 1] as const } : {}),
    };
    this.#isFull = false;
    this.#said.push(this.truth);
    const said = frame(this.site, 'm-1', changed, more);
    if (this.#isLinked) this.#tick([said]);
    else this.#queue.push(said);
  }

  #tick(arrivals: readonly Arrival[]): void {
    this.#journal.push(structuredClone(arrivals));
    this.entries.push(...this.site.beat.tick(arrivals, this.site.clock.now()).entries);
  }

  /** Another collector takes up the record and lives through the journal; what it judged is written already. */
  #crash(): void {
    const verdicts = ['m-1', 'ups-1'].map((id) => [id, this.site.stages.compliance.snapshot(id)] as const);
    const { clock } = this.site;
    this.site = newSite(clock.now());
    this.#isLinked = false;
    restore(this.site, structuredClone(this.#kept), verdicts);
    for (const arrivals of this.#journal) this.site.beat.absorb(arrivals);
  }
}

function newSite(at?: Moment): TestSite {
  const site = testSite(undefined, [UPS], [...RULES, BOTH]);
  if (at) site.clock.advance(at.monotonic);
  return site;
}

function onlineOf({ stages }: TestSite): number {
  return stages.state.catalogue.fact('presence.online')!.index;
}

function checkpoint({ stages }: TestSite): readonly Kept[] {
  const states = [...stages.state.all()].map((subject) => stages.state.snapshot(subject));
  const late = [...stages.late.takeSnapshots()].map(([id, value]) => ({ kind: 'late', id, value }));
  return structuredClone([...states.map((value) => ({ kind: 'state', id: value.id, value })), ...late]);
}

function restore(
  { stages, clock }: TestSite,
  kept: readonly Kept[],
  verdicts: readonly (readonly [string, VerdictSnapshot])[],
): void {
  for (const { kind, id, value } of kept) {
    if (kind === 'state') stages.state.restore(value as Parameters<typeof stages.state.restore>[0], clock.now());
    else if (value !== null) stages.late.restore(id, value as Parameters<typeof stages.late.restore>[1]);
  }
  for (const [id, snapshot] of verdicts) stages.compliance.restore(id, snapshot);
}

function inOrder(entries: readonly EntryDraft[], id: string): readonly EntryDraft[] {
  const rows = entries
    .map((entry, n) => ({ ...entry, n }))
    .filter(({ kind, rule }) => kind === 'verdict' && rule === id);
  return rows.sort((left, right) => left.at - right.at || left.n - right.n);
}

function collapsed(states: readonly unknown[]): readonly unknown[] {
  return states.filter((state, index) => state !== states[index - 1]);
}
