import type { FastifyBaseLogger as Log, FastifyInstance } from 'fastify';
import { assemble, type Assembly } from './assembly.ts';
import { WrongPack } from './ruling.ts';
import { systemClock, type Clock, type Moment } from './clock.ts';
import { backUp } from './backup.ts';
import { askControl, type Answer, type Question } from './control.ts';
import { ownAddresses } from './gateway/addresses.ts';
import { limitNames, limitsWith } from './gateway/limits.ts';
import type { Fault } from './faults.ts';
import { Trouble } from './gateway/trouble.ts';
import type { Kept } from './history/history.ts';
import type { Role } from './identity/machine.ts';
import type { TicketOrder } from './enrolment.ts';
import type { Office } from './office.ts';
import { openPort, type Port } from './port.ts';
import { createSealing, SEAL_MS, type Sealing } from './sealing.ts';
import { siteOf } from './site.ts';
import type { PlaceOf, Settings } from './settings.ts';
import { didYouMean } from './standard/nearest.ts';
import { createWrite } from './write.ts';

export { WrongPack };

/** One beat; the whole flow runs at this pace. */
export const BEAT_MS = 250;
/** What the raw readings may lag behind the journal, and so how much of it a restart reads again. */
const RAW_MS = 10_000;
const CHECKPOINT_MS = 60_000;
/** It reads nothing while nothing changed, and an address that came is served within a minute. */
const CERTIFICATE_MS = 60_000;
const STOP_LIMIT_MS = 10_000;
/** A disk that takes writes a signature in milliseconds; one that refuses must not hold up the end. */
const SEAL_LIMIT_MS = 2_000;

export interface CollectorOptions {
  readonly data: string;
  readonly settings: Settings;
  /** Where faults of the settings stand that show only beside the rules. */
  readonly placeOf?: PlaceOf;
  readonly log: Log;
  /** Tests give their own; with `beats: false` they call `beat()` themselves. */
  readonly clock?: (resume: Moment | undefined) => Clock;
  readonly beats?: boolean;
}

export interface Collector {
  readonly site: string;
  /** `live-commerce@1.0+3f9c…` */
  readonly standard: string;
  /** Where the console is. */
  readonly urls: readonly string[];
  /** `host:port` for agents. */
  readonly addresses: readonly string[];
  /** The HTTP side, for tests that ask without a socket. */
  readonly app: FastifyInstance;
  readonly desk: Office;
  /** Code for the first administrator; null when there is one. */
  firstCode(): string | null;
  makeTicket(order: TicketOrder): Promise<string>;
  /** For the agent on this very machine, which is the site's reader of devices. */
  localTicket(room: string, role?: Role): Promise<string>;
  beat(): void;
  checkpoint(): void;
  stop(): Promise<void>;
}

/** Starts everything, from the left end of the flow to its right. Throws `Trouble` or `WrongPack` in words. */
export async function startCollector(options: CollectorOptions): Promise<Collector> {
  const { data, settings, placeOf, log, clock = systemClock, beats = true } = options;
  const { limits, unknown } = limitsWith(settings.limits);
  if (unknown.length > 0) throw new WrongPack(unknown.map((name) => noSuchLimit(name, placeOf)));
  await refuseSecond(data);
  const assembly = await assemble({ data, site: siteOf(data, settings.site), settings, placeOf, limits, log, clock });
  const { site, standard, office, gateway, recorder, replayed } = assembly;
  gateway.start();
  async function answer(question: Question): Promise<Answer> {
    if (question.ask !== 'backup') return office.answer(question);
    // The copy goes on from this moment, not from the last checkpoint.
    pulse.checkpoint();
    await recorder.idle();
    await backUp(data, question.to, assembly.history);
    return { to: question.to };
  }
  const port = await openPort(assembly, { data, listen: settings.listen, limits, log, answer }).catch(
    async (error: unknown) => {
      gateway.stop();
      await recorder.close(STOP_LIMIT_MS);
      throw error;
    },
  );
  const sealing = createSealing(data, assembly.seal, createWrite(recorder, assembly.clock), log);
  const pulse = createPulse(assembly, port, sealing);
  assembly.paging.reachable(port.addresses.flatMap(linkUrls));
  const timers = beats ? pulse.start() : [];
  office.started(replayed);
  void sealing.start(assembly.kept.recordKey);
  assembly.feed?.outbox.start();
  void assembly.belonging?.start();
  return {
    site,
    standard: `${standard.id}@${standard.edition}+${standard.hash}`,
    urls: port.addresses.map(urlOf),
    addresses: port.addresses,
    app: port.app,
    desk: office,
    firstCode: () => office.accounts.firstCode(),
    makeTicket: async (order) => (await office.makeTicket(order, 'collector')).ticket,
    localTicket: (room, role) => office.localTicket(room, role),
    beat: pulse.beat,
    checkpoint: pulse.checkpoint,
    async stop() {
      for (const timer of timers) clearInterval(timer);
      await assembly.paging.stop();
      gateway.stop();
      pulse.beat();
      const stopped = office.stopping();
      await assembly.feed?.outbox.stop(SEAL_LIMIT_MS);
      await assembly.belonging?.shipping.stop(SEAL_LIMIT_MS);
      // It waits for the one at the start: heads are signed in turn.
      await sealing.stop(stopped, SEAL_LIMIT_MS);
      pulse.checkpoint();
      await port.close();
      await recorder.close(STOP_LIMIT_MS);
    },
  };
}

/** The beat, and what happens beside it at a slower pace. */
function createPulse(assembly: Assembly, port: Port, sealing: Sealing) {
  const { clock, stages, gateway, recorder, office, paging } = assembly;
  const { own, events } = port;
  /** Subjects whose snapshot is behind; after a replay it may be anyone's. */
  const moved = new Set(assembly.replayed > 0 ? [...stages.state.all()].map(({ id }) => id) : []);

  function beat(): void {
    const since = performance.now();
    const arrivals = gateway.take();
    const effects = assembly.beat.tick(arrivals, clock.now());
    const incidents = [...effects.incidents, ...office.notice()];
    const { keep, entries } = paging.advance(incidents, effects.now);
    // In one batch with its incident: after a crash both are there, or the journal brings both again.
    recorder.record(arrivals, {
      ...effects,
      keep: [...effects.keep, ...keep],
      entries: [...effects.entries, ...entries],
    });
    // What was frozen is signed as soon as it is durable.
    if (effects.entries.some(({ kind }) => kind === 'snapshot')) void recorder.idle().then(() => sealing.seal());
    office.drills.ups.tick(effects.now);
    office.drills.playback.tick(effects.now);
    office.network.tick(effects.now);
    if (keep.length > 0) paging.recorded(recorder.idle());
    events.publish({ ...effects, incidents });
    for (const subject of effects.moved) moved.add(subject);
    for (const arrival of arrivals) if (arrival.kind === 'frame') own.frames.inc({ lane: arrival.frame.lane });
    for (const { late } of effects.changes) own.changes.inc({ late: String(late) });
    own.beatSeconds.observe((performance.now() - since) / 1000);
  }

  function snapshots(): readonly Kept[] {
    const states = [...moved].flatMap((id) => {
      const subject = stages.state.get(id);
      return subject ? [{ kind: 'state', id, value: stages.state.snapshot(subject) }] : [];
    });
    moved.clear();
    const late = [...stages.late.takeSnapshots()].map(([id, value]) => ({ kind: 'late', id, value }));
    return [...states, ...late];
  }

  function checkpoint(): void {
    recorder.checkpoint(clock.now(), snapshots, () =>
      Object.entries(gateway.changedSnapshot()).map(([id, value]) => ({ kind: 'held', id, value })),
    );
  }

  return {
    beat,
    checkpoint,
    start: () => [
      setInterval(beat, BEAT_MS),
      setInterval(() => recorder.flushRaw(clock.now()), RAW_MS),
      setInterval(checkpoint, CHECKPOINT_MS),
      setInterval(() => void port.refresh(), CERTIFICATE_MS),
      setInterval(() => void sealing.seal(), SEAL_MS),
    ],
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

function noSuchLimit(name: string, placeOf?: PlaceOf): Fault {
  return {
    ...(placeOf?.(['limits', name]) ?? { file: 'limits', line: 1, column: 1, excerpt: name }),
    message: `there is no limit called ${name} (the README has the table)${didYouMean(name, limitNames.keys())}`,
    zh: `没有名为 ${name} 的限制；README 里有完整的表`,
  };
}

/** What a phone on the LAN could open; all of this computer's addresses for 0.0.0.0 and [::]. */
function linkUrls(address: string): readonly string[] {
  const [, host = '', port = ''] = /^(.*):(\d+)$/.exec(address) ?? [];
  if (host !== '0.0.0.0' && host !== '[::]') return [urlOf(address)];
  return ownAddresses().map((own) => urlOf(`${own.includes(':') ? `[${own}]` : own}:${port}`));
}

function urlOf(address: string): string {
  const scheme = /^(127\.|\[::1\])/.test(address) ? 'http' : 'https';
  return `${scheme}://${address.replace(/^0\.0\.0\.0/, '127.0.0.1').replace(/^\[::\]/, '[::1]')}`;
}
