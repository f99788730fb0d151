import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { Trouble } from '../gateway/trouble.ts';

export interface WrittenReport {
  readonly bytes: number;
  /** SHA-256, hex: for whoever files it. */
  readonly sha256: string;
}

/** Writes a report to a file that is there whole or not at all. Overwrites nothing. */
export async function writeReportFile(pieces: AsyncIterable<Uint8Array>, to: string): Promise<WrittenReport> {
  if (existsSync(to)) {
    throw new Trouble({
      zh: `${to} 已存在；报告不覆盖任何文件，请另取一个名字`,
      en: `${to} exists already; a report overwrites nothing, choose another name`,
    });
  }
  const partial = `${to}.partial`;
  await rm(partial, { force: true });
  const file = await open(partial, 'wx', 0o600).catch((error: Error) => {
    throw new Trouble({ zh: `无法写入 ${partial}：${error.message}`, en: `cannot write ${partial}: ${error.message}` });
  });
  const sum = createHash('sha256');
  let bytes = 0;
  try {
    for await (const piece of pieces) {
      sum.update(piece);
      bytes += piece.length;
      await file.writeFile(piece);
    }
    await file.sync();
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  } finally {
    await file.close();
  }
  await rename(partial, to);
  return { bytes, sha256: sum.digest('hex') };
}
