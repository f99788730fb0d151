import { createHash, randomBytes } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Bilingual } from '../../agent/probe.ts';
import { newSalt, sealOf } from '../people/person.ts';
import type { Refused, Writing } from '../people/roster.ts';
import { evidenceType, type EvidenceType } from './evidence.ts';

/** A photo or paper, kept under `file` by its SHA-256; the bytes lie in `files/` of the data directory under the same name. */
export interface EvidenceFile {
  /** SHA-256, hex */
  readonly sha256: string;
  readonly type: EvidenceType;
  readonly bytes: number;
  /** When it came, by the collector's clock, and by which account; what the file says of itself is not believed. */
  readonly at: number;
  readonly by: string;
  /** When its bytes were taken out of the site. */
  readonly erasedAt: number | null;
}

/** As kept. */
export interface KeptFile extends EvidenceFile {
  /**
   * With it alone an entry's hash can be checked against a photo; `''` once the bytes are gone. Absent: an earlier version
   * kept it, whose entries hold the SHA-256 itself.
   */
  readonly salt?: string;
}

export interface Files {
  file(sha256: string): EvidenceFile | undefined;
  /** What entries hold instead of its SHA-256, which whoever has the photo could look for; null once it is erased. */
  seal(sha256: string): string | null;
  /** Takes in what comes, as far as it is bounded; the same bytes twice are one file. */
  take(body: AsyncIterable<Buffer>, account: string): Promise<EvidenceFile | Refused>;
  /** The bytes as they came; `refused` when they are not there, or not what they were. */
  read(sha256: string): Promise<{ readonly file: EvidenceFile; readonly bytes: Buffer } | Refused>;
  erase(sha256: string, account: string): Promise<boolean>;
  /** Takes away what nobody has named for a day, and what a kill left half-written. */
  tidy(): Promise<void>;
  restore(kept: Iterable<KeptFile>): void;
}

/** A phone's photo has 3 to 6 MiB. */
export const LARGEST_FILE = 10 * 1024 * 1024;
/** Some hundred photos for each of many sessions; what is full says so before the disk is. */
const MOST_BYTES = 4 * 1024 * 1024 * 1024;
const MOST_AT_ONCE = 6;
const UNNAMED_MS = 86_400_000;
const INCOMING = /^incoming-[0-9a-f]+$/;

/**
 * @param folder `files` in the data directory
 * @param isNamed whether a statement names the file
 */
export function createFiles(
  folder: string,
  { keep, entry }: Writing,
  now: () => number,
  isNamed: (sha256: string) => boolean,
): Files {
  const files = new Map<string, KeptFile>();
  let coming = 0;

  const heldBytes = (): number =>
    [...files.values()].reduce((sum, { bytes, erasedAt }) => sum + (erasedAt === null ? bytes : 0), 0);

  /** Nothing half-written ever has the name of a whole one. */
  async function write(bytes: Buffer, sha256: string): Promise<void> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const path = join(folder, `incoming-${randomBytes(8).toString('hex')}`);
    const handle = await open(path, 'wx', 0o600);
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } catch (error) {
      await rm(path, { force: true });
      throw error;
    } finally {
      await handle.close();
    }
    await rename(path, join(folder, sha256));
    if (process.platform === 'win32') return;
    // The name is durable, too, before anything speaks of it.
    const directory = await open(folder, 'r');
    await directory.sync().finally(() => directory.close());
  }

  async function store(bytes: Buffer, account: string): Promise<EvidenceFile | Refused> {
    const type = evidenceType(bytes);
    if (!type) return { refused: NOT_EVIDENCE };
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const known = files.get(sha256);
    if (known && known.erasedAt === null) return shown(known);
    if (heldBytes() + bytes.length > MOST_BYTES) return { refused: FULL };
    try {
      await write(bytes, sha256);
    } catch (error) {
      return { refused: notWritten((error as NodeJS.ErrnoException).code ?? String(error)) };
    }
    const about = { sha256, type, bytes: bytes.length, at: now(), by: account, erasedAt: null };
    const file: KeptFile = { ...about, salt: newSalt() };
    await keep([{ kind: 'file', id: sha256, value: file }], []);
    files.set(sha256, file);
    return about;
  }

  async function collect(body: AsyncIterable<Buffer>): Promise<Buffer | Refused> {
    const pieces: Buffer[] = [];
    let length = 0;
    for await (const piece of body) {
      length += piece.length;
      // Leaving the loop ends the stream: nothing more of it is read.
      if (length > LARGEST_FILE) return { refused: TOO_LARGE };
      pieces.push(piece);
    }
    return Buffer.concat(pieces);
  }

  return {
    file: (sha256) => {
      const file = files.get(sha256);
      return file && shown(file);
    },
    seal(sha256) {
      const file = files.get(sha256);
      return file ? fileSeal(file) : null;
    },
    async take(body, account) {
      if (coming >= MOST_AT_ONCE) return { refused: BUSY };
      coming += 1;
      try {
        const bytes = await collect(body);
        return 'refused' in bytes ? bytes : await store(bytes, account);
      } finally {
        coming -= 1;
      }
    },
    async read(sha256) {
      const file = files.get(sha256);
      if (!file) return { refused: { zh: '没有这个附件', en: 'there is no such file' } };
      if (file.erasedAt !== null) return { refused: { zh: '这个附件已经清除', en: 'this file was erased' } };
      const bytes = await readFile(join(folder, sha256)).catch(() => null);
      if (!bytes) return { refused: ABSENT };
      if (createHash('sha256').update(bytes).digest('hex') !== sha256) return { refused: CHANGED };
      return { file: shown(file), bytes };
    },
    async erase(sha256, account) {
      const file = files.get(sha256);
      if (!file || file.erasedAt !== null) return false;
      const erased = { ...file, salt: '', erasedAt: now() };
      await keep(
        [{ kind: 'file', id: sha256, value: erased }],
        [entry('erasure', null, { what: 'file', file: fileSeal(file), by: account })],
      );
      files.set(sha256, erased);
      await rm(join(folder, sha256), { force: true });
      return true;
    },
    async tidy() {
      const old = [...files.values()].filter(
        ({ sha256, at, erasedAt }) => erasedAt === null && now() - at > UNNAMED_MS && !isNamed(sha256),
      );
      if (old.length > 0)
        await keep(
          old.map(({ sha256 }) => ({ kind: 'file', id: sha256, value: null })),
          [],
        );
      for (const { sha256 } of old) {
        files.delete(sha256);
        await rm(join(folder, sha256), { force: true });
      }
      if (coming > 0) return;
      const left = await readdir(folder).catch(() => []);
      for (const name of left) {
        const isErased = (files.get(name)?.erasedAt ?? null) !== null;
        if (INCOMING.test(name) || isErased) await rm(join(folder, name), { force: true });
      }
    },
    restore(kept) {
      for (const file of kept) files.set(file.sha256, file);
    },
  };
}

const mebibytes = LARGEST_FILE / 1024 / 1024;
const TOO_LARGE: Bilingual = {
  zh: `附件超过 ${mebibytes} MiB；请降低照片分辨率`,
  en: `the file is larger than ${mebibytes} MiB; take the photo at a lower resolution`,
};
/** Null once it is erased. */
export function fileSeal({ salt, sha256 }: Pick<KeptFile, 'salt' | 'sha256'>): string | null {
  if (salt === undefined) return sha256;
  return salt === '' ? null : sealOf(salt, sha256);
}

function shown({ salt: _salt, ...file }: KeptFile): EvidenceFile {
  return file;
}

const NOT_EVIDENCE: Bilingual = {
  zh: '不是完整的 JPEG、PNG、WebP 照片或 PDF 文件（按内容判断，与文件名无关）',
  en: 'not a whole JPEG, PNG or WebP photo or PDF (by what is in it, whatever its name)',
};
const FULL: Bilingual = {
  zh: '附件总量已满；请联系管理员清除旧附件',
  en: 'there is no room for more files; have an administrator erase old ones',
};
const BUSY: Bilingual = {
  zh: '正在接收的附件太多，请稍后再试',
  en: 'too many files are coming in; try again shortly',
};
const notWritten = (why: string): Bilingual => ({
  zh: `附件无法写入磁盘（${why}）；请先清理采集器的磁盘空间`,
  en: `the file cannot be written (${why}); free space on the collector’s disk first`,
});
const ABSENT: Bilingual = {
  zh: '附件不在数据目录里；从备份恢复时请连同 files 文件夹一起恢复',
  en: 'the file is not in the data directory; restore its folder “files” from the backup, too',
};
const CHANGED: Bilingual = {
  zh: '附件的内容与登记时的 SHA-256 不符，可能已被改动',
  en: 'the file is not what its SHA-256 says; somebody may have changed it',
};
