import { afterEach, describe, expect, it } from 'vitest';
import type { FrameArrival } from '../../../collector/gateway/arrival.ts';
import { makeKey } from '../../../agent/key.ts';
import { fingerprintDigest } from '../../../agent/fingerprint.ts';
import {
  dial,
  frame,
  newFingerprint,
  newStream,
  openRig,
  sleep,
  until,
  type Rig,
  type RigOptions,
  type TestAgent,
} from './rig.ts';

const rigs: Rig[] = [];
const agents: TestAgent[] = [];

afterEach(async () => {
  for (const agent of agents.splice(0)) agent.socket.terminate();
  for (const rig of rigs.splice(0)) await rig.stop();
});

async function open(options?: RigOptions): Promise<Rig> {
  const rig = await openRig(options);
  rigs.push(rig);
  return rig;
}

async function enrol(rig: Rig, options: Parameters<typeof dial>[1] = {}): Promise<TestAgent> {
  const agent = await dial(rig, { pass: await rig.ticket(), ...options });
  agents.push(agent);
  expect(agent.answer).toMatchObject({ type: 'welcome' });
  return agent;
}

async function hello(rig: Rig, options: Parameters<typeof dial>[1]): Promise<TestAgent> {
  const agent = await dial(rig, options);
  agents.push(agent);
  return agent;
}

/** A known machine that can come back: its key, hardware and id. */
async function known(rig: Rig) {
  const who = { key: makeKey(), fingerprint: newFingerprint() };
  const first = await enrol(rig, who);
  first.socket.terminate();
  await until('it is offline', () => rig.presences(first.machine).at(-1)?.online === false);
  return {
    ...who,
    machine: first.machine,
    stream: first.stream,
    owner: { key: who.key.id, fingerprint: fingerprintDigest(who.fingerprint) },
  };
}

const seqsOf = (frames: readonly FrameArrival[], lane: string): number[] =>
  frames.filter(({ frame: { lane: of } }) => of === lane).map(({ frame: { seq } }) => seq);

describe('the live lane', () => {
  it('hands over what a welcomed machine says, after its presence, and acknowledges it when it is durable', async () => {
    const rig = await open();
    rig.settles = false;
    const agent = await enrol(rig);
    agent.send(frame(agent.stream, 1));
    agent.send(frame(agent.stream, 2));
    await until('both frames', () => rig.frames().length === 2);
    expect(rig.arrivals.map(({ kind }) => kind)).toEqual(['presence', 'frame', 'frame']);
    expect(rig.arrivals[0]).toMatchObject({
      machine: agent.machine,
      online: true,
      reason: 'connected',
      sameHost: true,
    });
    await sleep(100);
    expect(agent.acks()).toEqual([]);
    expect(rig.gateway.unsettledBytes).toBeGreaterThan(100);
    rig.gateway.settle(rig.arrivals);
    await until('an ack', () => agent.acks().length > 0);
    expect(agent.acks()).toEqual([{ type: 'ack', stream: agent.stream, held: [[1, 2]] }]);
    expect(rig.gateway.unsettledBytes).toBe(0);
  });

  it('takes a frame once, however often it comes, and acknowledges it again', async () => {
    const rig = await open();
    const agent = await enrol(rig);
    agent.send(frame(agent.stream, 1));
    await until('first ack', () => agent.acks().length === 1);
    agent.send(frame(agent.stream, 1));
    await until('second ack', () => agent.acks().length === 2);
    expect(seqsOf(rig.frames(), 'live')).toEqual([1]);
    expect(rig.gateway.counts.repeated).toBe(1);
  });

  it('slows a flood of 50 frames a second down to its rate and loses none', async () => {
    const rig = await open({ limits: { livePerSecond: 20, liveBurst: 5 } });
    const agent = await enrol(rig);
    const quiet = await enrol(rig);
    for (let seq = 1; seq <= 50; seq += 1) agent.send(frame(agent.stream, seq));
    quiet.send(frame(quiet.stream, 1));
    await until('the other one is served', () => rig.frames().some(({ machine }) => machine === quiet.machine));
    expect(rig.frames().length).toBeLessThan(40);
    await until('all of it', () => seqsOf(rig.frames(), 'live').length === 51);
    const own = rig.frames().filter(({ machine }) => machine === agent.machine);
    expect(own.map(({ frame: { seq } }) => seq)).toEqual(Array.from({ length: 50 }, (_, index) => index + 1));
    const [first] = own;
    const last = own.at(-1)!;
    // 45 beyond the burst at 20 a second.
    expect(last.received.monotonic - first!.received.monotonic).toBeGreaterThan(1_500);
  });
});

describe('the backlog lane', () => {
  it('comes after live frames, in order, in shares of a beat, fairly', async () => {
    const rig = await open({ beats: false });
    const [one, two] = [await enrol(rig), await enrol(rig)];
    const backlog = (agent: TestAgent, seq: number): object => frame(agent.stream, seq, { lane: 'backlog' });
    for (let seq = 1; seq <= 30; seq += 1) one.send(backlog(one, seq));
    for (let seq = 1; seq <= 3; seq += 1) two.send(backlog(two, seq));
    one.send(frame(one.stream, 31));
    two.send(frame(two.stream, 4));
    await until('everything came', () => rig.gateway.counts.backlog === 33 && rig.gateway.counts.live === 2);
    const taken = rig.gateway.take(10);
    const frames = taken.filter((arrival) => arrival.kind === 'frame');
    expect(frames.slice(0, 2).map(({ frame: { lane } }) => lane)).toEqual(['live', 'live']);
    expect(
      seqsOf(
        frames.filter(({ machine }) => machine === two.machine),
        'backlog',
      ),
    ).toEqual([1, 2, 3]);
    expect(
      seqsOf(
        frames.filter(({ machine }) => machine === one.machine),
        'backlog',
      ),
    ).toEqual([1, 2, 3, 4, 5, 6, 7]);
    const rest = rig.gateway.take(100);
    expect(seqsOf(rest as FrameArrival[], 'backlog')).toEqual(Array.from({ length: 23 }, (_, index) => index + 8));
  });

  it('of an earlier process is taken with the machine as its owner, at its own moment', async () => {
    const rig = await open();
    const machine = await known(rig);
    const old = newStream();
    const agent = await hello(rig, {
      ...machine,
      stream: newStream(),
      wallOffsetMs: 3_600_000,
      queued: [{ stream: old, from: 1, to: 2 }],
    });
    const at = Date.now() + 3_600_000 - 60_000;
    agent.send(frame(old, 1, { lane: 'backlog', owner: machine.owner, at, monotonic: 77 }));
    await until('it came', () => rig.frames().length === 1);
    const [arrival] = rig.frames();
    const age = arrival!.received.monotonic - arrival!.moment.monotonic;
    expect(Math.abs(age - 60_000)).toBeLessThan(1_000);
    expect(arrival!.received.wall - arrival!.moment.wall).toBeCloseTo(age, 0);
    expect(Math.abs(arrival!.clockOffsetSeconds - 3_600)).toBeLessThan(1);
  });

  it('of another machine, key or disk is refused by number, and the link goes on', async () => {
    const rig = await open();
    const agent = await enrol(rig);
    const old = newStream();
    const strangers = [
      undefined,
      { key: 'f'.repeat(32), fingerprint: 'f'.repeat(32) },
      { key: agent.key.id, fingerprint: 'f'.repeat(32) },
    ];
    strangers.forEach((owner, index) => agent.send(frame(old, index + 1, { lane: 'backlog', owner })));
    agent.send(frame(agent.stream, 1));
    await until('refusals and an ack', () => agent.refusals().length === 3 && agent.acks().length === 1);
    expect(agent.refusals()).toMatchObject([1, 2, 3].map((seq) => ({ stream: old, seq, reason: 'not-yours' })));
    expect(rig.gateway.counts.notYours).toBe(3);
    expect(rig.frames()).toHaveLength(1);
  });

  it('is not read further while the queue of the machine is full', async () => {
    const rig = await open({ beats: false, limits: { backlogQueue: 8 } });
    const agent = await enrol(rig);
    for (let seq = 1; seq <= 200; seq += 1) agent.send(frame(agent.stream, seq, { lane: 'backlog' }));
    await until('the queue is full', () => rig.gateway.counts.backlog === 8);
    await sleep(100);
    expect(rig.gateway.counts.backlog).toBe(8);
    const seqs: number[] = [];
    for (let beat = 0; beat < 400 && seqs.length < 200; beat += 1) {
      seqs.push(
        ...seqsOf(
          rig.beat().filter((arrival) => arrival.kind === 'frame'),
          'backlog',
        ),
      );
      await sleep(5);
    }
    expect(seqs).toEqual(Array.from({ length: 200 }, (_, index) => index + 1));
  });
});

describe('what is held', () => {
  it('is said in the welcome after a reconnect and after a restart of the collector', async () => {
    const rig = await open();
    const machine = await known(rig);
    const agent = await hello(rig, machine);
    for (const seq of [1, 2, 3, 9]) agent.send(frame(agent.stream, seq, { lane: 'backlog' }));
    await until('acks', () => rig.gateway.changedSnapshot()[agent.machine] !== undefined);
    await until('all four', () => rig.frames().length === 4 && rig.gateway.unsettledBytes === 0);
    const held = {
      [machine.stream]: [
        [1, 3],
        [9, 9],
      ],
    };
    agent.socket.close(1001, 'shutdown');
    await agent.closed;
    const again = await hello(rig, {
      ...machine,
      stream: newStream(),
      queued: [{ stream: machine.stream, from: 1, to: 12 }],
    });
    expect(again.answer).toMatchObject({ held });

    const snapshot = JSON.parse(JSON.stringify(rig.gateway.snapshot())) as ReturnType<typeof rig.gateway.snapshot>;
    const restored = await open({ machines: [...rig.registry.machines.values()], held: snapshot });
    restored.gateway.mark(agent.machine, machine.stream, 4);
    const after = await hello(restored, machine);
    expect(after.answer).toMatchObject({
      held: {
        [machine.stream]: [
          [1, 4],
          [9, 9],
        ],
      },
    });
    after.send(frame(machine.stream, 4, { lane: 'backlog' }));
    await until('acknowledged again', () => after.acks().length === 1);
    expect(restored.frames()).toEqual([]);
  });

  it('is empty for a stream that nobody knows, whatever its name', async () => {
    const rig = await open();
    const stream = 'propertyIsEnumerable';
    const agent = await enrol(rig, { stream, queued: [{ stream: '__defineGetter__', from: 1, to: 2 }] });
    expect(agent.answer).toMatchObject({ held: {} });
    agent.send(frame(stream, 1));
    await until('an ack', () => agent.acks().length === 1);
  });
});

describe('while the journal is too far behind', () => {
  it('frames are judged, not remembered, and come again once it works', async () => {
    const rig = await open({ limits: { unsettledBytes: 1_000 } });
    rig.settles = false;
    const who = { key: makeKey(), fingerprint: newFingerprint(), stream: newStream() };
    const agent = await enrol(rig, who);
    for (let seq = 1; seq <= 12; seq += 1) agent.send(frame(agent.stream, seq));
    agent.send(frame(agent.stream, 13, { lane: 'backlog' }));
    await until('all live frames are judged', () => rig.frames().length === 12);
    const kept = rig.frames().filter(({ unkept }) => !unkept);
    expect(kept.length).toBeGreaterThan(0);
    expect(kept.length).toBeLessThan(8);
    expect(rig.gateway.unsettledBytes).toBeLessThan(1_400);
    expect(rig.gateway.counts.unkept).toBe(13 - kept.length);

    rig.gateway.settle(rig.arrivals);
    await until('it is sent away to come back', () => agent.socket.readyState === agent.socket.CLOSED);
    expect(await agent.closed).toBe(1013);
    rig.settles = true;
    const again = await hello(rig, { ...who, queued: [{ stream: who.stream, from: 1, to: 13 }] });
    expect(again.answer).toMatchObject({ held: { [who.stream]: [[1, kept.length]] } });
    // One at a time: the limit of this test is a handful of frames.
    for (let seq = kept.length + 1; seq <= 13; seq += 1) {
      again.send(frame(who.stream, seq, { lane: 'backlog' }));
      await until(`an ack of ${seq}`, () => again.acks().at(-1)?.held[0]?.[1] === seq);
    }
    // Being sent away was not the machine's silence.
    expect(rig.presences(again.machine).map(({ reason }) => reason)).toEqual(['connected']);
  });

  it('changes behind a live frame that was let fall wait for a full one: they would renew what that one changed', async () => {
    const rig = await open({ beats: false, limits: { liveQueue: 3 } });
    const agent = await enrol(rig);
    const say = async (seq: number, more = {}): Promise<void> => {
      const { live } = rig.gateway.counts;
      agent.send(frame(agent.stream, seq, more));
      await until(`frame ${seq}`, () => rig.gateway.counts.live > live);
    };
    // The queue holds its presence and two frames.
    await say(1, { full: [1, 1] });
    await say(2);
    await say(3);
    rig.settles = false;
    rig.beat();
    await say(4);
    await say(5, { full: [1, 1] });
    await say(6);
    rig.beat();
    expect(seqsOf(rig.frames(), 'live')).toEqual([1, 2, 5, 6]);
    // The two come again when it comes back.
    expect(rig.gateway.counts.unkept).toBe(2);
  });

  it('frames that main gives up are new when they come again', async () => {
    const rig = await open();
    rig.settles = false;
    const agent = await enrol(rig);
    agent.send(frame(agent.stream, 1));
    await until('it came', () => rig.frames().length === 1);
    rig.gateway.forget(rig.arrivals);
    agent.send(frame(agent.stream, 1));
    await until('it came again', () => rig.frames().length === 2);
    expect(rig.gateway.counts.repeated).toBe(0);
  });
});

describe('presence', () => {
  it('ends at once when the process is gone, and says so when it said goodbye', async () => {
    const rig = await open();
    const killed = await enrol(rig);
    killed.socket.terminate();
    const stopped = await enrol(rig);
    stopped.socket.close(1001, 'shutdown');
    await until('both are offline', () => rig.presences().filter(({ online }) => !online).length === 2);
    expect(rig.presences(killed.machine).at(-1)).toMatchObject({ online: false, reason: 'closed' });
    expect(rig.presences(stopped.machine).at(-1)).toMatchObject({ online: false, reason: 'shutdown' });
  });

  it('ends after silence: a frozen process answers no ping', async () => {
    const rig = await open({ limits: { pingMs: 50, silentMs: 300 } });
    const frozen = await enrol(rig);
    const alive = await enrol(rig);
    frozen.socket.pause();
    await until('it is offline', () => rig.presences(frozen.machine).at(-1)?.online === false);
    expect(rig.presences(frozen.machine).at(-1)).toMatchObject({ reason: 'silent' });
    await sleep(400);
    expect(rig.presences(alive.machine)).toHaveLength(1);
  });

  it('does not end because the agent has nothing to say', async () => {
    const rig = await open({ limits: { pingMs: 50, silentMs: 300 } });
    const agent = await enrol(rig);
    await sleep(700);
    expect(rig.presences(agent.machine)).toHaveLength(1);
    expect(agent.socket.readyState).toBe(agent.socket.OPEN);
  });

  it('outlives a sleep of the collector’s PC: a link that was given up meanwhile is not the machine’s silence', async () => {
    const rig = await open({ limits: { graceMs: 1_000 } });
    const who = { key: makeKey(), fingerprint: newFingerprint() };
    const [back, gone] = [await enrol(rig, who), await enrol(rig)];
    back.socket.terminate();
    gone.socket.terminate();
    const until2 = performance.now() + 2_200;
    while (performance.now() < until2);
    await until('both are seen to be gone', () => rig.gateway.linked === 0);
    await hello(rig, who);
    expect(rig.presences().map(({ reason }) => reason)).toEqual(['connected', 'connected']);
    await until('the other one is offline', () => rig.presences().length > 2);
    expect(rig.presences().at(-1)).toMatchObject({ machine: gone.machine, online: false, reason: 'silent' });
  });

  it("outlives the collector's restart: who comes back did not change, who does not is silent after the grace time", async () => {
    const first = await open();
    const back = { key: makeKey(), fingerprint: newFingerprint() };
    const [returning, gone] = [await enrol(first, back), await enrol(first)];
    const machines = [...first.registry.machines.values()];
    const presence = Object.fromEntries(machines.map(({ id }) => [id, { online: true, address: '127.0.0.1' }]));
    await first.stop();
    const second = await open({ machines, presence, limits: { graceMs: 600 } });
    await hello(second, back);
    expect(second.presences()).toEqual([]);
    await until('the other one is offline', () => second.presences().length > 0);
    expect(second.presences()).toMatchObject([{ machine: gone.machine, online: false, reason: 'silent' }]);
    expect(returning.machine).not.toBe(gone.machine);
  });
});

describe('a person', () => {
  it("changes a machine's settings and rights while it is linked", async () => {
    let devices: readonly { id: string; kind: string; url: string }[] = [];
    const rig = await open({ devices: () => devices });
    const agent = await enrol(rig);
    const said = { 'device:ups-1': { 'ups.on_battery': true } };
    agent.send(frame(agent.stream, 1, { facts: said }));
    await until('first frame', () => rig.frames().length === 1);
    expect(rig.frames()[0]!.frame.facts).toEqual({});
    devices = [{ id: 'ups-1', kind: 'ups', url: 'nut://10.0.0.5/exam' }];
    rig.gateway.push(agent.machine);
    await until('settings', () => agent.messages.some((message) => message.type === 'settings'));
    agent.send(frame(agent.stream, 2, { facts: said }));
    await until('second frame', () => rig.frames().length === 2);
    expect(rig.frames()[1]!.frame.facts).toEqual(said);
  });

  it('withdraws a key: its link ends with a word, and stays away', async () => {
    const rig = await open();
    const who = { key: makeKey(), fingerprint: newFingerprint() };
    const agent = await enrol(rig, who);
    await rig.registry.setRevoked(agent.machine, true, 'T01');
    rig.gateway.revoke(agent.machine);
    await agent.closed;
    expect(agent.refusals()).toMatchObject([{ reason: 'revoked' }]);
    await until('it is offline', () => rig.presences().at(-1)?.online === false);
    expect(rig.presences().at(-1)).toMatchObject({ reason: 'revoked' });
    expect((await hello(rig, who)).answer).toMatchObject({ reason: 'revoked' });
  });
});
