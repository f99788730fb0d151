import { useEffect, useState } from 'preact/hooks';
import { change, type Fault } from '../ask.ts';
import { FormFault, valuesOf } from '../parts/form.tsx';
import { CodeField, NameField, NewPasswords, Password } from '../parts/passwords.tsx';
import { say } from '../language.ts';
import { link, needsAdministrator, reconnect } from '../live.ts';
import { addressOf } from '../address.ts';
import { go, route } from '../route.ts';
import { WORDS } from '../words.ts';

/** Shown on its own address, and instead of any page the collector does not show to strangers. */
export function SignInPage() {
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<Fault | null>(null);
  useEffect(() => {
    document.title = `${say('sign_in')} · ${say('product')}`;
  });
  const signIn = async (values: Readonly<Record<string, string>>): Promise<void> => {
    setBusy(true);
    const answer = await change('POST', 'sign-in', { name: values['name'], password: values['password'] });
    setBusy(false);
    setFault(answer.ok ? null : answer.fault);
    if (!answer.ok) return;
    reconnect();
    // Where the person was sent here from some page, that page appears by itself.
    if (route.value.page === 'sign-in') go({ page: 'room', room: null });
  };
  return (
    <main class="sheet narrow">
      <h1>{say('sign_in')}</h1>
      {link.value === 'barred' && <p>{say('sign_in_first')}</p>}
      <form onSubmit={(event) => void signIn(valuesOf(event))}>
        <NameField />
        <Password name="password" label={say('password')} />
        <FormFault fault={fault} />
        <button type="submit" class="button main" disabled={busy}>
          {say('sign_in')}
        </button>
      </form>
      <p>
        <a href={addressOf({ page: 'choose-password' })}>{say('have_code')}</a>
      </p>
    </main>
  );
}

/** The first account of a site, made with the code that the collector printed. */
export function AdministratorPage({ code }: { readonly code: string }) {
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<Pick<Fault, 'message'> | null>(null);
  useEffect(() => {
    document.title = `${say('administrator')} · ${say('product')}`;
  });
  if (needsAdministrator.value === false) {
    return (
      <main class="sheet narrow">
        <h1>{say('administrator')}</h1>
        <p>
          {say('administrator_exists')} <a href={addressOf({ page: 'sign-in' })}>{say('sign_in')}</a>
        </p>
      </main>
    );
  }
  const make = async (values: Readonly<Record<string, string>>): Promise<void> => {
    const { name, password } = values;
    if (password !== values['again']) return setFault({ message: WORDS.password_differs });
    setBusy(true);
    const answer = await change('POST', 'administrator', { code: (values['code'] ?? '').trim(), name, password });
    // The new administrator should not have to type it all again; where that fails, the page asks for it.
    if (answer.ok) await change('POST', 'sign-in', { name, password });
    setBusy(false);
    setFault(answer.ok ? null : answer.fault);
    if (!answer.ok) return;
    reconnect();
    go({ page: 'room', room: null });
  };
  return (
    <main class="sheet narrow">
      <h1>{say('administrator')}</h1>
      <p>{say('administrator_about')}</p>
      <form onSubmit={(event) => void make(valuesOf(event))}>
        <CodeField label={say('code')} initial={code} />
        <NameField />
        <NewPasswords label={say('password')} />
        <FormFault fault={fault} />
        <button type="submit" class="button main" disabled={busy}>
          {say('administrator_make')}
        </button>
      </form>
    </main>
  );
}
