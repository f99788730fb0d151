import { spawnSync } from 'node:child_process';
import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openReading } from '../../../collector/history/reading.ts';
import { openSqlite, RECORD_FILE } from '../../../collector/history/sqlite.ts';
import type { EntryDraft } from '../../../collector/history/history.ts';
import { temporaryFolder } from '../../fixtures/collector.ts';

const AT = Date.UTC(2026, 10, 26);

function entry(at: number, body: EntryDraft['body'], more: Partial<EntryDraft> = {}): EntryDraft {
  return { at, monotonic: at - AT, kind: 'session', subject: null, rule: null, late: false, body, ...more };
}

async function record(count: number) {
  const folder = temporaryFolder();
  const history = await openSqlite(folder, { site: 'nanjing-01', staleAfterSeconds: new Map() });
  const write = (entries: readonly EntryDraft[]): Promise<void> =>
    history.append({ moment: { wall: AT, monotonic: 0 }, entries, keep: [{ kind: 'site', id: 'x', value: { a: 1 } }] });
  await write(
    Array.from({ length: count }, (_, index) => entry(AT + index, { change: `c${index % 3}`, verdicts: { a: index } })),
  );
  return { folder, history, write };
}

describe('the record read from its file', () => {
  test('gives every entry in its order, forwards and backwards, however many pages they take', async () => {
    const { folder, history } = await record(1_234);
    const reading = openReading(folder, RECORD_FILE);
    const forwards = [...reading.entries({ kinds: ['session'] })].map(({ n }) => n);
    expect(forwards).toEqual(Array.from({ length: 1_234 }, (_, index) => index + 1));
    expect([...reading.backwards({})].map(({ n }) => n)).toEqual(forwards.toReversed());
    expect(reading.site).toBe('nanjing-01');
    expect(reading.head).toEqual(await history.head());
    reading.close();
    await history.close();
  });

  test('leaves members of the body out, and looks for entries that say a word', async () => {
    const { folder, history } = await record(9);
    const reading = openReading(folder, RECORD_FILE);
    const having = { member: 'change', oneOf: ['c1', 'c2'] };
    const found = [...reading.entries({ kinds: ['session'], having, omit: ['verdicts'] })];
    expect(found.map(({ body }) => body)).toEqual(['c1', 'c2', 'c1', 'c2', 'c1', 'c2'].map((change) => ({ change })));
    expect(reading.keptOne('site', 'x')).toEqual({ a: 1 });
    expect(reading.keptOne('site', 'y')).toBeNull();
    reading.close();
    await history.close();
  });

  test('is of one moment, whatever is written meanwhile', async () => {
    const { folder, history, write } = await record(600);
    const reading = openReading(folder, RECORD_FILE);
    const entries = reading.entries({ kinds: ['session'] });
    entries.next();
    await write([entry(AT + 5_000, { change: 'later' })]);
    expect([...entries]).toHaveLength(599);
    expect(reading.newest({ kinds: ['session'] })?.n).toBe(600);
    reading.close();
    const next = openReading(folder, RECORD_FILE);
    expect(next.newest({ kinds: ['session'] })?.n).toBe(601);
    next.close();
    await history.close();
  });

  test('where there is none, or another file, is told in words', () => {
    const folder = temporaryFolder();
    expect(() => openReading(folder, RECORD_FILE)).toThrow('name the data directory of a collector');
    writeFileSync(join(folder, RECORD_FILE), 'no database at all, but long enough to have a head '.repeat(40));
    expect(() => openReading(folder, RECORD_FILE)).toThrow(/damaged|not a database/);
  });

  const mounts = spawnSync('unshare', ['-m', 'true']).status === 0;
  test.skipIf(!mounts)('is read on a medium that takes nothing', async () => {
    const { folder, history } = await record(3);
    await history.close();
    for (const end of ['-wal', '-shm']) rmSync(join(folder, `${RECORD_FILE}${end}`), { force: true });
    chmodSync(folder, 0o755);
    const look = `import { openReading } from '${join(import.meta.dirname, '../../../collector/history/reading.ts')}';
      console.log([...openReading('${folder}', '${RECORD_FILE}').entries({})].length);`;
    writeFileSync(join(folder, 'look.ts'), look);
    const { stdout, stderr } = spawnSync(
      'unshare',
      [
        '-m',
        'sh',
        '-c',
        `mount --bind ${folder} ${folder} && mount -o remount,ro,bind ${folder} && ${process.execPath} ${folder}/look.ts`,
      ],
      { encoding: 'utf8', timeout: 20_000 },
    );
    expect(stdout.trim(), stderr).toBe('3');
  });
});
