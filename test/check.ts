// `npm run check`: types, lint, format, and the direction of imports. `npm test` includes it.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');

interface Check {
  readonly name: string;
  readonly ok: boolean;
}

/** The JavaScript entry of an installed package's command, run by this same Node. */
export function tool(name: string): string {
  const home = join(ROOT, 'node_modules', { tsc: 'typescript' }[name] ?? name);
  const { bin } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')) as {
    bin: string | Record<string, string>;
  };
  return join(home, typeof bin === 'string' ? bin : bin[name]!);
}

export function checks(): Check[] {
  const run = (name: string, ...args: readonly string[]): Check => {
    const { status } = spawnSync(process.execPath, args, { cwd: ROOT, stdio: 'inherit', timeout: 5 * 60_000 });
    return { name, ok: status === 0 };
  };
  return [
    run('types', tool('tsc'), '-p', '.'),
    run('types of the console', tool('tsc'), '-p', 'collector/console/public'),
    run('lint', tool('oxlint'), '--type-aware', '--quiet'),
    run('format', tool('oxfmt'), '--check'),
  ];
}

if (process.argv[1] === import.meta.filename) {
  const done = checks();
  const shape = spawnSync(
    process.execPath,
    [tool('vitest'), 'run', '--reporter=dot', 'test/shape.test.ts', 'test/lockfiles.test.ts'],
    {
      cwd: ROOT,
      stdio: 'inherit',
      timeout: 5 * 60_000,
    },
  );
  done.push({ name: 'imports run one way', ok: shape.status === 0 });
  for (const { name, ok } of done) console.log(`${ok ? 'ok  ' : 'FAIL'} ${name}`);
  process.exitCode = done.every(({ ok }) => ok) ? 0 : 1;
}
