import { useState } from 'preact/hooks';
import type { MachineRow } from '../../api.ts';
import { change, type Fault } from '../ask.ts';
import { say } from '../language.ts';
import { apply, may, rows } from '../live.ts';
import { machineName, READINESS_WORD } from '../names.ts';
import { compareLabels } from '../room.ts';
import { Field, FormFault } from './form.tsx';

/** Moving a candidate to a spare, and swapping the places of two machines. */
export function MoveForms({ machine }: { readonly machine: MachineRow }) {
  const others = [...rows.value.machines.values()]
    .filter((row) => row.room === machine.room && row.id !== machine.id && !row.revoked)
    .sort((left, right) => compareLabels(machineName(left), machineName(right)));
  const spares = others.filter(({ role }) => role === 'spare');
  const isSeat = machine.role === 'candidate' && machine.seat !== null;
  return (
    <>
      {may('move-candidate') && isSeat && spares.length > 0 && (
        <details class="place">
          <summary>{say('move_candidate')}</summary>
          <p>{say('move_candidate_about')}</p>
          <PickForm
            name="spare"
            word="move_candidate"
            others={spares}
            send={(spare) => change('POST', `machines/${encodeURIComponent(spare)}/promote`, { machine: machine.id })}
          />
        </details>
      )}
      {may('place-machine') && others.length > 0 && (
        <details class="place">
          <summary>{say('swap_seats')}</summary>
          <PickForm
            name="other"
            word="swap_seats"
            others={others}
            send={(other) => change('POST', `machines/${encodeURIComponent(machine.id)}/swap`, { machine: other })}
          />
        </details>
      )}
    </>
  );
}

interface PickProps {
  readonly name: string;
  readonly word: 'move_candidate' | 'swap_seats';
  readonly others: readonly MachineRow[];
  readonly send: (id: string) => ReturnType<typeof change<{ readonly machines: readonly MachineRow[] }>>;
}

function PickForm({ name, word, others, send }: PickProps) {
  const [fault, setFault] = useState<Fault | null>(null);
  const [picked, setPicked] = useState('');
  const chosen = others.some(({ id }) => id === picked) ? picked : (others[0]?.id ?? '');
  const submit = async (): Promise<void> => {
    const answer = await send(chosen);
    setFault(answer.ok ? null : answer.fault);
    if (answer.ok) apply({ machines: [...answer.value.machines] });
  };
  return (
    <form
      class="row-form"
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <Field name={name} label={say(word === 'swap_seats' ? 'swap_with' : 'role_spare')}>
        <select id={name} value={chosen} onChange={(event) => setPicked(event.currentTarget.value)}>
          {others.map((row) => (
            <option key={row.id} value={row.id}>
              {machineName(row)} · {row.hostname} · {say(READINESS_WORD[row.readiness])}
            </option>
          ))}
        </select>
      </Field>
      <button type="submit" class="button main">
        {say(word)}
      </button>
      <FormFault fault={fault} />
    </form>
  );
}
