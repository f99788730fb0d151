import type { Bilingual } from '../../agent/probe.ts';
import { harmful, isBlank } from '../people/cells.ts';
import { readCsv, type CsvRow } from '../sheet/csv.ts';
import * as sheet from '../sheet/headings.ts';
import { exam, MOST_SESSIONS, tooMany, type Draft, type Fault } from './draft.ts';
import { dayOf, timeOf } from './when.ts';

/** In the order of the template file; headings are known by any of their names. */
const COLUMNS = {
  title: {
    title: { zh: '场次', en: 'session' },
    also: ['场次名称', '考试', '考试名称', '名称', 'title'],
    needed: true,
  },
  rooms: { title: { zh: '考场', en: 'rooms' }, also: ['考室', '机房', 'room'], needed: true },
  day: { title: { zh: '日期', en: 'day' }, also: ['考试日期', 'date'] },
  start: { title: { zh: '开始', en: 'start' }, also: ['开始时间', '开考时间'], needed: true },
  end: { title: { zh: '结束', en: 'end' }, also: ['结束时间', '交卷时间'], needed: true },
  candidates: { title: { zh: '考生人数', en: 'candidates' }, also: ['人数', '应考人数'], needed: true },
  subjects: { title: { zh: '科目', en: 'subjects' }, also: ['考试科目', 'subject'] },
  level: { title: { zh: '等级', en: 'level' }, also: ['级别', '考试等级'] },
} as const satisfies sheet.Columns<string>;

type Key = keyof typeof COLUMNS;

/** The template that a site fills in. */
export const TEMPLATE = sheet.templateOf(COLUMNS);

/** Exams from a CSV file, UTF-8 or GBK; every fault of every line in one go. */
export function readTable(
  bytes: Uint8Array,
  zone: string,
): { readonly drafts: readonly Draft[]; readonly faults: readonly Fault[] } {
  const lines = bytes.reduce((count, byte) => count + (byte === 0x0a ? 1 : 0), 0);
  const csv = lines > MOST_SESSIONS * 2 ? { fault: tooMany(1) } : readCsv(bytes, MOST_SESSIONS * 3, tooMany(1).message);
  if ('fault' in csv) return { drafts: [], faults: [csv.fault] };
  const [head, ...body] = csv.rows;
  if (!head) return { drafts: [], faults: [{ line: 1, column: null, message: sheet.EMPTY }] };
  if (body.length > MOST_SESSIONS) return { drafts: [], faults: [tooMany(body[MOST_SESSIONS]!.line)] };
  const { columns, faults } = sheet.readHead<Key>(head, COLUMNS);
  if (faults.length === 0 && body.length === 0) faults.push({ line: head.line + 1, column: null, message: NO_SESSION });
  if (faults.length > 0) return { drafts: [], faults };
  const drafts = body.map((row) => readLine(row, columns, zone, faults)).filter((draft) => draft !== null);
  return { drafts, faults };
}

function readLine({ line, cells }: CsvRow, columns: readonly Key[], zone: string, faults: Fault[]): Draft | null {
  const before = faults.length;
  const fault = (key: Key | null, message: Bilingual): void =>
    void faults.push({ line, column: key === null ? null : COLUMNS[key].title.zh, message });
  const beyond = sheet.tooManyCells(cells, columns);
  if (beyond) {
    fault(null, beyond);
    return null;
  }
  const said: Partial<Record<Key, string>> = {};
  columns.forEach((key, index) => {
    const text = cells[index] ?? '';
    const bad = harmful(text);
    if (bad) fault(key, bad);
    else if (!isBlank(text)) said[key] = text;
    else if ((COLUMNS[key] as sheet.Column).needed) fault(key, sheet.notGiven(COLUMNS[key].title));
  });
  const day = said.day === undefined ? null : dayOf(said.day);
  if (day && 'fault' in day) fault('day', day.fault);
  const on = day && 'value' in day ? day.value : null;
  // One mistake, one message: without its day no time is looked at.
  if (faults.length > before) return null;
  const start = timeOf(said.start!, on, zone);
  const end = timeOf(said.end!, on, zone);
  if ('fault' in start) fault('start', start.fault);
  if ('fault' in end) fault('end', end.fault);
  const made = exam({
    title: said.title!,
    rooms: said.rooms!,
    startsAt: 'value' in start ? start.value : 0,
    endsAt: 'value' in end ? end.value : 1,
    candidates: said.candidates!,
    subjects: said.subjects,
    level: said.level,
  });
  for (const { key, message } of made.faults) fault(key, message);
  return faults.length > before ? null : { line, column: null, wish: made.wish };
}

const NO_SESSION: Bilingual = { zh: '表头下面没有场次', en: 'there is no session below the headings' };
