import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** The collector's own series: about a hundred, by prom-client. */
export interface OwnMetrics {
  readonly registry: Registry;
  readonly frames: Counter<'lane'>;
  readonly beatSeconds: Histogram;
  readonly changes: Counter<'late'>;
  readonly journalSeconds: Histogram;
  readonly journalRefused: Counter;
  readonly scrapeSeconds: Histogram;
}

export interface Gauges {
  /** What every verdict is judged by. */
  standard(): { readonly id: string; readonly edition: string; readonly hash: string };
  agents(): number;
  incidents(): readonly { readonly urgency: string; readonly rule: string | null; readonly room: string | null }[];
  rooms(): readonly { readonly room: string; readonly readiness: string }[];
  journalBytes(): number;
  /** Null without a store of long series. */
  series(): {
    readonly written: number;
    readonly refused: number;
    readonly awaySince: number | null;
    readonly upTo: number | null;
  } | null;
  /** Null without an organization. */
  organization(): {
    /** Entries that the organization answered for, and up to where it has co-signed. */
    readonly sentTo: number;
    readonly cosignedTo: number;
    readonly awaySince: number | null;
    readonly answeredAt: number | null;
  } | null;
  unwritten(): number;
  /** Of each channel: results so far, what waits, and since when (wall clock, ms). */
  paging(): {
    readonly results: ReadonlyMap<string, number>;
    readonly waiting: readonly { readonly channel: string; readonly count: number; readonly oldestAt: number | null }[];
    readonly failing: readonly { readonly channel: string; readonly fails: boolean }[];
  };
  /** Wall clock, ms: when all was well last; null: not yet. */
  wellAt(): number | null;
  /** Messages, facts and connections that were not taken, by reason. */
  refused(): Readonly<Record<string, number>>;
}

export function createOwnMetrics(version: string, site: string, gauges: Gauges): OwnMetrics {
  const registry = new Registry();
  registry.setDefaultLabels({ site });
  collectDefaultMetrics({ register: registry, prefix: 'xunkao_collector_' });
  // Gauges that are called totals: promtool is right to mind.
  for (const name of ['handles', 'requests', 'resources'])
    registry.removeSingleMetric(`xunkao_collector_nodejs_active_${name}_total`);
  const registers = [registry];
  const gauge = (name: string, help: string, labelNames: string[], collect: (this: Gauge) => void): Gauge =>
    new Gauge({ name, help, labelNames, registers, collect });

  gauge('xunkao_build_info', 'Version of the collector.', ['version'], function collect() {
    this.set({ version }, 1);
  });
  gauge('xunkao_standard_info', 'The standard in force.', ['standard', 'edition', 'hash'], function collect() {
    const { id, edition, hash } = gauges.standard();
    this.set({ standard: id, edition, hash }, 1);
  });
  gauge('xunkao_collector_agents', 'Agents connected now.', [], function collect() {
    this.set(gauges.agents());
  });
  gauge('xunkao_incidents_open', 'Incidents that are open.', ['urgency', 'rule', 'room'], function collect() {
    this.reset();
    for (const { urgency, rule, room } of gauges.incidents()) this.inc({ urgency, rule: rule ?? '', room: room ?? '' });
  });
  gauge('xunkao_readiness', 'One for the state the room has now.', ['room', 'state'], function collect() {
    this.reset();
    for (const { room, readiness } of gauges.rooms()) this.set({ room, state: readiness }, 1);
  });
  const pages = new Counter({
    name: 'xunkao_pages_total',
    help: 'Pages by channel and what became of them.',
    labelNames: ['channel', 'result'],
    registers: [],
    collect() {
      this.reset();
      for (const [key, count] of gauges.paging().results) {
        const [channel = '', result = ''] = key.split(' ');
        this.inc({ channel, result }, count);
      }
    },
  });
  registry.registerMetric(pages);
  gauge('xunkao_pages_waiting', 'Pages that wait for their channel.', ['channel'], function collect() {
    for (const { channel, count } of gauges.paging().waiting) this.set({ channel }, count);
  });
  gauge('xunkao_pages_oldest_timestamp_seconds', 'Since when the oldest page waits.', ['channel'], function collect() {
    this.reset();
    for (const { channel, oldestAt } of gauges.paging().waiting)
      if (oldestAt !== null) this.set({ channel }, oldestAt / 1000);
  });
  gauge(
    'xunkao_pages_channel_failing',
    'One while the last try of the channel failed.',
    ['channel'],
    function collect() {
      for (const { channel, fails } of gauges.paging().failing) this.set({ channel }, fails ? 1 : 0);
    },
  );
  const heartbeat = 'xunkao_collector_heartbeat_timestamp_seconds';
  gauge(heartbeat, 'The last beat at which the record took and all was well.', [], function collect() {
    const at = gauges.wellAt();
    if (at !== null) this.set(at / 1000);
  });
  gauge('xunkao_collector_journal_bytes', 'Size of the journal.', [], function collect() {
    this.set(gauges.journalBytes());
  });
  gauge(
    'xunkao_series_points',
    'Points that the store of long series took or refused since the start.',
    ['result'],
    function collect() {
      this.reset();
      const series = gauges.series();
      if (!series) return;
      this.set({ result: 'written' }, series.written);
      this.set({ result: 'refused' }, series.refused);
    },
  );
  gauge('xunkao_series_up', 'Whether the store of long series takes what it is sent.', [], function collect() {
    this.reset();
    const series = gauges.series();
    if (series) this.set(series.awaySince === null ? 1 : 0);
  });
  gauge(
    'xunkao_series_newest_timestamp_seconds',
    'The newest reading that the store of long series has.',
    [],
    function collect() {
      this.reset();
      const upTo = gauges.series()?.upTo ?? null;
      if (upTo !== null) this.set(upTo / 1000);
    },
  );
  gauge('xunkao_organization_up', 'Whether the organization answers.', [], function collect() {
    this.reset();
    const organization = gauges.organization();
    if (organization) this.set(organization.awaySince === null ? 1 : 0);
  });
  gauge(
    'xunkao_organization_entries',
    'Up to which entry the organization has the record.',
    ['what'],
    function collect() {
      this.reset();
      const organization = gauges.organization();
      if (!organization) return;
      this.set({ what: 'sent' }, organization.sentTo);
      this.set({ what: 'cosigned' }, organization.cosignedTo);
    },
  );
  const answered = 'xunkao_organization_answered_timestamp_seconds';
  gauge(answered, 'The last answer of the organization.', [], function collect() {
    this.reset();
    const answeredAt = gauges.organization()?.answeredAt ?? null;
    if (answeredAt !== null) this.set(answeredAt / 1000);
  });
  gauge('xunkao_collector_unwritten_batches', 'Batches that wait for the record’s store.', [], function collect() {
    this.set(gauges.unwritten());
  });
  gauge('xunkao_collector_refused', 'What was not taken since the start, by reason.', ['reason'], function collect() {
    for (const [reason, count] of Object.entries(gauges.refused())) this.set({ reason }, count);
  });
  const buckets = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1];
  return {
    registry,
    frames: new Counter({
      name: 'xunkao_collector_frames_total',
      help: 'Frames taken in.',
      labelNames: ['lane'],
      registers,
    }),
    changes: new Counter({
      name: 'xunkao_collector_verdict_changes_total',
      help: 'Changes of verdicts.',
      labelNames: ['late'],
      registers,
    }),
    beatSeconds: new Histogram({
      name: 'xunkao_collector_beat_seconds',
      help: 'Time one beat took.',
      buckets,
      registers,
    }),
    journalSeconds: new Histogram({
      name: 'xunkao_collector_journal_seconds',
      help: 'Time until the journal had a beat.',
      buckets,
      registers,
    }),
    journalRefused: new Counter({
      name: 'xunkao_collector_journal_refused_total',
      help: 'Beats the disk refused.',
      registers,
    }),
    scrapeSeconds: new Histogram({
      name: 'xunkao_collector_scrape_seconds',
      help: 'Time to write /metrics.',
      buckets,
      registers,
    }),
  };
}
