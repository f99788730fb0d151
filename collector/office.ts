import type { FastifyBaseLogger as Log } from 'fastify';
import type { Catalogue } from '../agent/catalogue.ts';
import type { AgentSettings } from '../agent/messages.ts';
import type { Bilingual } from '../agent/probe.ts';
import { createAccounts } from './accounts/accounts.ts';
import { backUp } from './backup.ts';
import { incidentEntry, type Effects, type Stages } from './beat.ts';
import type { Clock } from './clock.ts';
import type { Desk, TicketWish } from './console/desk.ts';
import { Refusal } from './console/guard.ts';
import type { Answer, Question } from './control.ts';
import type { Gateway, GatewayEvent } from './gateway/gateway.ts';
import type { Batch, EntryDraft, EntryKind, History, Kept } from './history/history.ts';
import type { Machine, Role, SiteDevice } from './identity/machine.ts';
import type { Registry, RegistryChange } from './identity/registry.ts';
import { randomName, ticketText } from './identity/tickets.ts';
import type { IncidentChange } from './incidents/incident.ts';
import type { Recorder } from './recorder.ts';
import type { KeptSite } from './restore.ts';
import { whyNot } from './sessions/plan.ts';
import { bindingOf, type Session } from './sessions/session.ts';
import type { Settings } from './settings.ts';
import type { Standard } from './standard/rule.ts';

export interface TicketOrder extends TicketWish {
  readonly simulated?: boolean;
}

export interface OfficeParts {
  readonly site: string;
  readonly version: string;
  readonly settings: Settings;
  readonly devices: readonly SiteDevice[];
  readonly clock: Clock;
  readonly log: Log;
  readonly catalogue: Catalogue;
  readonly standard: Standard;
  readonly stages: Stages;
  readonly registry: Registry;
  readonly gateway: () => Gateway;
  readonly history: History;
  readonly recorder: Recorder;
  readonly kept: KeptSite;
}

/** Where people's changes and the gateway's news are dealt with; the console sees the `Desk` of it. */
export interface Office extends Desk {
  makeTicket(order: TicketOrder, account: string): Promise<{ readonly ticket: string; readonly command: string }>;
  localTicket(room: string): Promise<string>;
  /** No exam is near in this room: machines that lost their key get their identity back without a person. */
  inMaintenance(room: string): boolean;
  /** The machine of the collector's own agent, which reads devices that name no reader. */
  localMachine(): string | undefined;
  agentSettings(machine: Machine): AgentSettings;
  registryChanged(changes: readonly RegistryChange[]): Promise<void>;
  heard(event: GatewayEvent): void;
  /** Once a beat: what the collector has to say of itself. */
  notice(): readonly IncidentChange[];
  reachable(addresses: readonly string[], caHash: string): void;
  answer(question: Question, data: string): Promise<Answer>;
  started(replayed: number): void;
  stopping(): void;
}

/** Without a new sign of a second one for this long, the double is gone. */
const ALIVE_TWICE_MS = 120_000;

export function createOffice(parts: OfficeParts): Office {
  const { site, settings, devices, clock, log, stages, registry, gateway, history, recorder, kept } = parts;
  const { incidents, compliance, places } = stages;
  let sessions: readonly Session[] = kept.isNew ? [firstAssessment(clock.now().wall)] : kept.sessions;
  let localTicketId = kept.localTicket;
  let link: { readonly addresses: readonly string[]; readonly ca: string | null } = { addresses: [], ca: null };
  const shown = withoutSecrets(settings);
  let planning: Promise<unknown> = Promise.resolve();
  const aliveTwice = new Map<string, number>();
  const accounts = createAccounts(clock, write);
  accounts.restore(kept.accounts, kept.signIns);

  function entry(kind: EntryKind, subject: string | null, body: EntryDraft['body']): EntryDraft {
    const now = clock.now();
    return { at: now.wall, monotonic: now.monotonic, kind, subject, rule: null, late: false, body };
  }

  /** A person waits for the answer: they are told at once when the disk refuses. */
  async function write(keep: readonly Kept[], entries: Batch['entries']): Promise<void> {
    if (recorder.refusingSince() !== null) {
      throw new Refusal(503, 'record-refused', {
        zh: '记录无法写入磁盘，未做任何修改。请先清理采集器的磁盘空间。',
        en: 'The record cannot be written, so nothing was changed. Free space on the collector’s disk first.',
      });
    }
    await recorder.write(keep, entries);
  }

  async function registryChanged(changes: readonly RegistryChange[]): Promise<void> {
    const entries = changes.flatMap(({ kind, id, entry: body }) => (body ? [entry(kind, id, body)] : []));
    await write(
      changes.map(({ kind, id, value }) => ({ kind, id, value })),
      entries,
    );
    for (const { kind, id } of changes) if (kind === 'machine') compliance.touch(id);
  }

  function tell(changes: readonly IncidentChange[]): void {
    if (changes.length === 0) return;
    const now = clock.now();
    const keep = changes.map(({ incident }) => ({ kind: 'incident', id: incident.id, value: incident }));
    const effects: Effects = {
      now,
      changes: [],
      incidents: changes,
      entries: changes.map((change) => incidentEntry(change, now)),
      keep,
      moved: new Set(),
    };
    recorder.record([], effects);
  }

  function localMachine(): string | undefined {
    for (const machine of registry.machines.values())
      if (machine.ticket === localTicketId && !machine.revoked) return machine.id;
    return undefined;
  }

  async function makeTicket(order: TicketOrder, account: string) {
    const { room, role, uses, days, simulated = false } = order;
    const validUntil = clock.now().wall + days * 86_400_000;
    const { ticket, secret } = await registry.issueTicket({ room, role, uses, validUntil, simulated }, account);
    const text = ticketText({ site, addresses: link.addresses, ca: link.ca, id: ticket.id, secret, room });
    return { ticket: text, id: ticket.id, command: TICKET_COMMAND };
  }

  /** `PC-17` sits at seat 17, unless somebody sits there already. */
  async function seatByName(id: string): Promise<void> {
    const machine = registry.machines.get(id);
    const digits = /(\d{1,3})$/.exec(machine?.hostname ?? '')?.[1];
    if (!machine || machine.seat !== null || digits === undefined) return;
    const seat = String(Number(digits));
    if (seatTaken(machine.room, seat, id)) return;
    await registry.assign(id, { seat }, 'hostname');
    gateway().push(id);
  }

  function seatTaken(room: string, seat: string | null, id: string): boolean {
    if (seat === null) return false;
    return [...registry.machines.values()].some(
      (other) => other.id !== id && !other.revoked && other.room === room && other.seat === seat,
    );
  }

  function keepSession(session: Session, change: string, account: string): Promise<void> {
    return write(
      [{ kind: 'session', id: session.id, value: session }],
      [entry('session', null, { change, by: account, ...session })],
    );
  }

  const { version, catalogue, standard } = parts;
  const office: Office = {
    site,
    version,
    clock,
    history,
    devices,
    catalogue,
    standard,
    accounts,
    state: stages.state,
    compliance,
    places,
    machines: () => registry.machines.values(),
    machine: (id) => registry.machines.get(id),
    seenAt: (id) => stages.hearing.seenAt(id),
    incidents: (word) => (word === 'open' ? incidents.opened() : incidents.closed()),
    sessions: () => sessions,
    sessionOf(room) {
      const binding = bindingOf(sessions, room, clock.now().wall, settings.phases);
      return [...binding.phases.values()][0] ?? binding.assessment;
    },
    warnings: () => (recorder.refusingSince() === null ? [] : [{ word: 'record-refused', text: REFUSED }]),
    async acknowledge(id, account) {
      const change = incidents.acknowledge(id, account, clock.now());
      if (!change) return null;
      const { incident } = change;
      await write([{ kind: 'incident', id, value: incident }], [incidentEntry(change, clock.now())]);
      return incident;
    },
    makeTicket,
    async localTicket(room) {
      const { ticket, id } = await makeTicket({ room, role: 'candidate', uses: 1, days: 3650 }, 'collector');
      await recorder.write([{ kind: 'site', id: 'local-ticket', value: id }], []);
      localTicketId = id;
      return ticket;
    },
    localMachine,
    inMaintenance(room) {
      const { phases } = bindingOf(sessions, room, clock.now().wall, settings.phases);
      return [...phases.keys()].every((phase) => phase === 'rehearsal');
    },
    async place(id, place, account) {
      const machine = registry.machines.get(id);
      if (!machine) return 'unknown';
      const seat = place.seat === undefined ? machine.seat : place.seat;
      if (seatTaken(place.room ?? machine.room, seat, id)) return 'seat-taken';
      const placed = await registry.assign(id, place, account);
      if (!placed) return 'unknown';
      gateway().push(id);
      return placed;
    },
    async revoke(id, account) {
      if (!(await registry.setRevoked(id, true, account))) return false;
      gateway().revoke(id);
      tell(incidents.forget(id, clock.now()));
      return true;
    },
    waiting: () => registry.waiting(),
    async confirm(id, account, key) {
      if (!registry.confirm(id, key)) return false;
      await write([], [entry('machine', id, { act: 'confirmed', by: account })]);
      return true;
    },
    plan(wish, account) {
      // One after the other: two plans at the same moment must not both find the room free.
      const planned = planning.then(async () => {
        const refused = whyNot(wish, sessions);
        if (refused) return { refused };
        const session: Session = { ...wish, id: `s-${randomName(8)}` };
        await keepSession(session, 'planned', account);
        sessions = [...sessions, session];
        return session;
      });
      planning = planned.catch(() => undefined);
      return planned;
    },
    async end(id, account) {
      const session = sessions.find((row) => row.id === id);
      if (!session) return null;
      const ended: Session = { ...session, endsAt: clock.now().wall };
      await keepSession(ended, 'ended', account);
      sessions = sessions.map((row) => (row.id === id ? ended : row));
      return ended;
    },
    agentSettings: (machine) => ({
      probe: { internetTargets: settings.internet_targets, examSoftware: settings.exam_software },
      frameEverySeconds: settings.frame_every_seconds,
      devices: devices
        .filter(({ id }) => places.reader(id) === machine.id)
        .map(({ id, kind, url, user, password, ca }) => ({
          id,
          kind,
          url,
          ...(user === undefined ? {} : { user }),
          ...(password === undefined ? {} : { password }),
          ...(ca === undefined ? {} : { ca }),
        })),
      addresses: link.addresses,
    }),
    registryChanged,
    heard(event) {
      const { what } = event;
      if (what === 'welcome') log.info(event, 'an agent is linked');
      if (what === 'refused') log.warn(event, 'an agent was refused');
      if (what === 'welcome' && event.isNew) {
        seatByName(event.machine).catch((error: unknown) =>
          log.warn({ err: error }, 'a seat could not be given by hostname'),
        );
      }
      if (what !== 'alive-twice') return;
      const now = clock.now();
      aliveTwice.set(event.machine, now.monotonic);
      const opened = incidents.open('alive-twice', event.machine, now);
      if (opened) tell([opened]);
    },
    notice() {
      const now = clock.now();
      const refusing = recorder.refusingSince() !== null;
      const changes = [
        refusing ? incidents.open('record-refused', null, now) : incidents.close('record-refused', null, now),
      ];
      for (const [id, at] of aliveTwice) {
        if (now.monotonic - at < ALIVE_TWICE_MS) continue;
        aliveTwice.delete(id);
        changes.push(incidents.close('alive-twice', id, now));
      }
      const made = changes.filter((change) => change !== null);
      tell(made);
      return made;
    },
    reachable(addresses, caHash) {
      const loopback = addresses.every((address) => /^(127\.|\[::1\])/.test(address));
      link = { addresses, ca: loopback ? null : caHash };
    },
    async answer(question, data) {
      switch (question.ask) {
        case 'status':
          return { pid: process.pid, site };
        case 'ticket': {
          const { ticket, command } = await makeTicket(
            { ...question.wish, role: question.wish.role as Role },
            'console of this PC',
          );
          return { ticket, command };
        }
        case 'backup':
          await recorder.idle();
          await backUp(data, question.to, history);
          return { to: question.to };
      }
      return question satisfies never;
    },
    started(replayed) {
      const { id, edition, hash } = standard;
      const keep: Kept[] = kept.isNew
        ? sessions.map((session) => ({ kind: 'session', id: session.id, value: session }))
        : [];
      const about = { change: 'started', version, standard: `${id}@${edition}+${hash}`, replayed };
      const changed = changedSettings(kept.settings, shown);
      if (changed.length > 0) keep.push({ kind: 'site', id: 'settings', value: shown });
      const set =
        changed.length > 0
          ? [entry('settings', null, { changed: Object.fromEntries(changed.map((key) => [key, shown[key]])) })]
          : [];
      const first = kept.isNew
        ? sessions.map((session) => entry('session', null, { change: 'planned', by: 'collector', ...session }))
        : [];
      recorder
        .write(keep, [entry('collector', null, about), ...set, ...first])
        .catch((error: unknown) => log.error({ err: error }, 'the start could not be written'));
    },
    stopping() {
      recorder.write([], [entry('collector', null, { change: 'stopped' })]).catch(() => undefined);
    },
  };
  return office;
}

/** What the record may say of the settings: everything but what a device's reader alone may know. */
function withoutSecrets(settings: Settings): Readonly<Record<string, unknown>> {
  const devices = settings.devices.map(({ user: _user, password: _password, ca: _ca, ...device }) => device);
  return { ...settings, devices };
}

function changedSettings(
  before: Readonly<Record<string, unknown>> | null,
  after: Readonly<Record<string, unknown>>,
): string[] {
  return Object.keys(after).filter((key) => JSON.stringify(before?.[key]) !== JSON.stringify(after[key]));
}

/** The ticket goes into a file: on a command line everybody on that machine could read it. */
const TICKET_COMMAND = 'npm run xunkao-agent -- --ticket ticket.txt';

const REFUSED: Bilingual = {
  zh: '记录无法写入磁盘；判断与告警照常，但在恢复之前不确认任何读数。',
  en: 'The record cannot be written; judging goes on, and nothing is acknowledged until the disk takes again.',
};

/** Until an exam is planned every clause binds, so that a new site sees all of them at once. */
function firstAssessment(wall: number): Session {
  return {
    id: 's-first',
    kind: 'assessment',
    title: { zh: '首次检查', en: 'First look' },
    rooms: 'all',
    startsAt: wall,
    endsAt: null,
    candidates: null,
  };
}
