import { useState } from 'preact/hooks';
import { change, type Fault } from '../ask.ts';
import { say } from '../language.ts';
import { FormFault } from './form.tsx';

interface Made {
  readonly path: string;
  readonly bytes: number;
  readonly onlyHere: boolean;
}

/** Beside the button that makes a ticket: the same wishes, as a folder to carry. The browser itself downloads it. */
export function BundleButton({ wish }: { readonly wish: (form: HTMLFormElement) => object }) {
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<Fault | null>(null);
  const [made, setMade] = useState<Made | null>(null);
  const order = async (form: HTMLFormElement | null): Promise<void> => {
    if (!form || !form.reportValidity()) return;
    setBusy(true);
    const answer = await change<Made>('POST', 'bundles', wish(form));
    setBusy(false);
    setFault(answer.ok ? null : answer.fault);
    setMade(answer.ok ? answer.value : null);
    if (answer.ok) window.location.assign(answer.value.path);
  };
  return (
    <>
      <button type="button" class="button" disabled={busy} onClick={(event) => void order(event.currentTarget.form)}>
        {say('bundle_make')}
      </button>
      <FormFault fault={fault} />
      {made && (
        <p class="bundle-made" role="status">
          {say('bundle_coming', { mb: Math.ceil(made.bytes / 2 ** 20) })} {made.onlyHere && say('ticket_only_here')}
        </p>
      )}
    </>
  );
}
