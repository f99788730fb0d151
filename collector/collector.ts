import { join } from 'node:path';
import type { FastifyBaseLogger as Log, FastifyInstance } from 'fastify';
import { buildCatalogue, loadProbes } from '../agent/catalogue.ts';
import { createBeat } from './beat.ts';
import { systemClock, type Clock, type Moment } from './clock.ts';
import { createCompliance } from './compliance/compliance.ts';
import { createLate } from './compliance/late.ts';
import { createEvents } from './console/events.ts';
import { roomsOf } from './console/readRoutes.ts';
import { roomReadiness } from './console/rows.ts';
import { createConsole } from './console/server.ts';
import { askControl, serveControl } from './control.ts';
import type { Fault } from './faults.ts';
import type { Arrival } from './gateway/arrival.ts';
import { openCertificates } from './gateway/certificates.ts';
import { Gateway } from './gateway/gateway.ts';
import { Discovery } from './gateway/discovery.ts';
import type { KnownPresence } from './gateway/presence.ts';
import { limitsWith } from './gateway/limits.ts';
import { Listener } from './gateway/listener.ts';
import { compileFrames } from './gateway/schemas.ts';
import { Trouble } from './gateway/trouble.ts';
import { openJournal } from './history/journal.ts';
import { openSqlite } from './history/sqlite.ts';
import type { SiteDevice } from './identity/machine.ts';
import { createPlaces } from './identity/places.ts';
import { createRegistry } from './identity/registry.ts';
import { createIncidents } from './incidents/incidents.ts';
import { createOwnMetrics } from './metrics/own.ts';
import { writeMetrics } from './metrics/writer.ts';
import { createOffice, type Office, type TicketOrder } from './office.ts';
import { createRecorder } from './recorder.ts';
import { keptOf, presenceOf, replay, restoreStages } from './restore.ts';
import { readAddresses, siteOf, VERSION } from './site.ts';
import { createPhases } from './sessions/phases.ts';
import type { Settings } from './settings.ts';
import { loadStandard } from './standard/load.ts';
import { WITNESSED } from './standard/witnessed.ts';
import { createHearing } from './state/hearing.ts';
import { createState } from './state/state.ts';

/** One beat; the whole flow runs at this pace. */
export const BEAT_MS = 250;
const RAW_MS = 10_000;
const CHECKPOINT_MS = 60_000;
const LEAF_CHECK_MS = 3_600_000;
const STOP_LIMIT_MS = 10_000;

export interface CollectorOptions {
  readonly data: string;
  readonly settings: Settings;
  readonly log: Log;
  /** Tests give their own, and then call `beat()` themselves. */
  readonly clock?: (resume: Moment | undefined) => Clock;
  readonly beats?: boolean;
}

export interface Collector {
  readonly site: string;
  /** `live-commerce@1.0+3f9c…` */
  readonly standard: string;
  /** Where the console is, the first one for this PC itself. */
  readonly urls: readonly string[];
  /** The HTTP side, for tests that ask without a socket. */
  readonly app: FastifyInstance;
  readonly desk: Office;
  /** `host:port` for agents. */
  readonly addresses: readonly string[];
  /** Code for the first administrator; null when there is one. */
  firstCode(): string | null;
  makeTicket(order: TicketOrder): Promise<string>;
  /** For the agent on this very machine, which is the site's reader of devices. */
  localTicket(room: string): Promise<string>;
  beat(): void;
  checkpoint(): void;
  stop(): Promise<void>;
}

/** A pack of rules, or the settings' use of it, with faults: told like those of the settings. */
export class WrongPack extends Error {
  readonly faults: readonly Fault[];

  constructor(faults: readonly Fault[]) {
    super(`${faults.length} fault(s) in the standard`);
    this.faults = faults;
  }
}

/** Starts everything, from the left end of the flow to its right. Throws `Trouble` or `WrongPack` in words. */
export async function startCollector({
  data,
  settings,
  log,
  clock: makeClock = systemClock,
  beats = true,
}: CollectorOptions): Promise<Collector> {
  const { limits, unknown } = limitsWith(settings.limits);
  if (unknown.length > 0)
    throw new Trouble({
      zh: `没有名为 ${unknown.join('、')} 的限制`,
      en: `there is no limit called ${unknown.join(', ')}; the README has the table`,
    });
  await refuseSecond(data);
  const site = siteOf(data, settings.site);
  const devices: readonly SiteDevice[] = settings.devices.map((device) => ({
    ...device,
    room: device.room ?? null,
    feeds: device.feeds ?? [],
  }));
  const catalogue = buildCatalogue(await loadProbes(), WITNESSED);
  const loaded = await loadStandard(packOf(settings.standard), catalogue, settings.parameters);
  if ('faults' in loaded) throw new WrongPack(loaded.faults);
  const { standard } = loaded;

  // What was kept, and the stages that go on from it.
  const history = await openSqlite(data, {
    site,
    staleAfterSeconds: new Map(catalogue.facts.map(({ name, staleAfterSeconds }) => [name, staleAfterSeconds])),
    warn: (message) => log.warn(message),
  });
  const restored = await history.restore();
  const kept = keptOf(restored);
  const clock = makeClock(restored.moment ?? undefined);
  const journal = await openJournal(join(data, 'journal'), { after: Math.max(restored.judgedTo, restored.stateTo) });
  const registry = createRegistry({
    clock,
    machines: kept.machines,
    tickets: kept.tickets,
    changed: (changes) => desk.registryChanged(changes),
  });
  const places = createPlaces(registry.machines, devices, () => desk.localMachine());
  const state = createState(catalogue);
  const hearing = createHearing();
  const compliance = createCompliance(standard, state, places, (id) => hearing.settled(id), settings.phases);
  const late = createLate(standard, catalogue, places, settings.phases);
  const incidents = createIncidents((id) => compliance.rule(id));
  const phases = createPhases(settings.phases);
  const stages = { state, phases, hearing, compliance, late, incidents, places, sessions: () => desk.sessions() };
  const beat = createBeat(stages);
  const known: Record<string, KnownPresence> = {};
  const gateway = new Gateway({
    site,
    clock,
    registry,
    frames: compileFrames(
      catalogue,
      WITNESSED.map((probe) => probe.name),
      limits,
    ),
    settings: (machine) => desk.agentSettings(machine),
    limits,
    held: kept.held,
    presence: known,
    tell: (event) => desk.heard(event),
  });
  const recorder = createRecorder({
    journal,
    history,
    clock,
    log,
    settle: (arrivals) => gateway.settle(arrivals),
    drop: (arrivals) => gateway.forget(arrivals),
  });
  const desk = createOffice({
    site,
    version: VERSION,
    settings,
    devices,
    clock,
    log,
    catalogue,
    standard,
    stages,
    registry,
    gateway: () => gateway,
    history,
    recorder,
    kept,
  });
  const machines = new Set<string>();
  restoreStages(stages, kept, clock.now());
  const replayed = await replay({ journal, restored, kept, beat, gateway, recorder });
  if (replayed > 0) log.info({ beats: replayed }, 'the journal was replayed');
  Object.assign(known, presenceOf(stages, registry.machines.values()));
  gateway.start();

  // The one port.
  const certificates = await openCertificates({
    folder: join(data, 'ca'),
    site,
    addresses: readAddresses(settings.listen),
    now: clock.now().wall,
  });
  const listener = new Listener({
    addresses: settings.listen.map(hostPort),
    certificate: () => certificates.current(),
    limits,
  });
  listener.onUpgrade('/agent', gateway.upgrade);
  const events = createEvents(desk);
  const own = createOwnMetrics(VERSION, site, {
    agents: () => gateway.linked,
    incidents: () =>
      incidents
        .opened()
        .map(({ urgency, rule, subject }) => ({ urgency, rule, room: subject === null ? null : places.room(subject) })),
    rooms: () => roomsOf(desk).map((room) => roomReadiness(desk, room, null)),
    journalBytes: () => journal.bytes(),
    unwritten: () => recorder.waiting(),
    refused: () => ({ ...Object.fromEntries(gateway.refusals), ...gateway.counts, ...listener.counts }),
  });
  const app = await createConsole(desk, events, {
    serverFactory: listener.serverFactory,
    log,
    pages: join(import.meta.dirname, '..', 'dist', 'console'),
    metrics: async function* metrics() {
      const since = performance.now();
      yield* writeMetrics({ site, state, compliance, places, seenAt: desk.seenAt });
      yield await own.registry.metrics();
      own.scrapeSeconds.observe((performance.now() - since) / 1000);
    },
  });
  const bound = await listener.start();
  const addresses = bound.map(({ address, port, family }) =>
    family === 'IPv6' ? `[${address}]:${port}` : `${address}:${port}`,
  );
  desk.reachable(addresses, certificates.caHash);
  const discovery = new Discovery({
    site,
    listening: bound.map(({ address, port }) => ({ host: address, port })),
    limits,
  });
  await discovery.start();
  const control = await serveControl(data, (question) => desk.answer(question, data));

  function step(): void {
    const since = performance.now();
    const arrivals = gateway.take();
    const now = clock.now();
    const effects = beat.tick(arrivals, now);
    count(arrivals);
    recorder.record(arrivals, effects);
    events.publish({ ...effects, incidents: [...effects.incidents, ...desk.notice()] });
    for (const subject of effects.moved) machines.add(subject);
    own.beatSeconds.observe((performance.now() - since) / 1000);
  }

  function count(arrivals: readonly Arrival[]): void {
    for (const arrival of arrivals) if (arrival.kind === 'frame') own.frames.inc({ lane: arrival.frame.lane });
  }

  function checkpoint(): void {
    const snapshots = [...machines].flatMap((id) => {
      const subject = state.get(id);
      return subject ? [{ kind: 'state', id, value: state.snapshot(subject) }] : [];
    });
    machines.clear();
    const held = Object.entries(gateway.changedSnapshot()).map(([id, value]) => ({ kind: 'held', id, value }));
    recorder.checkpoint(clock.now(), [...snapshots, ...held]);
  }

  const timers = beats
    ? [
        setInterval(step, BEAT_MS),
        setInterval(() => recorder.flushRaw(clock.now()), RAW_MS),
        setInterval(checkpoint, CHECKPOINT_MS),
        setInterval(() => {
          void certificates
            .refresh(readAddresses(settings.listen), clock.now().wall)
            .then((renewed) => renewed && listener.renew());
        }, LEAF_CHECK_MS),
      ]
    : [];
  desk.started(replayed);

  return {
    site,
    standard: `${standard.id}@${standard.edition}+${standard.hash}`,
    urls: addresses.map(
      (address) =>
        `${/^(127\.|\[::1\])/.test(address) ? 'http' : 'https'}://${address.replace('0.0.0.0', '127.0.0.1')}`,
    ),
    addresses,
    firstCode: () => desk.accounts.firstCode(),
    makeTicket: async (order) => (await desk.makeTicket(order, 'collector')).ticket,
    localTicket: (room) => desk.localTicket(room),
    app,
    desk,
    beat: step,
    checkpoint,
    async stop() {
      for (const timer of timers) clearInterval(timer);
      gateway.stop();
      step();
      desk.stopping();
      checkpoint();
      control.close();
      await app.close();
      await discovery.stop();
      await listener.stop();
      await recorder.close(STOP_LIMIT_MS);
    },
  };
}

/** Two collectors on one data directory would each think the record is theirs. */
async function refuseSecond(data: string): Promise<void> {
  const answer = await askControl(data, { ask: 'status' });
  if ('error' in answer) return;
  throw new Trouble({
    zh: `已有一个采集器（进程 ${String(answer['pid'])}）在使用 ${data}。请先停止它，或用 --data 另选目录`,
    en: `a collector (process ${String(answer['pid'])}) uses ${data} already; stop it first, or choose another directory with --data`,
  });
}

function packOf(name: string): string {
  return /[/\\]/.test(name) ? name : join(import.meta.dirname, 'standards', name);
}

function hostPort(text: string): { host: string; port: number } {
  const colon = text.lastIndexOf(':');
  return { host: text.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(text.slice(colon + 1)) };
}
