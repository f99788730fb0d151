import { createHash } from 'node:crypto';
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { OrganizationWaiver } from '../../statements/statements.ts';
import { isDocumentOf, type OrganizationDocument } from '../document.ts';

/** What follows at the site from what its organization says. */
export interface EffectParts {
  /** `<data>/organization`: packs and the parameters in force. */
  readonly folder: string;
  readonly waive: (waiver: OrganizationWaiver) => Promise<void>;
  readonly recall: (id: string, at: number) => Promise<void>;
  readonly warn: (message: string) => void;
}

/** Applies a document; the same one again changes nothing. What it cannot make sense of it leaves, and says so. */
export function createEffects({ folder, waive, recall, warn }: EffectParts) {
  return async (document: OrganizationDocument): Promise<void> => {
    const { kind, body, at, by, n } = document;
    switch (kind) {
      case 'waiver': {
        const { id, rule, subject, reason, validUntil } = body as Readonly<Record<string, string & number>>;
        return waive({
          id: waiverId(id!),
          rule: rule!,
          subject: subject!,
          text: reason!,
          at,
          by,
          validUntil: validUntil!,
        });
      }
      case 'waiver-withdrawn':
        return recall(waiverId(String(body['id'])), at);
      case 'parameters':
        // The document itself: its signature is checked again at the start that uses it.
        return write(join(folder, PARAMETERS), JSON.stringify(document));
      case 'pack': {
        const path = packFolder(folder, body);
        const files = Object.entries(body['files'] as Readonly<Record<string, string>>);
        if (path === null || files.some(([name]) => !/^[a-z0-9][a-z0-9-]{0,63}\.yaml$/.test(name)))
          return warn(`organization: document ${n} holds a pack with names that no pack has; it was not unpacked`);
        for (const [name, text] of files) await write(join(path, name), text);
        return;
      }
      default:
      // Decisions, duties and the certification are for people: the console shows them.
    }
  };
}

const PARAMETERS = 'parameters.json';

/** Where a pack of the organization lies at the site; null for a body that names none. */
export function packFolder(folder: string, { id, edition, files }: OrganizationDocument['body']): string | null {
  if (typeof id !== 'string' || typeof edition !== 'string' || typeof files !== 'object' || files === null) return null;
  return /^[a-z0-9][a-z0-9-]{0,63}$/.test(id) && /^[\w.-]{1,32}$/.test(edition) && edition !== '..'
    ? join(folder, 'packs', `${id}-${edition}`)
    : null;
}

export function waiverId(id: string): string {
  return `so-${createHash('sha256').update(id).digest('hex').slice(0, 8)}`;
}

export type OrganizationParameters = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** The organization's own values of parameters, if a document signed by its key lies there; null else. */
export async function readParameters(
  folder: string,
  site: string,
  key: string,
): Promise<OrganizationParameters | null> {
  try {
    const document: unknown = JSON.parse(await readFile(join(folder, PARAMETERS), 'utf8'));
    if (!isDocumentOf(document, site, key) || document.kind !== 'parameters') return null;
    const { parameters } = document.body;
    return typeof parameters === 'object' && parameters !== null ? (parameters as OrganizationParameters) : null;
  } catch {
    return null;
  }
}

/** Whole or not at all. */
async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const file = await open(`${path}.new`, 'w', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(`${path}.new`, path);
}
