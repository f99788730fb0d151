import { useEffect, useState } from 'preact/hooks';
import type { AccountRow, Invited } from '../../../accounts/management.ts';
import { ACCOUNT_ROLES, ROLE_NAMES } from '../../../accounts/may.ts';
import { change, get, type Answered, type Fault } from '../ask.ts';
import { endOfDay, lastDay, ROOMS, roomsOf } from '../days.ts';
import { say, tell } from '../language.ts';
import { may } from '../live.ts';
import { fullTime } from '../moments.ts';
import { Field, FormFault, valuesOf } from '../parts/form.tsx';
import { SureButton } from '../parts/sure.tsx';
import type { Word } from '../words.ts';

const STATE: Readonly<Record<AccountRow['state'], Word>> = {
  active: 'account_active',
  invited: 'account_invited',
  'no-password': 'account_no_password',
  disabled: 'account_disabled',
  ended: 'account_ended',
};

/** Who may come in, as what, where and until when: the administrator's page. */
export function AccountsPage() {
  const [accounts, setAccounts] = useState<readonly AccountRow[]>([]);
  const [fault, setFault] = useState<Fault | null>(null);
  const [invited, setInvited] = useState<Invited | null>(null);
  const [editing, setEditing] = useState<string | null>(null);
  const allowed = may('manage-accounts');

  const load = async (): Promise<void> => {
    const answer = await get<{ accounts: readonly AccountRow[] }>('accounts');
    setFault(answer.ok ? null : answer.fault);
    if (answer.ok) setAccounts(answer.value.accounts);
  };
  useEffect(() => {
    document.title = `${say('accounts')} · ${say('product')}`;
  });
  useEffect(() => {
    if (allowed) void load();
  }, [allowed]);

  const taken = (answer: Answered<AccountRow | Invited>): boolean => {
    setFault(answer.ok ? null : answer.fault);
    if (!answer.ok) return false;
    setInvited('code' in answer.value ? answer.value : null);
    setEditing(null);
    void load();
    return true;
  };
  const act = async (account: AccountRow, verb: string): Promise<void> => {
    taken(await change<AccountRow | Invited>('POST', `accounts/${encodeURIComponent(account.id)}/${verb}`, {}));
  };

  if (!allowed) return <main class="sheet narrow">{say('not_allowed')}</main>;
  return (
    <main class="sheet">
      <h1>{say('accounts')}</h1>
      <p>{say('accounts_about')}</p>
      {invited && <Code invited={invited} />}
      <FormFault fault={fault} />
      <table class="accounts cards">
        <thead>
          <tr>
            <th scope="col">{say('name')}</th>
            <th scope="col">{say('account_role')}</th>
            <th scope="col">{say('account_rooms')}</th>
            <th scope="col">{say('account_until')}</th>
            <th scope="col">{say('account_state')}</th>
            <th />
          </tr>
        </thead>
        <tbody>
          {accounts.map((account) =>
            editing === account.id ? (
              <tr key={account.id}>
                <td colSpan={6}>
                  <AccountForm account={account} onTaken={taken} onCancel={() => setEditing(null)} />
                </td>
              </tr>
            ) : (
              <tr key={account.id} class={account.state === 'active' ? '' : 'is-off'}>
                <th scope="row">{account.name}</th>
                <td data-label={say('account_role')}>{tell(ROLE_NAMES[account.role])}</td>
                <td data-label={say('account_rooms')}>
                  {account.rooms === null ? say('whole_site') : account.rooms.join(say('list_comma'))}
                </td>
                <td data-label={say('account_until')}>{lastDay(account.until)}</td>
                <td data-label={say('account_state')}>
                  {say(STATE[account.state])}
                  {account.signedIn && account.state === 'active' && `${say('list_comma')}${say('account_signed_in')}`}
                </td>
                <td class="acts">
                  <Acts account={account} act={act} edit={() => setEditing(account.id)} />
                </td>
              </tr>
            ),
          )}
        </tbody>
      </table>
      <h2>{say('account_new')}</h2>
      <AccountForm key={accounts.length} account={null} onTaken={taken} />
    </main>
  );
}

interface ActsProps {
  readonly account: AccountRow;
  readonly act: (account: AccountRow, verb: string) => Promise<void>;
  readonly edit: () => void;
}

function Acts({ account, act, edit }: ActsProps) {
  const { id, name, state } = account;
  // What was erased has nothing left to change.
  if (name === id) return null;
  const isOff = state === 'disabled';
  return (
    <>
      <button type="button" class="button quiet" onClick={edit}>
        {say('account_change')}
      </button>
      <SureButton label={say('account_reset')} onSure={() => void act(account, 'reset')} />
      {isOff ? (
        <button type="button" class="button quiet" onClick={() => void act(account, 'enable')}>
          {say('account_enable')}
        </button>
      ) : (
        <SureButton label={say('account_disable')} onSure={() => void act(account, 'disable')} />
      )}
      {isOff && (
        <SureButton
          label={say('account_erase')}
          title={say('account_erase_about')}
          onSure={() => void act(account, 'erase')}
        />
      )}
    </>
  );
}

function Code({ invited: { account, code, codeUntil } }: { readonly invited: Invited }) {
  return (
    <section class="ticket" aria-live="polite">
      <h2>
        {say('account_code', { name: account.name })}
        <code class="code">{code}</code>
      </h2>
      <p>{say('account_code_about', { until: fullTime(codeUntil) })}</p>
    </section>
  );
}

interface AccountFormProps {
  /** Null for a new one. */
  readonly account: AccountRow | null;
  readonly onTaken: (answer: Answered<AccountRow | Invited>) => boolean;
  readonly onCancel?: () => void;
}

function AccountForm({ account, onTaken, onCancel }: AccountFormProps) {
  const [busy, setBusy] = useState(false);
  const save = async (values: Readonly<Record<string, string>>): Promise<void> => {
    const body = {
      name: (values['name'] ?? '').trim(),
      role: values['role'],
      rooms: roomsOf(values['rooms'] ?? ''),
      until: endOfDay(values['until'] ?? ''),
    };
    setBusy(true);
    onTaken(
      account === null
        ? await change('POST', 'accounts', body)
        : await change('PATCH', `accounts/${encodeURIComponent(account.id)}`, body),
    );
    setBusy(false);
  };
  // A page with two of these forms needs names of its own for each.
  const id = (name: string): string => (account === null ? name : `${name}-${account.id}`);
  return (
    <form class="row-form hinted" onSubmit={(event) => void save(valuesOf(event))}>
      <Field name={id('name')} label={say('name')}>
        <input
          id={id('name')}
          name="name"
          required
          minLength={2}
          maxLength={32}
          defaultValue={account?.name ?? ''}
          autocomplete="off"
        />
      </Field>
      <Field name={id('role')} label={say('account_role')}>
        <select id={id('role')} name="role" defaultValue={account?.role ?? 'proctor'}>
          {ACCOUNT_ROLES.map((role) => (
            <option key={role} value={role} selected={role === (account?.role ?? 'proctor')}>
              {tell(ROLE_NAMES[role])}
            </option>
          ))}
        </select>
      </Field>
      <Field name={id('rooms')} label={say('account_rooms')} hint={say('account_rooms_hint')}>
        <input
          id={id('rooms')}
          name="rooms"
          pattern={ROOMS}
          title={say('no_slashes')}
          defaultValue={account?.rooms?.join(' ') ?? ''}
          autocomplete="off"
        />
      </Field>
      <Field name={id('until')} label={say('account_until')} hint={say('account_until_hint')}>
        <input id={id('until')} name="until" type="date" defaultValue={lastDay(account?.until ?? null)} />
      </Field>
      <button type="submit" class="button main" disabled={busy}>
        {say(account === null ? 'administrator_make' : 'save')}
      </button>
      {onCancel && (
        <button type="button" class="button" onClick={onCancel}>
          {say('cancel')}
        </button>
      )}
    </form>
  );
}
