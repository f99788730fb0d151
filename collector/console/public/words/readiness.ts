import type { Bilingual } from '../../../../agent/probe.ts';

/** Texts of readiness for what comes, its snapshots, and the pages of sessions. */
export const READINESS_WORDS = {
  entry_snapshot: { zh: '就绪快照', en: 'Readiness frozen' },
  entry_rehearsal: { zh: '考前预演', en: 'Rehearsal' },
  meets_standard: { zh: '达标：{word}', en: 'Meets the standard: {word}' },
  meets_yes: { zh: '是', en: 'yes' },
  meets_no: { zh: '否', en: 'no' },
  meets_unknown: { zh: '未知', en: 'unknown' },
  all_reasons: { zh: '要处理的 {n} 项', en: 'All {n} to deal with' },
  reasons_title: { zh: '考场 {room}：要处理的事', en: 'Room {room}: what to deal with' },
  reasons_back: { zh: '回到考场', en: 'Back to the room' },
  reasons_none: { zh: '没有要处理的：考场已就绪。', en: 'Nothing: the room is ready.' },
  reasons_more: { zh: '还有 {n} 项未列出；先处理上面的。', en: '{n} more are not listed; deal with these first.' },
  reasons_where: { zh: '哪里', en: 'Where' },
  reasons_what: { zh: '什么', en: 'What' },
  reasons_do: { zh: '怎么办', en: 'What to do' },
  reasons_from: { zh: '何时要求', en: 'Needed' },
  reasons_since: { zh: '自 {time} 起', en: 'since {time}' },
  reasons_now: { zh: '现在', en: 'now' },
  reasons_rehearsal: { zh: '预演起', en: 'from the rehearsal' },
  reasons_before: { zh: '考前起', en: 'before the exam' },
  reasons_during: { zh: '开考起', en: 'from the start' },
  reasons_after: { zh: '考后', en: 'after the exam' },
  reasons_room: { zh: '全考场', en: 'The whole room' },
  reasons_site: { zh: '全考点', en: 'The whole site' },
  wide_reason: { zh: ' · {title}', en: ' · {title}' },
} as const satisfies Readonly<Record<string, Bilingual>>;
