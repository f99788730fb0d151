import { OUTCOMES, REASONS } from '../drills/upsTexts.ts';
import { PLAYBACK_REASONS } from '../drills/playbackTexts.ts';
import { UPLINK_REASONS } from '../drills/uplinkTexts.ts';
import { hashOf, type Drill } from '../drills/drill.ts';
import type { UpsSample } from '../drills/upsDrill.ts';
import { cell, type Block, type Cell, type Chart, type Table, type Tone } from './document.ts';
import { shareAxis } from './overTime.ts';
import type { Desk } from './parts.ts';
import type { Term } from './termFigures.ts';

type Ended = Omit<Drill, 'kind' | 'startedBy'> & { readonly drill: Drill['kind']; readonly by: unknown };

const OUTCOME_TONE: Readonly<Record<string, Tone>> = {
  proven: 'good',
  failed: 'bad',
  projected: 'warn',
  none: 'muted',
};

/** Drills of a term, and of each UPS the curve of its newest discharge. */
export function* drillBlocks(desk: Desk, { from, to }: Term): Generator<Block> {
  const ended = [...drillsOf(desk, from, to)];
  yield drillTable(ended, desk);
  const newest = new Map(ended.filter(({ drill }) => drill === 'ups').map((one) => [one.subject, one]));
  for (const drill of newest.values()) {
    const chart = upsCurve(drill, desk);
    if (chart) yield { kind: 'chart', chart };
  }
}

function* drillsOf({ reading }: Desk, from: number, to: number): Generator<Ended> {
  const having = { member: 'change', oneOf: ['ended'] };
  for (const { subject, body } of reading.entries({ kinds: ['drill'], from, to, having }))
    yield { ...(body as unknown as Omit<Ended, 'subject'>), subject: subject ?? '' };
}

function drillTable(drills: readonly Ended[], { voice, names }: Desk): Table {
  const { say } = voice;
  return {
    kind: 'table',
    title: '',
    columns: [
      { title: say('col_time'), share: 17 },
      { title: say('col_drill'), share: 16 },
      { title: say('col_place'), share: 14 },
      { title: say('col_result'), share: 12 },
      { title: say('col_measured'), share: 27 },
      { title: say('col_valid_until'), share: 14 },
    ],
    rows: drills.map((one): readonly Cell[] => [
      cell(voice.time(one.startedAt)),
      cell(say(`drill_${one.drill}`)),
      cell(names.place(one.subject)),
      one.outcome === null ? cell('—') : cell(voice.tell(OUTCOMES[one.outcome]), OUTCOME_TONE[one.outcome]),
      cell(measuredText(one, voice)),
      cell(one.validUntil === null ? '—' : voice.day(one.validUntil)),
    ]),
    none: say('none_drills'),
  };
}

/** By what is proven. */
const TEXTS: Readonly<Record<Drill['kind'], Readonly<Record<string, { readonly zh: string; readonly en: string }>>>> = {
  ups: REASONS,
  playback: PLAYBACK_REASONS,
  throughput: UPLINK_REASONS,
  reboot: {},
};

function measuredText({ drill, measured, reasons }: Ended, voice: Desk['voice']): string {
  const texts = TEXTS[drill];
  const why = reasons
    .map((word) => voice.tell(texts[word] ?? { zh: word, en: word }))
    .join(voice.language === 'zh' ? '；' : '; ');
  const { seconds, load_mean_ratio: load, down_bytes_per_second: down, up_bytes_per_second: up } = measured;
  const rate = (value: unknown): string =>
    typeof value === 'number' ? `${Math.round((value * 8) / 1e5) / 10} Mbit/s` : '—';
  if (drill === 'throughput') return `↓ ${rate(down)}  ↑ ${rate(up)}${why === '' ? '' : `\n${why}`}`;
  if (drill === 'playback') {
    const { video_seconds: clip, width_pixels: width, height_pixels: height } = measured;
    const seen =
      typeof clip === 'number' ? `${voice.span(clip * 1000)}  ${String(width ?? '—')}×${String(height ?? '—')}` : '—';
    return `${seen}${why === '' ? '' : `\n${why}`}`;
  }
  const lasted = typeof seconds === 'number' ? voice.span(seconds * 1000) : '—';
  return `${voice.say('drill_lasted', { span: lasted, load: typeof load === 'number' ? voice.share(load) : '—' })}${why === '' ? '' : `\n${why}`}`;
}

/** Charge and load while on battery; null where nobody has kept them. */
function upsCurve(drill: Ended, desk: Desk): Chart | null {
  const { voice, names } = desk;
  const { say } = voice;
  const { charge, load, word } = curveOf(drill, desk.reading);
  if (charge.length + load.length < 2) return null;
  const target = Number(drill.measured['target_seconds'] ?? 7_200);
  const last = Math.max(target, charge.at(-1)?.[0] ?? 0, load.at(-1)?.[0] ?? 0);
  const halves = Array.from({ length: Math.floor(last / 1800) + 1 }, (_, index) => ({
    at: index * 1800,
    text: voice.span(index * 1_800_000),
  }));
  return {
    kind: 'lines',
    title: say(word, { ups: names.place(drill.subject), day: voice.day(drill.startedAt) }),
    about: say('chart_ups_about', { span: voice.span(Number(drill.measured['seconds'] ?? 0) * 1000) }),
    x: { from: 0, to: last * 1.03, ticks: halves },
    y: shareAxis(0, voice),
    series: [
      { name: say('chart_charge'), tone: 'first', points: thinned(charge) },
      { name: say('chart_load'), tone: 'second', dashed: true, points: thinned(load) },
    ],
    marks: [{ x: target, text: voice.span(target * 1000) }],
  };
}

type Points = readonly (readonly [seconds: number, ratio: number])[];

interface Curve {
  readonly charge: Points;
  readonly load: Points;
  readonly word: 'chart_ups' | 'chart_ups_altered' | 'chart_ups_minutes';
}

/** By the drill's own samples, which have to be those whose hash is in the record; without any by the minute values. */
function curveOf({ id, subject, samplesHash, startedAt, endedAt }: Ended, reading: Desk['reading']): Curve {
  const samples = samplesOf(id, reading);
  if (samples.length > 0) {
    const points = (column: 2 | 3): Points =>
      samples.flatMap((sample) => (sample[column] === null ? [] : [[sample[0], sample[column]] as const]));
    const word = hashOf(samples) === samplesHash ? 'chart_ups' : 'chart_ups_altered';
    return { charge: points(3), load: points(2), word };
  }
  const facts = ['ups.charge_ratio', 'ups.load_ratio'];
  const to = endedAt ?? startedAt;
  const values = reading.series({ subject, facts, from: startedAt, to, resolution: 'minute' });
  const points = (name: string): Points =>
    values.flatMap(({ at, fact, mean }) => (fact === name ? [[(at - startedAt) / 1000, mean] as const] : []));
  return { charge: points(facts[0]!), load: points(facts[1]!), word: 'chart_ups_minutes' };
}

function samplesOf(id: string, reading: Desk['reading']): readonly UpsSample[] {
  const samples: UpsSample[] = [];
  // Pieces are numbered from 0000 without a gap.
  for (let piece = 0; ; piece += 1) {
    const rows = reading.keptOne('drill-samples', `${id}/${String(piece).padStart(4, '0')}`) as
      | readonly UpsSample[]
      | null;
    if (!rows) return samples;
    samples.push(...rows);
  }
}

const MOST_POINTS = 400;

/** More points than a picture is wide say nothing more. */
function thinned<T>(points: readonly T[]): readonly T[] {
  const step = Math.ceil(points.length / MOST_POINTS);
  return points.filter((_, index) => index % step === 0 || index === points.length - 1);
}
