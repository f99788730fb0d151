import type { Bilingual } from '../../agent/probe.ts';
import type { Board, Panel, Query } from '../board.ts';

/**
 * Readiness over terms and years, from the store that the collector's outbox feeds. Counts are written when they change:
 * what was said last counts until then, which in summer may be weeks ago.
 */
const LOOKBACK = '30d';

type Kind = 'victoriametrics' | 'influxdb';

/** How each store is asked for the same; `by` is the label of a line. */
interface Asking {
  /** The last count of a step, the most of what a label has. */
  count(measurement: string, field: string, by: 'room' | null): string;
  /** Of two counts of one measurement. */
  ratio(measurement: string, part: string, whole: string): string;
  /** The mean of readings that come all the time. */
  mean(measurement: string, field: string, by: 'room' | 'device'): string;
  legend(by: 'room' | 'device'): string;
}

const last = (measurement: string, field: string, where = '$where'): string =>
  `last_over_time(${measurement}_${field}{${where}}[${LOOKBACK}])`;

const PROMQL: Asking = {
  count: (measurement, field, by) =>
    by === null ? `max(${last(measurement, field, '$whole')})` : `max by (${by}) (${last(measurement, field)})`,
  ratio: (measurement, part, whole) =>
    `max by (room) (${last(measurement, part)}) / max by (room) (${last(measurement, whole)} > 0)`,
  mean: (measurement, field, by) =>
    `avg by (${by}) (avg_over_time(${measurement}_${field}{$whole, ${by}!=""}[$__interval]))`,
  legend: (by) => `{{${by}}}`,
};

/** InfluxQL fills from within the asked time alone, so it begins earlier. */
const EARLIER = `time >= \${__from}ms - ${LOOKBACK} AND time <= \${__to}ms`;

const INFLUXQL: Asking = {
  count: (measurement, field, by) =>
    `SELECT last("${field}") FROM "${measurement}" WHERE ${by === null ? '$whole' : '$where'} AND ${EARLIER} ` +
    `GROUP BY time($__interval)${by === null ? '' : `, "${by}"`} fill(previous)`,
  ratio: (measurement, part, whole) =>
    `SELECT "part" / "whole" FROM (SELECT last("${part}") AS "part", last("${whole}") AS "whole" FROM "${measurement}" ` +
    `WHERE $where AND ${EARLIER} GROUP BY time($__interval), "room" fill(previous)) GROUP BY "room"`,
  mean: (measurement, field, by) =>
    `SELECT mean("${field}") FROM "${measurement}" WHERE $whole AND "${by}" != '' AND $timeFilter ` +
    `GROUP BY time($__interval), "${by}" fill(none)`,
  legend: (by) => `$tag_${by}`,
};

const STATES: Readonly<Record<'passing' | 'broken' | 'unknown', Bilingual>> = {
  passing: { zh: '合格', en: 'pass' },
  broken: { zh: '不合格', en: 'broken' },
  unknown: { zh: '未知', en: 'unknown' },
};

export function board(source: Kind): Board {
  const ask = source === 'influxdb' ? INFLUXQL : PROMQL;
  const name = source === 'influxdb' ? 'InfluxDB' : 'VictoriaMetrics';
  const states: readonly Query[] = Object.entries(STATES).map(([field, legend]) => ({
    expr: ask.count('xunkao_rooms', field, null),
    legend,
  }));
  return {
    id: source === 'influxdb' ? 'xunkao-years-influxdb' : 'xunkao-years',
    title: { zh: `巡考 · 历年就绪情况（${name}）`, en: `Xunkao · readiness over the years (${name})` },
    about: {
      zh: `几个学期、几年来各考场和机器的就绪情况，取自采集器写入 ${name} 的长期曲线`,
      en: `How rooms and machines were ready over terms and years, from the long series that the collector writes to ${name}`,
    },
    source,
    variables: ['room'],
    from: 'now-1y',
    panels: [
      {
        kind: 'series',
        title: { zh: '考场：合格、不合格、未知', en: 'Rooms that pass, are broken or unknown' },
        about: {
          zh: '整个考点里必须项全部合格的考场数，以及不合格、未知的考场数；未知不等于就绪',
          en: 'Rooms of the whole site with every required rule met, and those broken or unknown; unknown is never ready',
        },
        queries: states,
        unit: 'short',
        width: 12,
        height: 8,
      },
      {
        kind: 'series',
        title: { zh: '各考场不合格和未知的机器', en: 'Machines that are broken or unknown, room by room' },
        about: {
          zh: '考生机、备用机和考场里的服务器；长期不归零的考场需要整改',
          en: 'Candidate machines, spares and servers of rooms; a room that never comes to zero needs work',
        },
        queries: (['broken', 'unknown'] as const).map((field) => ({
          expr: ask.count('xunkao_machines', field, 'room'),
          legend: {
            zh: `${ask.legend('room')} ${STATES[field].zh}`,
            en: `${ask.legend('room')} ${STATES[field].en}`,
          },
        })),
        unit: 'short',
        width: 12,
        height: 8,
      },
      {
        kind: 'states',
        title: { zh: '各考场合格机器的比例', en: 'Share of machines that pass, room by room' },
        about: {
          zh: '绿色：全部合格；黄色：九成以上；红色：不到九成',
          en: 'Green is all of them, yellow nine of ten or more, red fewer',
        },
        queries: [{ expr: ask.ratio('xunkao_machines', 'passing', 'enrolled'), legend: ask.legend('room') }],
        unit: 'percentunit',
        decimals: 0,
        width: 24,
        height: 7,
        steps: [
          { from: null, color: 'red' },
          { from: 0.9, color: 'yellow' },
          { from: 1, color: 'green' },
        ],
      },
      share(ask),
      {
        kind: 'series',
        title: { zh: '在线的考生机', en: 'Candidate machines online' },
        about: {
          zh: '每个考场在线的台数；平时关机属正常',
          en: 'How many are online in each room; that they are off between exams is normal',
        },
        queries: [{ expr: ask.count('xunkao_seats', 'online', 'room'), legend: ask.legend('room') }],
        unit: 'short',
        width: 12,
        height: 8,
      },
      {
        kind: 'series',
        title: { zh: '外网丢包', en: 'Loss to the internet' },
        about: {
          zh: '各考场机器到指定网站的平均丢包率；长期抬高说明线路或交换机有问题',
          en: 'Mean loss from the rooms’ machines to the named hosts; a rise that stays points at the line or a switch',
        },
        queries: [{ expr: ask.mean('xunkao_internet', 'loss_ratio', 'room'), legend: ask.legend('room') }],
        unit: 'percentunit',
        width: 12,
        height: 8,
        empty: { zh: '没有测外网', en: 'The internet is not measured' },
      },
      {
        kind: 'series',
        title: { zh: 'UPS 估计供电时间', en: 'Runtime that UPSs estimate' },
        about: {
          zh: '电池变老时逐月下降；两小时的证明仍以放电演练为准',
          en: 'It falls month by month as batteries age; the two hours are proven by a drill alone',
        },
        queries: [{ expr: ask.mean('xunkao_ups', 'runtime_seconds', 'device'), legend: ask.legend('device') }],
        unit: 's',
        width: 12,
        height: 8,
        empty: { zh: '没有 UPS', en: 'No UPS' },
      },
    ],
  };
}

function share(ask: Asking): Panel {
  return {
    kind: 'series',
    title: { zh: '符合的考生机比例', en: 'Share of candidate machines that pass' },
    about: {
      zh: '全部必须条款都符合的考生机占登记台数的比例',
      en: 'Candidate machines with every required clause met, of those enrolled',
    },
    queries: [{ expr: ask.ratio('xunkao_seats', 'passing', 'enrolled'), legend: ask.legend('room') }],
    unit: 'percentunit',
    width: 12,
    height: 8,
  };
}
