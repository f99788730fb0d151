import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { pledgeFacts, proctorFacts, staffFacts } from '../../../collector/people/facts.ts';
import { blankPerson, type Person } from '../../../collector/people/person.ts';

const TODAY = '2026-11-26';
const FIT = { lawful: true, versed: true, healthy: true, unblemished: true };
let n = 0;
const someone = (roles: Person['roles'], more: Partial<Person> = {}): Person => ({
  ...blankPerson(String((n += 1)), '姓名', roles),
  trained: '2026-11-16',
  passed: '2026-11-17',
  briefed: '2026-11-20',
  fitness: FIT,
  selected: true,
  experienced: true,
  teaches: [],
  department: '图书馆',
  ...more,
});
const team = (): Person[] => [
  someone(['lead']),
  someone(['proctor']),
  someone(['proctor']),
  someone(['tech']),
  someone(['logistics']),
];

describe('the staff as numbers', () => {
  test('are counted by role, and nobody of a complete team falls short', () => {
    expect(staffFacts(team(), TODAY)).toEqual({
      'staff.total': 5,
      'staff.leads': 1,
      'staff.proctors': 2,
      'staff.techs': 1,
      'staff.logistics': 1,
      'staff.experienced_leads': 1,
      'staff.not_passed': 0,
      'staff.untrained': 0,
      'staff.training_age_seconds': 10 * 86_400,
      'staff.unbriefed': 0,
      'staff.briefing_age_seconds': 6 * 86_400,
      'staff.unfit': 0,
      'staff.unselected': 0,
    });
  });

  test('are unknown without anybody, and those who have left do not count', () => {
    expect(new Set(Object.values(staffFacts([], TODAY)))).toEqual(new Set([null]));
    expect(staffFacts([...team(), someone(['lead'], { left: true })], TODAY)['staff.total']).toBe(5);
  });

  test('an answer that is missing is unknown, until somebody is known to fall short', () => {
    const unsaid = staffFacts(
      [...team(), someone(['proctor'], { passed: null, selected: null, fitness: { ...FIT, healthy: null } })],
      TODAY,
    );
    expect([unsaid['staff.not_passed'], unsaid['staff.unselected'], unsaid['staff.unfit']]).toEqual([null, null, null]);
    const no = staffFacts(
      [...team(), someone(['proctor'], { passed: null }), someone(['proctor'], { passed: 'no' })],
      TODAY,
    );
    expect(no['staff.not_passed']).toBe(1);
  });

  test('the organization’s training is asked of the technicians, and of the lead or whom the lead designates', () => {
    const [, ...others] = team();
    const lead = someone(['lead'], { trained: 'no' });
    expect(staffFacts([lead, ...others], TODAY)['staff.untrained']).toBe(1);
    const designated = someone(['proctor'], { designated: true, trained: '2026-11-01' });
    expect(staffFacts([lead, ...others, designated], TODAY)).toMatchObject({
      'staff.untrained': 0,
      'staff.training_age_seconds': 25 * 86_400,
    });
    expect(staffFacts([...team(), someone(['tech'], { trained: null })], TODAY)).toMatchObject({
      'staff.untrained': null,
      'staff.training_age_seconds': null,
    });
    expect(staffFacts([...team(), someone(['proctor'], { trained: 'no' })], TODAY)['staff.untrained']).toBe(0);
  });

  test('never have a missing answer count as a good one', () => {
    const answer = fc.constantFrom(null, 'no', '2026-11-16');
    fc.assert(
      fc.property(fc.array(answer, { minLength: 1, maxLength: 6 }), (answers) => {
        const facts = staffFacts(
          answers.map((passed) => someone(['proctor'], { passed })),
          TODAY,
        );
        const isGood = facts['staff.not_passed'] === 0;
        expect(isGood).toBe(answers.every((one) => one !== null && one !== 'no'));
      }),
    );
  });
});

describe('the proctors of a room', () => {
  const people = [
    someone(['proctor'], { number: 'p1', teaches: ['英语'] }),
    someone(['proctor'], { number: 'p2', teaches: null, department: null }),
  ];
  const assigned = (number: string, room: string, present = false) => ({
    session: 's-1',
    number,
    room,
    role: 'proctor' as const,
    pledged: null,
    present: present ? { at: 1, by: 'a' } : null,
  });
  const facts = (more: Partial<Parameters<typeof proctorFacts>[0]> = {}) =>
    proctorFacts({
      phase: 'before',
      room: 'A',
      assignments: [assigned('p1', 'A', true), assigned('p2', 'A'), assigned('p2', 'B', true)],
      candidates: { classes: ['电商2301'], departments: ['商学院'] },
      programmes: ['直播电商'],
      person: (number) => people.find((one) => one.number === number),
      ...more,
    });

  test('count as assigned until the start, and from then on only when they are there', () => {
    expect(facts()).toMatchObject({ 'proctors.assigned': 2, 'proctors.present': 1, 'proctors.counted': 2 });
    expect(facts({ phase: 'during' })['proctors.counted']).toBe(1);
    expect(facts({ phase: null })['proctors.counted']).toBe(2);
  });

  test('are known to be independent only when all is said of all of them', () => {
    expect([facts()['proctors.teaching'], facts()['proctors.same_department']]).toEqual([null, null]);
    const one = { assignments: [assigned('p1', 'A')] };
    expect(facts(one)).toMatchObject({ 'proctors.teaching': 0, 'proctors.same_department': 0 });
    expect(facts({ ...one, programmes: null })['proctors.teaching']).toBeNull();
    expect(facts({ ...one, candidates: { classes: null, departments: null } })['proctors.teaching']).toBeNull();
    expect(facts({ programmes: ['英语'] })['proctors.teaching']).toBe(1);
    expect(facts({ assignments: [] })).toMatchObject({ 'proctors.assigned': 0, 'proctors.teaching': null });
    expect(facts({ ...one, person: () => undefined })['proctors.teaching']).toBeNull();
  });

  test('pledges are counted of everybody who is assigned, and unknown while nobody is', () => {
    expect(pledgeFacts([assigned('p1', 'A'), { ...assigned('p2', 'B'), pledged: { at: 1, by: 'a' } }])).toEqual({
      'pledges.assigned': 2,
      'pledges.missing': 1,
    });
    expect(pledgeFacts([])).toEqual({ 'pledges.assigned': null, 'pledges.missing': null });
  });
});
