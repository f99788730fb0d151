import * as fc from 'fast-check';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { NutConnection, type NutServer } from '../../../agent/protocols/nutConnection.ts';
import { NutError } from '../../../agent/protocols/nutError.ts';
import { startFakeUpsd, upsdWith, type Behaviour, type FakeUpsd } from '../../fixtures/fakeUpsd.ts';
import { freePort } from '../../fixtures/nutPrograms.ts';

const running: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of running.splice(0).reverse()) await end();
});

const SOUND = new Map([
  ['ups.status', 'OL'],
  ['battery.charge', '100'],
]);

async function serve(behaviour: Behaviour): Promise<FakeUpsd> {
  const server = await startFakeUpsd(behaviour);
  running.push(server.stop);
  return server;
}

async function connectTo(port: number, more: Partial<NutServer> = {}): Promise<NutConnection> {
  const connection = new NutConnection({ host: '127.0.0.1', port, timeoutMs: 300, ...more });
  running.push(() => connection.close());
  await connection.open();
  return connection;
}

/** The error of a question; fails when it was answered. */
async function errorOf(question: Promise<unknown>): Promise<NutError> {
  const answer = await question.catch((error: unknown) => error);
  expect(answer).toBeInstanceOf(NutError);
  return answer as NutError;
}

describe('a connection to upsd', () => {
  it('reads one variable and lists all of them', async () => {
    const { port } = await serve({ answer: upsdWith(SOUND) });
    const connection = await connectTo(port);
    expect(await connection.variable('exam', 'ups.status')).toBe('OL');
    expect([...(await connection.variables('exam'))]).toEqual([...SOUND]);
  });

  it('asks one thing at a time and answers in the order of the questions', async () => {
    const open: string[] = [];
    const slow = (line: string, socket: Socket): null => {
      open.push(line);
      setTimeout(() => socket.write(upsdWith(SOUND)(open.pop() ?? '')), 10);
      return null;
    };
    const { port, heard } = await serve({ answer: slow });
    const connection = await connectTo(port);
    const asked = ['ups.status', 'battery.charge', 'ups.status'].map((name) => connection.variable('exam', name));
    expect(heard.length).toBeLessThanOrEqual(1);
    expect(await Promise.all(asked)).toEqual(['OL', '100', 'OL']);
  });

  it('takes a reply that arrives in single bytes', async () => {
    const bytes = (line: string, socket: Socket): null => {
      const all = Buffer.from(upsdWith(new Map([['ups.status', '在线 OL']]))(line));
      void (async () => {
        for (const byte of all) {
          socket.write(Buffer.of(byte));
          await sleep(1);
        }
      })();
      return null;
    };
    const { port } = await serve({ answer: bytes });
    expect(await (await connectTo(port, { timeoutMs: 3_000 })).variable('exam', 'ups.status')).toBe('在线 OL');
  });

  it('says in words what upsd refused, and goes on', async () => {
    const { port } = await serve({ answer: upsdWith(SOUND) });
    const connection = await connectTo(port);
    const error = await errorOf(connection.variable('exam', 'battery.date'));
    expect(error).toMatchObject({
      trouble: 'VAR-NOT-SUPPORTED',
      message: `upsd at 127.0.0.1:${port} refused GET VAR: VAR-NOT-SUPPORTED`,
    });
    expect(await connection.variable('exam', 'ups.status')).toBe('OL');
  });

  it('names a refusal it does not know only when it is a plain word', async () => {
    const { port } = await serve({
      answer: (line) => (line.includes('odd') ? 'ERR NEW-IN-2030\n' : 'ERR <b>\u0007\n'),
    });
    const connection = await connectTo(port);
    expect((await errorOf(connection.variable('odd', 'x'))).message).toContain('an error it does not name');
    expect(await errorOf(connection.variable('exam', 'x'))).toMatchObject({ trouble: 'error' });
    expect((await errorOf(connection.variables('exam'))).message).not.toContain('<b>');
  });

  it('never sends a second command inside a name', async () => {
    const { port, heard } = await serve({ answer: upsdWith(SOUND) });
    const connection = await connectTo(port);
    await expect(connection.variable('exam"\nFSD exam', 'ups.status')).rejects.toThrow('line break');
    expect(heard).toEqual([]);
  });

  it('keeps no more than sixteen questions', async () => {
    const { port } = await serve({});
    const connection = await connectTo(port);
    const asked = Array.from({ length: 16 }, () => errorOf(connection.variable('exam', 'ups.status')));
    await expect(connection.variable('exam', 'ups.status')).rejects.toThrow('more than 16 questions');
    for (const { trouble } of await Promise.all(asked)) expect(trouble).toBe('timeout');
  });

  it('fails every open question when it is closed, and any later one', async () => {
    const { port } = await serve({});
    const connection = await connectTo(port);
    const open = errorOf(connection.variable('exam', 'ups.status'));
    connection.close();
    expect((await open).trouble).toBe('closed');
    expect((await errorOf(connection.variable('exam', 'ups.status'))).trouble).toBe('closed');
  });
});

describe('a connection that cannot be made says why', () => {
  it('nothing listens: refused', async () => {
    const port = await freePort();
    expect(await errorOf(connectTo(port))).toMatchObject({
      trouble: 'refused',
      message: `upsd at 127.0.0.1:${port}: ECONNREFUSED`,
    });
  });

  it('a name without an address: no-address', async () => {
    // A resolver that does not answer is cut off by our own limit.
    const { trouble } = await errorOf(connectTo(3493, { host: 'no-such-host.invalid' }));
    expect(['no-address', 'timeout']).toContain(trouble);
  });

  it('no TLS there: FEATURE-NOT-CONFIGURED, and neither user nor password was sent', async () => {
    const { port, heard } = await serve({ answer: () => 'ERR FEATURE-NOT-CONFIGURED\n' });
    const error = await errorOf(connectTo(port, { tls: {}, user: 'monitor', password: 'S3cret-pass' }));
    expect(error.trouble).toBe('FEATURE-NOT-CONFIGURED');
    expect(error.message).toBe(`upsd at 127.0.0.1:${port} refused STARTTLS: FEATURE-NOT-CONFIGURED`);
    expect(heard).toEqual(['STARTTLS']);
  });

  it('agrees to TLS and then does not speak it: tls', async () => {
    const { port } = await serve({
      answer: (line) => (line === 'STARTTLS' ? 'OK STARTTLS\n' : 'hello, this is no TLS\n'),
    });
    const error = await errorOf(connectTo(port, { tls: {} }));
    expect(['tls', 'timeout']).toContain(error.trouble);
  });

  it('says more in the clear after OK STARTTLS: nonsense', async () => {
    const { port } = await serve({ answer: () => 'OK STARTTLS\nVAR exam ups.status "OL"\n' });
    expect((await errorOf(connectTo(port, { tls: {} }))).trouble).toBe('nonsense');
  });

  it('gives no password away on a plain connection', async () => {
    const { port, heard } = await serve({ answer: upsdWith(SOUND) });
    const connection = await connectTo(port, { user: 'monitor', password: 'S3cret-pass' });
    await connection.variable('exam', 'ups.status');
    expect(heard).toEqual(['GET VAR "exam" "ups.status"']);
  });
});

describe('a hostile server costs little time and memory, and is told apart in words', () => {
  const ask = async (behaviour: Behaviour, more?: Partial<NutServer>): Promise<NutError> => {
    const server = await serve(behaviour);
    const connection = await connectTo(server.port, more);
    const error = await errorOf(connection.variables('exam'));
    for (let wait = 0; server.open() > 0 && wait < 100; wait++) await sleep(10);
    expect(server.open()).toBe(0);
    return error;
  };

  it('a line without an end', async () => {
    let sent = 0;
    const pour = (socket: Socket): void => {
      const chunk = Buffer.alloc(65_536, 'x');
      const more = (): void => {
        while (!socket.destroyed && socket.write(chunk)) sent += chunk.length;
      };
      socket.on('drain', more);
      more();
    };
    const { trouble, message } = await ask({ answer: (_, socket) => (pour(socket), null) }, { timeoutMs: 5_000 });
    expect(trouble).toBe('nonsense');
    expect(message).toContain('a line longer than 4096 characters');
    // What lies in the kernel's buffers, not what the server would like to send.
    expect(sent).toBeLessThan(64 * 1_024 * 1_024);
  });

  it('a list without an end', async () => {
    const lines = 'VAR exam a.b "c"\n'.repeat(4_000);
    const pour = (socket: Socket): void => {
      const more = (): void => {
        while (!socket.destroyed && socket.write(lines));
      };
      socket.on('drain', more);
      socket.write('BEGIN LIST VAR exam\n');
      more();
    };
    const { trouble, message } = await ask({ answer: (_, socket) => (pour(socket), null) }, { timeoutMs: 5_000 });
    expect(trouble).toBe('nonsense');
    expect(message).toContain('too long answer to LIST VAR');
  });

  it('a drip that keeps coming but never ends', async () => {
    const drip = (_: string, socket: Socket): string => {
      const timer = setInterval(() => socket.write('VAR exam a.b "c"\n'), 20);
      socket.on('close', () => clearInterval(timer));
      return 'BEGIN LIST VAR exam\n';
    };
    const { trouble, message } = await ask({ answer: drip });
    expect(trouble).toBe('timeout');
    expect(message).toContain('no answer to LIST VAR within 300 ms');
  });

  it('takes the connection and says nothing', async () => {
    expect((await ask({})).trouble).toBe('timeout');
  });

  it('is half open: closes its side in the middle of a reply and keeps ours', async () => {
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      socket.on('error', () => socket.destroy());
      socket.once('data', () => socket.end('BEGIN LIST VAR exam\nVAR exam ups.st'));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const connection = await connectTo((server.address() as AddressInfo).port);
    expect((await errorOf(connection.variables('exam'))).trouble).toBe('closed');
    // Ours is closed, too: else this would wait for ever.
    await new Promise((resolve) => server.close(resolve));
  });

  it('hangs up in the middle of a reply', async () => {
    const answer = (_: string, socket: Socket): null => (socket.end('BEGIN LIST VAR exam\nVAR exam ups.st'), null);
    expect((await ask({ answer })).trouble).toBe('closed');
  });

  it.each([
    ['another variable', 'VAR exam battery.charge "100"\n'],
    ['another UPS', 'VAR other ups.status "OL"\n'],
    ['a word too many', 'VAR exam ups.status "OL" "OB"\n'],
    ['no value', 'VAR exam ups.status\n'],
    ['a list', 'BEGIN LIST VAR exam\n'],
    ['an empty line', '\n'],
    ['a quotation without an end', 'VAR exam ups.status "OL\n'],
    ['another protocol', 'HTTP/1.1 400 Bad Request\r\n\r\n'],
    ['more than was asked', 'VAR exam ups.status "OL"\nVAR exam ups.status "OL"\n'],
  ])('answers GET VAR with %s', async (_, reply) => {
    const { port } = await serve({ answer: () => reply });
    const connection = await connectTo(port);
    await connection.variable('exam', 'ups.status').catch(() => undefined);
    expect((await errorOf(connection.variable('exam', 'ups.status'))).trouble).toBe('nonsense');
  });

  it.each([
    ['another list', 'BEGIN LIST CMD exam\nEND LIST CMD exam\n'],
    ['the list of another UPS', 'BEGIN LIST VAR other\nEND LIST VAR other\n'],
    ['a line that does not belong', 'BEGIN LIST VAR exam\nRW exam ups.id "x"\nEND LIST VAR exam\n'],
    ['an error in the middle', 'BEGIN LIST VAR exam\nERR DATA-STALE\nEND LIST VAR exam\n'],
    ['one line', 'VAR exam ups.status "OL"\n'],
  ])('answers LIST VAR with %s', async (_, reply) => {
    expect((await ask({ answer: () => reply })).trouble).toBe('nonsense');
  });

  it('speaks before it is asked', async () => {
    const server = await serve({ greet: (socket) => socket.write('VAR exam ups.status "OL"\n') });
    const error = await errorOf(
      connectTo(server.port).then(async (connection) => {
        await sleep(50);
        return connection.variable('exam', 'ups.status');
      }),
    );
    expect(error).toMatchObject({
      trouble: 'nonsense',
      message: expect.stringContaining('spoke without being asked') as string,
    });
  });

  it('any bytes: an error in words, never an exception of another kind', async () => {
    let reply: Uint8Array = new Uint8Array();
    const { port } = await serve({ answer: () => Buffer.from(reply) });
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 6_000 }),
      fc
        .string({
          unit: fc.constantFrom('VAR ', 'exam ', 'ups.status ', '"', '\\', '\n', 'ERR ', 'BEGIN LIST VAR exam\n'),
        })
        .map((text) => Buffer.from(text)),
    );
    await fc.assert(
      fc.asyncProperty(bytes, async (bytes) => {
        reply = bytes;
        const connection = await connectTo(port, { timeoutMs: 30 });
        const [one, all] = [connection.variable('exam', 'ups.status'), connection.variables('exam')];
        for (const answer of [one, all]) {
          const result = await answer.catch((error: unknown) => error);
          expect(result instanceof NutError || typeof result === 'string' || result instanceof Map).toBe(true);
        }
        connection.close();
      }),
      { numRuns: 60 },
    );
  });
});
