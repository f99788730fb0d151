import { say } from '../language.ts';
import { Field } from './form.tsx';

export function NameField() {
  return (
    <Field name="name" label={say('name')}>
      <input id="name" name="name" required minLength={2} maxLength={32} autocomplete="username" spellcheck={false} />
    </Field>
  );
}

export function Password({ name, label }: { readonly name: string; readonly label: string }) {
  return (
    <Field name={name} label={label}>
      <input id={name} name={name} type="password" required maxLength={200} autocomplete="current-password" />
    </Field>
  );
}

/** A new password, twice: `password` and `again`. */
export function NewPasswords({ label }: { readonly label: string }) {
  return (
    <>
      <Field name="password" label={label} hint={say('password_rule')}>
        <NewPassword name="password" />
      </Field>
      <Field name="again" label={say('password_again')}>
        <NewPassword name="again" />
      </Field>
    </>
  );
}

export function CodeField({ label, initial = '' }: { readonly label: string; readonly initial?: string }) {
  return (
    <Field name="code" label={label}>
      <input
        id="code"
        name="code"
        defaultValue={initial}
        required
        maxLength={32}
        autocomplete="off"
        spellcheck={false}
      />
    </Field>
  );
}

function NewPassword({ name }: { readonly name: string }) {
  return (
    <input id={name} name={name} type="password" required minLength={10} maxLength={200} autocomplete="new-password" />
  );
}
