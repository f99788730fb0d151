import { join } from 'node:path';
import type { FastifyBaseLogger as Log, FastifyInstance } from 'fastify';
import type { Assembly } from './assembly.ts';
import { createEvents, type Events } from './console/events.ts';
import { roomsOf } from './console/readRoutes.ts';
import { roomRows } from './console/readinessRows.ts';
import { createConsole } from './console/server.ts';
import { serveControl, type Answer, type Question } from './control.ts';
import { openCertificates } from './gateway/certificates.ts';
import { Discovery } from './gateway/discovery.ts';
import type { Limits } from './gateway/limits.ts';
import { Listener } from './gateway/listener.ts';
import { createOwnMetrics, type OwnMetrics } from './metrics/own.ts';
import { writeMetrics } from './metrics/writer.ts';
import { reachedAt, readAddresses, VERSION } from './site.ts';

export interface PortOptions {
  readonly data: string;
  readonly listen: readonly string[];
  readonly limits: Limits;
  readonly log: Log;
  /** What commands on this PC ask. */
  readonly answer: (question: Question) => Promise<Answer>;
}

/** Everything that the collector is reached by: the one port, the question on the LAN, the commands on this PC. */
export interface Port {
  /** `host:port` */
  readonly addresses: readonly string[];
  readonly app: FastifyInstance;
  readonly events: Events;
  readonly own: OwnMetrics;
  /** A new certificate when addresses changed or its end is near; open links stay. */
  refresh(): Promise<void>;
  close(): Promise<void>;
}

/** Throws `Trouble` when the port is in use or the address is not of this PC. */
export async function openPort(assembly: Assembly, { data, listen, limits, log, answer }: PortOptions): Promise<Port> {
  const { site, clock, gateway, office } = assembly;
  const now = (): number => clock.now().wall;
  const certificates = await openCertificates({
    folder: join(data, 'ca'),
    site,
    addresses: readAddresses(listen),
    now: now(),
  });
  if (certificates.leftOut.length > 0) {
    log.warn(
      { addresses: certificates.leftOut },
      'not private addresses: browsers will complain there, agents will not',
    );
  }
  const listener = new Listener({ addresses: listen.map(hostPort), certificate: () => certificates.current(), limits });
  listener.onUpgrade('/agent', gateway.upgrade);
  const events = createEvents(office);
  const own = ownMetrics(assembly, listener);
  const app = await createConsole(office, events, {
    serverFactory: listener.serverFactory,
    log,
    pages: join(import.meta.dirname, '..', 'dist', 'console'),
    metrics: () => scrape(assembly, own),
  });
  const bound = await listener.start();
  const bare = bound.map(({ address, port, family }) =>
    family === 'IPv6' ? `[${address}]:${port}` : `${address}:${port}`,
  );
  const addresses = reachedAt(bare);
  office.reachable(addresses, certificates.caHash);
  const discovery = new Discovery({
    site,
    listening: bound.map(({ address, port }) => ({ host: address, port })),
    limits,
  });
  await discovery.start();
  async function leave(): Promise<void> {
    await app.close();
    await discovery.stop();
    await listener.stop();
  }
  const control = await serveControl(data, answer).catch(async (error: unknown) => {
    await leave();
    throw error;
  });
  return {
    addresses,
    app,
    events,
    own,
    async refresh() {
      if (!(await certificates.refresh(readAddresses(listen), now()))) return;
      listener.renew();
      office.reachable(reachedAt(bare), certificates.caHash);
    },
    async close() {
      control.close();
      await leave();
    },
  };
}

function ownMetrics(
  { site, stages, journal, recorder, gateway, office, paging, feed, belonging }: Assembly,
  listener: Listener,
): OwnMetrics {
  const { incidents, places } = stages;
  return createOwnMetrics(VERSION, site, {
    standard: () => office.standard,
    agents: () => gateway.linked,
    incidents: () =>
      incidents
        .opened()
        .map(({ urgency, rule, subject }) => ({ urgency, rule, room: subject === null ? null : places.room(subject) })),
    series: () => feed?.outbox.standing() ?? null,
    organization: () => belonging && { ...belonging.membership.standing(), ...belonging.shipping.standing() },
    rooms: () => roomRows(office, roomsOf(office), { withReasons: false }),
    journalBytes: () => journal.bytes(),
    unwritten: () => recorder.waiting(),
    paging() {
      const { channels } = paging.report();
      return {
        results: paging.counts(),
        waiting: channels.map(({ id, waiting, oldestAt }) => ({ channel: id, count: waiting, oldestAt })),
        failing: channels.map(({ id, state }) => ({ channel: id, fails: state === 'fails' })),
      };
    },
    wellAt: () => paging.wellAt(),
    refused: () => ({ ...Object.fromEntries(gateway.refusals), ...gateway.counts, ...listener.counts }),
  });
}

async function* scrape({ site, stages, office }: Assembly, own: OwnMetrics): AsyncGenerator<string> {
  const since = performance.now();
  yield* writeMetrics({ site, ...stages, seenAt: office.seenAt });
  yield await own.registry.metrics();
  own.scrapeSeconds.observe((performance.now() - since) / 1000);
}

function hostPort(text: string): { host: string; port: number } {
  const colon = text.lastIndexOf(':');
  return { host: text.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(text.slice(colon + 1)) };
}
