import type { Bilingual } from '../../agent/probe.ts';

/** Why the organization's server does not do what was asked, in words. */
export class OrganizationRefusal extends Error {
  readonly status: number;
  readonly code: string;
  readonly words: Bilingual;

  constructor(status: number, code: string, words: Bilingual) {
    super(words.en);
    this.status = status;
    this.code = code;
    this.words = words;
  }
}
