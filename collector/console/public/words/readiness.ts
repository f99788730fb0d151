import type { Bilingual } from '../../../../agent/probe.ts';

/** Texts of readiness for what comes, its snapshots, and the pages of sessions. */
export const READINESS_WORDS = {
  entry_snapshot: { zh: '就绪快照', en: 'Readiness frozen' },
  entry_rehearsal: { zh: '考前预演', en: 'Rehearsal' },
  meets_standard: { zh: '达标：{word}', en: 'Meets the standard: {word}' },
  meets_yes: { zh: '是', en: 'yes' },
  meets_no: { zh: '否', en: 'no' },
  meets_unknown: { zh: '未知', en: 'unknown' },
  wide_reason: { zh: ' · {title}', en: ' · {title}' },
} as const satisfies Readonly<Record<string, Bilingual>>;
