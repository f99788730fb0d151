import type { Bilingual } from '../../agent/probe.ts';
import type { Value } from '../../agent/reading.ts';
import { observedText } from '../pagers/observed.ts';
import type { Terms } from './terms.ts';
import { WORDS, type ReportWord } from './words.ts';

export type Language = 'zh' | 'en';

/** How a report speaks: in one language, with the site's clock. */
export interface Voice {
  readonly language: Language;
  readonly say: (word: ReportWord, values?: Readonly<Record<string, string | number>>) => string;
  readonly tell: (text: Bilingual) => string;
  /** `2026-11-26` */
  readonly day: (wall: number) => string;
  /** `2026-11-26 09:00` */
  readonly time: (wall: number) => string;
  /** `09:00:12` */
  readonly clock: (wall: number) => string;
  /** `2 min 5 s` */
  readonly span: (ms: number) => string;
  readonly share: (ratio: number) => string;
  readonly list: (items: readonly string[]) => string;
  /** What was measured, in words; '' when nothing was. */
  readonly observed: (value: unknown) => string;
}

export function createVoice(language: Language, { facts, timeZone }: Terms): Voice {
  const format = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  });
  const parts = (wall: number): Readonly<Record<string, string>> =>
    Object.fromEntries(format.formatToParts(wall).map(({ type, value }) => [type, value]));
  const day = ({ year, month, day: date }: Readonly<Record<string, string>>): string => `${year}-${month}-${date}`;
  const say: Voice['say'] = (word, values = {}) =>
    WORDS[word][language].replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ''));

  return {
    language,
    say,
    tell: (text) => text[language],
    day: (wall) => day(parts(wall)),
    time(wall) {
      const all = parts(wall);
      return `${day(all)} ${all['hour']}:${all['minute']}`;
    },
    clock(wall) {
      const { hour, minute, second } = parts(wall);
      return `${hour}:${minute}:${second}`;
    },
    span(ms) {
      const seconds = Math.max(0, Math.round(ms / 1000));
      const [d, h, m, s] = [
        Math.floor(seconds / 86_400),
        Math.floor(seconds / 3600) % 24,
        Math.floor(seconds / 60) % 60,
        seconds % 60,
      ];
      if (d > 0) return say('span_days', { d, h });
      if (h > 0) return m === 0 ? say('span_whole_hours', { h }) : say('span_hours', { h, m });
      if (m > 0) return s === 0 ? say('span_whole_minutes', { m }) : say('span_minutes', { m, s });
      return say('span_seconds', { s });
    },
    share: (ratio) => `${Math.round(ratio * 1000) / 10}%`,
    list: (items) => items.join(language === 'zh' ? '、' : ', '),
    observed(value) {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return '';
      const named = { fact: (name: string) => facts[name] } as unknown as Parameters<typeof observedText>[1];
      return observedText(value as Readonly<Record<string, Value | null>>, named, language);
    },
  };
}
