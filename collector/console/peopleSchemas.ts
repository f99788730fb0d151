import { Type, type TSchema } from 'typebox';
import { OCCURRENCE_KINDS, STAFF_ROLES } from '../people/kinds.ts';
import { MOST_FILES } from '../statements/statements.ts';
import { Moment, Room } from './schemas.ts';

/** Shapes of what people's pages and scripts send; the types of the answers stand in `peopleApi.ts`. */
const words = <T extends string>(list: readonly T[]) => Type.Union(list.map((word) => Type.Literal(word)));
const nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

export const StaffNumber = Type.String({
  pattern: '^[0-9A-Za-z][0-9A-Za-z_-]{0,31}$',
  description: 'a staff number, such as 0017',
});
/** No cell that a spreadsheet would compute when the roster is exported again. */
const Word = Type.String({ minLength: 1, maxLength: 64, pattern: '^[^\\p{C}=+@-][^\\p{C}]*$' });
const Day = nullable(
  Type.String({
    pattern: '^(no|20\\d\\d-[01]\\d-[0-3]\\d)$',
    description: 'a day such as 2026-03-01, no, or null: nobody has said',
  }),
);
const YesNo = nullable(Type.Boolean());
const Words = Type.Array(Word, { maxItems: 20 });

export const PersonBody = Type.Object(
  {
    name: Word,
    roles: Type.Array(words(STAFF_ROLES), { minItems: 1, maxItems: 4 }),
    department: nullable(Word),
    teaches: nullable(Words),
    experienced: YesNo,
    trained: Day,
    passed: Day,
    briefed: Day,
    fitness: Type.Object(
      { lawful: YesNo, versed: YesNo, healthy: YesNo, unblemished: YesNo },
      { additionalProperties: false },
    ),
    selected: YesNo,
    designated: Type.Boolean(),
    left: Type.Boolean(),
  },
  { additionalProperties: false },
);

export const ImportQuery = Type.Object(
  { trial: Type.Optional(words(['true', 'false'])) },
  { additionalProperties: false },
);

export const AssignBody = Type.Object(
  { number: StaffNumber, role: words(STAFF_ROLES), room: nullable(Room) },
  { additionalProperties: false },
);
export const PledgeBody = Type.Object({ signed: Type.Boolean() }, { additionalProperties: false });
export const CheckInBody = Type.Object({ present: Type.Boolean() }, { additionalProperties: false });
export const CandidatesBody = Type.Object(
  { classes: nullable(Words), departments: nullable(Words) },
  { additionalProperties: false },
);
export const ProgrammesBody = Type.Object({ programmes: Words }, { additionalProperties: false });

const Text = Type.String({ maxLength: 2_000, pattern: '^[^\\p{Cs}\\p{Co}\\p{Cn}]*$' });
const Count = nullable(Type.Integer({ minimum: 0, maximum: 100_000 }));

export const OccurrenceBody = Type.Object(
  {
    kind: words(OCCURRENCE_KINDS),
    at: Moment,
    room: nullable(Room),
    seat: nullable(Type.String({ minLength: 1, maxLength: 16, pattern: '^[^\\p{C}]*$' })),
    text: Text,
    expected: Count,
    attended: Count,
    corrects: nullable(Type.String({ pattern: '^o-\\d{1,9}$' })),
  },
  { additionalProperties: false },
);

export const Sha256 = Type.String({ pattern: '^[0-9a-f]{64}$', description: 'SHA-256 of a file, hex' });
const statement = {
  rule: Type.String({ minLength: 1, maxLength: 100 }),
  subject: Type.String({ minLength: 1, maxLength: 200 }),
  text: Text,
  files: Type.Array(Sha256, { maxItems: MOST_FILES }),
};

export const AttestationBody = Type.Object(
  {
    ...statement,
    items: Type.Array(Type.Integer({ minimum: 0, maximum: 100 }), {
      maxItems: 100,
      description: 'places of the rule’s items that are confirmed',
    }),
    validUntil: Type.Optional(Moment),
  },
  { additionalProperties: false },
);
export const WaiverBody = Type.Object({ ...statement, validUntil: Moment }, { additionalProperties: false });
