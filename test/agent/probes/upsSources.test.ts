import { realpathSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { watch } from '../../../agent/probes/ups.ts';
import type { Device } from '../../../agent/probe.ts';
import { upsWords } from '../../../agent/protocols/upsMib.ts';
import type { SnmpValue } from '../../../agent/protocols/snmp.ts';
import type { Facts } from '../../../agent/reading.ts';
import { nutTool, until } from '../../fixtures/nutPrograms.ts';
import { startQ1 } from '../../fixtures/q1.ts';
import { SNMP_V3, snmpAvailable, SOUND_MIB, startHostileUdp, startSnmpsim, upsRecording } from '../../fixtures/snmp.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

function see(device: Partial<Device> & { readonly url: string }): {
  last(): Facts;
  next(expected: Facts): Promise<Facts>;
} {
  const told: Facts[] = [];
  ends.push(watch({ id: 'ups-1', kind: 'ups', ...device }, ({ facts }) => told.push(facts)));
  return {
    last: () => told.at(-1) ?? {},
    next: (expected) =>
      until(
        JSON.stringify(expected),
        20_000,
        () => told.find((facts) => Object.entries(expected).every(([word, value]) => facts[word] === value)),
        () => `last: ${JSON.stringify(told.at(-1))}`,
      ),
  };
}

const MIB = '1.3.6.1.2.1.33.1';
function words(more: Readonly<Record<string, number | string>>, alarms: readonly number[] = []) {
  const values = Object.entries({ ...SOUND_MIB, ...more }).map(([below, value]): [string, SnmpValue] => [
    `${MIB}.${below}`,
    typeof value === 'string' ? Buffer.from(value) : value,
  ]);
  return upsWords(
    new Map(values),
    alarms.map((alarm) => `${MIB}.6.3.${alarm}`),
  );
}

describe('the UPS-MIB in NUT’s words', () => {
  it.each([
    [{}, [], 'OL', undefined],
    [{ '4.1.0': 5 }, [2], 'OB', undefined],
    [{ '4.1.0': 5, '2.1.0': 3 }, [2, 3], 'OB LB', undefined],
    [{ '4.1.0': 4 }, [9], 'OL BYPASS', undefined],
    [{ '4.1.0': 2 }, [14], 'ALARM OFF', 'output off'],
    [{ '4.1.0': 6 }, [], 'OL BOOST', undefined],
    [{}, [8], 'ALARM OL OVER', 'overload'],
    [{}, [1, 16], 'ALARM OL RB', 'bad battery, fan failure'],
    [{ '7.3.0': 5 }, [24], 'OL CAL', undefined],
    [{ '4.1.0': 1 }, [], '', undefined],
  ] as const)('%j with the alarms %j is %s', (more, alarms, status, alarm) => {
    const told = words(more, alarms);
    expect([told.status, told.variables.get('ups.alarm')]).toEqual([status, alarm]);
  });

  it('has minutes as seconds, tenths of volts as volts, and the busiest of three lines as the load', () => {
    const { variables } = words({ '4.4.1.5.2': 61, '4.4.1.5.3': 20 });
    expect(['battery.runtime', 'battery.voltage', 'ups.load'].map((name) => variables.get(name))).toEqual([
      '4500',
      '81.6',
      '61',
    ]);
  });
});

describe.skipIf(!snmpAvailable())('a UPS by SNMP', () => {
  it('tells the same facts as through NUT, by v2c and by v3', { timeout: 60_000 }, async () => {
    const agent = await startSnmpsim(upsRecording(SOUND_MIB));
    ends.push(() => agent.stop());
    const url = `snmp://127.0.0.1:${agent.port}`;
    const sound = {
      reachable: true,
      comm: 'ok',
      status: 'OL',
      on_battery: false,
      charge_ratio: 1,
      runtime_seconds: 4_500,
      load_ratio: 0.4,
      input_volts: 221,
      battery_volts: 81.6,
      model: 'SANTAK C3KS',
      alarm: '',
    };
    await see({ url, community: 'public' }).next(sound);
    const wrong = see({ url, ...SNMP_V3, password: 'not-this-one' });
    expect((await wrong.next({ reachable: false }))['comm']).toMatch(/^snmp-(wrong-password|timeout)$/);
    // The points of its data sheet say less than the device does.
    const options = { runtime_seconds: [1_000, 2_400], runtime_loads: [1, 0.5] };
    const modelled = see({ url, community: 'public', options });
    expect((await modelled.next(sound))['estimated_runtime_seconds']).toBe(3_180);
    agent.hang();
    await modelled.next({ reachable: false, comm: 'snmp-timeout', on_battery: null, charge_ratio: null });
    agent.free();
  });

  it('that is a switch is told as such, and one without any word as silent', { timeout: 30_000 }, async () => {
    const agent = await startSnmpsim([['1.3.6.1.2.1.1.5.0', '4', 'SW-1']]);
    ends.push(() => agent.stop());
    await see({ url: `snmp://127.0.0.1:${agent.port}`, community: 'public' }).next({
      reachable: false,
      comm: 'snmp-not-supported',
    });
    const silent = await startHostileUdp(() => null);
    ends.push(silent.stop);
    await see({ url: `snmp://127.0.0.1:${silent.port}`, community: 'x' }).next({
      reachable: false,
      comm: 'snmp-timeout',
    });
    await see({ url: `snmp://127.0.0.1:${silent.port}` }).next({ reachable: false, comm: 'snmp-no-secret' });
  });
});

describe.skipIf(!nutTool('socat'))('a Megatec UPS on a serial port', () => {
  it(
    'tells mains, load and volts, and no charge but what the volts of its settings say',
    { timeout: 60_000 },
    async () => {
      const ups = await startQ1();
      ends.push(() => ups.stop());
      const url = `serial://${realpathSync(ups.tty)}`;
      const battery = { battery_volts: [66, 82], recharge_hours: 10 };
      const seen = see({ url, options: battery });
      const sound = await seen.next({ comm: 'ok', status: 'OL', on_battery: false, load_ratio: 0.4, input_volts: 221 });
      // 81.6 V on mains: still charging, so how full it is cannot be known.
      expect(sound['charge_ratio']).toBeNull();
      ups.set({ batteryVolts: 82 });
      await seen.next({ charge_ratio: 0.8 });
      ups.set({ isOnBattery: true, inputVolts: 0, batteryVolts: 74 });
      await seen.next({ status: 'OB', on_battery: true, charge_ratio: 0.5, runtime_seconds: null });
      ups.set({ isMute: true });
      await seen.next({ reachable: false, comm: 'serial-silent' });
    },
  );

  it.each([
    ['serial:///dev/no-such-port', 'serial-no-port'],
    ['serial:///etc/passwd', 'wrong-url'],
    ['serial:///dev/../etc/passwd', 'wrong-url'],
  ])('at %s is %s', async (url, comm) => {
    await see({ url }).next({ reachable: false, comm });
  });
});
