import type { Bilingual } from '../../agent/probe.ts';
import type { EntryDraft, EntryKind, Kept } from '../history/history.ts';
import { newSalt, sealOf, type ErasedPerson, type KeptPerson, type Person } from './person.ts';
import { changedBy, MOST_PEOPLE, readRoster, type RosterFaults, type RosterLine } from './rosterFile.ts';
import { inTurn } from './turns.ts';

/** How a change becomes durable, and part of the record. */
export interface Writing {
  readonly keep: (kept: readonly Kept[], entries: readonly EntryDraft[]) => Promise<void>;
  readonly entry: (kind: EntryKind, subject: string | null, body: EntryDraft['body']) => EntryDraft;
}

export interface Refused {
  readonly refused: Bilingual;
}

/** What an import did, or would do: staff numbers. */
export interface Imported {
  readonly added: readonly string[];
  readonly changed: readonly string[];
  readonly same: number;
}

/** 考务人员信息库 of the site. */
export interface Roster {
  /** Everybody but the erased, by number. */
  people(): readonly Person[];
  person(number: string): Person | undefined;
  /** When the person with this number was erased; null for all others. */
  erasedAt(number: string): number | null;
  /** Changes with every change; what is computed from the roster is computed again then. */
  version(): number;
  /**
   * Takes a CSV file in whole or not at all: adds who is new and changes who is known, by staff number; nobody is removed.
   * @param isTrial only says what would happen
   * @param today the site's day
   */
  importFile(bytes: Uint8Array, today: string, account: string, isTrial?: boolean): Promise<Imported | RosterFaults>;
  save(person: Person, account: string): Promise<Person | Refused>;
  /** Takes the person out of the site for good: what is left is the number, in entries. */
  erase(number: string, account: string): Promise<boolean>;
  restore(kept: Iterable<readonly [number: string, value: KeptPerson | ErasedPerson]>): void;
}

export function createRoster({ keep, entry }: Writing, now: () => number): Roster {
  const people = new Map<string, KeptPerson>();
  const erased = new Map<string, number>();
  const turn = inTurn();
  let version = 0;

  function planned(lines: readonly RosterLine[]): { faults: RosterFaults['faults']; next: readonly Person[] } {
    const faults = lines
      .filter(({ number }) => erased.has(number))
      .map(({ line, number }) => ({ line, column: '工号', message: numberErased(number) }));
    const added = lines.filter(({ number }) => !people.has(number)).length;
    if (people.size + added > MOST_PEOPLE) faults.push({ line: lines.at(-1)!.line, column: '', message: tooMany });
    return { faults, next: lines.map((line) => changedBy(people.get(line.number)?.person, line)) };
  }

  /** Durable together, or not at all. */
  async function write(changed: readonly Person[], account: string): Promise<void> {
    const rows = changed.map((person) => ({
      person,
      before: people.get(person.number),
      // A salt of its own for each state: equal hashes would tell that something came back.
      salt: newSalt(),
    }));
    await keep(
      rows.map(({ person, salt }) => ({ kind: 'person', id: person.number, value: { salt, person } })),
      rows.map(({ person, before, salt }) =>
        entry('roster', null, {
          change: before ? (person.left && !before.person.left ? 'left' : 'changed') : 'added',
          number: person.number,
          roles: person.roles,
          person: sealOf(salt, person),
          by: account,
        }),
      ),
    );
    for (const { person, salt } of rows) people.set(person.number, { salt, person });
    version += 1;
  }

  const differs = (person: Person): boolean =>
    JSON.stringify(person) !== JSON.stringify(people.get(person.number)?.person);

  return {
    people: () => [...people.values()].map(({ person }) => person).sort(byNumber),
    person: (number) => people.get(number)?.person,
    erasedAt: (number) => erased.get(number) ?? null,
    version: () => version,
    importFile: (bytes, today, account, isTrial = false) =>
      turn(async () => {
        const read = readRoster(bytes, today);
        if ('faults' in read) return read;
        const { faults, next } = planned(read.lines);
        if (faults.length > 0) return { faults, count: faults.length };
        const changed = next.filter(differs);
        const added = changed.filter(({ number }) => !people.has(number)).map(({ number }) => number);
        const imported = {
          added,
          changed: changed.map(({ number }) => number).filter((number) => !added.includes(number)),
          same: next.length - changed.length,
        };
        if (!isTrial && changed.length > 0) await write(changed, account);
        return imported;
      }),
    save: (person, account) =>
      turn(async () => {
        if (erased.has(person.number)) return { refused: numberErased(person.number) };
        if (!people.has(person.number) && people.size >= MOST_PEOPLE) return { refused: tooMany };
        if (differs(person)) await write([person], account);
        return person;
      }),
    erase: (number, account) =>
      turn(async () => {
        if (!people.has(number)) return false;
        const at = now();
        await keep(
          [{ kind: 'person', id: number, value: { erased: at } }],
          [entry('erasure', null, { what: 'person', number, by: account })],
        );
        people.delete(number);
        erased.set(number, at);
        version += 1;
        return true;
      }),
    restore(kept) {
      for (const [number, value] of kept) {
        if ('erased' in value) erased.set(number, value.erased);
        else people.set(number, value);
      }
      version += 1;
    },
  };
}

function byNumber(left: Person, right: Person): number {
  return left.number < right.number ? -1 : 1;
}

const numberErased = (number: string): Bilingual => ({
  zh: `工号 ${number} 的人员资料已经清除，该工号不能再用；请用新的工号`,
  en: `the person with the number ${number} was erased, and it is not given again; use a new number`,
});
const tooMany: Bilingual = {
  zh: `名册最多 ${MOST_PEOPLE} 人`,
  en: `a roster has at most ${MOST_PEOPLE} people`,
};
