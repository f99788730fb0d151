import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import type { Catalogue } from '../../agent/catalogue.ts';
import { faultAt } from '../faults.ts';
import { type Compiled, compileRule, toRule, vocabularies } from './compile.ts';
import { addFault, type Document, openDocument } from './document.ts';
import { inForce, type Overrides, type Place } from './overrides.ts';
import type { Fault, Rule, Standard } from './rule.ts';
import { RULE_FILE, STANDARD_FILE, type WholeStandard } from './shape.ts';

export type Loaded = { readonly standard: Standard } | { readonly faults: readonly Fault[] };

const STANDARD_NAME = 'standard.yaml';

/** A rule is a page; what is larger is not one. */
const FILE_LIMIT = 256 * 1024;

/**
 * Loads a pack: a folder with `standard.yaml` and one YAML file a rule, named by its id. Every rule is checked against
 * the catalogue and its own cases; all faults of all files are told, by file and line.
 * @param overrides the certifier's own values: by rule, then by parameter; `when` changes the phases
 * @param place where an override stands in its own file, for its faults
 */
export async function loadStandard(
  directory: string,
  catalogue: Catalogue,
  overrides: Overrides = {},
  place?: Place,
): Promise<Loaded> {
  const pack = await readPack(directory);
  return 'fault' in pack ? { faults: [pack.fault] } : loadPack(pack.files, catalogue, overrides, place);
}

/**
 * The same of a pack that does not lie in a folder. It takes a tenth of a second, and may come while a room is watched:
 * between two rules others have their turn.
 * @param files in the order of their names
 */
export async function loadPack(
  files: readonly PackFile[],
  catalogue: Catalogue,
  overrides: Overrides = {},
  place?: Place,
): Promise<Loaded> {
  const documents: Document[] = [];
  for (const { name, text } of files) {
    documents.push(openDocument(name, text));
    await turn();
  }
  const head = readHead(documents.find(({ file }) => file === STANDARD_NAME));
  const rules = await readRules(
    documents.filter(({ file }) => file !== STANDARD_NAME),
    catalogue,
  );
  const faults = documents.flatMap((document) => document.faults);
  if (rules.length === 0 && faults.length === 0)
    faults.push(noPlace(STANDARD_NAME, 'there is no rule beside it: a pack has one YAML file a rule'));
  if (faults.length > 0) return { faults: sorted(faults) };
  const forced = inForce(rules, overrides, place);
  if ('faults' in forced) return { faults: forced.faults };
  const judged = forced.rules.map(({ compiled, parameters, when }) => toRule(compiled, parameters, when));
  const overridden = Object.entries(overrides).flatMap(([id, values]) =>
    Object.keys(values).map((name) => `${id}.${name}`),
  );
  return { standard: toStandard(head!, judged, hashOf(files, judged), overridden) };
}

function toStandard(
  head: WholeStandard,
  rules: readonly Rule[],
  hash: string,
  overridden: readonly string[],
): Standard {
  return Object.freeze({
    id: head.id.value,
    edition: head.edition,
    effective: head.effective ?? null,
    title: head.title,
    source: head.source,
    notJudged: (head.not_judged ?? []) as Standard['notJudged'],
    hash,
    overridden: Object.freeze(overridden),
    rules: Object.freeze(rules),
  });
}

/** `memory.yaml`, with line feeds as line ends. */
export interface PackFile {
  readonly name: string;
  readonly text: string;
}

/** Everything that ends in .yaml, in the order of the names; other files are nobody's business. */
async function readPack(
  directory: string,
): Promise<{ readonly files: readonly PackFile[] } | { readonly fault: Fault }> {
  try {
    const names = (await readdir(directory)).sort();
    const odd = names.find((name) => name.endsWith('.yml'));
    if (odd !== undefined)
      return { fault: noPlace(odd, `name it ${odd.slice(0, -'.yml'.length)}.yaml, or it would not be seen`) };
    if (!names.includes(STANDARD_NAME))
      return { fault: noPlace(directory, `it has no ${STANDARD_NAME}: expected id, edition, title and source`) };
    const files: PackFile[] = [];
    for (const name of names.filter((name) => name.endsWith('.yaml'))) {
      const bytes = await readFile(join(directory, name));
      if (bytes.length > FILE_LIMIT)
        return { fault: noPlace(name, `more than ${FILE_LIMIT / 1024} KiB: this is not a rule`) };
      // A checkout on Windows has other line ends; the standard and its hash are the same.
      files.push({ name, text: bytes.toString('utf8').replaceAll('\r\n', '\n') });
    }
    return { files };
  } catch (error) {
    return { fault: noPlace(directory, `a standard is a folder of YAML files: ${(error as Error).message}`) };
  }
}

function readHead(document: Document | undefined): WholeStandard | undefined {
  if (!document || document.faults.length > 0) return undefined;
  if (!document.root) {
    document.faults.push(noPlace(document.file, `the file is empty: expected ${STANDARD_FILE.expected}`));
    return undefined;
  }
  return STANDARD_FILE.read(document.root, document) as WholeStandard | undefined;
}

async function readRules(documents: readonly Document[], catalogue: Catalogue): Promise<readonly Compiled[]> {
  const vocabularyFor = vocabularies(catalogue);
  const rules: Compiled[] = [];
  const files = new Map<string, string>();
  for (const document of documents) {
    if (document.faults.length > 0) continue;
    if (!document.root) {
      document.faults.push(noPlace(document.file, `the file is empty: expected ${RULE_FILE.expected}`));
      continue;
    }
    const draft = RULE_FILE.read(document.root, document);
    if (!draft) continue;
    if (draft.id) {
      const { value: id, node } = draft.id;
      if (`${id}.yaml` !== document.file)
        addFault(
          document,
          node,
          `a rule's file is named by its id: expected ${id}.yaml, or id ${document.file.slice(0, -5)}`,
        );
      const other = files.get(id);
      if (other !== undefined) addFault(document, node, `two rules are called ${id}: the other is in ${other}`);
      files.set(id, document.file);
    }
    const compiled = compileRule(draft, document, catalogue, vocabularyFor);
    await turn();
    if (compiled) rules.push(compiled);
  }
  return rules.sort(
    (left, right) => left.draft.order - right.draft.order || (left.draft.id.value < right.draft.id.value ? -1 : 1),
  );
}

/** The same for the same files and the same values in force, wherever and whenever it is loaded. */
function hashOf(files: readonly PackFile[], rules: readonly Rule[]): string {
  const hash = createHash('sha256');
  for (const { name, text } of files) hash.update(`${name}\0${text}\0`);
  const values = rules.map(({ id, when, parameters }) => [
    id,
    when,
    Object.entries(parameters).map(([name, { value }]) => [name, value]),
  ]);
  return hash.update(JSON.stringify(values)).digest('hex').slice(0, 12);
}

function sorted(faults: readonly Fault[]): readonly Fault[] {
  return faults.toSorted(
    (left, right) =>
      (left.file < right.file ? -1 : left.file > right.file ? 1 : 0) ||
      left.line - right.line ||
      left.column - right.column,
  );
}

function noPlace(file: string, message: string): Fault {
  return { ...faultAt(file, '', 0, message), excerpt: '' };
}
