import { signal } from '@preact/signals';
import type { Bilingual } from '../../../agent/probe.ts';
import { recall, remember } from './remembered.ts';
import { text, type Language, type Word } from './words.ts';

/** The page's language: what was chosen here before, else the browser's. */
export const language = signal<Language>(firstLanguage());

/** A text of the table in the page's language. */
export function say(word: Word, values?: Readonly<Record<string, string | number>>): string {
  return text(language.value, word, values);
}

/** A text the collector sent, in the page's language. */
export function tell(bilingual: Bilingual): string {
  return bilingual[language.value];
}

export function switchLanguage(): void {
  language.value = language.value === 'zh' ? 'en' : 'zh';
  remember('language', language.value);
}

function firstLanguage(): Language {
  const chosen = recall('language');
  if (chosen === 'zh' || chosen === 'en') return chosen;
  return navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en';
}
