import { chmodSync, chownSync, existsSync, mkdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { askControl, controlPath, PIPE_FILE, pipeName, serveControl } from '../../collector/control.ts';
import { temporaryFolder } from '../fixtures/collector.ts';

/** A data directory whose own socket would have too long a name. */
function deepFolder(): string {
  const data = join(temporaryFolder(), 'd'.repeat(120));
  mkdirSync(data, { mode: 0o700 });
  onTestFinished(() => rmSync(dirname(controlPath(data)), { recursive: true, force: true }));
  return data;
}

async function serve(data: string): Promise<void> {
  const server = await serveControl(data, async (question) => ({ heard: question.ask }));
  onTestFinished(() => void server.close());
}

describe('the control socket', () => {
  test('answers the owner of the data directory, and nobody else may open it', async () => {
    for (const data of [temporaryFolder(), deepFolder()]) {
      const before = process.umask(0);
      await serve(data).finally(() => process.umask(before));
      expect(await askControl(data, { ask: 'status' })).toEqual({ heard: 'status' });
      expect(statSync(controlPath(data)).mode & 0o777).toBe(0o600);
      expect(statSync(dirname(controlPath(data))).mode & 0o077).toBe(0);
    }
  });

  test('a stranger’s folder in /tmp is neither served from nor asked', async () => {
    const strangers: readonly ((folder: string) => void)[] = [
      (folder) => mkdirSync(folder, { mode: 0o777 }),
      (folder) => symlinkSync(temporaryFolder(), folder),
      ...(process.getuid?.() === 0 ? [foreign] : []),
    ];
    for (const make of strangers) {
      const data = deepFolder();
      const folder = dirname(controlPath(data));
      make(folder);
      if (statSync(folder).isDirectory() && make === strangers[0]) chmodSync(folder, 0o777);
      const stranger = createServer((socket) => socket.end('{"ticket":"the stranger’s"}\n'));
      await new Promise<void>((resolve) => stranger.listen(controlPath(data), resolve));
      onTestFinished(() => void stranger.close());
      const wish = { room: 'A', role: 'candidate', uses: 1, days: 1 };
      expect(await askControl(data, { ask: 'ticket', wish })).toEqual({
        error: { zh: expect.stringContaining('没有正在运行的采集器'), en: expect.stringContaining('no collector') },
      });
      await expect(serve(data)).rejects.toThrow(/does not belong to the owner/);
    }
  });

  test('what is no question is answered with an error, and the socket file goes with the server', async () => {
    const data = temporaryFolder();
    const server = await serveControl(data, async ({ ask }) => {
      throw new Error(`cannot ${ask}`);
    });
    expect(await askControl(data, { ask: 'status' })).toEqual({ error: { zh: 'cannot status', en: 'cannot status' } });
    expect(await askControl(data, null as never)).toMatchObject({ error: { en: expect.any(String) } });
    await new Promise((resolve) => server.close(resolve));
    expect(existsSync(controlPath(data))).toBe(false);
  });
});

function foreign(folder: string): void {
  mkdirSync(folder, { mode: 0o700 });
  chownSync(folder, 65_534, 65_534);
}

test('the pipe of Windows has a name that only a reader of the data directory knows', () => {
  const data = temporaryFolder();
  const unnamed = pipeName(data);
  writeFileSync(join(data, PIPE_FILE), 'a secret');
  const named = pipeName(data);
  expect(named).toMatch(/^\\\\\.\\pipe\\xunkao-[0-9a-f]{16}$/);
  expect(named).not.toBe(unnamed);
  expect(pipeName(data)).toBe(named);
});
