import { join } from 'node:path';
import type { EntryDraft, EntryKind, History } from '../../../collector/history/history.ts';
import { openSqlite } from '../../../collector/history/sqlite.ts';
import { openKeyFolder, type KeyFolder } from '../../../collector/record/key.ts';
import { createRecordDesk, type RecordDesk } from '../../../collector/record/recordDesk.ts';
import { createSeal, type Seal } from '../../../collector/record/seal.ts';
import { temporaryFolder } from '../../fixtures/collector.ts';

/** A real record on a disk, with its key. */
export interface SealedSite {
  readonly folder: string;
  readonly history: History;
  readonly keys: KeyFolder;
  readonly seal: Seal;
  readonly desk: RecordDesk;
  write(kind: EntryKind, body: EntryDraft['body']): Promise<void>;
  /** Machine after machine turns from holding to broken and back. */
  verdicts(count: number): Promise<void>;
}

export async function sealedSite(folder = temporaryFolder(), site = 'nanjing-01'): Promise<SealedSite> {
  let wall = Date.UTC(2026, 10, 23, 1);
  const clock = { now: () => ({ wall: (wall += 1_000), monotonic: wall }) };
  const history = await openSqlite(folder, { site, staleAfterSeconds: new Map() });
  const keys = await openKeyFolder(join(folder, 'record'), site);
  const entry = (kind: EntryKind, subject: string | null, body: EntryDraft['body']): EntryDraft => ({
    at: clock.now().wall,
    monotonic: wall,
    kind,
    subject,
    rule: kind === 'verdict' ? 'memory-size' : null,
    late: false,
    body,
  });
  const append = (entries: readonly EntryDraft[], keep: readonly { kind: string; id: string; value: unknown }[] = []) =>
    history.append({ moment: clock.now(), entries, keep });
  const seal = createSeal({ site, keys, history, clock, write: (keep, entries) => append(entries, keep), entry });
  return {
    folder,
    history,
    keys,
    seal,
    desk: createRecordDesk(site, seal, history, clock),
    write: (kind, body) => append([entry(kind, null, body)]),
    async verdicts(count) {
      const states = ['holds', 'broken', 'unknown'];
      const made = Array.from({ length: count }, (_, index) =>
        entry('verdict', `m-${index % 7}`, {
          state: states[index % 3],
          observed: { 'memory.installed_bytes': index * 1e9, note: '座位 “17”' },
        }),
      );
      await append(made);
    },
  };
}

export async function exported(site: SealedSite): Promise<string> {
  let text = '';
  for await (const piece of site.desk.export()) text += piece;
  return text;
}
