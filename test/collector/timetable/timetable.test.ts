import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { whyNot } from '../../../collector/sessions/plan.ts';
import type { Session } from '../../../collector/sessions/session.ts';
import type { Wish } from '../../../collector/timetable/draft.ts';
import { importTimetable, type Imported, type NotImported } from '../../../collector/timetable/timetable.ts';

const ZONE = 'Asia/Shanghai';
const HEAD = '场次,考场,日期,开始,结束,考生人数,科目,等级';

/** A calendar in memory, which plans all or nothing as the site's own does. */
function calendar(sessions: Session[] = []) {
  const asked: number[] = [];
  const planAll = async (wishes: readonly Wish[]) => {
    asked.push(wishes.length);
    const made: Session[] = [];
    const refused = [...wishes.entries()].flatMap(([index, wish]) => {
      const why = whyNot(wish, [...sessions, ...made]);
      if (!why) made.push({ ...wish, id: `s-${index}` });
      return why ? [{ index, why }] : [];
    });
    if (refused.length > 0) return { refused };
    sessions.push(...made);
    return { sessions: made };
  };
  return { sessions, asked, planAll };
}

async function take(text: string | Uint8Array, into = calendar()): Promise<Imported | NotImported> {
  return importTimetable(typeof text === 'string' ? Buffer.from(text) : text, ZONE, into.planAll);
}

async function faultsOf(text: string | Uint8Array, into = calendar()): Promise<readonly (readonly unknown[])[]> {
  const done = await take(text, into);
  return 'faults' in done ? done.faults.map(({ line, column, message }) => [line, column, message.en]) : [];
}

describe('a CSV file', () => {
  test('plans its exams in the site’s time zone, with rooms, subjects, level and who sits where', async () => {
    const done = await take(
      `${HEAD}\n上午场,"A、B",2026-12-01,09:00,11:00,A=40、B=35,理论考试、实操考试,中级\n下午场,A,,2026/12/1 14：00,2026-12-01 16:00,40,,\n`,
    );
    expect(done).toEqual({
      sessions: [
        {
          id: 's-0',
          kind: 'exam',
          title: { zh: '上午场', en: '上午场' },
          rooms: ['A', 'B'],
          startsAt: Date.UTC(2026, 11, 1, 1),
          endsAt: Date.UTC(2026, 11, 1, 3),
          candidates: 75,
          byRoom: { A: 40, B: 35 },
          subjects: ['理论考试', '实操考试'],
          level: '中级',
        },
        {
          id: 's-1',
          kind: 'exam',
          title: { zh: '下午场', en: '下午场' },
          rooms: ['A'],
          startsAt: Date.UTC(2026, 11, 1, 6),
          endsAt: Date.UTC(2026, 11, 1, 8),
          candidates: 40,
        },
      ],
    });
  });

  test('is read as Excel and WPS save it: GBK, a byte order mark, Windows’ line ends, English headings', async () => {
    const text = `${HEAD}\r\n上午场,A,2026-12-01,09:00,11:00,40,,\r\n`;
    const gbk = execFileSync('iconv', ['-f', 'UTF-8', '-t', 'GBK'], { input: text });
    for (const bytes of [gbk, Buffer.from(`\uFEFF${text}`)])
      expect(await take(bytes)).toMatchObject({ sessions: [{ title: { zh: '上午场' } }] });
    const english = 'title,rooms,day,start,end,candidates\nMorning,A,2026-12-01,9:00,11:00,40\n';
    expect(await take(english)).toMatchObject({ sessions: [{ startsAt: Date.UTC(2026, 11, 1, 1) }] });
  });

  test('is refused with every fault, its line and column, and nothing of it is planned', async () => {
    const into = calendar();
    const lines = [
      HEAD,
      '好的场次,A,2026-12-01,09:00,11:00,40,,',
      '结束太早,B,2026-12-01,11:00,09:00,40,,',
      '=HYPERLINK("x"),C,2026-12-01,09:00,11:00,40,,',
      ',D,2026-02-30,25:00,11:00,0,,',
      '人数不对,"E、F",2026-12-01,09:00,11:00,40,,',
      '房间/不对,G/1,2026-12-01,09:00,11:00,40,,',
    ];
    expect(await faultsOf(lines.join('\n'), into)).toEqual([
      [4, '场次', 'it begins with =, which a spreadsheet would compute as a formula; take that sign away'],
      [5, '场次', 'session is not given'],
      [5, '日期', 'a day such as 2026-12-01 is expected, not "2026-02-30"'],
      [6, '考生人数', 'how many sit in room F is not said; expected E=40、F=40'],
      [7, '考场', expect.stringContaining('"G/1" is no room’s name')],
    ]);
    expect(into).toMatchObject({ sessions: [], asked: [] });
  });

  test('that ends before it starts, or meets another session in its room, is refused by line; the rest is not planned', async () => {
    const into = calendar();
    await take(`${HEAD}\n上午场,A,2026-12-01,09:00,11:00,40,,\n`, into);
    const text = `${HEAD}\n甲,B,2026-12-01,09:00,11:00,40,,\n乙,C,2026-12-01,11:00,09:00,40,,\n丙,A,2026-12-01,10:00,12:00,40,,\n`;
    expect(await faultsOf(text, into)).toEqual([
      [3, null, 'The end has to be later than the start.'],
      [4, null, 'Room A has the session “上午场” at that time already.'],
    ]);
    expect(into.sessions.map(({ title }) => title.zh)).toEqual(['上午场']);
  });

  test('with the same room and time twice is refused, and says where the first one stands', async () => {
    const line = '上午场,A,2026-12-01,09:00,11:00,40,,';
    expect(await faultsOf(`${HEAD}\n${line}\n\n${line}\n`)).toEqual([
      [4, null, 'line 2 has room A at the same time already'],
    ]);
  });

  test.each([
    [
      'no column of ours',
      '姓名,电话\n张三,1\n',
      [1, '姓名', expect.stringContaining('unknown heading "姓名"; known are session')],
    ],
    ['no session below its headings', `${HEAD}\n`, [2, null, 'there is no session below the headings']],
    ['nothing in it', '', [1, null, 'the file is empty']],
    [
      'no heading it needs',
      '场次,考场,日期,开始,结束\nx,A,2026-12-01,9:00,10:00\n',
      [1, '考生人数', 'the heading candidates is missing'],
    ],
    [
      'more cells than headings',
      `${HEAD}\na,A,2026-12-01,9:00,10:00,40,,,x\n`,
      [2, null, expect.stringContaining('9 cells below 8')],
    ],
    [
      '10,000 lines',
      `${HEAD}\n${'a,A,2026-12-01,9:00,10:00,40,,\n'.repeat(10_000)}`,
      [1, null, expect.stringContaining('more than 1000 sessions')],
    ],
    [
      '1,001 sessions',
      `${HEAD}\n${'a,A,2026-12-01,9:00,10:00,40,,\n'.repeat(1_001)}`,
      [1002, null, expect.stringContaining('more than 1000 sessions')],
    ],
    ['a workbook', Buffer.from('PK\u0003\u0004'), [1, null, expect.stringContaining('Excel workbook')]],
    ['bytes that are no text', Buffer.from([0xff, 0xff, 0, 1]), [1, null, expect.stringContaining('UTF-8')]],
  ])('with %s is refused in words', async (_, text, fault) => {
    expect((await faultsOf(text))[0]).toEqual(fault);
  });

  test('with a time that a change of clocks leaves out is refused rather than guessed', async () => {
    const text = `${HEAD}\na,A,2026-03-29,02:30,04:00,40,,\n`;
    const done = await importTimetable(Buffer.from(text), 'Europe/Berlin', calendar().planAll);
    expect(done).toMatchObject({
      faults: [{ line: 2, column: '开始', message: { en: expect.stringContaining('left out') } }],
    });
  });
});

const event = (...lines: readonly string[]): string =>
  ['BEGIN:VCALENDAR', 'VERSION:2.0', 'BEGIN:VEVENT', ...lines, 'END:VEVENT', 'END:VCALENDAR', ''].join('\r\n');
const EXAM = [
  'SUMMARY:上午场',
  'LOCATION:A\\, B',
  'DESCRIPTION:直播电商\\n考生人数: A=40\\, B=35\\n等级：中级',
] as const;

describe('an iCalendar file', () => {
  test('plans its events, with time zones, folded lines, escapes and alarms as RFC 5545 has them', async () => {
    const text = event(
      'DTSTART;TZID=Asia/Shanghai:20261201T090000',
      'DURATION:PT2H',
      'SUMMARY:上午场\\, 第一',
      '  批',
      ...EXAM.slice(1),
      'BEGIN:VALARM',
      'DESCRIPTION:别忘了',
      'END:VALARM',
    );
    expect(await take(text)).toMatchObject({
      sessions: [
        {
          title: { zh: '上午场, 第一 批' },
          rooms: ['A', 'B'],
          byRoom: { A: 40, B: 35 },
          level: '中级',
          startsAt: Date.UTC(2026, 11, 1, 1),
          endsAt: Date.UTC(2026, 11, 1, 3),
        },
      ],
    });
  });

  test.each([
    ['UTC', 'DTSTART:20261201T010000Z', 'DTEND:20261201T030000Z'],
    ['the site’s own zone', 'DTSTART:20261201T090000', 'DTEND:20261201T110000'],
    ['a zone by its name on Windows', 'DTSTART;TZID="China Standard Time":20261201T090000', 'DTEND:20261201T030000Z'],
  ])('may give its times in %s', async (_, start, end) => {
    expect(await take(event(start, end, ...EXAM))).toMatchObject({
      sessions: [{ startsAt: Date.UTC(2026, 11, 1, 1), endsAt: Date.UTC(2026, 11, 1, 3) }],
    });
  });

  const times = ['DTSTART:20261201T010000Z', 'DTEND:20261201T030000Z'] as const;
  test.each([
    ['repeats', [...times, ...EXAM, 'RRULE:FREQ=WEEKLY'], [9, 'RRULE', expect.stringContaining('events that repeat')]],
    [
      'is a whole day',
      ['DTSTART;VALUE=DATE:20261201', times[1], ...EXAM],
      [4, 'DTSTART', expect.stringContaining('whole day')],
    ],
    [
      'has an unknown zone',
      ['DTSTART;TZID=Mars/Base:20261201T090000', times[1], ...EXAM],
      [4, 'DTSTART', expect.stringContaining('Mars/Base')],
    ],
    [
      'has an impossible time',
      ['DTSTART:20261301T090000', times[1], ...EXAM],
      [4, 'DTSTART', expect.stringContaining('is no time')],
    ],
    [
      'does not say who sits it',
      [...times, 'SUMMARY:x', 'LOCATION:A'],
      [3, 'DESCRIPTION', expect.stringContaining('candidates: 40')],
    ],
    ['has no place', [...times, EXAM[0], EXAM[2]], [3, 'LOCATION', 'LOCATION is missing']],
    [
      'ends before it starts',
      [times[0], 'DTEND:20261201T000000Z', ...EXAM],
      [3, null, 'The end has to be later than the start.'],
    ],
  ])('that %s is refused by line and property', async (_, lines, fault) => {
    expect(await faultsOf(event(...lines))).toEqual([fault]);
  });

  test('that is cut off plans nothing', async () => {
    const into = calendar();
    const cut = event(...times, ...EXAM).split('END:VEVENT')[0]!;
    expect(await faultsOf(cut, into)).toEqual([[expect.any(Number), null, 'the file is cut off: an END is missing']]);
    expect(into.sessions).toEqual([]);
  });

  test('leaves out what its calendar called off', async () => {
    expect(await take(event(...times, ...EXAM, 'STATUS:CANCELLED'))).toEqual({ sessions: [] });
  });
});
