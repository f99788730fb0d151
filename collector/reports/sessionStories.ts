import type { Entry } from '../history/history.ts';
import type { Reading } from '../history/reading.ts';
import type { PhaseTimes, Session } from '../sessions/session.ts';

/** A session as the record tells it: as it stood last, and all that was done with it. */
export interface SessionStory {
  readonly session: Session;
  readonly changes: readonly { readonly at: number; readonly change: string; readonly by: string | null }[];
  readonly phases: readonly { readonly at: number; readonly from: string | null; readonly to: string }[];
}

/** Every session that the record names, in the order of their planning. */
export function sessionStories(reading: Reading): ReadonlyMap<string, SessionStory> {
  const stories = new Map<string, SessionStory>();
  for (const entry of reading.entries({ kinds: ['session'] })) {
    const id = idOf(entry);
    const story = stories.get(id);
    const next = entry.body['change'] === 'phase' ? withPhase(story, entry) : withChange(story, entry);
    if (next) stories.set(id, next);
  }
  return stories;
}

/** A phase names its session; everything else is the session itself. */
function idOf({ body }: Entry): string {
  return String(body['change'] === 'phase' ? body['session'] : body['id']);
}

function withPhase(story: SessionStory | undefined, { at, body }: Entry): SessionStory | null {
  if (!story) return null;
  const phase = { at, from: (body['from'] ?? null) as string | null, to: String(body['to']) };
  return { ...story, phases: [...story.phases, phase] };
}

function withChange(story: SessionStory | undefined, { at, body }: Entry): SessionStory {
  const { change, by, ...session } = body as { readonly change: string; readonly by: string | null };
  return {
    session: session as unknown as Session,
    changes: [...(story?.changes ?? []), { at, change, by: by ?? null }],
    phases: story?.phases ?? [],
  };
}

/** From an exam's `before` to the end of its `after`; of an assessment all of it. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

export function spanOf({ kind, startsAt, endsAt }: Session, times: PhaseTimes, now: number): Span {
  if (kind === 'assessment') return { from: startsAt, to: endsAt ?? now };
  return { from: startsAt - times.beforeMs, to: (endsAt ?? startsAt) + times.afterMs };
}

export function holdsRoom({ rooms }: Session, room: string | null): boolean {
  // What belongs to no room serves all of them.
  return room === null || rooms === 'all' || rooms.includes(room);
}
