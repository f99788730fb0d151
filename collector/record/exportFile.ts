import { open, rename, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { Trouble } from '../gateway/trouble.ts';

/** Writes an export to a file that is there whole or not at all. Overwrites nothing. */
export async function writeExport(pieces: AsyncIterable<string>, to: string): Promise<void> {
  if (existsSync(to)) {
    throw new Trouble({
      zh: `${to} 已存在；导出不覆盖任何文件，请另取一个名字`,
      en: `${to} exists already; an export overwrites nothing, choose another name`,
    });
  }
  const partial = `${to}.partial`;
  await rm(partial, { force: true });
  const file = await open(partial, 'wx', 0o600).catch((error: Error) => {
    throw new Trouble({ zh: `无法写入 ${partial}：${error.message}`, en: `cannot write ${partial}: ${error.message}` });
  });
  try {
    for await (const piece of pieces) await file.writeFile(piece);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(partial, to);
}
