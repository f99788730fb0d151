import { COMMON_WORDS } from './words/common.ts';
import { SESSION_WORDS } from './words/session.ts';

/** Every text of the reports, in both languages. */
export const WORDS = { ...COMMON_WORDS, ...SESSION_WORDS } as const;
export type ReportWord = keyof typeof WORDS;
