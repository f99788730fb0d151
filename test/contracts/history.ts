import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { lineOf, verifyChain } from '../../collector/history/chain.ts';
import type {
  Batch,
  Entry,
  EntryDraft,
  EntryKind,
  EntryQuery,
  History,
  RawFrame,
} from '../../collector/history/history.ts';

/** A store under test: a module, so that a child process can open the same place and be killed. */
export interface HistoryModule {
  /** Opens the place, with facts `load.cpu_ratio` stale after 150 s and `network.up` after 600 s, others at once. */
  readonly open: (place: string) => Promise<TidyHistory>;
  /** A new empty place in this folder, which is removed after the test. */
  readonly place: (folder: string) => Promise<string>;
  /** Opens a backup made of another place. */
  readonly openBackup: (path: string, folder: string) => Promise<TidyHistory>;
}

export interface TidyHistory extends History {
  /** Rolls up every hour that is over and prunes. */
  tidy(): Promise<void>;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Monday, 23 November 2026, 9:00 in Beijing. */
const T0 = Date.UTC(2026, 10, 23, 1, 0, 0);

/** What every store of the record must do. @param module file of a `HistoryModule` */
export function historyContract(name: string, module: string): void {
  describe(`${name} as a history`, () => {
    let folder: string;
    let place: string;
    let store: HistoryModule;
    const opened: History[] = [];

    async function open(at = place): Promise<TidyHistory> {
      const history = await store.open(at);
      opened.push(history);
      return history;
    }

    beforeEach(async () => {
      store = (await import(module)) as HistoryModule;
      folder = mkdtempSync(join(tmpdir(), 'xunkao-history-'));
      place = await store.place(folder);
    });

    afterEach(async () => {
      for (const history of opened.splice(0)) await history.close();
      rmSync(folder, { recursive: true, force: true });
    });

    test('a new place has nothing to restore', async () => {
      const history = await open();
      const restored = await history.restore();
      expect(restored).toEqual({ kept: new Map(), judgedTo: 0, stateTo: 0, moment: null, lastEntry: 0 });
      expect(await history.entries({})).toEqual({ rows: [], next: null });
    });

    test('what was appended is restored by the next process, to the last bit', async () => {
      const value = { 名: '一号机', deep: [1, null, { x: 0.1 + 0.2 }], empty: {} };
      const first = await open();
      await first.append({
        moment: moment(0.25),
        entries: [entry({}), entry({ kind: 'machine' })],
        keep: [
          { kind: 'machine', id: 'm-1', value },
          { kind: 'session', id: 'm-1', value: 'other kind, same id' },
          { kind: 'machine', id: 'm-2', value: 7 },
        ],
        judgedTo: 12,
        stateTo: 9,
      });
      await first.append({ moment: moment(1_000), entries: [] });
      await first.close();

      expect(await (await open()).restore()).toEqual({
        kept: new Map<string, Map<string, unknown>>([
          [
            'machine',
            new Map<string, unknown>([
              ['m-1', value],
              ['m-2', 7],
            ]),
          ],
          ['session', new Map([['m-1', 'other kind, same id']])],
        ]),
        judgedTo: 12,
        stateTo: 9,
        moment: moment(1_000),
        lastEntry: 2,
      });
    });

    test('a value that is kept again replaces the one before; null erases it, and erasing nothing is no fault', async () => {
      const history = await open();
      const keep = (id: string, value: unknown) => ({ kind: 'verdict', id, value });
      await history.append({ moment: moment(), entries: [], keep: [keep('a', 1), keep('b', 1), keep('c', 1)] });
      await history.append({ moment: moment(), entries: [], keep: [keep('a', 2), keep('b', null), keep('z', null)] });
      await history.append({ moment: moment(), entries: [], keep: [keep('c', null), keep('c', 3)] });
      const { kept } = await history.restore();
      expect(kept).toEqual(
        new Map([
          [
            'verdict',
            new Map([
              ['a', 2],
              ['c', 3],
            ]),
          ],
        ]),
      );
    });

    test('entries are numbered without a gap and chained, over batches and restarts', async () => {
      const first = await open();
      await first.append({
        moment: moment(),
        entries: [entry({ at: T0 + 0.5, late: true }), entry({ subject: null })],
      });
      await first.close();
      const history = await open();
      await history.append({
        moment: moment(5_000),
        entries: [entry({ rule: null, body: { z: '\u20ac', a: [1e21] } })],
      });
      const { rows } = await history.entries({});
      expect(rows.map(({ n }) => n)).toEqual([1, 2, 3]);
      expect(rows[0]).toMatchObject({ at: T0 + 0.5, late: true, recordedAt: T0, previous: '0'.repeat(64) });
      expect(rows[1]).toMatchObject({ subject: null, monotonic: 0.125 });
      expect(rows[2]).toMatchObject({ rule: null, recordedAt: T0 + 5_000, body: { z: '\u20ac', a: [1e21] } });
      expect(verifyChain(rows.map(lineOf))).toBeNull();
    });

    test('batches that are given at once are written in the order they were given', async () => {
      const history = await open();
      const given = Array.from({ length: 50 }, (_, index) =>
        history.append({
          moment: moment(index),
          entries: [entry({ body: { index } })],
          keep: [{ kind: 'last', id: 'index', value: index }],
          raw: Array.from({ length: index % 7 === 0 ? 700 : 0 }, (_, i) =>
            frame('m-1', T0 + i, { 'load.cpu_ratio': i }),
          ),
        }),
      );
      await Promise.all(given);
      const { rows } = await history.entries({});
      expect(rows.map(({ body }) => body['index'])).toEqual(given.map((_, index) => index));
      expect((await history.restore()).kept.get('last')?.get('index')).toBe(49);
    });

    test('pages go through all entries once, forwards and backwards, whatever their size', async () => {
      const history = await open();
      await history.append({ moment: moment(), entries: Array.from({ length: 23 }, (_, i) => entry({ body: { i } })) });
      for (const newestFirst of [false, true]) {
        for (const limit of [1, 7, 22, 23, 24]) {
          const seen: number[] = [];
          let after: number | null = null;
          do {
            const page = await history.entries({ newestFirst, limit, ...(after === null ? {} : { after }) });
            expect(page.rows.length).toBeLessThanOrEqual(limit);
            seen.push(...page.rows.map(({ n }) => n));
            after = page.next;
          } while (after !== null);
          const all = Array.from({ length: 23 }, (_, index) => index + 1);
          expect(seen).toEqual(newestFirst ? all.reverse() : all);
        }
      }
    });

    test('a page has 200 entries when no limit is given, and never more than 1,000', async () => {
      const history = await open();
      await history.append({ moment: moment(), entries: Array.from({ length: 1_100 }, () => entry({})) });
      expect((await history.entries({})).rows).toHaveLength(200);
      expect((await history.entries({ limit: 5_000 })).rows).toHaveLength(1_000);
    });

    test('entries are found by kinds, subject, rule and time, in any combination', async () => {
      const history = await open();
      const entries = Array.from({ length: 240 }, (_, index) =>
        entry({
          kind: KINDS[index % 3]!,
          subject: [null, 'm-1', 'm-2', 'm-1/nic:eth0'][index % 4]!,
          rule: [null, 'cpu', 'online', 'ups', 'disk'][index % 5]!,
          // Late ones lie days before their neighbours.
          at: T0 + index * HOUR - (index % 11 === 0 ? 3 * DAY : 0),
          late: index % 11 === 0,
        }),
      );
      for (let index = 0; index < entries.length; index += 16) {
        await history.append({ moment: moment(index * HOUR), entries: entries.slice(index, index + 16) });
      }
      const all = (await history.entries({ limit: 1_000 })).rows;
      expect(all).toHaveLength(240);
      const times: readonly Pick<EntryQuery, 'from' | 'to'>[] = [
        {},
        { from: T0 + 30 * HOUR },
        { to: T0 + 70 * HOUR },
        { from: T0 + 30 * HOUR, to: T0 + 31 * HOUR },
        { from: T0 - 5 * DAY, to: T0 },
        { from: T0 + 900 * HOUR },
      ];
      const filters: readonly Pick<EntryQuery, 'kinds' | 'subject' | 'rule'>[] = [
        {},
        { kinds: ['verdict'] },
        { kinds: ['verdict', 'incident'] },
        { kinds: [] },
        { subject: 'm-1' },
        { rule: 'cpu' },
        { subject: 'm-2', rule: 'ups', kinds: ['machine', 'incident'] },
        { subject: "m-1' or 1 = 1 --" },
      ];
      for (const time of times) {
        for (const filter of filters) {
          for (const newestFirst of [false, true]) {
            const query = { ...time, ...filter, newestFirst, limit: 1_000 };
            const { rows } = await history.entries(query);
            expect({ query, rows }).toEqual({ query, rows: matching(all, query) });
          }
        }
      }
    });

    test('a batch with one bad row is refused whole, with what was given behind it, and the next one is taken', async () => {
      const history = await open();
      const before: Batch = {
        moment: moment(),
        entries: [entry({})],
        keep: [{ kind: 'k', id: '1', value: 1 }],
        judgedTo: 5,
      };
      await history.append(before);
      const good = { entries: [entry({})], keep: [{ kind: 'k', id: '2', value: 2 }], judgedTo: 6 };
      const raw = [frame('m-1', T0, { 'load.cpu_ratio': 1 })];
      const bad: Partial<Batch>[] = [
        { entries: [entry({}), entry({ body: { x: Number.NaN } })] },
        { entries: [entry({}), entry({ at: Number.NaN })] },
        { entries: [entry({}), entry({ subject: 7 as unknown as string })] },
        { keep: [...good.keep, { kind: 'k', id: null as unknown as string, value: 3 }] },
        { keep: [...good.keep, { kind: 'k', id: '3', value: undefined }] },
        { raw: [...raw, frame('m-1', Number.NaN, {})] },
        { judgedTo: 4 },
      ];
      for (const wrong of bad) {
        const results = await Promise.allSettled([
          history.append({ moment: moment(9), raw, ...good, ...wrong }),
          history.append({ moment: moment(9), raw, ...good }),
        ]);
        expect(results).toMatchObject([
          { status: 'rejected', reason: { name: 'HistoryRefused', code: 'bad' } },
          { status: 'rejected', reason: { name: 'HistoryRefused', code: 'behind' } },
        ]);
        expect(await history.restore()).toMatchObject({ judgedTo: 5, moment: moment(), lastEntry: 1 });
        expect((await history.restore()).kept).toEqual(new Map([['k', new Map([['1', 1]])]]));
        expect(await history.raw(span('m-1', ['load.cpu_ratio']))).toEqual([]);
      }
      await history.append({ moment: moment(9), raw, ...good });
      expect(await history.restore()).toMatchObject({ judgedTo: 6, lastEntry: 2 });
      expect(verifyChain((await history.entries({})).rows.map(lineOf))).toBeNull();
    });

    test('raw readings of a subject come back as they were, oldest first, with the late ones in their place', async () => {
      const history = await open();
      await history.append({
        moment: moment(),
        entries: [],
        raw: [
          frame('m-1', T0 + 10_000, { 'load.cpu_ratio': 0.5, 'os.name': 'Windows 7', 'cpu.flags': ['a', 'b'] }),
          frame('m-2', T0 + 10_000, { 'load.cpu_ratio': 0.9 }),
          {
            ...frame('m-1', T0 + 20_000, { 'load.cpu_ratio': null }),
            facts: {
              'm-1': { 'load.cpu_ratio': null },
              'm-1/nic:eth0': { 'network.up': true },
              'ups-1': { 'ups.on_battery': true },
            },
          },
        ],
      });
      await history.append({
        moment: moment(60_000),
        entries: [],
        raw: [
          frame('m-1', T0 + 30_000, { 'load.cpu_ratio': 0.25 }),
          frame('m-1', T0 - 2 * HOUR, { 'load.cpu_ratio': 0.125 }, true),
          frame('m-1', T0 + 10_000.5, { 'load.cpu_ratio': 0.75 }, true),
        ],
      });
      const cpu = 'load.cpu_ratio';
      expect(await history.raw(span('m-1', [cpu]))).toEqual([
        { at: T0 - 2 * HOUR, fact: cpu, value: 0.125 },
        { at: T0 + 10_000, fact: cpu, value: 0.5 },
        { at: T0 + 10_000.5, fact: cpu, value: 0.75 },
        { at: T0 + 20_000, fact: cpu, value: null },
        { at: T0 + 30_000, fact: cpu, value: 0.25 },
      ]);
      expect(
        await history.raw({ ...span('m-1', ['os.name', cpu, 'cpu.flags']), from: T0 + 10_000, to: T0 + 10_001 }),
      ).toEqual([
        { at: T0 + 10_000, fact: 'os.name', value: 'Windows 7' },
        { at: T0 + 10_000, fact: cpu, value: 0.5 },
        { at: T0 + 10_000, fact: 'cpu.flags', value: ['a', 'b'] },
        { at: T0 + 10_000.5, fact: cpu, value: 0.75 },
      ]);
      expect(await history.raw(span('m-1/nic:eth0', ['network.up']))).toEqual([
        { at: T0 + 20_000, fact: 'network.up', value: true },
      ]);
      expect(await history.raw(span('ups-1', ['ups.on_battery']))).toHaveLength(1);
      expect(await history.raw(span('m-3', [cpu]))).toEqual([]);
      expect(await history.raw(span('m-1', ['load.other']))).toEqual([]);
    });

    test('of a large batch every reading of every machine and device is found again', async () => {
      const history = await open();
      const raw = Array.from({ length: 9_000 }, (_, index): RawFrame => {
        const machine = `m-${index % 300}`;
        const facts = { [machine]: { 'load.cpu_ratio': index }, [`cam-${index % 7}`]: { 'stream.fps': index } };
        return { machine, at: T0 + index * 100, late: false, facts };
      });
      await history.append({ moment: moment(), entries: [], raw });
      for (const machine of [0, 1, 150, 299]) {
        const points = await history.raw(span(`m-${machine}`, ['load.cpu_ratio']));
        expect(points.map(({ value }) => value)).toEqual(
          Array.from({ length: 30 }, (_, index) => machine + index * 300),
        );
      }
      const frames = await history.raw(span('cam-3', ['stream.fps']));
      expect(frames.map(({ value }) => value)).toEqual(Array.from({ length: 1_286 }, (_, index) => 3 + index * 7));
    });

    test('a query for more points than anybody reads is refused, not cut', async () => {
      const history = await open();
      const facts = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`load.f${index}`, index]));
      const raw = Array.from({ length: 2_100 }, (_, index) => frame('m-1', T0 + index, facts));
      await history.append({ moment: moment(), entries: [], raw });
      const names = Object.keys(facts);
      await expect(history.raw(span('m-1', names))).rejects.toMatchObject({ name: 'QueryRefused', code: 'rows' });
      expect(await history.raw(span('m-1', names.slice(0, 50)))).toHaveLength(105_000);
    });

    test('a minute has its last reading, carried on until it would be stale, and nothing after a null', async () => {
      const history = await open();
      const at = (minutes: number, seconds = 0) => T0 + minutes * 60_000 + seconds * 1_000;
      await history.append({
        moment: moment(60 * 60_000 + 20_000),
        entries: [],
        raw: [
          frame('m-1', at(0, 5), { 'load.cpu_ratio': 0.1, 'network.up': true, 'load.name': 'text' }),
          frame('m-1', at(0, 50), { 'load.cpu_ratio': 0.2 }),
          frame('m-1', at(4, 0), { 'load.cpu_ratio': 0.4, 'network.up': false }),
          frame('m-1', at(5, 30), { 'load.cpu_ratio': null }),
          frame('m-1', at(59, 59), { 'load.cpu_ratio': 0.9 }),
          frame('m-1', at(60, 10), { 'load.cpu_ratio': 0.6 }),
        ],
      });
      const minutes = { ...span('m-1', ['load.cpu_ratio', 'network.up', 'load.name']), resolution: 'minute' as const };
      const expected = [
        // 150 s after 0:50 is 3:20, so minute 3, which ends at 4:00, has no value any more.
        ...[
          [0, 0.2],
          [1, 0.2],
          [2, 0.2],
          [4, 0.4],
          [59, 0.9],
          [60, 0.6],
        ].map(([m, v]) => [at(m!), 'load.cpu_ratio', v]),
        ...[0, 1, 2, 3].map((m) => [at(m), 'network.up', 1]),
        ...[4, 5, 6, 7, 8, 9, 10, 11, 12, 13].map((m) => [at(m), 'network.up', 0]),
      ].sort((left, right) => Number(left[0]) - Number(right[0]) || String(left[1]).localeCompare(String(right[1])));
      const told = async () => {
        const points = await history.series(minutes);
        expect(points.filter(({ min, mean, max }) => min !== mean || max !== mean)).toEqual([]);
        return points.map(({ at, fact, mean }) => [at, fact, mean]);
      };
      // Not rolled up yet, and of the running hour nothing that is still to come.
      expect(await told()).toEqual(expected);
      await history.append({ moment: moment(3 * HOUR), entries: [] });
      await history.tidy();
      expect(await told()).toEqual([...expected, [at(61), 'load.cpu_ratio', 0.6]]);
    });

    test('an hour has the least, the mean of its minutes and the greatest', async () => {
      const history = await open();
      const cpu = [0.5, 0.1, 0.9, 0.3];
      const raw = cpu.map((value, index) =>
        frame('m-1', T0 + index * 20_000, { 'load.cpu_ratio': value, 'memory.installed_bytes': 17_179_869_184 }),
      );
      await history.append({ moment: moment(), entries: [], raw });
      await history.append({
        moment: moment(5 * HOUR),
        entries: [],
        raw: [frame('m-1', T0 + 5 * HOUR, { 'load.cpu_ratio': 1 })],
      });
      const query = { ...span('m-1', ['load.cpu_ratio', 'memory.installed_bytes']), resolution: 'hour' as const };
      // Minutes 0 (0.9), 1 to 2 (0.3, carried): not the readings' mean.
      const expected = [
        { at: T0, fact: 'load.cpu_ratio', min: 0.1, mean: 0.5, max: 0.9 },
        { at: T0, fact: 'memory.installed_bytes', min: 17_179_869_184, mean: 17_179_869_184, max: 17_179_869_184 },
        { at: T0 + 5 * HOUR, fact: 'load.cpu_ratio', min: 1, mean: 1, max: 1 },
      ];
      expect(await history.series(query)).toEqual(expected);
      await history.append({ moment: moment(7 * HOUR), entries: [] });
      await history.tidy();
      expect(await history.series(query)).toEqual(expected);
      expect(await history.series({ ...query, from: T0 + 1, to: T0 + 5 * HOUR })).toEqual([]);
    });

    test('late frames make their hour again, also after a restart', async () => {
      const first = await open();
      await first.append({ moment: moment(), entries: [], raw: [frame('m-1', T0, { 'load.cpu_ratio': 0.5 })] });
      await first.append({ moment: moment(2 * HOUR), entries: [] });
      await first.tidy();
      await first.append({
        moment: moment(2 * HOUR),
        entries: [],
        raw: [
          frame('m-1', T0 + 30_000, { 'load.cpu_ratio': 0.75 }, true),
          frame('m-2', T0, { 'load.cpu_ratio': 0.1 }, true),
        ],
      });
      await first.close();
      const history = await open();
      await history.append({ moment: moment(2 * HOUR), entries: [] });
      const minutes = (subject: string) =>
        history.series({ ...span(subject, ['load.cpu_ratio']), resolution: 'minute' });
      for (let time = 0; time < 2; time++) {
        expect((await minutes('m-1')).map(({ mean }) => mean)).toEqual([0.75, 0.75, 0.75]);
        expect((await minutes('m-2')).map(({ mean }) => mean)).toEqual([0.1, 0.1]);
        await history.tidy();
      }
    });

    test('raw readings go after 7 days and minutes after 90; hours and entries stay; late ones then only fill gaps', async () => {
      const history = await open();
      const facts = ['load.cpu_ratio'];
      const query = { subject: 'm-1', facts, from: T0 - DAY, to: T0 + 200 * DAY };
      const counts = async () => [
        (await history.raw(query)).length,
        (await history.series({ ...query, resolution: 'minute' })).length,
        (await history.series({ ...query, resolution: 'hour' })).length,
      ];
      const later = async (days: number, raw: readonly RawFrame[] = []) => {
        await history.append({ moment: moment(days * DAY), entries: [], raw });
        await history.tidy();
      };
      await history.append({
        moment: moment(),
        entries: [entry({})],
        raw: [frame('m-1', T0, { 'load.cpu_ratio': 0.5 })],
      });
      await later(6.9);
      expect(await counts()).toEqual([1, 2, 1]);
      await later(8);
      expect(await counts()).toEqual([0, 2, 1]);

      // A machine that was off for a week brings what it had: one reading in a known minute, one in an empty one.
      const late = [0, 10].map((minute) =>
        frame('m-1', T0 + minute * 60_000 + 9_000, { 'load.cpu_ratio': minute }, true),
      );
      await later(8, late);
      const minutes = await history.series({ ...query, resolution: 'minute' });
      expect(minutes.map(({ at, mean }) => [(at - T0) / 60_000, mean])).toEqual([
        [0, 0.5],
        [1, 0.5],
        [10, 10],
        [11, 10],
      ]);
      const [hour] = await history.series({ ...query, resolution: 'hour' });
      expect(hour).toEqual({ at: T0, fact: 'load.cpu_ratio', min: 0, mean: 5.25, max: 10 });
      expect(await counts()).toEqual([0, 4, 1]);

      await later(92);
      expect(await counts()).toEqual([0, 0, 1]);
      // The record is kept for three years at least, and until an evaluation closes: nothing takes an entry away.
      await later(1_500);
      expect(await counts()).toEqual([0, 0, 1]);
      expect((await history.entries({})).rows).toHaveLength(1);
    });

    test('a wall clock that jumps does not throw readings away', async () => {
      const history = await open();
      await history.append({ moment: moment(), entries: [], raw: [frame('m-1', T0, { 'load.cpu_ratio': 0.5 })] });
      const jumped = { wall: T0 + 400 * DAY, monotonic: 2 * HOUR };
      await history.append({ moment: jumped, entries: [] });
      await history.tidy();
      expect(await history.raw(span('m-1', ['load.cpu_ratio']))).toHaveLength(1);
    });

    test('a backup made while the record is written opens by itself, chains, and misses nothing from before', async () => {
      const history = await open();
      const append = (index: number) =>
        history.append({
          moment: moment(index),
          entries: Array.from({ length: 20 }, () => entry({ body: { index, pad: 'x'.repeat(2_000) } })),
          keep: [{ kind: 'last', id: 'index', value: index }],
          judgedTo: index,
        });
      for (let index = 1; index <= 100; index++) await append(index);
      let index = 100;
      const done = new AbortController();
      const writing = (async () => {
        while (!done.signal.aborted) await append(++index);
      })();
      const path = join(folder, 'copy.db');
      await history.backup(path);
      done.abort();
      await writing;
      await expect(history.backup(path)).rejects.toMatchObject({ name: 'HistoryRefused', code: 'bad' });

      const copy = await store.openBackup(path, folder);
      opened.push(copy);
      const restored = await copy.restore();
      expect(restored.judgedTo).toBeGreaterThanOrEqual(100);
      expect(restored.judgedTo).toBeLessThanOrEqual(index);
      expect(restored.lastEntry).toBe(restored.judgedTo * 20);
      expect(restored.kept.get('last')?.get('index')).toBe(restored.judgedTo);
      const entries = await allEntries(copy);
      expect(entries).toHaveLength(restored.lastEntry);
      expect(verifyChain(entries.map(lineOf))).toBeNull();
      await copy.append({ moment: moment(), entries: [entry({})], judgedTo: restored.judgedTo + 1 });
    }, 60_000);

    test('kill -9 in the midst of appending, ten times: no promised batch is lost and none is there in part', async () => {
      let promised = 0;
      for (let run = 0; run < 10; run++) {
        const last = await appendUntilKilled(module, place, 10 + run * 23);
        promised = Math.max(promised, last);
        const history = await store.open(place);
        const { kept, judgedTo, lastEntry } = await history.restore();
        expect(judgedTo).toBeGreaterThanOrEqual(promised);
        expect(lastEntry).toBe(judgedTo * 5);
        expect(kept.get('loop')).toEqual(new Map([0, 1, 2].map((id) => [`${id}`, judgedTo])));
        await history.close();
      }
      expect(promised).toBeGreaterThan(30);
      const history = await open();
      const entries = await allEntries(history);
      const points = await history.raw({ subject: 'm-1', facts: ['load.cpu_ratio'], from: T0, to: T0 + HOUR });
      expect(points.map(({ value }) => value)).toEqual(points.map((_, index) => index + 1));
      expect(points.length * 5).toBe(entries.length);
      expect(entries.map(({ body }) => body['batch'])).toEqual(entries.map((_, index) => Math.floor(index / 5) + 1));
      expect(verifyChain(entries.map(lineOf))).toBeNull();
    }, 90_000);
  });
}

const KINDS: readonly EntryKind[] = ['verdict', 'incident', 'machine'];

function moment(ms = 0): { wall: number; monotonic: number } {
  return { wall: T0 + ms, monotonic: ms };
}

function entry(draft: Partial<EntryDraft>): EntryDraft {
  const body = { state: 'holds', before: null };
  return { at: T0, monotonic: 0.125, kind: 'verdict', subject: 'm-1', rule: 'cpu', late: false, body, ...draft };
}

function frame(machine: string, at: number, facts: Readonly<Record<string, unknown>>, late = false): RawFrame {
  return { machine, at, late, facts: { [machine]: facts } };
}

function span(subject: string, facts: readonly string[]) {
  return { subject, facts, from: T0 - DAY, to: T0 + 30 * DAY };
}

/** What the contract says a query gives, the slow way. */
function matching(all: readonly Entry[], query: EntryQuery): Entry[] {
  const { kinds, subject, rule, from = -Infinity, to = Infinity, newestFirst } = query;
  const found = all.filter(
    (entry) =>
      (!kinds || kinds.includes(entry.kind)) &&
      (subject === undefined || entry.subject === subject) &&
      (rule === undefined || entry.rule === rule) &&
      entry.at >= from &&
      entry.at < to,
  );
  return newestFirst ? found.reverse() : found;
}

async function allEntries(history: History): Promise<Entry[]> {
  const entries: Entry[] = [];
  for (let after: number | null = 0; after !== null;) {
    const page: Awaited<ReturnType<History['entries']>> = await history.entries({ after, limit: 1_000 });
    entries.push(...page.rows);
    after = page.next;
  }
  return entries;
}

/** A real process appends batches; it is killed this long after its first promise. Returns the last batch it was promised. */
async function appendUntilKilled(module: string, place: string, afterMs: number): Promise<number> {
  const script = join(import.meta.dirname, 'history-child.ts');
  const child = spawn(process.execPath, [script, module, place, `${T0}`], { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  await once(child.stdout, 'data');
  setTimeout(() => child.kill('SIGKILL'), afterMs);
  await once(child, 'close');
  return Number(said.trimEnd().split('\n').at(-1));
}
