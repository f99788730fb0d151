/**
 * Where a machine keeps its marks: words that are written anew at every start of the system. A restore card puts an old
 * one back, or none, and that is how it is found whatever it is called.
 */
export interface Marks {
  /** Which installed system this is: two of them on one PC, or one that was installed anew, have marks of their own. */
  readonly system: string | null;
  /** Windows' own count of starts (`BootId`); it may lag or stand still, so people see it and nothing is decided by it. */
  bootId(): number | null;
  /** What is remembered of this very start; undefined when it is the first time since; null when nobody can say. */
  readStart(): Promise<Start | undefined | null>;
  /** Remembers it until the next start and no longer. False when it could not be. */
  keepStart(start: Start): Promise<boolean>;
  readonly places: readonly MarkPlace[];
}

/**
 * `system`: a file on the system's own volume; `registry`: Windows' registry, which some products leave out; these two
 * decide. Another fixed volume has its letter, `D`: protection often leaves it alone, and then a mark there proves nothing.
 */
export interface MarkPlace {
  readonly name: string;
  /** Undefined when there is none, null when it could not be read. */
  read(): Promise<Mark | undefined | null>;
  /** Durable when it resolves, as far as the place allows. False when it could not be written. */
  write(mark: Mark): Promise<boolean>;
}

export interface Mark {
  /** One more with every start. */
  readonly sequence: number;
  /** Random, 16 hex digits: two marks of one number are told apart. */
  readonly nonce: string;
}

/** One start of the system, from its marks' side. */
export interface Start extends Mark {
  /** Names this start; random, or what the system calls it. */
  readonly boot: string;
  /** What lay at each place when this start began: undefined is written as `none`. */
  readonly found: Readonly<Record<string, Mark | 'none' | null>>;
}

/** `{"sequence":41,"nonce":"9f3c…"}`; undefined for what is not a mark, as when a file was cut short by a power cut. */
export function parseMark(text: string): Mark | undefined {
  return markOf(parseObject(text));
}

export function markText({ sequence, nonce }: Mark): string {
  return JSON.stringify({ sequence, nonce });
}

export function parseStart(text: string): Start | undefined {
  const said = parseObject(text);
  const mark = markOf(said);
  const { boot, found } = said;
  if (mark === undefined || typeof boot !== 'string' || typeof found !== 'object' || found === null) return undefined;
  const places = Object.entries(found as Record<string, unknown>).map(
    ([name, value]): [string, Mark | 'none' | null] => [
      name,
      value === 'none' ? 'none' : (markOf((value ?? {}) as Record<string, unknown>) ?? null),
    ],
  );
  return { ...mark, boot, found: Object.fromEntries(places) };
}

function markOf({ sequence, nonce }: Readonly<Record<string, unknown>>): Mark | undefined {
  const isNumber = typeof sequence === 'number' && Number.isSafeInteger(sequence) && sequence > 0;
  return isNumber && typeof nonce === 'string' && /^[0-9a-f]{16}$/.test(nonce) ? { sequence, nonce } : undefined;
}

function parseObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
