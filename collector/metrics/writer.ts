import type { CatalogueFact } from '../../agent/catalogue.ts';
import type { Compliance } from '../compliance/compliance.ts';
import type { Places } from '../identity/places.ts';
import { believed, type State, type Subject } from '../state/state.ts';

/**
 * The agents' series in Prometheus' text format 0.0.4, written straight from the state in pieces: 600,000 series never
 * stand in memory as one text, and the loop is given back every few milliseconds. prom-client, which renders everything
 * in one go, serves the collector's own hundred.
 *
 * A fact is absent when it may not be believed; an absent series goes stale in Prometheus within one scrape.
 */
export async function* writeMetrics(source: MetricsSource): AsyncGenerator<string> {
  let lines: string[] = [];
  let since = performance.now();
  for (const line of linesOf(source)) {
    lines.push(line);
    if (lines.length < LINES_A_PIECE) continue;
    yield `${lines.join('\n')}\n`;
    lines = [];
    if (performance.now() - since > SLICE_MS) {
      await new Promise(setImmediate);
      since = performance.now();
    }
  }
  if (lines.length > 0) yield `${lines.join('\n')}\n`;
}

const LINES_A_PIECE = 512;
const SLICE_MS = 4;

export interface MetricsSource {
  readonly site: string;
  readonly state: State;
  readonly compliance: Compliance;
  readonly places: Places;
  /** Wall clock ms at which the machine was last heard; undefined = not since the start. */
  seenAt(machine: string): number | undefined;
}

interface Labelled {
  readonly subject: Subject;
  /** `site="…",room="…"`, escaped once. */
  readonly labels: string;
  readonly parts: readonly Labelled[];
}

function* linesOf(source: MetricsSource): Generator<string> {
  const { state, compliance } = source;
  const subjects = [...state.all()].map((subject) => label(source, subject)).filter((row) => row !== null);
  for (const fact of state.catalogue.facts) {
    if (fact.type === 'number' || fact.type === 'boolean') yield* numberSeries(state, fact, subjects);
  }
  yield* infoSeries(state, subjects);
  yield* probeSeries(state, subjects);

  yield* head('xunkao_verdict', 'gauge', 'One for the state a rule has now about a subject.');
  for (const { subject, labels } of subjects) {
    for (const { rule, state: word } of compliance.of(subject.id))
      yield `xunkao_verdict{${labels},rule="${rule}",state="${word}"} 1`;
  }
  yield* head('xunkao_presence_timestamp_seconds', 'gauge', 'When the machine was last heard.');
  for (const { subject, labels } of subjects) {
    const seen = subject.kind === 'machine' ? source.seenAt(subject.id) : undefined;
    if (seen !== undefined) yield `xunkao_presence_timestamp_seconds{${labels}} ${seen / 1000}`;
  }
}

/** Name and help of a fact's metric; also what the dashboards are made from. */
export function metricName(fact: Pick<CatalogueFact, 'probe' | 'word'>): string {
  return `xunkao_${fact.probe}_${fact.word}`;
}

function* head(name: string, type: 'gauge' | 'counter', help: string): Generator<string> {
  yield `# HELP ${name} ${help.replaceAll('\\', '\\\\').replaceAll('\n', ' ')}`;
  yield `# TYPE ${name} ${type}`;
}

function* numberSeries(state: State, fact: CatalogueFact, subjects: readonly Labelled[]): Generator<string> {
  // A part's fact may share the word of a plain one (`network.speed_bytes_per_second`): one family, told apart by `part`.
  if (fact.part !== null && state.catalogue.fact(fact.name)) return;
  const name = metricName(fact);
  const shares =
    fact.part === null ? state.catalogue.facts.filter((other) => other.name === fact.name && other.part !== null) : [];
  let started = false;
  for (const row of subjects) {
    for (const { labels, value } of valuesOf(state, fact, shares, row)) {
      if (!started) yield* head(name, fact.counter ? 'counter' : 'gauge', `${fact.about.en}.`);
      started = true;
      yield `${name}{${labels}} ${Number(value)}`;
    }
  }
}

function* valuesOf(
  state: State,
  fact: CatalogueFact,
  shares: readonly CatalogueFact[],
  { subject, labels, parts }: Labelled,
): Generator<{ labels: string; value: unknown }> {
  if (fact.part === null) {
    const value = believed(state, subject, fact);
    if (value !== undefined) yield { labels, value };
  }
  const ofParts = fact.part === null ? shares : [fact];
  for (const part of parts) {
    for (const share of ofParts) {
      const value = believed(state, part.subject, share);
      if (value !== undefined && part.subject.id.startsWith(`${subject.id}/${share.part}:`))
        yield { labels: part.labels, value };
    }
  }
}

/** Texts are labels of one `_info` series a probe. */
function* infoSeries(state: State, subjects: readonly Labelled[]): Generator<string> {
  for (const probe of state.catalogue.probes) {
    const texts = state.catalogue.facts.filter(
      (fact) => fact.probe === probe.name && fact.part === null && (fact.type === 'string' || fact.type === 'strings'),
    );
    if (texts.length === 0) continue;
    const name = `xunkao_${probe.name}_info`;
    let started = false;
    for (const { subject, labels } of subjects) {
      const pairs = texts.flatMap((fact) => {
        const value = believed(state, subject, fact);
        return value === undefined
          ? []
          : [`${fact.word}="${escapeLabel(Array.isArray(value) ? value.join(', ') : String(value))}"`];
      });
      if (pairs.length === 0) continue;
      if (!started) yield* head(name, 'gauge', `What the probe ${probe.name} says in words.`);
      started = true;
      yield `${name}{${labels},${pairs.join(',')}} 1`;
    }
  }
}

function* probeSeries(state: State, subjects: readonly Labelled[]): Generator<string> {
  const asked = function* (
    write: (row: Labelled, probe: (typeof state.catalogue.probes)[number]) => string,
  ): Generator<string> {
    for (const row of subjects) {
      for (const probe of state.catalogue.probes) {
        if (probe.name !== 'presence' && row.subject.outcome[probe.index] !== undefined) yield write(row, probe);
      }
    }
  };
  yield* head('xunkao_probe_success', 'gauge', 'Whether the probe’s last ask was answered.');
  yield* asked(
    ({ subject, labels }, { name, index }) =>
      `xunkao_probe_success{${labels},probe="${name}"} ${subject.outcome[index] === 'ok' ? 1 : 0}`,
  );
  yield* head('xunkao_probe_duration_seconds', 'gauge', 'How long the probe’s last ask took.');
  yield* asked(
    ({ subject, labels }, { name, index }) =>
      `xunkao_probe_duration_seconds{${labels},probe="${name}"} ${subject.tookMs[index]! / 1000}`,
  );
}

function label({ site, places }: MetricsSource, subject: Subject): Labelled | null {
  const machine = places.machine(subject.id);
  const device = places.device(subject.id);
  if (!machine && !device) return null;
  const pairs: [string, string][] = [
    ['site', site],
    ['room', machine?.room ?? device?.room ?? ''],
    ['seat', machine?.seat ?? ''],
    ['machine', machine?.id ?? ''],
    ['role', machine?.role ?? ''],
    ...(device ? [['device', device.id] as [string, string]] : []),
    ...(machine?.simulated ? [['simulated', 'true'] as [string, string]] : []),
  ];
  const labels = pairs
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${name}="${escapeLabel(value)}"`)
    .join(',');
  const parts = [...subject.parts.values()].map((part) => ({
    subject: part,
    labels: `${labels},part="${escapeLabel(part.id.slice(subject.id.length + 1))}"`,
    parts: [],
  }));
  return { subject, labels, parts };
}

export function escapeLabel(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
