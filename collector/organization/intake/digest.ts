import type { Line } from '../../history/chain.ts';
import type { Snapshot } from '../../readiness/snapshot.ts';
import type { Session } from '../../sessions/session.ts';
import type { ExamRow, FailingRow, MonthRow, RoomRow } from '../store/tables.ts';

/** What views need of entries that came, so that they never read a record again. */
export interface Digest {
  readonly rooms: readonly RoomRow[];
  readonly exams: readonly Omit<ExamRow, 'outside'>[];
  /** To be added to what is there. */
  readonly months: readonly MonthRow[];
  readonly failing: readonly FailingRow[];
  /** The newest snapshot's moment. */
  readonly snapshotAt: number | null;
  readonly standard: string | null;
  /** The last document that the site's record says it took. */
  readonly documents: number | null;
}

export function digest(site: string, lines: readonly Line[]): Digest {
  const rooms = new Map<string, RoomRow>();
  const exams = new Map<string, Omit<ExamRow, 'outside'>>();
  const months = new Map<string, { -readonly [K in keyof MonthRow]: MonthRow[K] }>();
  const failing = new Map<string, { -readonly [K in keyof FailingRow]: FailingRow[K] }>();
  let snapshotAt: number | null = null;
  let standard: string | null = null;
  let documents: number | null = null;

  function hearSnapshot(n: number, snapshot: Snapshot): void {
    const { room, taken, readiness, meets, machines } = snapshot;
    demandNames([room, snapshot.standard, ...Object.keys(snapshot.verdicts)]);
    demand([readiness, meets], [taken]);
    const seats = Object.values(machines).reduce((sum, count) => sum + count, 0);
    demandCounts([...Object.values(machines), seats]);
    const month = new Date(taken).toISOString().slice(0, 7);
    const broken = Object.entries(snapshot.verdicts)
      .map(([rule, states]) => [rule, lengthOf(states['broken'])] as const)
      .filter(([, count]) => count > 0);
    const fails = JSON.stringify(broken.toSorted((left, right) => right[1] - left[1]));
    rooms.set(room, { site_id: site, room, n, taken, readiness, meets, standard: snapshot.standard, seats, fails });
    const key = `${month} ${snapshot.standard}`;
    const counted = months.get(key) ?? {
      site_id: site,
      month,
      standard: snapshot.standard,
      snapshots: 0,
      ready: 0,
      unknown: 0,
    };
    counted.snapshots += 1;
    if (readiness === 'ready') counted.ready += 1;
    if (readiness === 'unknown') counted.unknown += 1;
    months.set(key, counted);
    for (const [rule] of broken) {
      const one = failing.get(`${key} ${rule}`);
      if (one) one.snapshots += 1;
      else failing.set(`${key} ${rule}`, { site_id: site, month, standard: snapshot.standard, rule, snapshots: 1 });
    }
    snapshotAt = Math.max(snapshotAt ?? 0, taken);
    ({ standard } = snapshot);
  }

  function hear({ n, kind, text }: Line): void {
    if (kind === 'snapshot') hearSnapshot(n, JSON.parse(text) as Snapshot);
    else if (kind === 'session') {
      const body = JSON.parse(text) as Session & { readonly change: string };
      if (body.change !== 'phase') exams.set(body.id, examOf(site, body));
    } else if (kind === 'organization') {
      const { document } = JSON.parse(text) as { readonly document?: unknown };
      if (Number.isSafeInteger(document)) documents = Math.max(documents ?? 0, document as number);
    }
  }

  for (const line of lines) {
    try {
      hear(line);
    } catch {
      // Of a shape that we do not know: it stays in the chain as it is, and counts in no view.
    }
  }
  return {
    rooms: [...rooms.values()],
    exams: [...exams.values()],
    months: [...months.values()],
    failing: [...failing.values()],
    snapshotAt,
    standard,
    documents,
  };
}

/**
 * A body of another shape than ours must not stop the record: it is left out of the views as a whole. What PostgreSQL
 * would refuse is no shape of ours: a NUL in a text, a text or a fraction where a column counts.
 */
function demand(texts: readonly unknown[], numbers: readonly unknown[]): void {
  const isFit =
    texts.every((text) => typeof text === 'string' && !text.includes('\0')) &&
    numbers.every((number) => Number.isFinite(number));
  if (!isFit) throw new TypeError('not of a shape that counts in a view');
}

/** Characters: with four of them in a key it stays below the 2,704 bytes that PostgreSQL has for a row of an index. */
const LONGEST_NAME = 200;

/** What stands in keys. */
function demandNames(names: readonly unknown[]): void {
  demand(names, []);
  if ((names as readonly string[]).some(({ length }) => length > LONGEST_NAME)) demand([null], []);
}

function demandCounts(counts: readonly unknown[]): void {
  if (!counts.every((count) => Number.isSafeInteger(count) && (count as number) >= 0)) demand([null], []);
}

function lengthOf(subjects: unknown): number {
  if (subjects !== undefined && !Array.isArray(subjects)) demand([null], []);
  return (subjects as readonly unknown[] | undefined)?.length ?? 0;
}

function examOf(site: string, session: Session): Omit<ExamRow, 'outside'> {
  const { id, kind, title, rooms, startsAt, endsAt, candidates, level, purpose, cancelledAt } = session;
  demandNames([id]);
  demand([kind, title.zh, title.en, level ?? '', purpose ?? ''], [startsAt, endsAt ?? 0, cancelledAt ?? 0]);
  demandCounts([candidates ?? 0]);
  if (rooms !== 'all' && !(Array.isArray(rooms) && rooms.every((room) => typeof room === 'string'))) demand([null], []);
  return {
    site_id: site,
    id,
    kind,
    title_zh: title.zh,
    title_en: title.en,
    purpose: purpose ?? null,
    rooms: JSON.stringify(rooms),
    starts_at: startsAt,
    ends_at: endsAt ?? null,
    candidates: candidates ?? null,
    level: level ?? null,
    cancelled_at: cancelledAt ?? null,
  };
}
