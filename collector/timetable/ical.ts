import type { Bilingual } from '../../agent/probe.ts';
import { isTimeZone } from '../clock.ts';
import type { Understood } from '../people/cells.ts';
import { exam, listed, MOST_SESSIONS, tooMany, type Draft, type Fault } from './draft.ts';
import { momentOf } from './when.ts';

/**
 * Exams from an iCalendar file (RFC 5545), as calendars and timetables export them: a VEVENT is an exam with SUMMARY as
 * its title, LOCATION as its rooms, DTSTART and DTEND (or DURATION) as its times. How many sit it stands in the
 * DESCRIPTION as a line `考生人数: 40` or `candidates: A=40, B=35`; 科目 (subjects) and 等级 (level) likewise.
 *
 * What would have to be guessed is refused: events that repeat, whole days, time zones nobody knows.
 */
export function readCalendar(
  text: string,
  zone: string,
): { readonly drafts: readonly Draft[]; readonly faults: readonly Fault[] } {
  const lines = unfold(text);
  if (lines[0]?.name !== 'BEGIN' || lines[0].value.toUpperCase() !== 'VCALENDAR')
    return { drafts: [], faults: [{ line: 1, column: null, message: NO_CALENDAR }] };
  const faults: Fault[] = [];
  const drafts: Draft[] = [];
  const events = eventsOf(lines, faults);
  if (events.length > MOST_SESSIONS) return { drafts: [], faults: [tooMany(events[MOST_SESSIONS]!.line)] };
  if (events.length === 0 && faults.length === 0) faults.push({ line: 1, column: null, message: NO_EVENT });
  for (const event of events) {
    const draft = draftOf(event, zone, faults);
    if (draft) drafts.push(draft);
  }
  return { drafts, faults };
}

interface Line {
  /** Where it begins in the file. */
  readonly line: number;
  readonly name: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly value: string;
}

interface Event {
  readonly line: number;
  readonly properties: ReadonlyMap<string, Line>;
}

/** A long line goes on in the next one behind a blank (RFC 5545 §3.1). */
function unfold(text: string): Line[] {
  const lines: Line[] = [];
  let begun: { line: number; text: string } | null = null;
  const end = (): void => {
    const read = begun && readLine(begun.line, begun.text);
    if (read) lines.push(read);
  };
  text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\n|\r/)
    .forEach((row, index) => {
      if (begun && /^[ \t]/.test(row)) begun.text += row.slice(1);
      else {
        end();
        begun = row.trim() === '' ? null : { line: index + 1, text: row };
      }
    });
  end();
  return lines;
}

function readLine(line: number, text: string): Line | null {
  const found = /^([A-Za-z0-9-]+)((?:;[A-Za-z0-9-]+=(?:"[^"]*"|[^";:]*))*):(.*)$/s.exec(text);
  if (!found) return null;
  const parameters: Record<string, string> = {};
  for (const [, name, value] of found[2]!.matchAll(/;([A-Za-z0-9-]+)=("[^"]*"|[^";:]*)/g))
    parameters[name!.toUpperCase()] = value!.replace(/^"|"$/g, '');
  return { line, name: found[1]!.toUpperCase(), parameters, value: found[3]! };
}

function eventsOf(lines: readonly Line[], faults: Fault[]): Event[] {
  const events: Event[] = [];
  /** Components that are open, innermost last: an alarm inside an event has a DESCRIPTION of its own. */
  const open: string[] = [];
  let event: { line: number; properties: Map<string, Line> } | null = null;
  for (const line of lines) {
    const word = line.value.toUpperCase();
    if (line.name === 'BEGIN') {
      open.push(word);
      if (word === 'VEVENT') event = { line: line.line, properties: new Map() };
    } else if (line.name === 'END') {
      if (open.pop() !== word) {
        faults.push({ line: line.line, column: null, message: wrongEnd(word) });
        return [];
      }
      if (word === 'VEVENT' && event) events.push(event);
      if (word === 'VEVENT') event = null;
    } else if (event && open.at(-1) === 'VEVENT') event.properties.set(line.name, line);
  }
  if (open.length > 0) faults.push({ line: lines.at(-1)!.line, column: null, message: CUT_OFF });
  return events;
}

function draftOf({ line, properties }: Event, zone: string, faults: Fault[]): Draft | null {
  const before = faults.length;
  const fault = (name: string | null, message: Bilingual): void =>
    void faults.push({ line: properties.get(name ?? '')?.line ?? line, column: name, message });
  if (properties.get('STATUS')?.value.toUpperCase() === 'CANCELLED') return null;
  for (const name of ['RRULE', 'RDATE', 'RECURRENCE-ID']) if (properties.has(name)) fault(name, REPEATS);
  const said = (name: string): string => unescape(properties.get(name)?.value ?? '').trim();
  const description = unescape(properties.get('DESCRIPTION')?.value ?? '');
  const start = momentAt(properties.get('DTSTART'), zone);
  const end = properties.has('DTEND')
    ? momentAt(properties.get('DTEND'), zone)
    : lasting(start, properties.get('DURATION'));
  if ('fault' in start) fault('DTSTART', start.fault);
  if ('fault' in end) fault(properties.has('DURATION') ? 'DURATION' : 'DTEND', end.fault);
  for (const name of ['SUMMARY', 'LOCATION'])
    if (said(name) === '') fault(name, { zh: `没有 ${name}`, en: `${name} is missing` });
  const candidates = described(description, '考生人数|应考人数|人数|candidates');
  if (candidates === undefined) fault('DESCRIPTION', NO_CANDIDATES);
  if (faults.length > before) return null;
  const { wish, faults: wrong } = exam({
    title: said('SUMMARY').replaceAll(/\s+/g, ' '),
    rooms: listed(said('LOCATION')).join('、'),
    startsAt: (start as { value: number }).value,
    endsAt: (end as { value: number }).value,
    candidates: candidates!,
    subjects: described(description, '科目|subjects?'),
    level: described(description, '等级|level'),
  });
  const places = { title: 'SUMMARY', rooms: 'LOCATION' } as Readonly<Record<string, string>>;
  for (const { key, message } of wrong) fault(places[key] ?? 'DESCRIPTION', message);
  return wrong.length > 0 ? null : { line, column: null, wish };
}

function described(text: string, names: string): string | undefined {
  return new RegExp(`^\\s*(?:${names})\\s*[:：]\\s*(\\S.*?)\\s*$`, 'im').exec(text)?.[1];
}

/** RFC 5545 §3.3.11 */
function unescape(text: string): string {
  return text.replaceAll(/\\([\\;,nN])/g, (_, letter: string) => (letter.toLowerCase() === 'n' ? '\n' : letter));
}

/** Names that Windows gives to time zones, where calendars write them. */
const WINDOWS_ZONES: Readonly<Record<string, string>> = {
  'China Standard Time': 'Asia/Shanghai',
  'Taipei Standard Time': 'Asia/Taipei',
  UTC: 'UTC',
};

/** `20261201T090000` in a named zone or the site's own, or `…Z`. */
function momentAt(line: Line | undefined, zone: string): Understood<number> {
  if (!line) return { fault: { zh: '没有写时间', en: 'the time is missing' } };
  const { value, parameters } = line;
  if (parameters['VALUE'] === 'DATE' || /^\d{8}$/.test(value)) return { fault: WHOLE_DAY };
  const found = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})(Z?)$/.exec(value);
  const named = parameters['TZID']?.replace(/^\//, '');
  const known = named === undefined ? zone : (WINDOWS_ZONES[named] ?? named);
  if (!isTimeZone(known)) return { fault: unknownZone(named!) };
  try {
    const [, year, month, day, hour, minute, second, utc] = found ?? [];
    const at = Temporal.PlainDateTime.from(`${year}-${month}-${day}T${hour}:${minute}:${second}`);
    return momentOf(at, utc === 'Z' ? 'UTC' : known);
  } catch {
    return {
      fault: {
        zh: `“${value.slice(0, 40)}”不是时间；应为 20261201T090000`,
        en: `${JSON.stringify(value.slice(0, 40))} is no time; expected 20261201T090000`,
      },
    };
  }
}

function lasting(start: Understood<number>, line: Line | undefined): Understood<number> {
  if (!line) return { fault: { zh: '没有 DTEND 或 DURATION', en: 'DTEND or DURATION is missing' } };
  if ('fault' in start) return { value: 0 };
  try {
    return { value: start.value + Temporal.Duration.from(line.value).total({ unit: 'milliseconds' }) };
  } catch {
    return {
      fault: {
        zh: `“${line.value.slice(0, 40)}”不是时长；应为 PT2H`,
        en: `${JSON.stringify(line.value.slice(0, 40))} is no duration; expected PT2H`,
      },
    };
  }
}

const NO_CALENDAR: Bilingual = {
  zh: '不是 iCalendar 文件；第一行应为 BEGIN:VCALENDAR',
  en: 'this is no iCalendar file; its first line should be BEGIN:VCALENDAR',
};
const NO_EVENT: Bilingual = { zh: '文件里没有日程（VEVENT）', en: 'there is no event (VEVENT) in the file' };
const CUT_OFF: Bilingual = { zh: '文件不完整，缺少 END', en: 'the file is cut off: an END is missing' };
const wrongEnd = (word: string): Bilingual => ({
  zh: `END:${word.slice(0, 40)} 没有对应的 BEGIN`,
  en: `END:${word.slice(0, 40)} ends nothing that was begun`,
});
const REPEATS: Bilingual = {
  zh: '重复的日程不能导入；请把每一场导出为单独的日程',
  en: 'events that repeat are not read; export each session as an event of its own',
};
const WHOLE_DAY: Bilingual = {
  zh: '只有日期、没有时间；考试要写明开始和结束时间',
  en: 'this is a whole day; an exam has a time to start and to end',
};
const unknownZone = (name: string): Bilingual => ({
  zh: `不认识的时区“${name}”；应为 Asia/Shanghai 这样的名称`,
  en: `unknown time zone ${JSON.stringify(name)}; expected a name such as Asia/Shanghai`,
});
const NO_CANDIDATES: Bilingual = {
  zh: '说明（DESCRIPTION）里没有“考生人数: 40”这样的一行',
  en: 'the DESCRIPTION has no line such as “candidates: 40”',
};
