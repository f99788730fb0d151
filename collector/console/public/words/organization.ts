import type { Bilingual } from '../../../../agent/probe.ts';
import { STATE_WORDS } from '../../../organization/certification.ts';
import { DECISION_WORDS, DOCUMENT_WORDS, keyed } from '../../../organization/documentWords.ts';

/** Texts of the page about the certifying organization. */
export const ORGANIZATION_WORDS = {
  tab_organization: { zh: '机构', en: 'Organization' },
  organization_none: {
    zh: '没有加入机构：向培训评价组织要一张凭证，存在 xunkao.yaml 旁边，写 organization: { ticket_file: 文件名 }，再重启采集器。',
    en: 'This site belongs to no organization: ask for a ticket, keep it beside xunkao.yaml, write organization: { ticket_file: NAME } there, and start the collector again.',
  },
  organization_sent: {
    zh: '记录共 {head} 条，已送达 {sent} 条，机构联署到第 {cosigned} 条',
    en: '{sent} of {head} entries have arrived there; co-signed up to entry {cosigned}',
  },
  organization_answered: { zh: '最近一次应答', en: 'Last answer' },
  organization_away: {
    zh: '{time} 起没有应答；记录留在本机，恢复后自动补送',
    en: 'No answer since {time}; the record waits here and is sent by itself',
  },
  organization_documents: { zh: '机构的文件', en: 'Documents of the organization' },
  organization_no_documents: { zh: '机构还没有签发文件', en: 'The organization has signed nothing for this site yet' },
  organization_number: { zh: '编号', en: 'No.' },
  organization_kind: { zh: '种类', en: 'Kind' },
  organization_content: { zh: '内容', en: 'Content' },
  organization_about: {
    zh: '每份文件都由机构的密钥签署，考点不能制作或修改；收下时写入记录。',
    en: 'Each is signed by the organization’s key; a site can neither make nor change one, and the record says when it came.',
  },
  ...keyed('document', DOCUMENT_WORDS),
  ...keyed('decision', DECISION_WORDS),
  ...keyed('state', STATE_WORDS),
  organization_duty: { zh: '事项编号 {id}', en: 'item {id}' },
  organization_due: { zh: '期限 {time}', en: 'due by {time}' },
  organization_until: { zh: '有效到 {time}', en: 'valid until {time}' },
  organization_number_of: { zh: '证书 {number}', en: 'certificate {number}' },
  organization_rooms: { zh: '考场 {rooms}', en: 'rooms {rooms}' },
  organization_levels: { zh: '等级 {levels}', en: 'levels {levels}' },
  organization_seats: { zh: '座位 {n}', en: '{n} seats' },
  organization_outside: { zh: '下列考试不在认定范围内', en: 'These exams are outside of what is certified' },
  outside_state: { zh: '现在没有有效的认定', en: 'no certification in force' },
  outside_until: { zh: '认定届时已过期', en: 'the certification has ended by then' },
  outside_room: { zh: '考场 {what} 未批准', en: 'room {what} is not approved' },
  outside_level: { zh: '等级 {what} 未批准', en: 'level {what} is not approved' },
  outside_seats: { zh: '{what} 名考生，超过批准的座位数', en: '{what} candidates, more than the approved seats' },
  organization_missing: {
    zh: '第 {numbers} 号文件在数据库里被改动或删去：重新送达之前不作数。',
    en: 'Documents {numbers} were changed in the database or taken out of it: they do not count until they are sent again.',
  },
  editions_title: { zh: '标准的版本', en: 'Editions of the standard' },
  edition_in_force: { zh: '正在执行', en: 'in force' },
  edition_next_start: { zh: '下次启动采集器起执行', en: 'in force from the next start of the collector' },
  edition_dated: {
    zh: '{time} 生效，从那之后的第一次启动起执行',
    en: 'valid from {time}, in force from the first start after it',
  },
  edition_waiting: {
    zh: '没有写明生效日期：考点负责人确认后，从下次启动起执行',
    en: 'names no day: once the site lead has confirmed it, it is in force from the next start',
  },
  edition_replaced: { zh: '已由另一版代替', en: 'replaced by another one' },
  edition_other: {
    zh: '属于另一种证书，不自动采用；已存到数据目录的 organization/packs/{name}，可写在 xunkao.yaml 的 standard 或 trial',
    en: 'of another certificate, and not used by itself; kept in organization/packs/{name} of the data directory, for standard or trial in xunkao.yaml',
  },
  edition_unusable: { zh: '不能使用：', en: 'cannot be used:' },
  edition_tried: { zh: '正在试算，看哪些会变差', en: 'tried already: see what would come out worse' },
  edition_confirm: { zh: '确认', en: 'Confirm' },
  organization_parameters_how: { zh: '下次启动采集器时生效', en: 'in force from the next start of the collector' },
  entered_by_organization: { zh: '机构签发', en: 'by the organization' },
} as const satisfies Record<string, Bilingual>;
