import { ABOVE_BUT_NOT_I3, BELOW, CANNOT_RANK, MEETS, NEARLY } from './rule.ts';
import type { CpuName, CpuRule, Ranked } from './rule.ts';

/** The last Core with an i in its name. A higher number is a joke or a fake, and proves nothing. */
const NEWEST_I_GENERATION = 14;

/** Intel's names, without trademarks, clock and the word CPU. */
export const INTEL_RULES: readonly CpuRule[] = [
  // Engineering samples, and one part sold without a name of its own.
  { when: /(?<![\w-])\$?0000\b|\bCC150\b/, family: null, rank: CANNOT_RANK },

  { when: /\bCore Ultra (X?[3579])\b/i, family: (match) => `Core Ultra ${match[1]?.toUpperCase()}`, rank: MEETS },
  { when: /\b(?:Core )?i([3579])(?![\w.])(.*)/i, family: (match) => `Core i${match[1]}`, rank: rankCoreI },
  { when: /\bCore m([357])[- ](\d)/i, family: (match) => `Core m${match[1]}`, rank: (match) => coreM(match[2]) },
  { when: /\bCore M[- ](\d)Y/i, family: 'Core M', rank: (match) => coreM(match[1]) },
  // Some Core M-5Y70 call themselves "Intel(R) Processor 5Y70".
  { when: /\bProcessor (5)Y\d/i, family: 'Core M', rank: (match) => coreM(match[1]) },
  { when: /\bCore ?2\b/i, family: 'Core 2', rank: BELOW },
  { when: /\bCore (?:Duo|Solo)\b/i, family: 'Core Duo', rank: BELOW },
  // The naming after the 14th generation: Core 3, 5, 7, 9 without the i.
  { when: /\bCore ([3579])\b/i, family: (match) => `Core ${match[1]}`, rank: MEETS },
  { when: /\bCore (?:[A-Z] )?\d{3}\b/i, family: 'Core (1st gen, pre-production)', rank: BELOW },

  // v4 is Broadwell, the 5th generation of Core. Without a v: Sandy Bridge or older.
  {
    when: /\bXeon E([357])-\d{4}[A-Z]{0,2} ?v(\d)\b/i,
    family: (match) => `Xeon E${match[1]}`,
    rank: (match) => rankXeonV(Number(match[2])),
  },
  { when: /\bXeon Phi\b/i, family: 'Xeon Phi', rank: CANNOT_RANK },
  // Scalable (2017 and later), W-2100 … w9-3595X, D-1500 (Broadwell) and later, E-2100 and later, Xeon 6.
  {
    when: /\bXeon (?:Bronze|Silver|Gold|Platinum|Max|[WDE]-\d{4}|w[3579]-\d{4}|6\d{3}[PE]\b)/i,
    family: 'Xeon',
    rank: MEETS,
  },
  { when: /\bXeon\b(.*)/i, family: 'Xeon', rank: rankOldXeon },

  { when: /\bPentium Gold\b/i, family: 'Pentium Gold', rank: ABOVE_BUT_NOT_I3 },
  { when: /\bPentium Silver\b/i, family: 'Pentium Silver', rank: NEARLY },
  // Skylake and later. G6950 to G6960 are of 2010.
  { when: /\bPentium (?:G[457]\d{3}|G6[4-8]\d\d|[456]4\d\d[UY])/i, family: 'Pentium', rank: ABOVE_BUT_NOT_I3 },
  { when: /\bPentium\b/i, family: 'Pentium', rank: BELOW },
  // Celeron 6305, 7305: Tiger and Alder Lake cores. All the others are older or Atoms by another name.
  { when: /\bCeleron [67]\d{3}/i, family: 'Celeron', rank: NEARLY },
  { when: /\bCeleron\b/i, family: 'Celeron', rank: BELOW },
  { when: /\bAtom\b/i, family: 'Atom', rank: BELOW },

  { when: /\bIntel (?:Processor )?N\d{2,3}\b/i, family: 'Intel Processor N', rank: ABOVE_BUT_NOT_I3 },
  { when: /\bIntel (?:Processor )?U?3\d\d[A-Z]?\b/i, family: 'Intel Processor', rank: ABOVE_BUT_NOT_I3 },
  // Core Duo and Solo, and low-voltage parts of 2009, print no brand: T2600, 1300, U4100.
  { when: /\bGenuine Intel (?:[TLU]2\d{3}|1\d{3})\b/i, family: 'Core Duo', rank: BELOW },
  { when: /\bGenuine Intel [TLU]\d{4}\b/i, family: null, rank: BELOW },
];

/**
 * The generation stands in the number: three digits are the 1st (`i5 650`, `i7 Q 720`), four begin with it (`i5-4590`)
 * unless that digit is a 1 (`i5-1135G7` → 11), five begin with two (`i7-10700`). "11th Gen" in front wins.
 */
function rankCoreI(match: RegExpExecArray, name: CpuName): Ranked {
  const said = /\b(\d{1,2})(?:st|nd|rd|th) Gen\b/i.exec(name.text);
  const generation = plausible(said ? Number(said[1]) : generationOf(match[2] ?? ''));
  if (generation === null) return CANNOT_RANK;
  const strict = generation >= 5 ? 'yes' : 'no';
  const fastEnough = generation >= 5 || (generation === 4 && match[1] !== '3');
  return { generation, strict, lenient: fastEnough ? 'yes' : 'no' };
}

function generationOf(rest: string): number | null {
  const number = /^[- ]*(?:([A-Z]{1,2})[- ]?)?(\d{1,5})(Y)?/i.exec(rest);
  if (!number) return null;
  const letter = number[1]?.toUpperCase();
  const digits = number[2] ?? '';
  // Two families have a letter where the generation would be: i3-N305 (Alder Lake-N) and i5-L16G7 (Lakefield, 2020).
  if (letter === 'N') return 12;
  if (letter === 'L' && digits.length === 2) return 10;
  // i7-7Y75
  if (digits.length === 1) return number[3] ? Number(digits) : null;
  // i5-110 is an i5-10400 sold again in 2025; no 1st generation number is that low.
  if (digits.length === 3) return digits.startsWith('1') ? 10 : 1;
  if (digits.length === 4) return Number(digits.startsWith('1') ? digits.slice(0, 2) : digits.slice(0, 1));
  return digits.length === 5 ? Number(digits.slice(0, 2)) : null;
}

function plausible(generation: number | null): number | null {
  return generation !== null && generation >= 1 && generation <= NEWEST_I_GENERATION ? generation : null;
}

function coreM(generation: string | undefined): Ranked {
  return { ...ABOVE_BUT_NOT_I3, generation: plausible(Number(generation)) };
}

function rankXeonV(version: number): Ranked {
  return {
    generation: version + 1,
    strict: version >= 4 ? 'yes' : 'no',
    lenient: version >= 3 ? 'yes' : 'no',
  };
}

/**
 * What is left is old when it has a number (`X5650`, `E5-2650 0`, `5160`) or ends in a bare clock (NetBurst: `3.00GHz`
 * without the @). Without either it is a name that a cloud masked (`Intel(R) Xeon(R) Processor @ 2.50GHz`).
 */
function rankOldXeon(match: RegExpExecArray, name: CpuName): Ranked {
  const rest = match[1] ?? '';
  const numbered = /(?<![.\d])[A-Z]{0,2}\d{4,5}[A-Z]?\b/i.test(rest);
  const bareClock = !name.clock && /\d[GM]Hz\b/i.test(rest);
  return numbered || bareClock ? BELOW : CANNOT_RANK;
}
