import type { Bilingual } from '../../agent/probe.ts';
import { isAsWritten } from '../history/chain.ts';
import { everyEntry } from '../history/every.ts';
import type { Entry, EntryKind, History } from '../history/history.ts';
import { sealOf } from '../people/person.ts';
import { fileSeal, type KeptFile } from './files.ts';
import type { KeptStatement, OrganizationWaiver, StatementStore } from './statements.ts';

/** A waiver as the organization's own signed documents have it, by the id that it has at the site. */
export interface SignedWaiver extends OrganizationWaiver {
  readonly withdrawnAt: number | null;
}

/** Why a row of the database is not to be believed; null when it is what was written. */
export type Doubt = (row: KeptStatement) => Bilingual | null;

const KINDS: readonly EntryKind[] = ['attestation', 'waiver', 'erasure'];

/**
 * Who can write to the site's database can write a statement beside the record. So a row counts only as its entry in the
 * chain says it, and a waiver of the organization only as a document says it that the organization signed.
 */
export async function doubtsOf(
  history: Pick<History, 'entries'>,
  signed: ReadonlyMap<string, SignedWaiver>,
  files: readonly KeptFile[],
): Promise<Doubt> {
  const { stated, withdrawn, erased } = await toldOf(history);
  const seals = new Map(files.map((file) => [file.sha256, fileSeal(file)]));
  /** Of an erased file nothing can be compared but that it was erased; the same photo may have come again since. */
  const isFile = (seal: unknown, sha256: string): boolean => seal === seals.get(sha256) || erased.has(String(seal));
  return (row) => {
    const entry = stated.get(row.id);
    if (!entry) return NO_ENTRY;
    const named = entry.body['files'];
    const isSameFiles =
      Array.isArray(named) &&
      named.length === row.files.length &&
      row.files.every((sha256, index) => isFile(named[index], sha256));
    if (!isSameFiles || !isAs(entry, row, erased.has(row.id))) return OTHER_ENTRY;
    if (withdrawn.has(row.id) !== (row.withdrawn !== null)) return OTHER_ENTRY;
    if (row.enteredAt !== 'organization') return null;
    return isSignedAs(signed.get(row.id), row) ? null : NOT_SIGNED;
  };
}

interface Told {
  /** The last entry that states it. */
  readonly stated: ReadonlyMap<string, Entry>;
  readonly withdrawn: ReadonlySet<string>;
  /** Ids of statements, and what entries held of files. */
  readonly erased: ReadonlySet<string>;
}

async function toldOf(history: Pick<History, 'entries'>): Promise<Told> {
  const stated = new Map<string, Entry>();
  const withdrawn = new Set<string>();
  const erased = new Set<string>();
  for await (const entry of everyEntry(history, KINDS)) {
    const { kind, body } = entry;
    const id = String(body['id']);
    // One that was changed in its place is not what was written.
    if (!isAsWritten(entry)) stated.delete(id);
    else if (kind === 'erasure') erased.add(body['what'] === 'file' ? String(body['file']) : id);
    else if (body['change'] === 'withdrawn') withdrawn.add(id);
    else {
      stated.set(id, entry);
      withdrawn.delete(id);
    }
  }
  return { stated, withdrawn, erased };
}

function isAs({ kind, rule, subject, body }: Entry, row: KeptStatement, isErased: boolean): boolean {
  const { enteredAt = 'site' } = body;
  return (
    kind === (row.kind === 'attested' ? 'attestation' : 'waiver') &&
    rule === row.rule &&
    (subject ?? '*') === row.subject &&
    body['validUntil'] === row.validUntil &&
    body['by'] === row.by &&
    enteredAt === row.enteredAt &&
    // Half a surrogate pair has no seal.
    (row.erasedAt === null ? row.text.isWellFormed() && sealOf(row.salt, row.text) === body['text'] : isErased)
  );
}

function isSignedAs(signed: SignedWaiver | undefined, row: KeptStatement): boolean {
  return (
    signed !== undefined &&
    signed.rule === row.rule &&
    signed.subject === row.subject &&
    signed.validUntil === row.validUntil &&
    signed.by === row.by &&
    (row.erasedAt !== null || signed.text === row.text) &&
    // That it was withdrawn is not undone; that it counts no more is no gain to anybody.
    (signed.withdrawnAt === null || row.withdrawn !== null)
  );
}

const MOST_NAMED = 6;

/** What has to be seen on every page: somebody tried to make the site look better, or worse. */
export function doubtWarnings({
  all,
  doubt,
}: Pick<StatementStore, 'all' | 'doubt'>): readonly { readonly word: string; readonly text: Bilingual }[] {
  const ids = all().flatMap(({ id }) => (doubt(id) ? [id] : []));
  if (ids.length === 0) return [];
  const named = ids.slice(0, MOST_NAMED);
  const more = ids.length - named.length;
  const text = {
    zh: `有 ${ids.length} 条人工确认或豁免与记录或机构签名不符，不作数：${named.join('、')}${more > 0 ? ' 等' : ''}。原因见“人工确认”页。`,
    en: `${ids.length} statement(s) are not what the record or the organization’s signature says, and do not count: ${named.join(', ')}${more > 0 ? ` and ${more} more` : ''}. The page “Statements” says why.`,
  };
  return [{ word: 'statements-doubted', text }];
}

const NO_ENTRY: Bilingual = {
  zh: '记录里没有这一条：有人绕过系统改了数据库。它不作数',
  en: 'the record has no such entry: somebody wrote to the database past the system; it does not count',
};
const OTHER_ENTRY: Bilingual = {
  zh: '与记录里写下的不同：有人绕过系统改了数据库。它不作数',
  en: 'it is not what the record says: somebody wrote to the database past the system; it does not count',
};
const NOT_SIGNED: Bilingual = {
  zh: '没有机构签名的文件这样写：它不作数',
  en: 'no document signed by the organization says so; it does not count',
};
