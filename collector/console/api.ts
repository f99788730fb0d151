/**
 * What `/api/v1` answers, as types: routes, pages and tests share them. Times are ms since 1970, UTC. The OpenAPI
 * document at `/api/v1/openapi.json` is made from the routes' schemas.
 */
import type { Bilingual } from '../../agent/probe.ts';
import type { Value } from '../../agent/reading.ts';
import type { AccountRole, Act } from '../accounts/may.ts';
import type { Readiness } from '../readiness/readiness.ts';
import type { RoomReadiness } from './readinessApi.ts';
import type { UnknownCause, VerdictState } from '../compliance/verdict.ts';
import type { Role } from '../identity/machine.ts';
import type { LinkedPage, PagingReport } from '../pagers/paging.ts';
import type { Scope } from '../standard/rule.ts';

/** A row of `GET /api/v1/verdicts?rule=&clause=&standard=&session=&scope=&subject=&room=&seat=&role=&state=&after=`. */
export interface VerdictRow {
  readonly rule: string;
  readonly clause: string;
  /** `live-commerce@1.0+3f9c…` */
  readonly standard: string;
  readonly session: string | null;
  readonly scope: Scope;
  readonly subject: string;
  readonly room: string | null;
  readonly seat: string | null;
  readonly role: Role | null;
  readonly state: VerdictState;
  /** What it is, or would be if it bound now. */
  readonly foreseen: VerdictState;
  /** Id of the attestation or waiver that it follows from. */
  readonly statement: string | null;
  /** By whole fact name; null = asked and no answer, missing or stale. */
  readonly observed: Readonly<Record<string, Value | null>>;
  readonly required: Bilingual;
  readonly evidence: 'claimed' | 'witnessed';
  readonly since: number;
  readonly at: number;
  /** Severity of a breach: `required` or `recommended`. */
  readonly severity: 'required' | 'recommended';
  readonly title: Bilingual;
  readonly text: Bilingual;
  readonly advice: Bilingual;
  /** Why it is unknown. */
  readonly cause: UnknownCause | null;
  readonly simulated: boolean;
}

/** `GET /api/v1/machines` and `GET /api/v1/machines/:id` */
export interface MachineRow {
  readonly id: string;
  readonly hostname: string;
  readonly platform: string;
  readonly version: string;
  readonly role: Role;
  readonly room: string;
  readonly seat: string | null;
  readonly simulated: boolean;
  readonly revoked: boolean;
  readonly enrolledAt: number;
  /** null: not heard since the collector started, and still waited for. */
  readonly online: boolean | null;
  readonly seenAt: number | null;
  readonly address: string | null;
  /** How many of its required rules that bind now are in each state. */
  readonly counts: StateCounts;
  readonly readiness: Readiness;
}

export type StateCounts = Readonly<Record<VerdictState, number>>;

/** `ready` only when every required rule that counts is passed; `not-ready` when one is broken; else `unknown`. */
export type { Readiness } from '../readiness/readiness.ts';

/** A device of the settings: `GET /api/v1/devices` */
export interface DeviceRow {
  readonly id: string;
  readonly kind: string;
  readonly room: string | null;
  readonly reader: string | null;
  readonly feeds: readonly string[];
  readonly counts: StateCounts;
  readonly readiness: Readiness;
}

/**
 * `GET /api/v1/readiness?room=&session=`: each room for that session, or for the one that is next for it; with the reasons
 * where one room is asked for.
 */
export interface ReadinessAnswer {
  readonly site: string;
  readonly at: number;
  readonly rooms: readonly RoomReadiness[];
}

/** `GET /api/v1/incidents?state=open|closed&room=` ; `POST /api/v1/incidents/:id/acknowledge` `{ "note": "…" }` */
export interface IncidentRow {
  readonly id: string;
  readonly kind: string;
  readonly rule: string | null;
  readonly subject: string | null;
  readonly room: string | null;
  readonly seat: string | null;
  readonly urgency: 'urgent' | 'seat';
  readonly title: Bilingual;
  readonly advice: Bilingual;
  readonly observed: Readonly<Record<string, Value | null>>;
  readonly openedAt: number;
  readonly acknowledgedAt: number | null;
  /** Account name of who did. */
  readonly acknowledgedBy: string | null;
  readonly closedAt: number | null;
  readonly simulated: boolean;
}

/** `GET /api/v1/door`: all that a stranger is told. */
export interface DoorAnswer {
  readonly needsAdministrator: boolean;
}

/** `GET /api/v1/site`: what the pages need before anything else; readable without signing in on loopback. */
export interface SiteAnswer {
  readonly site: string;
  readonly version: string;
  readonly standard: {
    readonly id: string;
    readonly edition: string;
    /** ISO date, or null when the source names none. */
    readonly effective: string | null;
    readonly hash: string;
    /** The certifier's own values, by rule and parameter: `browser.reading`. */
    readonly overridden: readonly string[];
    readonly title: Bilingual;
  };
  /** The standard that is tried beside it, or null. */
  readonly trial: SiteAnswer['standard'] | null;
  readonly now: number;
  /** Who is signed in on this browser. */
  readonly account: {
    readonly name: string;
    readonly role: AccountRole | 'token';
    /** The rooms it sees and acts in; null = all. */
    readonly rooms: readonly string[] | null;
  } | null;
  /** What may be done from here: pages hide the rest. */
  readonly acts: readonly Act[];
  /** True while no administrator exists: the page asks for the printed code. */
  readonly needsAdministrator: boolean;
  readonly facts: Readonly<Record<string, FactAnswer>>;
  /** Faults of the collector itself that people must see: the disk refuses, the clock jumped. */
  readonly warnings: readonly { readonly word: string; readonly text: Bilingual }[];
}

/** What pages need to show a fact's value to people. */
export interface FactAnswer {
  readonly type: string;
  readonly unit: string | null;
  readonly about: Bilingual;
  /** What some of its values mean. */
  readonly words?: Readonly<Record<string, Bilingual>>;
}

export type { AccountRole };

/**
 * `GET /api/v1/events`: Server-Sent Events. First `hello`, then `changed` each time something changed (at most one a beat),
 * and a comment line at least every 2 s: a page that hears nothing for 5 s has lost the collector and says so.
 *
 * event `hello`: `{ now }` · event `changed`: `Changed`
 */
export interface Changed {
  readonly now: number;
  readonly machines: readonly MachineRow[];
  readonly devices: readonly DeviceRow[];
  readonly gone: readonly string[];
  readonly verdicts: readonly VerdictRow[];
  readonly incidents: readonly IncidentRow[];
}

/** `GET /api/v1/paging` ; `POST /api/v1/paging/test` `{ "channel": "ding-1" }` answers `{ sent, because }` */
export type PagingAnswer = PagingReport;
/** `GET /api/v1/page-links/:token` ; `POST …/acknowledge`: what the link in a page is about, for whoever holds it. */
export type LinkAnswer = LinkedPage;

/** Every answer that is not 2xx: `{ error: { code, message } }`; the message says what was wrong and what would be right. */
export interface ErrorAnswer {
  readonly error: { readonly code: string; readonly message: Bilingual };
}
