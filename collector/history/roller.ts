import { slotOf } from './blocks.ts';
import { openReader, type Connection } from './connection.ts';
import { readBlock } from './readings.ts';
import {
  createRoll,
  mergeMinutes,
  pack,
  unpackHours,
  unpackMinutes,
  widen,
  withHour,
  type RolledHour,
} from './rollup.ts';
import type { ThreadData } from './thread.ts';

/** The thread that makes roll-ups of raw readings; it lives as long as some hour is due. */
export interface RollerData extends ThreadData {
  readonly role: 'roller';
  readonly file: string;
  readonly due: readonly { readonly hour: number; readonly mark: number }[];
  /** From this hour on raw is complete; what comes late for an hour before it only fills gaps. */
  readonly rawFrom: number;
  readonly staleAfterSeconds: ReadonlyMap<string, number>;
}

export type RollerAsks = {
  /** The next rows to be written; asked for again only after they were. Null at the end. */
  next(): RolledChunk | null;
};

export interface RolledChunk {
  readonly rolled: readonly RolledRow[];
  /** Set on the hour's last chunk. */
  readonly done: { readonly hour: number; readonly mark: number } | null;
  /** Blocks that could not be read, in words. */
  readonly complaints: readonly string[];
}

export interface RolledRow {
  readonly subject: string;
  readonly probe: string;
  readonly hour: number;
  readonly minutes: Uint8Array;
  readonly day: number;
  readonly hours: Uint8Array;
}

const ROWS_AT_ONCE = 500;

export function openRoller(data: RollerData): RollerAsks {
  const connection = openReader(data.file);
  const chunks = makeChunks(connection, data);
  return { next: () => chunks.next().value ?? null };
}

function* makeChunks(connection: Connection, data: RollerData): Generator<RolledChunk> {
  const finish = finisher(connection);
  for (const due of data.due) {
    const complaints: string[] = [];
    let rolled: RolledRow[] = [];
    for (const made of rollHour(connection, due.hour, data, complaints)) {
      rolled.push(finish(due.hour, made, due.hour < data.rawFrom));
      if (rolled.length < ROWS_AT_ONCE) continue;
      yield { rolled, done: null, complaints: complaints.splice(0) };
      rolled = [];
    }
    yield { rolled, done: due, complaints };
  }
}

/** Slot by slot, so that a site of ten thousand machines needs the memory of a few hundred. */
function* rollHour(
  connection: Connection,
  hour: number,
  { staleAfterSeconds }: RollerData,
  complaints: string[],
): Generator<RolledHour> {
  const passes = mostUsedSlots(connection, hour);
  for (let pass = 0; pass < passes; pass++) {
    const roll = createRoll(hour, staleAfterSeconds, (subject) => slotOf(subject, passes) === pass);
    for (const id of blocksOf(connection, hour, passes, pass)) {
      try {
        for (const frame of readBlock(connection, id)) roll.take(frame);
      } catch (error) {
        complaints.push(`left out of the roll-up of its hour: ${String(error)}`);
      }
    }
    yield* roll.rolled();
  }
}

/** The blocks that hold subjects of this slot of so many, in the order of their coming. */
function blocksOf({ db }: Connection, hour: number, slots: number, slot: number): number[] {
  const chosen = db.prepare('select id from raw where hour = ? and (slot & ?) = (? & (slots - 1))');
  const ids = chosen.all(hour, slots - 1, slot) as unknown as { readonly id: number }[];
  return ids.map(({ id }) => id).sort((left, right) => left - right);
}

/** Into how many slots most of the hour's frames were dealt. */
function mostUsedSlots({ db }: Connection, hour: number): number {
  const used = db
    .prepare('select slots from raw where hour = ? group by slots order by sum(frames) desc limit 1')
    .get(hour) as { readonly slots: number } | undefined;
  return used?.slots ?? 1;
}

/** Packs what was made, together with what is known already: the day's other hours, and all of an hour without its raw. */
function finisher({ db }: Connection): (hour: number, made: RolledHour, isOld: boolean) => RolledRow {
  const minuteRow = db.prepare('select blob from minute where subject = ? and probe = ? and hour = ?');
  const hourRow = db.prepare('select blob from hour where subject = ? and probe = ? and day = ?');
  const blobOf = (row: unknown) => (row as { readonly blob: Uint8Array } | undefined)?.blob;
  return (hour, { subject, probe, ...made }, isOld) => {
    const day = Math.floor(hour / 24);
    const dayBlob = blobOf(hourRow.get(subject, probe, day));
    const knownDay = dayBlob ? unpackHours(dayBlob) : {};
    const minuteBlob = isOld ? blobOf(minuteRow.get(subject, probe, hour)) : undefined;
    const minutes = minuteBlob ? mergeMinutes(unpackMinutes(minuteBlob), made.minutes) : made.minutes;
    const thisHour = isOld ? widen(knownDay, hour, made.day, minutes) : made.day;
    const hours = withHour(knownDay, hour, thisHour);
    return { subject, probe, hour, day, minutes: tight(pack(minutes)), hours: tight(pack(hours)) };
  };
}

/** Without the rest of the memory it was made in, which would cross to the other thread too. */
function tight(bytes: Buffer): Uint8Array {
  return new Uint8Array(bytes);
}
