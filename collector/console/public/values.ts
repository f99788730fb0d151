import type { Value } from '../../../agent/reading.ts';
import type { SiteAnswer } from '../api.ts';
import { text, type Language } from './words.ts';

type Facts = SiteAnswer['facts'];

/** One line of what was observed: `{ label: 'Installed memory', shown: '3.9 GiB', known: true }`. */
export interface Shown {
  readonly fact: string;
  /** `''` where none is needed. */
  readonly label: string;
  readonly shown: string;
  /** False when there was no value to show. */
  readonly known: boolean;
  /** A yes or no, which says nothing without its label. */
  readonly bare: boolean;
}

/** An empty text or list: looked, and nothing was there. */
export const NOTHING = '—';

/** What a verdict or an incident observed, in human units; width and height of one thing become one line. */
export function showObserved(
  observed: Readonly<Record<string, Value | null>>,
  facts: Facts,
  language: Language,
): readonly Shown[] {
  const lines: Shown[] = [];
  for (const [fact, value] of Object.entries(observed)) {
    const width = /^(.*)\.width_pixels$/.exec(fact);
    const height = width && observed[`${width[1]}.height_pixels`];
    if (width && typeof value === 'number' && typeof height === 'number') {
      lines.push({
        fact,
        label: label(fact, facts, language),
        shown: `${value} × ${height} px`,
        known: true,
        bare: false,
      });
      continue;
    }
    const before = /^(.*)\.height_pixels$/.exec(fact);
    if (before && typeof value === 'number' && typeof observed[`${before[1]}.width_pixels`] === 'number') continue;
    lines.push({
      fact,
      label: label(fact, facts, language),
      shown:
        value === null
          ? text(language, 'no_data')
          : (meaning(value, facts[fact], language) ?? showValue(fact, value, facts[fact]?.unit ?? null, language)),
      known: value !== null,
      bare: typeof value === 'boolean',
    });
  }
  return lines;
}

/**
 * The lines worth reading: what was seen, without what came back empty beside it; all of them where one that is missing
 * may be the reason. A line that was the only one from the start needs no label: the rule's title says what it is.
 */
export function worthReading(lines: readonly Shown[], isUnknown: boolean): readonly Shown[] {
  const alone = lines.length === 1 && lines[0]?.bare === false;
  const known = lines.filter((line) => line.known);
  if (known.length === 0 && isUnknown) return [];
  const full = isUnknown || known.length === 0 ? lines : known.filter((line) => line.shown !== NOTHING);
  const kept = full.length === 0 ? known.slice(0, 1) : full;
  return alone ? kept.map((line) => ({ ...line, label: '' })) : kept;
}

/** `7340032000` bytes → `6.8 GiB`, `125000000` bytes a second → `1000 Mbit/s`, `7380` seconds → `2 h 3 min`. */
export function showValue(fact: string, value: Value, unit: string | null, language: Language): string {
  if (typeof value === 'boolean') return text(language, value ? 'yes' : 'no');
  if (typeof value === 'string') return value === '' ? NOTHING : value;
  if (typeof value !== 'number') return value.length === 0 ? NOTHING : value.join(text(language, 'list_comma'));
  switch (unit) {
    case 'bytes':
      // Disks are sold, and asked for by the standard, in powers of ten; memory in powers of two.
      return fact.startsWith('disk.') ? scaled(value, 1000, ['B', 'kB', 'MB', 'GB', 'TB']) : inBytes(value);
    case 'seconds':
      return duration(value, language);
    case 'ratio':
      return `${round(value * 100)} %`;
    case 'pixels':
      return `${value} px`;
    case 'bytes_per_second':
      return value >= 125_000 ? `${round(value / 125_000)} Mbit/s` : `${round(value / 125)} kbit/s`;
    case 'hertz':
      return scaled(value, 1000, ['Hz', 'kHz', 'MHz', 'GHz']);
    case 'volts':
      return `${round(value)} V`;
    case 'watts':
      return `${round(value)} W`;
    case 'celsius':
      return `${round(value)} °C`;
    default:
      return String(round(value));
  }
}

/** What the catalogue says that this very value means. */
function meaning(value: Value, fact: Facts[string] | undefined, language: Language): string | undefined {
  return fact?.words?.[String(value)]?.[language];
}

function label(fact: string, facts: Facts, language: Language): string {
  return facts[fact]?.about[language] ?? fact;
}

function inBytes(value: number): string {
  return scaled(value, 1024, ['B', 'KiB', 'MiB', 'GiB', 'TiB']);
}

function scaled(value: number, step: number, units: readonly string[]): string {
  let size = value;
  let place = 0;
  while (Math.abs(size) >= step && place < units.length - 1) {
    size /= step;
    place += 1;
  }
  return `${round(size)} ${units[place]}`;
}

/** The two largest parts that say something: `45 s`, `2 h 3 min`, `3 d 4 h`; below a second in milliseconds. */
function duration(seconds: number, language: Language): string {
  const sign = seconds < 0 ? '−' : '';
  const size = Math.abs(seconds);
  if (size > 0 && size < 1) return `${sign}${Math.round(size * 1000)} ${text(language, 'unit_ms')}`;
  if (size < 60) return `${sign}${round(size)} ${text(language, 'unit_s')}`;
  const whole = Math.round(size);
  const place = PARTS.findIndex((part) => whole >= part.seconds);
  const [large, small] = [PARTS[place], PARTS[place + 1]];
  if (!large || !small) return `${sign}${whole} ${text(language, 'unit_s')}`;
  const head = `${sign}${Math.floor(whole / large.seconds)} ${text(language, large.word)}`;
  const rest = Math.floor((whole % large.seconds) / small.seconds);
  return rest === 0 ? head : `${head} ${rest} ${text(language, small.word)}`;
}

const PARTS = [
  { seconds: 86_400, word: 'unit_d' },
  { seconds: 3_600, word: 'unit_h' },
  { seconds: 60, word: 'unit_min' },
  { seconds: 1, word: 'unit_s' },
] as const;

/** As exact as a person needs, no trailing zeros: 3.87 → 3.9, 117.4 → 117, 0.0123 → 0.012. */
function round(value: number): number {
  const size = Math.abs(value);
  if (size >= 100) return Math.round(value);
  if (size >= 1) return Math.round(value * 10) / 10;
  return Math.round(value * 1000) / 1000;
}
