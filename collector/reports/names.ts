import type { Account } from '../accounts/account.ts';
import type { Reading } from '../history/reading.ts';
import { scopedOf } from '../identity/scopes.ts';
import type { Machine } from '../identity/machine.ts';
import type { ErasedPerson, KeptPerson } from '../people/person.ts';
import type { ReportRule, Terms } from './terms.ts';
import type { Voice } from './voice.ts';

/**
 * What the ids of entries are called. Names of people come from tables that can be erased: where one is gone, the number
 * or the id remains, and the report says so.
 */
export interface Names {
  /** Of an account or token, or who else did it. */
  account(id: unknown): string;
  /** `0017 王敏`, or the number and that the name was erased. */
  person(number: string): string;
  rule(id: string | null): ReportRule | null;
  /** Of a rule that the standard in force has no more: its id. */
  ruleTitle(id: string | null): string;
  room(subject: string | null): string | null;
  /** `Room A, seat 17`; a frozen readiness knows who sat where then. */
  place(subject: string | null, seats?: ReadonlyMap<string, string>): string;
  machine(id: string): Machine | undefined;
  machines(): readonly Machine[];
}

export function createNames(reading: Reading, { standard }: Terms, voice: Voice): Names {
  const { say } = voice;
  const machines = new Map([...reading.kept('machine')] as [string, Machine][]);
  const accounts = new Map<string, string>();
  for (const kind of ['account', 'token'])
    for (const [id, account] of reading.kept(kind)) accounts.set(id, (account as Pick<Account, 'name'>).name);
  const rules = new Map(standard.rules.map((rule) => [rule.id, rule]));
  const owner = (subject: string): string => subject.split('/')[0]!;

  function room(subject: string | null): string | null {
    if (subject === null) return null;
    const scoped = scopedOf(subject);
    return scoped ? scoped.room : (machines.get(owner(subject))?.room ?? null);
  }

  return {
    account(id) {
      if (typeof id !== 'string') return '—';
      if (id === 'collector') return say('by_collector');
      if (id === 'organization') return say('by_organization');
      if (id === 'console of this PC') return say('by_this_pc');
      return accounts.get(id) ?? id;
    },
    person(number) {
      const kept = reading.keptOne('person', number) as (KeptPerson | ErasedPerson) | null;
      if (!kept) return number;
      return 'erased' in kept ? `${number} ${say('erased')}` : `${number} ${kept.person.name}`;
    },
    rule: (id) => (id === null ? null : (rules.get(id) ?? null)),
    ruleTitle: (id) => (id === null ? '—' : voice.tell(rules.get(id)?.title ?? { zh: id, en: id })),
    room,
    place(subject, seats) {
      if (subject === null) return say('whole_site');
      const scoped = scopedOf(subject);
      if (scoped) return scoped.room === null ? say('whole_site') : say('room_name', { room: scoped.room });
      const machine = machines.get(owner(subject));
      if (!machine) return subject;
      const seat = seats?.get(owner(subject)) ?? machine.seat;
      if (machine.role === 'server' || machine.role === 'standby')
        return say('server_name', { room: machine.room, seat: seat ?? machine.hostname });
      return say('seat_name', { room: machine.room, seat: seat ?? machine.hostname });
    },
    machine: (id) => machines.get(id),
    machines: () => [...machines.values()],
  };
}
