// Writes everything that is made from the boards and the standard: `npm run dashboards`.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { boards } from './boards.ts';
import { loadPack, type Pack } from './pack.ts';
import { caseFile, ruleFile } from './prometheus.ts';
import { render } from './render.ts';

const LANGUAGES = ['zh', 'en'] as const;

/** Path below this folder → text. */
export function files(pack: Pack): ReadonlyMap<string, string> {
  const made = new Map<string, string>();
  for (const language of LANGUAGES) {
    for (const board of boards(pack)) {
      made.set(`grafana/${language}/${board.id}.json`, `${JSON.stringify(render(board, language), null, 2)}\n`);
    }
    made.set(`prometheus/xunkao.${language}.rules.yml`, ruleFile(pack, language));
  }
  made.set('prometheus/xunkao.test.yml', caseFile(pack));
  return made;
}

if (process.argv[1] === import.meta.filename) {
  for (const folder of ['grafana', 'prometheus']) {
    rmSync(join(import.meta.dirname, folder), { recursive: true, force: true });
  }
  for (const [path, text] of files(await loadPack())) {
    const file = join(import.meta.dirname, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    console.log(`dashboards/${path}`);
  }
}
