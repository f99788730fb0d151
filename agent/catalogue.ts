import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { FactDefinition, Platform, Probe } from './probe.ts';

/** Put in by the bundler, which cannot read a folder at run time (`agent/build.ts`). */
declare const XUNKAO_PROBES: readonly string[] | undefined;

/** One fact as everybody downstream sees it: rules, schemas, metrics and pages are made from these. */
export interface CatalogueFact extends FactDefinition {
  /** `memory.installed_bytes` */
  readonly name: string;
  readonly probe: string;
  /** The word after the dot. */
  readonly word: string;
  /** The part kind it belongs to (`nic`), or `null` for a fact of the machine or device itself. */
  readonly part: string | null;
  /** The kind of device it belongs to, or `null` for machines. */
  readonly device: string | null;
  /** Whose fact it is, where no agent says it; empty for everything that agents say of machines and devices. */
  readonly scopes: readonly CountedScope[];
  /** Said of a room or the site for one session alone: two sessions may be in force at once. */
  readonly perSession: boolean;
  readonly platforms: readonly Platform[];
  readonly staleAfterSeconds: number;
  /** Its place in `Catalogue.facts`. Only meaningful inside one process: never sent, never stored. */
  readonly index: number;
  /** The place of its probe in `Catalogue.probes`. */
  readonly probeIndex: number;
}

export interface CatalogueProbe {
  readonly name: string;
  readonly everySeconds: number;
  readonly staleAfterSeconds: number;
  readonly device: string | null;
  readonly scopes: readonly CountedScope[];
  readonly index: number;
}

/** Every fact there is, in a stable order. */
export interface Catalogue {
  readonly facts: readonly CatalogueFact[];
  readonly probes: readonly CatalogueProbe[];
  fact(name: string): CatalogueFact | undefined;
  /** A part's fact has the same name as long as no plain fact has it: `fact('network.up', 'nic')`. */
  partFact(name: string, kind: string): CatalogueFact | undefined;
  probe(name: string): CatalogueProbe | undefined;
}

/** What has no agent: its facts are counted or stated by the collector. */
export type CountedScope = 'room' | 'site';

type Described = Pick<
  Probe,
  'name' | 'platforms' | 'everySeconds' | 'staleAfterSeconds' | 'facts' | 'part' | 'device'
> & { readonly scopes?: readonly CountedScope[]; readonly perSession?: boolean };

/** Loads every probe of the folder, in the order of their names. */
export async function loadProbes(): Promise<readonly Probe[]> {
  const names =
    typeof XUNKAO_PROBES === 'undefined'
      ? readdirSync(join(import.meta.dirname, 'probes'))
          .filter((file) => /^[a-z]+\.ts$/.test(file))
          .map((file) => file.slice(0, -3))
          .sort()
      : XUNKAO_PROBES;
  const modules = await Promise.all(names.map((name) => import(`./probes/${name}.ts`) as Promise<{ probe: Probe }>));
  return modules.map((module) => module.probe);
}

/** Builds the catalogue; the collector adds what it witnesses itself as `more`. Throws when two facts share a name. */
export function buildCatalogue(probes: readonly Described[], more: readonly Described[] = []): Catalogue {
  const facts: CatalogueFact[] = [];
  const byName = new Map<string, CatalogueFact>();
  const described = [...probes, ...more].map((probe, index) => ({ probe, index }));
  for (const { probe, index } of described) {
    add(probe, index, null, probe.facts);
    if (probe.part) add(probe, index, probe.part.kind, probe.part.facts);
  }
  function add(
    probe: Described,
    probeIndex: number,
    part: string | null,
    definitions: Readonly<Record<string, FactDefinition>>,
  ): void {
    for (const [word, definition] of Object.entries(definitions)) {
      const name = `${probe.name}.${word}`;
      const fact: CatalogueFact = Object.freeze({
        ...definition,
        name,
        probe: probe.name,
        word,
        part,
        device: probe.device ?? null,
        scopes: probe.scopes ?? [],
        perSession: probe.perSession ?? false,
        platforms: probe.platforms,
        staleAfterSeconds: probe.staleAfterSeconds,
        index: facts.length,
        probeIndex,
      });
      const key = part === null ? name : `${part}|${name}`;
      if (byName.has(key)) throw new Error(`two facts are called ${name}`);
      byName.set(key, fact);
      facts.push(fact);
    }
  }
  const probeRows = new Map<string, CatalogueProbe>(
    described.map(({ probe, index }) => [
      probe.name,
      {
        name: probe.name,
        everySeconds: probe.everySeconds,
        staleAfterSeconds: probe.staleAfterSeconds,
        device: probe.device ?? null,
        scopes: probe.scopes ?? [],
        index,
      },
    ]),
  );
  return Object.freeze({
    facts,
    probes: [...probeRows.values()],
    fact: (name: string) => byName.get(name),
    partFact: (name: string, kind: string) => byName.get(`${kind}|${name}`),
    probe: (name: string) => probeRows.get(name),
  });
}
