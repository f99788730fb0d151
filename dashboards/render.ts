import type { Builder, Dataquery } from '@grafana/grafana-foundation-sdk/cog';
import * as bargauge from '@grafana/grafana-foundation-sdk/bargauge';
import * as common from '@grafana/grafana-foundation-sdk/common';
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import * as prometheus from '@grafana/grafana-foundation-sdk/prometheus';
import * as stat from '@grafana/grafana-foundation-sdk/stat';
import * as statetimeline from '@grafana/grafana-foundation-sdk/statetimeline';
import * as table from '@grafana/grafana-foundation-sdk/table';
import * as timeseries from '@grafana/grafana-foundation-sdk/timeseries';
import type { Bilingual } from '../agent/probe.ts';
import type { Board, Panel, Query, Variable } from './board.ts';
import { placed } from './grid.ts';
import { SOURCE_WORDS, sourceOf, withMatchers, type Source } from './source.ts';

export type Language = keyof Bilingual;

/** Grafana keeps a folder a language; a link stays in its own. */
export const uidOf = (board: string, language: Language): string => `${board}-${language}`;

/** Chosen at the top of the board. */
const refOf = ({ type }: Source): common.DataSourceRef => ({ type, uid: '${source}' });

const LABELS: Readonly<Record<Variable | 'site', Bilingual>> = {
  site: { zh: '考点', en: 'Site' },
  room: { zh: '考场', en: 'Room' },
  machine: { zh: '机器', en: 'Machine' },
  device: { zh: '设备', en: 'Device' },
  rule: { zh: '条款', en: 'Clause' },
};

/** Grafana's JSON of a board. Everything in it comes from the board: two runs give the same text. */
export function render(board: Board, language: Language): dashboard.Dashboard {
  const say = (text: Bilingual | string): string => (typeof text === 'string' ? text : text[language]);
  const source = sourceOf(board);
  const builder = new dashboard.DashboardBuilder(say(board.title))
    .uid(uidOf(board.id, language))
    .description(say(board.about))
    .tags(['xunkao', language])
    .readonly()
    .timezone('browser')
    .refresh(source.refresh)
    .time({ from: board.from, to: 'now' })
    .tooltip(dashboard.DashboardCursorSync.Crosshair)
    .link(
      new dashboard.DashboardLinkBuilder(say({ zh: '巡考的全部看板', en: 'All boards of Xunkao' }))
        .type(dashboard.DashboardLinkType.Dashboards)
        .tags(['xunkao', language])
        .asDropdown(true)
        .includeVars(true)
        .keepTime(true),
    )
    .withVariable(sourceVariable(source, say(SOURCE_WORDS[board.source ?? 'live'])))
    .withVariable(chosen(source, 'site', say(LABELS.site), false));
  for (const name of board.variables) {
    // One machine or device at a time; of rooms and clauses also all.
    const all = name === 'room' || name === 'rule';
    builder.withVariable(chosen(source, name, say(LABELS[name]), all));
  }
  const places = placed(board.panels);
  board.panels.forEach((panel, index) => {
    builder.withPanel(
      panelOf(panel, board, language, say)
        .id(index + 1)
        .gridPos(places[index]!),
    );
  });
  return builder.build();
}

function sourceVariable({ type, first }: Source, label: string): dashboard.DatasourceVariableBuilder {
  const variable = new dashboard.DatasourceVariableBuilder('source').label(label).type(type);
  return first ? variable.current({ selected: true, text: first.name, value: first.uid }) : variable;
}

function chosen(source: Source, name: Variable | 'site', label: string, all: boolean): dashboard.QueryVariableBuilder {
  const query = source.values[name];
  const variable = new dashboard.QueryVariableBuilder(name)
    .label(label)
    .datasource(refOf(source))
    .query(source.type === 'influxdb' ? query : { query, refId: `variable-${name}` })
    .refresh(dashboard.VariableRefresh.OnTimeRangeChanged)
    .sort(dashboard.VariableSort.AlphabeticalAsc);
  return all ? variable.includeAll(true).allValue('.*') : variable;
}

type Say = (text: Bilingual | string) => string;

function panelOf(panel: Panel, board: Board, language: Language, say: Say) {
  const builder = bodyOf(panel, say)
    .title(say(panel.title))
    .description(say(panel.about))
    .datasource(refOf(sourceOf(board)))
    .unit(panel.unit);
  // Counts are written when they change: a step of less would repeat the same.
  if (board.source) builder.interval('10m');
  if (panel.decimals !== undefined) builder.decimals(panel.decimals);
  if (panel.empty) builder.noValue(say(panel.empty));
  if (panel.steps) {
    const steps = panel.steps.map(({ from, color }) => ({ value: from, color }));
    builder
      .thresholds(new dashboard.ThresholdsConfigBuilder().mode(dashboard.ThresholdsMode.Absolute).steps(steps))
      .colorScheme(new dashboard.FieldColorBuilder().mode(dashboard.FieldColorModeId.Thresholds));
  }
  if (panel.words) builder.mappings([wordsOf(panel.words, say)]);
  if (panel.leadsTo) builder.dataLinks([leadOf(panel.leadsTo, language, say)]);
  panel.queries.forEach((query, index) => builder.withTarget(targetOf(query, panel, board, index, say)));
  return builder;
}

function bodyOf(panel: Panel, say: Say) {
  switch (panel.kind) {
    case 'stat':
      return new stat.PanelBuilder()
        .colorMode(panel.steps || panel.words ? common.BigValueColorMode.Background : common.BigValueColorMode.None)
        .graphMode(common.BigValueGraphMode.None)
        .reduceOptions(new common.ReduceDataOptionsBuilder().calcs(['lastNotNull']));
    case 'table':
      return tableOf(panel, say);
    case 'series':
      return new timeseries.PanelBuilder().lineWidth(1).fillOpacity(8).showPoints(common.VisibilityMode.Never);
    case 'states':
      return new statetimeline.PanelBuilder().mergeValues(true).showValue(common.VisibilityMode.Auto).rowHeight(0.8);
    case 'bars':
      return new bargauge.PanelBuilder()
        .orientation(common.VizOrientation.Horizontal)
        .displayMode(common.BarGaugeDisplayMode.Gradient)
        .reduceOptions(new common.ReduceDataOptionsBuilder().calcs(['lastNotNull']));
  }
  return panel.kind satisfies never;
}

/** A row for each series; labels that have no name in `columns` are left out. */
function tableOf({ columns = {} }: Panel, say: Say): table.PanelBuilder {
  const names = Object.keys(columns);
  return new table.PanelBuilder()
    .transformations([
      { id: 'labelsToFields', options: { mode: 'columns' } },
      { id: 'merge', options: {} },
      {
        id: 'organize',
        options: {
          includeByName: Object.fromEntries(names.map((name) => [name, true])),
          indexByName: Object.fromEntries(names.map((name, index) => [name, index])),
          renameByName: Object.fromEntries(Object.entries(columns).map(([name, text]) => [name, say(text)])),
        },
      },
    ])
    .cellHeight(common.TableCellHeight.Sm);
}

function wordsOf(words: NonNullable<Panel['words']>, say: Say): dashboard.ValueMapping {
  const options = Object.fromEntries(
    Object.entries(words).map(([value, { text, color }], index) => [value, { text: say(text), color, index }]),
  );
  return { type: dashboard.MappingType.ValueToText, options };
}

function leadOf(lead: NonNullable<Panel['leadsTo']>, language: Language, say: Say): dashboard.DashboardLinkBuilder {
  const variables = lead.by.map((name) => `var-${name}=\${__field.labels.${name}}`);
  const query = ['var-source=${source}', 'var-site=${site}', ...variables].join('&');
  return new dashboard.DashboardLinkBuilder(say(lead.label))
    .type(dashboard.DashboardLinkType.Link)
    .url(`/d/${uidOf(lead.board, language)}?${query}`);
}

function targetOf({ expr, legend }: Query, panel: Panel, board: Board, index: number, say: Say): Builder<Dataquery> {
  const source = sourceOf(board);
  const refId = String.fromCharCode('A'.charCodeAt(0) + index);
  const query = withMatchers(expr, board);
  if (source.type === 'influxdb') {
    const alias = legend === undefined ? '' : say(legend);
    return influxTarget({ datasource: refOf(source), refId, query, alias });
  }
  const target = new prometheus.DataqueryBuilder()
    .datasource(refOf(source))
    .refId(refId)
    .expr(query)
    .legendFormat(legend === undefined ? '__auto' : say(legend));
  const now = panel.kind === 'table' || panel.kind === 'bars' || panel.kind === 'stat';
  return now ? target.instant().format(prometheus.PromQueryFormat.TimeSeries) : target.range();
}

/** The SDK has no words for InfluxDB: a query as it is written by hand in Grafana's own editor. */
function influxTarget(said: Readonly<Record<string, unknown>>): Builder<Dataquery> {
  const target = { ...said, rawQuery: true, resultFormat: 'time_series' };
  return { build: () => target as unknown as Dataquery };
}
