import type { FastifyBaseLogger as Log } from 'fastify';
import type { Catalogue } from '../agent/catalogue.ts';
import type { AgentSettings } from '../agent/messages.ts';
import type { Bilingual } from '../agent/probe.ts';
import { createBundles } from './bundle/orders.ts';
import { agentSettingsOf } from './agentSettings.ts';
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
import type { History } from './history/history.ts';
import type { Machine, SiteDevice } from './identity/machine.ts';
import type { Registry } from './identity/registry.ts';
import type { IncidentChange } from './incidents/incident.ts';
import { brokenWarnings } from './kept/rows.ts';
import { createMembership, type Membership } from './membership.ts';
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
import { withoutSecrets } from './shownSettings.ts';
import { startOf } from './starting.ts';
import type { Standard } from './standard/rule.ts';
import { doubtWarnings, type Doubt } from './statements/grounds.ts';
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
export interface Office extends Desk, Enrolment, Calendar, Restarting, Seating, Membership {
  makeTicket: Enrolment['makeTicket'];
  agentSettings(machine: Machine): AgentSettings;
  heard(event: GatewayEvent): void;
  readonly network: Network;
  /** Once a beat: what the collector has to say of itself and of its links. */
  notice(): readonly IncidentChange[];
  answer(question: Exclude<Question, { ask: 'backup' }>): Promise<Answer>;
  started(replayed: number): void;
  /** Resolves once the record says so, or refuses. */
  stopping(): Promise<void>;
}

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
  const { settings: settingsBefore, isNew, broken } = kept;
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
  const news = createNews({
    clock,
    incidents,
    recorder,
    write,
    kept: kept.incidents,
    down: () => paging().down(),
  });
  const membership = createMembership({ registry, gateway, compliance, devices, news, write });
  const telling = { settings, devices, places, drills, network, readers, addresses: () => enrolment.addresses() };

  return {
    ...calendar,
    ...enrolment,
    ...affairs,
    ...restarting,
    ...seating,
    ...membership,
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
      ...brokenWarnings(broken),
      ...doubtWarnings(affairs.statements),
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
    agentSettings: (machine) => agentSettingsOf(machine, telling),
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
      const before = { before: settingsBefore, now: withoutSecrets(settings) };
      const planned = isNew ? calendar.sessions() : [];
      const { keep, entries } = startOf({ version, standard, replayed, settings: before, broken, planned }, entry);
      recorder
        .write(keep, entries)
        .catch((error: unknown) => log.error({ err: error }, 'the start could not be written'));
      affairs.files.tidy().catch((error: unknown) => log.error({ err: error }, 'old files could not be taken away'));
    },
    stopping: () => recorder.write([], [entry('collector', null, { change: 'stopped' })]).catch(() => undefined),
  };
}

const REFUSED: Bilingual = {
  zh: '记录无法写入磁盘；判断与告警照常，但在恢复之前不确认任何读数。',
  en: 'The record cannot be written; judging goes on, and nothing is acknowledged until the disk takes again.',
};
