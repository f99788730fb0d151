import type { Bilingual } from '../../agent/probe.ts';
import { plainQuantity, unitOf } from './quantity.ts';
import type { Parameter, Rule, Standard } from './rule.ts';

type Language = keyof Bilingual;

/** The human table of a pack, as Markdown, from its files alone: `xunkao standard print DIR`. */
export function printStandard(standard: Standard, language: Language): string {
  const words = WORDS[language];
  const { id, edition, effective, hash, title, source, rules, notJudged } = standard;
  const head = [
    `# ${title[language]}`,
    '',
    source[language],
    '',
    `\`${id}@${edition}+${hash}\` · ${words.effective}: ${effective ?? words.noDay} · ${words.rules}: ${rules.length}`,
    '',
    words.attestable,
  ];
  const table = [words.head, words.head.map(() => '---'), ...rules.map((rule) => row(rule, language))];
  const parameters = rules.flatMap((rule) =>
    Object.entries(rule.parameters).map(([name, parameter]) => [
      `${rule.id}.${name}`,
      valueOf(name, parameter, language),
      parameter.about[language],
    ]),
  );
  return [
    ...head,
    '',
    ...table.map(line),
    ...(parameters.length === 0
      ? []
      : ['', `## ${words.parameters}`, '', ...[words.parameterHead, ['---', '---', '---'], ...parameters].map(line)]),
    ...(notJudged.length === 0
      ? []
      : [
          '',
          `## ${words.notJudged}`,
          '',
          ...notJudged.map(({ clause, because }) => `- ${clause}: ${because[language]}`),
        ]),
    '',
  ].join('\n');
}

/** `2 h`; of a choice between readings its word and what it means. */
function valueOf(name: string, { value, choices }: Parameter, language: Language): string {
  const unit = unitOf(name);
  if (typeof value === 'number') return unit ? plainQuantity(value, unit, language) : String(value);
  if (typeof value === 'object') return value.join(WORDS[language].comma);
  const choice = choices?.[String(value)];
  return choice ? `${String(value)}: ${choice[language]}` : String(value);
}

function row(rule: Rule, language: Language): string[] {
  const words = WORDS[language];
  const scope = scopeOf(rule, language);
  return [
    `\`${rule.id}\`${rule.attestable ? ' ✎' : ''}`,
    rule.own ? words.own : rule.clause,
    rule.text[language],
    rule.required[language],
    scope,
    words.must[rule.must],
    rule.when === 'any' ? words.any : rule.when.map((phase) => words.phases[phase]).join(words.comma),
    words.judgedBy[rule.judgedBy],
  ];
}

function scopeOf({ scope, roles, device }: Rule, language: Language): string {
  const words = WORDS[language];
  switch (scope) {
    case 'machine':
      return roles.map((role) => words.roles[role]).join(words.comma);
    case 'device':
      return device ?? '';
    case 'room':
    case 'site':
      return words.scopes[scope];
  }
  return scope satisfies never;
}

function line(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
}

const WORDS = {
  zh: {
    effective: '生效',
    noDay: '原文未写日期',
    attestable: '✎ 测不到时可以由人工确认代替；人工确认不能改变已经测到的不合格。',
    rules: '规则',
    own: '（自定）',
    any: '始终',
    comma: '、',
    parameters: '参数（由认证机构决定）',
    parameterHead: ['参数', '值', '说明'],
    notJudged: '不判断，因为',
    head: ['规则', '条款', '原文', '要求', '对象', '必须', '何时', '由谁判断'],
    must: { required: '必须', recommended: '建议' },
    phases: { rehearsal: '预演', before: '考前', during: '考试中', after: '考后' },
    judgedBy: { agent: '代理测量', collector: '采集器', device: '设备', roster: '名册', person: '人工' },
    scopes: { room: '考场', site: '考点' },
    roles: { candidate: '考生机', spare: '备用机', server: '服务器', standby: '备用服务器', gateway: '网关机' },
  },
  en: {
    effective: 'effective',
    noDay: 'the source names no day',
    attestable:
      '✎ a person may state it where it cannot be measured; a statement never changes what was measured as broken.',
    rules: 'rules',
    own: '(own)',
    any: 'always',
    comma: ', ',
    parameters: 'Parameters (the certifier decides)',
    parameterHead: ['parameter', 'value', 'about'],
    notJudged: 'Not judged, because',
    head: ['rule', 'clause', 'text', 'required', 'of', 'must', 'when', 'judged by'],
    must: { required: 'required', recommended: 'recommended' },
    phases: { rehearsal: 'rehearsal', before: 'before', during: 'during', after: 'after' },
    judgedBy: { agent: 'agent', collector: 'collector', device: 'device', roster: 'roster', person: 'person' },
    scopes: { room: 'room', site: 'site' },
    roles: { candidate: 'candidate', spare: 'spare', server: 'server', standby: 'standby', gateway: 'gateway' },
  },
} as const;
