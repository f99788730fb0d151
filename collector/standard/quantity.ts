import type { Bilingual, Unit } from '../../agent/probe.ts';

/**
 * Quantities as people write them, `4 GiB`, `2 h`, `100 Mbit/s`, and the base units of facts. People choose the symbol:
 * memory is counted in GiB, disks are sold in GB.
 */
interface Symbol {
  readonly factor: number;
  /** Where a Chinese reader expects a word rather than the symbol. */
  readonly zh?: string;
}

const SYMBOLS: Readonly<Record<Unit, Readonly<Record<string, Symbol>>>> = {
  bytes: {
    B: { factor: 1 },
    kB: { factor: 1e3 },
    MB: { factor: 1e6 },
    GB: { factor: 1e9 },
    TB: { factor: 1e12 },
    KiB: { factor: 2 ** 10 },
    MiB: { factor: 2 ** 20 },
    GiB: { factor: 2 ** 30 },
    TiB: { factor: 2 ** 40 },
  },
  seconds: {
    ms: { factor: 1e-3, zh: '毫秒' },
    s: { factor: 1, zh: '秒' },
    min: { factor: 60, zh: '分钟' },
    h: { factor: 3600, zh: '小时' },
    d: { factor: 86_400, zh: '天' },
  },
  ratio: { '%': { factor: 0.01 } },
  pixels: { px: { factor: 1 } },
  bytes_per_second: {
    'bit/s': { factor: 1 / 8 },
    'kbit/s': { factor: 1e3 / 8 },
    'Mbit/s': { factor: 1e6 / 8 },
    'Gbit/s': { factor: 1e9 / 8 },
  },
  hertz: { Hz: { factor: 1 }, MHz: { factor: 1e6 }, GHz: { factor: 1e9 } },
  volts: { V: { factor: 1 } },
  watts: { W: { factor: 1 }, kW: { factor: 1e3 } },
  celsius: { '°C': { factor: 1 } },
};

/** The unit that a name ends in: `minimum_bytes` is in bytes. */
export function unitOf(name: string): Unit | undefined {
  return (Object.keys(SYMBOLS) as Unit[]).find((unit) => name === unit || name.endsWith(`_${unit}`));
}

/** `4 GiB`, of bytes, is 4294967296; undefined when it is not a quantity of that unit. */
export function parseQuantity(text: string, unit: Unit): number | undefined {
  const match = /^(-?\d+(?:\.\d+)?) ?(\D+)$/.exec(text.trim());
  const symbol = match && symbolOf(unit, match[2]!);
  // Ratios and milliseconds would otherwise end in …0001.
  return symbol ? Number((Number(match[1]) * symbol.factor).toPrecision(12)) : undefined;
}

/** In the unit of that symbol, with at most two decimals: `4 GiB`, `4 小时`; undefined when the unit has no such symbol. */
export function formatQuantity(value: number, unit: Unit, name: string, language: keyof Bilingual): string | undefined {
  const symbol = symbolOf(unit, name);
  if (!symbol) return undefined;
  const word = (language === 'zh' && symbol.zh) || name;
  return `${Number((value / symbol.factor).toFixed(2))} ${word}`;
}

/** In the largest unit that leaves a whole number: 7200 seconds are `2 h`, 120000000000 bytes `120 GB`. */
export function plainQuantity(value: number, unit: Unit, language: keyof Bilingual): string {
  const symbols = Object.entries(SYMBOLS[unit]).sort(([, left], [, right]) => right.factor - left.factor);
  const whole = symbols.find(([, { factor }]) => Number.isInteger(Number((value / factor).toPrecision(12))));
  const name = whole?.[0] ?? symbols.at(-1)![0];
  return formatQuantity(value, unit, name, language)!;
}

/** Names come from files: `constructor` is none. */
function symbolOf(unit: Unit, name: string): Symbol | undefined {
  return Object.hasOwn(SYMBOLS[unit], name) ? SYMBOLS[unit][name] : undefined;
}

export function symbolsOf(unit: Unit): readonly string[] {
  return Object.keys(SYMBOLS[unit]);
}
