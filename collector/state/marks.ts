/**
 * What a machine says of one start of its system (`canary.*`), and whether it can be told from it that the machine was
 * put back. Pure: what the collector remembers is compared with what the machine found, by numbers and never by times.
 */
export interface MarkReport {
  readonly boot: string;
  readonly system: string;
  readonly install: string;
  /** What this start was marked with. */
  readonly mark: Mark;
  readonly settled: boolean;
  /** What lay at each place before: `system`, `registry`, and other volumes by their letter. */
  readonly found: Readonly<Record<string, Mark | 'none' | null>>;
}

export interface Mark {
  readonly sequence: number;
  readonly nonce: string;
}

/** `kept`: what was remembered, or a later one; `other`: the same number and another mark; `unread`: it could not be read. */
export type MarkState = 'kept' | 'older' | 'gone' | 'other' | 'unread';

export function markState(found: Mark | 'none' | null, remembered: Mark): MarkState {
  if (found === null) return 'unread';
  if (found === 'none') return 'gone';
  if (found.sequence > remembered.sequence) return 'kept';
  if (found.sequence < remembered.sequence) return 'older';
  return found.nonce === remembered.nonce ? 'kept' : 'other';
}

/** Of the last start: what was written before it is there, was put back, or neither can be said. */
export type RestartFinding = 'kept' | 'reverted' | 'partial' | 'cleaned' | 'other' | 'unread';

/**
 * The two places that decide: the system's own volume and the registry. A mark on any other volume proves nothing, for
 * protection often leaves one volume out (a thaw space) so that people can keep their work.
 */
export function findingOf(states: Readonly<Record<string, MarkState>>): RestartFinding {
  const deciding = ['system', 'registry'].flatMap((name) => states[name] ?? []);
  const has = (state: MarkState): boolean => deciding.includes(state);
  if (deciding.length === 0) return 'unread';
  if (has('kept')) {
    // Protection that leaves one of them out, or a cleaner that took one away: the next start tells which.
    if (has('older') || has('gone') || has('other')) return 'partial';
    return has('unread') ? 'unread' : 'kept';
  }
  if (has('older')) return 'reverted';
  if (has('other')) return 'other';
  if (has('unread')) return 'unread';
  // Both are gone, and the agent is not: put back to an image from before its first start. A single file may have been
  // deleted by anybody.
  return deciding.length > 1 ? 'reverted' : 'cleaned';
}
