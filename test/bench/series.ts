import { pino } from 'pino';
import type { RawFrame } from '../../collector/history/history.ts';
import { openSqlite } from '../../collector/history/sqlite.ts';
import { createFeed, KEPT_PLACE } from '../../collector/series/feed.ts';
import type { Places } from '../../collector/identity/places.ts';
import { hasStores, openStore } from '../fixtures/series.ts';
import { spreadOf, type Context, type Figure, type Row } from './row.ts';

const SITE = 'bench';
const MACHINES = 45;
const FRAME_MS = 5_000;
const DAY_MS = 86_400_000;
const BATCH_MS = 600_000;
/** Long before the next exam of that morning. */
const BAR_SECONDS = 300;

const KINDS = { influxdb: 'InfluxDB', victoriametrics: 'VictoriaMetrics' } as const;

/** What waits in the record while a store of long series is away, written to it through the collector's own outbox. */
export const row: Row = {
  name: 'series',
  about: `a day of readings of ${MACHINES} PCs, a frame each 5 s, caught up by each store of long series`,
  limitSeconds: 600,
  cannot: () => (hasStores ? null : 'there are no InfluxDB and VictoriaMetrics here'),
  async run(context) {
    const [machines, spanMs] = context.quick ? [3, 60_000] : [MACHINES, DAY_MS];
    const until = Math.floor(Date.now() / BATCH_MS) * BATCH_MS;
    const history = await openSqlite(context.field.folder('record'), { site: SITE, staleAfterSeconds: new Map() });
    context.field.own(() => history.close());
    const since = performance.now();
    for (let at = until - spanMs; at < until; at += BATCH_MS) {
      const raw = framesOf(machines, at, Math.min(at + BATCH_MS, until));
      await history.append({ moment: { wall: at, monotonic: at }, entries: [], raw });
    }
    context.note(`the day was written in ${((performance.now() - since) / 1000).toFixed(0)} s`);
    const figures: Figure[] = [];
    for (const kind of Object.keys(KINDS) as (keyof typeof KINDS)[])
      figures.push(await caughtUp(context, history, { kind, until }));
    return figures;
  },
};

async function caughtUp(
  { field, note }: Context,
  history: Awaited<ReturnType<typeof openSqlite>>,
  { kind, until }: { readonly kind: keyof typeof KINDS; readonly until: number },
): Promise<Figure> {
  const real = await openStore(kind, field.folder(kind));
  field.own(() => real.kill());
  const { outbox } = createFeed({
    settings: real.settings,
    site: SITE,
    history,
    places: PLACES,
    clock: { now: () => ({ wall: Date.now() }) },
    log: pino({ level: 'silent' }),
    place: 0,
    keep: (place) =>
      history.append({
        moment: { wall: Date.now(), monotonic: performance.now() },
        entries: [],
        keep: [{ ...KEPT_PLACE, value: place }],
      }),
  });
  const since = performance.now();
  outbox.start();
  while ((outbox.standing().upTo ?? 0) < until - FRAME_MS) {
    const { said } = outbox.standing();
    if (said !== null) throw new Error(said);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const seconds = (performance.now() - since) / 1000;
  const { written } = outbox.standing();
  await outbox.stop(5_000);
  await real.kill();
  note(`${kind}: ${written} points in ${seconds.toFixed(1)} s, ${Math.round(written / seconds)} a second`);
  return {
    what: {
      en: `long series: ${KINDS[kind]} caught up after a day away`,
      zh: `长期曲线：${KINDS[kind]} 离线一天后补齐`,
    },
    unit: 's',
    ours: spreadOf([seconds]),
    bars: [{ of: 'median', is: '≤', value: BAR_SECONDS }],
  };
}

const PLACES = {
  machine: (id: string) => ({ id, room: 'A', seat: id.slice(2), role: 'candidate' }),
  device: () => undefined,
} as unknown as Places;

/** Each frame has what moved; each minute one has everything that a PC says in numbers. */
function framesOf(machines: number, from: number, to: number): RawFrame[] {
  const frames: RawFrame[] = [];
  for (let at = from; at < to; at += FRAME_MS)
    for (let index = 0; index < machines; index += 1) {
      const machine = `m-${index}`;
      const moved = {
        'load.cpu_ratio': ((at / FRAME_MS + index) % 97) / 97,
        'load.memory_ratio': 0.4 + ((at / FRAME_MS) % 13) / 100,
        'internet.latency_seconds': 0.01 + ((at / FRAME_MS + index) % 31) / 1000,
      };
      const facts = at % 60_000 === 0 ? { ...STILL, ...moved } : moved;
      frames.push({ machine, at: at + index, late: false, facts: { [machine]: facts } });
    }
  return frames;
}

const STILL = {
  'cpu.logical_cores': 4,
  'cpu.physical_cores': 4,
  'memory.installed_bytes': 8 * 2 ** 30,
  'memory.visible_bytes': 7.9 * 2 ** 30,
  'disk.free_bytes': 60 * 2 ** 30,
  'disk.total_bytes': 240 * 2 ** 30,
  'display.width_pixels': 1_920,
  'display.height_pixels': 1_080,
  'network.speed_bytes_per_second': 125_000_000,
  'network.up': true,
  'internet.loss_ratio': 0,
  'internet.reachable': 1,
  'os.uptime_seconds': 3_600,
  'clock.synchronized': true,
  'load.processes': 120,
};
