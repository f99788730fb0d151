import type { Entry } from '../history/history.ts';
import { cell, heading, paragraph, type Block, type Cell, type Table } from './document.ts';
import type { Desk } from './parts.ts';
import type { WholeSnapshot } from './snapshotStories.ts';

/** One seat and one rule that stands in its way. */
export interface Fault {
  readonly machine: string;
  readonly seat: string;
  readonly rule: string;
  readonly state: 'broken' | 'unknown';
  /** Since when, wall clock ms; null when the record does not say. */
  readonly since: number | null;
}

/** `2` before `10`. */
const SEATS = new Intl.Collator('en', { numeric: true });

/** What is wrong at each seat of a room, as it was frozen. */
export function faultsIn({ verdicts, seats }: WholeSnapshot, { names }: Pick<Desk, 'names'>): readonly Fault[] {
  const faults = Object.entries(verdicts).flatMap(([rule, byState]) =>
    (['broken', 'unknown'] as const).flatMap((state) =>
      (byState[state] ?? []).flatMap((machine) => {
        const seat = seats[machine];
        return seat === undefined || names.rule(rule)?.must !== 'required'
          ? []
          : [{ machine, seat, rule, state, since: null }];
      }),
    ),
  );
  return sorted(faults);
}

/** The same as it stands now, by the verdicts that were written last. */
export function faultsNow({ reading, names }: Pick<Desk, 'reading' | 'names'>, room: string): readonly Fault[] {
  const faults: Fault[] = [];
  for (const { id, room: at, seat, role, hostname, revoked } of names.machines()) {
    if (revoked || at !== room || (role !== 'candidate' && role !== 'spare')) continue;
    const kept = reading.keptOne('verdicts', id) as Readonly<
      Record<string, readonly [state: string, since: number]>
    > | null;
    for (const [rule, [state, since]] of Object.entries(kept ?? {})) {
      if ((state !== 'broken' && state !== 'unknown') || names.rule(rule)?.must !== 'required') continue;
      faults.push({ machine: id, seat: seat ?? hostname, rule, state, since });
    }
  }
  return sorted(faults);
}

function sorted(faults: readonly Fault[]): readonly Fault[] {
  return faults.toSorted(
    (left, right) =>
      SEATS.compare(left.seat, right.seat) ||
      (left.state === right.state ? left.rule.localeCompare(right.rule) : left.state === 'broken' ? -1 : 1),
  );
}

/** A list to walk the room with: seat, what is wrong, what to do, and a box to tick. */
export function fixTable(faults: readonly Fault[], desk: Desk, at: number): Table {
  const { voice } = desk;
  const { say } = voice;
  return {
    kind: 'table',
    title: '',
    columns: [
      { title: say('col_seat'), share: 9 },
      { title: say('col_wrong'), share: 32 },
      { title: say('col_advice'), share: 51 },
      { title: say('col_done'), share: 8 },
    ],
    rows: rowsOf(faults, desk, at),
    none: say('none_to_fix'),
  };
}

function* rowsOf(faults: readonly Fault[], { reading, voice, names }: Desk, at: number): Generator<readonly Cell[]> {
  const { say } = voice;
  let before = '';
  for (const { machine, seat, rule, state } of faults) {
    const found = names.rule(rule);
    const seen = voice.observed(
      verdictAt(reading.newest({ kinds: ['verdict'], subject: machine, rule, to: at + 1 }))?.observed,
    );
    const title = names.ruleTitle(rule);
    yield [
      cell(seat === before ? '' : seat),
      cell(
        `${state === 'broken' ? title : say('wrong_unknown', { title })}${seen === '' ? '' : `\n${seen}`}`,
        state === 'broken' ? 'bad' : 'warn',
      ),
      cell(found ? voice.tell(found.advice) : ''),
      cell('□'),
    ];
    before = seat;
  }
}

function verdictAt(entry: Entry | null): { readonly observed: unknown } | null {
  return entry && { observed: entry.body['observed'] };
}

/** Rooms one after the other, each on a page of its own. @param room null = every one */
export function* seatsReport(desk: Desk, room: string | null): Generator<Block> {
  const { voice, names, now } = desk;
  const rooms = [...new Set(names.machines().flatMap(({ room: name, revoked }) => (revoked ? [] : [name])))].sort(
    SEATS.compare,
  );
  const asked = rooms.filter((name) => room === null || name === room);
  yield paragraph(voice.say('fix_about', { time: voice.time(now) }));
  for (const [index, name] of asked.entries()) {
    if (index > 0) yield { kind: 'page' };
    const faults = faultsNow(desk, name);
    yield heading(voice.say('room_name', { room: name }));
    yield paragraph(
      voice.say('fix_count', { seats: new Set(faults.map(({ seat }) => seat)).size, faults: faults.length }),
    );
    yield fixTable(faults, desk, now);
  }
  if (asked.length === 0) yield paragraph(voice.say('none_rooms'), 'muted');
}
