import { mkdir, open, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { OrganizationWaiver } from '../../statements/statements.ts';
import type { OrganizationDocument } from '../document.ts';
import { waiverId, waiverOf } from './kept.ts';
import { packFolder, packIn } from './pack.ts';

/** What follows at the site from what its organization says. */
export interface EffectParts {
  /** `<data>/organization`: packs. */
  readonly folder: string;
  readonly waive: (waiver: OrganizationWaiver) => Promise<void>;
  readonly recall: (id: string, at: number) => Promise<void>;
  /** Hears of an edition of a standard. */
  readonly edition: (document: OrganizationDocument) => Promise<void>;
  readonly warn: (message: string) => void;
}

/** Applies a document; the same one again changes nothing. What it cannot make sense of it leaves, and says so. */
export function createEffects({ folder, waive, recall, edition, warn }: EffectParts) {
  return async (document: OrganizationDocument): Promise<void> => {
    const { kind, body, at, n } = document;
    switch (kind) {
      case 'waiver': {
        const waiver = waiverOf(document);
        return waiver ? waive(waiver) : warn(`organization: document ${n} says no waiver; nothing follows from it`);
      }
      case 'waiver-withdrawn':
        return recall(waiverId(String(body['id'])), at);
      case 'pack': {
        const pack = packIn(body);
        if (!pack)
          return warn(`organization: document ${n} holds a pack with names that no pack has; it was not unpacked`);
        for (const { name, text } of pack.files) await write(join(packFolder(folder, pack), name), text);
        return edition(document);
      }
      default:
      // Parameters count from the next start; decisions, duties and the certification are for people: the console shows them.
    }
  };
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
