import type { Bilingual } from '../../../../agent/probe.ts';

/** What the pages say of paging. */
export const PAGING_WORDS = {
  entry_page: { zh: '通知：{title}', en: 'Page: {title}' },
  page_sent: { zh: '已发通知：{title}', en: 'Page sent: {title}' },
  page_given_up: { zh: '通知没能发出：{title}', en: 'Page given up: {title}' },
  page_answered: { zh: '经链接认领：{title}', en: 'Answered by the link: {title}' },
  kind_channel_down: { zh: '通知通道不通', en: 'A paging channel is down' },
  contact_administrator: { zh: '管理员', en: 'administrator' },
  contact_lead: { zh: '考点负责人', en: 'site lead' },
  contact_tech: { zh: '技术支持', en: 'technical support' },
  contact_proctor: { zh: '监考', en: 'proctor' },
  contact_logistics: { zh: '后勤', en: 'logistics' },
  contact_inspector: { zh: '督导', en: 'inspector' },
  contact_organization: { zh: '评价组织', en: 'organization' },
} as const satisfies Readonly<Record<string, Bilingual>>;
