import type { FastifyBaseLogger as Log } from 'fastify';
import type { Catalogue } from '../agent/catalogue.ts';
import type { AgentSettings } from '../agent/messages.ts';
import type { Bilingual } from '../agent/probe.ts';
import { createBundles } from './bundle/orders.ts';
import { createAccounts } from './accounts/accounts.ts';
import { createTokens } from './accounts/tokens.ts';
import { createAffairs } from './affairs.ts';
import { editionWarnings, type Belonging } from './belonging.ts';
import type { Stages } from './beat.ts';
import { createCalendar, type Calendar } from './calendar.ts';
import type { Clock } from './clock.ts';
import type { Trial } from './compliance/trial.ts';
import type { Desk } from './console/desk.ts';
import { createDrills } from './drills/drills.ts';
import { upsSecondsOf } from './drills/upsTarget.ts';
import { playbackTargetOf } from './drills/playbackFacts.ts';
import { createNetwork, type Network } from './network/network.ts';
import type { Answer, Question } from './control.ts';
import { createEnrolment, type Enrolment } from './enrolment.ts';
import type { GatewayEvent } from './gateway/event.ts';
import type { Gateway } from './gateway/gateway.ts';
import type { History, Kept } from './history/history.ts';
import type { Machine, SiteDevice } from './identity/machine.ts';
import type { Registry, RegistryChange } from './identity/registry.ts';
import type { IncidentChange } from './incidents/incident.ts';
import { createNews } from './news.ts';
import { createQuestions } from './questions.ts';
import { createReaders } from './readers.ts';
import type { SeriesReading } from './series/reading.ts';
import type { Press } from './reports/press.ts';
import type { RecordDesk } from './record/recordDesk.ts';
import type { Paging } from './pagers/paging.ts';
import { askedSession } from './readiness/asked.ts';
import { snapshotEntry } from './readiness/freezer.ts';
import type { Recorder } from './recorder.ts';
import type { KeptSite } from './restore.ts';
import type { Secrets } from './secrets.ts';
import { createRestarting, type Restarting } from './restarting.ts';
import { createSeating, type Seating } from './seating.ts';
import type { Settings } from './settings.ts';
import { changedSettings, withoutSecrets } from './shownSettings.ts';
import type { Standard } from './standard/rule.ts';
import type { Doubt } from './statements/grounds.ts';
import { createWrite } from './write.ts';

export interface OfficeParts {
  readonly site: string;
  readonly version: string;
  readonly settings: Settings;
  readonly secrets: Pick<Secrets, 'of'>;
  readonly devices: readonly SiteDevice[];
  readonly clock: Clock;
  readonly log: Log;
  readonly catalogue: Catalogue;
  readonly standard: Standard;
  readonly trial: Trial | null;
  readonly stages: Stages;
  readonly registry: Registry;
  readonly gateway: () => Gateway;
  readonly paging: () => Paging;
  readonly history: History;
  readonly recorder: Recorder;
  readonly record: RecordDesk;
  readonly series: SeriesReading;
  readonly reports: Press;
  readonly belonging: Belonging | null;
  readonly kept: KeptSite;
  /** Of what people stated, as the database has it. */
  readonly doubt: Doubt;
  /** Where the files lie that people give as evidence. */
  readonly filesFolder: string;
}

/** Where people's changes and the gateway's news are dealt with; the console sees the `Desk` of it. */
export interface Office extends Desk, Enrolment, Calendar, Restarting, Seating {
  makeTicket: Enrolment['makeTicket'];
  agentSettings(machine: Machine): AgentSettings;
  registryChanged(changes: readonly RegistryChange[]): Promise<void>;
  heard(event: GatewayEvent): void;
  readonly network: Network;
  /** Once a beat: what the collector has to say of itself and of its links. */
  notice(): readonly IncidentChange[];
  answer(question: Exclude<Question, { ask: 'backup' }>): Promise<Answer>;
  started(replayed: number): void;
  stopping(): void;
}

/** Samples of a drill have to be five seconds apart at most, also on a busy machine. */
const DRILL_FRAME_SECONDS = 1;
/** An agent takes no more. */
const MOST_PEERS = 16;

export function createOffice(parts: OfficeParts): Office {
  const {
    site,
    version,
    settings,
    devices,
    clock,
    log,
    catalogue,
    standard,
    stages,
    registry,
    gateway,
    paging,
    history,
    recorder,
    record: recordDesk,
    belonging,
    kept,
    filesFolder,
  } = parts;
  // Not all of `kept` for as long as the process lives: it has the state of every machine.
  const { settings: settingsBefore, isNew } = kept;
  const { state, hearing, incidents, compliance, places } = stages;
  const write = createWrite(recorder, clock);
  const { entry } = write;
  const accounts = createAccounts(clock, write.keep);
  accounts.restore(kept.accounts, kept.signIns);
  const tokens = createTokens(clock, write.keep, kept.tokens);
  const calendar = createCalendar(kept.isNew ? null : kept.sessions, write, clock, settings.phases);
  const enrolment = createEnrolment({
    site,
    clock,
    registry,
    gateway,
    recorder,
    localTicket: kept.localTicket,
  });
  const readers = createReaders({
    devices,
    places,
    secrets: parts.secrets,
    local: () => enrolment.localMachine(),
    log,
  });
  const affairs = createAffairs({
    write,
    clock,
    kept,
    doubt: parts.doubt,
    filesFolder,
    standard,
    stages,
    sessions: calendar.sessions,
    times: settings.phases,
  });
  const rowSource = {
    standard,
    catalogue,
    state,
    compliance,
    places,
    machines: () => registry.machines.values(),
    nameOf: (account: string) => accounts.nameOf(account),
    seenAt: (id: string) => hearing.seenAt(id),
  };
  const seating = createSeating({
    site,
    pattern: settings.seat_pattern,
    devices,
    registry,
    gateway,
    clock,
    rows: rowSource,
    kept: kept.seats,
  });
  const restarting = createRestarting({ stages, machines: registry.machines, write, clock });
  const drills = createDrills(
    kept.drills,
    {
      write,
      state,
      places,
      history,
      sessions: () => calendar.sessions(),
      afterMs: settings.phases.afterMs,
      targetSeconds: upsSecondsOf(standard),
      changed(ups) {
        const reader = places.reader(ups);
        if (reader !== undefined) gateway().push(reader);
      },
      clock,
      log,
    },
    {
      devices,
      reader: (id) => places.reader(id),
      measure: (...asked) => gateway().measure(...asked),
      times: settings.phases,
      target: playbackTargetOf(standard),
    },
  );
  const rehearsing = {
    clock,
    state,
    compliance,
    rehearsals: stages.rehearsals,
    times: settings.phases,
    machines: () => registry.machines.values(),
    sessions: () => calendar.sessions(),
    peer: () => enrolment.addresses()[0],
    gateway,
    write,
  };
  const network = createNetwork({
    settings,
    state,
    machines: () => registry.machines.values(),
    devices,
    gateway,
    local: () => enrolment.localMachine(),
    book: drills.book,
    check: write.check,
    sessions: () => calendar.sessions(),
    times: settings.phases,
    standard,
    clock,
    log,
  });
  const shown = withoutSecrets(settings);
  const news = createNews({
    clock,
    incidents,
    recorder,
    write,
    kept: kept.incidents,
    down: () => paging().down(),
  });

  return {
    ...calendar,
    ...enrolment,
    ...affairs,
    ...restarting,
    ...seating,
    site,
    version,
    clock,
    history,
    bundles: createBundles(() => clock.now().monotonic),
    record: recordDesk,
    series: parts.series,
    reports: parts.reports,
    belonging,
    devices,
    timeZone: settings.time_zone,
    drills,
    times: settings.phases,
    async takeSnapshot(room, session, account) {
      const now = clock.now();
      const asked = session ?? askedSession(calendar.sessions(), room, now.wall, settings.phases);
      const snapshot = stages.freezer.take(room, asked, account, now);
      await write.keep([], [snapshotEntry(snapshot, now)]);
      await recordDesk.head();
      return snapshot;
    },
    network,
    catalogue,
    standard,
    trial: parts.trial,
    accounts,
    tokens,
    state,
    compliance,
    places,
    machines: () => registry.machines.values(),
    nameOf: (id) => tokens.nameOf(id) ?? accounts.nameOf(id),
    machine: (id) => registry.machines.get(id),
    seenAt: (id) => hearing.seenAt(id),
    incidents: (word) => (word === 'open' ? incidents.opened() : incidents.closed()),
    warnings: () => [
      ...(recorder.refusingSince() === null ? [] : [{ word: 'record-refused', text: REFUSED }]),
      ...readers.warnings(),
      ...editionWarnings(belonging),
    ],
    acknowledge: (id, account) => news.acknowledge(id, account),
    paging,
    async acknowledgeByLink(token) {
      const answer = paging().answer(token);
      if (!answer) return;
      write.check();
      for (const id of answer.incidents) await news.acknowledge(id, answer.by);
      await write.keep([], [answer.entry]);
    },
    async revoke(id, account) {
      if (!(await registry.setRevoked(id, true, account))) return false;
      gateway().revoke(id);
      news.forget(id);
      return true;
    },
    reinstate: async (id, account) => (await registry.setRevoked(id, false, account)) !== null,
    tickets: () => [...registry.tickets.values()].map(({ secretHash: _secretHash, ...ticket }) => ticket),
    revokeTicket: async (id, account) => (await registry.revokeTicket(id, account)) !== null,
    waiting: () => registry.waiting(),
    async confirm(id, account, key) {
      if (!registry.confirm(id, key)) return false;
      await write.keep([], [entry('machine', id, { act: 'confirmed', by: account })]);
      return true;
    },
    agentSettings: (machine) => ({
      probe: {
        ...network.told(machine).probe,
        internetTargets: settings.internet_targets,
        examSoftware: settings.exam_software,
        protectionProducts: settings.protection_products,
      },
      frameEverySeconds: devices.some(({ id }) => drills.ups.isRunning(id) && places.reader(id) === machine.id)
        ? Math.min(DRILL_FRAME_SECONDS, settings.frame_every_seconds)
        : settings.frame_every_seconds,
      // A device's user and secrets go to its reader and to nobody else.
      devices: readers.devicesOf(machine),
      addresses: enrolment.addresses(),
      // Whom a rehearsal lets every seat connect to.
      peers: [...network.told(machine).peers, ...enrolment.addresses()].slice(0, MOST_PEERS),
    }),
    async registryChanged(changes) {
      const entries = changes.flatMap(({ kind, id, entry: body }) => {
        if (!body) return [];
        return [kind === 'seat' ? entry('machine', null, body) : entry(kind, id, body)];
      });
      await write.keep(
        changes.map(({ kind, id, value }) => ({ kind, id, value })),
        entries,
      );
      const changed = changes.filter(({ kind }) => kind === 'machine');
      for (const { id } of changed) compliance.touch(id);
      // Who reads a device may be another one now, or nobody.
      if (changed.length > 0) for (const { id } of devices) compliance.touch(id);
    },
    heard(event) {
      const { what } = event;
      if (what === 'welcome') log.info(event, 'an agent is linked');
      if (what === 'refused') log.warn(event, 'an agent was refused');
      if (what === 'welcome' && event.isNew) {
        seating
          .seatNew(event.machine, event.address)
          .catch((error: unknown) => log.warn({ err: error }, 'a seat could not be given'));
      }
      if (what === 'alive-twice') news.aliveTwice(event.machine);
    },
    notice() {
      affairs.tell(clock.now());
      return news.take();
    },
    answer: createQuestions({
      site,
      settings,
      devices,
      clock,
      accounts,
      tokens,
      affairs,
      seating,
      enrolment,
      rehearsing,
      drills,
      network,
      readers,
      gateway,
      record: recordDesk,
      belonging,
      trial: parts.trial,
      rows: rowSource,
    }),
    started(replayed) {
      const { id, edition, hash } = standard;
      const about = { change: 'started', version, standard: `${id}@${edition}+${hash}`, replayed };
      const changed = changedSettings(settingsBefore, shown);
      const planned = isNew ? calendar.sessions() : [];
      const keep: Kept[] = [
        ...planned.map((session) => ({ kind: 'session', id: session.id, value: session })),
        ...(changed.length > 0 ? [{ kind: 'site', id: 'settings', value: shown }] : []),
      ];
      const entries = [
        entry('collector', null, about),
        ...(changed.length > 0
          ? [entry('settings', null, { changed: Object.fromEntries(changed.map((key) => [key, shown[key]])) })]
          : []),
        ...planned.map((session) => entry('session', null, { change: 'planned', by: 'collector', ...session })),
      ];
      recorder
        .write(keep, entries)
        .catch((error: unknown) => log.error({ err: error }, 'the start could not be written'));
      affairs.files.tidy().catch((error: unknown) => log.error({ err: error }, 'old files could not be taken away'));
    },
    stopping() {
      recorder.write([], [entry('collector', null, { change: 'stopped' })]).catch(() => undefined);
    },
  };
}

const REFUSED: Bilingual = {
  zh: '记录无法写入磁盘；判断与告警照常，但在恢复之前不确认任何读数。',
  en: 'The record cannot be written; judging goes on, and nothing is acknowledged until the disk takes again.',
};
