import { describe, expect, test } from 'vitest';
import { blankPerson, type Person } from '../../../collector/people/person.ts';
import { createDuties } from '../../../collector/people/duties.ts';
import type { Assignment } from '../../../collector/people/assignment.ts';
import { createRoster } from '../../../collector/people/roster.ts';
import type { Session } from '../../../collector/sessions/session.ts';
import { writingIn } from '../../fixtures/writing.ts';

const HOUR = 3_600_000;
const exam = (id: string, startsAt: number, rooms: readonly string[] = ['A', 'B']): Session => ({
  id,
  kind: 'exam',
  title: { zh: id, en: id },
  rooms,
  startsAt,
  endsAt: startsAt + 2 * HOUR,
  candidates: 40,
});

async function site(people: readonly Partial<Person>[] = [{}]) {
  const record = writingIn();
  const roster = createRoster(record.writing, () => 0);
  for (const [index, more] of people.entries())
    await roster.save({ ...blankPerson(String(index + 1), `姓名${index}`, ['proctor']), ...more }, 'a-1');
  const sessions = [exam('s-1', 0), exam('s-2', HOUR), exam('s-3', 5 * HOUR)];
  const duties = createDuties(
    record.writing,
    roster,
    () => sessions,
    () => 77,
  );
  return { ...record, roster, sessions, duties };
}

const proctorIn = (room: string | null, number = '1') => ({ number, role: 'proctor', room }) as const;

describe('people in a session', () => {
  test('are assigned to a room, sign, check in, and each of it is an entry without a name', async () => {
    const { duties, entries, text } = await site();
    await duties.assign('s-1', proctorIn('A'), 'a-1');
    await duties.pledge('s-1', '1', true, 'a-1');
    expect(await duties.checkIn('s-1', '1', true, 'a-2')).toEqual({
      session: 's-1',
      number: '1',
      role: 'proctor',
      room: 'A',
      pledged: { at: 77, by: 'a-1' },
      present: { at: 77, by: 'a-2' },
    });
    expect(entries.slice(1).map(({ kind, subject, body }) => [kind, subject, body['change']])).toEqual([
      ['roster', 'room:A', 'assigned'],
      ['roster', 'room:A', 'pledged'],
      ['check-in', 'room:A', 'present'],
    ]);
    expect(text()).not.toContain('姓名');
  });

  test('a wrong click is taken back by an entry of its own; the same click twice is one', async () => {
    const { duties, entries } = await site();
    await duties.assign('s-1', proctorIn('A'), 'a-1');
    await duties.checkIn('s-1', '1', true, 'a-1');
    await duties.checkIn('s-1', '1', true, 'a-1');
    await duties.checkIn('s-1', '1', false, 'a-1');
    expect(duties.of('s-1')[0]!.present).toBeNull();
    expect(entries.filter(({ kind }) => kind === 'check-in').map(({ body }) => body['change'])).toEqual([
      'present',
      'withdrawn',
    ]);
  });

  test('who moves to another room stays signed and checked in', async () => {
    const { duties } = await site();
    await duties.assign('s-1', proctorIn('A'), 'a-1');
    await duties.checkIn('s-1', '1', true, 'a-1');
    await duties.assign('s-1', proctorIn('B'), 'a-1');
    expect(duties.of('s-1')).toMatchObject([{ room: 'B', present: { at: 77 } }]);
    expect(await duties.unassign('s-1', '1', 'a-1')).toBe(true);
    expect([duties.of('s-1'), await duties.unassign('s-1', '1', 'a-1')]).toEqual([[], false]);
  });

  test.each([
    ['nobody of that number', proctorIn('A', '99'), '名册里没有工号为 99 的在岗人员'],
    [
      'a role they do not have',
      { number: '1', role: 'tech', room: null },
      '名册里工号 1 的岗位不含技术支持；请先改名册',
    ],
    ['a proctor without a room', proctorIn(null), '监考要写明考场'],
    ['a room that is not of the session', proctorIn('Z'), '考场 Z 不在这个场次里'],
    ['somebody who has left', proctorIn('A', '2'), '名册里没有工号为 2 的在岗人员'],
  ] as const)('%s cannot be assigned', async (_, wish, zh) => {
    const { duties } = await site([{}, { left: true }]);
    expect(await duties.assign('s-1', wish, 'a-1')).toMatchObject({ refused: { zh } });
    expect(await duties.assign('s-9', wish, 'a-1')).toMatchObject({ refused: { zh: '没有编号为 s-9 的场次' } });
    expect(await duties.checkIn('s-1', '1', true, 'a-1')).toBeNull();
  });

  test('conflicts are named: teachers of the programme or of these candidates, their department, two rooms at once', async () => {
    const { duties } = await site([
      { teaches: ['电子商务2301班'], department: '商学院' },
      { teaches: ['英语'], department: '外语学院' },
      { teaches: ['电子商务'], department: '商学院' },
      { teaches: [], department: null, passed: 'no' },
    ]);
    await duties.setCandidates('s-1', { classes: ['电子商务2301班'], departments: ['商学院'] }, 'a-1');
    await duties.setProgrammes(['直播电商'], 'a-1');
    for (const number of ['1', '2', '3', '4']) await duties.assign('s-1', proctorIn('A', number), 'a-1');
    await duties.assign('s-2', proctorIn('B', '2'), 'a-1');
    await duties.assign('s-3', proctorIn('B', '3'), 'a-1');
    expect(duties.conflicts('s-1').map(({ number, kind }) => `${number} ${kind}`)).toEqual([
      '1 teaches',
      '1 department',
      '2 elsewhere',
      '3 teaches',
      '3 department',
      '4 not-passed',
    ]);
  });

  test('are the same after a restart', async () => {
    const { duties, roster, rows, sessions, writing, kept } = await site();
    await duties.assign('s-1', proctorIn('A'), 'a-1');
    await duties.setCandidates('s-1', { classes: ['电商2301'], departments: null }, 'a-1');
    await duties.setProgrammes(['直播电商'], 'a-1');
    const next = createDuties(
      writing,
      roster,
      () => sessions,
      () => 0,
    );
    next.restore({
      assignments: rows<Assignment>('assignment').map(([, value]) => value),
      candidates: rows('candidates'),
      programmes: kept.get('site programmes') as string[],
    });
    expect([next.of('s-1'), next.candidates('s-1'), next.programmes()]).toEqual([
      duties.of('s-1'),
      duties.candidates('s-1'),
      ['直播电商'],
    ]);
  });
});
