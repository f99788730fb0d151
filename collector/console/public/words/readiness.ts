import type { Bilingual } from '../../../../agent/probe.ts';

/** Texts of readiness for what comes, its snapshots, and the pages of sessions. */
export const READINESS_WORDS = {
  entry_snapshot: { zh: '就绪快照', en: 'Readiness frozen' },
  entry_rehearsal: { zh: '考前预演', en: 'Rehearsal' },
} as const satisfies Readonly<Record<string, Bilingual>>;
