import type { Bilingual } from '../agent/probe.ts';

/** A fault in what we were told: a wrong file stops the start with all of them. */
export interface Fault {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly column: number;
  readonly message: string;
  /** The same in Chinese; a rule's own faults have English only: its language is CEL and YAML. */
  readonly zh?: string;
  /** The line of the file and a caret below the place. */
  readonly excerpt: string;
}

/** @param offset in UTF-16 units from the start of `text` */
export function faultAt(file: string, text: string, offset: number, told: string | Bilingual): Fault {
  const before = text.slice(0, offset);
  const line = before.split('\n').length;
  const column = offset - before.lastIndexOf('\n');
  const shown = masked(text.split('\n')[line - 1] ?? '');
  // A Chinese character is two columns wide in a terminal.
  const indent = Array.from(shown.slice(0, column - 1))
    .map((letter) => (letter.codePointAt(0)! > 0x2e7f ? '  ' : letter === '\t' ? '\t' : ' '))
    .join('');
  const words = typeof told === 'string' ? { message: told } : { message: told.en, zh: told.zh };
  return { file, line, column, ...words, excerpt: `${shown}\n${indent}^` };
}

/** A fault is printed and logged: a password in its line becomes stars, as many as keep the caret in its place. */
function masked(line: string): string {
  const stars = (secret: string): string => '*'.repeat(secret.length);
  return line
    .replace(
      /(\b(?:password|community|privacy)["']?\s*[:=]\s*)("[^"]*"|'[^']*'|[^,}\s]+)/gi,
      (_, key: string, secret: string) => key + stars(secret),
    )
    .replace(/(:\/\/)([^/\s]+)(?=@)/g, (_, slashes: string, secret: string) => slashes + stars(secret));
}

/** As compilers print them: `file:line:column: message`, the line, a caret. */
export function faultsText(faults: readonly Fault[], language: keyof Bilingual = 'en'): string {
  return faults
    .map(({ file, line, column, message, zh, excerpt }) => {
      const words = language === 'zh' ? (zh ?? message) : message;
      return `${file}:${line}:${column}: ${words}\n${excerpt}`.trimEnd();
    })
    .join('\n');
}
