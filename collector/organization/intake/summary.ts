import { outsideOf, type Certification } from '../certification.ts';
import type { Work } from '../store/store.ts';
import type { ExamRow, RoomRow, SiteRow } from '../store/tables.ts';
import type { Digest } from './digest.ts';

/** Keeps what the views read in step with what arrives: an overview reads one row a site and no record. */
export async function putRooms(sql: Work, rows: readonly RoomRow[]): Promise<void> {
  if (rows.length === 0) return;
  await sql
    .insertInto('room')
    .values([...rows])
    .onConflict((conflict) =>
      conflict.columns(['site_id', 'room']).doUpdateSet((eb) => ({
        n: eb.ref('excluded.n'),
        taken: eb.ref('excluded.taken'),
        readiness: eb.ref('excluded.readiness'),
        meets: eb.ref('excluded.meets'),
        standard: eb.ref('excluded.standard'),
        seats: eb.ref('excluded.seats'),
        fails: eb.ref('excluded.fails'),
      })),
    )
    .execute();
}

export async function putExams(
  sql: Work,
  exams: readonly Omit<ExamRow, 'outside'>[],
  certification: string | null,
): Promise<void> {
  if (exams.length === 0) return;
  await sql
    .insertInto('exam')
    .values(exams.map((exam) => ({ ...exam, outside: outsideText(exam, certification) })))
    .onConflict((conflict) =>
      conflict.columns(['site_id', 'id']).doUpdateSet((eb) => ({
        title_zh: eb.ref('excluded.title_zh'),
        title_en: eb.ref('excluded.title_en'),
        rooms: eb.ref('excluded.rooms'),
        starts_at: eb.ref('excluded.starts_at'),
        ends_at: eb.ref('excluded.ends_at'),
        candidates: eb.ref('excluded.candidates'),
        level: eb.ref('excluded.level'),
        cancelled_at: eb.ref('excluded.cancelled_at'),
        outside: eb.ref('excluded.outside'),
      })),
    )
    .execute();
}

/** JSON of why the certification does not cover it; null when it does. */
export function outsideText(exam: Omit<ExamRow, 'outside'>, certification: string | null): string | null {
  const approved = certification === null ? null : (JSON.parse(certification) as Certification);
  const { kind, level, candidates, starts_at: startsAt } = exam;
  const rooms = JSON.parse(exam.rooms) as readonly string[] | 'all';
  const found = outsideOf({ kind, rooms, level, candidates, startsAt }, approved);
  return found.length === 0 ? null : JSON.stringify(found);
}

const ROWS = 1_000;

export async function addMonths(sql: Work, { months, failing }: Digest): Promise<void> {
  if (months.length > 0)
    await sql
      .insertInto('month')
      .values([...months])
      .onConflict((conflict) =>
        conflict.columns(['site_id', 'month', 'standard']).doUpdateSet((eb) => ({
          snapshots: eb('month.snapshots', '+', eb.ref('excluded.snapshots')),
          ready: eb('month.ready', '+', eb.ref('excluded.ready')),
          unknown: eb('month.unknown', '+', eb.ref('excluded.unknown')),
        })),
      )
      .execute();
  // One body may name any number of rules; PostgreSQL counts parameters of a statement in 16 bits.
  for (let index = 0; index < failing.length; index += ROWS)
    await sql
      .insertInto('failing')
      .values(failing.slice(index, index + ROWS))
      .onConflict((conflict) =>
        conflict.columns(['site_id', 'month', 'standard', 'rule']).doUpdateSet((eb) => ({
          snapshots: eb('failing.snapshots', '+', eb.ref('excluded.snapshots')),
        })),
      )
      .execute();
}

/** The part of a site's row that follows from its rooms, exams, marks and duties. */
export async function summarized(sql: Work, site: string, now: number): Promise<Partial<SiteRow>> {
  const rooms = await sql.selectFrom('room').selectAll().where('site_id', '=', site).execute();
  const exam = await sql
    .selectFrom('exam')
    .select('starts_at')
    .where('site_id', '=', site)
    .where('kind', '=', 'exam')
    .where('starts_at', '>', now)
    .where('cancelled_at', 'is', null)
    .orderBy('starts_at')
    .limit(1)
    .executeTakeFirst();
  const outside = await sql
    .selectFrom('exam')
    .select(({ fn }) => fn.countAll().as('count'))
    .where('site_id', '=', site)
    .where('starts_at', '>', now)
    .where('cancelled_at', 'is', null)
    .where('outside', 'is not', null)
    .executeTakeFirstOrThrow();
  const marks = await sql
    .selectFrom('mark')
    .select(({ fn }) => fn.countAll().as('count'))
    .where('site_id', '=', site)
    .where('closed_at', 'is', null)
    .executeTakeFirstOrThrow();
  const due = await sql
    .selectFrom('duty')
    .select(({ fn }) => fn.min('due_at').as('at'))
    .where('site_id', '=', site)
    .where('closed_at', 'is', null)
    .executeTakeFirst();
  const fails = new Map<string, number>();
  for (const room of rooms)
    for (const [rule, count] of JSON.parse(room.fails) as readonly (readonly [string, number])[])
      fails.set(rule, (fails.get(rule) ?? 0) + count);
  const sorted = [...fails].toSorted((left, right) => right[1] - left[1]);
  const newest = rooms.toSorted((left, right) => right.taken - left.taken)[0];
  return {
    rooms: rooms.length,
    rooms_ready: rooms.filter(({ readiness }) => readiness === 'ready').length,
    snapshot_at: newest?.taken ?? null,
    standard: newest?.standard ?? null,
    next_exam_at: exam?.starts_at ?? null,
    outside: Number(outside.count),
    marks: Number(marks.count),
    due_at: due?.at ?? null,
    fails: JSON.stringify(sorted),
    worst_rule: sorted[0]?.[0] ?? null,
    worst_count: sorted[0]?.[1] ?? 0,
  };
}
