import type { Entry } from '../history/history.ts';
import type { Reading } from '../history/reading.ts';

/** An incident from its opening to its closing, as the record has it. */
export interface IncidentStory {
  readonly id: string;
  readonly kind: string;
  readonly rule: string | null;
  readonly subject: string | null;
  readonly urgency: string;
  readonly observed: unknown;
  readonly openedAt: number;
  readonly acknowledged: { readonly at: number; readonly by: unknown } | null;
  readonly closedAt: number | null;
}

/** So long after the time that is asked for its incidents are followed to their end. */
const FOLLOWED_MS = 7 * 86_400_000;
/** So long before it those are looked for that were open already. */
const LOOKED_BACK_MS = 30 * 86_400_000;

/**
 * Incidents that were open at some moment from `from` on and before `to`, also those that were opened up to a month before
 * it; each when it was closed and the rest at the end.
 */
export function* incidentStories(reading: Reading, from: number, to: number): Generator<IncidentStory> {
  const open = new Map<string, IncidentStory>();
  for (const entry of reading.entries({ kinds: ['incident'], from: from - LOOKED_BACK_MS, to: to + FOLLOWED_MS })) {
    const { at, body } = entry;
    const id = String(body['id']);
    if (at >= to && open.size === 0) break;
    if (body['change'] === 'opened') {
      if (at < to) open.set(id, opened(id, entry));
      continue;
    }
    const story = open.get(id);
    // It was opened long before.
    if (!story) continue;
    if (body['change'] === 'acknowledged') open.set(id, { ...story, acknowledged: { at, by: body['by'] } });
    else {
      open.delete(id);
      if (at >= from) yield { ...story, closedAt: at };
    }
  }
  yield* open.values();
}

function opened(id: string, { at, rule, subject, body }: Entry): IncidentStory {
  return {
    id,
    kind: String(body['incident']),
    rule,
    subject,
    urgency: String(body['urgency']),
    observed: body['observed'],
    openedAt: at,
    acknowledged: null,
    closedAt: null,
  };
}

/** The middle one; null of none. */
export function median(values: readonly number[]): number | null {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? null;
}
