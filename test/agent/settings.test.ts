import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HELP, inWords, parseArguments } from '../../agent/settings.ts';
import { ticketText } from '../../agent/ticket.ts';

let dir = '';
const TEXT = ticketText({ v: 1, site: 's', addresses: ['127.0.0.1:1'], id: 't', secret: 'hush', room: 'A' });
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'xunkao-arguments-'));
  writeFileSync(join(dir, 'good'), TEXT);
  writeFileSync(join(dir, 'bad'), 'hello world');
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const parse = (...words: string[]) => parseArguments(words, {}, dir);

describe('the command line of the agent', () => {
  it('names a folder, a ticket, addresses and a log file, relative to where it was typed', () => {
    const words = ['--dir', 'data', '--ticket=good', '--address', '10.0.0.5', '--address=[::1]:9481', '--log', 'l.log'];
    expect(parse(...words)).toEqual({
      kind: 'run',
      settings: {
        dir: join(dir, 'data'),
        ticket: TEXT,
        addresses: ['10.0.0.5:9480', '[::1]:9481'],
        log: join(dir, 'l.log'),
      },
    });
  });

  it('needs none of them', () => {
    const parsed = parse();
    expect(parsed.kind).toBe('run');
    expect(parsed.kind === 'run' && parsed.settings.dir).toMatch(/xunkao-agent$/);
  });

  it('asks for a report, or tells the screen, by a first word of its own', () => {
    expect(parse('report', '--json')).toEqual({
      kind: 'report',
      report: { json: true, to: null, examSoftware: [] },
    });
    expect(parse('report', '--help')).toEqual({ kind: 'help' });
    expect(parse('report', '--dir', 'x').kind).toBe('faults');
    expect(parse('screen')).toEqual({ kind: 'screen', to: null });
    expect(parse('screen', '--to', 's.json')).toEqual({ kind: 'screen', to: join(dir, 's.json') });
    expect(parse('screen', '--to').kind).toBe('faults');
  });

  it('lists every fault at once, in both languages', () => {
    const parsed = parse('--colour', '--dir', '--address', 'http://x', '--ticket', 'bad', '--ticket', 'missing');
    expect(parsed.kind).toBe('faults');
    const faults = parsed.kind === 'faults' ? parsed.faults : [];
    expect(faults.map(({ en }) => en)).toEqual([
      '--colour is not known; there are --dir, --ticket, --address, --log, --help and --version',
      '--dir needs a value after it',
      '--address http://x is not HOST:PORT, such as 10.0.0.5:9480',
      expect.stringContaining('copy the whole line again'),
      expect.stringContaining('cannot be read'),
    ]);
    for (const { zh } of faults) expect(zh).toMatch(/[\u4e00-\u9fff]/);
  });

  it('takes a ticket from a file only, and does not repeat one that was typed', () => {
    const parsed = parse('--ticket', TEXT);
    const [fault] = parsed.kind === 'faults' ? parsed.faults : [];
    expect(fault?.en).toContain('--ticket names a file');
    expect(JSON.stringify(parsed)).not.toContain(TEXT);
  });

  it('asks for help, the version or a sweep', () => {
    expect(parse('--dir', 'x', '--help')).toEqual({ kind: 'help' });
    expect(parse('--version')).toEqual({ kind: 'version' });
    expect(parse('--sweep', 'disk,display')).toEqual({ kind: 'sweep', names: ['disk', 'display'] });
  });

  it('speaks Chinese on a Chinese machine and English elsewhere', () => {
    expect(inWords(HELP, { LANG: 'zh_CN.UTF-8' })).toContain('用法');
    expect(inWords(HELP, { LC_ALL: 'de_DE.UTF-8', LANG: 'zh_CN.UTF-8' })).toContain('Usage');
  });

  it('has every option in both texts of its help', () => {
    for (const text of [HELP.zh, HELP.en]) {
      for (const option of ['--dir', '--ticket', '--address', '--help', '--version']) expect(text).toContain(option);
    }
  });
});
