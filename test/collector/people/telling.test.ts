import { describe, expect, test } from 'vitest';
import { administrator, collectorIn } from '../../fixtures/collector.ts';
import { manualClock } from '../../../collector/clock.ts';
import { JPEG } from '../../fixtures/photos.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const ROSTER = [
  '工号,姓名,岗位,院系,任课专业班级,考务经验,组织培训日期,考核通过日期,考前培训日期,遵纪守法,熟悉业务并保密,身体健康,无考试事故,负责人选聘',
  '1,甲,考点负责人,教务处,无,是,2026-03-01,2026-03-02,,是,是,是,是,是',
  '2,乙,监考,外语学院,英语,,2026-03-01,2026-03-02,2026-11-20,是,是,是,是,是',
  '3,丙,监考,商学院,电子商务,,2026-03-01,2026-03-02,2026-11-20,是,是,是,是,是',
  '4,丁,技术支持,信息学院,无,,2026-03-01,2026-03-02,,是,是,是,是,是',
  '5,戊,后勤,总务处,无,,,2026-03-02,2026-11-20,是,是,是,是,是',
].join('\n');

/** A whole collector whose beats and clock the test moves, with a UPS that nobody reads. */
async function site() {
  const clock = manualClock(Date.UTC(2026, 10, 26, 0));
  const settings = 'devices: [{ id: ups-1, kind: ups, url: "nut://127.0.0.1:1/exam", room: A }]';
  const collector = await collectorIn({ clock, beats: false, settings });
  const headers = await administrator(collector);
  const beat = (ms = 0): void => {
    clock.advance(ms);
    // One tells the facts, the next one judges them.
    collector.beat();
    clock.advance(250);
    collector.beat();
  };
  async function post(url: string, payload: object | Buffer, type = 'application/json') {
    const answer = await collector.app.inject({
      method: 'POST',
      url: `/api/v1/${url}`,
      headers: { ...headers, 'content-type': type },
      payload,
    });
    if (answer.statusCode >= 300) throw new Error(answer.body);
    return answer.json();
  }
  const state = (subject: string, rule: string) =>
    collector.desk.compliance.of(subject).find((verdict) => verdict.rule === rule)?.state;
  async function exam(): Promise<string> {
    const startsAt = clock.now().wall + HOUR / 2;
    const title = { zh: '上午', en: 'Morning' };
    return (
      await post('sessions', {
        kind: 'exam',
        title,
        rooms: ['A'],
        startsAt,
        endsAt: startsAt + 2 * HOUR,
        candidates: 40,
      })
    ).id;
  }
  beat();
  return { collector, clock, beat, post, state, exam, headers };
}

describe('rules about people', () => {
  test('are unknown without a roster, and judged as soon as there is one', async () => {
    const { post, beat, state } = await site();
    const rules = [
      'staff-count',
      'staff-lead',
      'staff-proctors',
      'staff-tech',
      'staff-logistics',
      'staff-passed',
      'staff-trained',
      'staff-fit',
      'staff-selected',
      'lead-experience',
    ];
    expect(rules.map((rule) => state('site', rule))).toEqual(rules.map(() => 'unknown'));
    await post('roster/import', Buffer.from(ROSTER), 'text/csv');
    beat();
    expect(rules.map((rule) => state('site', rule))).toEqual(rules.map(() => 'holds'));
    await post('roster/import', Buffer.from('工号,姓名,岗位,身体健康\n5,戊,后勤,否\n'), 'text/csv');
    beat();
    expect(state('site', 'staff-fit')).toBe('broken');
  });

  test('a training that gets too old breaks its rule on the day that it does', async () => {
    const { post, beat, state } = await site();
    await post('roster/import', Buffer.from(ROSTER), 'text/csv');
    beat();
    // 2026-03-01 and 730 days; it is the 270th day already.
    beat(460 * DAY);
    expect(state('site', 'staff-trained')).toBe('holds');
    beat(DAY);
    expect(state('site', 'staff-trained')).toBe('broken');
  });

  test('proctors are judged for each room and session: assigned before, and present during the exam', async () => {
    const { post, beat, state, exam, clock } = await site();
    await post('roster/import', Buffer.from(ROSTER), 'text/csv');
    const id = await exam();
    const [room, all] = [`room:A/session:${id}`, `site/session:${id}`];
    beat();
    expect([state(room, 'proctor-ratio'), state(room, 'proctor-independent'), state(all, 'staff-pledge')]).toEqual([
      'broken',
      'unknown',
      'unknown',
    ]);
    await post(`sessions/${id}/candidates`, { classes: ['电子商务2301'], departments: ['商学院'] });
    await post('programmes', { programmes: ['直播电商'] });
    for (const number of ['2', '3']) await post(`sessions/${id}/people`, { number, role: 'proctor', room: 'A' });
    beat();
    expect([
      state(room, 'proctor-ratio'),
      state(room, 'proctor-independent'),
      state(room, 'cross-department'),
      state(all, 'staff-pledge'),
    ]).toEqual(['holds', 'broken', 'broken', 'broken']);
    for (const number of ['2', '3']) await post(`sessions/${id}/people/${number}/pledge`, { signed: true });
    await post('roster/import', Buffer.from('工号,姓名,岗位,院系,任课专业班级\n3,丙,监考,图书馆,无\n'), 'text/csv');
    beat();
    expect([state(room, 'proctor-independent'), state(room, 'cross-department'), state(all, 'staff-pledge')]).toEqual([
      'holds',
      'holds',
      'holds',
    ]);
    await post(`sessions/${id}/people/2/check-in`, { present: true });
    beat(HOUR / 2);
    expect(clock.now().wall).toBeGreaterThan(Date.UTC(2026, 10, 26, 0, 30));
    expect(state(room, 'proctor-ratio')).toBe('broken');
    await post(`sessions/${id}/people/3/check-in`, { present: true });
    beat();
    expect(state(room, 'proctor-ratio')).toBe('holds');
  });
});

describe('a statement', () => {
  test('makes a clause that only a person can judge attested, until it runs out', async () => {
    const { collector, post, beat, state } = await site();
    expect(state('room:A', 'light-air-noise')).toBe('unknown');
    const validUntil = Date.UTC(2026, 10, 27, 0);
    await post('attestations', {
      rule: 'light-air-noise',
      subject: 'room:A',
      text: '已现场查看',
      files: [],
      items: [0, 1, 2],
      validUntil,
    });
    beat();
    expect(state('room:A', 'light-air-noise')).toBe('attested');
    const verdicts = await collector.app.inject({ url: '/api/v1/verdicts?rule=light-air-noise' });
    expect(verdicts.json().verdicts).toMatchObject([
      { subject: 'room:A', state: 'attested', statement: expect.stringMatching(/^st-/) },
    ]);
    beat(DAY - 60_000);
    expect(state('room:A', 'light-air-noise')).toBe('attested');
    beat(60_000);
    expect(state('room:A', 'light-air-noise')).toBe('unknown');
  });

  test('with a photo is needed where the clause is about what hangs there', async () => {
    const { collector, post, beat, state, headers } = await site();
    const wish = { rule: 'entrance-banner', subject: 'site', text: '正门', items: [0, 1, 2], files: [] as string[] };
    const refused = await collector.app.inject({ method: 'POST', url: '/api/v1/attestations', headers, payload: wish });
    expect([refused.statusCode, refused.json().error.message.zh]).toEqual([409, '这一条要附现场照片']);
    const { sha256 } = await post('files', JPEG, 'application/octet-stream');
    await post('attestations', { ...wish, files: [sha256] });
    beat();
    expect(state('site', 'entrance-banner')).toBe('attested');
  });

  test('never makes good what is measured to be broken; a waiver does, and says where it was entered', async () => {
    const { collector, clock, post, beat, state } = await site();
    await post('attestations', { rule: 'mains', subject: 'ups-1', text: '供电稳定', files: [], items: [] });
    beat();
    expect(state('ups-1', 'mains')).toBe('attested');
    // As the agent of a gateway would say it.
    collector.desk.state.witness('ups-1', 'ups.on_battery', true, clock.now());
    beat();
    expect(state('ups-1', 'mains')).toBe('broken');
    const waiver = await post('waivers', {
      rule: 'mains',
      subject: 'ups-1',
      text: '组织同意本场例外',
      files: [],
      validUntil: clock.now().wall + DAY,
    });
    expect(waiver.enteredAt).toBe('site');
    beat();
    expect(state('ups-1', 'mains')).toBe('waived');
    await post(`statements/${waiver.id}/withdraw`, {});
    beat();
    expect(state('ups-1', 'mains')).toBe('broken');
  });
});
