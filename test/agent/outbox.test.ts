import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { manualClock, type ManualClock } from '../../agent/clock.ts';
import type { MadeFrame } from '../../agent/frame.ts';
import type { Frame, Ranges } from '../../agent/messages.ts';
import { Outbox, OUTBOX_LIMITS, type OutboxLimits } from '../../agent/outbox.ts';
import { own } from '../../agent/own.ts';
import { withSeq } from '../../agent/ranges.ts';
import { pause, until } from '../fixtures/fakeCollector.ts';

const OWNER = { key: 'k'.repeat(32), fingerprint: 'f'.repeat(32) };
const STREAM_A = 'stream-a-00000000';
const STREAM_B = 'stream-b-00000000';
let dir = '';
let clock: ManualClock;
let lines: string[] = [];
const opened: Outbox[] = [];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'xunkao-outbox-'));
  clock = manualClock();
  lines = [];
});
afterEach(async () => {
  for (const outbox of opened.splice(0)) await outbox.close();
  rmSync(dir, { recursive: true, force: true });
});

interface Setting {
  readonly stream?: string;
  readonly owner?: typeof OWNER;
  readonly limits?: Partial<OutboxLimits>;
  readonly dir?: string | null;
}

async function open({
  stream = STREAM_A,
  owner = OWNER,
  limits = {},
  dir: where = dir,
}: Setting = {}): Promise<Outbox> {
  const outbox = new Outbox({ dir: where, clock, stream, owner: () => owner, log: (line) => lines.push(line), limits });
  await outbox.open();
  opened.push(outbox);
  return outbox;
}

function made(seq: number, { stream = STREAM_A, bytes = 0, dropped = 0 } = {}): MadeFrame {
  const facts = { '': { 'some.text': 'x'.repeat(bytes) } };
  const { wall, monotonic } = clock.now();
  const base = { type: 'frame', lane: 'live', stream, seq, at: wall, monotonic, asked: {}, facts } as const;
  const frame: Frame = dropped > 0 ? { ...base, dropped } : base;
  return { frame, text: JSON.stringify(frame) };
}

const files = (): string[] => (existsSync(join(dir, 'outbox')) ? readdirSync(join(dir, 'outbox')).sort() : []);
const lineCount = (): number =>
  files().reduce((sum, file) => sum + readFileSync(join(dir, 'outbox', file), 'utf8').split('\n').length - 1, 0);

/** Everything that is queued, in the order in which it would be sent. */
async function drain(outbox: Outbox): Promise<string[]> {
  const sent = new Map<string, Ranges>();
  const order: string[] = [];
  for (;;) {
    const next = await outbox.next((stream) => sent.get(stream) ?? []);
    if (!next) return order;
    const { stream, seq } = next.frame;
    sent.set(stream, withSeq(sent.get(stream) ?? [], seq));
    order.push(`${stream === STREAM_A ? 'a' : 'b'}${seq}`);
  }
}

const seqs = (from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, step) => `a${from + step}`);

describe('the outbox', () => {
  it('keeps frames in memory while the link is up and answers within a second', async () => {
    const outbox = await open();
    outbox.linkUp();
    for (let seq = 1; seq <= 20; seq++) {
      outbox.add(made(seq));
      clock.advance(900);
      await pause(0);
      outbox.settle(STREAM_A, [[seq, seq]]);
    }
    clock.advance(5_000);
    await pause(20);
    expect(files()).toEqual([]);
    expect(outbox.frames).toBe(0);
  });

  it('puts a frame on disk that had no answer for a second, and deletes the file once it has', async () => {
    const outbox = await open();
    outbox.linkUp();
    outbox.add(made(1));
    clock.advance(999);
    await pause(20);
    expect(files()).toEqual([]);
    clock.advance(1);
    await until('it is on disk', () => lineCount() === 1);
    outbox.add(made(2));
    outbox.settle(STREAM_A, [[1, 2]]);
    await until('the file is gone', () => files().length === 0);
    expect(outbox.frames).toBe(0);
  });

  it('does not wait for a disk that an answer made needless', async () => {
    const outbox = await open();
    let waits = 0;
    const plain = { ...clock };
    clock.after = (ms, act) => {
      const cancel = plain.after(ms, act);
      waits += 1;
      return () => {
        waits -= 1;
        cancel();
      };
    };
    outbox.linkUp();
    outbox.add(made(1));
    expect(waits).toBe(1);
    outbox.settle(STREAM_A, [[1, 1]]);
    expect(waits).toBe(0);
    outbox.add(made(2));
    clock.advance(1_000);
    await until('the next one is on disk', () => lineCount() === 1);
  });

  it('puts frames on disk as soon as the link is down, readable by its owner only', async () => {
    const outbox = await open();
    outbox.linkUp();
    outbox.add(made(1));
    outbox.linkDown();
    outbox.add(made(2));
    await until('both are on disk', () => lineCount() === 2);
    if (process.platform === 'win32') return;
    expect(statSync(join(dir, 'outbox')).mode & 0o777).toBe(0o700);
    expect(statSync(join(dir, 'outbox', files()[0]!)).mode & 0o777).toBe(0o600);
  });

  it('gives a later process what an earlier one left, in order, without closing first', async () => {
    const first = await open();
    for (let seq = 1; seq <= 300; seq++) first.add(made(seq, { bytes: 5_000 }));
    await until('they are on disk', () => lineCount() === 300);
    expect(files().length).toBeGreaterThan(1);
    const second = await open({ stream: STREAM_B });
    second.add(made(1, { stream: STREAM_B }));
    expect(second.queued()).toEqual([
      { stream: STREAM_A, from: 1, to: 300 },
      { stream: STREAM_B, from: 1, to: 1 },
    ]);
    expect(await drain(second)).toEqual([...seqs(1, 300), 'b1']);
  });

  it('ignores a last line that was torn, and lines that are no frames', async () => {
    const first = await open();
    for (let seq = 1; seq <= 3; seq++) first.add(made(seq));
    await until('they are on disk', () => lineCount() === 3);
    const path = join(dir, 'outbox', files()[0]!);
    const torn = readFileSync(path, 'utf8').split('\n')[0]!.slice(0, 80);
    appendFileSync(path, `{"nonsense":true}\nnot json\n${torn}`);
    const second = await open({ stream: STREAM_B });
    expect(second.frames).toBe(3);
    expect(await drain(second)).toEqual(seqs(1, 3));
  });

  it('discards and counts frames of another key or of other hardware', async () => {
    const first = await open();
    for (let seq = 1; seq <= 4; seq++) first.add(made(seq));
    await until('they are on disk', () => lineCount() === 4);
    await first.close();
    const clone = await open({ stream: STREAM_B, owner: { ...OWNER, fingerprint: 'e'.repeat(32) } });
    expect(clone.foreign).toBe(4);
    expect(clone.frames).toBe(0);
    expect(lines).toContain('outbox: 4 frames of another machine discarded');
    await until('the file is gone', () => files().length === 0);
  });

  it('keeps only what is not settled, over any gaps', async () => {
    const outbox = await open();
    for (let seq = 1; seq <= 10; seq++) outbox.add(made(seq));
    await until('they are on disk', () => lineCount() === 10);
    outbox.settle(STREAM_A, [
      [2, 3],
      [5, 8],
    ]);
    outbox.settle('somebody-else-0000', [[1, 100]]);
    expect(await drain(outbox)).toEqual(['a1', 'a4', 'a9', 'a10']);
    expect(outbox.queued()).toEqual([{ stream: STREAM_A, from: 1, to: 10 }]);
  });

  it('sends its own frames under the key it has now, those of earlier processes as they were written', async () => {
    const before = await open({ stream: STREAM_B });
    before.add(made(1, { stream: STREAM_B }));
    await until('it is on disk', () => lineCount() === 1);
    let owner = OWNER;
    const outbox = new Outbox({ dir, clock, stream: STREAM_A, owner: () => owner, log: () => undefined });
    opened.push(outbox);
    await outbox.open();
    outbox.add(made(1));
    await until('both are on disk', () => lineCount() === 2);
    owner = { ...OWNER, key: 'n'.repeat(32) };
    expect((await outbox.next(() => []))?.owner).toEqual(OWNER);
    expect((await outbox.next((stream) => (stream === STREAM_B ? [[1, 1]] : [])))?.owner).toEqual(owner);
    outbox.disown();
    expect(outbox.foreign).toBe(1);
    expect(await drain(outbox)).toEqual(['a1']);
  });

  it('lets two processes share a folder: neither loses or repeats a frame of its own', async () => {
    const one = await open();
    one.add(made(1));
    await until('it is on disk', () => lineCount() === 1);
    const two = await open({ stream: STREAM_B });
    one.add(made(2));
    two.add(made(1, { stream: STREAM_B }));
    await until('all are on disk', () => lineCount() === 3);
    expect(await drain(one)).toEqual(['a1', 'a2']);
    // It settles all it saw of the other's file; what came later is found before the file would be deleted.
    two.settle(STREAM_A, [[1, 1]]);
    await until('the rest is found', () => two.frames === 2);
    expect(await drain(two)).toEqual(['a2', 'b1']);
  });

  it('counts what somebody deleted from under it as lost', async () => {
    const outbox = await open();
    for (let seq = 1; seq <= 3; seq++) outbox.add(made(seq));
    await until('they are on disk', () => lineCount() === 3);
    rmSync(join(dir, 'outbox', files()[0]!));
    expect(await drain(outbox)).toEqual([]);
    expect(outbox.takeDropped()).toBe(3);
    outbox.add(made(4));
    await until('a new file is begun', () => files().length === 1);
    expect(await drain(outbox)).toEqual(['a4']);
  });

  it('shows its frames in the gauge of the process, and none after its end', async () => {
    const before = own.outboxFrames;
    const outbox = await open();
    for (let seq = 1; seq <= 5; seq++) outbox.add(made(seq));
    expect(own.outboxFrames - before).toBe(5);
    await until('they are on disk', () => lineCount() === 5);
    expect(own.outboxFrames - before).toBe(5);
    outbox.settle(STREAM_A, [[1, 2]]);
    expect(own.outboxFrames - before).toBe(3);
    await outbox.close();
    expect(own.outboxFrames).toBe(before);
  });
});

describe('the limits of the outbox', () => {
  it('are 64 MiB and a day', () => {
    expect(OUTBOX_LIMITS).toMatchObject({ bytes: 64 * 1024 * 1024, ageMs: 86_400_000 });
  });

  it('drop the oldest when it is too large, count them, and keep the newest', async () => {
    const before = own.outboxDropped;
    const outbox = await open({ limits: { bytes: 100_000, segmentBytes: 10_000 } });
    for (let seq = 1; seq <= 60; seq++) {
      outbox.add(made(seq, { bytes: 3_000 }));
      await pause(2);
    }
    await until('the rest is small enough', () => readTotal() <= 100_000);
    const left = await drain(outbox);
    expect(left[left.length - 1]).toBe('a60');
    expect(left).toEqual(seqs(61 - left.length, 60));
    expect(left.length).toBeGreaterThan(20);
    const dropped = outbox.takeDropped();
    expect(dropped).toBe(60 - left.length);
    expect(own.outboxDropped - before).toBe(dropped);
    expect(outbox.takeDropped()).toBe(0);
  });

  const readTotal = (): number => files().reduce((sum, file) => sum + statSync(join(dir, 'outbox', file)).size, 0);

  it('count again what a lost frame was to tell as dropped', async () => {
    const before = own.outboxDropped;
    const outbox = await open({ dir: null, limits: { memoryBytes: 10_000 } });
    outbox.add(made(1, { bytes: 1_000, dropped: 7 }));
    for (let seq = 2; seq <= 10; seq++) outbox.add(made(seq, { bytes: 1_000 }));
    expect(outbox.takeDropped()).toBe(8 + 1);
    expect(own.outboxDropped - before).toBe(2);
    expect(await drain(outbox)).toEqual(seqs(3, 10));
  });

  it('drop what is older than a day, by the monotonic clock while the process runs', async () => {
    const outbox = await open({ limits: { segmentBytes: 1 } });
    outbox.add(made(1));
    await until('it is on disk', () => lineCount() === 1);
    clock.jump(30 * 86_400_000);
    outbox.add(made(2));
    await until('it is on disk', () => lineCount() === 2);
    expect(outbox.frames).toBe(2);
    clock.advance(OUTBOX_LIMITS.ageMs - 1_000);
    outbox.add(made(3));
    await until('it is on disk', () => lineCount() === 3);
    clock.advance(2_000);
    outbox.add(made(4));
    await until('the old ones are gone', () => lineCount() === 2);
    expect(await drain(outbox)).toEqual(['a3', 'a4']);
    expect(outbox.takeDropped()).toBe(2);
  });

  it('drop what an earlier process left more than a day ago', async () => {
    const first = await open();
    first.add(made(1));
    await until('it is on disk', () => lineCount() === 1);
    clock.advance(OUTBOX_LIMITS.ageMs + 1);
    const second = await open({ stream: STREAM_B });
    expect(second.frames).toBe(0);
    expect(second.takeDropped()).toBe(1);
  });
});

describe('a disk that refuses', () => {
  it('costs no exception: frames stay in memory, bounded and counted, and go to disk when it takes them again', async () => {
    writeFileSync(join(dir, 'outbox'), 'a file where the folder should be');
    const outbox = await open({ limits: { memoryBytes: 20_000 } });
    for (let seq = 1; seq <= 30; seq++) {
      outbox.add(made(seq, { bytes: 1_000 }));
      await pause(0);
    }
    const left = await drain(outbox);
    expect(left.length).toBeGreaterThan(10);
    expect(left).toEqual(seqs(31 - left.length, 30));
    expect(outbox.takeDropped()).toBe(30 - left.length);
    expect(lines.filter((line) => line.includes('the disk refuses them'))).toHaveLength(1);
    rmSync(join(dir, 'outbox'));
    clock.advance(OUTBOX_LIMITS.retryMs);
    await until('they are on disk', () => lineCount() === left.length);
    expect(lines[lines.length - 1]).toContain('outbox: the disk takes frames again');
    expect(await drain(outbox)).toEqual(left);
  });

  const isRoot = process.getuid?.() === 0 && process.platform === 'linux';
  it.skipIf(!isRoot)(
    'because it is full tears no line and loses nothing that memory can hold (needs root for a tmpfs)',
    async () => {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', dir]);
      try {
        const outbox = await open();
        for (let seq = 1; seq <= 200; seq++) {
          outbox.add(made(seq, { bytes: 3_000 }));
          if (seq % 5 === 0) await pause(1);
        }
        await until('the disk is full', () => lines.some((line) => line.includes('ENOSPC')));
        expect(outbox.frames).toBe(200);
        expect(await drain(outbox)).toEqual(seqs(1, 200));
        expect(outbox.takeDropped()).toBe(0);
        for (const file of files()) expect(readFileSync(join(dir, 'outbox', file), 'utf8')).toMatch(/\n$|^$/);
        outbox.settle(STREAM_A, [[1, 150]]);
        clock.advance(OUTBOX_LIMITS.retryMs);
        await until('the rest is on disk', () => lineCount() >= 50);
        expect(await drain(outbox)).toEqual(seqs(151, 200));
        await outbox.close();
      } finally {
        execFileSync('umount', ['-l', dir]);
      }
    },
  );
});
