import { ABOVE_BUT_NOT_I3, BELOW, CANNOT_RANK, MEETS, NEARLY } from './rule.ts';
import type { CpuRule, Ranked } from './rule.ts';

/**
 * AMD's names, without trademarks and the word CPU. AMD counts no generations like Intel's, so a line is taken as a
 * whole: every Zen (2017 and later) is faster than an i3 of the 5th generation, Bulldozer's heirs are near it at best.
 */
export const AMD_RULES: readonly CpuRule[] = [
  { when: /\bEng(?:ineering)? Sample\b/i, family: null, rank: CANNOT_RANK },

  { when: /\bRyzen Threadripper\b/i, family: 'Ryzen Threadripper', rank: MEETS },
  { when: /\bRyzen Embedded\b/i, family: 'Ryzen Embedded', rank: MEETS },
  { when: /\bRyzen AI Max(\+?)/i, family: (match) => `Ryzen AI Max${match[1]}`, rank: MEETS },
  { when: /\bRyzen (AI )?([3579])\b/i, family: (match) => `Ryzen ${match[1] ? 'AI ' : ''}${match[2]}`, rank: MEETS },
  { when: /\bRyzen (?:AI )?(Z\d)\b/i, family: (match) => `Ryzen ${match[1]?.toUpperCase()}`, rank: MEETS },
  { when: /\bRyzen\b/i, family: 'Ryzen', rank: MEETS },
  { when: /\bEPYC\b/i, family: 'EPYC', rank: MEETS },
  // Consoles' chips sold as kits and hand-helds.
  { when: /\bCustom APU\b|\b4[78]00S\b|\bBC-250\b/i, family: 'AMD custom (Zen 2)', rank: MEETS },

  // Athlon 200GE, 300U, 3000G, Gold, Silver; and 3020e, the same chip without the word.
  {
    when: /\bAthlon (?:PRO )?(?:(?:Gold|Silver)\b|\d{3}(?:GE|G|U)\b|3000G\b)|\bAMD 30\d\d(?:Ce|e)\b/i,
    family: 'Athlon (Zen)',
    rank: ABOVE_BUT_NOT_I3,
  },
  { when: /\bAthlon\b/i, family: 'Athlon (pre-Zen)', rank: BELOW },

  { when: /\bFX\b/i, family: 'FX', rank: NEARLY },
  {
    when: /\bA(4|6|8|9|10|12)[- ](?:(?:PRO|Micro)[- ])?(\d{4})/i,
    family: (match) => `A${match[1]}-Series`,
    rank: rankApu,
  },
  { when: /\bOpteron\b/i, family: 'Opteron', rank: BELOW },
  { when: /\bPhenom\b/i, family: 'Phenom', rank: BELOW },
  { when: /\bSempron\b/i, family: 'Sempron', rank: BELOW },
  // Bobcat, Jaguar and older: E-350, E2-3000M, C-60, Z-01, G-T56N, GX-212JC, R-464L, RX-427BB, V120, Turion, K6 …
  {
    when: /\b(?:E[12]?|C|Z|G|GX|R[XE]?)-[A-Z]?\d|\bE[12] Micro\b|\bV\d{2,3}\b|\bTurion\b|\bDuron\b|\bGeode\b|\bK[567]\b|model unknown/i,
    family: 'AMD legacy',
    rank: BELOW,
  },
];

/** A8 to A12 from 8000 on (2015 and later) come near an i3 of the 5th generation; the small and the older ones do not. */
function rankApu(match: RegExpExecArray): Ranked {
  return Number(match[1]) >= 8 && Number(match[2]) >= 8000 ? NEARLY : BELOW;
}
