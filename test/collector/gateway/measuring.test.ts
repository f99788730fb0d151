import { afterEach, describe, expect, it } from 'vitest';
import type { MeasureOrder } from '../../../agent/messages.ts';
import { dial, openRig, sleep, until, type Rig, type TestAgent } from './rig.ts';

let rig: Rig;
const agents: TestAgent[] = [];

afterEach(async () => {
  for (const agent of agents.splice(0)) agent.socket.terminate();
  await rig.stop();
});

async function linked(): Promise<TestAgent> {
  rig ??= await openRig();
  const agent = await dial(rig, { pass: await rig.ticket() });
  agents.push(agent);
  return agent;
}

const ordersTo = (agent: TestAgent): readonly MeasureOrder[] =>
  agent.messages.filter((message) => message.type === 'measure');

async function asked(agent: TestAgent, count = 1): Promise<string> {
  await until('it is asked', () => ordersTo(agent).length === count);
  return ordersTo(agent).at(-1)!.id;
}

describe('a machine that is asked to measure', () => {
  it('answers once, and only for what it was asked', async () => {
    rig = await openRig();
    const [agent, other] = [await linked(), await linked()];
    const { done } = rig.gateway.measure(agent.machine, 'connect', { peer: '10.0.0.5:443' }, 5_000);
    const id = await asked(agent);
    expect(ordersTo(agent)[0]).toMatchObject({ what: 'connect', asked: { peer: '10.0.0.5:443' } });
    other.send({ type: 'measured', id, result: { forged: true } });
    agent.send({ type: 'measured', id: 'another', result: { forged: true } });
    await until('both are counted', () => rig.gateway.unknownMessages === 2);
    agent.send({ type: 'measured', id, result: { median_seconds: 0.001, words: ['a', 'b'] } });
    expect(await done).toEqual({ result: { median_seconds: 0.001, words: ['a', 'b'] } });
    agent.send({ type: 'measured', id, result: { again: true } });
    await until('it is counted', () => rig.gateway.unknownMessages === 3);
  });

  it('is asked one thing at a time, and not at all without a link', async () => {
    rig = await openRig();
    const agent = await linked();
    const first = rig.gateway.measure(agent.machine, 'connect', {}, 5_000);
    expect(await rig.gateway.measure(agent.machine, 'loss', {}, 5_000).done).toMatchObject({ refused: 'busy' });
    expect(await rig.gateway.measure('m-nobody', 'loss', {}, 5_000).done).toMatchObject({ refused: 'offline' });
    first.stop();
    expect(await first.done).toMatchObject({ refused: 'stopped' });
    await until('it is told', () => agent.messages.some(({ type }) => type === 'stop'));
    first.stop();
    await sleep(50);
    expect(agent.messages.filter(({ type }) => type === 'stop')).toHaveLength(1);
  });

  it('that says nothing, or goes away, is waited for no longer', async () => {
    rig = await openRig();
    const agent = await linked();
    expect(await rig.gateway.measure(agent.machine, 'connect', {}, 50).done).toEqual({
      refused: 'silent',
      message: `${agent.machine} did not answer within 0.05 s`,
    });
    const gone = rig.gateway.measure(agent.machine, 'connect', {}, 5_000);
    agent.socket.terminate();
    expect(await gone.done).toMatchObject({ refused: 'gone' });
  });

  it.each([
    ['no result', { result: 5 }],
    ['nested facts', { result: { a: { b: 1 } } }],
    ['names that are no words', { result: { 'a b': 1 } }],
    ['too many facts', { result: Object.fromEntries(Array.from({ length: 65 }, (_, index) => [`f${index}`, 1])) }],
    ['a text without end', { result: { text: 'x'.repeat(20_000) } }],
  ])('and answers %s has failed', async (_what, answer) => {
    rig = await openRig();
    const agent = await linked();
    const { done } = rig.gateway.measure(agent.machine, 'connect', {}, 5_000);
    agent.send({ type: 'measured', id: await asked(agent), ...answer });
    expect(await done).toEqual({ refused: 'failed', message: 'the agent answered what is no result' });
  });

  it('may say why not; its words are one line', async () => {
    rig = await openRig();
    const agent = await linked();
    const { done } = rig.gateway.measure(agent.machine, 'connect', {}, 5_000);
    agent.send({ type: 'measured', id: await asked(agent), refused: 'of-a-newer-agent', message: 'a\nb\u001b[31m' });
    expect(await done).toEqual({ refused: 'failed', message: 'a b [31m' });
  });
});
