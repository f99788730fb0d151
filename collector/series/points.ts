import type { RawFrame } from '../history/history.ts';
import type { Point } from './store.ts';

/** Who a subject is: `site`, `room`, `seat`, `machine`, `role`, `device`, `part`; what is not said is left out. */
export type TagsOf = (subject: string) => Readonly<Record<string, string>> | null;

/**
 * Numbers and booleans (1 and 0) of frames; texts stay in the record, where they are searched. A subject that is not known
 * any more is left out.
 */
export function pointsOf(frames: readonly RawFrame[], tagsOf: TagsOf): Point[] {
  const points: Point[] = [];
  for (const { at, facts } of frames) {
    for (const [subject, said] of Object.entries(facts)) {
      const tags = tagsOf(subject);
      if (!tags) continue;
      const byProbe = new Map<string, Record<string, number>>();
      for (const [name, value] of Object.entries(said)) {
        const number = typeof value === 'boolean' ? Number(value) : value;
        if (typeof number !== 'number' || !Number.isFinite(number)) continue;
        const [probe, word] = name.split('.') as [string, string];
        let fields = byProbe.get(probe);
        if (!fields) byProbe.set(probe, (fields = {}));
        fields[word] = number;
      }
      for (const [probe, fields] of byProbe) {
        // Line protocol refuses a part of a ms; records of earlier versions have some.
        points.push({ measurement: `xunkao_${probe}`, tags: cleanTags(tags), fields, at: Math.round(at) });
      }
    }
  }
  return points;
}

/**
 * What line protocol cannot hold: the client sends a line feed in a tag raw, so that the name of a PC could write points of
 * its own, and an empty tag as a broken line. A backslash would escape what follows it, and
 * the client escapes a quote that one store gives back as it was and the other does not.
 */
export function cleanTags(tags: Readonly<Record<string, string>>): Record<string, string> {
  const clean: Record<string, string> = {};
  for (const [name, value] of Object.entries(tags)) {
    const text = value
      .replaceAll(/[\p{Cc}\\\u2028\u2029]+/gu, ' ')
      .replaceAll('"', '’')
      .trim();
    if (text !== '') clean[name] = text;
  }
  return clean;
}
