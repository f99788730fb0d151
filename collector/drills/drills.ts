import type { Bilingual } from '../../agent/probe.ts';
import { createDrillBook, type Drill, type DrillBook } from './drill.ts';
import { createPlaybackProofs, type PlaybackParts, type PlaybackProofs } from './playback.ts';
import { PLAYBACK_REASONS } from './playbackTexts.ts';
import { createUpsDrills, type UpsDrillParts, type UpsDrills } from './ups.ts';
import type { UpsCourse, UpsSample } from './upsDrill.ts';
import { UPLINK_REASONS } from './uplinkTexts.ts';
import { OUTCOMES, PROJECTIONS, REASONS } from './upsTexts.ts';

/** Every kind of drill of the site. */
export interface Drills {
  readonly book: DrillBook;
  readonly ups: UpsDrills;
  readonly playback: PlaybackProofs;
}

/** What an earlier process kept of drills. */
export interface KeptDrills {
  readonly drills: readonly Drill[];
  readonly courses: readonly (readonly [id: string, course: UpsCourse | null])[];
  /** By `<drill>/<number of the piece>`. */
  readonly samples: readonly (readonly [id: string, rows: readonly UpsSample[]])[];
}

export function createDrills(
  kept: KeptDrills,
  parts: Omit<UpsDrillParts, 'book' | 'courses' | 'samples'>,
  playback: Omit<PlaybackParts, 'book' | 'state' | 'sessions' | 'clock' | 'log' | 'check'>,
): Drills {
  const book = createDrillBook(kept.drills, parts.write);
  const courses = new Map<string, UpsCourse>();
  for (const [id, course] of kept.courses) if (course) courses.set(id, course);
  const samples = new Map<string, UpsSample[]>();
  for (const [key, rows] of [...kept.samples].sort(([left], [right]) => (left < right ? -1 : 1))) {
    const id = key.slice(0, key.indexOf('/'));
    samples.set(id, [...(samples.get(id) ?? []), ...rows]);
  }
  const { state, sessions, clock, log, write } = parts;
  return {
    book,
    ups: createUpsDrills({ ...parts, book, courses, samples }),
    playback: createPlaybackProofs({ ...playback, book, state, sessions, clock, log, check: write.check }),
  };
}

/** A drill as pages and commands show it: with the texts of what it says in words. */
export interface DrillRow extends Drill {
  readonly outcomeText: Bilingual | null;
  readonly reasonTexts: readonly Bilingual[];
  /** Why a projection is no proof. */
  readonly projection: Bilingual | null;
}

/** Each kind has reasons of its own. */
const TEXTS: Readonly<Record<Drill['kind'], Readonly<Record<string, Bilingual>>>> = {
  ups: REASONS,
  playback: PLAYBACK_REASONS,
  throughput: UPLINK_REASONS,
  reboot: {},
};

export function drillRow(drill: Drill): DrillRow {
  const by = drill.measured['projected_by'];
  return {
    ...drill,
    outcomeText: drill.outcome === null ? null : OUTCOMES[drill.outcome],
    reasonTexts: drill.reasons.map((word) => TEXTS[drill.kind][word] ?? { zh: word, en: word }),
    projection: typeof by === 'string' && by in PROJECTIONS ? PROJECTIONS[by as keyof typeof PROJECTIONS] : null,
  };
}

/** What the command `drill` asks of the running collector. */
export type DrillQuestion =
  | { readonly act: 'ready'; readonly ups: string; readonly load: number | null }
  | { readonly act: 'start'; readonly ups: string; readonly load: number }
  | { readonly act: 'stop' | 'show'; readonly id: string }
  | { readonly act: 'list' };

/** `account` stands in the record as who did it. */
export async function answerDrill(
  { book, ups }: Drills,
  question: DrillQuestion,
  account: string,
): Promise<Readonly<Record<string, unknown>>> {
  switch (question.act) {
    case 'ready':
      return {
        ...(await ups.ready(question.ups, question.load)),
        running: book.running('ups', question.ups)?.id ?? null,
      };
    case 'start': {
      const started = await ups.start(question.ups, question.load, account);
      return 'refused' in started ? { checks: started.refused } : { drill: drillRow(started) };
    }
    case 'stop':
    case 'show': {
      if (question.act === 'stop') await ups.stop(question.id, account);
      const drill = book.get(question.id);
      return { drill: drill ? drillRow(drill) : null, live: ups.live(question.id) };
    }
    case 'list':
      // One answer has to fit into 64 KiB.
      return { drills: book.all().slice(0, 50).map(drillRow) };
  }
  return question satisfies never;
}
