import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ticketText } from '../../agent/ticket.ts';
import { COMMANDS } from '../../collector/commands/command.ts';
import { until } from '../fixtures/nutPrograms.ts';
import { run, startAgent, startCollector, temporaryFolder } from '../fixtures/programs.ts';
import { startSeat, ticketOf } from '../fixtures/seats.ts';

const FAULTY = join(import.meta.dirname, '..', 'fixtures', 'standards', 'faulty');

describe('what a person typed wrong', () => {
  test('in the settings stops the start with every fault, its line and what would be right', async () => {
    const data = temporaryFolder('data');
    const file = join(data, 'xunkao.yaml');
    writeFileSync(
      file,
      [
        'site: Nanjing 01',
        'listen: [localhost]',
        'frame_evry_seconds: 5',
        'devices:',
        '  - { id: ups-1, kind: ups, url: "http://h/ups" }',
        'limits: { hello_ms: 0 }',
        '',
      ].join('\n'),
    );
    const { code, stdout, stderr } = await run('xunkao', ['up', '--data', data, '--listen', '127.0.0.1:0']);
    const known = stderr.replace(/(known here: )site, listen, standard, [^\n]+, phases, [^\n]+/, '$1KNOWN');
    expect(known.replaceAll(file, 'xunkao.yaml')).toBe(
      `xunkao.yaml:1:7: site: expected lower-case letters, digits and dashes, such as nanjing-01
site: Nanjing 01
      ^
xunkao.yaml:2:10: listen.0: expected HOST:PORT, such as 192.168.1.10:9480
listen: [localhost]
         ^
xunkao.yaml:3:21: unknown key frame_evry_seconds; known here: KNOWN
frame_evry_seconds: 5
                    ^
xunkao.yaml:5:34: devices.0.url: expected nut://HOST/UPS, such as nut://127.0.0.1:3493/exam (with TLS nut+tls://); snmp://HOST; serial:///dev/ttyS0 (a COM port of Windows through NUT)
  - { id: ups-1, kind: ups, url: "http://h/ups" }
                                 ^
xunkao.yaml:6:21: limits.hello_ms: expected a number from 1
limits: { hello_ms: 0 }
                    ^
`,
    );
    expect([code, stdout]).toEqual([2, '']);
  });

  test('in a rule of the pack stops the start with file, line and a caret', async () => {
    const data = temporaryFolder('data');
    writeFileSync(join(data, 'xunkao.yaml'), `standard: ${FAULTY}\n`);
    const { code, stderr } = await run('xunkao', ['collector', '--data', data, '--listen', '127.0.0.1:0']);
    expect(code).toBe(2);
    expect(stderr).toContain('syntax.yaml:');
    expect(stderr).toMatch(/^[^\n]*both\.yaml:3:9: [^\n]+\nclause: [^\n]+\n {8}\^\n/);
  });

  test('as a command or an option is answered with what there is, and exit code 2', async () => {
    for (const [args, says] of [
      [['frobnicate'], 'there is no command frobnicate; known: up, '],
      [['up', '--nonsense'], 'usage: npm start'],
      [['ticket'], '--room takes'],
      [['ticket', '--room', 'A', '--uses', 'many'], '--uses takes a whole number from 1 to 1000, not many'],
      [['collector', '--listen', 'here'], '--listen takes HOST:PORT'],
      [['backup'], '--to'],
      [['load'], '--agents'],
      [['standard', 'chekc'], 'xunkao standard'],
    ] as const) {
      const { code, stdout, stderr } = await run('xunkao', args);
      expect([code, stdout], args.join(' ')).toEqual([2, '']);
      expect(stderr).toContain(says);
    }
    const agent = await run('xunkao-agent', ['--nonsense', '--address', '10.0.0.5:port']);
    expect(agent.code).toBe(2);
    expect(agent.stderr).toContain('--nonsense is not known');
    expect(agent.stderr).toContain('--address 10.0.0.5:port is not HOST:PORT');
  }, 60_000);

  test('nothing at all wrong: --help everywhere ends with 0 and says how', async () => {
    const all = [[], ...COMMANDS.map(({ name }) => [name])];
    for (const words of all) {
      const { code, stdout, stderr } = await run('xunkao', [...words, '--help']);
      expect([code, stderr], words.join(' ')).toEqual([0, '']);
      expect(stdout).toContain(`usage: ${words[0] === 'up' ? 'npm start' : ['xunkao', ...words].join(' ')}`);
    }
    const agent = await run('xunkao-agent', ['--help']);
    expect([agent.code, agent.stderr]).toEqual([0, '']);
    expect(agent.stdout).toContain('Usage: xunkao-agent');
  }, 150_000);
});

describe('a ticket', () => {
  test('that is not one ends the agent with its own words and exit code 2', async () => {
    const dir = temporaryFolder('agent');
    const none = await run('xunkao-agent', ['--dir', dir]);
    expect([none.code, none.stderr]).toEqual([2, expect.stringContaining(`${join(dir, 'ticket')}: no ticket`)]);
    const file = join(dir, 'brought');
    writeFileSync(file, 'eyJ2IjoxLCJzaXR');
    const cut = await run('xunkao-agent', ['--dir', dir, '--ticket', file]);
    expect([cut.code, cut.stderr]).toEqual([2, expect.stringContaining('copy the whole line again')]);
  }, 30_000);

  test('with a wrong secret, or used up, is refused in words; another one brought later lets the machine in', async () => {
    const collector = await startCollector();
    const good = await collector.ticket('A', '--uses', '1');
    const forged = startAgent({ ticket: ticketText({ ...ticketOf(good), secret: 'A'.repeat(43) }) });
    await until('the forged one to be refused', 10_000, () => forged.stderr().includes('ticket (no such ticket'));
    expect(forged.hasEnded()).toBe(false);
    await forged.kill();

    const first = await startSeat({ index: 1, ticket: good, says: {} });
    await until('the first to be in', 10_000, () => first.isOnline);
    const second = startAgent({ ticket: good });
    await until('the second to be refused', 10_000, () =>
      /refused by [^\n]+: ticket \([^\n]*used/.test(second.stderr()),
    );
    expect((await collector.get('/machines')).machines).toHaveLength(1);
    writeFileSync(join(second.dir, 'ticket'), await collector.ticket('A', '--uses', '1'));
    await collector.until('the second to be in', '/machines', ({ machines }) => machines.length === 2, 30_000);
  }, 90_000);
});

test('a port in use is named, and the collector ends with 1', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void other.close());
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const { code, stderr } = await run('xunkao', [
    'up',
    '--data',
    temporaryFolder('data'),
    '--listen',
    `127.0.0.1:${port}`,
  ]);
  expect(code).toBe(1);
  expect(stderr).toContain(`port ${port} at 127.0.0.1:${port} is in use by another program`);
});

test('a second collector on the same data directory is refused, and the first goes on', async () => {
  const collector = await startCollector();
  const { code, stderr } = await run('xunkao', ['up', '--data', collector.data, '--listen', '127.0.0.1:0']);
  expect(code).toBe(1);
  expect(stderr).toContain(`(process ${collector.pid}) uses ${collector.data} already`);
  expect((await fetch(`${collector.url}/healthz`)).status).toBe(200);
  await collector.ticket('A');
});

test('a data directory that cannot be used is said so, and the collector ends with 1', async () => {
  const file = join(temporaryFolder('data'), 'a-file');
  writeFileSync(file, '');
  const { code, stderr } = await run('xunkao', ['collector', '--data', file, '--listen', '127.0.0.1:0']);
  expect([code, stderr]).toEqual([1, expect.stringContaining(file)]);
  const mine = temporaryFolder('data');
  mkdirSync(join(mine, 'xunkao.db'));
  const strange = await run('xunkao', ['collector', '--data', mine, '--listen', '127.0.0.1:0']);
  expect([strange.code, strange.stderr]).toEqual([1, expect.stringContaining('xunkao.db')]);
});

describe('a page of somebody else', () => {
  const AGENT = {
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
  };

  test('is refused by its Host and Origin at the console, the API and /agent', async () => {
    const { port } = await startCollector();
    const ask = (path: string, headers: Record<string, string>, method = 'GET') =>
      statusOf(port, path, headers, method);
    const own = `127.0.0.1:${port}`;
    // A name of a stranger that leads here (DNS rebinding), and what a proxy passes on.
    for (const path of ['/', '/api/v1/site', '/metrics', '/healthz']) {
      expect([path, await ask(path, { host: `evil.example:${port}` })]).toEqual([path, 421]);
      expect([path, await ask(path, { host: own, 'x-forwarded-for': '192.0.2.9' })]).toEqual([path, 403]);
      expect([path, await ask(path, { host: own })]).toEqual([path, 200]);
    }
    const change = { host: own, 'content-type': 'application/json', 'x-xunkao': '1' };
    expect(await ask('/api/v1/sign-in', { ...change, origin: 'http://evil.example' }, 'POST')).toBe(403);
    expect(await ask('/api/v1/sign-in', { host: own, 'content-type': 'application/json' }, 'POST')).toBe(403);
    const protocol = { ...AGENT, 'sec-websocket-protocol': 'xunkao.v1' };
    expect(await ask('/agent', { host: own, ...protocol })).toBe(101);
    expect(await ask('/agent', { host: own, ...protocol, origin: `http://${own}` })).toBe(403);
    expect(await ask('/agent', { host: `evil.example:${port}`, ...protocol })).toBe(421);
    expect(await ask('/agent', { host: own, ...AGENT })).toBe(400);
  });
});

function statusOf(port: number, path: string, headers: Record<string, string>, method: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path, method, headers, timeout: 5_000 }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
    asked.once('upgrade', (answer, socket) => {
      socket.destroy();
      resolve(answer.statusCode ?? 0);
    });
    asked.once('error', reject);
    asked.end(method === 'POST' ? '{}' : undefined);
  });
}
