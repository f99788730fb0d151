import { createHash, randomBytes } from 'node:crypto';
import { canonical } from '../history/canonical.ts';
import type { Fitness, StaffRole } from './kinds.ts';

/** A day such as `2026-03-01`; `no`: it is known that it did not happen; null: nobody has said. */
export type Day = string | null;
export type YesNo = boolean | null;

/**
 * One of the site's staff. All of it is about a person and lies under the kind `person` in a table that can be erased;
 * entries hold the number, the roles and a salted hash.
 */
export interface Person {
  /** The site's own number of this person, as text: `0017`. */
  readonly number: string;
  readonly name: string;
  readonly roles: readonly StaffRole[];
  /** 院系 */
  readonly department: string | null;
  /** 任课专业、班级; empty: teaches nobody; null: nobody has said. */
  readonly teaches: readonly string[] | null;
  /** 具有考试考务组织实施的管理经验 */
  readonly experienced: YesNo;
  /** Trained by the organization, 培训评价组织的考务技术培训. */
  readonly trained: Day;
  /** Passed its test, 通过考核. */
  readonly passed: Day;
  /** Trained by the site lead before the exam. */
  readonly briefed: Day;
  readonly fitness: Readonly<Record<Fitness, YesNo>>;
  /** Chosen by the site lead, 由考点负责人选聘. */
  readonly selected: YesNo;
  /** The exam manager whom the lead designates to attend the organization's training. */
  readonly designated: boolean;
  /** No longer with the site: shown in the record, counted and assigned no more. */
  readonly left: boolean;
}

/** As kept: the salt goes with the person, and with it what the hash could be checked against. */
export interface KeptPerson {
  readonly salt: string;
  readonly person: Person;
}

/** That there was somebody with this number, and that the name is gone: the number is not given again. */
export interface ErasedPerson {
  readonly erased: number;
}

export const newSalt = (): string => randomBytes(16).toString('hex');

/** What an entry holds instead of what a person is or wrote: SHA-256, hex, of the salt and the canonical text. */
export function sealOf(salt: string, value: unknown): string {
  return createHash('sha256')
    .update(`${salt}\n${canonical(value)}`)
    .digest('hex');
}

export const blankPerson = (number: string, name: string, roles: readonly StaffRole[]): Person => ({
  number,
  name,
  roles,
  department: null,
  teaches: null,
  experienced: null,
  trained: null,
  passed: null,
  briefed: null,
  fitness: { lawful: null, versed: null, healthy: null, unblemished: null },
  selected: null,
  designated: false,
  left: false,
});
