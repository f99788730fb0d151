import { randomBytes } from 'node:crypto';
import type { Bilingual } from '../../agent/probe.ts';
import type { Statements } from '../compliance/statement.ts';
import { newSalt, sealOf } from '../people/person.ts';
import type { Refused, Writing } from '../people/roster.ts';
import { inTurn } from '../people/turns.ts';
import type { Rule } from '../standard/rule.ts';
import type { Doubt } from './grounds.ts';

/**
 * What a signed-in person says about a rule and a subject. `attested`: it is so, where nothing can measure it or nothing
 * did. `waived`: the organization lets it be otherwise.
 */
export interface KeptStatement {
  /** `st-` and 8 characters; `so-` for the organization's own. */
  readonly id: string;
  readonly kind: 'attested' | 'waived';
  readonly rule: string;
  /** A subject's id, or `*`: every subject of the rule. */
  readonly subject: string;
  /** The person's own words; for a waiver the organization's reason. `''` once they were erased. */
  readonly text: string;
  readonly salt: string;
  /** SHA-256 of the files that show it. */
  readonly files: readonly string[];
  /** The clause's items in the words that were confirmed. */
  readonly items: readonly Bilingual[];
  readonly at: number;
  readonly by: string;
  readonly validUntil: number;
  /** `live-commerce@1.0+3f9c…`: what it was said under. */
  readonly standard: string;
  /** A waiver that the organization signed, or one that the site entered for it: they are told apart wherever they show. */
  readonly enteredAt: 'site' | 'organization';
  readonly withdrawn: { readonly at: number; readonly by: string } | null;
  readonly erasedAt: number | null;
}

export interface AttestationWish {
  readonly rule: string;
  readonly subject: string;
  readonly text: string;
  readonly files: readonly string[];
  /** Which of the rule's items are confirmed, by their place: all of them, or it is no statement. */
  readonly items: readonly number[];
  /** Absent: as long as the rule lets it be valid when nobody says. */
  readonly validUntil?: number;
}

export interface WaiverWish {
  readonly rule: string;
  readonly subject: string;
  readonly text: string;
  readonly files: readonly string[];
  readonly validUntil: number;
}

/** As a document of the organization has it. */
export interface OrganizationWaiver {
  readonly id: string;
  readonly rule: string;
  readonly subject: string;
  readonly text: string;
  readonly at: number;
  readonly by: string;
  readonly validUntil: number;
}

export interface StatementStore extends Statements {
  all(): readonly KeptStatement[];
  statement(id: string): KeptStatement | undefined;
  attest(wish: AttestationWish, account: string): Promise<KeptStatement | Refused>;
  waive(wish: WaiverWish, account: string): Promise<KeptStatement | Refused>;
  /** Null: it is withdrawn already, or the organization's, which alone takes it back. */
  withdraw(id: string, account: string): Promise<KeptStatement | null>;
  /**
   * A waiver that the organization signed; the same one again changes nothing.
   * @param withdrawnAt it has withdrawn it since: so it never counts
   */
  receive(waiver: OrganizationWaiver, withdrawnAt?: number | null): Promise<void>;
  recall(id: string, at: number): Promise<void>;
  /** Takes the words out of the site; that there was a statement stays. */
  erase(id: string, account: string): Promise<boolean>;
  isNamed(sha256: string): boolean;
  /** Why one of them is not believed, and does not count; null for all that were written here. */
  doubt(id: string): Bilingual | null;
  /** As the database has them; what is in doubt is shown and counts for nothing. */
  restore(kept: Iterable<KeptStatement>, doubt?: Doubt): void;
}

export interface StatementParts {
  readonly writing: Writing;
  readonly now: () => number;
  readonly standard: string;
  readonly rule: (id: string) => Rule | undefined;
  /** Subjects that the rule judges now. */
  readonly subjectsOf: (rule: Rule) => readonly string[];
  /** What an entry holds of a file; null when there is none, or it is erased. */
  readonly fileSeal: (sha256: string) => string | null;
}

const DAY_MS = 86_400_000;
/** Where a rule says nothing: a statement is made anew each year, and a waiver lasts until the next evaluation. */
const VALID_MS = 365 * DAY_MS;
const WAIVED_MS = 731 * DAY_MS;
export const MOST_FILES = 20;

export interface Validity {
  readonly usualMs: number;
  readonly mostMs: number;
}

/** For how long a statement about this rule is valid when nobody says, and at most: the certifier's parameters. */
export function validityOf({ parameters }: Pick<Rule, 'parameters'>): Validity {
  const [usual, most] = [parameters['valid_seconds']?.value, parameters['longest_valid_seconds']?.value];
  const usualMs = typeof usual === 'number' ? usual * 1000 : VALID_MS;
  return { usualMs, mostMs: Math.max(usualMs, typeof most === 'number' ? most * 1000 : VALID_MS) };
}

export function createStatements(parts: StatementParts): StatementStore {
  const { writing, now, standard, rule: ruleOf, subjectsOf, fileSeal } = parts;
  const { keep, entry } = writing;
  const byId = new Map<string, KeptStatement>();
  /** By rule and subject, newest last. Nearly every rule has none, and this is asked at every judgement. */
  const about = new Map<string, Map<string, readonly KeptStatement[]>>();
  /** Rows of the database that the record or the organization's signature does not bear out. */
  const doubts = new Map<string, Bilingual>();
  const turn = inTurn();
  let changed = new Set<string>();
  /** The next moment at which one of them runs out. */
  let nextEnd = Infinity;

  function put(statement: KeptStatement): void {
    byId.set(statement.id, statement);
    const ofRule = about.get(statement.rule) ?? new Map<string, readonly KeptStatement[]>();
    about.set(statement.rule, ofRule);
    const others = (ofRule.get(statement.subject) ?? []).filter(({ id }) => id !== statement.id);
    ofRule.set(statement.subject, [...others, statement]);
    touch(statement);
    if (statement.withdrawn === null) nextEnd = Math.min(nextEnd, statement.validUntil);
  }

  function touch({ rule: id, subject }: KeptStatement): void {
    if (subject !== '*') {
      changed.add(subject);
      return;
    }
    const rule = ruleOf(id);
    if (rule) for (const one of subjectsOf(rule)) changed.add(one);
  }

  function counting(rule: string, subject: string, wall: number): KeptStatement | undefined {
    const ofRule = about.get(rule);
    if (!ofRule) return undefined;
    const both = [...(ofRule.get('*') ?? []), ...(ofRule.get(subject) ?? [])];
    const valid = both.filter(
      ({ id, withdrawn, validUntil }) => withdrawn === null && wall < validUntil && !doubts.has(id),
    );
    return valid.findLast(({ kind }) => kind === 'waived') ?? valid.at(-1);
  }

  function whyNot(wish: AttestationWish | WaiverWish, rule: Rule | undefined): Bilingual | null {
    if (!rule) return { zh: `标准里没有 ${wish.rule} 这条规则`, en: `the standard has no rule ${wish.rule}` };
    if (wish.text.trim() === '') return NO_TEXT;
    if (wish.files.length > MOST_FILES) return TOO_MANY_FILES;
    const absent = wish.files.find((sha256) => fileSeal(sha256) === null);
    if (absent !== undefined)
      return {
        zh: `没有附件 ${absent.slice(0, 12)}…；请先上传`,
        en: `there is no file ${absent.slice(0, 12)}…; upload it first`,
      };
    if (wish.subject !== '*' && !subjectsOf(rule).includes(wish.subject))
      return {
        zh: `规则 ${rule.id} 不判断 ${wish.subject}`,
        en: `the rule ${rule.id} does not judge ${wish.subject}`,
      };
    return null;
  }

  function whyNotAttest({ items, files, subject }: AttestationWish, rule: Rule): Bilingual | null {
    if (rule.judgedBy !== 'person' && !rule.attestable) return measured(rule);
    if (subject === '*') return EACH_ONE;
    const missing = rule.items.filter((_, index) => !items.includes(index));
    if (missing.length > 0) return unconfirmed(missing);
    return rule.photo && files.length === 0 ? NO_PHOTO : null;
  }

  function whyNotUntil(until: number, mostMs: number): Bilingual | null {
    const wall = now();
    if (until <= wall) return { zh: '有效期要晚于现在', en: 'it has to be valid until later than now' };
    if (until <= wall + mostMs) return null;
    const days = Math.round(mostMs / DAY_MS);
    return { zh: `有效期最长 ${days} 天`, en: `it is valid for at most ${days} days` };
  }

  async function write(
    kind: KeptStatement['kind'],
    wish: Omit<WaiverWish, 'validUntil'>,
    validUntil: number,
    items: readonly Bilingual[],
    account: string,
  ): Promise<KeptStatement> {
    const { rule, subject, files } = wish;
    const statement: KeptStatement = {
      id: `st-${randomBytes(4).toString('hex')}`,
      kind,
      rule,
      subject,
      text: wish.text.trim(),
      salt: newSalt(),
      files: [...new Set(files)],
      items,
      at: now(),
      by: account,
      validUntil,
      standard,
      enteredAt: 'site',
      withdrawn: null,
      erasedAt: null,
    };
    const { id, salt, text, enteredAt } = statement;
    const seals = statement.files.map((sha256) => fileSeal(sha256));
    const body = { change: 'stated', id, standard, validUntil, files: seals, text: sealOf(salt, text) };
    await keep(
      [{ kind: 'statement', id, value: statement }],
      [
        kind === 'attested'
          ? drafted(statement, { ...body, items: items.length, by: account })
          : drafted(statement, { ...body, enteredAt, by: account }),
      ],
    );
    put(statement);
    return statement;
  }

  function drafted({ kind, rule, subject }: KeptStatement, body: Record<string, unknown>) {
    const word = kind === 'attested' ? 'attestation' : 'waiver';
    return { ...entry(word, subject === '*' ? null : subject, body), rule };
  }

  return {
    of(rule, subject, wall) {
      const statement = counting(rule, subject, wall);
      return statement && { kind: statement.kind, id: statement.id, validUntil: statement.validUntil };
    },
    takeChanged(wall) {
      if (wall >= nextEnd) {
        nextEnd = Infinity;
        for (const statement of byId.values()) {
          if (statement.withdrawn !== null) continue;
          if (wall < statement.validUntil) nextEnd = Math.min(nextEnd, statement.validUntil);
          else touch(statement);
        }
      }
      const taken = changed;
      changed = new Set();
      return taken;
    },
    all: () => [...byId.values()],
    statement: (id) => byId.get(id),
    attest: (wish, account) =>
      turn(async () => {
        const rule = ruleOf(wish.rule);
        const refused = whyNot(wish, rule) ?? whyNotAttest(wish, rule!);
        if (refused) return { refused };
        const { usualMs, mostMs } = validityOf(rule!);
        const until = wish.validUntil ?? now() + usualMs;
        const tooLong = whyNotUntil(until, mostMs);
        if (tooLong) return { refused: tooLong };
        return write('attested', wish, until, rule!.items, account);
      }),
    waive: (wish, account) =>
      turn(async () => {
        const refused = whyNot(wish, ruleOf(wish.rule)) ?? whyNotUntil(wish.validUntil, WAIVED_MS);
        if (refused) return { refused };
        return write('waived', wish, wish.validUntil, [], account);
      }),
    withdraw: (id, account) =>
      turn(async () => {
        const statement = byId.get(id);
        if (!statement || statement.withdrawn !== null || statement.enteredAt === 'organization') return null;
        const withdrawn = { ...statement, withdrawn: { at: now(), by: account } };
        await keep(
          [{ kind: 'statement', id, value: withdrawn }],
          [drafted(statement, { change: 'withdrawn', id, by: account })],
        );
        put(withdrawn);
        return withdrawn;
      }),
    receive: (waiver, withdrawnAt = null) =>
      turn(async () => {
        const { id: known } = waiver;
        if (byId.has(known) && !doubts.has(known)) return;
        const statement: KeptStatement = {
          ...waiver,
          kind: 'waived',
          salt: newSalt(),
          files: [],
          items: [],
          standard,
          enteredAt: 'organization',
          withdrawn: withdrawnAt === null ? null : { at: withdrawnAt, by: 'organization' },
          erasedAt: null,
        };
        const { id, salt, text, validUntil, enteredAt, by } = statement;
        const body = { change: 'stated', id, standard, validUntil, files: [], text: sealOf(salt, text), enteredAt, by };
        const over = withdrawnAt === null ? [] : [drafted(statement, { change: 'withdrawn', id, by: 'organization' })];
        await keep([{ kind: 'statement', id, value: statement }], [drafted(statement, body), ...over]);
        doubts.delete(id);
        put(statement);
      }),
    recall: (id, at) =>
      turn(async () => {
        const statement = byId.get(id);
        if (!statement || statement.withdrawn !== null) return;
        const withdrawn = { ...statement, withdrawn: { at, by: 'organization' } };
        const entry = drafted(statement, { change: 'withdrawn', id, by: 'organization' });
        await keep([{ kind: 'statement', id, value: withdrawn }], [entry]);
        put(withdrawn);
      }),
    erase: (id, account) =>
      turn(async () => {
        const statement = byId.get(id);
        if (!statement || statement.erasedAt !== null) return false;
        const erased = { ...statement, text: '', salt: '', erasedAt: now() };
        await keep(
          [{ kind: 'statement', id, value: erased }],
          [entry('erasure', null, { what: 'statement', id, by: account })],
        );
        put(erased);
        return true;
      }),
    isNamed: (sha256) => [...byId.values()].some(({ files }) => files.includes(sha256)),
    doubt: (id) => doubts.get(id) ?? null,
    restore(kept, doubt = () => null) {
      for (const statement of [...kept].sort((left, right) => left.at - right.at)) {
        const why = doubt(statement);
        if (why) doubts.set(statement.id, why);
        put(statement);
      }
    },
  };
}

const NO_TEXT: Bilingual = { zh: '请写明您看到的情况或理由', en: 'say what you saw, or the reason' };
const TOO_MANY_FILES: Bilingual = { zh: `最多 ${MOST_FILES} 个附件`, en: `at most ${MOST_FILES} files` };
const EACH_ONE: Bilingual = {
  zh: '人工确认要逐个对象进行',
  en: 'a statement is made about one room or machine at a time',
};
const NO_PHOTO: Bilingual = { zh: '这一条要附现场照片', en: 'this clause needs a photo of the place' };
const measured = ({ id }: Rule): Bilingual => ({
  zh: `规则 ${id} 由系统判断，不能人工确认`,
  en: `the rule ${id} is measured; nobody can state it`,
});
const unconfirmed = (missing: readonly Bilingual[]): Bilingual => ({
  zh: `还有未确认的内容：${missing.map(({ zh }) => zh).join('、')}`,
  en: `not confirmed: ${missing.map(({ en }) => en).join(', ')}`,
});
