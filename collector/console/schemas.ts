import { Type, type TSchema } from 'typebox';
import { ACCOUNT_ROLES, TOKEN_SCOPES } from '../accounts/may.ts';
import { ROLES } from '../identity/machine.ts';
import { PURPOSES } from '../sessions/session.ts';
import { SCOPES } from '../standard/rule.ts';

/** Shapes of what is asked and answered, for validation and for the OpenAPI document; the types stand in `api.ts`. */
const words = <T extends string>(list: readonly T[]) => Type.Union(list.map((word) => Type.Literal(word)));
const nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

export const Text = Type.Object({ zh: Type.String(), en: Type.String() });
export const State = words(['holds', 'broken', 'unknown', 'attested', 'waived', 'not-due']);
export const ReadinessWord = words(['ready', 'not-ready', 'unknown']);
const RoleWord = words(ROLES);
const Observed = Type.Record(Type.String(), Type.Unknown(), {
  description: 'by fact; null = missing, stale or no answer',
});
const Counts = Type.Record(Type.String(), Type.Number(), { description: 'required rules by state' });
const Time = Type.Number({ description: 'ms since 1970, UTC' });

export const Verdict = Type.Object({
  rule: Type.String(),
  clause: Type.String(),
  standard: Type.String({ description: 'id@edition+hash' }),
  session: nullable(Type.String()),
  scope: words(SCOPES),
  subject: Type.String(),
  room: nullable(Type.String()),
  seat: nullable(Type.String()),
  role: nullable(RoleWord),
  state: State,
  foreseen: State,
  statement: nullable(Type.String()),
  observed: Observed,
  required: Text,
  evidence: words(['claimed', 'witnessed']),
  since: Time,
  at: Time,
  severity: words(['required', 'recommended']),
  title: Text,
  text: Text,
  advice: Text,
  cause: nullable(Type.String()),
  simulated: Type.Boolean(),
});

export const MachineSchema = Type.Object({
  id: Type.String(),
  hostname: Type.String(),
  platform: Type.String(),
  version: Type.String(),
  role: RoleWord,
  room: Type.String(),
  seat: nullable(Type.String()),
  simulated: Type.Boolean(),
  revoked: Type.Boolean(),
  enrolledAt: Time,
  online: nullable(Type.Boolean()),
  seenAt: nullable(Time),
  address: nullable(Type.String()),
  counts: Counts,
  readiness: ReadinessWord,
});

export const IncidentSchema = Type.Object({
  id: Type.String(),
  kind: Type.String(),
  rule: nullable(Type.String()),
  subject: nullable(Type.String()),
  room: nullable(Type.String()),
  seat: nullable(Type.String()),
  urgency: words(['urgent', 'seat']),
  title: Text,
  advice: Text,
  observed: Observed,
  openedAt: Time,
  acknowledgedAt: nullable(Time),
  acknowledgedBy: nullable(Type.String()),
  closedAt: nullable(Time),
  simulated: Type.Boolean(),
});

export const RoomSchema = Type.Object({
  room: Type.String(),
  session: nullable(Type.String()),
  readiness: ReadinessWord,
  machines: Type.Object({ ready: Type.Number(), 'not-ready': Type.Number(), unknown: Type.Number() }),
});

export const EntrySchema = Type.Object({
  n: Type.Number(),
  at: Time,
  recordedAt: Time,
  kind: Type.String(),
  subject: nullable(Type.String()),
  rule: nullable(Type.String()),
  late: Type.Boolean(),
  body: Type.Record(Type.String(), Type.Unknown()),
  previous: Type.String(),
  hash: Type.String(),
});

export const SessionSchema = Type.Object({
  id: Type.String(),
  kind: words(['exam', 'assessment']),
  title: Text,
  rooms: Type.Union([Type.Literal('all'), Type.Array(Type.String())]),
  startsAt: Time,
  endsAt: nullable(Time),
  candidates: nullable(Type.Number()),
  byRoom: Type.Optional(Type.Record(Type.String(), Type.Number())),
});

export const ErrorSchema = Type.Object({ error: Type.Object({ code: Type.String(), message: Text }) });

/** A query is text; numbers among it are checked by their pattern and read by the route. */
const digits = (description: string) => Type.Optional(Type.String({ pattern: '^\\d{1,15}$', description }));
const word = Type.Optional(Type.String({ minLength: 1, maxLength: 100 }));

export const VerdictQuery = Type.Object(
  {
    rule: word,
    clause: word,
    standard: word,
    session: word,
    scope: word,
    subject: word,
    room: word,
    seat: word,
    role: word,
    state: word,
    after: digits('rows to leave out'),
    limit: digits('at most 1,000'),
  },
  { additionalProperties: false },
);

export const ReadinessQuery = Type.Object({ room: word, session: word }, { additionalProperties: false });
export const IncidentQuery = Type.Object(
  { state: Type.Optional(words(['open', 'closed'])), room: word },
  { additionalProperties: false },
);
export const HistoryQuery = Type.Object(
  {
    subject: word,
    rule: word,
    kind: word,
    from: digits('ms since 1970, inclusive'),
    to: digits('ms since 1970, exclusive'),
    after: digits('the n to continue after'),
    newestFirst: Type.Optional(words(['true', 'false'])),
    limit: digits('at most 1,000'),
  },
  { additionalProperties: false },
);
export const SeriesQuery = Type.Object(
  {
    subject: Type.String({ minLength: 1, maxLength: 150 }),
    facts: Type.String({ minLength: 1, maxLength: 1000, description: 'whole fact names, comma between' }),
    resolution: words(['raw', 'minute', 'hour']),
    from: Type.String({ pattern: '^\\d{1,15}$' }),
    to: Type.String({ pattern: '^\\d{1,15}$' }),
  },
  { additionalProperties: false },
);

// Nothing that a terminal obeys, that turns the writing round or that no text store can hold: `\p{C}`.
const NAME = '^[^/\\s"\\\\\\p{C}]+$';
export const Room = Type.String({ minLength: 1, maxLength: 32, pattern: NAME, description: 'no blanks, no slash' });
export const Line = Type.String({ maxLength: 200, pattern: '^[^\\p{Cc}\\p{Cs}]*$', description: 'one line' });
export const Title = Type.Object({ zh: Line, en: Line }, { additionalProperties: false });
/** The last moment that a `Date` can hold. */
export const Moment = Type.Integer({ minimum: 0, maximum: 8.64e15, description: 'ms since 1970, UTC' });
export const SignInBody = Type.Object(
  { name: Type.String({ maxLength: 64 }), password: Type.String({ maxLength: 200 }) },
  { additionalProperties: false },
);
export const AdministratorBody = Type.Object(
  {
    code: Type.String({ maxLength: 32 }),
    name: Type.String({ maxLength: 64 }),
    password: Type.String({ maxLength: 200 }),
  },
  { additionalProperties: false },
);
const AccountName = Type.String({ minLength: 1, maxLength: 32, pattern: '^[^\\p{C}]*$' });
const Rooms = nullable(Type.Array(Room, { minItems: 1, maxItems: 200, uniqueItems: true }));
const Password = Type.String({ maxLength: 200 });
export const AccountBody = Type.Object(
  {
    name: AccountName,
    role: words(ACCOUNT_ROLES),
    rooms: Type.Optional(Rooms),
    until: Type.Optional(nullable(Moment)),
  },
  { additionalProperties: false },
);
export const AccountChange = Type.Object(
  {
    name: Type.Optional(AccountName),
    role: Type.Optional(words(ACCOUNT_ROLES)),
    rooms: Type.Optional(Rooms),
    until: Type.Optional(nullable(Moment)),
  },
  { additionalProperties: false, minProperties: 1 },
);
export const ChooseBody = Type.Object(
  { name: Type.String({ maxLength: 64 }), code: Type.String({ maxLength: 32 }), password: Password },
  { additionalProperties: false },
);
export const PasswordBody = Type.Object({ old: Password, password: Password }, { additionalProperties: false });
export const TokenBody = Type.Object(
  {
    name: Type.String({ maxLength: 48 }),
    scopes: Type.Array(words(TOKEN_SCOPES), { maxItems: TOKEN_SCOPES.length }),
    rooms: Type.Optional(Rooms),
    until: Type.Optional(nullable(Moment)),
  },
  { additionalProperties: false },
);
export const TicketBody = Type.Object(
  {
    room: Room,
    role: RoleWord,
    uses: Type.Integer({ minimum: 1, maximum: 1000 }),
    days: Type.Integer({ minimum: 1, maximum: 366 }),
  },
  { additionalProperties: false },
);
export const PlaceBody = Type.Object(
  {
    room: Type.Optional(Room),
    seat: Type.Optional(nullable(Type.String({ minLength: 1, maxLength: 16, pattern: NAME }))),
    role: Type.Optional(RoleWord),
  },
  { additionalProperties: false, minProperties: 1 },
);
const Candidates = Type.Integer({ minimum: 1, maximum: 100_000 });
const ByRoom = Type.Record(Type.String({ maxLength: 32 }), Candidates, {
  maxProperties: 200,
  description: 'how many sit in each room',
});
const Subjects = Type.Array(Line, { minItems: 1, maxItems: 20 });
const RoomList = Type.Union([Type.Literal('all'), Type.Array(Room, { minItems: 1, maxItems: 200 })]);

export const SessionBody = Type.Object(
  {
    kind: words(['exam', 'assessment']),
    title: Title,
    rooms: RoomList,
    startsAt: Moment,
    endsAt: nullable(Moment),
    candidates: nullable(Candidates),
    byRoom: Type.Optional(ByRoom),
    subjects: Type.Optional(Subjects),
    level: Type.Optional(Line),
    purpose: Type.Optional(words(PURPOSES)),
  },
  { additionalProperties: false },
);
export const MoveBody = Type.Object(
  {
    title: Type.Optional(Title),
    rooms: Type.Optional(RoomList),
    startsAt: Type.Optional(Moment),
    endsAt: Type.Optional(nullable(Moment)),
    candidates: Type.Optional(nullable(Candidates)),
    byRoom: Type.Optional(ByRoom),
    subjects: Type.Optional(Subjects),
    level: Type.Optional(Line),
    purpose: Type.Optional(words(PURPOSES)),
  },
  { additionalProperties: false, minProperties: 1 },
);
export const ConfirmBody = Type.Optional(
  Type.Object({ key: Type.Optional(Type.String({ maxLength: 64 })) }, { additionalProperties: false }),
);
export const NoBody = Type.Optional(Type.Object({}, { additionalProperties: true }));
