import type { FactDefinition } from '../../agent/probe.ts';
import type { Counted } from './counted.ts';

/**
 * What rules may read of the site's people: numbers alone (`people/facts.ts` computes them), never who. A number of those
 * who fall short is unknown while nobody is known to and somebody's answer is missing. It is the site's own word, so
 * claimed.
 */
export const PEOPLE: readonly Counted[] = [
  {
    name: 'staff',
    scopes: ['site'],
    facts: {
      total: count('名册上的在岗人数', 'Staff on the roster'),
      leads: count('考点负责人数', 'Site leads'),
      proctors: count('监考管理人数', 'Proctors'),
      techs: count('技术支持人数', 'Technical support'),
      logistics: count('后勤考务保障人数', 'Logistics'),
      experienced_leads: count('有考务管理经验的考点负责人数', 'Site leads with experience of managing exams'),
      not_passed: count('未通过考核的人数', 'Staff who have not passed the test'),
      untrained: count(
        '应参加而未参加组织培训的人数',
        'Who should have attended the organization’s training and have not',
      ),
      training_age_seconds: age('最早一次组织培训距今', 'Since the earliest of their trainings'),
      unbriefed: count('未经负责人培训的其他考务人数', 'Other staff whom the lead has not trained'),
      briefing_age_seconds: age('其他考务人员最早一次培训距今', 'Since the earliest of their trainings by the lead'),
      unfit: count('选聘条件有“否”的人数', 'Staff with a condition of selection answered no'),
      unselected: count('不是由负责人选聘的人数', 'Staff whom the lead has not selected'),
    },
  },
  {
    name: 'pledges',
    scopes: ['site'],
    perSession: true,
    facts: {
      assigned: count('本场安排的考务人数', 'Staff assigned to this session'),
      missing: count('本场还没有签责任书的人数', 'Of them, who have not signed the pledge'),
    },
  },
  {
    name: 'proctors',
    scopes: ['room'],
    perSession: true,
    facts: {
      assigned: count('本场安排到本考场的监考人数', 'Proctors assigned to this room and session'),
      present: count('已签到的监考人数', 'Of them, who have checked in'),
      counted: count(
        '计入配比的监考人数：开考前按安排，开考后按签到',
        'Who count: those assigned until the start, those present from then on',
      ),
      teaching: count('任教试点专业或本场考生的监考人数', 'Who teach the pilot programme or these candidates'),
      same_department: count('与本场考生同院系的监考人数', 'Who are of the candidates’ own department'),
    },
  },
];

function count(zh: string, en: string): FactDefinition {
  return { type: 'number', least: 0, about: { zh, en } };
}

function age(zh: string, en: string): FactDefinition {
  return { type: 'number', unit: 'seconds', least: 0, about: { zh, en } };
}
