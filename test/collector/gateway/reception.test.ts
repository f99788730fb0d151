import { afterEach, describe, expect, it } from 'vitest';
import { makeKey } from '../../../agent/key.ts';
import {
  dial,
  frame,
  newFingerprint,
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

async function call(rig: Rig, options: AgentOptions): Promise<TestAgent> {
  const agent = await dial(rig, options);
  agents.push(agent);
  return agent;
}

const machine = () => ({ key: makeKey(), fingerprint: newFingerprint() });
const reason = ({ answer }: TestAgent): string =>
  answer?.type === 'refused' ? answer.reason : (answer?.type ?? 'nothing');

describe('enrolment', () => {
  it('is answered only when it is durable', async () => {
    let write = (): void => undefined;
    const isWritten = new Promise<void>((resolve) => (write = resolve));
    let isSlow = false;
    const rig = await open({ changed: () => (isSlow ? isWritten : Promise.resolve()) });
    const pass = await rig.ticket();
    isSlow = true;
    let agent: TestAgent | undefined;
    const calling = call(rig, { pass }).then((answered) => (agent = answered));
    await sleep(150);
    expect(agent).toBeUndefined();
    write();
    await calling;
    expect(reason(agent!)).toBe('welcome');
  });

  it('is put off while the disk refuses or hangs, and leaves nothing behind', async () => {
    let disk = (): Promise<void> => Promise.resolve();
    const rig = await open({ changed: () => disk(), limits: { decideMs: 200 } });
    const pass = await rig.ticket({ uses: 1 });
    disk = () => Promise.reject(new Error('no space left'));
    const who = machine();
    expect((await call(rig, { ...who, pass })).answer).toMatchObject({
      reason: 'too-many',
      message: expect.stringContaining('record'),
    });
    disk = () => new Promise(() => undefined);
    expect(reason(await call(rig, { ...machine(), pass }))).toBe('too-many');
    expect(rig.presences()).toEqual([]);
  });

  it('fails with a wrong, a used-up and a stolen ticket that is past its date', async () => {
    const rig = await open();
    const pass = await rig.ticket({ uses: 1 });
    expect(reason(await call(rig, { ...machine(), pass: { ...pass, secret: 'guessed' } }))).toBe('ticket');
    const legitimate = machine();
    expect(reason(await call(rig, { ...legitimate, pass }))).toBe('welcome');
    expect((await call(rig, { ...machine(), pass })).answer).toMatchObject({
      reason: 'ticket',
      message: expect.stringContaining('used up'),
    });
    const over = await rig.ticket({ validUntil: Date.now() - 1 });
    expect((await call(rig, { ...machine(), pass: over })).answer).toMatchObject({
      reason: 'ticket',
      message: expect.stringContaining('ended'),
    });
    expect(rig.registry.machines.size).toBe(1);
  });

  it('marks simulated machines for ever', async () => {
    const rig = await open();
    const who = machine();
    const agent = await call(rig, { ...who, pass: await rig.ticket(), simulated: true });
    expect(rig.registry.machines.get(agent.machine)?.simulated).toBe(true);
    await call(rig, { ...who, pass: await rig.ticket(), simulated: false, stream: agent.stream });
    expect(rig.registry.machines.get(agent.machine)?.simulated).toBe(true);
  });
});

describe('45 clones of one image', () => {
  it('become 45 machines by themselves, and the 46th is one too many', async () => {
    const rig = await open();
    const pass = await rig.ticket({ uses: 45 });
    const image = machine();
    const first = await call(rig, { ...image, pass });
    for (let clone = 2; clone <= 46; clone += 1) {
      const fingerprint = newFingerprint();
      const copied = await call(rig, { key: image.key, fingerprint });
      expect(reason(copied)).toBe('other-hardware');
      const own = await call(rig, { key: makeKey(), fingerprint, pass, previous: image.key });
      expect(reason(own)).toBe(clone <= 45 ? 'welcome' : 'ticket');
    }
    expect(rig.registry.machines.size).toBe(45);
    expect(first.socket.readyState).toBe(first.socket.OPEN);
    const cloned = rig.changes.filter(({ entry }) => entry?.['cloned_from'] === first.machine);
    expect(cloned).toHaveLength(44);
  });

  it('are refused when they cannot prove the key they came with', async () => {
    const rig = await open();
    const image = machine();
    await call(rig, { ...image, pass: await rig.ticket() });
    const spoil = (message: Record<string, unknown>): unknown => ({
      ...message,
      previous: { key: image.key.key, signature: 'A'.repeat(86) },
    });
    expect(reason(await call(rig, { pass: await rig.ticket(), spoil }))).toBe('signature');
  });
});

describe('one key on one machine twice', () => {
  it('is refused and an incident while the first process lives, which notices nothing', async () => {
    const rig = await open();
    const who = machine();
    const first = await call(rig, { ...who, pass: await rig.ticket() });
    const second = await call(rig, who);
    expect(reason(second)).toBe('alive-elsewhere');
    expect(rig.events).toContainEqual({
      what: 'alive-twice',
      machine: first.machine,
      address: '127.0.0.1',
      other: '127.0.0.1',
    });
    first.send(frame(first.stream, 1));
    await until('the first is served', () => first.acks().length === 1);
    expect(rig.presences()).toHaveLength(1);
  });

  it('replaces a zombie: a link that does not answer any more', async () => {
    const rig = await open({ limits: { aliveMs: 300 } });
    const who = machine();
    const zombie = await call(rig, { ...who, pass: await rig.ticket() });
    zombie.socket.pause();
    const next = await call(rig, who);
    expect(reason(next)).toBe('welcome');
    expect(next.machine).toBe(zombie.machine);
    await until('it is told', () => rig.presences().length === 2);
    expect(rig.presences().at(-1)).toMatchObject({ online: true, reason: 'replaced' });
    zombie.socket.resume();
    await zombie.closed;
    next.send(frame(next.stream, 1));
    await until('the new one is served', () => next.acks().length === 1);
    expect(rig.presences()).toHaveLength(2);
  });

  it('is no matter when it is the same process whose cable was out: it is let in at once', async () => {
    const rig = await open({ limits: { aliveMs: 60_000 } });
    const who = { ...machine(), stream: newStream() };
    const before = await call(rig, { ...who, pass: await rig.ticket() });
    before.socket.pause();
    expect(reason(await call(rig, who))).toBe('welcome');
    before.socket.resume();
    await before.closed;
    expect(rig.gateway.linked).toBe(1);
    await sleep(100);
    expect(rig.presences()).toHaveLength(1);
  });

  it('cannot push the first one out by calling again and again', async () => {
    const rig = await open();
    const who = machine();
    const first = await call(rig, { ...who, pass: await rig.ticket() });
    const others = await Promise.all(Array.from({ length: 5 }, () => call(rig, who)));
    expect(new Set(others.map(reason))).toEqual(new Set(['alive-elsewhere']));
    expect(first.socket.readyState).toBe(first.socket.OPEN);
    // The log has it once.
    expect(rig.events.filter((event) => event.what === 'refused')).toHaveLength(1);
  });
});

describe('a machine whose restore card took its key', () => {
  it('comes back with its old identity when a person confirms it', async () => {
    const rig = await open();
    const pass = await rig.ticket({ uses: 1 });
    const who = machine();
    const before = await call(rig, { ...who, pass });
    before.socket.terminate();
    await until('it is offline', () => rig.gateway.linked === 0);
    const again = { fingerprint: who.fingerprint, key: makeKey(), pass };
    expect(reason(await call(rig, again))).toBe('waiting-for-person');
    expect(rig.events).toContainEqual({ what: 'waiting', machine: before.machine, address: '127.0.0.1' });
    expect(rig.registry.confirm(before.machine)).toBe(true);
    const after = await call(rig, again);
    expect(after.machine).toBe(before.machine);
    after.socket.terminate();
    await until('it is offline', () => rig.gateway.linked === 0);
    expect((await call(rig, { key: again.key, fingerprint: who.fingerprint })).machine).toBe(before.machine);
  });

  it('is not believed while the machine itself is there', async () => {
    const rig = await open({ maintenance: () => true });
    const pass = await rig.ticket();
    const who = machine();
    const alive = await call(rig, { ...who, pass });
    const thief = await call(rig, { fingerprint: who.fingerprint, key: makeKey(), pass });
    expect(reason(thief)).toBe('alive-elsewhere');
    expect(rig.events.some((event) => event.what === 'alive-twice' && event.machine === alive.machine)).toBe(true);
  });
});
