import type { Bilingual } from '../../../agent/probe.ts';
import { STATE_WORDS, type CertificationState } from '../certification.ts';

/** What closed sets of the organization's data are called: a group, an underscore, the word of the data; `named()` finds them. */
export const SET_WORDS = {
  ...stateWords(),
  state_none: { zh: '无', en: 'none' },
  decision_warning: { zh: '警告', en: 'warning' },
  decision_suspension: { zh: '暂停考试', en: 'exams suspended' },
  decision_rectification: { zh: '限期整改', en: 'rectification by a date' },
  decision_withdrawal: { zh: '取消资质', en: 'certification withdrawn' },
  kind_pack: { zh: '标准版本', en: 'edition' },
  kind_parameters: { zh: '参数', en: 'parameters' },
  kind_waiver: { zh: '豁免', en: 'waiver' },
  'kind_waiver-withdrawn': { zh: '撤回豁免', en: 'waiver withdrawn' },
  kind_decision: { zh: '决定', en: 'decision' },
  kind_rectification: { zh: '限期整改', en: 'rectification' },
  'kind_rectification-closed': { zh: '整改了结', en: 'rectification closed' },
  kind_certification: { zh: '认定', en: 'certification' },
  kind_evaluation: { zh: '评估', en: 'evaluation' },
  'kind_evaluation-closed': { zh: '评估了结', en: 'evaluation closed' },
  markabout_fork: {
    zh: '同一处来了另一条记录：可能从备份恢复过，也可能被改过；请问考点',
    en: 'another entry for the same place: a restored backup, or a change; ask the site',
  },
  markabout_gap: {
    zh: '中间缺若干条，已向考点再要；补上后自动了结',
    en: 'entries are missing and were asked for again; it closes by itself when they come',
  },
  'markabout_bad-head': {
    zh: '考点对记录的签名核对不上，没有联署',
    en: 'the site’s signature of its record does not fit; nothing was co-signed',
  },
  'markabout_key-lost': {
    zh: '考点换了密钥，而原来的密钥没有作证',
    en: 'the site has another key, and the one before did not vouch for it',
  },
  'markabout_key-replaced': {
    zh: '凭新凭证换了密钥',
    en: 'another ticket brought another key',
  },
  markabout_restored: {
    zh: '考点自己记下：采集器从备份恢复',
    en: 'the site itself says that its collector was restored from a backup',
  },
  'by_o-demo': { zh: '演示', en: 'demonstration' },
  mark_fork: { zh: '分叉', en: 'fork' },
  mark_gap: { zh: '缺口', en: 'gap' },
  'mark_bad-head': { zh: '签名不对', en: 'wrong signature' },
  'mark_key-lost': { zh: '密钥丢失', en: 'key lost' },
  'mark_key-replaced': { zh: '换了密钥', en: 'key replaced' },
  mark_restored: { zh: '从备份恢复', en: 'restored' },
  outcome_passed: { zh: '通过', en: 'passed' },
  outcome_failed: { zh: '不通过', en: 'failed' },
  readiness_ready: { zh: '就绪', en: 'ready' },
  'readiness_not-ready': { zh: '未就绪', en: 'not ready' },
  readiness_unknown: { zh: '未知', en: 'unknown' },
  why_state: { zh: '没有认定', en: 'no certification' },
  why_until: { zh: '认定已过期', en: 'certification ended' },
  why_room: { zh: '考场', en: 'room' },
  why_level: { zh: '等级', en: 'level' },
  why_seats: { zh: '人数', en: 'candidates' },
} as const satisfies Record<string, Bilingual>;

function stateWords(): Readonly<Record<`state_${CertificationState}`, Bilingual>> {
  return Object.fromEntries(Object.entries(STATE_WORDS).map(([state, words]) => [`state_${state}`, words])) as Readonly<
    Record<`state_${CertificationState}`, Bilingual>
  >;
}
