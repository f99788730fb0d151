import { Type, type TSchema } from 'typebox';
import type { Account } from '../accounts/account.ts';
import { ACCOUNT_ROLES } from '../accounts/may.ts';
import type { SignIn } from '../accounts/signIns.ts';
import type { Token } from '../accounts/tokens.ts';
import type { Assignment, Candidates } from '../people/assignment.ts';
import { OCCURRENCE_KINDS, STAFF_ROLES } from '../people/kinds.ts';
import type { KeptOccurrence, Occurrence } from '../people/occurrences.ts';
import type { ErasedPerson, KeptPerson, Person } from '../people/person.ts';
import type { Session } from '../sessions/session.ts';
import type { KeptFile } from '../statements/files.ts';
import type { KeptStatement } from '../statements/statements.ts';
import { type Members, nullable, optional, one, by, text, number, time, flag, texts, both, mark } from './pieces.ts';

const session = Type.Object({
  id: text,
  kind: one('exam', 'assessment'),
  title: both,
  rooms: Type.Union([texts, Type.Literal('all')]),
  startsAt: time,
  endsAt: nullable(time),
  candidates: optional(nullable(number)),
  byRoom: optional(by(number)),
  subjects: optional(texts),
  cancelledAt: optional(time),
} satisfies Members<Session>);
const account = Type.Object({
  id: text,
  name: text,
  role: one(...ACCOUNT_ROLES),
  rooms: nullable(texts),
  until: nullable(time),
  disabledAt: nullable(time),
  hash: nullable(text),
  salt: text,
  code: nullable(Type.Object({ hash: text, until: time })),
} satisfies Members<Account>);
const token = Type.Object({
  id: text,
  name: text,
  scopes: texts,
  rooms: nullable(texts),
  until: nullable(time),
  hash: text,
  revokedAt: nullable(time),
} satisfies Members<Token>);
const person = Type.Object({
  number: text,
  name: text,
  roles: Type.Array(one(...STAFF_ROLES)),
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
  at: time,
  by: text,
  validUntil: time,
  enteredAt: one('site', 'organization'),
  withdrawn: nullable(mark),
  erasedAt: nullable(time),
} satisfies Members<KeptStatement>);

/** By kind: who works at the site, what they may do, and what they wrote. */
export const PEOPLE_SHAPES: Readonly<Record<string, TSchema>> = {
  session,
  account,
  'sign-in': Type.Object({ account: text, at: number, until: time } satisfies Members<SignIn>),
  token,
  person: Type.Union([
    Type.Object({ erased: number } satisfies Members<ErasedPerson>),
    Type.Object({ salt: text, person } satisfies Members<KeptPerson>),
  ]),
  assignment: Type.Object({
    session: text,
    number: text,
    role: one(...STAFF_ROLES),
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
      kind: one(...OCCURRENCE_KINDS),
      at: time,
      recordedAt: time,
      text,
      corrects: nullable(text),
    } satisfies Members<Occurrence>),
    erasedAt: optional(time),
  } satisfies Members<KeptOccurrence>),
  statement,
  file: Type.Object({
    sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }),
    type: text,
    bytes: number,
    at: time,
    erasedAt: nullable(time),
    salt: optional(text),
  } satisfies Members<KeptFile>),
};
