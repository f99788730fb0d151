import { useState } from 'preact/hooks';
import { FITNESS, STAFF_ROLES } from '../../../../people/kinds.ts';
import type { Person } from '../../../../people/person.ts';
import { change, type Fault } from '../../ask.ts';
import { say } from '../../language.ts';
import { may } from '../../live.ts';
import { Field, FormFault, valuesOf } from '../../parts/form.tsx';
import { listOf } from './asked.ts';
import { FIT_WORD, isNone, joined, STAFF_WORD } from './named.ts';

interface PersonFormProps {
  /** null: a new one */
  readonly person: Person | null;
  readonly onDone: () => void;
}

/** Everything that the roster holds of one person. */
export function PersonForm({ person, onDone }: PersonFormProps) {
  const [fault, setFault] = useState<Fault | null>(null);
  const save = async (values: Readonly<Record<string, string>>): Promise<void> => {
    const number = person?.number ?? (values['number'] ?? '').trim();
    const answer = await change('PUT', `roster/${encodeURIComponent(number)}`, bodyOf(values));
    setFault(answer.ok ? null : answer.fault);
    if (answer.ok) onDone();
  };
  const erase = async (): Promise<void> => {
    if (!person || !window.confirm(say('person_erase_sure', { number: person.number }))) return;
    const answer = await change('POST', `roster/${encodeURIComponent(person.number)}/erase`, {});
    setFault(answer.ok ? null : answer.fault);
    if (answer.ok) onDone();
  };
  return (
    <form class="box person-form" onSubmit={(event) => void save(valuesOf(event))}>
      <div class="row-form">
        <Field name="number" label={say('person_number')}>
          <input
            id="number"
            name="number"
            required
            disabled={person !== null}
            maxLength={32}
            pattern="[0-9A-Za-z][0-9A-Za-z_\-]*"
            defaultValue={person?.number ?? ''}
            autocomplete="off"
            size={10}
          />
        </Field>
        <Text name="name" label={say('person_name')} value={person?.name ?? ''} required />
        <Text name="department" label={say('person_department')} value={person?.department ?? ''} />
        <Text name="teaches" label={say('person_teaches')} value={teachesText(person)} size={34} max={1000} />
      </div>
      <fieldset class="checks">
        <legend>{say('person_roles')}</legend>
        {STAFF_ROLES.map((role) => (
          <Check
            key={role}
            name={`role-${role}`}
            label={say(STAFF_WORD[role])}
            on={person?.roles.includes(role) ?? false}
          />
        ))}
        <Check name="designated" label={say('person_designated')} on={person?.designated ?? false} />
        {person && <Check name="left" label={say('person_left')} on={person.left} />}
      </fieldset>
      <div class="row-form">
        <DayField name="trained" label={say('person_trained')} day={person?.trained ?? null} />
        <DayField name="passed" label={say('person_passed')} day={person?.passed ?? null} />
        <DayField name="briefed" label={say('person_briefed')} day={person?.briefed ?? null} />
      </div>
      <div class="row-form">
        <YesNoField name="experienced" label={say('person_experienced')} is={person?.experienced ?? null} />
        <YesNoField name="selected" label={say('person_selected')} is={person?.selected ?? null} />
        {FITNESS.map((one) => (
          <YesNoField key={one} name={one} label={say(FIT_WORD[one])} is={person?.fitness[one] ?? null} />
        ))}
      </div>
      <div class="row-form">
        <button type="submit" class="button main">
          {say('save')}
        </button>
        <button type="button" class="button" onClick={onDone}>
          {say('cancel')}
        </button>
        {person && may('erase') && (
          <button type="button" class="button danger" onClick={() => void erase()}>
            {say('person_erase')}
          </button>
        )}
        <FormFault fault={fault} />
      </div>
    </form>
  );
}

function bodyOf(values: Readonly<Record<string, string>>): Omit<Person, 'number'> {
  const text = (name: string): string => (values[name] ?? '').trim();
  const yesNo = (name: string): boolean | null => (text(name) === '' ? null : text(name) === 'yes');
  const day = (name: string): string | null => {
    const never = text(`${name}-never`) !== '';
    return never ? 'no' : text(name) || null;
  };
  const teaches = text('teaches');
  return {
    name: text('name'),
    roles: STAFF_ROLES.filter((role) => values[`role-${role}`] !== undefined),
    department: text('department') || null,
    teaches: teaches === '' ? null : isNone(teaches) ? [] : listOf(teaches),
    experienced: yesNo('experienced'),
    trained: day('trained'),
    passed: day('passed'),
    briefed: day('briefed'),
    fitness: {
      lawful: yesNo('lawful'),
      versed: yesNo('versed'),
      healthy: yesNo('healthy'),
      unblemished: yesNo('unblemished'),
    },
    selected: yesNo('selected'),
    designated: values['designated'] !== undefined,
    left: values['left'] !== undefined,
  };
}

function teachesText(person: Person | null): string {
  if (!person || person.teaches === null) return '';
  return person.teaches.length === 0 ? say('teaches_none') : joined(person.teaches);
}

interface TextProps {
  readonly name: string;
  readonly label: string;
  readonly value: string;
  readonly required?: boolean;
  readonly size?: number;
  readonly max?: number;
}

function Text({ name, label, value, required = false, size = 14, max = 64 }: TextProps) {
  return (
    <Field name={name} label={label}>
      <input
        id={name}
        name={name}
        required={required}
        size={size}
        maxLength={max}
        defaultValue={value}
        autocomplete="off"
      />
    </Field>
  );
}

function Check({ name, label, on }: { readonly name: string; readonly label: string; readonly on: boolean }) {
  return (
    <label class="check">
      <input type="checkbox" name={name} defaultChecked={on} /> {label}
    </label>
  );
}

function DayField({
  name,
  label,
  day,
}: {
  readonly name: string;
  readonly label: string;
  readonly day: string | null;
}) {
  return (
    <Field name={name} label={label}>
      <span class="day">
        <input id={name} name={name} type="date" defaultValue={day === 'no' ? '' : (day ?? '')} />
        <label class="check">
          <input type="checkbox" name={`${name}-never`} defaultChecked={day === 'no'} /> {say('day_never')}
        </label>
      </span>
    </Field>
  );
}

function YesNoField({
  name,
  label,
  is,
}: {
  readonly name: string;
  readonly label: string;
  readonly is: boolean | null;
}) {
  const chosen = is === null ? '' : is ? 'yes' : 'no';
  return (
    <Field name={name} label={label}>
      <select id={name} name={name} defaultValue={chosen}>
        {(['', 'yes', 'no'] as const).map((word) => (
          <option key={word} value={word} selected={word === chosen}>
            {word === '' ? say('unsaid') : say(word === 'yes' ? 'yes_word' : 'no_word')}
          </option>
        ))}
      </select>
    </Field>
  );
}
