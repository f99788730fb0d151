import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { truncateSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assert, asyncProperty, array, integer, nat, record, string } from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import { openJournal, type Journal, type JournalOptions, type Recorded } from '../../../collector/history/journal.ts';
import { Unusable, JournalRefused } from '../../../collector/history/refused.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'xunkao-journal-'));
  cleanups.push(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

async function journalIn(dir: string, options?: JournalOptions): Promise<Journal> {
  const journal = await openJournal(dir, options);
  cleanups.push(() => journal.close());
  return journal;
}

async function replayed(journal: Journal, fromN = 1): Promise<Recorded[]> {
  const records: Recorded[] = [];
  for await (const recorded of journal.replay(fromN)) records.push(recorded);
  return records;
}

const numbered = (texts: readonly string[], first = 1) => texts.map((text, index) => ({ n: first + index, text }));

test('records are numbered from 1, over segments and over restarts, and read back from any of them', async () => {
  const dir = folder();
  const texts = Array.from({ length: 40 }, (_, i) => `{"i":${i},"名":"${'巡考'.repeat(i)}"}`);
  const first = await journalIn(dir, { segmentBytes: 500 });
  for (const [index, text] of texts.slice(0, 25).entries()) expect(await first.append(text)).toBe(index + 1);
  await first.close();

  const second = await journalIn(dir, { segmentBytes: 500 });
  expect(second.last()).toBe(25);
  expect(second.torn).toBeNull();
  for (const text of texts.slice(25)) await second.append(text);
  expect(await replayed(second)).toEqual(numbered(texts));
  expect(await replayed(second, 17)).toEqual(numbered(texts.slice(16), 17));
  expect(await replayed(second, 41)).toEqual([]);
  expect(readdirSync(dir).length).toBeGreaterThan(5);
});

test('texts given at once are all kept in their order', async () => {
  const journal = await journalIn(folder(), { segmentBytes: 10_000 });
  const texts = Array.from({ length: 500 }, (_, i) => `${i}`.repeat(i % 50));
  expect(await Promise.all(texts.map((text) => journal.append(text)))).toEqual(texts.map((_, i) => i + 1));
  expect(await replayed(journal)).toEqual(numbered(texts));
});

test('cut deletes the segments that hold nothing later, never the newest, and the numbers go on', async () => {
  const dir = folder();
  const journal = await journalIn(dir, { segmentBytes: 200 });
  for (let i = 1; i <= 20; i++) await journal.append(`${i}`.padStart(60, '.'));
  const before = journal.bytes();
  await journal.cut(9);
  const [oldest] = await replayed(journal);
  expect(oldest!.n).toBeGreaterThan(1);
  expect(oldest!.n).toBeLessThanOrEqual(10);
  expect(journal.bytes()).toBeLessThan(before);
  await journal.cut(1_000_000);
  expect(readdirSync(dir)).toHaveLength(1);
  expect(journal.bytes()).toBe(readdirSync(dir).reduce((sum, name) => sum + statSync(join(dir, name)).size, 0));
  await journal.close();
  expect(await (await journalIn(dir)).append('next')).toBe(21);
});

test('a journal that ends before what the record reflects goes on after it', async () => {
  const dir = folder();
  const old = await journalIn(dir);
  for (const text of ['a', 'b']) await old.append(text);
  await old.close();

  const ahead = await journalIn(dir, { after: 100 });
  expect(ahead.last()).toBe(100);
  await ahead.close();

  const again = await journalIn(dir, { after: 100 });
  expect(await again.append('c')).toBe(101);
  await again.close();
  const reopened = await journalIn(dir, { after: 50 });
  expect(await reopened.append('d')).toBe(102);
  expect((await replayed(reopened)).map(({ n }) => n)).toEqual([1, 2, 101, 102]);
});

test('files are readable by their owner only', async () => {
  const dir = folder();
  await (await journalIn(join(dir, 'journal'))).append('x');
  expect(statSync(join(dir, 'journal')).mode & 0o777).toBe(0o700);
  for (const name of readdirSync(join(dir, 'journal'))) {
    expect(statSync(join(dir, 'journal', name)).mode & 0o777).toBe(0o600);
  }
});

test('after close an append is refused by name and what was given before is kept', async () => {
  const dir = folder();
  const journal = await journalIn(dir);
  const given = journal.append('before');
  await Promise.all([journal.close(), given]);
  await expect(journal.append('after')).rejects.toMatchObject({ name: 'JournalRefused', code: 'closed' });
  expect(await replayed(await journalIn(dir))).toEqual([{ n: 1, text: 'before' }]);
});

test('a disk that is slower than what comes is refused by name, with a bounded queue', async () => {
  const journal = await journalIn(folder());
  const given = Array.from({ length: 10_500 }, (_, i) => journal.append(`${i}`));
  const results = await Promise.allSettled(given);
  const refused = results.filter((result) => result.status === 'rejected');
  expect(refused.length).toBeGreaterThan(0);
  expect(refused[0]!.reason).toMatchObject({ name: 'JournalRefused', code: 'busy' });
  expect(await replayed(journal)).toHaveLength(results.length - refused.length);
});

test('an end that was only half-written is cut off and said, and appending goes on there', async () => {
  const dir = folder();
  const journal = await journalIn(dir);
  for (const text of ['one', 'two', 'three']) await journal.append(text);
  await journal.close();
  const file = join(dir, readdirSync(dir)[0]!);
  const whole = statSync(file).size;
  truncateSync(file, whole - 2);

  const reopened = await journalIn(dir);
  expect(reopened.torn).toEqual({ file, offset: whole - 25, bytes: 23 });
  expect(await reopened.append('drei')).toBe(3);
  expect(await replayed(reopened)).toEqual(numbered(['one', 'two', 'drei']));
});

test('a last segment without a whole head is as if it had never been begun', async () => {
  const dir = folder();
  const journal = await journalIn(dir, { segmentBytes: 10 });
  for (const text of ['one', 'two']) await journal.append(text);
  await journal.close();
  writeFileSync(join(dir, `${'3'.padStart(16, '0')}.journal`), 'XKJOUR');

  const reopened = await journalIn(dir);
  expect(reopened.torn?.bytes).toBe(6);
  expect(await reopened.append('three')).toBe(3);
  expect(await replayed(reopened)).toEqual(numbered(['one', 'two', 'three']));
});

test('a damaged record with synced ones after it stops with the name of the file and the byte', async () => {
  const dir = folder();
  const journal = await journalIn(dir);
  for (const text of ['one', 'two', 'three']) await journal.append(text);
  await journal.close();
  const file = join(dir, readdirSync(dir)[0]!);
  flip(file, 28 + 23 + 21);
  await expect(openJournal(dir)).rejects.toThrow(Unusable);
  await expect(openJournal(dir)).rejects.toThrow(`${file}: record 2, at byte 51, is damaged`);
  await expect(openJournal(dir)).rejects.toMatchObject({
    words: { zh: expect.stringContaining(`${file}：第 2 条（第 51 字节处）已损坏`) },
  });
});

test('a damaged older segment stops the replay that needs it, and only that', async () => {
  const dir = folder();
  const journal = await journalIn(dir, { segmentBytes: 100 });
  for (let i = 1; i <= 9; i++) await journal.append('.'.repeat(80));
  const [oldest, second] = readdirSync(dir).sort();
  flip(join(dir, second!), 60);
  expect((await replayed(journal, 4)).map(({ n }) => n)).toEqual([4, 5, 6, 7, 8, 9]);
  await expect(replayed(journal)).rejects.toThrow(`${second}: record 2, at byte 28, is damaged`);
  rmSync(join(dir, second!));
  await journal.close();
  const reopened = await journalIn(dir);
  await expect(replayed(reopened)).rejects.toThrow('the records 2 to 2 before it are missing');
  expect(existsSync(join(dir, oldest!))).toBe(true);
});

test('whatever byte is cut or flipped, replay gives a prefix or stops, and never a wrong record', async () => {
  await assert(
    asyncProperty(
      array(array(string({ unit: 'binary', maxLength: 40 }), { minLength: 1, maxLength: 4 }), {
        minLength: 1,
        maxLength: 6,
      }),
      integer({ min: 30, max: 400 }),
      record({ file: nat(), at: nat(), bit: nat(7), cut: nat(2) }),
      async (rounds, segmentBytes, harm) => {
        const dir = folder();
        const journal = await openJournal(dir, { segmentBytes });
        for (const texts of rounds) await Promise.all(texts.map((text) => journal.append(text)));
        const written = await replayed(journal);
        await journal.close();
        const names = readdirSync(dir).sort();
        const file = join(dir, names[harm.file % names.length]!);
        const at = harm.at % statSync(file).size;
        if (harm.cut === 0) truncateSync(file, at);
        else flip(file, at, harm.bit);

        const { records, stopped } = await readAll(dir);
        expect(written.slice(0, records.length)).toEqual(records);
        // A loss without a stop can only be the last segment's end, which looks as if it had never been synced.
        const isQuietLoss = !stopped && records.length < written.length;
        expect(isQuietLoss && file !== join(dir, names.at(-1)!)).toBe(false);
      },
    ),
    { numRuns: 300 },
  );
});

async function readAll(dir: string): Promise<{ records: Recorded[]; stopped: boolean }> {
  const records: Recorded[] = [];
  try {
    const journal = await openJournal(dir);
    try {
      for await (const recorded of journal.replay(1)) records.push(recorded);
    } finally {
      await journal.close();
    }
    return { records, stopped: false };
  } catch (error) {
    if (!(error instanceof Unusable)) throw error;
    return { records, stopped: true };
  }
}

test('kill -9 in the midst of appending, ten times: nothing that was promised is lost or changed', async () => {
  const dir = folder();
  const promised = new Map<number, string>();
  for (let run = 0; run < 10; run++) {
    const child = spawn(process.execPath, [join(import.meta.dirname, 'journal-child.ts'), dir, `${run}`], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    await once(child.stdout, 'data');
    setTimeout(() => child.kill('SIGKILL'), 20 + run * 17);
    await once(child, 'close');
    for (const line of said.split('\n').slice(0, -1)) {
      const [n, ...rest] = line.split(' ');
      promised.set(Number(n), rest.join(' '));
    }
  }
  const journal = await journalIn(dir);
  const records = await replayed(journal);
  expect(promised.size).toBeGreaterThan(50);
  expect(records.map(({ n }) => n)).toEqual(records.map((_, index) => index + 1));
  expect(records.length).toBeGreaterThanOrEqual(Math.max(...promised.keys()));
  for (const [n, what] of promised) {
    const { run, i, pad } = JSON.parse(records[n - 1]!.text) as { run: number; i: number; pad: string };
    expect(`${run} ${i}`).toBe(what);
    expect(pad).toHaveLength((i * 7919) % 3000);
  }
});

const canMount = process.platform === 'linux' && process.getuid?.() === 0;

test.runIf(canMount)(
  'a full disk refuses by name, keeps what it promised and works again when space returns',
  async () => {
    const dir = folder();
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', dir]);
    cleanups.push(() => execFileSync('umount', [dir]));
    writeFileSync(join(dir, 'ballast'), Buffer.alloc(100 * 1024));
    const journal = await journalIn(join(dir, 'journal'), { segmentBytes: 50_000 });
    const kept: string[] = [];
    const numbers: number[] = [];
    const refused: unknown[] = [];
    for (let i = 0; i < 60; i++) {
      const text = `${i}`.padEnd(7_000, '.');
      try {
        numbers.push(await journal.append(text));
        kept.push(text);
      } catch (error) {
        refused.push(error);
      }
    }
    expect(kept.length).toBeGreaterThan(5);
    expect(numbers).toEqual(kept.map((_, index) => index + 1));
    expect(refused.length).toBeGreaterThan(5);
    for (const error of refused) expect(error).toBeInstanceOf(JournalRefused);
    expect(refused[0]).toMatchObject({ code: 'full' });
    expect(await replayed(journal)).toEqual(numbered(kept));

    rmSync(join(dir, 'ballast'));
    kept.push('space again');
    expect(await journal.append('space again')).toBe(kept.length);
    await journal.close();
    const reopened = await journalIn(join(dir, 'journal'));
    expect(reopened.torn).toBeNull();
    expect(await replayed(reopened)).toEqual(numbered(kept));
  },
);

function flip(file: string, at: number, bit = 0): void {
  const handle = openSync(file, 'r+');
  writeSync(handle, Buffer.from([readFileSync(file)[at]! ^ (1 << bit)]), 0, 1, at);
  closeSync(handle);
}
