import { useState } from 'preact/hooks';
import { STAFF_ROLES, type StaffRole } from '../../../../people/kinds.ts';
import type { Session } from '../../../../sessions/session.ts';
import type { AssignedRow, DutiesAnswer, RosterAnswer } from '../../../peopleApi.ts';
import { addressOf } from '../../address.ts';
import { change, type Fault } from '../../ask.ts';
import { say, tell } from '../../language.ts';
import { may, rooms, rows } from '../../live.ts';
import { when } from '../../names.ts';
import { roomNames } from '../../room.ts';
import { Field, FormFault, valuesOf } from '../../parts/form.tsx';
import { listOf, useAsked } from './asked.ts';
import { CONFLICT_WORD, joined, STAFF_WORD } from './named.ts';

/** 考务安排: who is assigned to a session, has signed the pledge, and is there. */
export function StaffPage({ session }: { readonly session: Session }) {
  const path = `sessions/${encodeURIComponent(session.id)}`;
  const duties = useAsked<DutiesAnswer>(`${path}/people`);
  const [fault, setFault] = useState<Fault | null>(null);
  if (!duties.value) return <p class="empty">{duties.fault ? tell(duties.fault.message) : say('loading')}</p>;
  const post = async (end: string, body: object): Promise<boolean> => {
    const answer = await change('POST', `${path}/${end}`, body);
    setFault(answer.ok ? null : answer.fault);
    await duties.again();
    return answer.ok;
  };
  const { assigned } = duties.value;
  return (
    <>
      <h1>{say('tab_staff')}</h1>
      {may('manage-people') && <CandidatesForm duties={duties.value} post={post} />}
      {may('manage-people') && <AssignForm session={session} post={post} />}
      <FormFault fault={fault} />
      {assigned.length === 0 && <p class="empty">{say('nobody_assigned')}</p>}
      {groupsOf(assigned).map(([room, people]) => (
        <Group key={room ?? ''} room={room} people={people} duties={duties.value!} post={post} />
      ))}
    </>
  );
}

type Post = (end: string, body: object) => Promise<boolean>;

/** The whole site first, then room by room. */
function groupsOf(assigned: readonly AssignedRow[]): (readonly [string | null, readonly AssignedRow[]])[] {
  const names = [...new Set(assigned.map(({ room }) => room))].sort((left, right) =>
    (left ?? '') < (right ?? '') ? -1 : 1,
  );
  return names.map((room) => [room, assigned.filter((row) => row.room === room)]);
}

interface GroupProps {
  readonly room: string | null;
  readonly people: readonly AssignedRow[];
  readonly duties: DutiesAnswer;
  readonly post: Post;
}

function Group({ room, people, duties, post }: GroupProps) {
  const proctors = people.filter(({ role }) => role === 'proctor');
  const present = proctors.filter((row) => row.present !== null).length;
  const title =
    room === null ? say('all_rooms') : say('proctors_of_room', { room, assigned: proctors.length, present });
  return (
    <section class="group">
      <h2>{title}</h2>
      <table class="people">
        <thead>
          <tr>
            <th scope="col">{say('person_number')}</th>
            <th scope="col">{say('person_name')}</th>
            <th scope="col">{say('assign_role')}</th>
            <th scope="col">{say('pledged')}</th>
            <th scope="col">{say('present')}</th>
            {may('manage-people') && <th scope="col" />}
          </tr>
        </thead>
        <tbody>
          {people.map((row) => (
            <Line key={row.number} row={row} duties={duties} post={post} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Line({
  row,
  duties,
  post,
}: {
  readonly row: AssignedRow;
  readonly duties: DutiesAnswer;
  readonly post: Post;
}) {
  const end = `people/${encodeURIComponent(row.number)}`;
  const conflicts = duties.conflicts.filter(({ number }) => number === row.number);
  return (
    <tr>
      <td>{row.number}</td>
      <th scope="row">
        {row.name ?? say('erased_person')}
        {conflicts.map(({ kind }) => (
          <span key={kind} class="conflict">
            {say(CONFLICT_WORD[kind])}
          </span>
        ))}
      </th>
      <td>{say(STAFF_WORD[row.role])}</td>
      <td>
        <Marked
          at={row.pledged?.at ?? null}
          done="pledge_signed"
          act="pledge_sign"
          allowed={may('manage-people')}
          set={(signed) => void post(`${end}/pledge`, { signed })}
        />
      </td>
      <td>
        <Marked
          at={row.present?.at ?? null}
          done="checked_in"
          act="check_in"
          allowed={may('check-in')}
          set={(present) => void post(`${end}/check-in`, { present })}
        />
      </td>
      {may('manage-people') && (
        <td>
          <button type="button" class="button quiet" onClick={() => void post(`${end}/remove`, {})}>
            {say('remove')}
          </button>
        </td>
      )}
    </tr>
  );
}

interface MarkedProps {
  readonly at: number | null;
  readonly done: 'pledge_signed' | 'checked_in';
  readonly act: 'pledge_sign' | 'check_in';
  readonly allowed: boolean;
  readonly set: (is: boolean) => void;
}

function Marked({ at, done, act, allowed, set }: MarkedProps) {
  if (at === null) {
    if (!allowed) return <span class="unsaid">—</span>;
    return (
      <button type="button" class="button" onClick={() => set(true)}>
        {say(act)}
      </button>
    );
  }
  return (
    <>
      {say(done, { time: when(at) })}{' '}
      {allowed && (
        <button type="button" class="button quiet" onClick={() => set(false)}>
          {say('take_back')}
        </button>
      )}
    </>
  );
}

function AssignForm({ session, post }: { readonly session: Session; readonly post: Post }) {
  const roster = useAsked<RosterAnswer>('roster');
  const [role, setRole] = useState<StaffRole>('proctor');
  const able = (roster.value?.people ?? []).filter((person) => !person.left && person.roles.includes(role));
  const named =
    session.rooms === 'all'
      ? roomNames(
          rows.value,
          rooms.value.map((row) => row.room),
        )
      : session.rooms;
  const save = (values: Readonly<Record<string, string>>): void => {
    const room = values['room'] ?? '';
    void post('people', { number: values['number'] ?? '', role, room: room === '' ? null : room });
  };
  return (
    <form class="row-form" onSubmit={(event) => save(valuesOf(event))}>
      <Field name="role" label={say('assign_role')}>
        <select id="role" value={role} onChange={(event) => setRole(event.currentTarget.value as StaffRole)}>
          {STAFF_ROLES.map((one) => (
            <option key={one} value={one}>
              {say(STAFF_WORD[one])}
            </option>
          ))}
        </select>
      </Field>
      <Field name="number" label={say('assign_who')}>
        <select id="number" name="number" required>
          {able.map((person) => (
            <option key={person.number} value={person.number}>
              {person.name} · {person.number}
              {person.department === null ? '' : ` · ${person.department}`}
            </option>
          ))}
        </select>
      </Field>
      <Field name="room" label={say('room')}>
        <select id="room" name="room">
          {role !== 'proctor' && <option value="">{say('all_rooms')}</option>}
          {named.map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      </Field>
      <button type="submit" class="button main" disabled={able.length === 0}>
        {say('assign')}
      </button>
      {roster.value && able.length === 0 && (
        <p class="hint">
          <a href={addressOf({ page: 'affairs', tab: 'roster', session: session.id })}>{say('nobody_of_role')}</a>
        </p>
      )}
      <FormFault fault={roster.value ? null : roster.fault} />
    </form>
  );
}

/** What proctors have to be kept apart from. */
function CandidatesForm({ duties, post }: { readonly duties: DutiesAnswer; readonly post: Post }) {
  const { classes, departments } = duties.candidates;
  const save = (values: Readonly<Record<string, string>>): void => {
    const list = (name: string): string[] | null => {
      const words = listOf(values[name] ?? '');
      return words.length === 0 ? null : words;
    };
    void post('candidates', { classes: list('classes'), departments: list('departments') });
  };
  const input = (name: string, value: readonly string[] | null) => (
    <input
      id={name}
      name={name}
      size={30}
      maxLength={1000}
      defaultValue={joined(value)}
      placeholder={value === null ? say('unsaid') : ''}
      autocomplete="off"
    />
  );
  return (
    <form class="row-form" onSubmit={(event) => save(valuesOf(event))}>
      <Field name="classes" label={say('candidates_classes')}>
        {input('classes', classes)}
      </Field>
      <Field name="departments" label={say('candidates_departments')}>
        {input('departments', departments)}
      </Field>
      <button type="submit" class="button">
        {say('save')}
      </button>
    </form>
  );
}
