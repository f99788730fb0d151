import { useEffect, useState } from 'preact/hooks';
import { ROLE_NAMES } from '../../../accounts/may.ts';
import { addressOf } from '../address.ts';
import { change, type Fault } from '../ask.ts';
import { say, tell } from '../language.ts';
import { may, reconnect, site } from '../live.ts';
import { CodeField, NameField, NewPasswords, Password } from '../parts/passwords.tsx';
import { FormFault, valuesOf } from '../parts/form.tsx';
import { go } from '../route.ts';
import { WORDS } from '../words.ts';

/** One's own account: what it is for, its password, and what an administrator goes to from here. */
export function AccountPage() {
  const account = site.value?.account ?? null;
  useEffect(() => {
    document.title = `${say('my_account')} · ${say('product')}`;
  });
  if (!account || account.role === 'token') {
    return (
      <main class="sheet narrow">
        <h1>{say('my_account')}</h1>
        <p>
          {say('sign_in_first')} <a href={addressOf({ page: 'sign-in' })}>{say('sign_in')}</a>
        </p>
      </main>
    );
  }
  const rooms = account.rooms === null ? say('whole_site') : account.rooms.join(say('list_comma'));
  return (
    <main class="sheet narrow">
      <h1>{account.name}</h1>
      <p>{say('my_role', { role: tell(ROLE_NAMES[account.role]), rooms })}</p>
      {may('manage-accounts') && (
        <p class="links">
          <a class="button" href={addressOf({ page: 'accounts' })}>
            {say('accounts')}
          </a>{' '}
          <a class="button" href={addressOf({ page: 'tokens' })}>
            {say('tokens')}
          </a>
        </p>
      )}
      <ChangePassword />
    </main>
  );
}

function ChangePassword() {
  const [state, setState] = useState<'open' | 'busy' | 'done'>('open');
  const [fault, setFault] = useState<Pick<Fault, 'message'> | null>(null);
  const save = async (form: HTMLFormElement, values: Readonly<Record<string, string>>): Promise<void> => {
    const { old, password } = values;
    if (password !== values['again']) return setFault({ message: WORDS.password_differs });
    setState('busy');
    const answer = await change('POST', 'password', { old, password });
    setState(answer.ok ? 'done' : 'open');
    setFault(answer.ok ? null : answer.fault);
    if (!answer.ok) return;
    form.reset();
    // With the new cookie; the line with the old one is cut.
    reconnect();
  };
  return (
    <form onSubmit={(event) => void save(event.currentTarget, valuesOf(event))}>
      <h2>{say('change_password')}</h2>
      <Password name="old" label={say('old_password')} />
      <NewPasswords label={say('new_password')} />
      <FormFault fault={fault} />
      <button type="submit" class="button main" disabled={state === 'busy'}>
        {say('change_password')}
      </button>{' '}
      <span role="status">{state === 'done' ? say('password_changed') : ''}</span>
    </form>
  );
}

/** Where a person comes with the code that an administrator handed over. */
export function ChoosePasswordPage() {
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<Pick<Fault, 'message'> | null>(null);
  useEffect(() => {
    document.title = `${say('choose_password')} · ${say('product')}`;
  });
  const choose = async (values: Readonly<Record<string, string>>): Promise<void> => {
    const { name, code, password } = values;
    if (password !== values['again']) return setFault({ message: WORDS.password_differs });
    setBusy(true);
    const answer = await change('POST', 'password/code', { name, code, password });
    setBusy(false);
    setFault(answer.ok ? null : answer.fault);
    if (!answer.ok) return;
    reconnect();
    go({ page: 'room', room: null });
  };
  return (
    <main class="sheet narrow">
      <h1>{say('choose_password')}</h1>
      <p>{say('choose_password_about')}</p>
      <form onSubmit={(event) => void choose(valuesOf(event))}>
        <NameField />
        <CodeField label={say('one_time_code')} />
        <NewPasswords label={say('new_password')} />
        <FormFault fault={fault} />
        <button type="submit" class="button main" disabled={busy}>
          {say('choose_password')}
        </button>
      </form>
    </main>
  );
}
