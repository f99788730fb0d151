import type { Bilingual } from '../../agent/probe.ts';
import { say } from './options.ts';

/** What the proofs of the command `prove` say alike. */

/** Every condition, and that nothing was begun. */
export function tellChecks(checks: readonly { readonly ok: boolean; readonly text: Bilingual }[]): number {
  for (const { ok, text } of checks) print(`${ok ? '  ✓' : '  ✗'} ${say(text)}`);
  return failed({ zh: '条件未满足，没有开始', en: 'a condition is not met; nothing was begun' });
}

export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

export function failed(text: Bilingual): number {
  process.stderr.write(`xunkao prove: ${say(text)}\n`);
  return 1;
}
