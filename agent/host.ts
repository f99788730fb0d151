import { createHash } from 'node:crypto';
import { promises as fs, readFileSync } from 'node:fs';
import * as net from 'node:net';
import * as os from 'node:os';
import type { Platform } from './probe.ts';
import { openWindows } from './windows/open.ts';
import type { Windows } from './windows/windows.ts';

/**
 * The machine, as far as probes may touch it: the only thing that tests of probes replace. Nothing here starts a
 * process or opens a port. A thing that is absent or refused is `null`; probes decide what that means.
 */
export interface Host {
  readonly platform: Platform;
  /** Whole plain file as text, or null. No more than `most` bytes are read (1 MiB when not given). */
  text(path: string, most?: number): Promise<string | null>;
  /**
   * One of the kernel's own files, read at once, or null. Only for those that are made without waiting for a device or a
   * lock (`/proc/stat`, a card's `carrier_changes`): a trip to the thread pool costs several times the reading itself,
   * and what is asked each few seconds must not be felt.
   */
  glance(path: string): string | null;
  /** Whole plain file as bytes, or null. The same limit. */
  bytes(path: string, most?: number): Promise<Buffer | null>;
  /** A piece of a plain file, shorter where the file ends before, or null. Programs are large; only a little is asked of them. */
  piece(path: string, from: number, length: number): Promise<Buffer | null>;
  /** Names in a folder, or null. */
  list(path: string): Promise<readonly string[] | null>;
  /** Where a symbolic link points, or null. */
  link(path: string): Promise<string | null>;
  /** When a file's content last changed, ms on the machine's wall clock, or null. */
  modified(path: string): Promise<number | null>;
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
  /** The same, told apart: a refusal, too, comes from the host itself, so the way to it works. */
  reach(host: string, port: number, limitMs: number): Promise<Reached>;
  /** The machine's wall clock, ms. */
  now(): number;
  /** What only Windows can be asked. Absent elsewhere. */
  readonly windows?: Windows;
  /** The agent's own folder, where a probe may keep a mark; absent where nothing is to be kept. */
  readonly folder?: string;
}

export interface Reached {
  readonly how: 'open' | 'refused' | 'unreachable' | 'silent';
  readonly milliseconds: number;
}

const READ_LIMIT = 1024 * 1024;

export function thisHost(): Host {
  const windows = process.platform === 'win32' ? openWindows() : null;
  return {
    platform: process.platform === 'win32' || process.platform === 'darwin' ? process.platform : 'linux',
    ...(windows === null ? {} : { windows }),
    text: async (path, most) => (await bytesOf(path, most))?.toString('utf8') ?? null,
    glance,
    bytes: bytesOf,
    piece: pieceOf,
    list: (path) => fs.readdir(path).catch(() => null),
    link: (path) => fs.readlink(path).catch(() => null),
    modified: (path) =>
      fs.stat(path).then(
        ({ mtimeMs }) => mtimeMs,
        () => null,
      ),
    space: windows === null ? space : async (path) => windows.space(path) ?? space(path),
    cpus: () =>
      os.cpus().map(({ model, times }) => ({
        model,
        times: { idle: times.idle, total: times.user + times.nice + times.sys + times.irq + times.idle },
      })),
    memory: () => ({ visible: os.totalmem(), available: os.freemem() }),
    hostname: () => os.hostname(),
    release: () => os.release(),
    architecture: () => os.arch(),
    uptimeSeconds: () => windows?.uptimeSeconds() ?? os.uptime(),
    interfaces: () => os.networkInterfaces() as Readonly<Record<string, readonly os.NetworkInterfaceInfo[]>>,
    connect,
    reach,
    now: Date.now,
  };
}

function glance(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

/**
 * What the kernel writes in /proc and /sys is small, tells size 0 and is read most often: one trip to the thread pool
 * costs a fifth of five. Elsewhere only plain files are read: opening a named pipe would wait for ever.
 */
async function bytesOf(path: string, most = READ_LIMIT): Promise<Buffer | null> {
  try {
    if (path.startsWith('/proc/') || path.startsWith('/sys/')) return await fs.readFile(path);
    const about = await fs.stat(path);
    if (!about.isFile()) return null;
    return about.size <= most ? await fs.readFile(path) : await partOf(path, 0, most);
  } catch {
    return null;
  }
}

async function pieceOf(path: string, from: number, length: number): Promise<Buffer | null> {
  try {
    return (await fs.stat(path)).isFile() ? await partOf(path, from, Math.min(length, READ_LIMIT)) : null;
  } catch {
    return null;
  }
}

async function partOf(path: string, from: number, most: number): Promise<Buffer> {
  const file = await fs.open(path, 'r');
  try {
    const chunk = Buffer.allocUnsafe(most);
    let size = 0;
    while (size < most) {
      const { bytesRead } = await file.read(chunk, size, most - size, from + size);
      if (bytesRead === 0) break;
      size += bytesRead;
    }
    return chunk.subarray(0, size);
  } finally {
    await file.close().catch(() => undefined);
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

function reach(host: string, port: number, limitMs: number): Promise<Reached> {
  return new Promise((resolve) => {
    const start = process.hrtime.bigint();
    const socket = net.connect({ host, port });
    const end = (how: Reached['how']): void => {
      clearTimeout(limit);
      socket.destroy();
      resolve({ how, milliseconds: Number(process.hrtime.bigint() - start) / 1e6 });
    };
    const limit = setTimeout(end, limitMs, 'silent');
    socket.once('connect', () => end('open'));
    socket.once('error', ({ code }: NodeJS.ErrnoException) => {
      if (code === 'ECONNREFUSED' || code === 'ECONNRESET') end('refused');
      else end(code === 'ETIMEDOUT' ? 'silent' : 'unreachable');
    });
  });
}

/** SHA-256 in hex; what identifies hardware leaves the machine only like this. */
export function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
