import { Type, type TSchema } from 'typebox';
import type { LateSnapshot } from '../compliance/late.ts';
import type { Drill } from '../drills/drill.ts';
import type { UpsCourse } from '../drills/upsDrill.ts';
import { ROLES, type Machine } from '../identity/machine.ts';
import type { PlannedSeat } from '../identity/seatPlan.ts';
import type { Ticket } from '../identity/tickets.ts';
import type { Incident, IncidentKind } from '../incidents/incident.ts';
import type { OrganizationDocument } from '../organization/document.ts';
import type { MembershipStanding } from '../organization/site/membership.ts';
import type { ChannelRecord } from '../pagers/dispatch.ts';
import type { Page } from '../pagers/page.ts';
import type { AnnouncedRestart } from '../sessions/restarts.ts';
import type { SystemMemory } from '../state/rollback.ts';
import type { SubjectSnapshot } from '../state/state.ts';
import {
  type Members,
  nullable,
  one,
  by,
  text,
  number,
  time,
  flag,
  texts,
  both,
  moment,
  value,
  verdicts,
} from './pieces.ts';
import { PEOPLE_SHAPES } from './people.ts';

/*
 * Side tables are no chain: whoever can write to the file can leave a row that is none. It costs only itself. What stands
 * here is what the program relies on wherever it reads the row; members that an earlier version did not write are
 * optional, so that none of its rows is taken for a broken one.
 */

const INCIDENT_KINDS = [
  'broken',
  'unreadable',
  'alive-twice',
  'unsteady',
  'clock-jump',
  'record-refused',
  'channel-down',
] as const satisfies readonly IncidentKind[];
const machine = Type.Object({
  id: text,
  keyId: text,
  key: text,
  fingerprint: Type.Object({ macs: texts }),
  hostname: text,
  role: one(...ROLES),
  room: text,
  seat: nullable(text),
  revoked: flag,
} satisfies Members<Machine>);
const ticket = Type.Object({
  id: text,
  secretHash: text,
  room: text,
  role: one(...ROLES),
  uses: number,
  used: number,
  validUntil: time,
  revoked: flag,
} satisfies Members<Ticket>);
const incident = Type.Object({
  id: text,
  kind: one(...INCIDENT_KINDS),
  rule: nullable(text),
  subject: nullable(text),
  urgency: one('urgent', 'seat'),
  title: both,
  advice: both,
  observed: by(value),
  openedAt: time,
  acknowledgedAt: nullable(time),
  closedAt: nullable(time),
} satisfies Members<Incident>);
const snapshot = Type.Object({
  id: text,
  kind: one('machine', 'device', 'room', 'site'),
  asked: by(Type.Tuple([number, nullable(number), text])),
  facts: by(value),
  parts: by(by(value)),
} satisfies Members<SubjectSnapshot>);
const late = Type.Object({
  stream: text,
  seq: number,
  heardAt: number,
  gap: nullable(
    Type.Object({
      before: Type.Array(snapshot),
      pieces: Type.Array(Type.Object({ arrival: Type.Object({ moment }) })),
    }),
  ),
  run: nullable(
    Type.Object({
      states: Type.Array(snapshot),
      verdicts: by(verdicts),
      seenLive: by(verdicts),
      at: moment,
      heardAt: number,
    }),
  ),
} satisfies Members<LateSnapshot>);
const page = Type.Object({
  id: text,
  root: incident,
  urgency: one('urgent', 'seat'),
  room: nullable(text),
  members: Type.Array(Type.Object({ incident: text, subject: nullable(text), isOpen: flag })),
  openedAt: time,
  grewAt: number,
  acknowledgedAt: nullable(time),
  closedAt: nullable(time),
  told: Type.Array(number),
  escalateDue: number,
  repeatDue: number,
  repeats: number,
  deliveries: Type.Array(
    Type.Object({ id: text, channel: text, contact: nullable(number), what: text, owedAt: number, state: text }),
  ),
} satisfies Members<Page>);
const drill = Type.Object({
  id: text,
  kind: one('ups', 'playback', 'throughput', 'reboot'),
  subject: text,
  startedAt: time,
  endedAt: nullable(time),
  outcome: nullable(text),
  reasons: texts,
  validUntil: nullable(time),
  measured: by(Type.Unknown()),
} satisfies Members<Drill>);
const course = Type.Object({
  plan: Type.Object({ ups: text, servers: texts, examLoad: number, targetSeconds: number, feeds: texts }),
  startedAt: number,
  lastAt: number,
  lastSampleAt: number,
  gaps: Type.Array(Type.Object({})),
  away: by(number),
  lost: Type.Array(Type.Object({})),
  spoils: texts,
  load: Type.Object({ sum: number, count: number }),
  charge: Type.Object({}),
} satisfies Members<UpsCourse>);
const system = Type.Object({
  boot: text,
  installs: texts,
  verdict: text,
  because: text,
  restarts: number,
} satisfies Members<SystemMemory>);

/** By kind, and by kind and id where the kind holds this and that. */
export const KEPT_SHAPES: Readonly<Record<string, TSchema>> = {
  ...PEOPLE_SHAPES,
  machine,
  ticket,
  state: snapshot,
  verdicts,
  rollback: Type.Object({ system: text, systems: by(system) }),
  late,
  incident,
  page,
  channel: Type.Object({ fails: number, recent: Type.Array(number) } satisfies Members<ChannelRecord>),
  seat: Type.Object({ room: text, seat: text, card: nullable(text) } satisfies Members<PlannedSeat>),
  restart: Type.Object({
    id: text,
    room: text,
    at: time,
    until: time,
    endedAt: nullable(time),
    machines: by(Type.Object({ boot: nullable(text), state: text })),
  } satisfies Members<AnnouncedRestart>),
  moments: texts,
  phase: text,
  held: by(Type.Array(Type.Unknown())),
  rehearsal: number,
  cursor: number,
  'record-key': text,
  'site/settings': by(Type.Unknown()),
  'site/programmes': texts,
  'site/local-ticket': text,
  'organization-document': Type.Object({
    site: text,
    n: number,
    at: time,
    kind: text,
    by: text,
    body: by(Type.Unknown()),
    key: text,
    signature: text,
  } satisfies Members<OrganizationDocument>),
  organization: Type.Object({
    sentTo: number,
    cosignedTo: number,
    documents: number,
  } satisfies Members<MembershipStanding>),
  drill,
  'drill-course': nullable(course),
  'drill-samples': Type.Array(
    Type.Tuple([number, nullable(number), nullable(number), nullable(number), nullable(number)]),
  ),
};
