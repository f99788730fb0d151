import type { Bilingual } from '../agent/probe.ts';
import type { Rule } from '../collector/standard/rule.ts';
import type { Pack } from './pack.ts';

/**
 * Prometheus' recording and alerting rules, from the same standard and names as the boards. The collector pages by
 * itself, and faster; these are for sites that have Prometheus, and for what the collector cannot tell: its own silence.
 */
export interface Alert {
  /** `XunkaoMains`: product first, CamelCase (monitoring mixins). */
  readonly name: string;
  readonly expr: string;
  readonly for: string;
  readonly severity: 'page' | 'ticket';
  readonly summary: Bilingual;
  readonly description: Bilingual;
}

export interface Recording {
  /** `level:metric:operations` */
  readonly record: string;
  readonly expr: string;
}

export const RECORDINGS: readonly Recording[] = [
  { record: 'site_room_state:xunkao_verdict:sum', expr: 'sum by (site, room, state) (xunkao_verdict)' },
  { record: 'site_rule_state:xunkao_verdict:sum', expr: 'sum by (site, rule, state) (xunkao_verdict)' },
  { record: 'site_room:xunkao_presence_online:ratio', expr: 'avg by (site, room) (xunkao_presence_online)' },
  {
    record: 'site_room:xunkao_seats_passing:ratio',
    expr: 'sum by (site, room) (xunkao_seats_passing) / sum by (site, room) (xunkao_seats_enrolled > 0)',
  },
  {
    record: 'site:xunkao_collector_beat_seconds:p99',
    expr: 'histogram_quantile(0.99, sum by (site, le) (rate(xunkao_collector_beat_seconds_bucket[5m])))',
  },
];

/** How long a seat's breach has to last; as long as the collector itself waits for a cause. */
const SEAT_FOR = '6s';

const OWN: readonly Alert[] = [
  {
    name: 'XunkaoCollectorDown',
    expr: 'up{job="xunkao"} == 0',
    for: '30s',
    severity: 'page',
    summary: { zh: '采集器没有回应', en: 'The collector does not answer' },
    description: {
      zh: 'Prometheus 在 {{ $labels.instance }} 上取不到采集器的指标已 30 秒：考点此刻没有人在看。检查那台电脑的电源、网线和采集器程序。',
      en: 'Prometheus cannot scrape the collector at {{ $labels.instance }} for 30 s: nobody watches the site. Check that PC’s power, cable and program.',
    },
  },
  {
    name: 'XunkaoCollectorAbsent',
    expr: 'absent(up{job="xunkao"})',
    for: '1m',
    severity: 'page',
    summary: { zh: '没有登记采集器', en: 'No collector is scraped' },
    description: {
      zh: 'Prometheus 的配置里没有名为 xunkao 的任务，或目标被删掉了。检查 prometheus.yml。',
      en: 'Prometheus has no target of the job xunkao, or it was taken out. Check prometheus.yml.',
    },
  },
  {
    name: 'XunkaoCollectorHangs',
    expr: 'rate(xunkao_collector_beat_seconds_count[1m]) < 2',
    for: '30s',
    severity: 'page',
    summary: { zh: '采集器的判断停顿', en: 'The collector hardly judges' },
    description: {
      zh: '采集器每秒应判断 4 次，现在不到 2 次：电脑过载或程序卡住。关掉那台电脑上的其他程序；不恢复就重启采集器。',
      en: 'It should judge 4 times a second and does so less than twice: the PC is overloaded or the program hangs. Close other programs there; if that does not help, restart the collector.',
    },
  },
  {
    name: 'XunkaoRecordRefused',
    expr: 'increase(xunkao_collector_journal_refused_total[1m]) > 0',
    for: '0s',
    severity: 'page',
    summary: { zh: '记录无法写入磁盘', en: 'The record cannot be written' },
    description: {
      zh: '采集器的数据盘拒绝写入：清理空间或更换磁盘。判断和告警照常，机器自己保存读数。',
      en: 'The collector’s data disk refuses: free space or replace it. Judging goes on, and the machines keep their readings.',
    },
  },
  {
    name: 'XunkaoCollectorUnwell',
    expr: 'time() - xunkao_collector_heartbeat_timestamp_seconds > 60',
    for: '0s',
    severity: 'page',
    summary: { zh: '采集器一分钟没有心跳', en: 'The collector had no heartbeat for a minute' },
    description: {
      zh: '采集器还回应，但记录写不进去或判断停了一分钟。到那台电脑上看磁盘空间和日志。',
      en: 'The collector still answers, but for a minute the record did not take or nothing was judged. Look at that PC’s disk and log.',
    },
  },
  {
    name: 'XunkaoChannelFails',
    expr: 'xunkao_pages_channel_failing == 1',
    for: '2m',
    severity: 'ticket',
    summary: { zh: '告警通道 {{ $labels.channel }} 不通', en: 'The channel {{ $labels.channel }} fails' },
    description: {
      zh: '告警通道 {{ $labels.channel }} 已有两分钟送不出去。控制台底部“通知通道”写着原因；其余通道照常。',
      en: 'Nothing gets through the channel {{ $labels.channel }} for two minutes. “Paging” at the foot of the console says why; the other channels go on.',
    },
  },
];

export function alerts({ standard }: Pack): readonly Alert[] {
  return [...standard.rules.filter(({ incident }) => incident !== 'none').map(alertOf), ...OWN];
}

export function alertName(rule: string): string {
  return `Xunkao${rule.replaceAll(/(^|-)(\w)/g, (_all, _dash, letter: string) => letter.toUpperCase())}`;
}

function alertOf({ id, clause, title, required, advice, incident }: Rule): Alert {
  const where =
    '{{ with $labels.room }}{{ . }} {{ end }}{{ with $labels.seat }}{{ . }} {{ end }}{{ with $labels.device }}{{ . }} {{ end }}';
  const of = clause === '' ? { zh: '', en: '' } : { zh: `（${clause}）`, en: ` (${clause})` };
  return {
    name: alertName(id),
    // One alert for each subject; which session asked for it makes no second one.
    expr: `max without (session, state, instance, job) (xunkao_verdict{rule="${id}", state="broken"}) == 1`,
    for: incident === 'urgent' ? '0s' : SEAT_FOR,
    severity: incident === 'urgent' ? 'page' : 'ticket',
    summary: { zh: `${where}${title.zh}`, en: `${where}${title.en}` },
    description: {
      zh: `${title.zh}${of.zh}要求：${required.zh}。${advice.zh}。`,
      en: `${title.en}${of.en} asks for: ${required.en}. ${advice.en}.`,
    },
  };
}
