import { setImmediate } from 'node:timers/promises';
import type { Moment } from '../clock.ts';
import { HOUR_MS } from './blocks.ts';
import { rows, transact, type Connection } from './connection.ts';
import type { RolledChunk, RollerAsks, RollerData } from './roller.ts';
import { Thread } from './thread.ts';

/**
 * What the writer's thread does between appends: puts in the roll-ups that a thread of their own makes, and prunes raw
 * readings after 7 days and minute values after 90, a little at a time.
 */
export interface Tidy {
  /** A batch of this moment was written; begins what is due, if it is time for that. */
  pass(moment: Moment): void;
  /** Does all that is due now. */
  run(): Promise<void>;
  end(): Promise<void>;
}

const RAW_HOURS = 7 * 24;
const MINUTE_DAYS = 90;
/** What still lies in the journal when the hour ends comes with the next batches. */
const GRACE_MS = 2 * 60_000;
/** Late frames make a past hour due again; a machine that catches up should not have it rolled up after every batch. */
const EVERY_MS = 10 * 60_000;
/**
 * Pruning trusts the wall clock only after it ran this long beside the monotonic one without a jump: a PC that starts
 * with a wrong year must not throw away the week.
 */
const STEADY_MS = HOUR_MS;
const JUMP_MS = 60_000;
/** One step of pruning: some milliseconds, so that an append hardly waits. */
const BLOCKS_AT_ONCE = 100;
const SERIES_AT_ONCE = 50;

interface Series {
  readonly subject: string;
  readonly probe: string;
}

export function createTidy(
  connection: Connection,
  staleAfterSeconds: ReadonlyMap<string, number>,
  warn: (message: string) => void,
): Tidy {
  const { sql, file } = connection;
  const put = statements(connection);
  let now: Moment | null = null;
  let steadyFrom: Moment | null = null;
  let ranAt = -Infinity;
  let running: Promise<void> | null = null;
  let roller: Thread<RollerAsks> | null = null;
  const ending = new AbortController();
  let prunedDay = -Infinity;

  function pass(moment: Moment): void {
    now = moment;
    const drift = steadyFrom && moment.wall - steadyFrom.wall - (moment.monotonic - steadyFrom.monotonic);
    if (drift === null || Math.abs(drift) > JUMP_MS) steadyFrom = moment;
    if (moment.monotonic - ranAt < EVERY_MS || running) return;
    run().catch((error: unknown) => {
      if (!ending.signal.aborted) warn(`roll-ups and pruning stopped, to be tried again later: ${String(error)}`);
    });
  }

  function run(): Promise<void> {
    running ??= tidy().finally(() => {
      running = null;
    });
    return running;
  }

  async function tidy(): Promise<void> {
    if (!now || ending.signal.aborted) return;
    ranAt = now.monotonic;
    const over = Math.floor((now.wall - GRACE_MS) / HOUR_MS);
    const due = rows(connection, sql.selectFrom('due').selectAll().where('hour', '<', over).orderBy('hour'));
    if (due.length > 0) await rollUp(due);
    if (now.monotonic - steadyFrom!.monotonic >= STEADY_MS) await prune(now.wall);
  }

  async function rollUp(due: RollerData['due']): Promise<void> {
    const data: RollerData = { role: 'roller', file, due, rawFrom: rawFrom(), staleAfterSeconds };
    roller = new Thread<RollerAsks>(data);
    try {
      await roller.start();
      while (!ending.signal.aborted) {
        const chunk = await roller.call('next', []);
        if (!chunk) return;
        write(chunk);
        for (const complaint of chunk.complaints) warn(complaint);
      }
    } finally {
      await roller.end();
      roller = null;
    }
  }

  function write({ rolled, done }: RolledChunk): void {
    transact(connection, () => {
      for (const { subject, probe, hour, minutes, day, hours } of rolled) {
        put.minute.run(subject, probe, hour, minutes);
        put.hour.run(subject, probe, day, hours);
      }
      // Frames that came meanwhile moved the mark: the hour stays due.
      if (done) put.done.run(done.hour, done.mark);
    });
  }

  async function prune(wall: number): Promise<void> {
    const hour = Math.floor(wall / HOUR_MS);
    await pruneRaw(hour - RAW_HOURS);
    const day = Math.floor(hour / 24);
    if (day === prunedDay) return;
    await pruneMinutes((day - MINUTE_DAYS) * 24);
    prunedDay = day;
  }

  async function pruneRaw(before: number): Promise<void> {
    // First of all: from now on what is left of these hours is not all there was of them.
    if (before !== rawFrom()) transact(connection, () => put.rawFrom.run(before));
    while (!ending.signal.aborted) {
      const { changes } = transact(connection, () => put.pruneRaw.run(before, BLOCKS_AT_ONCE));
      if (changes === 0) return;
      await setImmediate();
    }
  }

  async function pruneMinutes(before: number): Promise<void> {
    let at: Series | undefined = { subject: '', probe: '' };
    while (at && !ending.signal.aborted) {
      at = transact(connection, () => pruneSome(at!, before));
      await setImmediate();
    }
  }

  /** Returns the last series it pruned, undefined when there was none left. */
  function pruneSome(after: Series, before: number): Series | undefined {
    let at: Series | undefined = after;
    for (let count = 0; at && count < SERIES_AT_ONCE; count++) {
      at = put.nextSeries.get(at.subject, at.probe) as Series | undefined;
      if (at) put.pruneMinutes.run(at.subject, at.probe, before);
    }
    return at;
  }

  function rawFrom(): number {
    return rows(connection, sql.selectFrom('standing').select('raw_from'))[0]!.raw_from;
  }

  return {
    pass,
    async run() {
      // One that runs already may have begun before the last batch.
      await running?.catch(() => {});
      await run();
    },
    async end() {
      ending.abort();
      await roller?.end();
      // It failed because it was ended; what is due stays due.
      await running?.catch(() => {});
    },
  };
}

function statements({ db }: Connection) {
  return {
    minute: db.prepare(`insert or replace into minute (subject, probe, hour, blob) values (?, ?, ?, ?)`),
    hour: db.prepare(`insert or replace into hour (subject, probe, day, blob) values (?, ?, ?, ?)`),
    done: db.prepare(`delete from due where hour = ? and mark = ?`),
    rawFrom: db.prepare(`update standing set raw_from = ?`),
    pruneRaw: db.prepare(
      `delete from raw where id in (select id from raw where hour < ? and hour not in (select hour from due) limit ?)`,
    ),
    // Walks from one series to the next without reading what lies between.
    nextSeries: db.prepare(
      `select subject, probe from minute where (subject, probe) > (?, ?) order by subject, probe limit 1`,
    ),
    pruneMinutes: db.prepare(`delete from minute where subject = ? and probe = ? and hour < ?`),
  };
}
