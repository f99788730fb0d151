import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import type { FastifyBaseLogger as Log } from 'fastify';
import { buildCatalogue, loadProbes } from '../agent/catalogue.ts';
import { plainSecrets } from './devices/devices.ts';
import { createBeat, type Beat, type Stages } from './beat.ts';
import { createBelonging, type Belonging } from './belonging.ts';
import type { Clock, Moment } from './clock.ts';
import { CAMERA_FACTS } from './compliance/cameras.ts';
import { createCompliance } from './compliance/compliance.ts';
import { createLate } from './compliance/late.ts';
import { LAN_FACTS } from './compliance/lan.ts';
import type { Statements } from './compliance/statement.ts';
import { createStrata } from './compliance/strata.ts';
import { createTrial } from './compliance/trial.ts';
import { forgedDrills } from './drills/grounds.ts';
import { Gateway } from './gateway/gateway.ts';
import type { Limits } from './gateway/limits.ts';
import type { KnownPresence } from './gateway/presence.ts';
import { compileFrames } from './gateway/schemas.ts';
import type { History } from './history/history.ts';
import { openJournal, type Journal } from './history/journal.ts';
import { openSqlite } from './history/sqlite.ts';
import type { SiteDevice } from './identity/machine.ts';
import { createPlaces } from './identity/places.ts';
import { createRegistry } from './identity/registry.ts';
import { createIncidents } from './incidents/incidents.ts';
import { createOffice, type Office } from './office.ts';
import { cosignedIn, waiversOf } from './organization/site/kept.ts';
import type { KeptMembership } from './organization/site/membership.ts';
import { openKeyFolder } from './record/key.ts';
import { createPress } from './reports/press.ts';
import { termsOf } from './reports/terms.ts';
import { createRecordDesk } from './record/recordDesk.ts';
import { createSeal, type Seal } from './record/seal.ts';
import { createFeed, KEPT_PLACE, type Feed } from './series/feed.ts';
import { createReading } from './series/reading.ts';
import { linkKey } from './pagers/links.ts';
import { createPaging, type Paging } from './pagers/paging.ts';
import { createFreezer } from './readiness/freezer.ts';
import { createRecorder, type Recorder } from './recorder.ts';
import { createNear } from './sessions/near.ts';
import { endOf, keptOf, presenceOf, replay, restoreStages, type KeptSite } from './restore.ts';
import { createRehearsals } from './sessions/rehearsals.ts';
import { createPhases } from './sessions/phases.ts';
import { createRestarts } from './sessions/restarts.ts';
import { openSecrets } from './secrets.ts';
import { rulingOf } from './ruling.ts';
import type { PlaceOf, Settings } from './settings.ts';
import { VERSION } from './site.ts';
import type { Standard } from './standard/rule.ts';
import { WITNESSED } from './standard/witnessed.ts';
import { doubtsOf } from './statements/grounds.ts';
import { createHearing } from './state/hearing.ts';
import { createRollback } from './state/rollback.ts';
import { createState } from './state/state.ts';
import { createWrite } from './write.ts';

/** Everything between the port and the disk, as it was when the record ends. */
export interface Assembly {
  readonly site: string;
  readonly clock: Clock;
  readonly standard: Standard;
  readonly journal: Journal;
  readonly history: History;
  readonly stages: Stages;
  readonly beat: Beat;
  readonly gateway: Gateway;
  readonly recorder: Recorder;
  readonly office: Office;
  readonly seal: Seal;
  /** Null when the settings name no store of long series. */
  readonly feed: Feed | null;
  /** Null when the settings name no organization. */
  readonly belonging: Belonging | null;
  readonly kept: KeptSite;
  readonly paging: Paging;
  /** Beats that were lived through again from the journal. */
  readonly replayed: number;
}

export interface AssemblyOptions {
  readonly data: string;
  readonly site: string;
  readonly settings: Settings;
  /** Where faults of the settings stand that show only beside the rules. */
  readonly placeOf?: PlaceOf | undefined;
  readonly limits: Limits;
  readonly log: Log;
  readonly clock: (resume: Moment | undefined) => Clock;
}

/** Builds the stages from the left end of the flow to its right, and brings them to where the record and journal end. */
export async function assemble({
  data,
  site,
  settings,
  placeOf,
  limits,
  log,
  clock: makeClock,
}: AssemblyOptions): Promise<Assembly> {
  const catalogue = buildCatalogue(await loadProbes(), WITNESSED);
  const plain = plainSecrets(settings.devices);
  if (plain.length > 0)
    log.warn(
      `passwords of ${plain.join(', ')} stand in xunkao.yaml for everybody who can read it; keep them with xunkao secret set`,
    );
  const history = await openSqlite(data, {
    site,
    staleAfterSeconds: new Map(catalogue.facts.map(({ name, staleAfterSeconds }) => [name, staleAfterSeconds])),
    warn: (message) => log.warn(message),
  });
  try {
    const restored = await history.restore();
    const kept = await borneOut(keptOf(restored), history);
    for (const { kind, id } of kept.broken)
      log.error(`the row ${kind} ${id} is broken, or not what the record says: it is left out and does not count`);
    const {
      standard,
      trial: tried,
      editions,
      sound,
      missing,
    } = await rulingOf({
      site,
      settings,
      placeOf,
      catalogue,
      documents: kept.membership.documents,
      history,
      wall: makeClock(restored.moment ?? undefined).now().wall,
      log,
    });
    const journal = await openJournal(join(data, 'journal'), { after: Math.max(restored.judgedTo, restored.stateTo) });
    if (journal.torn) log.warn(journal.torn, 'the end of the journal was half-written and is cut off');
    const clock = makeClock((await endOf(journal, restored.moment)) ?? undefined);
    const devices: readonly SiteDevice[] = settings.devices.map((device) => ({
      ...device,
      room: device.room ?? null,
      feeds: ('feeds' in device && device.feeds) || [],
    }));
    const registry = createRegistry({
      clock,
      machines: kept.machines,
      tickets: kept.tickets,
      changed: (changes) => office.registryChanged(changes),
      maintenance: (room) => office.inMaintenance(room),
    });
    const places = createPlaces(registry.machines, devices, () => office.localMachine());
    const read = new Set(standard.rules.flatMap(({ facts }) => facts));
    const state = createState(
      catalogue,
      ({ name, scopes }) =>
        scopes.length > 0 || read.has(name) || LAN_FACTS.includes(name) || CAMERA_FACTS.includes(name),
    );
    const hearing = createHearing();
    const settled = (id: string, staleAt?: number): boolean => hearing.settled(id, staleAt);
    const statements: Statements = {
      of: (rule, subject, wall) => office.statements.of(rule, subject, wall),
      takeChanged: (wall) => office.statements.takeChanged(wall),
    };
    const compliance = createCompliance(standard, state, places, settled, settings.phases, statements);
    const rollback = createRollback(state);
    const rehearsals = createRehearsals();
    const stages: Stages = {
      state,
      hearing,
      rollback,
      restarts: createRestarts(state, rollback),
      compliance,
      strata: createStrata(state, compliance, places, createNear(settings.phases), rehearsals),
      rehearsals,
      freezer: createFreezer({ compliance, places, state, times: settings.phases, standard: nameOf(standard) }),
      late: createLate(standard, catalogue, places, settings.phases),
      incidents: createIncidents((id) => compliance.rule(id)),
      phases: createPhases(settings.phases),
      places,
      sessions: () => office.sessions(),
    };
    const beat = createBeat(stages);
    /** Filled once the journal was replayed, before the gateway starts. */
    const presence: Record<string, KnownPresence> = {};
    const witnessed = WITNESSED.map((probe) => probe.name);
    const gateway = new Gateway({
      site,
      clock,
      registry,
      frames: compileFrames(catalogue, witnessed, limits),
      settings: (machine) => office.agentSettings(machine),
      limits,
      held: kept.held,
      presence,
      tell: (event) => office.heard(event),
    });
    const recorder = createRecorder({
      journal,
      history,
      clock,
      log,
      settle: (arrivals) => gateway.settle(arrivals),
      drop: (arrivals) => gateway.forget(arrivals),
      // We are wrong: die and be restarted; the journal has what was acknowledged.
      fatal: (error) =>
        void setImmediate(() => {
          throw error;
        }),
    });
    const feed =
      settings.series &&
      createFeed({
        settings: settings.series,
        site,
        history,
        places,
        clock,
        log,
        place: kept.seriesTo,
        keep: (place) => recorder.write([{ ...KEPT_PLACE, value: place }], []),
      });
    const seal = createSeal({
      site,
      keys: await openKeyFolder(join(data, 'record'), site),
      history,
      clock,
      write: (keep, entries) => recorder.write(keep, entries),
      entry: createWrite(recorder, clock).entry,
    });
    const belonging =
      settings.organization &&
      createBelonging({
        site,
        settings: settings.organization,
        history,
        kept: await signedPart(kept.membership, history, site, settings.organization.ticket.key),
        editions: editions!,
        missing,
        seal,
        clock,
        log,
        write: createWrite(recorder, clock),
        data,
        statements: () => office.statements,
      });
    const trial =
      tried &&
      createTrial({
        standard: tried,
        inForce: standard,
        compliance,
        state,
        places,
        settled,
        statements,
        times: settings.phases,
        rehearsals,
        sessions: stages.sessions,
        clock,
        pause: () => turn(),
      });
    const parts = {
      site,
      settings,
      secrets: openSecrets(data),
      devices,
      clock,
      log,
      catalogue,
      standard,
      trial,
      stages,
      registry,
      history,
      recorder,
      record: createRecordDesk(site, seal, history, clock),
      series: createReading(history, feed, clock),
      reports: createPress(
        data,
        termsOf(standard, catalogue, settings.time_zone, settings.phases, settings.organization?.ticket.key ?? null),
      ),
      belonging,
      kept,
      doubt: await doubtsOf(history, waiversOf(sound), kept.files),
      filesFolder: join(data, 'files'),
    };
    const office = createOffice({ ...parts, version: VERSION, gateway: () => gateway, paging: () => paging });
    for (const { id } of office.statements.all()) {
      const why = office.statements.doubt(id);
      if (why) log.error(`statements: ${id}: ${why.en}`);
    }
    restoreStages(stages, kept, restored.moment ?? clock.now());
    const replayed = await replay({ journal, restored, kept, beat, gateway, recorder });
    Object.assign(presence, presenceOf(stages, registry.machines.values()));
    const { incidents } = stages;
    const paging = createPaging({
      site,
      settings: settings.paging,
      times: settings.phases,
      timeZone: settings.time_zone,
      clock,
      catalogue,
      places,
      sessions: stages.sessions,
      ruleOf: (id) => compliance.rule(id),
      announced: (subject) => stages.restarts.covers(subject),
      isWell: () => recorder.refusingSince() === null,
      linkKey: linkKey(data),
      kept,
      opened: incidents.opened(),
      closed: incidents.closed(),
      write: (keep, entries) => recorder.write(keep, entries),
      log: (about, message) => log.warn(about, message),
    });
    return {
      site,
      clock,
      standard,
      journal,
      history,
      stages,
      beat,
      gateway,
      recorder,
      office,
      seal,
      feed,
      belonging,
      paging,
      kept,
      replayed,
    };
  } catch (error) {
    await history.close();
    throw error;
  }
}

/** Of what a row says of the organization's signatures, what the record bears out. */
async function signedPart(
  { standing, documents }: KeptMembership,
  history: History,
  site: string,
  key: string,
): Promise<KeptMembership> {
  return { documents, standing: standing && { ...standing, cosignedTo: await cosignedIn(history, site, key) } };
}

/** Without drills that nobody walked through. */
async function borneOut(kept: KeptSite, history: History): Promise<KeptSite> {
  const forged = await forgedDrills(history, kept.drills.drills);
  const drills = { ...kept.drills, drills: kept.drills.drills.filter(({ id }) => !forged.has(id)) };
  return { ...kept, drills, broken: [...kept.broken, ...[...forged].map((id) => ({ kind: 'drill', id }))] };
}

function nameOf({ id, edition, hash }: Standard): string {
  return `${id}@${edition}+${hash}`;
}
