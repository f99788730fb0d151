import type { Bilingual } from '../../agent/probe.ts';
import type { Value } from '../../agent/reading.ts';
import type { Role } from '../identity/machine.ts';

/** A folder of rules with an id, an edition and an effective date: `standards/live-commerce/`. */
export interface Standard {
  readonly id: string;
  readonly edition: string;
  /** ISO date, or null when the source names none (自发布之日起执行). */
  readonly effective: string | null;
  readonly title: Bilingual;
  /** The document the rules are taken from, as one would cite it. */
  readonly source: Bilingual;
  /** Clauses of the source that nothing at a site can show, and why; printed with the table of rules. */
  readonly notJudged: readonly { readonly clause: string; readonly because: Bilingual }[];
  /** SHA-256 over the pack's files and the parameters in force, first 12 hex digits; shown everywhere a verdict is. */
  readonly hash: string;
  /** Where the certifier's own values are in force instead of the pack's: `browser.reading`, `internet.when`. */
  readonly overridden: readonly string[];
  /** In the source's order. */
  readonly rules: readonly Rule[];
}

export type Phase = 'rehearsal' | 'before' | 'during' | 'after';
export const PHASES = ['rehearsal', 'before', 'during', 'after'] as const satisfies readonly Phase[];

export type Scope = 'machine' | 'device' | 'room' | 'site';
export const SCOPES = ['machine', 'device', 'room', 'site'] as const satisfies readonly Scope[];

/** One clause as data. */
export interface Rule {
  /** `memory-size`; unique in the standard and the file's name. */
  readonly id: string;
  /** As the source counts: `第三条（二）`; empty for the product's own rules. */
  readonly clause: string;
  readonly title: Bilingual;
  /** The clause's own words, and their translation. */
  readonly text: Bilingual;
  /** Judged in strata: machines and devices, then rooms over counts of theirs, then the site over rooms. */
  readonly scope: Scope;
  /** Scope `machine`: which roles it judges. */
  readonly roles: readonly Role[];
  /** Scope `device`: which kind. */
  readonly device: string | null;
  readonly must: 'required' | 'recommended';
  /** `any` = always; else the phases of an exam session in which it binds. An assessment binds every rule. */
  readonly when: 'any' | readonly Phase[];
  readonly judgedBy: 'agent' | 'collector' | 'device' | 'roster' | 'person';
  /** ✎: a signed-in person may state it instead where it cannot be measured. */
  readonly attestable: boolean;
  /** What the clause lists: a person who states it confirms each, and the form prints them. */
  readonly items: readonly Bilingual[];
  /** A statement about it needs a photo of the place. */
  readonly photo: boolean;
  /** Whether a breach needs a person at once (`urgent`), after 6 s (`seat`), or is a finding for the list (`none`). */
  readonly incident: 'urgent' | 'seat' | 'none';
  /** Own rules of the product, not of the source. */
  readonly own: boolean;
  readonly parameters: Readonly<Record<string, Parameter>>;
  /** What is required in words, parameters filled in: `≥ 4 GiB`. */
  readonly required: Bilingual;
  /** What a person does about it within a minute. */
  readonly advice: Bilingual;
  /** Whole names of the facts it reads or shows, in the order they are shown as `observed`. */
  readonly facts: readonly string[];
  /** Those of `facts` that can change its state; the others only explain it to a person. */
  readonly reads: readonly string[];
  /** Scope `room` and `site`: it reads what belongs to one session, and is judged for each session apart. */
  readonly perSession: boolean;
  /** How it decides, as written, for people and for a second engine. */
  readonly logic: Logic;
  /** Examples; each was tried when the rule was loaded. */
  readonly cases: readonly Case[];
  /** Pure; see `Judgement`. `read` gives a fresh, present value, or undefined for one that is missing, null or stale. */
  judge(read: (fact: string) => unknown): Judgement;
}

/** CEL over facts (`memory.installed_bytes`), `parameters.…` and `any.…`. */
export interface Logic {
  /** `holds`: true holds, false is broken. `breaks`: true is broken, and otherwise only a person can say. */
  readonly form: 'holds' | 'breaks';
  readonly expression: string;
  /** True, or not to be decided: the rule is unknown whatever `expression` says. */
  readonly unknownWhen: string | null;
  /** `any.name` is the first of these facts that is there. */
  readonly anyOf: Readonly<Record<string, readonly string[]>>;
}

export interface Case {
  readonly gives: 'holds' | 'broken' | 'unknown';
  /** Base units; what is not named, or null, is missing. */
  readonly facts: Readonly<Record<string, Value | null>>;
  /** Differing from the pack's own values. */
  readonly parameters: Readonly<Record<string, ParameterValue>>;
}

export type ParameterValue = number | string | boolean | readonly string[] | readonly number[];

export interface Parameter {
  readonly value: ParameterValue;
  readonly about: Bilingual;
  /** For a choice between readings: every word it may have, and what that word means. */
  readonly choices?: Readonly<Record<string, Bilingual>>;
}

/**
 * `unknown` when the result depends on a value that is missing. `missing` names those that were asked for and not there.
 */
export interface Judgement {
  readonly state: 'holds' | 'broken' | 'unknown';
  readonly missing: readonly string[];
  /**
   * For `unknown`: `missing` facts, a condition of the rule's own `unknown_when`, or a rule that only a person can fulfil;
   * `facts` when all are there and do not decide it.
   */
  readonly because: 'facts' | 'missing' | 'unknown_when' | 'person';
}
export type { Fault } from '../faults.ts';
