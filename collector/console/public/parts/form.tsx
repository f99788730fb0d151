import type { ComponentChildren, TargetedSubmitEvent } from 'preact';
import type { Fault } from '../ask.ts';
import { tell } from '../language.ts';

interface FieldProps {
  readonly name: string;
  readonly label: string;
  readonly hint?: string;
  readonly children: ComponentChildren;
}

/** A label above its control; the control carries `id={name}`. */
export function Field({ name, label, hint, children }: FieldProps) {
  return (
    <div class="field">
      <label for={name}>{label}</label>
      {children}
      {hint && <p class="hint">{hint}</p>}
    </div>
  );
}

/** Why the collector, or the page itself, did not take the form. */
export function FormFault({ fault }: { readonly fault: Pick<Fault, 'message'> | null }) {
  return (
    <p class="form-fault" role="alert">
      {fault ? tell(fault.message) : ''}
    </p>
  );
}

/** The values of a form's controls by name; sends nothing by itself. */
export function valuesOf(event: TargetedSubmitEvent<HTMLFormElement>): Readonly<Record<string, string>> {
  event.preventDefault();
  return valuesIn(event.currentTarget);
}

export function valuesIn(form: HTMLFormElement): Readonly<Record<string, string>> {
  const values: Record<string, string> = {};
  new FormData(form).forEach((value, name) => {
    if (typeof value === 'string') values[name] = value;
  });
  return values;
}
