import { Environment } from '@marcbachmann/cel-js';
import type { Catalogue, CatalogueFact } from '../../agent/catalogue.ts';
import type { FactDefinition } from '../../agent/probe.ts';
import { didYouMean } from './nearest.ts';

/** What the expressions of a rule of one scope may speak of: the facts, by probe, and their CEL types. */
export interface Vocabulary {
  /** By probe: facts are read as `probe.word`. */
  readonly probes: ReadonlyMap<string, Namespace>;
  /** Knows the probes as typed variables; each rule adds its own `parameters` and `any` to a clone. */
  readonly environment: Environment;
  fact(name: string): CatalogueFact | undefined;
  /** Why `name` is no fact of this vocabulary, as the end of a sentence. */
  whyNot(name: string): string;
}

/** A CEL variable with typed fields; cel-js takes only instances of `make` for it. */
export interface Namespace {
  readonly facts: ReadonlyMap<string, CatalogueFact>;
  readonly make: new () => Record<string, unknown>;
}

/** Kinds of devices that machines hang on: a rule about a machine may read the one that feeds it. */
const FEEDERS: readonly string[] = ['ups'];

/** Every number is a double: facts are measured, and CEL compares a double with an integer but does not multiply them. */
export const CEL_TYPES = {
  number: 'double',
  boolean: 'bool',
  string: 'string',
  strings: 'list<string>',
} as const satisfies Record<FactDefinition['type'], string>;

/** Generous for a rule a person can still read, and small enough that none can hold up the beat. */
const LIMITS = { maxAstNodes: 400, maxDepth: 40, maxListElements: 64, maxMapEntries: 1, maxCallArguments: 4 };

/** Whom a rule judges; `device` with the kind of device. */
export type Judged = 'machine' | 'room' | 'site' | { readonly device: string };

/**
 * What a rule may read: a machine's or a device's facts, or the counts published for its own room or the site. So data
 * only ever goes up, from machines and devices to rooms to the site.
 */
export function vocabularyOf(catalogue: Catalogue, judged: Judged): Vocabulary {
  const facts = catalogue.facts.filter((fact) => isReadable(fact, judged));
  const byName = new Map(facts.map((fact) => [fact.name, fact]));
  const probes = new Map<string, Namespace>();
  for (const probe of new Set(facts.map((fact) => fact.probe))) {
    const own = facts.filter((fact) => fact.probe === probe);
    probes.set(probe, {
      facts: new Map(own.map((fact) => [fact.word, fact])),
      make: emptyClass(),
    });
  }
  return {
    probes,
    environment: environmentOf(probes),
    fact: (name) => byName.get(name),
    whyNot(name) {
      const elsewhere = catalogue.facts.find((fact) => fact.name === name);
      if (!elsewhere) return `is no fact${didYouMean(name, byName.keys())}`;
      const owners = elsewhere.scopes.length > 0 ? elsewhere.scopes.map(subjects) : [subjects(ownerOf(elsewhere))];
      const whose = `${elsewhere.part === null ? '' : `each ${elsewhere.part} of `}${owners.join(' and ')}`;
      const upwards = typeof judged === 'string' && judged !== 'machine' && elsewhere.scopes.length === 0;
      const only = upwards ? `; rules about ${subjects(judged)} read counts, such as ${[...byName.keys()][1]}` : '';
      return `is a fact of ${whose}, and this rule judges ${subjects(judged)}${only}`;
    },
  };
}

function isReadable(fact: CatalogueFact, judged: Judged): boolean {
  if (fact.part !== null) return false;
  if (typeof judged !== 'string') return fact.device === judged.device;
  if (judged !== 'machine') return fact.scopes.includes(judged);
  return fact.scopes.length === 0 && (fact.device === null || FEEDERS.includes(fact.device));
}

function ownerOf({ device }: CatalogueFact): Judged {
  return device === null ? 'machine' : { device };
}

function subjects(judged: Judged): string {
  if (typeof judged !== 'string') return `devices of kind ${judged.device}`;
  return { machine: 'machines', room: 'rooms', site: 'the site' }[judged];
}

/** Each namespace needs a class of its own: cel-js tells types by their constructor. */
export function emptyClass(): Namespace['make'] {
  return class Facts {
    [word: string]: unknown;
  };
}

function environmentOf(probes: ReadonlyMap<string, Namespace>): Environment {
  const environment = new Environment({ limits: LIMITS });
  // CEL compares across its kinds of numbers; only cel-js' static check does not know it for equality.
  environment.registerOperator('double == int', (left: number, right: bigint) => left === Number(right));
  for (const [probe, { facts, make }] of probes) {
    const fields = Object.fromEntries([...facts].map(([word, fact]) => [word, CEL_TYPES[fact.type]]));
    addNamespace(environment, probe, make, fields);
  }
  return environment;
}

export function addNamespace(
  environment: Environment,
  name: string,
  make: Namespace['make'],
  fields: Readonly<Record<string, string>>,
): void {
  environment.registerType(`facts.${name}`, { ctor: make, fields });
  environment.registerVariable(name, `facts.${name}`);
}
