import { useState } from 'preact/hooks';
import type { MachineRow } from '../../api.ts';
import { change, type Fault } from '../ask.ts';
import { say } from '../language.ts';
import { apply, rooms, rows } from '../live.ts';
import { ROLE_WORD } from '../names.ts';
import { roomNames } from '../room.ts';
import { Field, FormFault, valuesOf } from './form.tsx';

/** What the collector takes as the label of a room or seat. */
const LABEL = '[^\\/\\s"\\\\]+';

/** Which seat, room and role a machine has: said by a person, kept by the collector. */
export function PlaceForm({ machine }: { readonly machine: MachineRow }) {
  const [state, setState] = useState<'open' | 'busy' | 'saved'>('open');
  const [fault, setFault] = useState<Fault | null>(null);
  const save = async (values: Readonly<Record<string, string>>): Promise<void> => {
    setState('busy');
    const seat = (values['seat'] ?? '').trim();
    const body = { room: (values['room'] ?? '').trim(), seat: seat === '' ? null : seat, role: values['role'] };
    const answer = await change<MachineRow>('PATCH', `machines/${encodeURIComponent(machine.id)}`, body);
    setState(answer.ok ? 'saved' : 'open');
    setFault(answer.ok ? null : answer.fault);
    // The answer is the machine's new row; its event would tell the same a moment later.
    if (answer.ok) apply({ machines: [answer.value] });
  };
  return (
    <form class="row-form" onSubmit={(event) => void save(valuesOf(event))} onInput={() => setState('open')}>
      <Field name="seat" label={say('seat')}>
        <input
          id="seat"
          name="seat"
          defaultValue={machine.seat ?? ''}
          maxLength={16}
          pattern={LABEL}
          title={say('no_blanks')}
          autocomplete="off"
          size={8}
        />
      </Field>
      <Field name="room" label={say('room')}>
        <RoomInput initial={machine.room} />
      </Field>
      <Field name="role" label={say('role')}>
        <RoleSelect initial={machine.role} />
      </Field>
      <button type="submit" class="button main" disabled={state === 'busy'}>
        {say('save')}
      </button>
      <span role="status">{state === 'saved' ? say('saved') : ''}</span>
      <FormFault fault={fault} />
    </form>
  );
}

/** A room by name: one there is, or a new one. */
export function RoomInput({ initial }: { readonly initial: string }) {
  const names = roomNames(
    rows.value,
    rooms.value.map((row) => row.room),
  );
  return (
    <>
      <input
        id="room"
        name="room"
        defaultValue={initial}
        required
        maxLength={32}
        pattern={LABEL}
        title={say('no_blanks')}
        list="rooms"
        autocomplete="off"
        size={12}
      />
      <datalist id="rooms">
        {names.map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
    </>
  );
}

export function RoleSelect({ initial }: { readonly initial: MachineRow['role'] }) {
  return (
    <select id="role" name="role" defaultValue={initial}>
      {(Object.keys(ROLE_WORD) as MachineRow['role'][]).map((role) => (
        <option key={role} value={role} selected={role === initial}>
          {say(ROLE_WORD[role])}
        </option>
      ))}
    </select>
  );
}
