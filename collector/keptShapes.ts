import { Type, type TSchema } from 'typebox';
import type { Account } from './accounts/account.ts';
import type { SignIn } from './accounts/signIns.ts';
import type { Token } from './accounts/tokens.ts';
import type { LateSnapshot } from './compliance/late.ts';
import type { Drill } from './drills/drill.ts';
import type { UpsCourse } from './drills/upsDrill.ts';
import type { Machine } from './identity/machine.ts';
import type { PlannedSeat } from './identity/seatPlan.ts';
import type { Ticket } from './identity/tickets.ts';
import type { Incident } from './incidents/incident.ts';
import type { OrganizationDocument } from './organization/document.ts';
import type { MembershipStanding } from './organization/site/membership.ts';
import type { ChannelRecord } from './pagers/dispatch.ts';
import type { Page } from './pagers/page.ts';
import type { Assignment, Candidates } from './people/assignment.ts';
import type { KeptOccurrence, Occurrence } from './people/occurrences.ts';
import type { ErasedPerson, KeptPerson, Person } from './people/person.ts';
import type { AnnouncedRestart } from './sessions/restarts.ts';
import type { Session } from './sessions/session.ts';
import type { SystemMemory } from './state/rollback.ts';
import type { SubjectSnapshot } from './state/state.ts';
import type { KeptFile } from './statements/files.ts';
import type { KeptStatement } from './statements/statements.ts';

/*
 * Side tables are no chain: whoever can write to the file can leave a row that is none. It costs only itself. What stands
 * here is what the program relies on wherever it reads the row; members that an earlier version did not write are
 * optional, so that none of its rows is taken for a broken one.
 */

/** Names of the type's own members only. */
type Members<T> = Partial<Record<keyof T, TSchema>>;
const nullable = (schema: TSchema) => Type.Union([schema, Type.Null()]);
const optional = (schema: TSchema) => Type.Optional(schema);
const one = (...words: readonly string[]) => Type.Union(words.map((word) => Type.Literal(word)));
const by = (schema: TSchema) => Type.Record(Type.String(), schema);

const text = Type.String();
const number = Type.Number();
const flag = Type.Boolean();
const texts = Type.Array(text);
const both = Type.Object({ zh: text, en: text });
const moment = Type.Object({ wall: number, monotonic: number });
const value = Type.Union([text, number, flag, Type.Null(), Type.Array(Type.Unknown())]);
const mark = Type.Object({ at: number, by: text });
const verdicts = by(Type.Tuple([text, number]));

const machine = Type.Object({
  id: text,
  keyId: text,
  key: text,
  fingerprint: Type.Object({ macs: texts }),
  hostname: text,
  role: text,
  room: text,
  seat: nullable(text),
  revoked: flag,
} satisfies Members<Machine>);
const ticket = Type.Object({
  id: text,
  secretHash: text,
  room: text,
  role: text,
  uses: number,
  used: number,
  validUntil: number,
  revoked: flag,
} satisfies Members<Ticket>);
const session = Type.Object({
  id: text,
  kind: one('exam', 'assessment'),
  title: both,
  rooms: Type.Union([texts, Type.Literal('all')]),
  startsAt: number,
  endsAt: nullable(number),
  candidates: optional(nullable(number)),
  byRoom: optional(by(number)),
  subjects: optional(texts),
  cancelledAt: optional(number),
} satisfies Members<Session>);
const account = Type.Object({
  id: text,
  name: text,
  role: text,
  rooms: nullable(texts),
  until: nullable(number),
  disabledAt: nullable(number),
  hash: nullable(text),
  salt: text,
  code: nullable(Type.Object({ hash: text, until: number })),
} satisfies Members<Account>);
const token = Type.Object({
  id: text,
  name: text,
  scopes: texts,
  rooms: nullable(texts),
  until: nullable(number),
  hash: text,
  revokedAt: nullable(number),
} satisfies Members<Token>);
const person = Type.Object({
  number: text,
  name: text,
  roles: texts,
  teaches: nullable(texts),
  fitness: by(nullable(flag)),
  left: flag,
} satisfies Members<Person>);
const statement = Type.Object({
  id: text,
  kind: one('attested', 'waived'),
  rule: text,
  subject: text,
  text,
  salt: text,
  files: texts,
  items: Type.Array(both),
  at: number,
  by: text,
  validUntil: number,
  enteredAt: one('site', 'organization'),
  withdrawn: nullable(mark),
  erasedAt: nullable(number),
} satisfies Members<KeptStatement>);
const incident = Type.Object({
  id: text,
  kind: text,
  rule: nullable(text),
  subject: nullable(text),
  urgency: one('urgent', 'seat'),
  title: both,
  advice: both,
  observed: by(value),
  openedAt: number,
  acknowledgedAt: nullable(number),
  closedAt: nullable(number),
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
  openedAt: number,
  grewAt: number,
  acknowledgedAt: nullable(number),
  closedAt: nullable(number),
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
  startedAt: number,
  endedAt: nullable(number),
  outcome: nullable(text),
  reasons: texts,
  validUntil: nullable(number),
  measured: by(value),
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
  machine,
  ticket,
  state: snapshot,
  verdicts,
  rollback: Type.Object({ system: text, systems: by(system) }),
  late,
  incident,
  page,
  channel: Type.Object({ fails: number, recent: Type.Array(number) } satisfies Members<ChannelRecord>),
  session,
  seat: Type.Object({ room: text, seat: text, card: nullable(text) } satisfies Members<PlannedSeat>),
  restart: Type.Object({
    id: text,
    room: text,
    at: number,
    until: number,
    endedAt: nullable(number),
    machines: by(Type.Object({ boot: nullable(text), state: text })),
  } satisfies Members<AnnouncedRestart>),
  moments: texts,
  phase: text,
  account,
  'sign-in': Type.Object({ account: text, at: number, until: number } satisfies Members<SignIn>),
  token,
  person: Type.Union([
    Type.Object({ erased: number } satisfies Members<ErasedPerson>),
    Type.Object({ salt: text, person } satisfies Members<KeptPerson>),
  ]),
  assignment: Type.Object({
    session: text,
    number: text,
    role: text,
    room: nullable(text),
    pledged: nullable(mark),
    present: nullable(mark),
  } satisfies Members<Assignment>),
  candidates: Type.Object({ classes: nullable(texts), departments: nullable(texts) } satisfies Members<Candidates>),
  occurrence: Type.Object({
    salt: text,
    occurrence: Type.Object({
      id: Type.String({ pattern: '^o-\\d{1,15}$' }),
      session: text,
      kind: text,
      at: number,
      recordedAt: number,
      text,
      corrects: nullable(text),
    } satisfies Members<Occurrence>),
    erasedAt: optional(number),
  } satisfies Members<KeptOccurrence>),
  statement,
  file: Type.Object({
    sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }),
    type: text,
    bytes: number,
    at: number,
    erasedAt: nullable(number),
    salt: optional(text),
  } satisfies Members<KeptFile>),
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
    at: number,
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
