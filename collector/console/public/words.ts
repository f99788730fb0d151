/**
 * Every text of the pages, in both languages; nothing a person reads stands anywhere else in this folder (index.html's
 * messages for browsers that cannot run the script apart). `{n}` and the like are filled in by `text()`.
 */
import type { Bilingual } from '../../../agent/probe.ts';
import { BUNDLE_WORDS } from './words/bundle.ts';
import { DRILL_WORDS } from './words/drills.ts';
import { PROOF_WORDS } from './words/proofs.ts';
import { REPORT_WORDS } from './words/reports.ts';
import { SESSION_WORDS } from './words/sessions.ts';
import { PEOPLE_WORDS } from './words/people.ts';
import { SEATING_WORDS } from './words/seating.ts';
import { TRIAL_WORDS } from './words/trial.ts';
import { ACCESS_WORDS } from './words/access.ts';
import { ORGANIZATION_WORDS } from './words/organization.ts';
import { PAGING_WORDS } from './words/paging.ts';
import { READINESS_WORDS } from './words/readiness.ts';

export type Language = 'zh' | 'en';

export const WORDS = {
  ...ACCESS_WORDS,
  ...READINESS_WORDS,
  ...ORGANIZATION_WORDS,
  product: { zh: '巡考', en: 'Xunkao' },
  other_language: { zh: 'English', en: '中文' },
  list_comma: { zh: '、', en: ', ' },
  list_semicolon: { zh: '；', en: '; ' },
  colon: { zh: '：', en: ': ' },

  // Readiness of a machine, a device or a room, and states of verdicts.
  ready: { zh: '就绪', en: 'Ready' },
  not_ready: { zh: '未就绪', en: 'Not ready' },
  unknown: { zh: '未知', en: 'Unknown' },
  holds: { zh: '符合', en: 'Holds' },
  broken: { zh: '不符合', en: 'Broken' },
  attested: { zh: '人工确认', en: 'Attested' },
  waived: { zh: '豁免', en: 'Waived' },
  not_due: { zh: '暂不要求', en: 'Not due now' },
  recommended: { zh: '建议', en: 'Advised' },
  simulated: { zh: '模拟', en: 'simulated' },

  // Why something is unknown.
  cause_silent: { zh: '机器没有消息', en: 'the machine is not heard' },
  cause_waiting: { zh: '刚连上，正在测量', en: 'just heard, still measuring' },
  cause_missing: { zh: '还没有测到', en: 'not measured yet' },
  cause_stale: { zh: '太久没有测到', en: 'not measured for too long' },
  cause_unknown_when: { zh: '测到了，但不足以判断', en: 'measured, but not enough to judge' },
  cause_person: { zh: '要由人来确认', en: 'a person has to say' },
  cause_no_answer: { zh: '测不出来', en: 'could not be measured' },

  // The room.
  room: { zh: '考场', en: 'Room' },
  room_name: { zh: '考场 {room}', en: 'Room {room}' },
  room_unheard: { zh: '这里没有考场 {room}', en: 'There is no room {room} here' },
  room_unheard_advice: {
    zh: '考场在登记第一台机器或设备后出现；只管几个考场的账号看不到别的考场。请核对网址，或打开：',
    en: 'A room appears with its first machine or device, and an account of some rooms sees no others. Check the address, or open:',
  },
  no_room_yet: { zh: '还没有机器登记', en: 'No machine is enrolled yet' },
  no_room_advice: {
    zh: '先登录，再到“登记机器”开一张凭证，在考场的每台机器上执行一次。',
    en: 'Sign in, make a ticket on the page “Enrol machines” and run it once on each machine of the room.',
  },
  count_ready: { zh: '{n} 台就绪', en: '{n} ready' },
  count_not_ready: { zh: '{n} 台未就绪', en: '{n} not ready' },
  count_unknown: { zh: '{n} 台未知', en: '{n} unknown' },
  why_devices: { zh: '原因在设备：{names}', en: 'Because of: {names}' },
  why_nothing_there: {
    zh: '机器都符合，但有的条款还没有对象可查（例如没有登记服务器或 UPS）。',
    en: 'The machines are sound, but some clauses have nothing to look at yet (no server or UPS is enrolled, say).',
  },
  order_worst: { zh: '问题在前', en: 'Worst first' },
  order_seat: { zh: '按座位', en: 'By seat' },
  order: { zh: '排列', en: 'Order' },
  seats: { zh: '座位', en: 'Seats' },
  beside: { zh: '服务器和设备', en: 'Servers and devices' },
  nothing_beside: { zh: '还没有登记服务器或设备', en: 'No server or device is enrolled yet' },
  seat_name: { zh: '座位 {seat}', en: 'Seat {seat}' },
  no_seat: { zh: '未定座位', en: 'No seat yet' },
  not_heard: { zh: '没有消息', en: 'Not heard' },
  since: { zh: '自 {time} 起', en: 'since {time}' },
  not_heard_since: { zh: '自 {time} 起没有消息', en: 'Not heard since {time}' },
  waited_for: { zh: '等待报到', en: 'Waited for' },
  heard: { zh: '在线', en: 'Online' },
  more: { zh: '另有 {n} 项', en: '{n} more' },
  required_is: { zh: '应：{required}', en: 'needs: {required}' },
  opening: { zh: '正在打开…', en: 'Opening…' },

  // Incidents.
  incidents: { zh: '待处理事件', en: 'Open incidents' },
  urgent: { zh: '紧急', en: 'Urgent' },
  acknowledge: { zh: '我来处理', en: 'Acknowledge' },
  acknowledged_by: { zh: '{name} 已在处理（{time}）', en: 'Acknowledged by {name} at {time}' },
  sign_in_to_acknowledge: { zh: '登录后可认领', en: 'Sign in to acknowledge' },
  all_incidents: { zh: '全部 {n} 条事件', en: 'All {n} incidents' },
  fewer_incidents: { zh: '收起事件', en: 'Fewer incidents' },

  // Loss of the collector, and sound.
  lost: {
    zh: '联系不上采集器，下面是 {time} 的情况。',
    en: 'The collector is not heard. Below: as of {time}.',
  },
  lost_never: {
    zh: '联系不上采集器，还没有任何数据。',
    en: 'The collector is not heard; there is nothing to show yet.',
  },
  lost_advice: {
    zh: '请看运行巡考的电脑是否开着、网线是否插好；恢复后本页自己更新。',
    en: 'See that the PC that runs Xunkao is on and its cable is in; this page goes on by itself.',
  },
  sound_turn_on: { zh: '打开声音', en: 'Turn sound on' },
  sound_is_on: { zh: '声音已开', en: 'Sound is on' },
  sound_blocked: { zh: '声音被浏览器拦住，点这里', en: 'The browser holds the sound: click here' },
  mute: { zh: '静音', en: 'Mute' },
  load_failed: { zh: '读取数据失败，正在重试：{message}', en: 'Could not read the data, trying again: {message}' },
  no_answer: { zh: '采集器没有回答，请稍后再试。', en: 'The collector did not answer; please try again.' },
  file_changed: {
    zh: '文件在选中之后又改过，浏览器读不到了。请再选一次。',
    en: 'The file was saved again after it was chosen, so the browser cannot read it. Choose it again.',
  },
  strange_answer: { zh: '采集器的回答看不懂（{status}）。', en: "The collector's answer made no sense ({status})." },

  // One machine, one device.
  back_to_room: { zh: '回到考场', en: 'Back to the room' },
  back_to_machine: { zh: '回到这台机器', en: 'Back to this machine' },
  back: { zh: '返回', en: 'Back' },
  unknown_machine: {
    zh: '没有这台机器或设备：可能已经删除，或不归您的账号看。',
    en: 'There is no such machine or device: it may have been removed, or your account does not see it.',
  },
  hostname: { zh: '机器名', en: 'Host name' },
  address: { zh: '地址', en: 'Address' },
  platform: { zh: '系统', en: 'Platform' },
  version: { zh: '程序版本', en: 'Agent version' },
  enrolled: { zh: '登记于', en: 'Enrolled' },
  seen: { zh: '最后消息', en: 'Last heard' },
  feeds: { zh: '供电给', en: 'Feeds' },
  rule: { zh: '条款', en: 'Rule' },
  observed: { zh: '实测', en: 'Observed' },
  required: { zh: '要求', en: 'Required' },
  evidence: { zh: '依据', en: 'Evidence' },
  since_column: { zh: '开始于', en: 'Since' },
  claimed: { zh: '机器自报', en: 'claimed' },
  witnessed: { zh: '外部见证', en: 'witnessed' },
  claimed_about: { zh: '只有这台机器自己的说法', en: 'Only the machine itself says so' },
  witnessed_about: { zh: '采集器或别的机器看到的', en: 'The collector or another host saw it' },
  what_to_do: { zh: '怎么办', en: 'What to do' },
  advice_unread: {
    zh: '先让它读得到：检查设备的电源、通信线、地址和账号；设备本身不报这一项时，按要求人工核对。',
    en: 'Make it readable first: check the device’s power, cable, address and account; where it does not report this at all, look for yourself.',
  },
  no_data: { zh: '没有数据', en: 'no data' },
  no_verdicts: { zh: '还没有对它的判定。', en: 'Nothing has been judged about it yet.' },
  unit_ms: { zh: '毫秒', en: 'ms' },
  unit_s: { zh: '秒', en: 's' },
  unit_min: { zh: '分', en: 'min' },
  unit_h: { zh: '小时', en: 'h' },
  unit_d: { zh: '天', en: 'd' },
  yes: { zh: '是', en: 'yes' },
  no: { zh: '否', en: 'no' },
  history: { zh: '历史', en: 'History' },

  // Roles.
  role: { zh: '用途', en: 'Role' },
  role_candidate: { zh: '考生机', en: 'Candidate' },
  role_spare: { zh: '备用机', en: 'Spare' },
  role_server: { zh: '服务器', en: 'Server' },
  role_standby: { zh: '备用服务器', en: 'Standby server' },
  role_gateway: { zh: '设备网关', en: 'Gateway' },
  kind_ups: { zh: 'UPS 电源', en: 'UPS' },
  kind_camera: { zh: '摄像机', en: 'Camera' },
  kind_switch: { zh: '交换机', en: 'Switch' },

  // Accounts.
  sign_in: { zh: '登录', en: 'Sign in' },
  sign_out: { zh: '退出登录', en: 'Sign out' },
  sign_in_first: { zh: '请先登录。', en: 'Please sign in first.' },
  name: { zh: '姓名或账号', en: 'Name' },
  password: { zh: '密码', en: 'Password' },
  password_again: { zh: '再输一次密码', en: 'Password once more' },
  password_rule: { zh: '至少 10 个字符', en: 'At least 10 characters' },
  password_differs: { zh: '两次输入的密码不一样。', en: 'The two passwords differ.' },
  administrator: { zh: '第一位管理员', en: 'First administrator' },
  administrator_about: {
    zh: '采集器启动时打印了一串代码。用它建立第一个账号，这个代码随即失效。',
    en: 'The collector printed a code when it started. Use it to make the first account; the code is then spent.',
  },
  administrator_exists: {
    zh: '已经有管理员了，请直接登录。',
    en: 'There is an administrator already; please sign in.',
  },
  administrator_make: { zh: '建立账号', en: 'Make the account' },
  administrator_needed: { zh: '还没有管理员。', en: 'There is no administrator yet.' },
  code: { zh: '启动代码', en: 'Code' },
  not_allowed: { zh: '您的账号不能做这件事。', en: 'Your account may not do this.' },

  // Enrolment.
  enrol: { zh: '登记机器', en: 'Enrol machines' },
  enrol_about: {
    zh: '凭证只对一个考场有效。机器用它报到一次，以后就凭自己的密钥进来。',
    en: 'A ticket is for one room. A machine uses it once; afterwards it comes in with its own key.',
  },
  uses: { zh: '可用于几台机器', en: 'For how many machines' },
  days: { zh: '有效天数', en: 'Days it is good for' },
  make_ticket: { zh: '开凭证', en: 'Make a ticket' },
  ticket_ready: {
    zh: '凭证已开好：考场 {room}，{role}，{uses} 台，{days} 天内有效。',
    en: 'The ticket is ready: room {room}, {role}. Machines: {uses}; days it is good for: {days}.',
  },
  ticket_only_here: {
    zh: '采集器只在本机上监听，别的机器用不了这张凭证。请用 npm start -- --listen 加上本机的局域网地址（例如 192.168.1.10:9480）重新启动，再开凭证。',
    en: 'The collector listens on this PC alone: no other machine can use this ticket. Start it with npm start -- --listen and an address of this PC on the LAN, such as 192.168.1.10:9480, and make the ticket again.',
  },
  ticket_step_1: {
    zh: '1. 把巡考代理程序的文件夹拷到那台机器上，并把下面的凭证存为其中的 ticket.txt。',
    en: '1. Copy the folder of the Xunkao agent to the machine, and save this ticket there as ticket.txt.',
  },
  ticket_step_2: {
    zh: '2. 在那个文件夹里以管理员身份打开命令行，执行：',
    en: '2. In that folder, open a command line as administrator and type:',
  },
  ticket_step_3: {
    zh: '3. 几秒后它会出现在下面，再给它定座位。',
    en: '3. It appears below within seconds; then give it its seat.',
  },
  waiting_title: { zh: '{n} 台机器等待确认', en: '{n} waiting to be confirmed' },
  waiting_about: {
    zh: '它们的硬件认得，密钥却丢了（例如被还原卡还原）。考试临近，请先到座位核对，再让它恢复原来的身份。',
    en: 'Their hardware is known and their key is lost (a restore card, for example). An exam is near: look at the seat first, then let it have its identity back.',
  },
  waiting_confirm: { zh: '已核对，恢复身份', en: 'Checked: let it back in' },
  ticket_text: { zh: '凭证', en: 'The ticket' },
  ticket_secret: {
    zh: '拿到凭证的人就能往这个考场加机器：不要发到群里，用完即可丢弃。',
    en: 'Whoever has the ticket can add machines to this room: keep it out of group chats.',
  },
  copy: { zh: '复制', en: 'Copy' },
  copied: { zh: '已复制', en: 'Copied' },
  arrived: { zh: '已报到 {n} 台', en: '{n} arrived' },
  nobody_arrived: { zh: '还没有机器报到', en: 'None has arrived yet' },
  no_slashes: { zh: '不能有斜杠和引号', en: 'No slashes or quotes' },
  no_blanks: { zh: '不能有空格、斜杠和引号', en: 'No blanks, slashes or quotes' },
  change_place: { zh: '改座位或用途', en: 'Change seat or role' },
  seat: { zh: '座位', en: 'Seat' },
  save: { zh: '保存', en: 'Save' },
  saved: { zh: '已保存', en: 'Saved' },

  // History.
  history_of: { zh: '{name} 的历史', en: 'History of {name}' },
  history_empty: { zh: '还没有记录。', en: 'Nothing is recorded yet.' },
  older: { zh: '更早的记录', en: 'Older entries' },
  late: { zh: '事后补记', en: 'learnt later' },
  when: { zh: '时间', en: 'When' },
  what: { zh: '发生了什么', en: 'What happened' },
  entry_verdict: { zh: '{rule}：{before} → {state}', en: '{rule}: {before} → {state}' },
  entry_verdict_first: { zh: '{rule}：{state}', en: '{rule}: {state}' },
  entry_opened: { zh: '事件开始：{title}', en: 'Incident opened: {title}' },
  entry_acknowledged: { zh: '事件有人处理：{title}', en: 'Incident acknowledged: {title}' },
  entry_closed: { zh: '事件结束：{title}', en: 'Incident closed: {title}' },
  entry_incident: { zh: '事件：{title}', en: 'Incident: {title}' },
  entry_machine: { zh: '机器登记或变更', en: 'Machine enrolled or changed' },
  act_enrolled: { zh: '机器登记', en: 'Machine enrolled' },
  act_described: { zh: '机器名、系统或程序版本变了', en: 'Host name, platform or agent version changed' },
  act_taken_back: { zh: '机器丢了密钥，取回原身份', en: 'The machine had lost its key and took its identity back' },
  act_assigned: { zh: '改了座位或用途', en: 'Seat or role changed' },
  act_revoked: { zh: '停用了机器的密钥', en: "The machine's key was revoked" },
  act_reinstated: { zh: '恢复了机器的密钥', en: "The machine's key was reinstated" },
  kind_unreadable: { zh: '{rule}：读不到', en: '{rule}: cannot be read' },
  kind_alive_twice: { zh: '同一身份同时出现两次', en: 'The same identity was alive twice' },
  kind_clock_jump: { zh: '采集器时钟跳变', en: "The collector's clock jumped" },
  kind_record_refused: { zh: '记录无法写入磁盘', en: 'The record could not be written' },
  entry_ticket: { zh: '登记凭证', en: 'Ticket' },
  entry_device: { zh: '设备变更', en: 'Device changed' },
  entry_session: { zh: '考试场次', en: 'Session' },
  entry_account: { zh: '账号变更', en: 'Account changed' },
  entry_sign_in: { zh: '登录', en: 'Sign-in' },
  entry_settings: { zh: '设置变更', en: 'Settings changed' },
  entry_collector: { zh: '采集器', en: 'Collector' },
  ...PEOPLE_WORDS,
  ...SESSION_WORDS,
  ...REPORT_WORDS,
  ...SEATING_WORDS,
  ...TRIAL_WORDS,
  ...BUNDLE_WORDS,
  ...DRILL_WORDS,
  ...PROOF_WORDS,
  entry_key: { zh: '签名密钥', en: 'Signing key' },
  entry_head: { zh: '记录签名', en: 'Record signed' },
  entry_cosigned: { zh: '机构联署', en: 'Co-signed by the organization' },
  entry_organization: { zh: '机构文件', en: 'Document of the organization' },
  ...PAGING_WORDS,
} as const satisfies Readonly<Record<string, Bilingual>>;

export type Word = keyof typeof WORDS;

/** Fills `{name}`s of a text; a name without a value stays as it is, so that a test or a person sees the slip. */
export function text(language: Language, word: Word, values: Readonly<Record<string, string | number>> = {}): string {
  return WORDS[word][language].replace(/\{(\w+)\}/g, (slot, name: string) => String(values[name] ?? slot));
}
