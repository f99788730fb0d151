import type { CatalogueFact, CatalogueProbe } from '../../agent/catalogue.ts';
import type { Compliance } from '../compliance/compliance.ts';
import { scopedOf } from '../identity/scopes.ts';
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
  let since = performance.now();
  for (const piece of pieces(source)) {
    if (piece !== '') yield piece;
    if (performance.now() - since < SLICE_MS) continue;
    await new Promise(setImmediate);
    since = performance.now();
  }
}

/** Characters; some 300 lines, which take a fraction of a millisecond. */
const PIECE = 32 * 1024;
const SLICE_MS = 4;
/** Subjects that are looked at before the time is, where they may have nothing to say. */
const STRIDE = 512;

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
  /** Of a part: `nic`. */
  readonly kind: string | null;
  readonly parts: readonly Labelled[];
}

/** Text of many lines each; an empty one where there may be nothing to write for long, so that the time is looked at. */
function* pieces(source: MetricsSource): Generator<string> {
  const { state } = source;
  const subjects: Labelled[] = [];
  let looked = 0;
  for (const subject of state.all()) {
    const row = label(source, subject);
    if (row) subjects.push(row);
    if (++looked % STRIDE === 0) yield '';
  }
  for (const fact of state.catalogue.facts) {
    if (fact.type === 'number' || fact.type === 'boolean') yield* numberSeries(state, fact, subjects);
  }
  for (const probe of state.catalogue.probes) yield* infoSeries(state, probe, subjects);
  yield* probeSeries(state, subjects);
  yield* verdictSeries(source, subjects);
  yield* presenceSeries(source, subjects);
}

/** What `write` makes of every subject, behind the family's head; nothing at all when that is nothing. */
function* family(head: string, subjects: readonly Labelled[], write: (row: Labelled) => string): Generator<string> {
  let text = '';
  let hasBegun = false;
  for (let index = 0; index < subjects.length; index += 1) {
    text += write(subjects[index]!);
    if (text.length < PIECE && (index + 1) % STRIDE !== 0) continue;
    yield text === '' || hasBegun ? text : head + text;
    hasBegun ||= text !== '';
    text = '';
  }
  if (text !== '') yield hasBegun ? text : head + text;
}

/** Name and help of a fact's metric; also what the dashboards are made from. */
export function metricName(fact: Pick<CatalogueFact, 'probe' | 'word'>): string {
  return `xunkao_${fact.probe}_${fact.word}`;
}

function headOf(name: string, type: 'gauge' | 'counter', help: string): string {
  return `# HELP ${name} ${help.replaceAll('\\', '\\\\').replaceAll('\n', ' ')}\n# TYPE ${name} ${type}\n`;
}

function* numberSeries(state: State, fact: CatalogueFact, subjects: readonly Labelled[]): Generator<string> {
  const { catalogue } = state;
  // A part's fact may share the word of a plain one (`network.speed_bytes_per_second`): one family, told apart by `part`.
  if (fact.part !== null && catalogue.fact(fact.name)) return;
  const name = metricName(fact);
  const plain = fact.part === null ? fact : null;
  const ofParts = catalogue.facts.filter((other) => other.name === fact.name && other.part !== null);
  const line = (row: Labelled, which: CatalogueFact): string => {
    const value = believed(row.subject, which);
    return value === undefined ? '' : `${name}{${row.labels}} ${Number(value)}\n`;
  };
  yield* family(headOf(name, fact.counter ? 'counter' : 'gauge', `${fact.about.en}.`), subjects, (row) => {
    let text = plain ? line(row, plain) : '';
    if (ofParts.length === 0) return text;
    for (const part of row.parts) {
      for (const which of ofParts) if (which.part === part.kind) text += line(part, which);
    }
    return text;
  });
}

/** Texts are labels of one `_info` series a probe. */
function* infoSeries(state: State, probe: CatalogueProbe, subjects: readonly Labelled[]): Generator<string> {
  const texts = state.catalogue.facts.filter(
    (fact) => fact.probe === probe.name && fact.part === null && (fact.type === 'string' || fact.type === 'strings'),
  );
  if (texts.length === 0) return;
  const name = `xunkao_${probe.name}_info`;
  const head = headOf(name, 'gauge', `What the probe ${probe.name} says in words.`);
  yield* family(head, subjects, ({ subject, labels }) => {
    let pairs = '';
    for (const fact of texts) {
      const value = believed(subject, fact);
      if (value === undefined) continue;
      pairs += `,${fact.word}="${escapeLabel(Array.isArray(value) ? value.join(', ') : String(value))}"`;
    }
    return pairs === '' ? '' : `${name}{${labels}${pairs}} 1\n`;
  });
}

function* probeSeries({ catalogue }: State, subjects: readonly Labelled[]): Generator<string> {
  const probes = catalogue.probes.filter(({ name, scopes }) => name !== 'presence' && scopes.length === 0);
  const asked = (name: string, value: (subject: Subject, probe: number) => number) => (row: Labelled) => {
    let text = '';
    for (const { name: probe, index } of probes) {
      if (row.subject.outcome[index] !== undefined)
        text += `${name}{${row.labels},probe="${probe}"} ${value(row.subject, index)}\n`;
    }
    return text;
  };
  const success = 'xunkao_probe_success';
  const successHead = headOf(success, 'gauge', 'Whether the probe’s last ask was answered.');
  yield* family(
    successHead,
    subjects,
    asked(success, ({ outcome }, probe) => (outcome[probe] === 'ok' ? 1 : 0)),
  );
  const duration = 'xunkao_probe_duration_seconds';
  const durationHead = headOf(duration, 'gauge', 'How long the probe’s last ask took.');
  yield* family(
    durationHead,
    subjects,
    asked(duration, ({ tookMs }, probe) => tookMs[probe]! / 1000),
  );
}

function* verdictSeries({ compliance }: MetricsSource, subjects: readonly Labelled[]): Generator<string> {
  const head = headOf('xunkao_verdict', 'gauge', 'One for the state a rule has now about a subject.');
  yield* family(head, subjects, ({ subject, labels }) => {
    let text = '';
    for (const { rule, state } of compliance.of(subject.id))
      text += `xunkao_verdict{${labels},rule="${rule}",state="${state}"} 1\n`;
    return text;
  });
}

function* presenceSeries(source: MetricsSource, subjects: readonly Labelled[]): Generator<string> {
  const name = 'xunkao_presence_timestamp_seconds';
  yield* family(headOf(name, 'gauge', 'When the machine was last heard.'), subjects, ({ subject, labels }) => {
    const seen = subject.kind === 'machine' ? source.seenAt(subject.id) : undefined;
    return seen === undefined ? '' : `${name}{${labels}} ${seen / 1000}\n`;
  });
}

function label({ site, places }: MetricsSource, subject: Subject): Labelled | null {
  const machine = places.machine(subject.id);
  const device = places.device(subject.id);
  const scoped = machine || device ? undefined : scopedOf(subject.id);
  if (!machine && !device && !scoped) return null;
  const pairs: [string, string][] = [
    ['site', site],
    ['room', machine?.room ?? device?.room ?? scoped?.room ?? ''],
    ['session', scoped?.session ?? ''],
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
  const parts = Array.from(subject.parts, ([name, part]) => ({
    subject: part,
    labels: `${labels},part="${escapeLabel(name)}"`,
    kind: name.slice(0, name.indexOf(':')),
    parts: [],
  }));
  return { subject, labels, kind: null, parts };
}

export function escapeLabel(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
