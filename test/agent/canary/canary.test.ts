import { expect, test } from 'vitest';
import { openCanary } from '../../../agent/canary/canary.ts';
import { markText, parseMark, parseStart, type Mark, type Marks, type Start } from '../../../agent/canary/marks.ts';

/** A machine's places in memory; `restart` empties what a real start empties. */
function machine(names: readonly string[] = ['system', 'registry']) {
  let start: Start | undefined;
  const lying = new Map<string, Mark>();
  const refusing = new Set<string>();
  const marks: Marks = {
    system: 's',
    bootId: () => null,
    readStart: async () => (refusing.has('start') ? null : start),
    keepStart: async (fresh) => !refusing.has('start') && ((start = fresh), true),
    places: names.map((name) => ({
      name,
      read: async () => (refusing.has(name) ? null : lying.get(name)),
      write: async (mark) => !refusing.has(name) && (lying.set(name, mark), true),
    })),
  };
  let now = 0;
  return {
    lying,
    refusing,
    agent: () => openCanary(marks, () => now),
    restart: () => (start = undefined),
    pass: (ms: number) => (now += ms),
  };
}

test('a first start finds nothing and writes mark 1 at each place', async () => {
  const pc = machine();
  const state = await pc.agent().ask();
  expect(state).toMatchObject({ sequence: 1, found: { system: 'none', registry: 'none' } });
  expect(state?.written).toEqual({ system: true, registry: true });
  expect([...pc.lying.values()]).toEqual([
    { sequence: 1, nonce: state?.nonce },
    { sequence: 1, nonce: state?.nonce },
  ]);
});

test('each start of the system counts one more; starts of the agent within it do not, and say what that start found', async () => {
  const pc = machine();
  const first = await pc.agent().ask();
  pc.restart();
  const second = await pc.agent().ask();
  expect(second).toMatchObject({ sequence: 2, found: { system: { sequence: 1, nonce: first?.nonce } } });
  for (let agents = 0; agents < 3; agents += 1) {
    const again = await pc.agent().ask();
    expect(again).toEqual(second);
  }
  expect(second?.boot).not.toBe(first?.boot);
});

test('a mark settles after two minutes, and an agent that was started anew waits for them again', async () => {
  const pc = machine();
  const agent = pc.agent();
  expect((await agent.ask())?.settled).toBe(false);
  pc.pass(119_000);
  expect((await agent.ask())?.settled).toBe(false);
  pc.pass(1_000);
  expect((await agent.ask())?.settled).toBe(true);
  const next = pc.agent();
  expect((await next.ask())?.settled).toBe(false);
  pc.pass(120_000);
  expect((await next.ask())?.settled).toBe(true);
});

test('a mark that a cleaner takes away is written again, and its two minutes begin again', async () => {
  const pc = machine();
  const agent = pc.agent();
  await agent.ask();
  pc.pass(60_000);
  pc.lying.delete('system');
  expect((await agent.ask())?.written).toEqual({ system: true, registry: true });
  pc.pass(60_000);
  expect((await agent.ask())?.settled).toBe(false);
  pc.pass(60_000);
  expect((await agent.ask())?.settled).toBe(true);
});

test('the highest mark found counts on, wherever it lay, so that no number comes twice', async () => {
  const pc = machine(['system', 'registry', 'D']);
  pc.lying.set('system', { sequence: 3, nonce: 'a'.repeat(16) });
  pc.lying.set('D', { sequence: 9, nonce: 'b'.repeat(16) });
  expect(await pc.agent().ask()).toMatchObject({ sequence: 10, found: { registry: 'none' } });
});

test('a place that cannot be read is not one that is empty, and a mark that cannot be written never settles', async () => {
  const pc = machine();
  pc.refusing.add('registry');
  const agent = pc.agent();
  expect(await agent.ask()).toMatchObject({ found: { system: 'none', registry: null }, written: { registry: false } });
  pc.pass(600_000);
  expect((await agent.ask())?.settled).toBe(false);
});

test('another volume that refuses holds up nothing: it does not decide', async () => {
  const pc = machine(['system', 'registry', 'D']);
  pc.refusing.add('D');
  const agent = pc.agent();
  await agent.ask();
  pc.pass(120_000);
  expect(await agent.ask()).toMatchObject({ settled: true, written: { D: false } });
});

test('where one start cannot be told from the next, nothing is written and nothing is said', async () => {
  const pc = machine();
  pc.refusing.add('start');
  expect(await pc.agent().ask()).toBeNull();
  expect(pc.lying.size).toBe(0);
});

test('an agent that is killed between its first writings does not take them for an earlier start’s', async () => {
  const pc = machine();
  pc.refusing.add('system');
  await pc.agent().ask();
  pc.refusing.clear();
  expect(await pc.agent().ask()).toMatchObject({ sequence: 1, found: { system: null, registry: 'none' } });
});

test.each(['', '{', '[]', 'null', '{"sequence":0,"nonce":"0000000000000000"}', '{"sequence":1,"nonce":"x"}'])(
  'what a power cut left of a mark, %j, is none',
  (text) => {
    expect(parseMark(text)).toBeUndefined();
    expect(parseStart(text)).toBeUndefined();
  },
);

test('what is remembered of a start is read as it was written', () => {
  const mark = { sequence: 4, nonce: '0123456789abcdef' };
  const start: Start = { ...mark, boot: 'b', found: { system: mark, registry: 'none', D: null } };
  expect(parseMark(markText(mark))).toEqual(mark);
  expect(parseStart(JSON.stringify(start))).toEqual(start);
});
