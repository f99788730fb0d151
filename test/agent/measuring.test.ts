import { createServer, type AddressInfo, type Server } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { MeasureRefused, type Measure } from '../../agent/measure.ts';
import { loadMeasures, MOST_RESULT_BYTES } from '../../agent/measuring.ts';
import { agentScene } from '../fixtures/agents.ts';
import { until } from '../fixtures/fakeCollector.ts';

const { scene, collect, start, pass, passUntil } = agentScene();
const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** A measure that waits until the test says what came of it. */
function scripted(name = 'scripted') {
  const state = {
    isStopped: false,
    settle: (_value: object) => undefined as void,
    fail: (_error: Error) => undefined as void,
  };
  const measure: Measure = {
    name,
    limitMs: 5_000,
    take: (_asked, { stop }) =>
      new Promise((resolve, reject) => {
        stop.onStop(() => (state.isStopped = true));
        state.settle = (value) => resolve(value as never);
        state.fail = reject;
      }),
  };
  return { measure, state };
}

const order = (id: string, what = 'scripted', asked: object = {}) => ({ type: 'measure', id, what, asked });

async function online(measures: readonly Measure[], peers: readonly string[] = []) {
  const collector = await collect({ settings: { peers } });
  const agent = await start({ ticket: collector.ticket, measures });
  await passUntil('it is online', () => agent.isOnline);
  return { collector, agent };
}

describe('what the collector asks to be measured', () => {
  it('is measured once and told', async () => {
    const { measure, state } = scripted();
    const { collector } = await online([measure]);
    collector.send(order('1'));
    await until('it runs', () => scene.lines.includes('measures scripted'));
    state.settle({ median_seconds: 0.5 });
    await until('it is told', () => collector.measured.length > 0);
    expect(collector.measured).toEqual([{ type: 'measured', id: '1', result: { median_seconds: 0.5 } }]);
    expect(state.isStopped).toBe(true);
  });

  it('is one thing at a time, and only what this agent knows', async () => {
    const { collector } = await online([scripted().measure]);
    collector.send(order('1'));
    collector.send(order('2'));
    collector.send(order('3', 'format-the-disk'));
    await until('both are refused', () => collector.measured.length === 2);
    expect(collector.measured).toEqual([
      { type: 'measured', id: '2', refused: 'busy', message: 'another measure runs on this machine' },
      { type: 'measured', id: '3', refused: 'unknown', message: 'this agent cannot measure format-the-disk' },
    ]);
  });

  it('ends when it takes longer than the agent allows, and the next may begin', async () => {
    const { measure, state } = scripted();
    const { collector } = await online([measure]);
    collector.send(order('1'));
    await until('it runs', () => scene.lines.includes('measures scripted'));
    await pass(6);
    await until('it is told', () => collector.measured.length === 1);
    expect(collector.measured[0]).toMatchObject({ refused: 'timeout', message: 'scripted was not done within 5 s' });
    expect(state.isStopped).toBe(true);
    state.settle({ late: true });
    collector.send(order('2'));
    await until('it runs', () => scene.lines.filter((line) => line === 'measures scripted').length === 2);
    expect(collector.measured).toHaveLength(1);
  });

  it('ends when the collector says stop, and when the link is gone', async () => {
    const { measure, state } = scripted();
    const { collector, agent } = await online([measure]);
    collector.send(order('1'));
    await until('it runs', () => scene.lines.includes('measures scripted'));
    collector.send({ type: 'stop', id: 'another' });
    collector.send({ type: 'stop', id: '1' });
    await until('it is told', () => collector.measured.length === 1);
    expect(collector.measured[0]).toMatchObject({ id: '1', refused: 'stopped' });
    state.isStopped = false;
    collector.send(order('2'));
    await until('it runs', () => scene.lines.filter((line) => line === 'measures scripted').length === 2);
    collector.cut();
    await until('it is stopped', () => state.isStopped && !agent.isOnline);
  });

  it('that fails says why in words, and a result beyond the limit is none', async () => {
    const { measure, state } = scripted();
    const { collector } = await online([measure]);
    const runs = async (id: string): Promise<void> => {
      const before = scene.lines.length;
      collector.send(order(id));
      await until('it runs', () => scene.lines.length > before);
    };
    await runs('1');
    state.fail(new MeasureRefused('not-allowed', 'cam-1 is no device of the settings'));
    await until('it is told', () => collector.measured.length === 1);
    collector.send(order('2'));
    await until('it runs', () => scene.lines.filter((line) => line === 'measures scripted').length === 2);
    state.settle({ text: 'x'.repeat(MOST_RESULT_BYTES) });
    await until('it is told', () => collector.measured.length === 2);
    expect(collector.measured).toMatchObject([
      { id: '1', refused: 'not-allowed', message: 'cam-1 is no device of the settings' },
      { id: '2', refused: 'failed', message: 'the result is too large' },
    ]);
  });
});

describe('the way to a peer', () => {
  it('is measured by connects, to peers of the settings only and no more often than the agent allows', async () => {
    const server = createServer((socket) => socket.end());
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const peer = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    const { collector } = await online(await loadMeasures(), [peer, '127.0.0.1:1']);
    const ask = async (asked: object): Promise<unknown> => {
      const before = collector.measured.length;
      collector.send(order(String(before), 'connect', asked));
      await until('it is told', () => collector.measured.length > before);
      return collector.measured.at(-1);
    };
    expect(await ask({ peer, times: 5 })).toMatchObject({
      result: { times: 5, answered: 5, resent: 0, why: '', median_seconds: expect.any(Number) },
    });
    expect(await ask({ peer: '127.0.0.1:1', times: 2 })).toMatchObject({
      result: { times: 2, answered: 0, median_seconds: null, why: 'ECONNREFUSED' },
    });
    expect(await ask({ peer: '127.0.0.1:22' })).toMatchObject({ refused: 'not-allowed' });
    expect(await ask({ peer, times: 1_000 })).toMatchObject({ refused: 'not-allowed' });
    expect(await ask({ peer: 'http://x', times: 1 })).toMatchObject({ refused: 'malformed' });
  });
});
