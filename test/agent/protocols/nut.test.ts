import type { Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { NUT_TIMING, nutAddress, NutPoller, type NutState, type NutTiming } from '../../../agent/protocols/nut.ts';
import { startFakeUpsd, upsdWith, type Behaviour, type FakeUpsd } from '../../fixtures/fakeUpsd.ts';
import { until } from '../../fixtures/nutPrograms.ts';

const running: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of running.splice(0).reverse()) await end();
});

// As in the field, but some ten times faster; a question that hangs is still given up much later than a poll.
const FAST: NutTiming = {
  ...NUT_TIMING,
  pollMs: 20,
  variablesMs: 400,
  variablesLimitMs: 1_200,
  timeoutMs: 400,
  freshMs: 90,
  backoffMs: [20, 50, 100],
  clock: () => performance.now(),
};

interface Watched {
  readonly told: readonly NutState[];
  readonly poller: NutPoller;
  /** Waits for a told state, from now on, that passes. */
  readonly next: (passes: (state: NutState) => boolean) => Promise<NutState>;
}

function watch(port: number, timing: Partial<NutTiming> = {}): Watched {
  const told: NutState[] = [];
  const target = { host: '127.0.0.1', port, ups: 'exam' };
  const poller = new NutPoller(target, { ...FAST, ...timing }, (state) => told.push(state));
  running.push(() => poller.stop());
  poller.start();
  return {
    told,
    poller,
    next: (passes) => {
      const from = told.length;
      return until(
        'a state',
        10_000,
        () => told.slice(from).find(passes),
        () => JSON.stringify(told.at(-1)),
      );
    },
  };
}

async function serve(behaviour: Behaviour): Promise<FakeUpsd> {
  const server = await startFakeUpsd(behaviour);
  running.push(server.stop);
  return server;
}

describe('nutAddress', () => {
  it.each([
    ['nut://10.0.0.5:3493/exam', { host: '10.0.0.5', port: 3493, ups: 'exam', tls: false }],
    ['nut+tls://ups.internal/rack-2', { host: 'ups.internal', port: 3493, ups: 'rack-2', tls: true }],
    ['nut://[fd00::5]:13493/exam', { host: 'fd00::5', port: 13493, ups: 'exam', tls: false }],
    ['nut://localhost/%E8%80%83%E5%9C%BA', { host: 'localhost', port: 3493, ups: '考场', tls: false }],
  ])('reads %s', (url, address) => {
    expect(nutAddress(url)).toEqual(address);
  });

  it.each([
    '',
    'exam',
    'nut://',
    'nut://10.0.0.5',
    'nut://10.0.0.5/',
    'nut:///exam',
    'nut://10.0.0.5:0/exam',
    'nut://10.0.0.5:99999/exam',
    'nut://10.0.0.5/a/b',
    'nut://10.0.0.5/a%0AFSD%20a',
    'nut://10.0.0.5/%E0%A4%A',
    'nut://10.0.0.5/exam?x=1',
    'http://10.0.0.5/exam',
    'nut://monitor:secret@10.0.0.5/exam',
  ])('does not take %j', (url) => {
    expect(nutAddress(url)).toBeNull();
  });
});

describe('a watched UPS', () => {
  it('is told with its status first, then with its variables', async () => {
    const { port } = await serve({ answer: upsdWith(new Map([['ups.status', 'OL CHRG']])) });
    const { told, next } = watch(port);
    await next(({ variables }) => variables !== null);
    expect(told[0]).toEqual({ comm: 'ok', message: '', status: 'OL CHRG', variables: null });
    expect(told[1]?.variables?.get('ups.status')).toBe('OL CHRG');
  });

  it('tells a change of status before it asks for all variables, and then asks at once', async () => {
    const variables = new Map([
      ['ups.status', 'OL'],
      ['battery.runtime', '9000'],
    ]);
    const { port, heard } = await serve({ answer: upsdWith(variables) });
    const { told, next } = watch(port, { variablesMs: 60_000, variablesLimitMs: 60_000 });
    await next((state) => state.variables !== null);
    variables.set('ups.status', 'OB').set('battery.runtime', '3000');
    await next((state) => state.variables?.get('battery.runtime') === '3000');
    const first = told.findIndex(({ status }) => status === 'OB');
    expect(told[first]?.variables?.get('battery.runtime')).toBe('9000');
    expect(told[first + 1]).toMatchObject({ comm: 'ok', status: 'OB' });
    expect(heard.filter((line) => line.startsWith('LIST'))).toHaveLength(2);
  });

  it('is told again while nothing changes, less often than it is asked', async () => {
    const { port, heard } = await serve({ answer: upsdWith(new Map([['ups.status', 'OL']])) });
    const { told } = watch(port, { freshMs: 300, variablesMs: 60_000, variablesLimitMs: 60_000 });
    await until('five answers', 10_000, () => told.length >= 5);
    expect(heard.length).toBeGreaterThan(2 * told.length);
    expect(new Set(told.slice(1).map(({ variables }) => variables)).size).toBe(1);
  });

  it('is never told fresh by a question that is still open', async () => {
    let isHung = false;
    const answer = upsdWith(new Map([['ups.status', 'OL']]));
    const { port } = await serve({ answer: (line) => (isHung ? null : answer(line)) });
    const { told, next } = watch(port, { timeoutMs: 1_000 });
    await next(({ comm }) => comm === 'ok');
    isHung = true;
    await sleep(100);
    const before = told.length;
    await next(() => true);
    expect(told[before]).toMatchObject({ comm: 'timeout', status: null, variables: null });
    expect(told[before]?.message).toBe(`upsd at 127.0.0.1:${port}: no answer to GET VAR within 1000 ms`);
  });

  it('keeps saying that it is lost while it cannot be reached, and comes back by itself', async () => {
    const server = await serve({ answer: upsdWith(new Map([['ups.status', 'OL']])) });
    const { told, next } = watch(server.port);
    await next(({ comm }) => comm === 'ok');
    await server.stop();
    await next(({ comm }) => comm === 'refused');
    const lost = told.length;
    await until('five more', 10_000, () => told.length >= lost + 5);
    expect(told.slice(lost).every(({ comm, status }) => comm === 'refused' && status === null)).toBe(true);
  });

  it('does not believe variables for ever when only LIST VAR is refused', async () => {
    let isListed = true;
    const answer = upsdWith(new Map([['ups.status', 'OL']]));
    const refuse = (line: string): boolean => line.startsWith('LIST') && !isListed;
    const { port, taken } = await serve({ answer: (line) => (refuse(line) ? 'ERR UNKNOWN-COMMAND\n' : answer(line)) });
    const { next } = watch(port);
    await next(({ variables }) => variables !== null);
    isListed = false;
    expect(await next(({ variables }) => variables === null)).toMatchObject({ comm: 'ok', status: 'OL' });
    expect(taken()).toBe(1);
  });

  it.each(['DATA-STALE', 'DRIVER-NOT-CONNECTED', 'UNKNOWN-UPS', 'VAR-NOT-SUPPORTED', 'ACCESS-DENIED'])(
    'says %s on the same connection, without an old value, until upsd answers again',
    async (code) => {
      let isRefused = false;
      const answer = upsdWith(new Map([['ups.status', 'OL']]));
      const { port, taken } = await serve({ answer: (line) => (isRefused ? `ERR ${code}\n` : answer(line)) });
      const { next } = watch(port);
      await next(({ variables }) => variables !== null);
      isRefused = true;
      expect(await next(({ comm }) => comm !== 'ok')).toMatchObject({ comm: code, status: null, variables: null });
      isRefused = false;
      expect((await next(({ comm }) => comm === 'ok')).variables).toBeNull();
      await next(({ variables }) => variables !== null);
      expect(taken()).toBe(1);
    },
  );

  it('takes WAIT for what it is: no value yet', async () => {
    const variables = new Map([['ups.status', 'WAIT']]);
    const { port } = await serve({ answer: upsdWith(variables) });
    const { told, next } = watch(port);
    await next(({ comm }) => comm === 'WAIT');
    expect(told.every(({ status }) => status === null)).toBe(true);
    variables.set('ups.status', 'OL');
    expect(await next(({ comm }) => comm === 'ok')).toMatchObject({ status: 'OL' });
  });

  it('tells nothing after it was stopped, and leaves no connection', async () => {
    const server = await serve({ answer: upsdWith(new Map([['ups.status', 'OL']])) });
    const { told, poller, next } = watch(server.port);
    await next(({ comm }) => comm === 'ok');
    poller.stop();
    const { length } = told;
    await until('the end of the connection', 5_000, () => server.open() === 0);
    await sleep(150);
    expect(told).toHaveLength(length);
    expect(server.taken()).toBe(1);
  });
});

describe('a server that misbehaves', () => {
  const pour = (text: string, socket: Socket): void => {
    const more = (): void => {
      while (!socket.destroyed && socket.write(text));
    };
    socket.on('drain', more);
    more();
  };
  const drip = (socket: Socket): void => {
    const timer = setInterval(() => socket.write('x'), 10);
    socket.on('close', () => clearInterval(timer));
  };

  it.each<[string, Behaviour, NutState['comm']]>([
    ['pours a line without an end', { greet: (socket) => pour('x'.repeat(65_536), socket) }, 'nonsense'],
    ['drips', { greet: drip }, 'timeout'],
    ['says nothing', {}, 'timeout'],
    ['hangs up', { greet: (socket) => socket.end() }, 'closed'],
    ['speaks another protocol', { answer: () => 'HTTP/1.1 400 Bad Request\r\n\r\n' }, 'nonsense'],
    ['answers bytes', { answer: () => Buffer.from([0, 255, 10, 34, 10, 92]) }, 'nonsense'],
  ])('%s: it is tried again, not too often, and believed when it is sound', async (_, behaviour, comm) => {
    let isSound = false;
    const sound = upsdWith(new Map([['ups.status', 'OL']]));
    const server = await serve({
      greet: (socket) => !isSound && behaviour.greet?.(socket),
      answer: (line, socket) => (isSound ? sound(line) : (behaviour.answer?.(line, socket) ?? null)),
    });
    const start = performance.now();
    const { told, next } = watch(server.port, { backoffMs: [20, 50, 200] });
    await next((state) => state.comm === comm);
    await sleep(1_000);
    expect(told.every((state) => state.status === null)).toBe(true);
    // Three quick ones, then one each 200 ms.
    expect(server.taken()).toBeLessThan(4 + (performance.now() - start) / 200);
    isSound = true;
    expect(await next((state) => state.comm === 'ok')).toMatchObject({ status: 'OL', message: '' });
  });
});
