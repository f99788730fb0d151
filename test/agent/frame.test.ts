import { describe, expect, it } from 'vitest';
import { createComposer, FRAME_BYTES, FULL_EVERY_MS, type Composer } from '../../agent/frame.ts';
import type { Frame } from '../../agent/messages.ts';
import { createReadings, type Readings } from '../../agent/readings.ts';
import type { Answer } from '../../agent/reading.ts';
import { NIC, testProbe } from '../fixtures/probes.ts';

const probe = testProbe('some', async () => ({ facts: {} }), { part: NIC });
const other = testProbe('other', async () => ({ facts: {} }));

function tell(readings: Readings, answer: Answer, at = 0, which = probe, owner = ''): boolean {
  return readings.tell({ owner, probe: which, outcome: 'ok', answer, at, tookMs: 3 });
}

function at(composer: Composer, monotonic: number, dropped = 0): Frame[] {
  return composer.compose({ wall: 1_000_000 + monotonic, monotonic }, dropped).map(({ frame }) => frame);
}

describe('frames', () => {
  it('begin with a full one and go on with what changed', () => {
    const readings = createReadings();
    const composer = createComposer(readings, 'stream');
    tell(readings, { facts: { value: 1, text: 'a', alarm: false } }, 10);
    expect(at(composer, 100)).toEqual([
      {
        type: 'frame',
        lane: 'live',
        stream: 'stream',
        seq: 1,
        at: 1_000_100,
        monotonic: 100,
        full: [1, 1],
        asked: { '': { some: [90, 3, 'ok'] } },
        facts: { '': { 'some.value': 1, 'some.text': 'a', 'some.alarm': false } },
      },
    ]);
    tell(readings, { facts: { value: 2, text: 'a', alarm: false } }, 150);
    const [second] = at(composer, 200);
    expect(second).toMatchObject({ seq: 2, asked: { '': { some: [50, 3, 'ok'] } } });
    expect(second?.facts).toEqual({ '': { 'some.value': 2 } });
    expect(second?.full).toBeUndefined();
  });

  it('list a probe that was asked again although nothing changed, and nothing when nobody was asked', () => {
    const readings = createReadings();
    const composer = createComposer(readings, 'stream');
    tell(readings, { facts: { value: 1 } });
    tell(readings, { facts: { value: 1 } }, 0, other);
    at(composer, 0);
    tell(readings, { facts: { value: 1 } }, 40);
    expect(at(composer, 50)[0]).toMatchObject({ asked: { '': { some: [10, 3, 'ok'] } }, facts: {} });
    expect(at(composer, 60)).toEqual([]);
  });

  it('are full each minute and after a restart, with every last ask at its true age', () => {
    const readings = createReadings();
    const composer = createComposer(readings, 'stream');
    tell(readings, { facts: { value: 1 } }, 0);
    at(composer, 0);
    const [minute] = at(composer, FULL_EVERY_MS);
    expect(minute?.full).toEqual([1, 1]);
    expect(minute?.asked).toEqual({ '': { some: [FULL_EVERY_MS, 3, 'ok'] } });
    expect(minute?.facts['']).toMatchObject({ 'some.value': 1 });
    expect(at(composer, FULL_EVERY_MS + 1)).toEqual([]);
    composer.restart();
    expect(at(composer, FULL_EVERY_MS + 2)[0]?.full).toEqual([1, 1]);
  });

  it('leave a part out that vanished, in a full one at once', () => {
    const readings = createReadings();
    const composer = createComposer(readings, 'stream');
    tell(readings, { facts: {}, parts: { 'nic:a': { up: true }, 'nic:b': { up: true } } });
    expect(Object.keys(at(composer, 0)[0]!.facts)).toEqual(['', 'nic:a', 'nic:b']);
    tell(readings, { facts: {}, parts: { 'nic:a': { up: true } } });
    const [frame] = at(composer, 10);
    expect(frame?.full).toEqual([1, 1]);
    expect(Object.keys(frame!.facts)).toEqual(['', 'nic:a']);
  });

  it('forget a device that is no longer read', () => {
    const readings = createReadings();
    const composer = createComposer(readings, 'stream');
    const answer = { facts: { value: 1 }, parts: { 'nic:a': { up: true } } };
    tell(readings, answer, 0, probe, 'device:one');
    tell(readings, answer, 0, probe, 'device:one-b');
    expect(Object.keys(at(composer, 0)[0]!.facts)).toContain('device:one/nic:a');
    readings.forget('device:one');
    const [frame] = at(composer, 10);
    expect(Object.keys(frame!.facts)).toEqual(['device:one-b', 'device:one-b/nic:a']);
    expect(Object.keys(frame!.asked)).toEqual(['device:one-b']);
  });

  it('say how many were dropped before, once, and are full after a drop though not after each of many', () => {
    const readings = createReadings();
    const composer = createComposer(readings, 'stream');
    tell(readings, { facts: { value: 1 } });
    at(composer, 0);
    expect(at(composer, 20_000, 3)[0]).toMatchObject({ dropped: 3, full: [1, 1] });
    const [next] = at(composer, 21_000, 2);
    expect(next).toMatchObject({ dropped: 2, facts: {} });
    expect(next?.full).toBeUndefined();
    expect(at(composer, 22_000)).toEqual([]);
  });

  it('are split into parts within the limit that together carry everything, asks last', () => {
    const readings = createReadings();
    const composer = createComposer(readings, 'stream');
    const wordy = testProbe('wordy', async () => ({ facts: {} }), {
      facts: { list: { type: 'strings', about: probe.facts['value']!.about } },
    });
    const owners = Array.from({ length: 12 }, (_, index) => `device:d-${index}`);
    // Three bytes a character, so that counting characters would make frames three times too large.
    const list = Array.from({ length: 64 }, (_, index) => `${index}${'考'.repeat(70)}`);
    for (const owner of owners) tell(readings, { facts: { list } }, 0, wordy, owner);
    const made = composer.compose({ wall: 0, monotonic: 5 });
    expect(made.length).toBeGreaterThan(2);
    for (const { text } of made) expect(Buffer.byteLength(text)).toBeLessThanOrEqual(FRAME_BYTES);
    expect(made.map(({ frame }) => frame.full)).toEqual(made.map((_, index) => [index + 1, made.length]));
    expect(made.map(({ frame }) => frame.seq)).toEqual(made.map((_, index) => index + 1));
    expect(made.flatMap(({ frame }) => Object.keys(frame.facts))).toEqual(owners);
    expect(made.slice(0, -1).flatMap(({ frame }) => Object.keys(frame.asked))).toEqual([]);
    expect(Object.keys(made[made.length - 1]!.frame.asked)).toEqual(owners);
  });

  it('count on in a stream after a split', () => {
    const readings = createReadings();
    const composer = createComposer(readings, 'stream');
    const parts = Object.fromEntries(
      Array.from({ length: 256 }, (_, index) => [`nic:${'x'.repeat(60)}${index}`, { up: true }]),
    );
    for (const owner of ['', 'device:a', 'device:b']) tell(readings, { facts: {}, parts }, 0, probe, owner);
    const first = at(composer, 0);
    expect(first.length).toBeGreaterThan(1);
    tell(readings, { facts: { value: 9 }, parts }, 5);
    expect(at(composer, 5)[0]?.seq).toBe(first.length + 1);
  });
});
