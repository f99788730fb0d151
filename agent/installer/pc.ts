import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmdirSync, unlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Host } from '../host.ts';
import type { Bilingual } from '../probe.ts';
import type { Layout } from './layout.ts';

/** The PC as the installer touches it, beside its files. Tests give a folder and note what would be run. */
export interface Pc {
  readonly layout: Layout;
  readonly host: Host;
  /** The bundle's own folder, which holds what is installed. */
  readonly from: string;
  /** The Node.js that runs this, and will run the agent. */
  readonly node: string;
  /** One of Windows' own tools, to its end. */
  run(tool: Tool, args: readonly string[]): Ran;
  /** False when nobody can be asked. */
  ask(question: Bilingual): Promise<boolean>;
  say(text: Bilingual): void;
  /** Ends a process; false when it is not there. */
  end(pid: number): boolean;
  sleep(ms: number): Promise<void>;
}

export type Tool = 'schtasks' | 'icacls' | 'reg';

export interface Ran {
  readonly ok: boolean;
  readonly said: string;
}

const LIMIT_MS = 60_000;

/**
 * By its whole path: what stands in PATH may be anything. The installer may start programs; the agent never does.
 * Its words come through a file: a service that a tool starts may hold a pipe open long after the tool has ended.
 */
export function runTool({ system }: Layout, tool: Tool, args: readonly string[]): Ran {
  const folder = mkdtempSync(join(tmpdir(), 'xunkao-'));
  const file = join(folder, 'said.txt');
  const out = openSync(file, 'w');
  try {
    const { status, error } = spawnSync(join(system, `${tool}.exe`), [...args], {
      timeout: LIMIT_MS,
      windowsHide: true,
      stdio: ['ignore', out, out],
    });
    if (error) return { ok: false, said: error.message };
    const said = decoded(readFileSync(file)).replace(/\s+/g, ' ').trim();
    return { ok: status === 0, said: said === '' ? `exit code ${status}` : said };
  } finally {
    closeSync(out);
    try {
      unlinkSync(file);
      rmdirSync(folder);
    } catch {
      // Still held open; it lies among the temporary files.
    }
  }
}

/** These tools write in the code page of their Windows, 936 on a Chinese one. */
export function decoded(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('gbk').decode(bytes);
  }
}
