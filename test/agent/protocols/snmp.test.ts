import { afterEach, describe, expect, it } from 'vitest';
import { openSnmp, snmpAddress, type SnmpSession, type SnmpTarget } from '../../../agent/protocols/snmp.ts';
import { SnmpError } from '../../../agent/protocols/snmpError.ts';
import {
  SNMP_V3,
  snmpAvailable,
  startHostileUdp,
  startSnmpd,
  startSnmpsim,
  switchRecording,
  type SnmpAgent,
} from '../../fixtures/snmp.ts';

const SYS_NAME = '1.3.6.1.2.1.1.5.0';
const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function session(target: Partial<SnmpTarget> & { readonly port: number }): Promise<SnmpSession> {
  const opened = await openSnmp({ host: '127.0.0.1', ...target });
  ends.push(() => opened.close());
  return opened;
}

async function troubleWith(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.then(
    () => 'nothing went wrong',
    (reason: unknown) => reason,
  );
  return error instanceof SnmpError ? error.trouble : String(error);
}

function running(agent: SnmpAgent): SnmpAgent {
  ends.push(() => agent.stop());
  return agent;
}

describe.skipIf(!snmpAvailable())('a real agent', () => {
  it('is asked by v2c and by v3 with authentication and encryption', { timeout: 60_000 }, async () => {
    const { port } = running(await startSnmpd());
    const v2c = await session({ port, community: 'examro' });
    expect((await v2c.get([SYS_NAME])).get(SYS_NAME)?.toString()).toBe('exam-switch');
    const v3 = await session({ port, ...SNMP_V3 });
    expect((await v3.get([SYS_NAME, '1.3.6.1.2.1.1.99.0'])).size).toBe(1);
    expect([...(await v3.column('1.3.6.1.2.1.2.2.1.2')).values()].map(String)).toContain('lo');
    expect(await troubleWith((await session({ port, community: 'wrong' })).get([SYS_NAME]))).toBe('timeout');
    const wrong = async (more: Partial<SnmpTarget>): Promise<string> =>
      troubleWith((await session({ port, ...SNMP_V3, ...more })).get([SYS_NAME]));
    expect(await wrong({ user: 'nobody' })).toBe('unknown-user');
    expect(await wrong({ password: 'another-password' })).toBe('wrong-password');
    // What cannot be decrypted is dropped by the device, as RFC 3414 has it for a wrong key: said, or silent.
    expect(['wrong-password', 'timeout']).toContain(await wrong({ privacy: 'another-password' }));
    expect(await wrong({ privacy: undefined })).toMatch(/wrong-password|not-supported/);
  });

  it('gives Counter64 as a whole number that is exact beyond 2⁵³', { timeout: 60_000 }, async () => {
    const { port, hang } = running(
      await startSnmpsim([
        ...switchRecording([{ name: 'GE1', speed: 1_000 }]),
        ['1.3.6.1.2.1.31.1.1.1.6.9', '70', '18446744073709551615'],
      ]),
    );
    const snmp = await session({ port, community: 'public' });
    const counters = await snmp.column('1.3.6.1.2.1.31.1.1.1.6');
    expect([...counters]).toEqual([
      ['1', 1_000_000_000_000_001n],
      ['9', 18_446_744_073_709_551_615n],
    ]);
    hang();
    expect(await troubleWith(snmp.get([SYS_NAME]))).toBe('timeout');
  });
});

describe('a device that is none', () => {
  it('is told as such within seconds, whatever it answers', { timeout: 60_000 }, async () => {
    const answers: readonly ((packet: Buffer) => Buffer | null)[] = [
      () => null,
      () => Buffer.from('HTTP/1.1 400 Bad Request'),
      () => Buffer.alloc(60_000, 0x30),
      () => Buffer.from([0x30, 0x84, 0xff, 0xff, 0xff, 0xff]),
      // Its own question back, which is no answer.
      (packet) => packet,
      (packet) => packet.subarray(0, packet.length - 4),
    ];
    const troubles = await Promise.all(
      answers.map(async (answer) => {
        const { port, stop } = await startHostileUdp(answer);
        ends.push(stop);
        const since = Date.now();
        const trouble = await troubleWith((await session({ port, community: 'public' })).get([SYS_NAME]));
        expect(Date.now() - since).toBeLessThan(20_000);
        return trouble;
      }),
    );
    for (const trouble of troubles) expect(['timeout', 'nonsense', 'error']).toContain(trouble);
    expect(troubles[0]).toBe('timeout');
  });

  it('is not asked without a community or a user, nor at a name without an address', { timeout: 30_000 }, async () => {
    expect(await troubleWith(openSnmp({ host: '127.0.0.1', port: 161 }))).toBe('no-secret');
    const nowhere = await openSnmp({ host: 'no-such-host.invalid', port: 161, community: 'x' });
    ends.push(() => nowhere.close());
    expect(['no-address', 'timeout']).toContain(await troubleWith(nowhere.get([SYS_NAME])));
  });

  it('ends what is being asked when it is closed', async () => {
    const { port, stop } = await startHostileUdp(() => null);
    ends.push(stop);
    const snmp = await openSnmp({ host: '127.0.0.1', port, community: 'hush' });
    const asked = troubleWith(snmp.get([SYS_NAME]));
    snmp.close();
    snmp.close();
    expect(await asked).toBe('closed');
    expect(await troubleWith(snmp.get([SYS_NAME]))).toBe('closed');
  });
});

describe('an address', () => {
  it.each([
    ['snmp://10.0.0.1', { host: '10.0.0.1', port: 161 }],
    ['snmp://switch.lan:1161/', { host: 'switch.lan', port: 1161 }],
    ['snmp://[fd00::1]:161', { host: 'fd00::1', port: 161 }],
    ['snmp://[nonsense]', null],
    ['snmp://u@10.0.0.1', null],
    ['snmp://10.0.0.1:0', null],
    ['http://10.0.0.1', null],
  ])('%s', (url, expected) => expect(snmpAddress(url)).toEqual(expected));
});
