import type { Bilingual } from '../../../../agent/probe.ts';

/** Texts of the page of reports. */
export const REPORT_WORDS = {
  tab_reports: { zh: '报告', en: 'Reports' },
  reports_about: {
    zh: '全部由考点记录生成，附有记录的哈希、考点签名和核对方法。网页可直接打印；PDF 用于归档。',
    en: 'All of them are made from the site’s record, with its hash, the site’s signature and how to check them. The page is for printing, the PDF for filing.',
  },
  reports_forbidden: {
    zh: '这个账号不能生成全考点的报告。',
    en: 'This account may not make reports of the whole site.',
  },
  report: { zh: '报告', en: 'Report' },
  report_session: { zh: '一场考试', en: 'One session' },
  report_session_about: {
    zh: '人员、人数、就绪快照、事件与认领用时、换座、情况记录、待处理座位',
    en: 'Staff, candidates, frozen readiness, incidents and how soon they were acknowledged, seats that changed, occurrences, seats to fix',
  },
  report_term: { zh: '一个学期', en: 'A term' },
  report_term_about: {
    zh: '各场考试、按项目的事件、就绪情况变化、演练与 UPS 曲线',
    en: 'Its sessions, incidents by rule, readiness over time, drills with the curve of a UPS',
  },
  report_dossier: { zh: '申报材料', en: 'Application dossier' },
  report_dossier_about: {
    zh: '逐条对照，附依据、日期和附件哈希；选评估场次时按其结束时的快照',
    en: 'Every clause with its evidence, date and files; of an assessment as it was frozen at its end',
  },
  report_evaluation: { zh: '两年评估', en: 'Two-year evaluation' },
  report_evaluation_about: {
    zh: '设施、考务组织、违纪与事故、规则变更与豁免，留有下一阶段计划的位置',
    en: 'Facilities, organization of exams, violations and incidents, changes of rules and waivers, and space for the next stage’s plan',
  },
  report_seats: { zh: '待处理座位', en: 'Seats to fix' },
  report_seats_about: {
    zh: '每个座位有什么问题、怎么处理，打印后逐个打勾',
    en: 'What is wrong at which seat and what to do about it, to be printed and ticked',
  },
  report_from: { zh: '从', en: 'From' },
  report_to: { zh: '到', en: 'To' },
  report_assessment: { zh: '评估场次', en: 'Assessment' },
  report_now: { zh: '现在', en: 'as it is now' },
  report_every_room: { zh: '全部考场', en: 'every room' },
  report_open: { zh: '网页（可打印）', en: 'Page, for printing' },
} as const satisfies Readonly<Record<string, Bilingual>>;
