import type { Standard } from '../standard/rule.ts';

/** What the rules ask of a UPS' drill, the longest of them; two hours where the pack asks for none. */
export function upsSecondsOf({ rules }: Standard): number {
  const asked = rules
    .filter(({ reads }) => reads.includes('proof.ups_seconds'))
    .map(({ parameters }) => parameters['minimum_seconds']?.value)
    .filter((value) => typeof value === 'number');
  return asked.length > 0 ? Math.max(...asked) : 7_200;
}
