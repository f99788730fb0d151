import type { ASTNode, Environment } from '@marcbachmann/cel-js';
import { didYouMean } from './nearest.ts';
import type { Vocabulary } from './vocabulary.ts';

/** A checked CEL expression. */
export interface Expression {
  /** Throws when the result depends on something that is missing. */
  readonly evaluate: (context: object) => unknown;
  /** Whole names, in the order of their first use. */
  readonly facts: readonly string[];
  /** Names after `parameters.` and `any.` */
  readonly parameters: readonly string[];
  readonly any: readonly string[];
  /** Nothing in it can do without a missing value (`||`, `&&`, `?:`, a loop that is not run): it need not be tried. */
  readonly isStrict: boolean;
}

export interface Misuse {
  /** Characters from the start of the expression. */
  readonly offset: number;
  readonly message: string;
}

/** Words an expression may use besides facts; `parameters` and `any` hold what the rule itself declares. */
export interface Declared {
  readonly parameters: ReadonlySet<string>;
  readonly any: ReadonlySet<string>;
}

/**
 * What both this engine and the oracle of the tests mean the same by, and what cannot tell a missing fact from a present
 * one. `matches` runs a backtracking RegExp that can hold up the beat for seconds.
 */
const CALLS = ['double', 'int', 'size'];
const METHODS = ['size', 'contains', 'startsWith', 'endsWith'];
const LOOPS = ['exists', 'all', 'exists_one', 'filter', 'map'];
const REFUSED: ReadonlyMap<string, string> = new Map([
  ['has', 'has() is not used: a missing fact makes the rule unknown by itself; name alternative sources with any_of'],
  [
    'matches',
    'matches() is not used: a regular expression can take seconds; compare, or use contains, startsWith, endsWith',
  ],
]);

/** Checks names, then types. Every wrong name is told; types are only looked at once all names are right. */
export function compileExpression(
  text: string,
  environment: Environment,
  vocabulary: Vocabulary,
  declared: Declared,
): Expression | readonly Misuse[] {
  try {
    const program = environment.parse(text);
    const use = walk(program.ast, vocabulary, declared);
    if (use.misuses.length > 0) return use.misuses;
    const { valid, type, error } = program.check();
    if (!valid) return [misuseOf(error)];
    if (type !== 'bool') return [{ offset: 0, message: `this gives ${type ?? 'nothing'}: expected true or false` }];
    return {
      evaluate: program,
      facts: [...use.facts],
      parameters: [...use.parameters],
      any: [...use.any],
      isStrict: use.isStrict,
    };
  } catch (error) {
    return [misuseOf(error)];
  }
}

/** cel-js' own errors know their place and have a `summary` without a drawing of it. */
function misuseOf(error: unknown): Misuse {
  const { summary, message, range } = error as { summary?: string; message: string; range?: { start: number } };
  const said = summary ?? message;
  const mixes = /no such overload: .*\b(double [-+*/] int|int [-+*/] double|double in list<int>)/.test(said);
  return {
    offset: range?.start ?? 0,
    message: `${said}${mixes ? '; facts and parameters are doubles: write 2.0 for 2' : ''}`,
  };
}

interface Use {
  readonly facts: Set<string>;
  readonly parameters: Set<string>;
  readonly any: Set<string>;
  readonly misuses: Misuse[];
  isStrict: boolean;
}

function walk(root: ASTNode, vocabulary: Vocabulary, declared: Declared): Use {
  const use: Use = { facts: new Set(), parameters: new Set(), any: new Set(), misuses: [], isStrict: true };
  const spaces = [...vocabulary.probes.keys(), 'parameters', 'any'];
  visit(root, new Set());
  return use;

  function refuse(node: ASTNode, message: string): void {
    use.misuses.push({ offset: node.start, message });
  }

  function visit(node: ASTNode, bound: ReadonlySet<string>): void {
    const all = (nodes: readonly ASTNode[]): void => nodes.forEach((child) => visit(child, bound));
    switch (node.op) {
      case 'value':
        if (node.args === null)
          refuse(node, 'null is not used: a fact without a value makes the rule unknown by itself');
        return;
      case 'id':
        if (!bound.has(node.args)) refuseName(node, node.args);
        return;
      case '.':
        if (node.args[0].op === 'id' && !bound.has(node.args[0].args)) member(node, node.args[0].args, node.args[1]);
        else visit(node.args[0], bound);
        return;
      case '||':
      case '&&':
      case '?:':
        use.isStrict = false;
        return all(node.args);
      case '!_':
      case '-_':
        return visit(node.args, bound);
      case 'list':
        return all(node.args);
      case 'call':
        if (!CALLS.includes(node.args[0])) refuseCall(node, node.args[0], CALLS);
        return all(node.args[1]);
      case 'rcall':
        return method(node, node.args[0], node.args[1], node.args[2], bound);
      case 'map':
      case '.?':
      case '[?]':
        return refuse(node, 'maps and optional values are not used in rules');
      default:
        return all(node.args);
    }
  }

  function member(node: ASTNode, space: string, word: string): void {
    if (space === 'parameters' || space === 'any') {
      const known = declared[space];
      if (known.has(word)) use[space].add(word);
      else refuse(node, `${space}.${word} is not declared in this rule${didYouMean(word, known)}`);
    } else if (vocabulary.fact(`${space}.${word}`)) {
      use.facts.add(`${space}.${word}`);
    } else {
      refuse(node, `${space}.${word} ${vocabulary.whyNot(`${space}.${word}`)}`);
    }
  }

  function method(
    node: ASTNode,
    name: string,
    receiver: ASTNode,
    args: readonly ASTNode[],
    bound: ReadonlySet<string>,
  ): void {
    if (![...METHODS, ...LOOPS].includes(name)) refuseCall(node, name, [...METHODS, ...LOOPS]);
    visit(receiver, bound);
    const [variable, ...rest] = args;
    if (!LOOPS.includes(name) || variable?.op !== 'id') {
      args.forEach((argument) => visit(argument, bound));
      return;
    }
    // A loop over nothing never looks at what it would need.
    use.isStrict = false;
    // Lists hold at most 64 texts: two deep are 4,096 steps, five would be a thousand million.
    if (bound.size >= 2) refuse(node, 'loops stand at most two deep in each other');
    if (spaces.includes(variable.args))
      refuse(variable, `${variable.args} already means something else; use another name`);
    const inner = new Set([...bound, variable.args]);
    rest.forEach((argument) => visit(argument, inner));
  }

  function refuseName(node: ASTNode, name: string): void {
    if (spaces.includes(name)) refuse(node, `${name} stands for many facts; read one of them as ${name}.…`);
    else refuse(node, `${JSON.stringify(name)} is not known here${didYouMean(name, spaces)}`);
  }

  function refuseCall(node: ASTNode, name: string, known: readonly string[]): void {
    refuse(
      node,
      REFUSED.get(name) ?? `${name}() is not used in rules${didYouMean(name, known)}; known: ${known.join(', ')}`,
    );
  }
}
