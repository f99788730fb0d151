// `npm test`: brings what tests need where it may, checks types, lint and format, runs every test, and says at its end
// what ran and what was skipped, and why. The last line is read by CI.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checks, tool } from './check.ts';
import { bringPackages, NEEDS } from './needs.ts';

const words = process.argv.slice(2);
const withPackages = words.includes('--with-packages') || process.env['CI'] === 'true';
const filters = words.filter((word) => !word.startsWith('--with-packages'));

if (withPackages) bringPackages();

const done = filters.length > 0 ? [] : checks();
const tests = runTests();
const skippedNeeds = NEEDS.filter((need) => !need.present());

console.log('\nwhat ran');
for (const { name, ok } of done) console.log(`  ${ok ? 'ok  ' : 'FAIL'} ${name}`);
console.log(`  ${tests.failed === 0 ? 'ok  ' : 'FAIL'} ${tests.passed + tests.failed} tests in ${tests.files} files`);
if (tests.skipped > 0 || skippedNeeds.length > 0) {
  console.log(`skipped: ${tests.skipped} tests`);
  for (const need of skippedNeeds) console.log(`  without ${need.name}: ${need.without}. ${need.get}`);
  if (skippedNeeds.some((need) => need.packages.length > 0) && !withPackages) {
    console.log('  npm test -- --with-packages brings the Debian packages, as root on Debian');
  }
}
for (const name of tests.failures) console.log(`FAILED ${name}`);

const passed = tests.passed + done.filter(({ ok }) => ok).length;
const failed = tests.failed + done.filter(({ ok }) => !ok).length;
process.exitCode = failed > 0 ? 1 : 0;
console.log(`${passed} passed, ${failed} failed`);

interface Report {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message?: string;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

function runTests() {
  const dir = mkdtempSync(join(tmpdir(), 'xunkao-test-'));
  const file = join(dir, 'report.json');
  try {
    const { status } = spawnSync(
      process.execPath,
      [tool('vitest'), 'run', '--reporter=dot', '--reporter=json', `--outputFile.json=${file}`, ...filters],
      {
        stdio: ['ignore', 'inherit', 'inherit'],
        // Two busy cores may take three times as long as two quiet ones.
        timeout: 60 * 60_000,
        env: { ...process.env, ...(process.stdout.isTTY ? {} : { NO_COLOR: '1' }) },
      },
    );
    return count(readReport(file), status);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

function readReport(file: string): Report {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Report;
  } catch {
    return { testResults: [] };
  }
}

function count({ testResults }: Report, status: number | null) {
  const results = testResults.flatMap((result) =>
    result.assertionResults.map((row) => ({ ...row, file: result.name })),
  );
  // A file that could not be loaded has no tests and still failed.
  const broken = testResults.filter(
    ({ status: word, assertionResults }) =>
      word === 'failed' && !assertionResults.some((row) => row.status === 'failed'),
  );
  const failures = [
    ...results.filter((row) => row.status === 'failed').map((row) => `${row.file}: ${row.fullName}`),
    ...broken.map((result) => `${result.name}: ${(result.message ?? 'could not be loaded').split('\n')[0]}`),
  ];
  // Vitest fails on what belongs to no test, such as an error thrown after one ended.
  if (failures.length === 0 && status !== 0)
    failures.push(`vitest ended with ${status ?? 'a signal'}: its own words stand above`);
  return {
    passed: results.filter((row) => row.status === 'passed').length,
    failed: failures.length,
    skipped: results.filter((row) => row.status !== 'passed' && row.status !== 'failed').length,
    files: testResults.length,
    failures,
  };
}
