import type { Bilingual } from '../../../../agent/probe.ts';

/** Texts of the pages about drills. */
export const DRILL_WORDS = {
  entry_drill: { zh: '演练', en: 'Drill' },
  drill_page: { zh: 'UPS 放电演练', en: 'Discharge drill of the UPS' },
  drill_link: { zh: '放电演练', en: 'Discharge drill' },
  drill_about: {
    zh: '演练由人断开和恢复市电，系统只记录：证明这台 UPS 能让考试服务器在考试负载下运行两小时。',
    en: 'A person cuts the mains and brings them back; this only records. It proves that the UPS carries the exam servers for two hours.',
  },
  drill_conditions: { zh: '条件', en: 'Conditions' },
  drill_load: { zh: '考试时的负载（%）', en: 'Load of an exam (%)' },
  drill_start: { zh: '开始演练', en: 'Begin the drill' },
  drill_stop: { zh: '中止演练', en: 'Stop the drill' },
  drill_check_again: { zh: '重新检查', en: 'Check again' },
  drill_seconds: { zh: '已供电', en: 'On battery for' },
  drill_hash: { zh: '曲线的 SHA-256：{hash}', en: 'SHA-256 of the curve: {hash}' },
  drill_volts: { zh: '电池电压', en: 'Battery volts' },
  drill_load_now: { zh: '负载', en: 'Load' },
  drill_charge: { zh: '电量', en: 'Charge' },
  drill_gaps: { zh: '数据中断 {count} 次：不能作为证明', en: '{count} gap(s): no proof' },
  drill_away: { zh: '服务器失去连接：{names}', en: 'Servers without a link: {names}' },
  drill_earlier: { zh: '历次演练', en: 'Drills so far' },
  drill_none: { zh: '还没有做过演练。', en: 'There has been no drill yet.' },
  drill_running: { zh: '进行中', en: 'running' },
  drill_valid: { zh: '有效期至 {date}', en: 'valid until {date}' },
  drill_projected: { zh: '推算 {time} ± {error} %', en: 'projected {time} ± {error} %' },
  drill_curve: { zh: '放电曲线', en: 'Discharge curve' },
} as const satisfies Readonly<Record<string, Bilingual>>;
