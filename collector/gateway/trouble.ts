import type { Bilingual } from '../../agent/probe.ts';

/** Why the collector cannot start, for the person at the terminal; `message` is the English text. */
export class Trouble extends Error {
  readonly text: Bilingual;
  constructor(text: Bilingual, cause?: unknown) {
    super(text.en, { cause });
    this.name = 'Trouble';
    this.text = text;
  }
}
