import { NONE_IS_GOOD, type Board } from '../board.ts';
import type { Pack } from '../pack.ts';
import { YES_NO } from '../words.ts';

export function board(pack: Pack): Board {
  const twoHours = pack.number('ups-two-hours', 'minimum_seconds');
  return {
    id: 'xunkao-power',
    title: { zh: '巡考 · 服务器与 UPS', en: 'Xunkao · servers and UPS' },
    about: {
      zh: '考试服务器是否在线，市电和电池怎样，演练证明还有效多久',
      en: 'Whether the exam servers are up, how mains and battery stand, and how long the drill still counts',
    },
    variables: [],
    from: 'now-6h',
    panels: [
      {
        kind: 'stat',
        title: { zh: '市电中断', en: 'Mains failed' },
        about: {
          zh: '正在用电池的 UPS 台数；大于 0 请立即查明停电原因',
          en: 'UPSs on battery; above 0 find out at once why the mains are gone',
        },
        queries: [{ expr: 'sum(xunkao_ups_on_battery{$where}) or vector(0)', legend: 'on battery' }],
        unit: 'short',
        width: 6,
        height: 4,
        steps: NONE_IS_GOOD,
      },
      {
        kind: 'stat',
        title: { zh: '电池电量低', en: 'Battery low' },
        about: {
          zh: '电量低的 UPS 台数；大于 0 请安全关闭服务器',
          en: 'UPSs that are low; above 0 shut the servers down safely',
        },
        queries: [{ expr: 'sum(xunkao_ups_low_battery{$where}) or vector(0)', legend: 'low' }],
        unit: 'short',
        width: 6,
        height: 4,
        steps: NONE_IS_GOOD,
      },
      {
        kind: 'stat',
        title: { zh: '服务器在线', en: 'Servers online' },
        about: { zh: '在线的服务器占登记服务器的比例', en: 'Share of the enrolled servers that are online' },
        queries: [{ expr: 'avg(xunkao_presence_online{$where, role=~"server|standby"})', legend: 'online' }],
        unit: 'percentunit',
        decimals: 0,
        width: 6,
        height: 4,
        steps: [
          { from: null, color: 'red' },
          { from: 1, color: 'green' },
        ],
        empty: { zh: '没有登记服务器', en: 'No server is enrolled' },
      },
      {
        kind: 'stat',
        title: { zh: '演练剩余有效期', en: 'The drill still counts for' },
        about: {
          zh: '最早到期的放电演练还有多久；到期前重新做一次',
          en: 'The discharge drill that expires first; make a new one before',
        },
        queries: [{ expr: 'min(xunkao_proof_ups_expires_seconds{$where})', legend: 'expires' }],
        unit: 's',
        width: 6,
        height: 4,
        steps: [
          { from: null, color: 'red' },
          { from: 1, color: 'yellow' },
          { from: 30 * 86_400, color: 'green' },
        ],
        empty: { zh: '没有演练', en: 'No drill' },
      },
      {
        kind: 'bars',
        title: { zh: '演练实测的供电时间', en: 'Runtime proven by drills' },
        about: {
          zh: '条款要求两小时，只认放电演练的实测',
          en: 'The clause asks for two hours, and only a drill proves them',
        },
        queries: [{ expr: 'xunkao_proof_ups_seconds{$where}', legend: '{{device}}' }],
        unit: 's',
        width: 12,
        height: 7,
        steps: [
          { from: null, color: 'red' },
          { from: twoHours, color: 'green' },
        ],
        empty: { zh: '没有演练', en: 'No drill' },
      },
      {
        kind: 'series',
        title: { zh: '电池电量', en: 'Charge' },
        about: { zh: '电池电量；只有部分 UPS 会报告', en: 'Battery charge, where the UPS tells it' },
        queries: [{ expr: 'xunkao_ups_charge_ratio{$where}', legend: '{{device}}' }],
        unit: 'percentunit',
        width: 12,
        height: 7,
        empty: { zh: '没有 UPS 报告电量', en: 'No UPS tells its charge' },
      },
      {
        kind: 'series',
        title: { zh: '输入电压', en: 'Input voltage' },
        about: { zh: '市电电压；接近 0 就是停电', en: 'Voltage of the mains; near 0 they are gone' },
        queries: [{ expr: 'xunkao_ups_input_volts{$where}', legend: '{{device}}' }],
        unit: 'volt',
        width: 12,
        height: 7,
        empty: { zh: '没有 UPS 报告电压', en: 'No UPS tells its voltage' },
      },
      {
        kind: 'series',
        title: { zh: 'UPS 负载', en: 'Load' },
        about: {
          zh: 'UPS 的负载率；越高，电池能撑的时间越短',
          en: 'Load of the UPS; the higher, the shorter the battery lasts',
        },
        queries: [{ expr: 'xunkao_ups_load_ratio{$where}', legend: '{{device}}' }],
        unit: 'percentunit',
        width: 12,
        height: 7,
        empty: { zh: '没有 UPS 报告负载', en: 'No UPS tells its load' },
      },
      {
        kind: 'states',
        title: { zh: '用电池的时段', en: 'When on battery' },
        about: { zh: '红色为用电池的时段', en: 'Red is when the UPS ran on its battery' },
        queries: [{ expr: 'xunkao_ups_on_battery{$where}', legend: '{{device}}' }],
        unit: 'short',
        width: 24,
        height: 5,
        words: YES_NO('0'),
        empty: { zh: '没有登记 UPS', en: 'No UPS is named in the settings' },
      },
    ],
  };
}
