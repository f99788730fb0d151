import type { Bilingual } from '../../agent/probe.ts';
import type { Role } from '../identity/machine.ts';

/** A folder of rules with an id, an edition and an effective date: `standards/live-commerce/`. */
export interface Standard {
  readonly id: string;
  readonly edition: string;
  /** ISO date */
  readonly effective: string;
  readonly title: Bilingual;
  /** SHA-256 over the pack's files and the parameters in force, first 12 hex digits; shown everywhere a verdict is. */
  readonly hash: string;
  /** In the source's order. */
  readonly rules: readonly Rule[];
}

export type Phase = 'rehearsal' | 'before' | 'during' | 'after';
export const PHASES = ['rehearsal', 'before', 'during', 'after'] as const satisfies readonly Phase[];

/** One clause as data. */
export interface Rule {
  /** `memory-size`; unique in the standard and the file's name. */
  readonly id: string;
  /** As the source counts: `第三条（二）`. */
  readonly clause: string;
  readonly title: Bilingual;
  /** The clause's own words, and their translation. */
  readonly text: Bilingual;
  readonly scope: 'machine' | 'device';
  /** Scope `machine`: which roles it judges. */
  readonly roles: readonly Role[];
  /** Scope `device`: which kind. */
  readonly device: string | null;
  readonly must: 'required' | 'recommended';
  /** `any` = always; else the phases of an exam session in which it binds. An assessment binds every rule. */
  readonly when: 'any' | readonly Phase[];
  readonly judgedBy: 'agent' | 'collector' | 'device' | 'person';
  /** ✎: a signed-in person may state it instead where it cannot be measured. */
  readonly attestable: boolean;
  /** Whether a breach needs a person at once (`urgent`), after 6 s (`seat`), or is a finding for the list (`none`). */
  readonly incident: 'urgent' | 'seat' | 'none';
  /** Own rules of the product, not of the source. */
  readonly own: boolean;
  readonly parameters: Readonly<Record<string, Parameter>>;
  /** What is required in words, parameters filled in: `≥ 4 GiB`. */
  readonly required: Bilingual;
  /** What a person does about it within a minute. */
  readonly advice: Bilingual;
  /** Whole names of the facts it reads, in the order they are shown as `observed`. */
  readonly facts: readonly string[];
  /** Pure; see `Judgement`. `read` gives a fresh, present value, or undefined for one that is missing, null or stale. */
  judge(read: (fact: string) => unknown): Judgement;
}

export interface Parameter {
  readonly value: number | string | boolean | readonly string[] | readonly number[];
  readonly about: Bilingual;
}

/**
 * `unknown` when the result depends on a value that is missing. `missing` names those that were asked for and not there.
 */
export interface Judgement {
  readonly state: 'holds' | 'broken' | 'unknown';
  readonly missing: readonly string[];
  /** For `unknown`: `missing` facts, a condition of the rule's own `unknown_when`, or a rule that only a person can fulfil. */
  readonly because: 'facts' | 'missing' | 'unknown_when' | 'person';
}

/** A fault in a pack: a wrong rule stops the start with all of these. */
export interface Fault {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly column: number;
  readonly message: string;
  /** The line of the file and a caret below the place. */
  readonly excerpt: string;
}
