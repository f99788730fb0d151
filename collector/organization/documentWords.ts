import type { Bilingual } from '../../agent/probe.ts';
import type { Decision, DocumentKind } from './document.ts';

/** What kinds of documents are called, wherever a person sees them: on the organization's pages, at a site, in reports. */
export const DOCUMENT_WORDS: Readonly<Record<DocumentKind, Bilingual>> = {
  pack: { zh: '标准版本', en: 'edition of the standard' },
  parameters: { zh: '参数', en: 'parameters' },
  waiver: { zh: '豁免', en: 'waiver' },
  'waiver-withdrawn': { zh: '撤回豁免', en: 'waiver withdrawn' },
  decision: { zh: '决定', en: 'decision' },
  rectification: { zh: '限期整改', en: 'rectification' },
  'rectification-closed': { zh: '整改了结', en: 'rectification closed' },
  certification: { zh: '认定', en: 'certification' },
  evaluation: { zh: '评估', en: 'evaluation' },
  'evaluation-closed': { zh: '评估了结', en: 'evaluation closed' },
};

export const DECISION_WORDS: Readonly<Record<Decision, Bilingual>> = {
  warning: { zh: '警告', en: 'warning' },
  suspension: { zh: '暂停考试', en: 'exams suspended' },
  rectification: { zh: '限期整改', en: 'rectification by a date' },
  withdrawal: { zh: '取消资质', en: 'certification withdrawn' },
};

/** As texts among those of a page: `decision_warning`. */
export function keyed<Group extends string, Word extends string>(
  group: Group,
  words: Readonly<Record<Word, Bilingual>>,
): Readonly<Record<`${Group}_${Word}`, Bilingual>> {
  const pairs = Object.entries<Bilingual>(words).map(([word, said]) => [`${group}_${word}`, said]);
  return Object.fromEntries(pairs) as Readonly<Record<`${Group}_${Word}`, Bilingual>>;
}
