import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openLog } from '../../agent/log.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'xunkao-log-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('a log file', () => {
  it('makes its folder, is for its owner alone, and goes on where it was', () => {
    const path = join(folder, 'logs', 'agent.log');
    openLog(path)('第一行');
    openLog(path)('second');
    expect(readFileSync(path, 'utf8')).toBe('第一行\nsecond\n');
    expect(statSync(path).mode & 0o077).toBe(0);
  });

  it('turns over by itself, and of the old ones three are kept', () => {
    const path = join(folder, 'agent.log');
    const log = openLog(path, 40);
    for (let line = 1; line <= 20; line++) log(`line ${String(line).padStart(10, '0')}`);
    const names = readdirSync(folder).sort();
    expect(names).toEqual(['agent.log', 'agent.log.1', 'agent.log.2', 'agent.log.3']);
    for (const name of names) expect(statSync(join(folder, name)).size).toBeLessThanOrEqual(40);
    expect(readFileSync(path, 'utf8')).toContain('0000000020');
    expect(readFileSync(`${path}.3`, 'utf8')).toContain('0000000013');
  });

  it('loses the line and nothing else when the disk refuses, and takes the next one', () => {
    const path = join(folder, 'blocked', 'agent.log');
    writeFileSync(join(folder, 'blocked'), 'a file where a folder should be');
    const log = openLog(path);
    log('lost');
    rmSync(join(folder, 'blocked'));
    log('kept');
    expect(existsSync(path) && readFileSync(path, 'utf8')).toBe('kept\n');
  });
});
