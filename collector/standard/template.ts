import type { Bilingual } from '../../agent/probe.ts';
import { didYouMean } from './nearest.ts';
import { formatQuantity, symbolsOf, unitOf } from './quantity.ts';
import type { Parameter } from './rule.ts';

export interface Filled {
  readonly text: string;
  /** Parameters it names. */
  readonly used: readonly string[];
  readonly misuses: readonly TemplateMisuse[];
}

export interface TemplateMisuse {
  /** Characters from the start of the text. */
  readonly offset: number;
  /** The parameter it speaks of. */
  readonly name: string;
  readonly message: string;
}

/**
 * Puts parameters into a text: `${products}`, and with a unit where the name ends in one: `${minimum_bytes:GiB}`.
 * A choice between readings appears as what its word means in that language.
 */
export function fillTemplate(
  template: string,
  language: keyof Bilingual,
  parameters: ReadonlyMap<string, Parameter>,
): Filled {
  const misuses: TemplateMisuse[] = [];
  const used: string[] = [];
  const text = template.replaceAll(
    /\$\{([^}:]*)(?::([^}]*))?\}/g,
    (place: string, name: string, symbol: string | undefined, offset: number) => {
      const parameter = parameters.get(name);
      if (!parameter) {
        const message = `\${${name}} names no parameter of this rule${didYouMean(name, parameters.keys())}`;
        misuses.push({ offset, name, message });
        return place;
      }
      used.push(name);
      const shown = show(name, parameter, symbol, language);
      if (shown === undefined) misuses.push({ offset, name, message: `${place}: ${rightSymbols(name, parameter)}` });
      return shown ?? place;
    },
  );
  return { text, used, misuses };
}

function show(
  name: string,
  { value, choices }: Parameter,
  symbol: string | undefined,
  language: keyof Bilingual,
): string | undefined {
  if (symbol !== undefined) {
    const unit = unitOf(name);
    return unit && typeof value === 'number' ? formatQuantity(value, unit, symbol, language) : undefined;
  }
  if (typeof value === 'object') return value.join(language === 'zh' ? '、' : ', ');
  return choices?.[String(value)]?.[language] ?? String(value);
}

function rightSymbols(name: string, { value }: Parameter): string {
  const unit = unitOf(name);
  return unit && typeof value === 'number'
    ? `after the colon expected ${symbolsOf(unit).join(', ')}`
    : 'only a number whose name ends in a unit, such as minimum_bytes, can be shown with a unit';
}
