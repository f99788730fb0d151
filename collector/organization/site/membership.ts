import type { Bilingual } from '../../../agent/probe.ts';
import type { EntryDraft, History, Kept } from '../../history/history.ts';
import { cosignText } from '../../record/head.ts';
import { isSigned } from '../../record/key.ts';
import { documentHash, isDocumentOf, type OrganizationDocument } from '../document.ts';
import type { Cosigned } from '../exchange.ts';
import { soundDocuments } from './kept.ts';

/** What the site knows of its organization: how far that has the record, and every document that it took. */
export interface Membership {
  readonly standing: () => MembershipStanding;
  readonly documents: () => readonly OrganizationDocument[];
  /**
   * Takes what came with an answer or in a file, in one write: what is signed by the pinned key, in the order of its
   * numbers. What is forged or out of order is left out, and said. Taking the same twice changes nothing.
   */
  take(came: Came): Promise<TakenIn>;
  /** Lets follow what has not followed yet from documents that were taken: after a start from all. Never rejects. */
  settle(): Promise<void>;
}

export interface MembershipStanding {
  /** Every entry up to this one was answered for by the organization. */
  readonly sentTo: number;
  readonly cosignedTo: number;
  /** The last document that was taken. */
  readonly documents: number;
}

export interface Came {
  readonly cosigned: Cosigned | null;
  readonly documents: readonly unknown[];
  /** Where the sending stands now; null when this came in a file. */
  readonly sentTo: number | null;
}

export interface TakenIn {
  readonly documents: readonly OrganizationDocument[];
  readonly cosigned: boolean;
  /** What was left out, and why. */
  readonly refused: readonly Bilingual[];
}

export interface MembershipParts {
  readonly site: string;
  /** The organization's key, as the ticket pinned it. */
  readonly key: string;
  readonly history: Pick<History, 'entries' | 'head'>;
  readonly kept: KeptMembership;
  /** Durable when it resolves. */
  readonly write: (keep: readonly Kept[], entries: readonly EntryDraft[]) => Promise<void>;
  readonly entry: (kind: 'cosigned' | 'organization', subject: null, body: EntryDraft['body']) => EntryDraft;
  /**
   * What follows from a document at this site; called after it is durable, again after a restart, and again with each
   * answer of the organization as long as it rejects.
   */
  readonly effect: (document: OrganizationDocument) => Promise<void>;
  /** Hears why an effect rejected, once until it says something else. */
  readonly failed: (document: OrganizationDocument, error: unknown) => void;
}

/** As a database has it: nobody vouches for its rows, so that documents are believed by their signatures alone. */
export interface KeptMembership {
  readonly standing: MembershipStanding | null;
  readonly documents: readonly unknown[];
}

export const KEPT_STANDING = { kind: 'organization', id: 'standing' } as const;
export const KEPT_DOCUMENT = 'organization-document';

export function createMembership(parts: MembershipParts): Membership {
  const { site, key, history, kept, write, entry, effect, failed } = parts;
  let documents = soundDocuments(kept.documents, site, key);
  let standing: MembershipStanding = { sentTo: 0, cosignedTo: 0, ...kept.standing, documents: documents.length };
  /** Nothing followed from them yet, in the order of their numbers. */
  let open = documents;
  /** What was last said of a document that nothing could follow from. */
  const said = new Map<number, string>();
  let queue: Promise<unknown> = Promise.resolve();

  /** Null, or why this signature is not one over a head of this record. */
  async function whyNotCosigned({ n, hash, at, key: by, signature }: Cosigned): Promise<Bilingual | null> {
    if (by !== key || !isSigned(cosignText({ site, n, hash, at }), signature, key)) return FORGED_HEAD;
    const own = (await history.entries({ after: n - 1, limit: 1 })).rows[0];
    return own?.n === n && own.hash === hash ? null : OTHER_RECORD;
  }

  async function takeNow({ cosigned, documents: came, sentTo }: Came): Promise<TakenIn> {
    const refused: Bilingual[] = [];
    const entries: EntryDraft[] = [];
    const taken: OrganizationDocument[] = [];
    let next = { ...standing, sentTo: sentTo ?? standing.sentTo };
    for (const document of came) {
      if (!isDocumentOf(document, site, key)) {
        refused.push(FORGED);
        break;
      }
      if (document.n <= next.documents) continue;
      if (document.n > next.documents + 1) {
        refused.push(missing(next.documents + 1));
        break;
      }
      taken.push(document);
      next = { ...next, documents: document.n };
      const { n, kind, at, by } = document;
      entries.push(entry('organization', null, { document: n, kind, at, by, sha256: documentHash(document) }));
    }
    let isCosigned = false;
    if (cosigned && cosigned.n > next.cosignedTo) {
      const why = await whyNotCosigned(cosigned);
      if (why) refused.push(why);
      else {
        isCosigned = true;
        next = { ...next, cosignedTo: cosigned.n };
        entries.push(entry('cosigned', null, { ...cosigned }));
      }
    }
    const isMoved = Object.entries(next).some(([name, value]) => standing[name as keyof MembershipStanding] !== value);
    if (isMoved) {
      const rows = taken.map((document) => ({ kind: KEPT_DOCUMENT, id: String(document.n), value: document }));
      await write([{ ...KEPT_STANDING, value: next }, ...rows], entries);
      standing = next;
      documents = [...documents, ...taken];
      open = [...open, ...taken];
    }
    await followNow();
    return { documents: taken, cosigned: isCosigned, refused };
  }

  /** One that fails stops no other, but those that speak of the same: a waiver is not withdrawn before it is there. */
  async function followNow(): Promise<void> {
    const waiting: OrganizationDocument[] = [];
    const held = new Set<unknown>();
    for (const document of open) {
      const { id } = document.body;
      try {
        if (id === undefined || !held.has(id)) {
          await effect(document);
          continue;
        }
      } catch (error) {
        const { message } = error as Error;
        if (said.get(document.n) !== message) failed(document, error);
        said.set(document.n, message);
      }
      held.add(id);
      waiting.push(document);
    }
    open = waiting;
  }

  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = queue.then(work);
    queue = done.catch(() => undefined);
    return done;
  }

  return {
    standing: () => standing,
    documents: () => documents,
    take: (came) => inTurn(() => takeNow(came)),
    settle: () => inTurn(followNow),
  };
}

const FORGED: Bilingual = {
  zh: '一份文件不是机构密钥所签，或属于别的考点；没有采用',
  en: 'a document is not signed by the organization’s key, or of another site; it was not taken',
};
const FORGED_HEAD: Bilingual = {
  zh: '一份联署不是机构密钥所签；没有采用',
  en: 'a co-signature is not by the organization’s key; it was not taken',
};
const OTHER_RECORD: Bilingual = {
  zh: '机构联署的记录与本考点现在的记录不同（例如恢复过备份）；没有采用',
  en: 'what the organization co-signed is not in this record, as after a restored backup; it was not taken',
};
const missing = (n: number): Bilingual => ({
  zh: `缺少机构的第 ${n} 号文件；之后的没有采用`,
  en: `document ${n} of the organization is missing; what follows it was not taken`,
});
