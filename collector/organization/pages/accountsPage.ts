import type { AccountChange } from '../people/management.ts';
import { PERSON_ROLES, ROLE_WORDS, type Person, type Scope } from '../people/person.ts';
import { html, type Html } from './html.ts';
import { momentOf, type Place } from './layout.ts';
import { table } from './table.ts';
import { text, type Language, type PageWord } from './words.ts';

export interface AccountsShown {
  readonly accounts: readonly Person[];
  readonly changes: readonly AccountChange[];
  /** Of the sites that are known, in order. */
  readonly provinces: readonly string[];
  /** Shown this once. */
  readonly invited: { readonly name: string; readonly code: string } | null;
}

/** Who may come in, as what, and for which sites: the administrator's page. */
export function accountsPage({ language, person }: Place, shown: AccountsShown): Html {
  const { accounts, changes, provinces, invited } = shown;
  const say = (word: PageWord, fill?: Readonly<Record<string, string>>): string => text(language, word, fill);
  const names = new Map(accounts.map(({ id, name }) => [id, name]));
  const nameOf = (id: string): string => names.get(id) ?? (id.startsWith('o-') ? id : say('command_line'));
  return html`<h1>${say('accounts')}</h1>
    <p>${say('accounts_about')}</p>
    ${
      invited &&
      html`<section class="told" role="status">
        <p>${say('code_for', { name: invited.name })} <code>${invited.code}</code></p>
        <p class="quiet">${say('code_for_about')}</p>
      </section>`
    }
    ${table(
      language,
      ['name', 'role', 'account_scope', 'account_state', 'change_account'],
      accounts.map((account) => [
        html`<strong>${account.name}</strong
          >${account.id === person?.id && html` <span class="tag">${say('you')}</span>`}`,
        ROLE_WORDS[account.role][language],
        scopeText(language, account.scope),
        html`<span ${account.state !== 'active' && html`class="bad"`}>${say(`account_${account.state}`)}</span>`,
        acts(language, account, provinces, account.id === person?.id),
      ]),
    )}
    <h2>${say('account_new')}</h2>
    <form class="act" method="post" action="/accounts">
      <label for="name">${say('name')}</label>
      <input id="name" name="name" required minlength="2" maxlength="32" autocomplete="off" />
      ${grantFields(language, null, provinces)}
      <button>${say('account_make')}</button>
    </form>
    <h2>${say('account_changes')}</h2>
    ${table(
      language,
      ['when', 'account', 'what', 'content', 'by_whom'],
      changes.map(({ at, account, what, to, by }) => [
        momentOf(at),
        nameOf(account),
        say(`account_was_${what}`),
        to === null ? '' : `${ROLE_WORDS[to.role][language]} · ${scopeText(language, to.scope)}`,
        nameOf(by),
      ]),
    )}`;
}

/** Nobody switches off or resets the own account: another administrator does. */
function acts(language: Language, account: Person, provinces: readonly string[], isOwn: boolean): Html {
  if (account.name === account.id) return html`<span class="quiet">${text(language, 'account_erased')}</span>`;
  const say = (word: PageWord): string => text(language, word);
  const path = `/accounts/${account.id}`;
  const button = (verb: string, word: PageWord): Html =>
    html`<form class="one" method="post" action="${path}/${verb}"><button>${say(word)}</button></form>`;
  return html`<details>
    <summary>${say('change_account')}</summary>
    <form class="act" method="post" action="${path}/change">
      ${grantFields(language, account, provinces)}<button>${say('save')}</button>
    </form>
    ${
      !isOwn &&
      html`<p>
        ${button('reset', 'account_reset')}
        ${account.state === 'disabled' ? html`${button('enable', 'account_enable')}${button('erase', 'account_erase')}` : button('disable', 'account_disable')}
      </p>`
    }
  </details>`;
}

function grantFields(language: Language, account: Person | null, known: readonly string[]): Html {
  const say = (word: PageWord): string => text(language, word);
  const { provinces = [], sites = [] } = account?.scope ?? {};
  const offered = [...new Set([...known, ...provinces])];
  return html`<span>${say('role')}</span>
    <label
      ><select name="role">
        ${PERSON_ROLES.toReversed().map((role) => html`<option value="${role}" ${role === account?.role && html`selected`}>${ROLE_WORDS[role][language]}</option>`)}
      </select></label
    >
    ${
      offered.length > 0 &&
      html`<span>${say('scope_provinces')}</span>
        <span class="choices"
          >${offered.map((one) => html`<label><input type="checkbox" name="province" value="${one}" ${provinces.includes(one) && html`checked`} /> ${one}</label>`)}</span
        >`
    }
    <span>${say('scope_sites')}</span>
    <label
      ><input name="sites" value="${sites.join(' ')}" maxlength="4000" autocomplete="off" /><br /><small class="quiet"
        >${say('scope_about')}</small
      ></label
    >`;
}

function scopeText(language: Language, scope: Scope | null): string {
  if (scope === null) return text(language, 'every_site');
  return [...scope.provinces, ...scope.sites].join(language === 'zh' ? '、' : ', ');
}
