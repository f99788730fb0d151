import type { Bilingual } from '../../agent/probe.ts';
import type { Message } from './message.ts';

/** Everything that pages say, in both languages. */
export type Language = keyof Bilingual;

type What = Message['what'];
type Urgency = Message['urgency'];

interface Words {
  readonly clause: string;
  readonly observed: string;
  readonly required: string;
  readonly affected: string;
  readonly advice: string;
  readonly since: string;
  readonly over: string;
  readonly answer: string;
  /** A sentence below the link, for who cannot open it. */
  readonly answerLink: string;
  readonly answerHere: string;
  readonly silent: string;
  readonly broken: (title: string) => string;
  readonly mark: (what: What, urgency: Urgency) => string;
  readonly one: (where: string, matter: string) => string;
  readonly many: (room: string | null, rooms: number, seats: number, matter: string) => string;
  readonly collector: (site: string) => string;
  /** A whole room, or the site where it is null. */
  readonly scope: (room: string | null, site: string) => string;
  readonly channel: (id: string) => string;
  readonly device: (kind: string, id: string, room: string | null) => string;
  readonly machine: (role: string, room: string, seat: string | null, hostname: string) => string;
  readonly seats: (names: readonly string[], all: number, open: number) => string;
  readonly lasted: (at: string, seconds: number) => string;
  readonly taken: (at: string) => string;
  readonly digest: (count: number, site: string) => string;
  readonly more: (count: number) => string;
  readonly test: (site: string) => string;
  readonly testAbout: (channel: string, at: string) => string;
}

const ROLES: Readonly<Record<string, Bilingual>> = {
  spare: { zh: '备用机', en: 'Spare' },
  server: { zh: '服务器', en: 'Server' },
  standby: { zh: '备用服务器', en: 'Standby server' },
  gateway: { zh: '设备网关', en: 'Gateway' },
};

const KINDS: Readonly<Record<string, Bilingual>> = {
  ups: { zh: 'UPS 电源', en: 'UPS' },
  camera: { zh: '摄像机', en: 'Camera' },
  switch: { zh: '交换机', en: 'Switch' },
};

export const WORDS: Readonly<Record<Language, Words>> = {
  zh: {
    clause: '条款',
    observed: '实测',
    required: '要求',
    affected: '涉及',
    advice: '怎么办',
    since: '开始于',
    over: '已恢复',
    answer: '我来处理',
    answerLink:
      '点开链接再按“我来处理”即停止催叫。打不开时：手机要连考点局域网，证书提示请选继续；连不上就打电话给现场，由其在控制台点“我来处理”。',
    answerHere: '请在控制台点“我来处理”，否则会继续催叫。',
    silent: '没有消息',
    broken: (title) => `${title}不符合`,
    mark: (what, urgency) =>
      what === 'resolved'
        ? '【恢复】'
        : `【${urgency === 'urgent' ? '紧急' : '注意'}${what === 'again' ? '·再次' : ''}】`,
    one: (where, matter) => `${where}：${matter}`,
    many: (room, rooms, seats, matter) =>
      room === null ? `${rooms} 个考场共 ${seats} 个座位：${matter}` : `考场 ${room}：${seats} 个座位${matter}`,
    collector: (site) => `采集器（${site}）`,
    scope: (room, site) => (room === null ? `考点 ${site}` : `考场 ${room}`),
    channel: (id) => `通知通道 ${id}`,
    device: (kind, id, room) => `${KINDS[kind]?.zh ?? kind} ${id}${room === null ? '' : `（考场 ${room}）`}`,
    machine: (role, room, seat, hostname) =>
      `考场 ${room} ${ROLES[role]?.zh ?? ''}${seat === null ? ` ${hostname}` : `座位 ${seat}`}`.replaceAll(/ +/g, ' '),
    seats: (names, all, open) =>
      `${names.join('、')}${all > names.length ? ` 等共 ${all} 个` : ''}${open < all ? `，仍有 ${open} 个未恢复` : ''}`,
    lasted: (at, seconds) => `${at}，历时 ${duration(seconds, ['秒', '分', '小时'])}`,
    taken: (at) => `${at} 已有人处理。`,
    digest: (count, site) => `【汇总】${site}：另有 ${count} 条通知`,
    more: (count) => `……还有 ${count} 条，见控制台。`,
    test: (site) => `【测试】${site}：这是一条测试通知`,
    testAbout: (channel, at) => `${at} 由控制台发出，用来检查通道 ${channel}，无需处理。`,
  },
  en: {
    clause: 'Clause',
    observed: 'Observed',
    required: 'Required',
    affected: 'Affected',
    advice: 'What to do',
    since: 'Since',
    over: 'Over',
    answer: 'Acknowledge',
    answerLink:
      'Open the link and press “Acknowledge” to stop the calls. If it does not open: the phone has to be on the site’s LAN, and its warning about the certificate may be passed; else call somebody on site, who acknowledges it at the console.',
    answerHere: 'Acknowledge it at the console; until then the calls go on.',
    silent: 'not heard',
    broken: (title) => `${title}: broken`,
    mark: (what, urgency) =>
      what === 'resolved'
        ? '[RESOLVED] '
        : `[${urgency === 'urgent' ? 'URGENT' : 'NOTICE'}${what === 'again' ? ', AGAIN' : ''}] `,
    one: (where, matter) => `${where}: ${matter}`,
    many: (room, rooms, seats, matter) =>
      room === null ? `${seats} seats in ${rooms} rooms: ${matter}` : `Room ${room}: ${seats} seats ${matter}`,
    collector: (site) => `Collector (${site})`,
    scope: (room, site) => (room === null ? `Site ${site}` : `Room ${room}`),
    channel: (id) => `Channel ${id}`,
    device: (kind, id, room) => `${KINDS[kind]?.en ?? kind} ${id}${room === null ? '' : ` (room ${room})`}`,
    machine: (role, room, seat, hostname) =>
      `Room ${room}, ${ROLES[role] ? `${ROLES[role].en.toLowerCase()} ` : ''}${seat === null ? hostname : `seat ${seat}`}`,
    seats: (names, all, open) =>
      `${names.join(', ')}${all > names.length ? ` and others, ${all} in all` : ''}${open < all ? `; ${open} still down` : ''}`,
    lasted: (at, seconds) => `${at}, after ${duration(seconds, ['s', 'min', 'h'])}`,
    taken: (at) => `Somebody has taken it at ${at}.`,
    digest: (count, site) => `[DIGEST] ${site}: ${count} more pages`,
    more: (count) => `… and ${count} more, see the console.`,
    test: (site) => `[TEST] ${site}: this is a test page`,
    testAbout: (channel, at) => `Sent from the console at ${at} to try the channel ${channel}; nothing is to be done.`,
  },
};

function duration(seconds: number, [s, min, h]: readonly [string, string, string]): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} ${s}`;
  if (whole < 3600) return `${Math.floor(whole / 60)} ${min} ${whole % 60} ${s}`;
  return `${Math.floor(whole / 3600)} ${h} ${Math.floor((whole % 3600) / 60)} ${min}`;
}
