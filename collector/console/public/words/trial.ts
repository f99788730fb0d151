import type { Bilingual } from '../../../../agent/probe.ts';

/** Texts about the standard in force, and about another one that is tried beside it. */
export const TRIAL_WORDS = {
  standard_line: { zh: '标准：{title} {edition}（{hash}）', en: 'Standard: {title} {edition} ({hash})' },
  standard_own: {
    zh: '标准：{title} {edition}（{hash}，认证机构改动了 {n} 处）',
    en: 'Standard: {title} {edition} ({hash}, {n} values are the certifier’s own)',
  },
  trial: { zh: '试用标准', en: 'Standard on trial' },
  trial_about: {
    zh: '按试用标准，用现在的数据重新判断一遍，只列出比现行标准差的项目。试用不产生事件，不影响就绪和指标。',
    en: 'Everything is judged anew by the standard on trial, on what is known now; only what comes out worse than today is listed. A trial opens no incident and changes neither readiness nor metrics.',
  },
  trial_tried: { zh: '试用', en: 'On trial' },
  trial_in_force: { zh: '现行', en: 'In force' },
  trial_at: { zh: '判断时间', en: 'Judged at' },
  trial_again: { zh: '重新判断', en: 'Judge again' },
  trial_judging: { zh: '正在判断……', en: 'Judging …' },
  trial_worse: { zh: '变差 {n} 项', en: '{n} worse' },
  trial_better: { zh: '变好 {n} 项', en: '{n} better' },
  trial_judged: { zh: '共判断 {n} 项', en: '{n} judged' },
  trial_none: { zh: '没有比现行标准差的项目', en: 'Nothing comes out worse than today' },
  trial_rules: { zh: '规则的变化', en: 'What changed in the rules' },
  trial_added: { zh: '新增', en: 'New' },
  trial_removed: { zh: '取消', en: 'Gone' },
  trial_changed: { zh: '要求有变', en: 'Asks for something else' },
  trial_rule: { zh: '规则', en: 'Rule' },
  trial_broken: { zh: '将不合格', en: 'Would fail' },
  trial_unknown: { zh: '将未知', en: 'Would be unknown' },
  trial_which: { zh: '哪些', en: 'Which' },
  trial_new_rule: { zh: '现在没有这一条', en: 'no such rule today' },
  trial_site: { zh: '考点', en: 'the site' },
  trial_more: { zh: '另有 {n} 个', en: '{n} more' },
} as const satisfies Record<string, Bilingual>;
