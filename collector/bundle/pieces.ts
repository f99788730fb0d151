import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parseTicket } from '../../agent/ticket.ts';
import { whitelistSheet } from './sheet.ts';

/** One file of a folder that goes to a site: a file of this computer's, or text made for it. */
export interface Piece {
  /** Below the folder, with `/`; ASCII, for the zip programs of Windows 7 know no other names. */
  readonly path: string;
  readonly from: string | Buffer;
  readonly bytes: number;
  readonly isProgram: boolean;
}

/** Where a collector for a site has what its folder for Windows PCs is made of: no compiler and no npm is there. */
export const PARTS = join(import.meta.dirname, '..', '..', 'parts', 'agent-windows');
/** Where a checkout builds the same. */
export const BUILT_PARTS = join(import.meta.dirname, '..', '..', 'dist', 'agent-windows-parts');

/** As `agent/installer/manifest.ts` writes it. */
export interface PartsManifest {
  readonly version: string;
  readonly id: string;
  readonly files: Readonly<Record<string, { readonly bytes: number; readonly sha256: string }>>;
}

/** The parts that are there, else null. */
export async function findParts(): Promise<string | null> {
  for (const folder of [PARTS, BUILT_PARTS]) if (await readParts(folder)) return folder;
  return null;
}

async function readParts(folder: string): Promise<PartsManifest | null> {
  try {
    return JSON.parse(await readFile(join(folder, 'files', 'bundle.json'), 'utf8')) as PartsManifest;
  } catch {
    return null;
  }
}

/** Everything of the folder for the Windows PCs of one room, with its ticket. Throws when the parts are not there. */
export async function windowsPieces(parts: string, ticketText: string): Promise<readonly Piece[]> {
  const manifest = await readParts(parts);
  const parsed = parseTicket(ticketText);
  if (!manifest || 'faults' in parsed) throw new Error(`${parts} is not whole, or the ticket is not`);
  const { site, room, addresses, ca } = parsed.ticket;
  const about = [
    `site ${site}`,
    `room ${room}`,
    ...addresses.map((address) => `collector ${address}`),
    `ca-sha256 ${ca ?? '-'}`,
    `bundle ${manifest.version} ${manifest.id}`,
  ];
  return [
    ...(await filesBelow(parts)),
    made('ticket.txt', `${ticketText.trim()}\r\n`),
    made('site.txt', `${about.join('\r\n')}\r\n`),
    made('whitelist.html', whitelistSheet(manifest, { site, room, addresses })),
  ];
}

/** All files below a folder, as pieces by the same paths. Links are followed. */
export async function filesBelow(folder: string, under = '', isLeftOut = (_path: string) => false): Promise<Piece[]> {
  const pieces: Piece[] = [];
  for (const name of (await readdir(folder)).sort()) {
    const from = join(folder, name);
    const path = under === '' ? name : `${under}/${name}`;
    if (isLeftOut(path)) continue;
    const about = await stat(from);
    if (about.isDirectory()) pieces.push(...(await filesBelow(from, path, isLeftOut)));
    else if (about.isFile()) pieces.push({ path, from, bytes: about.size, isProgram: (about.mode & 0o100) !== 0 });
  }
  return pieces;
}

export function made(path: string, text: string | Buffer, isProgram = false): Piece {
  const from = typeof text === 'string' ? Buffer.from(text) : text;
  return { path, from, bytes: from.length, isProgram };
}
