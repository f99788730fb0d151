import type { Entry } from '../history/history.ts';
import {
  DOCUMENT_KINDS,
  documentHash,
  isDocumentOf,
  type Decision,
  type OrganizationDocument,
} from '../organization/document.ts';
import { CONFIRMED } from '../organization/site/kept.ts';
import { KEPT_DOCUMENT } from '../organization/site/membership.ts';
import { cell, fixed, heading, number, type Block, type Cell, type Table } from './document.ts';
import type { Desk } from './parts.ts';
import type { Term } from './termFigures.ts';

/** A value of the settings as it fits into a table. */
const LONGEST_VALUE = 300;

const FIRST_ENTRIES = 10;
const UNSET: ReadonlySet<string> = new Set(['null', '[]', '{}', '']);

/** Which standard was in force when, what changed of the settings, and what happened to the record itself. */
export function* changeBlocks(desk: Desk, term: Term): Generator<Block> {
  const { say } = desk.voice;
  yield heading(say('evaluation_standards'), 2);
  yield standardTable(desk, term);
  yield heading(say('evaluation_organization_said'), 2);
  yield documentTable(desk, term);
  yield heading(say('evaluation_settings'), 2);
  yield settingTable(desk, term);
  yield heading(say('evaluation_marks'), 2);
  yield markTable(desk, term);
}

/** Each start of the collector names the standard; those that differ from the one before are changes. */
function standardTable({ reading, voice }: Desk, { to }: Term): Table {
  const { say } = voice;
  const having = { member: 'change', oneOf: ['started'] };
  function* rows(): Generator<readonly Cell[]> {
    let before = '';
    for (const { at, n, body } of reading.entries({ kinds: ['collector'], to, having })) {
      const { standard } = body as { readonly standard: string };
      if (standard === before) continue;
      before = standard;
      yield [cell(voice.time(at)), fixed(standard), number(n)];
    }
  }
  return {
    kind: 'table',
    title: '',
    columns: [
      { title: say('col_since'), share: 25 },
      { title: say('col_standard'), share: 60 },
      { title: say('col_entry'), share: 15, align: 'right' },
    ],
    rows: rows(),
    none: '—',
  };
}

/** What the organization signed and the site took, and what the site handed in. */
function documentTable(desk: Desk, { from, to }: Term): Table {
  const { reading, voice } = desk;
  const { say } = voice;
  function* rows(): Generator<readonly Cell[]> {
    for (const { at, n, body } of reading.entries({ kinds: ['organization'], from, to })) {
      const kind = DOCUMENT_KINDS.find((word) => word === body['kind']);
      const own = body['change'] === CONFIRMED ? 'edition_confirmed' : 'handed_in';
      const what = kind === undefined ? say(own) : say(`document_${kind}`);
      const about = kind === undefined ? '' : documentText(desk, body['document'] as number, String(body['sha256']));
      yield [cell(voice.time(at)), cell(what), cell(about), fixed(String(body['sha256'])), number(n)];
    }
  }
  return {
    kind: 'table',
    title: '',
    columns: [
      { title: say('col_time'), share: 18 },
      { title: say('col_document'), share: 14 },
      { title: say('col_what'), share: 30 },
      { title: say('col_sha256'), share: 29 },
      { title: say('col_entry'), share: 9, align: 'right' },
    ],
    rows: rows(),
    none: say('none_documents'),
  };
}

/** A decision in its own words, from the document that was kept; it has to be the one whose hash is in the record. */
function documentText({ reading, voice, terms }: Desk, n: number, sha256: string): string {
  const { say } = voice;
  const kept = reading.keptOne(KEPT_DOCUMENT, String(n)) as OrganizationDocument | null;
  // None is ever erased: its row was taken away, or broken.
  if (!kept || hashOf(kept) !== sha256) return say('altered');
  // Who can write to the database can write an entry, too, and sign nothing.
  if (terms.organization === null || !isDocumentOf(kept, reading.site ?? '', terms.organization))
    return say('unsigned');
  const {
    reason = '',
    decision,
    deadline,
  } = kept.body as Readonly<{ reason?: string; decision?: Decision; deadline?: unknown }>;
  if (decision === undefined) return reason;
  const what = say(`decision_${decision}`);
  return typeof deadline === 'number'
    ? say('decision_until', { what, reason, day: voice.day(deadline) })
    : say('decision_is', { what, reason });
}

/** Null for what has no canonical form. */
function hashOf(document: OrganizationDocument): string | null {
  try {
    return documentHash(document);
  } catch {
    return null;
  }
}

function settingTable({ reading, voice }: Desk, { from, to }: Term): Table {
  const { say } = voice;
  function* rows(): Generator<readonly Cell[]> {
    for (const { at, n, body } of reading.entries({ kinds: ['settings'], from, to })) {
      for (const [name, value] of Object.entries((body['changed'] ?? {}) as Readonly<Record<string, unknown>>)) {
        const text = JSON.stringify(value) ?? '—';
        // A new site's first entry has every key, also those that nobody set.
        if (n < FIRST_ENTRIES && UNSET.has(text)) continue;
        yield [
          cell(voice.time(at)),
          fixed(name),
          fixed(text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}…` : text),
          number(n),
        ];
      }
    }
  }
  return {
    kind: 'table',
    title: '',
    columns: [
      { title: say('col_time'), share: 19 },
      { title: say('col_setting'), share: 23 },
      { title: say('col_value'), share: 48 },
      { title: say('col_entry'), share: 10, align: 'right' },
    ],
    rows: rows(),
    none: say('none_settings'),
  };
}

function markTable(desk: Desk, { from, to }: Term): Table {
  const { reading, voice, names } = desk;
  const { say } = voice;
  function* rows(): Generator<readonly Cell[]> {
    for (const entry of reading.entries({ kinds: ['key', 'erasure', 'collector'], from, to })) {
      const what = markOf(entry, desk);
      if (what === null) continue;
      yield [cell(voice.time(entry.at)), cell(what), cell(names.account(entry.body['by'])), number(entry.n)];
    }
  }
  return {
    kind: 'table',
    title: '',
    columns: [
      { title: say('col_time'), share: 20 },
      { title: say('col_what'), share: 50 },
      { title: say('col_by'), share: 18 },
      { title: say('col_entry'), share: 12, align: 'right' },
    ],
    rows: rows(),
    none: say('none_marks'),
  };
}

function markOf({ kind, body }: Entry, { voice }: Desk): string | null {
  const { say } = voice;
  const change = body['change'];
  if (kind === 'key')
    return say(change === 'first' ? 'mark_first' : change === 'rotated' ? 'mark_rotated' : 'mark_lost');
  if (kind === 'erasure') return say('mark_erased', { what: say(`erased_${erasedWord(body['what'])}`) });
  if (change === 'restored') return say('mark_restored');
  return change === 'entries-lost' ? say('mark_entries_lost', { n: Number(body['entries']) }) : null;
}

const ERASED = ['person', 'file', 'statement', 'occurrence', 'other'] as const;

function erasedWord(what: unknown): (typeof ERASED)[number] {
  return ERASED.find((word) => word === what) ?? 'other';
}
