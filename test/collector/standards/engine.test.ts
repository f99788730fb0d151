import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../../..');
const PACKS = join(ROOT, 'collector/standards');

/** The one word of a pack that code may say: which is judged when the settings name none. */
const DEFAULT = /'live-commerce'/;
const KNOWS_THE_DEFAULT = ['collector/settings.ts'];

/**
 * Ids of one word are English words as well (`os`, `online`, `clock`), and name probes and columns; those with a dash
 * are nothing but ids.
 */
const ids = readdirSync(PACKS).flatMap((pack) =>
  readdirSync(join(PACKS, pack))
    .map((file) => file.replace(/\.yaml$/, ''))
    .filter((id) => id.includes('-'))
    .concat(pack),
);
const named = new RegExp(`(['"\`])(${ids.join('|')})\\1`);
/** Asked for by its id, whatever the id: `rule('online')`, `verdict.rule === 'mains'`. */
const asked = /\b(?:rules?|ruleOf)\b(?:\(|\.get\(|\s*[!=]==?\s*)['"`][a-z][a-z0-9-]*['"`]/;

const files = ['agent', 'collector'].flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .map((file) => `${folder}/${file.replaceAll('\\', '/')}`)
    // Made-up history for demonstrations names the rules it makes up; nothing is judged there.
    .filter((file) => /\.tsx?$/.test(file) && !file.startsWith('collector/organization/demo/')),
);

function withoutComments(text: string): readonly string[] {
  return text.split('\n').map((line) => (/^\s*(\/\/|\/?\*)/.test(line) ? '' : line.replace(/ \/\/ .*$/, '')));
}

describe('the engine', () => {
  it.each([
    ["if (verdict.rule === 'mains') page();", true],
    ["const rule = compliance.rule('online');", true],
    ["const skip = new Set(['restore-card']);", true],
    ["name: 'online',", false],
    ["'presence.online'", false],
  ])('would be caught at %s: %s', (line, isCaught) => {
    expect(named.test(line) || asked.test(line)).toBe(isCaught);
  });

  it('knows no pack and no rule by name', () => {
    const knows = files.flatMap((file) =>
      withoutComments(readFileSync(join(ROOT, file), 'utf8')).flatMap((line, index) =>
        (named.test(line) || asked.test(line)) && !(KNOWS_THE_DEFAULT.includes(file) && DEFAULT.test(line))
          ? [`${file}:${index + 1}: ${line.trim()}`]
          : [],
      ),
    );
    expect(knows).toEqual([]);
  });
});
