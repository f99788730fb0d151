import { join } from 'node:path';
import { ADDON_FILE, READER_FILE } from '../windows/open.ts';

/**
 * Where things lie on an installed PC. Programs are readable by everybody, for a helper runs in the user's session, and
 * writable by administrators alone, for SYSTEM runs them; data, with key and ticket in it, is nobody else's.
 */
export interface Layout {
  /** `C:\Program Files\Xunkao` */
  readonly programs: string;
  /** `C:\ProgramData\Xunkao` */
  readonly data: string;
  /** `C:\ProgramData\xunkao-screen`, where the helper of any user writes one file. */
  readonly screen: string;
  /** `C:\Windows\System32` */
  readonly system: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** A 32-bit program's environment names the folder of 32-bit programs; `ProgramW6432` is the right one in both. */
export function layoutOf(env: Environment): Layout {
  const programData = env['ProgramData'] ?? 'C:\\ProgramData';
  return Object.freeze({
    programs: join(env['ProgramW6432'] ?? env['ProgramFiles'] ?? 'C:\\Program Files', 'Xunkao'),
    data: join(programData, 'Xunkao'),
    screen: join(programData, 'xunkao-screen'),
    system: join(env['SystemRoot'] ?? 'C:\\Windows', 'System32'),
  });
}

export const AGENT_TASK = 'XunkaoAgent';
export const SCREEN_TASK = 'XunkaoScreen';
/** What the agent keeps outside of files; it goes with an uninstall. */
export const REGISTRY_KEY = 'HKLM\\SOFTWARE\\Xunkao';

/** Beside the `node.exe` that runs the installer. The first is the program, the rest is read by it. */
export const AGENT_FILE = 'xunkao-agent.js';
export const PROGRAM_FILES: readonly string[] = [AGENT_FILE, 'package.json', READER_FILE, ADDON_FILE];
export const NODE_FILE = 'node.exe';
export const MANIFEST_FILE = 'bundle.json';

export const logFolder = ({ data }: Layout): string => join(data, 'logs');
export const agentLog = (layout: Layout): string => join(logFolder(layout), 'agent.log');
export const installLog = (layout: Layout): string => join(logFolder(layout), 'install.log');
