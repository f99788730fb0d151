import type { Stages } from './beat.ts';
import type { Clock, Moment } from './clock.ts';
import type { Desk } from './console/desk.ts';
import { createPeople } from './people/people.ts';
import { createTelling } from './people/telling.ts';
import type { KeptSite } from './restore.ts';
import type { PhaseTimes, Session } from './sessions/session.ts';
import type { Standard } from './standard/rule.ts';
import { createFiles } from './statements/files.ts';
import type { Doubt } from './statements/grounds.ts';
import { createStatements } from './statements/statements.ts';
import type { Write } from './write.ts';

/** 考务: the site's people, what they state, and the files that show it. */
export interface Affairs extends Pick<Desk, 'people' | 'statements' | 'files'> {
  /** Once a beat: tells rules how many people there are. */
  tell(now: Moment): void;
}

export interface AffairsParts {
  readonly write: Write;
  readonly clock: Clock;
  readonly kept: Pick<KeptSite, 'people' | 'statements' | 'files'>;
  /** Of statements that were kept. */
  readonly doubt: Doubt;
  /** Where the files lie that people give as evidence. */
  readonly filesFolder: string;
  readonly standard: Standard;
  readonly stages: Pick<Stages, 'state' | 'compliance'>;
  readonly sessions: () => readonly Session[];
  readonly times: PhaseTimes;
}

export function createAffairs(parts: AffairsParts): Affairs {
  const { write, clock, kept, doubt, filesFolder, standard, stages, sessions, times } = parts;
  const { state, compliance } = stages;
  const now = (): number => clock.now().wall;
  const people = createPeople(kept.people, write, sessions, times, now);
  const statements = createStatements({
    writing: write,
    now,
    standard: `${standard.id}@${standard.edition}+${standard.hash}`,
    rule: (id) => compliance.rule(id),
    subjectsOf: ({ id }) => judgedBy(id),
    fileSeal: (sha256) => files.seal(sha256),
  });
  const files = createFiles(filesFolder, write, now, (sha256) => statements.isNamed(sha256));
  files.restore(kept.files);
  statements.restore(kept.statements, doubt);

  function judgedBy(rule: string): readonly string[] {
    const ids = [...state.all()].filter(({ kind }) => kind !== 'part').map(({ id }) => id);
    return ids.filter((id) => compliance.of(id).some((verdict) => verdict.rule === rule));
  }

  return { people, statements, files, tell: createTelling(people, state, sessions, times) };
}
