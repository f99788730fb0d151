import { isScalar } from 'yaml';
import type { Bilingual } from '../../agent/probe.ts';
import { ROLES } from '../identity/machine.ts';
import {
  type Draft,
  either,
  FLAG,
  INTEGER,
  listOf,
  located,
  named,
  optional,
  PLAIN,
  type Reader,
  record,
  required,
  TEXT,
  textLike,
  type Whole,
  wordOf,
} from './reader.ts';
import { PHASES, SCOPES } from './rule.ts';

/** The keys of a pack's files. `rule.ts` says what each means. */

const ID = textLike(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, 'lower-case words joined by dashes, such as memory-size');
const NAME = /^[a-z][a-z0-9_]*$/;
/** As everywhere in a draft, a language may be missing as long as the document has faults; nothing is built from it then. */
const BILINGUAL = record({ zh: required(TEXT), en: required(TEXT) }) as Reader<Bilingual>;
const TEMPLATE = record({ zh: required(located(TEXT)), en: required(located(TEXT)) });
const FACTS = listOf(located(TEXT));

const PARAMETER = {
  value: required(located(PLAIN)),
  about: required(BILINGUAL),
  choices: optional(named(/^[\w.-]+$/, 'a word', BILINGUAL)),
};

const CASE = {
  gives: required(located(wordOf(['holds', 'broken', 'unknown']))),
  facts: required(named(/./, 'the name of a fact', located(PLAIN))),
  parameters: optional(named(NAME, 'the name of a parameter', located(PLAIN))),
};

const RULE = {
  id: required(located(ID)),
  /** The rule's place among the others, as in the source; gaps leave room. */
  order: required(INTEGER),
  clause: optional(located(TEXT)),
  title: required(BILINGUAL),
  text: required(BILINGUAL),
  scope: required(located(wordOf(SCOPES))),
  roles: optional(located(listOf(wordOf(ROLES)))),
  device: optional(located(TEXT)),
  must: required(wordOf(['required', 'recommended'])),
  when: required(either(wordOf(['any']), (node) => isScalar(node), listOf(wordOf(PHASES)))),
  judged_by: required(wordOf(['agent', 'collector', 'device', 'roster', 'person'])),
  attestable: optional(FLAG),
  items: optional(listOf(BILINGUAL)),
  photo: optional(FLAG),
  incident: required(wordOf(['urgent', 'seat', 'none'])),
  own: optional(FLAG),
  parameters: optional(named(NAME, 'a name in lower case and underscores', record(PARAMETER))),
  any_of: optional(named(NAME, 'a name in lower case and underscores', FACTS)),
  holds: optional(located(TEXT)),
  breaks: optional(located(TEXT)),
  unknown_when: optional(located(TEXT)),
  observe: optional(FACTS),
  required: required(TEMPLATE),
  advice: required(BILINGUAL),
  /** Left out only by a rule that a person alone can decide. */
  cases: optional(located(listOf(record(CASE)))),
};

const STANDARD = {
  id: required(located(ID)),
  edition: required(textLike(/^\S{1,20}$/, 'the edition as a text without blanks, such as "1.0"')),
  /** Absent when the source names no day. */
  effective: optional(textLike(/^\d{4}-\d{2}-\d{2}$/, 'a day such as "2026-09-01", in quotes')),
  title: required(BILINGUAL),
  source: required(BILINGUAL),
  /** Clauses of the source that nothing at a site can show, and why. */
  not_judged: optional(listOf(record({ clause: required(TEXT), because: required(BILINGUAL) }))),
};

export const RULE_FILE = record(RULE);
export const STANDARD_FILE = record(STANDARD);

export type RuleDraft = Draft<typeof RULE>;
export type WholeRule = Whole<typeof RULE>;
export type ParameterDraft = Draft<typeof PARAMETER>;
export type CaseDraft = Draft<typeof CASE>;
export type WholeStandard = Whole<typeof STANDARD>;
