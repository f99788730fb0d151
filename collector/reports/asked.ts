import type { Bilingual } from '../../agent/probe.ts';
import { dayOf, momentOf } from '../timetable/when.ts';
import type { ReportWish } from './report.ts';

export const KINDS = [
  'session',
  'term',
  'dossier',
  'evaluation',
  'seats',
] as const satisfies readonly ReportWish['kind'][];

/** A report as it is asked for, by the command and by the console alike. */
export interface Asked {
  readonly kind: ReportWish['kind'];
  readonly session?: string | undefined;
  readonly room?: string | undefined;
  /** Days at the site, `2026-03-01`, both included. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** Two years: 第十八条. */
const EVALUATION_YEARS = 2;

export function wishOf(asked: Asked, timeZone: string, now: number): ReportWish | { readonly refused: Bilingual } {
  const { kind, session, room } = asked;
  switch (kind) {
    case 'session':
      return session === undefined ? { refused: NO_SESSION } : { kind, session };
    case 'dossier':
      return { kind, session: session ?? null };
    case 'seats':
      return { kind, room: room ?? null };
    case 'term':
    case 'evaluation':
      return termOf(kind, asked, timeZone, now);
  }
  return kind satisfies never;
}

function termOf(
  kind: 'term' | 'evaluation',
  asked: Asked,
  timeZone: string,
  now: number,
): ReportWish | { readonly refused: Bilingual } {
  if (kind === 'term' && (asked.from === undefined || asked.to === undefined)) return { refused: NO_DAYS };
  const today = Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(timeZone).toPlainDate();
  const last = asked.to === undefined ? { value: today } : dayOf(asked.to);
  if ('fault' in last) return { refused: last.fault };
  const first =
    asked.from === undefined
      ? { value: last.value.subtract({ years: EVALUATION_YEARS }).add({ days: 1 }) }
      : dayOf(asked.from);
  if ('fault' in first) return { refused: first.fault };
  const [from, to] = [first.value, last.value.add({ days: 1 })].map((day) => momentOf(day.toPlainDateTime(), timeZone));
  if ('fault' in from!) return { refused: from.fault };
  if ('fault' in to!) return { refused: to.fault };
  return to!.value > from!.value ? { kind, from: from!.value, to: to!.value } : { refused: BACKWARDS };
}

const NO_SESSION: Bilingual = { zh: '须写明场次编号，例如 s-1a2b3c4d', en: 'name the session, such as s-1a2b3c4d' };
const NO_DAYS: Bilingual = {
  zh: '须写明起止日期（含当日），例如 from 2026-03-01、to 2026-06-30',
  en: 'name the first and the last day, such as from 2026-03-01 and to 2026-06-30',
};
const BACKWARDS: Bilingual = { zh: '结束日期早于开始日期', en: 'the last day is before the first' };
