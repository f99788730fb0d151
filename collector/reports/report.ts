import { openReading } from '../history/reading.ts';
import { RECORD_FILE } from '../history/sqlite.ts';
import { isWhole } from '../kept/rows.ts';
import type { ReportDocument } from './document.ts';
import { createNames } from './names.ts';
import type { Desk } from './parts.ts';
import { footOf } from './proof.ts';
import { dossierReport } from './dossierReport.ts';
import { evaluationReport } from './evaluationReport.ts';
import { seatsReport } from './seatsToFix.ts';
import { sessionReport, storyOf } from './sessionReport.ts';
import type { Term } from './termFigures.ts';
import { termReport } from './termReport.ts';
import type { Terms } from './terms.ts';
import { createVoice, type Language } from './voice.ts';

/** Which report; times are wall clock, ms. */
export type ReportWish =
  | { readonly kind: 'session'; readonly session: string }
  | ({ readonly kind: 'term' | 'evaluation' } & Term)
  /** As an assessment was frozen at its end; null = as the record stands now. */
  | { readonly kind: 'dossier'; readonly session: string | null }
  /** What is wrong at which seat now; null = every room. */
  | { readonly kind: 'seats'; readonly room: string | null };

export interface ReportOrder {
  readonly data: string;
  readonly wish: ReportWish;
  readonly language: Language;
  readonly terms: Terms;
  readonly now: number;
}

/**
 * A report made from the record of a data directory, which is read as it is at this moment and closed when `use` is done
 * with the document. Throws `Unusable` without a record, and a `Trouble` for a session that is not in it.
 */
export async function withReport<T>(
  { data, wish, language, terms, now }: ReportOrder,
  use: (document: ReportDocument) => T | Promise<T>,
): Promise<T> {
  const reading = openReading(data, RECORD_FILE, isWhole);
  try {
    const voice = createVoice(language, terms);
    const desk: Desk = { reading, terms, voice, names: createNames(reading, terms, voice), now };
    const { title, blocks } = contentOf(desk, wish);
    const { id, edition, hash } = terms.standard;
    const standard = `${id}@${edition}+${hash}`;
    const subtitle = voice.say('subtitle', { site: reading.site ?? '—', standard, time: voice.time(now) });
    return await use({ language, title, subtitle, foot: footOf(reading, voice, now), blocks });
  } finally {
    reading.close();
  }
}

function contentOf(desk: Desk, wish: ReportWish): Pick<ReportDocument, 'title' | 'blocks'> {
  const { voice } = desk;
  switch (wish.kind) {
    case 'session': {
      const story = storyOf(desk, wish.session);
      const { kind, title } = story.session;
      const word = kind === 'exam' ? 'title_session' : 'title_assessment';
      return { title: voice.say(word, { title: voice.tell(title) }), blocks: sessionReport(desk, story) };
    }
    case 'term':
    case 'evaluation': {
      const values = { from: voice.day(wish.from), to: voice.day(wish.to - 1) };
      return wish.kind === 'term'
        ? { title: voice.say('title_term', values), blocks: termReport(desk, wish) }
        : { title: voice.say('title_evaluation', values), blocks: evaluationReport(desk, wish) };
    }
    case 'dossier': {
      const story = wish.session === null ? null : storyOf(desk, wish.session);
      return { title: voice.say('title_dossier'), blocks: dossierReport(desk, story) };
    }
    case 'seats':
      return { title: voice.say('title_seats'), blocks: seatsReport(desk, wish.room) };
  }
  return wish satisfies never;
}
