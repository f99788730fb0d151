import type { Bilingual } from '../../agent/probe.ts';
import { ACCOUNT_FAULTS } from './account.ts';
import type { Accounts } from './accounts.ts';
import type { Scope } from './may.ts';
import { TOKEN_FAULTS, type Tokens } from './tokens.ts';

/**
 * What commands at the collector's own PC ask about access: whoever owns the data directory makes tokens for scripts, and
 * lets an administrator in who forgot the password. The record says that it was done there.
 */
export type AccessQuestion =
  | {
      readonly act: 'make-token';
      readonly name: string;
      readonly scopes: readonly Scope[];
      readonly rooms: readonly string[] | null;
      readonly days: number | null;
    }
  | { readonly act: 'list-tokens' }
  | { readonly act: 'revoke-token'; readonly id: string }
  | { readonly act: 'list-accounts' }
  | { readonly act: 'reset-password'; readonly name: string };

type AccessAnswer = (Readonly<Record<string, unknown>> & { readonly error?: never }) | { readonly error: Bilingual };

const BY = 'console of this PC';

export async function answerAccess(
  question: AccessQuestion,
  { accounts, tokens, now }: { readonly accounts: Accounts; readonly tokens: Tokens; readonly now: () => number },
): Promise<AccessAnswer> {
  switch (question.act) {
    case 'make-token': {
      const { name, scopes, rooms, days } = question;
      const until = days === null ? null : now() + days * 86_400_000;
      const made = await tokens.make({ name, scopes, rooms, until }, BY);
      return 'refused' in made ? { error: TOKEN_FAULTS[made.refused] } : { token: made.token, id: made.row.id };
    }
    case 'list-tokens':
      return { tokens: tokens.list() };
    case 'revoke-token': {
      const { id } = question;
      if (await tokens.revoke(id, BY)) return { id };
      return { error: { zh: `没有编号为 ${id} 的令牌`, en: `there is no token ${id}` } };
    }
    case 'list-accounts':
      return { accounts: accounts.list() };
    case 'reset-password': {
      const { name } = question;
      const id = accounts.idOf(name);
      const reset = id === undefined ? { refused: 'unknown' as const } : await accounts.resetPassword(id, BY, true);
      if (!('refused' in reset)) return { code: reset.code, until: reset.codeUntil };
      const { refused } = reset;
      if (refused !== 'unknown') return { error: ACCOUNT_FAULTS[refused] };
      return { error: { zh: `没有名为 ${name} 的账号`, en: `there is no account ${name}` } };
    }
    default:
      return question satisfies never;
  }
}
