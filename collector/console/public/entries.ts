import type { Bilingual } from '../../../agent/probe.ts';
import { ROLE_NAMES, type AccountRole } from '../../accounts/may.ts';
import type { SiteAnswer, VerdictRow } from '../api.ts';
import type { EntryKind } from '../../history/history.ts';
import { showObserved, worthReading } from './values.ts';
import { text, type Language, type Word } from './words.ts';

/** A line of `GET /api/v1/history`. */
export interface EntryRow {
  readonly n: number;
  readonly at: number;
  readonly kind: EntryKind;
  readonly rule: string | null;
  readonly late: boolean;
  readonly body: Readonly<Record<string, unknown>>;
}

/** What an entry says, in words: `Memory: holds → broken`, `2 GiB`. */
export interface Described {
  readonly what: string;
  readonly detail: string;
  /** The state it led to, for its sign. */
  readonly state: VerdictRow['state'] | null;
}

const KIND_WORD = {
  verdict: 'rule',
  incident: 'entry_incident',
  machine: 'entry_machine',
  ticket: 'entry_ticket',
  device: 'entry_device',
  session: 'entry_session',
  snapshot: 'entry_snapshot',
  rehearsal: 'entry_rehearsal',
  account: 'entry_account',
  'sign-in': 'entry_sign_in',
  settings: 'entry_settings',
  drill: 'entry_drill',
  roster: 'entry_roster',
  'check-in': 'entry_check_in',
  occurrence: 'entry_occurrence',
  attestation: 'entry_attestation',
  waiver: 'entry_waiver',
  erasure: 'entry_erasure',
  collector: 'entry_collector',
  key: 'entry_key',
  head: 'entry_head',
  cosigned: 'entry_cosigned',
  organization: 'entry_organization',
  page: 'entry_page',
} as const satisfies Record<EntryKind, Word>;

const STATES: Readonly<Record<string, Word>> = {
  holds: 'holds',
  broken: 'broken',
  unknown: 'unknown',
  attested: 'attested',
  waived: 'waived',
  'not-due': 'not_due',
};

/** `titles`: what the rules are called, by id. An entry of an older or newer collector is described as far as it is understood. */
export function describe(
  entry: EntryRow,
  titles: ReadonlyMap<string, Bilingual>,
  facts: SiteAnswer['facts'],
  language: Language,
): Described {
  const rule = entry.rule === null ? '' : (titles.get(entry.rule)?.[language] ?? entry.rule);
  const { body } = entry;
  if (entry.kind === 'verdict') {
    const state = word(body['state']);
    const before = word(body['before']);
    if (state === null) return { what: rule, detail: '', state: null };
    const values = { rule, state: text(language, state), before: before === null ? '' : text(language, before) };
    return {
      what: text(language, before === null ? 'entry_verdict_first' : 'entry_verdict', values),
      detail: observed(body['observed'], facts, language),
      state: body['state'] as VerdictRow['state'],
    };
  }
  if (entry.kind === 'incident') {
    const kind = INCIDENT_KINDS[String(body['incident'])];
    const title = kind ? text(language, kind, { rule }) : rule;
    const seen = body['change'] === 'opened' ? observed(body['observed'], facts, language) : '';
    return { what: text(language, incidentWord(body['change']), { title }), detail: seen, state: null };
  }
  if (entry.kind === 'machine') {
    const act = ACTS[String(body['act'])] ?? 'entry_machine';
    return { what: text(language, act), detail: placeOf(body, language), state: null };
  }
  if (entry.kind === 'page') {
    const role = String(body['role']);
    const ways = [
      role in ROLE_NAMES ? ROLE_NAMES[role as AccountRole][language] : '',
      typeof body['channel'] === 'string' ? body['channel'] : '',
    ];
    const what = text(language, PAGE_ACTS[String(body['change'])] ?? 'entry_page', { title: rule });
    return { what, detail: ways.filter((way) => way !== '').join(text(language, 'list_comma')), state: null };
  }
  return { what: text(language, KIND_WORD[entry.kind]), detail: '', state: null };
}

/** Incidents that are called otherwise than their rule. */
const INCIDENT_KINDS: Readonly<Record<string, Word>> = {
  unreadable: 'kind_unreadable',
  'alive-twice': 'kind_alive_twice',
  'clock-jump': 'kind_clock_jump',
  'record-refused': 'kind_record_refused',
  'channel-down': 'kind_channel_down',
};

const PAGE_ACTS: Readonly<Record<string, Word>> = {
  sent: 'page_sent',
  'given-up': 'page_given_up',
  acknowledged: 'page_answered',
};

const ACTS: Readonly<Record<string, Word>> = {
  enrolled: 'act_enrolled',
  described: 'act_described',
  'taken-back': 'act_taken_back',
  assigned: 'act_assigned',
  revoked: 'act_revoked',
  reinstated: 'act_reinstated',
  restarted: 'act_restarted',
  swapped: 'act_swapped',
  promoted: 'act_promoted',
  replaced: 'act_replaced',
  'seats-imported': 'act_seats_imported',
  'restart-announced': 'act_restart_announced',
  'restart-called-off': 'act_restart_called_off',
  'restart-over': 'act_restart_over',
};

/** Where a machine was put, as far as the entry says so: `Room A, Seat 17`. */
function placeOf(body: EntryRow['body'], language: Language): string {
  const { room, seat } = body;
  const places = [
    typeof room === 'string' ? text(language, 'room_name', { room }) : '',
    typeof seat === 'string' ? text(language, 'seat_name', { seat }) : '',
  ];
  return places.filter((place) => place !== '').join(text(language, 'list_comma'));
}

function incidentWord(change: unknown): Word {
  if (change === 'opened') return 'entry_opened';
  if (change === 'acknowledged') return 'entry_acknowledged';
  return change === 'closed' ? 'entry_closed' : 'entry_incident';
}

function word(state: unknown): Word | null {
  return typeof state === 'string' ? (STATES[state] ?? null) : null;
}

function observed(value: unknown, facts: SiteAnswer['facts'], language: Language): string {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return '';
  const lines = worthReading(showObserved(value as VerdictRow['observed'], facts, language), false);
  const colon = text(language, 'colon');
  return lines
    .map((line) => (line.label === '' ? line.shown : `${line.label}${colon}${line.shown}`))
    .join(text(language, 'list_semicolon'));
}
