import { COMMON_WORDS } from './words/common.ts';
import { DOSSIER_WORDS } from './words/dossier.ts';
import { SESSION_WORDS } from './words/session.ts';
import { TERM_WORDS } from './words/term.ts';

/** Every text of the reports, in both languages. */
export const WORDS = { ...COMMON_WORDS, ...SESSION_WORDS, ...TERM_WORDS, ...DOSSIER_WORDS } as const;
export type ReportWord = keyof typeof WORDS;
