import * as fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket, type ClientOptions } from 'ws';
import { SUBPROTOCOL } from '../../../agent/messages.ts';
import {
  dial,
  frame,
  newStream,
  openRig,
  sleep,
  until,
  type AgentOptions,
  type Rig,
  type RigOptions,
  type TestAgent,
} from './rig.ts';

const rigs: Rig[] = [];
const sockets: WebSocket[] = [];

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.terminate();
  for (const rig of rigs.splice(0)) await rig.stop();
});

async function open(options?: RigOptions): Promise<Rig> {
  const rig = await openRig(options);
  rigs.push(rig);
  return rig;
}

async function enrol(rig: Rig, options: AgentOptions = {}): Promise<TestAgent> {
  const agent = await dial(rig, { pass: await rig.ticket(), ...options });
  sockets.push(agent.socket);
  return agent;
}

type Spoil = NonNullable<AgentOptions['spoil']>;

/** The HTTP status of an upgrade. */
function upgrade(rig: Rig, options: ClientOptions = {}, protocol: string | string[] = SUBPROTOCOL): Promise<number> {
  return new Promise((resolve) => {
    const socket = new WebSocket(`ws://127.0.0.1:${rig.port}/agent`, protocol, options);
    sockets.push(socket);
    socket.on('open', () => resolve(101));
    socket.on('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0));
    socket.on('error', () => undefined);
  });
}

/** That somebody else is served as if nothing had happened. */
async function othersAreServed(rig: Rig): Promise<void> {
  const other = await enrol(rig);
  other.send(frame(other.stream, 1));
  await until('another agent is served', () => other.acks().length === 1);
}

describe('an upgrade', () => {
  it('is refused with any Origin, without the subprotocol, and over the limit of agents', async () => {
    const rig = await open({ limits: { agents: 2 } });
    for (const origin of ['https://evil.example', `http://127.0.0.1:${rig.port}`, 'null']) {
      expect(await upgrade(rig, { origin })).toBe(403);
    }
    expect(await upgrade(rig, {}, [])).toBe(400);
    expect(await upgrade(rig, {}, 'other.v1')).toBe(400);
    expect(await upgrade(rig, {}, ['other.v1', SUBPROTOCOL])).toBe(101);
    expect(await upgrade(rig)).toBe(101);
    expect(await upgrade(rig)).toBe(503);
    expect(rig.gateway.refusals.get('too-many')).toBe(1);
  });
});

describe('an introduction', () => {
  it('has to come in time', async () => {
    const rig = await open({ limits: { helloMs: 150 } });
    const socket = new WebSocket(`ws://127.0.0.1:${rig.port}/agent`, SUBPROTOCOL);
    sockets.push(socket);
    const said: string[] = [];
    socket.on('message', (data: Buffer) => said.push(data.toString()));
    const code = await new Promise((resolve) => socket.once('close', resolve));
    expect(code).toBe(1008);
    expect(said[0]).toContain('"challenge"');
    expect(JSON.parse(said[1]!)).toMatchObject({
      type: 'refused',
      reason: 'malformed',
      message: 'no hello came in time',
    });
  });

  it('may have 4 KiB and not a byte more', async () => {
    const rig = await open();
    const sized =
      (bytes: number): Spoil =>
      (message) => {
        const rest = Buffer.byteLength(JSON.stringify({ ...message, newer: '' }));
        return { ...message, newer: 'x'.repeat(bytes - rest) };
      };
    expect((await enrol(rig, { spoil: sized(4_096) })).answer).toMatchObject({ type: 'welcome' });
    expect((await enrol(rig, { spoil: sized(4_097) })).answer).toMatchObject({
      reason: 'malformed',
      message: expect.stringContaining('4097 bytes'),
    });
  });

  it('is refused with a signature by another key, for another nonce, or none', async () => {
    const rig = await open();
    const spoils: readonly Spoil[] = [
      (message) => ({ ...message, signature: 'A'.repeat(86) }),
      (message) => ({ ...message, stream: newStream() }),
      (message) => ({ ...message, key: 'not a key' }),
    ];
    for (const spoil of spoils) expect((await enrol(rig, { spoil })).answer).toMatchObject({ reason: 'signature' });
    expect(rig.registry.machines.size).toBe(0);
  });

  it('of any other shape is refused with a word about it', async () => {
    const rig = await open();
    const shapes = ['', '{', 'null', '[]', '{"type":"frame"}', '{"type":"hello"}', '"hello"', '['.repeat(4_000)];
    for (const shape of shapes) {
      expect((await enrol(rig, { spoil: () => shape })).answer).toMatchObject({ type: 'refused', reason: 'malformed' });
    }
    await othersAreServed(rig);
  });
});

describe('a message', () => {
  it('over 64 KiB ends its connection and costs nobody else anything', async () => {
    const rig = await open();
    const agent = await enrol(rig);
    agent.send(frame(agent.stream, 1, { padding: 'x'.repeat(66_000) }));
    expect(await agent.closed).toBe(1009);
    expect(rig.frames()).toEqual([]);
    await othersAreServed(rig);
  });

  it('of binary data, or that is no JSON object, ends its connection', async () => {
    const rig = await open();
    const binary = await enrol(rig);
    binary.socket.send(Buffer.from('{"type":"frame"}'));
    expect(await binary.closed).toBe(1003);
    for (const text of ['nonsense', '[]', 'null', '{"type":']) {
      const agent = await enrol(rig);
      agent.send(text);
      expect(await agent.closed).toBe(1008);
      expect(agent.refusals()).toMatchObject([{ reason: 'malformed' }]);
    }
    await othersAreServed(rig);
  });

  it('of a type that nobody knows is counted and ignored', async () => {
    const rig = await open();
    const agent = await enrol(rig);
    agent.send({ type: 'future', x: 1 });
    agent.send({ type: 'hello' });
    agent.send({});
    agent.send(frame(agent.stream, 1));
    await until('the frame after them', () => agent.acks().length === 1);
    expect(rig.gateway.unknownMessages).toBe(3);
  });

  it('that is a broken frame with a number is refused by it, and the link goes on', async () => {
    const rig = await open();
    const agent = await enrol(rig);
    agent.send(frame(agent.stream, 1, { asked: 'nonsense' }));
    agent.send(frame(newStream(), 2));
    agent.send(frame(agent.stream, 3));
    await until('the frame after them', () => agent.acks().length === 1);
    expect(agent.refusals()).toMatchObject([
      { stream: agent.stream, seq: 1, reason: 'malformed' },
      { seq: 2, reason: 'malformed' },
    ]);
    expect(rig.gateway.counts.malformed).toBe(2);
    expect(rig.frames().map(({ frame: { seq } }) => seq)).toEqual([3]);
  });

  it("cannot speak of another machine, its role, or another's device", async () => {
    const rig = await open({ devices: () => [{ id: 'ups-1', kind: 'ups', url: 'nut://x/y' }] });
    const [agent, victim] = [await enrol(rig), await enrol(rig)];
    agent.send(
      frame(agent.stream, 1, {
        machine: victim.machine,
        role: 'server',
        asked: { [victim.machine]: { load: [0, 0, 'ok'] }, 'device:ups-2': { ups: [0, 0, 'ok'] } },
        facts: {
          '': { role: 'server', 'load.busy': true },
          [victim.machine]: { 'load.busy': true },
          [`${victim.machine}/nic:a`]: { 'network.up': true },
          'device:ups-1': { 'ups.on_battery': false },
          'device:ups-2': { 'ups.on_battery': false },
        },
      }),
    );
    await until('the frame', () => rig.frames().length === 1);
    const [arrival] = rig.frames();
    expect(arrival!.machine).toBe(agent.machine);
    expect(arrival!.frame.facts).toEqual({ '': { 'load.busy': true }, 'device:ups-1': { 'ups.on_battery': false } });
    expect(arrival!.frame.asked).toEqual({});
    expect(arrival!.frame).not.toHaveProperty('role');
    expect(rig.registry.machines.get(agent.machine)?.role).toBe('candidate');
  });

  it('with ever new names of parts is cut at the limit, and old names still pass', async () => {
    const rig = await open({ limits: { subjectsPerAgent: 5 } });
    const agent = await enrol(rig);
    for (let seq = 1; seq <= 4; seq += 1) {
      const facts = {
        [`nic:a${seq}`]: { 'network.up': true },
        [`nic:b${seq}`]: { 'network.up': true },
        '': { 'load.busy': true },
      };
      agent.send(frame(agent.stream, seq, { facts }));
    }
    agent.send(frame(agent.stream, 5, { facts: { 'nic:a1': { 'network.up': false } } }));
    await until('all', () => rig.frames().length === 5);
    const names = new Set(rig.frames().flatMap(({ frame: { facts } }) => Object.keys(facts)));
    expect([...names].sort()).toEqual(['', 'nic:a1', 'nic:a2', 'nic:a3', 'nic:b1', 'nic:b2']);
    expect(rig.frames()[4]!.frame.facts).toEqual({ 'nic:a1': { 'network.up': false } });
    expect(rig.gateway.counts.beyond).toBe(3);
  });

  it('repeated a thousand times is taken once, and slowed down', async () => {
    const rig = await open({ limits: { livePerSecond: 500, liveBurst: 500, messagesPerSecond: 500 } });
    const agent = await enrol(rig);
    for (let n = 0; n < 1_000; n += 1) agent.send(frame(agent.stream, 1));
    await othersAreServed(rig);
    await until('all were looked at', () => rig.gateway.counts.repeated === 999);
    expect(rig.frames().filter(({ machine }) => machine === agent.machine)).toHaveLength(1);
    // Acks of repeated ones are one a beat, not one each.
    expect(agent.acks().length).toBeLessThan(300);
  });

  it('that is long counts as many, so that reading it costs nobody else their time', async () => {
    const rig = await open({ limits: { messagesPerSecond: 10, messageBurst: 10 } });
    const agent = await enrol(rig);
    const since = performance.now();
    for (let n = 0; n < 30; n += 1) agent.send({ type: 'from-the-future', filler: 'x'.repeat(60_000) });
    await until('two were read', () => rig.gateway.unknownMessages >= 2);
    await sleep(500);
    const seconds = (performance.now() - since) / 1000;
    // Eight each; the last one may be read on credit.
    expect(rig.gateway.unknownMessages).toBeLessThanOrEqual((10 + 10 * seconds) / 8 + 1);
    await othersAreServed(rig);
  });

  it.each([
    ['nested deeper than any stack', `{"type":"frame","facts":${'['.repeat(30_000)}${']'.repeat(30_000)}}`],
    ['with a prototype', '{"type":"frame","__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}'],
    ['with a number that is none', '{"type":"frame","seq":1e999,"at":-0}'],
  ])('%s harms nobody', async (_what, text) => {
    const rig = await open();
    const agent = await enrol(rig);
    agent.send(text);
    await othersAreServed(rig);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('about subjects named like parts of an object is about no subject', async () => {
    const rig = await open();
    const agent = await enrol(rig);
    const facts =
      '{"__proto__":{"load.cpu_ratio":1},"constructor":{"load.cpu_ratio":1},"":{"__proto__":1,"toString":1}}';
    const asked = '{"__proto__":{"load":[0,1,"ok"]},"":{"__proto__":[0,1,"ok"],"load":[0,1,"ok"]}}';
    const { stream } = agent;
    agent.send(
      `{"type":"frame","lane":"live","stream":"${stream}","seq":1,"at":1,"monotonic":1,"asked":${asked},"facts":${facts}}`,
    );
    await until('it was taken', () => rig.frames().length === 1);
    const { frame: taken } = rig.frames()[0]!;
    expect(Object.keys(taken.facts)).toEqual(['']);
    expect(Object.keys(taken.facts['']!)).toEqual([]);
    expect(Object.keys(taken.asked)).toEqual(['']);
    expect(Object.keys(taken.asked['']!)).toEqual(['load']);
    expect(Object.getPrototypeOf(taken.facts)).toBe(Object.prototype);
  });

  it('of whatever fuzz never ends the collector', async () => {
    const rig = await open({ limits: { livePerSecond: 10_000, liveBurst: 10_000, messagesPerSecond: 10_000 } });
    const json = fc.sample(fc.json({ maxDepth: 4 }), 150);
    const frames = fc.sample(
      fc.record({
        type: fc.constant('frame'),
        stream: fc.string(),
        seq: fc.anything(),
        lane: fc.anything(),
        asked: fc.anything(),
        facts: fc.anything(),
      }),
      150,
    );
    let agent = await enrol(rig);
    for (const value of [...json, ...frames]) {
      if (agent.socket.readyState !== WebSocket.OPEN) agent = await enrol(rig);
      agent.send(value ?? 'null');
    }
    await othersAreServed(rig);
    expect(rig.frames().filter(({ machine }) => machine === agent.machine)).toEqual([]);
  }, 30_000);
});

describe('an agent that does not read', () => {
  it('is disconnected before what it is sent fills the memory', async () => {
    const rig = await open({ limits: { sendBytes: 2_000, silentMs: 60_000, pingMs: 60_000 } });
    const agent = await enrol(rig);
    agent.socket.pause();
    // As much as it takes to fill the kernel's buffers on both sides.
    for (let n = 0; n < 40_000 && rig.gateway.linked === 1; n += 1) {
      rig.gateway.push(agent.machine);
      if (n % 500 === 0) await sleep(1);
    }
    await until('it is offline', () => rig.presences(agent.machine).length === 2);
    expect(rig.presences(agent.machine).at(-1)).toMatchObject({ online: false, reason: 'silent' });
  });
});
