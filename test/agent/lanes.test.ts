import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Agent } from '../../agent/agent.ts';
import { manualClock } from '../../agent/clock.ts';
import { fingerprintDigest } from '../../agent/fingerprint.ts';
import { openLanes } from '../../agent/lanes.ts';
import type { Frame } from '../../agent/messages.ts';
import { Outbox } from '../../agent/outbox.ts';
import { agentScene, seqsOf } from '../fixtures/agents.ts';
import { pause, until, type FakeCollector } from '../fixtures/fakeCollector.ts';
import { testProbe } from '../fixtures/probes.ts';

const { scene, collect, start, pass, passUntil, endOf } = agentScene();

describe('a link that comes back', () => {
  it('brings the newest frame first, then everything that was queued, once and in order', async () => {
    const collector = await collect();
    const agent = await start({ ticket: collector.ticket });
    await passUntil('it is online', () => agent.isOnline);
    await pass(20);
    const { port, held } = collector;
    await collector.stop();
    const before = collector.frames.length;
    await pass(60);
    expect(agent.isOnline).toBe(false);
    expect(agent.counts.queued).toBeGreaterThanOrEqual(11);

    const again = await collect({ port });
    for (const [stream, ranges] of held) again.held.set(stream, ranges);
    await passUntil('it is online', () => agent.isOnline);
    await passUntil('all is told', () => agent.counts.queued === 0);
    expect(again.frames[0]).toMatchObject({ lane: 'live', full: [1, 1] });
    const backlog = seqsOf(again.backlog());
    expect(backlog).toEqual(backlog.map((_, index) => before + 1 + index));
    expect(backlog.length).toBeGreaterThanOrEqual(11);
    expect(again.frames[0]!.seq).toBe(before + backlog.length + 1);
    expect(again.backlog().every(({ owner }) => owner?.key.length === 32 && owner.fingerprint.length === 32)).toBe(
      true,
    );
    expect(again.live().every(({ owner }) => owner === undefined)).toBe(true);
  });
  it('leaves no more than 64 frames unanswered, while live ones go on', async () => {
    const collector = await collect({ settings: { frameEverySeconds: 1 } });
    const quick = testProbe('quick', async () => ({ facts: { value: scene.clock.now().monotonic } }), {
      everySeconds: 1,
    });
    const agent = await start({ ticket: collector.ticket, probes: [quick] });
    await passUntil('it is online', () => agent.isOnline);
    await pass(1);
    const { port } = collector;
    await collector.stop();
    await pass(200);
    const again = await collect({ port, acks: false, settings: { frameEverySeconds: 1 } });
    await passUntil('the window is full', () => again.backlog().length >= 64);
    const live = again.live().length;
    await pass(5);
    expect(again.backlog()).toHaveLength(64);
    expect(again.live().length).toBeGreaterThan(live + 3);
    again.script.acks = true;
    again.ackAll();
    await passUntil('all is told', () => agent.counts.queued === 0);
    const seqs = seqsOf(again.backlog());
    expect(seqs).toEqual([...new Set(seqs)].sort((a, b) => a - b));
    expect(seqs.length).toBeGreaterThan(190);
  });
  it('does not send again what the collector already holds', async () => {
    const collector = await collect({ acks: false });
    const agent = await start({ ticket: collector.ticket });
    await passUntil('it is online', () => agent.isOnline);
    // Less than the silence after which it would dial again by itself.
    await pass(12);
    expect(collector.connections).toBe(1);
    const came = seqsOf(collector.frames);
    // They are kept, but the answer is lost with the link.
    collector.held.set(agent.stream, [[1, came[came.length - 2]!]]);
    collector.cut();
    collector.script.acks = true;
    await passUntil('all is told', () => agent.counts.queued === 0);
    expect(collector.introductions[1]).toMatchObject({
      queued: [{ stream: agent.stream, from: 1, to: came[came.length - 1] }],
    });
    expect(seqsOf(collector.backlog())).toEqual([came[came.length - 1]]);
  });

  it('empties a queue of more streams than one hello may name', async () => {
    const collector = await collect();
    const first = await start({ ticket: collector.ticket });
    await passUntil('it is online', () => first.isOnline);
    await endOf(first.stop());
    const owner = ownerOf(first, collector);
    mkdirSync(join(scene.dir, 'outbox'), { recursive: true });
    const streams = Array.from({ length: 70 }, (_, index) => `old-${String(index).padStart(16, '0')}`);
    for (const [index, stream] of streams.entries()) {
      const frame = {
        type: 'frame',
        lane: 'live',
        stream,
        seq: 1,
        at: scene.clock.now().wall - 100 + index,
        monotonic: 1,
        asked: {},
        facts: {},
      };
      writeFileSync(join(scene.dir, 'outbox', `${stream}.1.jsonl`), `${JSON.stringify({ owner, frame })}\n`);
    }
    const before = collector.introductions.length;
    const second = await start({ ticket: collector.ticket });
    await passUntil('all is told', () => second.isOnline && second.counts.queued === 0);
    for (const { queued } of collector.introductions) expect(queued.length).toBeLessThanOrEqual(32);
    expect(collector.introductions.length - before).toBe(3);
    expect(collector.backlog().map(({ stream }) => stream)).toEqual(streams);
  });
});

/** What the agent would write as the owner of its frames. */
function ownerOf(agent: Agent, { introductions }: FakeCollector) {
  const { key, fingerprint } = introductions.find(({ stream }) => stream === agent.stream)!;
  const id = createHash('sha256').update(Buffer.from(key, 'base64url')).digest('hex').slice(0, 32);
  return { key: id, fingerprint: fingerprintDigest(fingerprint) };
}

describe('lanes', () => {
  /** A link whose buffer the test fills. */
  async function lanesOver(script: { buffered: number; isOpen: boolean }) {
    const outbox = new Outbox({
      dir: null,
      clock: manualClock(),
      stream: 'stream',
      owner: () => ({ key: 'k', fingerprint: 'f' }),
      log: () => undefined,
    });
    const sent: Frame[] = [];
    const lanes = openLanes({
      outbox,
      stream: 'stream',
      named: new Set(),
      send: (text) => script.isOpen && sent.push(JSON.parse(text) as Frame) > 0,
      buffered: () => script.buffered,
      drained: () => undefined,
      log: () => undefined,
    });
    const add = (seq: number): boolean => {
      const frame: Frame = {
        type: 'frame',
        lane: 'live',
        stream: 'stream',
        seq,
        at: 0,
        monotonic: 0,
        asked: {},
        facts: {},
      };
      const made = { frame, text: JSON.stringify(frame) };
      outbox.add(made);
      return lanes.live(made);
    };
    return { lanes, sent, add };
  }

  it('look for queued frames after an answer only where there are any', () => {
    let frames = 0;
    let looks = 0;
    const outbox = {
      get frames() {
        return frames;
      },
      settle: () => undefined,
      next: async () => {
        looks += 1;
        return null;
      },
    };
    const none = (): undefined => undefined;
    const lanes = openLanes({
      outbox,
      stream: 'stream',
      named: new Set(),
      send: () => true,
      buffered: () => 0,
      drained: none,
      log: none,
    });
    lanes.settled('stream', [[1, 1]]);
    expect(looks).toBe(0);
    frames = 1;
    lanes.settled('stream', [[2, 2]]);
    expect(looks).toBe(1);
  });

  it('do not pile up on a link that does not carry them: what was not sent live follows in the backlog', async () => {
    const script = { buffered: 0, isOpen: true };
    const { lanes, sent, add } = await lanesOver(script);
    expect(add(1)).toBe(true);
    script.buffered = 200_000;
    expect([add(2), add(3)]).toEqual([false, false]);
    lanes.pump();
    await pause(5);
    expect(sent.map(({ seq }) => seq)).toEqual([1]);
    script.buffered = 0;
    expect(add(4)).toBe(true);
    lanes.pump();
    await until('all is sent', () => sent.length === 4);
    expect(sent.map(({ seq, lane }) => `${lane} ${seq}`)).toEqual(['live 1', 'live 4', 'backlog 2', 'backlog 3']);
  });

  it('send nothing once they are closed', async () => {
    const { lanes, sent, add } = await lanesOver({ buffered: 0, isOpen: true });
    lanes.close();
    expect(add(1)).toBe(false);
    lanes.pump();
    await pause(5);
    expect(sent).toEqual([]);
  });
});
