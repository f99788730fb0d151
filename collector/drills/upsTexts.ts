import type { Bilingual } from '../../agent/probe.ts';

/** Each condition of a discharge drill: what it asks, and what to do where it is not met. */
export const CHECKS = {
  device: { zh: '设置里有这台 UPS', en: 'The settings name this UPS' },
  idle: { zh: '没有正在进行的放电演练', en: 'No drill of this UPS runs' },
  servers: {
    zh: '设置里写明它给哪些考试服务器供电（feeds），且这些服务器都在线',
    en: 'The settings name the exam servers that it feeds (feeds), and all of them are linked',
  },
  readable: { zh: 'UPS 数据可读', en: 'Its data can be read' },
  mains: {
    zh: '市电供电，无告警，非旁路，未过载，未在自检或校准',
    en: 'It is on mains, without alarm, bypass, overload, self-test or calibration',
  },
  charge: { zh: '电量 100 %', en: 'Its charge is 100 %' },
  rested: { zh: '此前 24 小时一直由市电供电', en: 'It has been on mains for the 24 hours before' },
  load: {
    zh: '当前负载达到考试时的负载：请让服务器像考试时一样运行',
    en: 'The load now is that of an exam: let the servers work as in an exam',
  },
  sessions: {
    zh: '演练和充电所需的时间之内没有考试（演练会把电池放空）',
    en: 'No exam within the time that drill and recharge need: a drill leaves the battery empty',
  },
} as const satisfies Readonly<Record<string, Bilingual>>;

export type CheckWord = keyof typeof CHECKS;

/** Why a drill ended, and what spoiled it. */
export const REASONS: Readonly<Record<string, Bilingual>> = {
  'not-begun': { zh: '20 分钟内没有断开市电', en: 'The mains were not cut within 20 minutes' },
  restored: { zh: '市电已恢复', en: 'The mains are back' },
  'load-lost': { zh: '负载断电', en: 'The load lost its power' },
  unreadable: { zh: 'UPS 超过 10 分钟读不到', en: 'The UPS could not be read for more than 10 minutes' },
  'course-lost': { zh: '演练进程的数据已损坏', en: 'What was kept of its course is broken' },
  stopped: { zh: '人工中止', en: 'It was stopped by hand' },
  'low-battery': { zh: 'UPS 报告电池电量低', en: 'The UPS said that its battery is low' },
  gap: { zh: '数据中断超过 10 秒，不能作为证明', en: 'There was a gap of more than 10 s: no proof' },
  'server-lost': { zh: '有服务器在放电期间失去连接', en: 'A server lost its link during the discharge' },
  'mains-there': {
    zh: 'UPS 称由电池供电，但输入电压一直正常：不能证明市电已断',
    en: 'It said “on battery” while it measured mains all the time: no proof that the mains were cut',
  },
  'load-below-exam': { zh: '平均负载低于考试负载', en: 'The mean load was below that of an exam' },
  'load-fell': { zh: '负载中途降到考试负载的九成以下', en: 'The load fell below nine tenths of an exam’s' },
  'load-above-exam': { zh: '负载高于考试负载', en: 'The load was above that of an exam' },
  'load-unknown': { zh: 'UPS 没有给出负载', en: 'The UPS did not tell its load' },
  calibrating: {
    zh: '期间 UPS 在自检或校准：那不是市电中断',
    en: 'The UPS tested or calibrated itself: that is no mains failure',
  },
  bypass: { zh: '期间处于旁路', en: 'It was on bypass' },
  'battery-old': {
    zh: '电池已满三年或装入日期未填：有效期为 6 个月',
    en: 'The battery is three years old, or its date is not set: it counts for 6 months',
  },
};

/** What the person at the UPS has to do now. */
export const CALLS = {
  open: {
    zh: '现在断开这台 UPS 输入侧的断路器（不要拔插头：拔插头会断开接地）。',
    en: 'Now open the breaker on the input of this UPS (do not pull the plug: that cuts the earth too).',
  },
  wait: {
    zh: '由电池供电中。请守在旁边，让服务器保持考试时的负载。',
    en: 'On battery. Stay with it, and keep the servers at the load of an exam.',
  },
  mayRestore: {
    zh: '已满足时长。现在可以合上断路器，恢复市电。',
    en: 'It has lasted long enough. Close the breaker now.',
  },
  restoreNow: { zh: '电池电量低！立即合上断路器，恢复市电！', en: 'BATTERY LOW: close the breaker at once!' },
  unreadable: {
    zh: 'UPS 读不到！立即合上断路器，再查数据线和读取它的程序。',
    en: 'The UPS cannot be read: close the breaker, then check its cable and its reader.',
  },
  over: {
    zh: '演练已结束。请合上断路器；充满之前不要考试。',
    en: 'The drill is over. Close the breaker; no exam before it is charged again.',
  },
} as const satisfies Readonly<Record<string, Bilingual>>;

export type CallWord = keyof typeof CALLS;

export const OUTCOMES = {
  proven: { zh: '已证明', en: 'PROVEN' },
  projected: { zh: '仅为推算', en: 'PROJECTED' },
  failed: { zh: '未达到', en: 'FAILED' },
  none: { zh: '不构成证明', en: 'NO PROOF' },
} as const satisfies Readonly<Record<string, Bilingual>>;

/** Why a projection is none, by how it was reckoned. */
export const PROJECTIONS = {
  charge: {
    zh: '按 UPS 报告的电量直线外推：电量读数粗，放电末段会骤降，也不知道电池老化程度，因此不能代替实测。',
    en: 'Drawn on from the charge that the UPS told: that is coarse, the end of a discharge is steeper, and its age is not in it. No proof.',
  },
  drill: {
    zh: '按此前的演练和负载换算：电池此后又老化了，因此不能代替实测。',
    en: 'Reckoned from an earlier drill by the load: the battery has aged since. No proof.',
  },
  'two-point': {
    zh: '按设置里的两点模型（厂家资料）计算：那是新电池的数值，因此不能代替实测。',
    en: 'By the two points of the settings, which a data sheet says of a new battery. No proof.',
  },
} as const satisfies Readonly<Record<string, Bilingual>>;
