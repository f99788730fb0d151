import { layOut, linesOf, type Block } from './blocks.ts';
import { canonical } from './canonical.ts';
import type { Moment } from '../clock.ts';
import type { Batch, EntryDraft, RawFrame } from './history.ts';
import { createPace, type Pace } from './pace.ts';
import { RawText } from './rawText.ts';

/** A batch as it crosses to the writer's thread: texts and bytes, which are cheaper to hand over than objects. */
export interface WireBatch {
  /** Batches of an epoch that one was refused in are refused too: they were given before anyone knew. */
  readonly epoch: number;
  readonly moment: Moment;
  readonly entries: readonly WireEntry[];
  /** kind, id, text; kind, id, text; … – a null text erases. Flat: 10,000 small objects are dear to clone. */
  readonly keep: readonly (string | null)[];
  readonly blocks: readonly Block[];
  readonly judgedTo: number | null;
  readonly stateTo: number | null;
}

export interface WireEntry extends Omit<EntryDraft, 'body'> {
  /** The body, canonical. */
  readonly text: string;
}

/** Throws a TypeError for what has no JSON. Gives the event loop its turn when the batch is large. */
export async function toWire(batch: Batch, epoch: number): Promise<WireBatch> {
  const pace = createPace();
  const entries: WireEntry[] = [];
  for (const { at, monotonic, kind, subject, rule, late, body } of batch.entries) {
    if (pace.isDue()) await pace.rest();
    refuseWrong({ at, monotonic, kind, subject, rule });
    entries.push({ at, monotonic, kind, subject, rule, late, text: canonical(body) });
  }
  const keep: (string | null)[] = [];
  for (const { kind, id, value } of batch.keep ?? []) {
    if (pace.isDue()) await pace.rest();
    keep.push(kind, id, value === null ? null : jsonOf(value, kind, id));
  }
  const blocks = await layOut([await written(batch.raw ?? [], pace), ...(batch.lines ? [batch.lines] : [])], pace);
  const { moment, judgedTo = null, stateTo = null } = batch;
  return { epoch, moment, entries, keep, blocks, judgedTo, stateTo };
}

async function written(frames: readonly RawFrame[], pace: Pace): Promise<RawText> {
  const text = new RawText();
  for (const frame of frames) {
    if (pace.isDue()) await pace.rest();
    for (const line of linesOf(frame)) text.add(line);
  }
  return text;
}

/** SQL would turn what it is given into what it stores, and the hash would be of something else. */
function refuseWrong({
  at,
  monotonic,
  ...texts
}: Pick<EntryDraft, 'at' | 'monotonic' | 'kind' | 'subject' | 'rule'>): void {
  if (!Number.isFinite(at) || !Number.isFinite(monotonic))
    throw new TypeError(`an entry's moment is ${at}, ${monotonic}`);
  for (const [name, text] of Object.entries(texts)) {
    if (typeof text !== 'string' && text !== null) throw new TypeError(`an entry's ${name} is a ${typeof text}`);
  }
}

function jsonOf(value: unknown, kind: string, id: string): string {
  const text = JSON.stringify(value) as string | undefined;
  if (text === undefined) throw new TypeError(`what is to be kept as ${kind} ${id} has no JSON`);
  return text;
}
