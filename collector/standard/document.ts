import { type Node, type ParsedNode, isScalar, parseDocument } from 'yaml';
import { type Fault, faultAt } from '../faults.ts';

/** One YAML file of a pack: its text for showing places in it, and the faults found so far. */
export interface Document {
  readonly file: string;
  readonly text: string;
  readonly root: ParsedNode | null;
  readonly faults: Fault[];
}

/** A value and where it stands, for the faults that are found later. */
export interface Located<T> {
  readonly value: T;
  readonly node: Node;
}

/** What `holds: !remote.vdi` means to YAML nobody wants to know. */
const TAG = 'what begins with ! needs quotes: "!…"';

/** YAML 1.2, without anchors, aliases and tags: a rule says everything where it stands. */
export function openDocument(file: string, text: string): Document {
  const parsed = parseDocument(text, { prettyErrors: false, stringKeys: true });
  const problems = [...parsed.errors, ...parsed.warnings];
  return {
    file,
    text,
    root: parsed.contents,
    faults: problems.map(({ pos, code, message }) =>
      faultAt(file, text, pos[0], code === 'TAG_RESOLVE_FAILED' ? TAG : `this is not YAML: ${message}`),
    ),
  };
}

/** @param at a node, or an offset into the file's text */
export function addFault(document: Document, at: Node | number, message: string): void {
  const offset = typeof at === 'number' ? at : (at.range?.[0] ?? 0);
  document.faults.push(faultAt(document.file, document.text, offset, message));
}

/** Where the nth character of a text stands in the file, whatever the style it was written in. */
export function offsetInside(document: Document, node: Node, index: number): number {
  const [start, end] = node.range ?? [0, 0];
  if (!isScalar(node) || typeof node.value !== 'string') return start;
  const { text } = document;
  const isBlock = node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED';
  let at = isBlock ? text.indexOf('\n', start) : start;
  // Walks both along: what the file has more – quotes, escapes, indentation – is skipped.
  for (let read = 0; ; read += 1) {
    const wanted = node.value[read];
    if (wanted === undefined) return Math.min(at, end);
    while (at < end && !isSame(text[at]!, wanted)) at += 1;
    if (read === index) return Math.min(at, end);
    at += 1;
  }
}

/** A folded line break stands for a blank. */
function isSame(written: string, wanted: string): boolean {
  return written === wanted || (/\s/.test(written) && /\s/.test(wanted));
}
