import { createHash } from 'node:crypto';
import { promises as fs } from 'node:fs';
import * as net from 'node:net';
import * as os from 'node:os';
import type { Platform } from './probe.ts';

/**
 * The machine, as far as probes may touch it: the only thing that tests of probes replace. Nothing here starts a
 * process or opens a port. A thing that is absent or refused is `null`; probes decide what that means.
 */
export interface Host {
  readonly platform: Platform;
  /** Whole file as text, or null. At most 1 MiB is read. */
  text(path: string): Promise<string | null>;
  /** Whole file as bytes, or null. */
  bytes(path: string): Promise<Buffer | null>;
  /** Names in a folder, or null. */
  list(path: string): Promise<readonly string[] | null>;
  /** Where a symbolic link points, or null. */
  link(path: string): Promise<string | null>;
  /** Size and free bytes of the file system that holds `path`, or null. */
  space(path: string): Promise<{ readonly size: number; readonly free: number } | null>;
  cpus(): readonly { readonly model: string; readonly times: { readonly idle: number; readonly total: number } }[];
  memory(): { readonly visible: number; readonly available: number };
  hostname(): string;
  /** `6.1.0-13-amd64`, `10.0.19045`, `6.1.7601`. */
  release(): string;
  architecture(): string;
  uptimeSeconds(): number;
  interfaces(): Readonly<Record<string, readonly os.NetworkInterfaceInfo[]>>;
  /** Milliseconds a TCP connect took, or null when it failed or took longer than the limit. */
  connect(host: string, port: number, limitMs: number): Promise<number | null>;
  /** The machine's wall clock, ms. */
  now(): number;
}

const READ_LIMIT = 1024 * 1024;

export function thisHost(): Host {
  return {
    platform: process.platform === 'win32' || process.platform === 'darwin' ? process.platform : 'linux',
    text: async (path) => (await bytesOf(path))?.toString('utf8') ?? null,
    bytes: bytesOf,
    list: (path) => fs.readdir(path).catch(() => null),
    link: (path) => fs.readlink(path).catch(() => null),
    space,
    cpus: () =>
      os
        .cpus()
        .map(({ model, times }) => ({
          model,
          times: { idle: times.idle, total: times.user + times.nice + times.sys + times.irq + times.idle },
        })),
    memory: () => ({ visible: os.totalmem(), available: os.freemem() }),
    hostname: () => os.hostname(),
    release: () => os.release(),
    architecture: () => os.arch(),
    uptimeSeconds: () => os.uptime(),
    interfaces: () => os.networkInterfaces() as Readonly<Record<string, readonly os.NetworkInterfaceInfo[]>>,
    connect,
    now: Date.now,
  };
}

/** Files under /proc and /sys report size 0, so they are read to their end rather than to their size. */
async function bytesOf(path: string): Promise<Buffer | null> {
  let file: fs.FileHandle | undefined;
  try {
    file = await fs.open(path, 'r');
    const chunks: Buffer[] = [];
    for (let size = 0; size < READ_LIMIT;) {
      const chunk = Buffer.allocUnsafe(65_536);
      const { bytesRead } = await file.read(chunk, 0, chunk.length, null);
      if (bytesRead === 0) break;
      chunks.push(chunk.subarray(0, bytesRead));
      size += bytesRead;
    }
    return Buffer.concat(chunks);
  } catch {
    return null;
  } finally {
    await file?.close().catch(() => undefined);
  }
}

async function space(path: string): Promise<{ size: number; free: number } | null> {
  // Absent before Node 18.15: the access layer of Windows 7 has its own.
  if (typeof fs.statfs !== 'function') return null;
  try {
    const { bsize, blocks, bavail } = await fs.statfs(path);
    return { size: bsize * blocks, free: bsize * bavail };
  } catch {
    return null;
  }
}

function connect(host: string, port: number, limitMs: number): Promise<number | null> {
  return new Promise((resolve) => {
    const start = process.hrtime.bigint();
    const socket = net.connect({ host, port });
    const end = (milliseconds: number | null): void => {
      clearTimeout(limit);
      socket.destroy();
      resolve(milliseconds);
    };
    // The socket's own timeout does not bound a slow name look-up.
    const limit = setTimeout(end, limitMs, null);
    socket.once('connect', () => end(Number(process.hrtime.bigint() - start) / 1e6));
    socket.once('error', () => end(null));
  });
}

/** SHA-256 in hex; what identifies hardware leaves the machine only like this. */
export function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
