import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ticketText } from '../../agent/ticket.ts';
import { startFakeCollector, until, type FakeCollector } from '../fixtures/fakeCollector.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const MAIN = join(ROOT, 'agent', 'main.ts');
let dir = '';
const children: ChildProcess[] = [];
const collectors: FakeCollector[] = [];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'xunkao-main-'));
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  for (const collector of collectors.splice(0)) await collector.stop();
  rmSync(dir, { recursive: true, force: true });
});

async function collect(options: Parameters<typeof startFakeCollector>[0] = {}): Promise<FakeCollector> {
  const collector = await startFakeCollector(options);
  collectors.push(collector);
  return collector;
}

function run(program: string, ...words: string[]) {
  const child = spawn(process.execPath, [program, ...words], { env: { ...process.env, LANG: 'C.UTF-8', LC_ALL: '' } });
  children.push(child);
  const said = { out: '', code: null as number | null, signal: null as string | null };
  child.stdout.on('data', (chunk: Buffer) => (said.out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (said.out += chunk.toString()));
  child.once('exit', (code, signal) => Object.assign(said, { code, signal }));
  const over = () => until('it ended', () => said.code !== null || said.signal !== null);
  return { child, said, over };
}

describe('the program xunkao-agent', () => {
  it('tells this very machine to its collector, says goodbye on SIGTERM and keeps no secret in its log', async () => {
    const collector = await collect();
    writeFileSync(join(dir, 'paper'), `${ticketText(collector.ticket)}\n`);
    const { child, said, over } = run(MAIN, '--dir', join(dir, 'agent'), '--ticket', join(dir, 'paper'));
    await until('a frame came', () => collector.frames.length > 0);
    expect(collector.frames[0]!.full).toEqual([1, 1]);
    expect(Object.keys(collector.frames[0]!.facts[''] ?? {}).length).toBeGreaterThan(5);
    child.kill('SIGTERM');
    await over();
    expect(said.code).toBe(0);
    await until('it said goodbye', () => collector.closes.length > 0);
    expect(collector.closes).toEqual(['1001 shutdown']);
    expect(said.out).not.toContain('the-secret');
    expect(said.out).toContain('connected to');
    expect(statSync(join(dir, 'agent', 'key.pem')).mode & 0o077).toBe(0);
    expect(statSync(join(dir, 'agent', 'ticket')).mode & 0o077).toBe(0);
  });

  it('ends with 2 and every fault for wrong use, with 0 for help', async () => {
    const wrong = run(MAIN, '--dir', '--address', 'x:y');
    await wrong.over();
    expect(wrong.said.code).toBe(2);
    expect(wrong.said.out.trim().split('\n')).toHaveLength(2);
    const lost = run(MAIN, '--dir', join(dir, 'empty'));
    await lost.over();
    expect(lost.said.code).toBe(2);
    expect(lost.said.out).toContain('no ticket');
    const help = run(MAIN, '--help');
    await help.over();
    expect(help.said).toMatchObject({ code: 0, out: expect.stringContaining('Usage: xunkao-agent') });
  });
});

describe('an agent that is killed', () => {
  const AGENT = join(ROOT, 'test', 'fixtures', 'agentProcess.ts');
  const onDisk = (): number => {
    const folder = join(dir, 'outbox');
    if (!existsSync(folder)) return 0;
    return readdirSync(folder).reduce(
      (sum, file) => sum + readFileSync(join(folder, file), 'utf8').split('\n').length - 1,
      0,
    );
  };

  it('after writing and before an answer sends the same frames again, once, in the next life', async () => {
    const collector = await collect({ acks: false, settings: { frameEverySeconds: 1 } });
    const first = run(AGENT, dir, ticketText(collector.ticket));
    await until('three frames are on disk', () => onDisk() >= 3, 20_000);
    first.child.kill('SIGKILL');
    await first.over();
    expect(first.said.signal).toBe('SIGKILL');
    const written = onDisk();
    const stream = collector.frames[0]!.stream;
    const sent = collector.frames.length;

    collector.script.acks = true;
    const second = run(AGENT, dir, ticketText(collector.ticket));
    await until('the queue is told', () => collector.backlog().length >= written, 20_000);
    expect(collector.introductions[1]).toMatchObject({ type: 'hello', queued: [{ stream, from: 1 }] });
    expect(collector.backlog().map((frame) => frame.seq)).toEqual(
      Array.from({ length: written }, (_, index) => index + 1),
    );
    expect(collector.backlog().every((frame) => frame.stream === stream)).toBe(true);
    // They are the same frames, but for the lane and whose queue they come from.
    const { lane: _lane, owner: _owner, ...again } = collector.backlog()[0]!;
    expect(collector.frames[0]).toEqual({ ...again, lane: 'live' });
    expect(sent - written).toBeLessThanOrEqual(2);
    await until('its disk is clean', () => onDisk() === 0);
    second.child.kill('SIGTERM');
    await second.over();
  });

  it('again and again while the collector is away loses nothing that was on disk', async () => {
    const collector = await collect({ settings: { frameEverySeconds: 1 } });
    const enrolled = run(AGENT, dir, ticketText(collector.ticket));
    await until('it is enrolled', () => existsSync(join(dir, 'site.json')) && collector.frames.length > 0);
    enrolled.child.kill('SIGKILL');
    await enrolled.over();
    const { port } = collector;
    await collector.stop();
    const queued = new Map<string, number>();
    for (let life = 0; life < 2; life++) {
      const before = onDisk();
      const agent = run(AGENT, dir, ticketText(collector.ticket));
      await until('it wrote something', () => onDisk() >= before + 2, 20_000);
      agent.child.kill('SIGKILL');
      await agent.over();
    }
    for (const file of readdirSync(join(dir, 'outbox'))) {
      const count = readFileSync(join(dir, 'outbox', file), 'utf8').split('\n').length - 1;
      const stream = file.slice(0, file.indexOf('.'));
      queued.set(stream, (queued.get(stream) ?? 0) + count);
    }
    expect(queued.size).toBe(2);
    const again = await collect({ port });
    const last = run(AGENT, dir, ticketText(collector.ticket));
    const total = [...queued.values()].reduce((sum, count) => sum + count, 0);
    await until('all is told', () => again.backlog().length >= total, 20_000);
    for (const [stream, count] of queued) {
      const seqs = again.backlog().filter((frame) => frame.stream === stream);
      expect(seqs.map(({ seq }) => seq)).toEqual(Array.from({ length: count }, (_, index) => index + 1));
    }
    last.child.kill('SIGTERM');
    await last.over();
  }, 60_000);
});
