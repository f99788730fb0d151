import type { Bilingual } from '../../../agent/probe.ts';
import { STATE_WORDS } from '../certification.ts';
import { DECISION_WORDS, DOCUMENT_WORDS, keyed } from '../documentWords.ts';

/** What closed sets of the organization's data are called: a group, an underscore, the word of the data; `named()` finds them. */
export const SET_WORDS = {
  ...keyed('state', STATE_WORDS),
  ...keyed('decision', DECISION_WORDS),
  ...keyed('kind', DOCUMENT_WORDS),
  state_none: { zh: '无', en: 'none' },
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
