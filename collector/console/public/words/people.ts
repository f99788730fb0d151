import type { Bilingual } from '../../../../agent/probe.ts';

/** Texts of the pages about people: the roster, a session's staff, statements, occurrences, the dossier. */
export const PEOPLE_WORDS = {
  entry_roster: { zh: '考务人员', en: 'Staff' },
  entry_check_in: { zh: '签到', en: 'Check-in' },
  entry_occurrence: { zh: '考核情况记录', en: 'Occurrence' },
  entry_attestation: { zh: '人工确认', en: 'Attestation' },
  entry_waiver: { zh: '豁免', en: 'Waiver' },
  entry_erasure: { zh: '清除个人信息', en: 'Personal data erased' },
} as const satisfies Readonly<Record<string, Bilingual>>;
