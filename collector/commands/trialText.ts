import type { Bilingual } from '../../agent/probe.ts';
import type { StandardRow, TrialAnswer, TrialRow, TrialRule } from '../console/trialApi.ts';

/** Subjects named for each rule. */
const MOST_NAMES = 12;

/** What a trial found, as lines for a person: by rule, what is broken first. */
export function trialText(answer: TrialAnswer, language: keyof Bilingual): string {
  const words = WORDS[language];
  const { standard, inForce, worse, better, judged, byRule, findings, rules } = answer;
  const changes = (['added', 'removed', 'changed'] as const)
    .filter((kind) => rules[kind].length > 0)
    .map((kind) => `${words[kind]}${rules[kind].join(', ')}`);
  const lines = byRule.flatMap((rule) => [
    '',
    `${rule.rule}  ${rule.title[language]}${rule.clause === '' ? '' : ` · ${rule.clause}`}${rule.severity === 'recommended' ? ` · ${words.recommended}` : ''}`,
    `  ${words.required}${rule.required[language]}`,
    `  ${countsOf(rule, words)}${words.colon}${namesOf(rule, findings, words)}`,
  ]);
  return [
    `${words.tried}${nameOf(standard)}  ${standard.title[language]}`,
    `${words.inForce}${nameOf(inForce)}  ${inForce.title[language]}`,
    ...changes,
    `${words.worse(worse)}, ${words.better(better)}, ${words.judged(judged)}`,
    ...lines,
    '',
  ].join('\n');
}

type Words = (typeof WORDS)[keyof typeof WORDS];

function countsOf({ broken, unknown }: TrialRule, words: Words): string {
  const parts = [broken > 0 ? words.broken(broken) : '', unknown > 0 ? words.unknown(unknown) : ''];
  return parts.filter((part) => part !== '').join(', ');
}

function namesOf({ rule, broken, unknown }: TrialRule, findings: readonly TrialRow[], words: Words): string {
  const names = findings
    .filter((row) => row.rule === rule)
    .slice(0, MOST_NAMES)
    .map(({ subject, room, seat }) => (seat === null ? subject : `${room ?? ''}/${seat}`));
  const more = broken + unknown - names.length;
  return `${names.join(', ')}${more > 0 ? ` ${words.more(more)}` : ''}`;
}

function nameOf({ id, edition, hash }: StandardRow): string {
  return `${id}@${edition}+${hash}`;
}

const WORDS = {
  zh: {
    tried: '试用：',
    inForce: '现行：',
    added: '新增规则：',
    removed: '取消规则：',
    changed: '要求有变：',
    required: '要求：',
    recommended: '建议',
    colon: '：',
    worse: (n: number) => `变差 ${n} 项`,
    better: (n: number) => `变好 ${n} 项`,
    judged: (n: number) => `共判断 ${n} 项`,
    broken: (n: number) => `将不合格 ${n}`,
    unknown: (n: number) => `将未知 ${n}`,
    more: (n: number) => `另有 ${n} 个`,
  },
  en: {
    tried: 'on trial: ',
    inForce: 'in force: ',
    added: 'new rules: ',
    removed: 'rules that are gone: ',
    changed: 'ask for something else: ',
    required: 'required: ',
    recommended: 'recommended',
    colon: ': ',
    worse: (n: number) => `${n} worse`,
    better: (n: number) => `${n} better`,
    judged: (n: number) => `${n} judged`,
    broken: (n: number) => `${n} would fail`,
    unknown: (n: number) => `${n} would be unknown`,
    more: (n: number) => `and ${n} more`,
  },
};
