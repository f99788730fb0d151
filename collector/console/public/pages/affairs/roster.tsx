import { useRef, useState } from 'preact/hooks';
import type { LineFault } from '../../../../sheet/csv.ts';
import type { Imported } from '../../../../people/roster.ts';
import { STAFF_ROLES } from '../../../../people/kinds.ts';
import type { Person } from '../../../../people/person.ts';
import type { RosterAnswer, RosterRefused } from '../../../peopleApi.ts';
import { change, type Fault } from '../../ask.ts';
import { sendFile } from '../../send.ts';
import { say, tell } from '../../language.ts';
import { may } from '../../live.ts';
import { Field, FormFault, valuesOf } from '../../parts/form.tsx';
import { listOf, useAsked } from './asked.ts';
import { PersonForm } from './person.tsx';
import { joined, STAFF_WORD } from './named.ts';

/** 名册: everybody who works for exams here. Names are for who signed in. */
export function RosterPage() {
  const asked = useAsked<RosterAnswer>('roster');
  const [edited, setEdited] = useState<Person | 'new' | null>(null);
  if (!asked.value) return <p class="empty">{asked.fault ? tell(asked.fault.message) : say('loading')}</p>;
  const { people, programmes } = asked.value;
  const done = (): void => {
    setEdited(null);
    void asked.again();
  };
  const mayChange = may('manage-people');
  return (
    <>
      <h1>
        {say('tab_roster')} <span class="count">{people.length}</span>
      </h1>
      <p class="quiet-text">{say('roster_about')}</p>
      {mayChange && <Import onDone={() => void asked.again()} />}
      {mayChange && <Programmes programmes={programmes} onDone={() => void asked.again()} />}
      {mayChange && edited === null && (
        <p>
          <button type="button" class="button" onClick={() => setEdited('new')}>
            {say('person_add')}
          </button>
        </p>
      )}
      {edited !== null && <PersonForm person={edited === 'new' ? null : edited} onDone={done} />}
      {people.length === 0 ? (
        <p class="empty">{say('roster_empty')}</p>
      ) : (
        <People people={people} onEdit={mayChange ? setEdited : null} />
      )}
    </>
  );
}

interface PeopleProps {
  readonly people: readonly Person[];
  readonly onEdit: ((person: Person) => void) | null;
}

function People({ people, onEdit }: PeopleProps) {
  return (
    <table class="people">
      <thead>
        <tr>
          <th scope="col">{say('person_number')}</th>
          <th scope="col">{say('person_name')}</th>
          <th scope="col">{say('person_roles')}</th>
          <th scope="col">{say('person_department')}</th>
          <th scope="col">{say('person_teaches_short')}</th>
          <th scope="col">{say('person_trained')}</th>
          <th scope="col">{say('person_passed')}</th>
          <th scope="col">{say('person_fit')}</th>
          {onEdit && <th scope="col" />}
        </tr>
      </thead>
      <tbody>
        {people.map((person) => (
          <tr key={person.number} class={person.left ? 'is-gone' : ''}>
            <td>{person.number}</td>
            <th scope="row">
              {person.name} {person.left && <span class="tag">{say('person_left')}</span>}
            </th>
            <td>{rolesName(person.roles)}</td>
            <td>{person.department ?? <Unsaid />}</td>
            <td>
              {person.teaches === null ? <Unsaid /> : person.teaches.join(say('list_comma')) || say('teaches_none')}
            </td>
            <td>
              <Day day={person.trained} />
            </td>
            <td>
              <Day day={person.passed} />
            </td>
            <td>
              <Fit fitness={person.fitness} />
            </td>
            {onEdit && (
              <td>
                <button type="button" class="button quiet" onClick={() => onEdit(person)}>
                  {say('change')}
                </button>
              </td>
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export function rolesName(roles: Person['roles']): string {
  return STAFF_ROLES.filter((role) => roles.includes(role))
    .map((role) => say(STAFF_WORD[role]))
    .join(say('list_comma'));
}

function Unsaid() {
  return <span class="unsaid">{say('unsaid')}</span>;
}

function Day({ day }: { readonly day: string | null }) {
  if (day === null) return <Unsaid />;
  return day === 'no' ? <strong class="short">{say('day_never')}</strong> : <>{day}</>;
}

function Fit({ fitness }: { readonly fitness: Person['fitness'] }) {
  const answers = Object.values(fitness);
  if (answers.includes(false)) return <strong class="short">{say('no_word')}</strong>;
  return answers.includes(null) ? <Unsaid /> : <>{say('yes_word')}</>;
}

interface Tried {
  readonly file: File;
  readonly would: Imported;
}

/** A file is checked first: what it would do is said before it is done. */
function Import({ onDone }: { readonly onDone: () => void }) {
  const input = useRef<HTMLInputElement>(null);
  const [tried, setTried] = useState<Tried | null>(null);
  const [done, setDone] = useState<Imported | null>(null);
  const [refused, setRefused] = useState<RosterRefused | null>(null);
  const [fault, setFault] = useState<Fault | null>(null);
  const ask = async (file: File, isTrial: boolean): Promise<void> => {
    setTried(null);
    setDone(null);
    setRefused(null);
    const answer = await sendFile<Imported>(`roster/import${isTrial ? '?trial=true' : ''}`, file, 'text/csv');
    const why = answer.ok ? null : (answer.body as RosterRefused | null);
    setFault(answer.ok || why?.faults ? null : answer.fault);
    if (why?.faults) setRefused(why);
    if (!answer.ok) return;
    if (isTrial) setTried({ file, would: answer.value });
    else {
      setDone(answer.value);
      onDone();
    }
  };
  const start = (event: Event): void => {
    event.preventDefault();
    const file = input.current?.files?.[0];
    if (file) void ask(file, true);
  };
  const counts = ({ added, changed, same }: Imported) => ({ added: added.length, changed: changed.length, same });
  return (
    <section class="box">
      <form class="row-form" onSubmit={start}>
        <Field name="roster-file" label={say('roster_file')}>
          <input
            id="roster-file"
            ref={input}
            type="file"
            accept=".csv,text/csv"
            required
            onChange={() => setTried(null)}
          />
        </Field>
        <button type="submit" class={tried ? 'button' : 'button main'}>
          {say('roster_check')}
        </button>
        <a class="button quiet" href="/api/v1/roster/template.csv" download="roster.csv">
          {say('roster_template')}
        </a>
      </form>
      {tried && (
        <p role="status">
          {say('roster_would', counts(tried.would))}{' '}
          <button type="button" class="button main" onClick={() => void ask(tried.file, false)}>
            {say('roster_import')}
          </button>
        </p>
      )}
      {done && <p role="status">{say('roster_done', counts(done))}</p>}
      {refused && <Faults refused={refused} />}
      <FormFault fault={fault} />
    </section>
  );
}

function Faults({ refused }: { readonly refused: RosterRefused }) {
  const { faults, count, error } = refused;
  return (
    <div role="alert">
      <p class="form-fault">{tell(error.message)}</p>
      <table class="faults">
        <thead>
          <tr>
            <th scope="col">{say('fault_line')}</th>
            <th scope="col">{say('fault_column')}</th>
            <th scope="col">{say('fault_reason')}</th>
          </tr>
        </thead>
        <tbody>
          {faults.map((row: LineFault, index: number) => (
            <tr key={index}>
              <td>{row.line}</td>
              <td>{row.column ?? ''}</td>
              <td>{tell(row.message)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {count > faults.length && <p>{say('fault_more', { n: count - faults.length })}</p>}
    </div>
  );
}

/** 证书试点专业: proctors may not teach them. */
function Programmes({
  programmes,
  onDone,
}: {
  readonly programmes: readonly string[] | null;
  readonly onDone: () => void;
}) {
  const [fault, setFault] = useState<Fault | null>(null);
  const save = async (values: Readonly<Record<string, string>>): Promise<void> => {
    const answer = await change('POST', 'programmes', { programmes: listOf(values['programmes'] ?? '') });
    setFault(answer.ok ? null : answer.fault);
    if (answer.ok) onDone();
  };
  return (
    <form class="row-form" onSubmit={(event) => void save(valuesOf(event))}>
      <Field name="programmes" label={say('programmes')}>
        <input
          id="programmes"
          name="programmes"
          size={40}
          maxLength={1000}
          defaultValue={joined(programmes)}
          placeholder={programmes === null ? say('unsaid') : ''}
        />
      </Field>
      <button type="submit" class="button">
        {say('save')}
      </button>
      <FormFault fault={fault} />
    </form>
  );
}
