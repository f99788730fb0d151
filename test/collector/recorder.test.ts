import { pino } from 'pino';
import { expect, test } from 'vitest';
import { manualClock } from '../../collector/clock.ts';
import type { Effects } from '../../collector/beat.ts';
import type { Arrival } from '../../collector/gateway/arrival.ts';
import { hashOf } from '../../collector/history/blocks.ts';
import type { Batch, EntryDraft, History } from '../../collector/history/history.ts';
import type { Journal } from '../../collector/history/journal.ts';
import { HistoryRefused } from '../../collector/history/refused.ts';
import { beatJson, createRecorder } from '../../collector/recorder.ts';
import { frame, presence, testSite } from '../fixtures/site.ts';

/** A disk that can be told to refuse; the real journal and record have tests of their own. */
function disk() {
  const done: string[] = [];
  const batches: Batch[] = [];
  const site = testSite();
  const switches = { journal: true, history: true, bad: false };
  let n = 0;
  const journal = {
    append: async () => {
      if (!switches.journal) throw new Error('ENOSPC');
      done.push(`journal ${n + 1}`);
      return (n += 1);
    },
    last: () => 0,
    cut: async (to: number) => void done.push(`cut ${to}`),
    close: async () => undefined,
  } as unknown as Journal;
  const history = {
    append: async (batch: Batch) => {
      if (!switches.history) throw new Error('ENOSPC');
      if (switches.bad) throw new HistoryRefused('bad', 'a function cannot be stored');
      batches.push(batch);
      done.push(`record ${batch.entries.length}`);
    },
    close: async () => undefined,
  } as unknown as History;
  const settled: Arrival[] = [];
  const dropped: Arrival[] = [];
  const recorder = createRecorder({
    journal,
    history,
    clock: manualClock(),
    log: pino({ level: 'silent' }),
    settle: (arrivals) => {
      done.push('acknowledged');
      settled.push(...arrivals);
    },
    drop: (arrivals) => dropped.push(...arrivals),
    fatal: () => undefined,
  });
  const effects = (entries: readonly EntryDraft[] = []): Effects => ({
    now: site.clock.now(),
    changes: [],
    incidents: [],
    entries,
    keep: [],
    readings: [],
    moved: new Set(),
  });
  const said = (size = 10): Arrival => frame(site, 'm-1', { '': { 'network.address': 'x'.repeat(size) } });
  return { done, batches, switches, settled, dropped, recorder, effects, said };
}

/** Whose the readings of a batch are, in their order. */
const hashesOf = ({ lines }: Batch): number[] => lines!.chunks.flatMap(({ hashes }) => hashes);

const ENTRY: EntryDraft = { at: 0, monotonic: 0, kind: 'verdict', subject: 'm-1', rule: 'os', late: false, body: {} };

test('frames are acknowledged after the journal has them and before the record has their effects', async () => {
  const { recorder, done, effects, said } = disk();
  recorder.record([said()], effects([ENTRY]));
  await recorder.idle();
  expect(done).toEqual(['journal 1', 'acknowledged', 'record 1']);
});

test('a disk that refuses stops acknowledging, says since when, and goes on in order when it takes again', async () => {
  const { recorder, done, effects, said, switches, settled } = disk();
  switches.journal = false;
  recorder.record([said()], effects([ENTRY]));
  recorder.record([said()], effects());
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(settled).toEqual([]);
  expect(recorder.refusingSince()).not.toBeNull();
  switches.journal = true;
  await recorder.idle();
  expect(done).toEqual(['journal 1', 'acknowledged', 'record 1', 'journal 2', 'acknowledged']);
  expect(recorder.refusingSince()).toBeNull();
});

test('what waits for a refusing disk is bounded; the rest stays with the agents', async () => {
  const { recorder, effects, said, switches, dropped, settled } = disk();
  switches.journal = false;
  const large = said(8 * 1024 * 1024);
  for (let i = 0; i < 12; i += 1) recorder.record([large], effects());
  expect(dropped.length).toBeGreaterThanOrEqual(4);
  switches.journal = true;
  await recorder.idle();
  expect(settled.length + dropped.length).toBe(12);
});

test('one beat is kept whatever its size: everybody may come back at once', async () => {
  const { recorder, effects, said, dropped, settled } = disk();
  recorder.record([said(70 * 1024 * 1024)], effects());
  await recorder.idle();
  expect([settled.length, dropped.length]).toEqual([1, 0]);
});

test('what the collector says of rooms and the site is kept with the readings of machines', async () => {
  const { recorder, effects, said, batches } = disk();
  const readings = [{ owner: 'room:A', at: 0, text: '{}' }];
  recorder.record([said()], { ...effects(), readings });
  recorder.record([], { ...effects(), readings });
  await recorder.idle();
  recorder.flushRaw({ wall: 1, monotonic: 1 });
  await recorder.idle();
  expect(hashesOf(batches.at(-1)!)).toEqual(['m-1', 'room:A', 'room:A'].map(hashOf));
});

test('a checkpoint carries the readings so far and lets the journal be cut only after it is kept', async () => {
  const { recorder, done, effects, said, batches } = disk();
  recorder.record([said()], effects());
  recorder.record([said()], effects());
  recorder.checkpoint({ wall: 1, monotonic: 1 }, () => [{ kind: 'state', id: 'm-1', value: {} }]);
  await recorder.idle();
  expect(done.slice(-2)).toEqual(['record 0', 'cut 2']);
  expect(batches.at(-1)).toMatchObject({ judgedTo: 2, stateTo: 2 });
  expect(hashesOf(batches.at(-1)!)).toEqual(['m-1', 'm-1'].map(hashOf));
});

test('frames that the gateway could not remember are judged, and neither kept nor acknowledged', async () => {
  const { recorder, done, effects, said } = disk();
  recorder.record([{ ...said(), unkept: true } as Arrival], effects());
  await recorder.idle();
  expect(done).toEqual([]);
});

test('what can never be kept is let go, and what comes after it is kept', async () => {
  const { recorder, batches, effects, switches, done } = disk();
  switches.bad = true;
  recorder.record([], effects([ENTRY]));
  await recorder.idle();
  switches.bad = false;
  recorder.record([], effects([ENTRY, ENTRY]));
  await recorder.idle();
  expect([batches.length, done]).toEqual([1, ['record 2']]);
});

test('what can never be kept takes up no room of what comes later', async () => {
  const { recorder, effects, switches, said, dropped } = disk();
  switches.bad = true;
  for (let i = 0; i < 12; i += 1) {
    recorder.record([said(8 * 1024 * 1024)], effects([ENTRY]));
    await recorder.idle();
  }
  expect(dropped).toEqual([]);
});

test('frames beyond what may wait are sent again; what they changed is written once the disk takes', async () => {
  const { recorder, effects, said, switches, dropped, batches } = disk();
  switches.journal = false;
  for (let i = 0; i < 12; i += 1) recorder.record([said(8 * 1024 * 1024)], effects([ENTRY]));
  expect(dropped.length).toBeGreaterThan(0);
  switches.journal = true;
  await recorder.idle();
  expect(batches.flatMap(({ entries }) => entries)).toHaveLength(12);
});

test('entries beyond what may wait are lost, and the record says how many', async () => {
  const { recorder, effects, switches, batches } = disk();
  switches.history = false;
  const many = Array.from({ length: 60_000 }, () => ENTRY);
  for (let i = 0; i < 4; i += 1) recorder.record([], effects(many));
  switches.history = true;
  await recorder.idle();
  recorder.record([], effects([ENTRY]));
  await recorder.idle();
  expect(batches.map(({ entries }) => entries.length)).toEqual([60_000, 60_000, 2]);
  expect(batches.at(-1)?.entries[0]).toMatchObject({
    kind: 'collector',
    body: { change: 'entries-lost', entries: 120_000 },
  });
});

test('no snapshots pile up before a disk that refuses', async () => {
  const { recorder, switches, batches } = disk();
  switches.history = false;
  let taken = 0;
  const snapshots = () => [{ kind: 'state', id: 'm-1', value: (taken += 1) }];
  for (let i = 0; i < 60; i += 1) recorder.checkpoint({ wall: i, monotonic: i }, snapshots);
  expect(taken).toBe(2);
  switches.history = true;
  await recorder.idle();
  recorder.checkpoint({ wall: 1, monotonic: 1 }, snapshots);
  await recorder.idle();
  expect([taken, batches.length]).toEqual([3, 3]);
});

test('a beat is journaled with the frames as they came, and reads like one that was written anew', () => {
  const site = testSite();
  const now = site.clock.now();
  const read = frame(site, 'm-1', { 'nic:以太网': { 'network.up': true } });
  // Numbers and blanks as another writer of JSON would have them.
  const json = Buffer.from(JSON.stringify(read.frame).replace('"seq":', '"seq": ').replace('true', ' true'));
  const arrivals = [presence(site, 'm-1', true), { ...read, json }, frame(site, 'm-2', {}, { lane: 'backlog' })];
  const written = Buffer.from(beatJson(now, arrivals)).toString('utf8');
  expect(written).toContain(json.toString('utf8'));
  expect(JSON.parse(written)).toEqual({ now, arrivals: [arrivals[0], read, arrivals[2]] });
});
