import { useEffect, useState } from 'preact/hooks';
import { SCOPE_NAMES, TOKEN_SCOPES } from '../../../accounts/may.ts';
import type { TokenRow } from '../../../accounts/tokens.ts';
import { change, get, type Fault } from '../ask.ts';
import { endOfDay, lastDay, ROOMS, roomsOf } from '../days.ts';
import { say, tell } from '../language.ts';
import { may } from '../live.ts';
import { when } from '../names.ts';
import { Copyable } from '../parts/copyable.tsx';
import { Field, FormFault, valuesOf } from '../parts/form.tsx';
import { SureButton } from '../parts/sure.tsx';

/** What scripts and Prometheus come in with: made here, shown once, revoked here. */
export function TokensPage() {
  const [tokens, setTokens] = useState<readonly TokenRow[] | null>(null);
  const [made, setMade] = useState<string | null>(null);
  const [fault, setFault] = useState<Fault | null>(null);
  const allowed = may('manage-tokens');

  const load = async (): Promise<void> => {
    const answer = await get<{ tokens: readonly TokenRow[] }>('tokens');
    setFault(answer.ok ? null : answer.fault);
    if (answer.ok) setTokens(answer.value.tokens);
  };
  useEffect(() => {
    document.title = `${say('tokens')} · ${say('product')}`;
  });
  useEffect(() => {
    if (allowed) void load();
  }, [allowed]);

  const make = async (values: Readonly<Record<string, string>>): Promise<void> => {
    const answer = await change<{ token: string }>('POST', 'tokens', {
      name: (values['name'] ?? '').trim(),
      scopes: TOKEN_SCOPES.filter((scope) => values[scope] !== undefined),
      rooms: roomsOf(values['rooms'] ?? ''),
      until: endOfDay(values['until'] ?? ''),
    });
    setFault(answer.ok ? null : answer.fault);
    setMade(answer.ok ? answer.value.token : null);
    if (answer.ok) void load();
  };
  const revoke = async (token: TokenRow): Promise<void> => {
    const answer = await change('POST', `tokens/${encodeURIComponent(token.id)}/revoke`, {});
    setFault(answer.ok ? null : answer.fault);
    if (answer.ok) void load();
  };

  if (!allowed) return <main class="sheet narrow">{say('not_allowed')}</main>;
  return (
    <main class="sheet">
      <h1>{say('tokens')}</h1>
      <p>{say('tokens_about')}</p>
      <form key={made ?? ''} class="row-form hinted" onSubmit={(event) => void make(valuesOf(event))}>
        <Field name="name" label={say('token_name')}>
          <input id="name" name="name" required maxLength={48} autocomplete="off" />
        </Field>
        <fieldset class="scopes">
          <legend>{say('token_scopes')}</legend>
          {TOKEN_SCOPES.map((scope) => (
            <label key={scope}>
              <input type="checkbox" name={scope} /> {tell(SCOPE_NAMES[scope])}
            </label>
          ))}
        </fieldset>
        <Field name="rooms" label={say('account_rooms')} hint={say('token_rooms_hint')}>
          <input id="rooms" name="rooms" pattern={ROOMS} title={say('no_slashes')} autocomplete="off" />
        </Field>
        <Field name="until" label={say('account_until')}>
          <input id="until" name="until" type="date" />
        </Field>
        <button type="submit" class="button main">
          {say('token_make')}
        </button>
        <FormFault fault={fault} />
      </form>
      {made !== null && (
        <section class="ticket" aria-live="polite">
          <p>{say('token_made')}</p>
          <Copyable label={say('token_text')} text={made} rows={1} />
        </section>
      )}
      {tokens?.length === 0 && <p>{say('token_none')}</p>}
      {tokens !== null && tokens.length > 0 && <TokenTable tokens={tokens} revoke={revoke} />}
    </main>
  );
}

interface TokenTableProps {
  readonly tokens: readonly TokenRow[];
  readonly revoke: (token: TokenRow) => Promise<void>;
}

function TokenTable({ tokens, revoke }: TokenTableProps) {
  return (
    <table class="accounts">
      <thead>
        <tr>
          <th scope="col">{say('token_name')}</th>
          <th scope="col">{say('token_scopes')}</th>
          <th scope="col">{say('account_rooms')}</th>
          <th scope="col">{say('account_until')}</th>
          <th scope="col">{say('token_used')}</th>
          <th scope="col">{say('token_created')}</th>
          <th />
        </tr>
      </thead>
      <tbody>
        {tokens.map((token) => (
          <tr key={token.id} class={token.revokedAt === null ? '' : 'is-off'}>
            <th scope="row">{token.name}</th>
            <td>{token.scopes.map((scope) => tell(SCOPE_NAMES[scope])).join(say('list_semicolon'))}</td>
            <td>{token.rooms === null ? say('whole_site') : token.rooms.join(say('list_comma'))}</td>
            <td>{lastDay(token.until)}</td>
            <td>{token.usedAt === null ? say('token_never') : when(token.usedAt)}</td>
            <td>{say('token_created_by', { time: when(token.createdAt), name: token.by })}</td>
            <td class="acts">
              {token.revokedAt === null ? (
                <SureButton label={say('token_revoke')} onSure={() => void revoke(token)} />
              ) : (
                say('token_revoked')
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
