import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleAgent } from '../../agent/build.ts';
import { loadProbes } from '../../agent/catalogue.ts';
import { systemClock } from '../../agent/clock.ts';
import { childSweep } from '../../agent/sweep.ts';

let dir = '';
let file = '';
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'xunkao-bundle-'));
  file = await bundleAgent(dir);
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const run = (...words: string[]) =>
  spawnSync(process.execPath, [file, ...words], { cwd: '/', encoding: 'utf8', timeout: 15_000, env: { LANG: 'C' } });

describe('the bundle of the agent', () => {
  it('starts by itself, far from this repository, and says --help and --version', () => {
    expect(run('--help')).toMatchObject({ status: 0, stdout: expect.stringContaining('Usage: xunkao-agent') });
    const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '..', '..', 'package.json'), 'utf8')) as {
      version: string;
    };
    expect(run('--version')).toMatchObject({ status: 0, stdout: `${version}\n` });
  });

  it('has the probes of the folder in it and asks them in a sweep', async () => {
    const probes = (await loadProbes()).filter(({ name }) => name === 'load' || name === 'os');
    const told: string[] = [];
    const settings = { internetTargets: [], examSoftware: [] };
    await childSweep([process.execPath, file], systemClock()).run(probes, settings, ({ name }, outcome) => {
      told.push(`${name} ${outcome}`);
    });
    expect(told).toEqual(['load ok', 'os ok']);
  });

  it('asks for nothing that Node 13 does not have: no prefix, no module from elsewhere', () => {
    const code = readFileSync(file, 'utf8');
    expect(code).not.toMatch(/require\("node:/);
    const asked = new Set([...code.matchAll(/require\("([^"]+)"\)/g)].map(([, name]) => name!));
    const optional = ['bufferutil', 'utf-8-validate'];
    expect([...asked].filter((name) => !builtinModules.includes(name) && !optional.includes(name))).toEqual([]);
    expect(code).not.toMatch(/\?\?=|\bimport\.meta\b/);
  });
});
