import { cpSync, existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Answer } from '../../agent/reading.ts';
import { agentScene, scriptedUps, seqsOf, UPS } from '../fixtures/agents.ts';
import { pause, until } from '../fixtures/fakeCollector.ts';
import { steadyProbe, testProbe } from '../fixtures/probes.ts';

const { scene, collect, start, pass, passUntil, endOf } = agentScene();

describe('frames', () => {
  it('with an urgent change go out at once, others wait for their time', async () => {
    const collector = await collect({ settings: { devices: [UPS] } });
    const { probe, tell } = scriptedUps();
    const agent = await start({
      ticket: collector.ticket,
      probes: [probe, steadyProbe('some', { facts: { value: 0 } })],
    });
    await passUntil('it is online', () => agent.isOnline);
    tell({ value: 1, alarm: false });
    await passUntil('the first state came', () => collector.frames.some(({ facts }) => facts['device:ups-1']));
    const before = collector.frames.length;
    tell({ value: 2, alarm: false });
    await pause(30);
    expect(collector.frames).toHaveLength(before);
    // The clock stands still: nothing but the urgent change sends this frame.
    tell({ value: 3, alarm: true });
    await until('it came', () => collector.frames.length > before);
    expect(collector.frames[before]!.facts).toEqual({ 'device:ups-1': { 'ups.value': 3, 'ups.alarm': true } });
    expect(collector.frames[before]!.asked['device:ups-1']).toEqual({ ups: [0, 0, 'ok'] });
  });

  it('of a source that flaps stay below five a second, and end with its last state', async () => {
    const collector = await collect({ settings: { devices: [UPS] } });
    const { probe, tell } = scriptedUps();
    const agent = await start({ ticket: collector.ticket, probes: [probe] });
    await passUntil('it is online', () => agent.isOnline);
    await pass(5);
    const before = collector.frames.length;
    for (let turn = 0; turn < 401; turn++) {
      tell({ alarm: turn % 2 === 0 });
      scene.clock.advance(50);
      if (turn % 4 === 0) await pause(1);
    }
    await pass(1);
    const came = collector.frames.slice(before);
    expect(came.length).toBeLessThanOrEqual(20 * 4 + 10 + 5);
    expect(came.length).toBeGreaterThan(40);
    const last = came.flatMap(({ facts }) => Object.values(facts['device:ups-1'] ?? {})).pop();
    expect(last).toBe(true);
  });

  it('come no more often than the agent allows, whatever the collector sets', async () => {
    const collector = await collect({ settings: { frameEverySeconds: 0.001 } });
    const quick = testProbe('quick', async () => ({ facts: { value: scene.clock.now().monotonic } }), {
      everySeconds: 0.1,
    });
    const agent = await start({ ticket: collector.ticket, probes: [quick] });
    await passUntil('it is online', () => agent.isOnline);
    const before = collector.frames.length;
    await pass(20);
    expect(collector.frames.length - before).toBeGreaterThan(15);
    expect(collector.frames.length - before).toBeLessThanOrEqual(21);
  });

  it('tell how long ago each probe was asked at the moment they are made, whatever the wall clock does', async () => {
    const collector = await collect();
    await start({ ticket: collector.ticket });
    await passUntil('the first frame came', () => collector.frames.length > 0);
    scene.clock.jump(-3_600_000);
    const before = collector.frames.length;
    await passUntil('two more came', () => collector.frames.length > before + 1);
    for (const frame of collector.frames.slice(before)) {
      const [ago] = frame.asked['']!['some']!;
      expect(ago).toBeGreaterThanOrEqual(0);
      expect(ago).toBeLessThan(6_000);
      expect(frame.at).toBeLessThan(Date.UTC(2026, 10, 23, 0, 30, 0));
    }
  });

  it('go on for all other probes when one hangs, whose facts are null and whose asks are time-outs', async () => {
    const collector = await collect();
    const hung = testProbe('hung', () => new Promise<Answer>(() => undefined));
    await start({ ticket: collector.ticket, probes: [hung, steadyProbe('fine', { facts: { value: 0 } })] });
    await pass(30);
    const asked = collector.frames.flatMap((frame) => Object.entries(frame.asked[''] ?? {}));
    expect(asked.filter(([name]) => name === 'hung').every(([, [, , outcome]]) => outcome === 'timeout')).toBe(true);
    expect(asked.filter(([name, [, , outcome]]) => name === 'fine' && outcome === 'ok').length).toBeGreaterThan(4);
    expect(collector.frames.some(({ facts }) => facts['']?.['hung.value'] === null)).toBe(true);
  });

  it('that are refused are settled, and a full one fills the gap', async () => {
    const collector = await collect({ acks: false });
    const agent = await start({ ticket: collector.ticket });
    await passUntil('a frame came', () => collector.frames.length === 1);
    collector.send({ type: 'refused', stream: agent.stream, seq: 1, reason: 'malformed', message: 'no' });
    await until('it is settled', () => agent.counts.queued === 0);
    await passUntil('another came', () => collector.frames.length === 2);
    expect(collector.frames[1]!.full).toEqual([1, 1]);
    expect(scene.lines).toContain('a frame was refused: malformed (no)');
  });
});

describe('a folder', () => {
  it('that a restore card reverted brings back old frames, which are dropped, and costs no fresh one', async () => {
    const collector = await collect({ acks: false });
    const first = await start({ ticket: collector.ticket });
    await passUntil('frames wait on disk', () => existsSync(join(scene.dir, 'outbox')));
    await endOf(first.stop());
    const image = `${scene.dir}-image`;
    cpSync(scene.dir, image, { recursive: true });
    // What was queued is told after all, in another life.
    collector.script.acks = true;
    const second = await start({ ticket: collector.ticket });
    await passUntil('all is told', () => second.isOnline && second.counts.queued === 0);
    await endOf(second.stop());
    rmSync(scene.dir, { recursive: true });
    cpSync(image, scene.dir, { recursive: true });
    rmSync(image, { recursive: true });

    const before = collector.frames.length;
    const third = await start({ ticket: collector.ticket });
    expect(third.counts.queued).toBeGreaterThan(0);
    await pass(20);
    const came = collector.frames.slice(before);
    expect(came.every(({ stream }) => stream === third.stream)).toBe(true);
    expect(seqsOf(came)).toEqual(came.map((_, index) => index + 1));
    expect(third.counts.queued).toBe(0);
    expect(files()).toEqual([]);
  });
  it('may be used by two agents at once: the second waits its turn and harms nothing', async () => {
    let owner = '';
    const collector = await collect({
      decide: ({ stream }) => (owner === '' || owner === stream ? ((owner = stream), 'welcome') : 'alive-elsewhere'),
    });
    const one = await start({ ticket: collector.ticket });
    await passUntil('the first is online', () => one.isOnline);
    const two = await start({ ticket: collector.ticket });
    await pass(40);
    expect(two.isOnline).toBe(false);
    await endOf(one.stop());
    owner = '';
    await passUntil('the second is online', () => two.isOnline);
    await passUntil('all is told', () => two.counts.queued === 0);
    for (const { stream } of [one, two]) {
      const seqs = seqsOf(collector.frames.filter((frame) => frame.stream === stream)).sort((a, b) => a - b);
      expect(seqs).toEqual(seqs.map((_, index) => index + 1));
    }
  });

  const files = (): string[] => (existsSync(join(scene.dir, 'outbox')) ? readdirSync(join(scene.dir, 'outbox')) : []);
});
