import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import type { Bilingual } from '../../agent/probe.ts';
import { KEPT_SHAPES } from './shapes.ts';

/** A row of the record's side tables that is not what this program writes, or not what the record says: it is left out. */
export interface BrokenRow {
  readonly kind: string;
  readonly id: string;
}

const compiled = new Map<string, ReturnType<typeof Compile<TSchema>>>();

/** @param value `undefined` where what is kept is no JSON */
export function isWhole(kind: string, id: string, value: unknown): boolean {
  if (value === undefined) return false;
  const name = [`${kind}/${id}`, kind].find((one) => Object.hasOwn(KEPT_SHAPES, one));
  if (name === undefined) return true;
  let check = compiled.get(name);
  if (!check) compiled.set(name, (check = Compile(KEPT_SHAPES[name]!)));
  if (!check.Check(value)) return false;
  // A row that somebody copied to another name would be there twice.
  const named: unknown = typeof value === 'object' && value !== null && 'id' in value ? value.id : undefined;
  return typeof named !== 'string' || named === id;
}

/** Enough to find them by; the log has them all. */
const MOST_NAMED = 6;
const LONGEST_ID = 40;

/** What has to be seen on every page as long as this process lives. */
export function brokenWarnings(
  broken: readonly BrokenRow[],
): readonly { readonly word: string; readonly text: Bilingual }[] {
  if (broken.length === 0) return [];
  const named = broken.slice(0, MOST_NAMED);
  const more = broken.length - named.length;
  const list = (language: 'zh' | 'en') =>
    named.map(({ kind, id }) => `${wordOf(kind)[language]} ${id.slice(0, LONGEST_ID)}`);
  return [
    {
      word: 'rows-broken',
      text: {
        zh: `数据库里有 ${broken.length} 条数据被改坏或与记录不符，已跳过，不作数：${list('zh').join('、')}${more > 0 ? ` 等` : ''}。请核对，重新录入，或恢复最近的备份。`,
        en: `${broken.length} row(s) of the database are broken, or not what the record says; they were left out and do not count: ${list('en').join(', ')}${more > 0 ? ` and ${more} more` : ''}. Check what is missing; enter it again, or restore the last backup.`,
      },
    },
  ];
}

function wordOf(kind: string): Bilingual {
  return (Object.hasOwn(WORDS, kind) ? WORDS[kind] : undefined) ?? { zh: kind, en: kind };
}

/** What people call them. */
const WORDS: Readonly<Record<string, Bilingual>> = {
  machine: { zh: '机器', en: 'machine' },
  ticket: { zh: '入场票', en: 'ticket' },
  state: { zh: '最近读数', en: 'last readings of' },
  verdicts: { zh: '判定', en: 'verdicts of' },
  rollback: { zh: '还原痕迹', en: 'marks of' },
  late: { zh: '补传进度', en: 'late readings of' },
  incident: { zh: '事件', en: 'incident' },
  page: { zh: '告警', en: 'page' },
  channel: { zh: '告警通道', en: 'paging channel' },
  session: { zh: '场次', en: 'session' },
  seat: { zh: '座位', en: 'seat' },
  restart: { zh: '重启通告', en: 'announced restart' },
  moments: { zh: '快照时刻', en: 'moments of' },
  phase: { zh: '阶段', en: 'phase of' },
  account: { zh: '账号', en: 'account' },
  'sign-in': { zh: '登录', en: 'sign-in' },
  token: { zh: '接口令牌', en: 'API token' },
  person: { zh: '考务人员', en: 'person' },
  assignment: { zh: '考务安排', en: 'duty' },
  candidates: { zh: '考生构成', en: 'candidates of' },
  occurrence: { zh: '考场情况', en: 'occurrence' },
  statement: { zh: '人工确认或豁免', en: 'statement' },
  file: { zh: '附件', en: 'file' },
  held: { zh: '已收编号', en: 'frames taken from' },
  drill: { zh: '演练', en: 'drill' },
  'drill-course': { zh: '演练进程', en: 'course of' },
  'drill-samples': { zh: '演练采样', en: 'samples of' },
  rehearsal: { zh: '走场', en: 'rehearsal of' },
  cursor: { zh: '存档位置', en: 'place of' },
  'record-key': { zh: '记录密钥', en: 'key of the record' },
  site: { zh: '考点设置', en: 'the site’s' },
  organization: { zh: '机构往来', en: 'the organization’s' },
  'organization-document': { zh: '机构文件', en: 'document of the organization' },
};
