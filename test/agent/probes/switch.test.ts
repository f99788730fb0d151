import { afterEach, describe, expect, it } from 'vitest';
import { createUnderstanding, watch } from '../../../agent/probes/switch.ts';
import { openSnmp } from '../../../agent/protocols/snmp.ts';
import { readSwitch, type SwitchSample } from '../../../agent/protocols/ifMib.ts';
import type { Answer } from '../../../agent/reading.ts';
import { SNMP_V3, snmpAvailable, startHostileUdp, startSnmpsim, switchRecording } from '../../fixtures/snmp.ts';
import { until } from '../../fixtures/nutPrograms.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

type Port = SwitchSample['ports'][number];

const port = (more: Partial<Port>): Port => ({
  name: 'Gi0/7',
  alias: 'room A',
  isUp: true,
  isEnabled: true,
  speed: 125e6,
  isFullDuplex: true,
  received: 1_000n,
  sent: 2_000n,
  errors: 0,
  discards: 0,
  ...more,
});

const sample = (uptimeSeconds: number, ...ports: readonly Port[]): SwitchSample => ({
  description: 'H3C',
  name: 'SW-1',
  uptimeSeconds,
  ports,
});

const DEVICE = { options: { ports: { 'Gi0/7': 'A/7' }, uplink: 'Gi0/24' } };

describe('two looks at a switch', () => {
  it('give rates once they are half a minute apart, by the name of the port, whatever its index', () => {
    const understand = createUnderstanding(DEVICE);
    const first = understand(sample(100, port({}), port({ name: 'Gi0/24', received: 0n, sent: 0n })), 0);
    expect(first.parts?.['port:Gi0/7']).toMatchObject({
      up: true,
      seat: 'A/7',
      received_bytes_per_second: null,
      utilisation_ratio: null,
    });
    expect(first.facts).toMatchObject({
      ports: 2,
      ports_up: 2,
      slow_ports: [],
      erring_ports: null,
      uplink_utilisation_ratio: null,
    });
    const soon = understand(sample(120, port({ received: 9_000n }), port({ name: 'Gi0/24' })), 20_000);
    expect(soon.parts?.['port:Gi0/7']?.['received_bytes_per_second']).toBeNull();
    const later = understand(
      sample(
        140,
        port({ name: 'Gi0/24', received: 10n ** 9n, sent: (5n * 10n ** 9n) / 2n }),
        port({ received: 41_000n, sent: 2_000n }),
      ),
      40_000,
    );
    expect(later.parts?.['port:Gi0/7']).toMatchObject({
      received_bytes_per_second: 1_000,
      sent_bytes_per_second: 0,
      utilisation_ratio: 0,
    });
    // 2.5 GB in 40 s of 125 MB/s.
    expect(later.facts['uplink_utilisation_ratio']).toBe(0.5);
  });

  it('are exact with counters beyond 2⁵³, and begin anew when the switch restarts', () => {
    const understand = createUnderstanding(DEVICE);
    const high = 2n ** 60n;
    understand(sample(100, port({ received: high })), 0);
    const later = understand(sample(130, port({ received: high + 300n })), 30_000);
    expect(later.parts?.['port:Gi0/7']?.['received_bytes_per_second']).toBe(10);
    const restarted = understand(sample(5, port({ received: 0n })), 60_000);
    expect(restarted.parts?.['port:Gi0/7']?.['received_bytes_per_second']).toBeNull();
    expect(
      understand(sample(40, port({ received: 350n })), 95_000).parts?.['port:Gi0/7']?.['received_bytes_per_second'],
    ).toBe(10);
  });

  it('name a gigabit port at 100 Mbit/s, and one with new errors, with the seat on it', () => {
    const understand = createUnderstanding(DEVICE);
    const slow = port({ speed: 12.5e6, errors: 5 });
    expect(
      understand(
        sample(1, slow, port({ name: 'Gi0/8', isUp: false, speed: 12.5e6 }), port({ name: 'Gi0/9', speed: 12.5e6 })),
        0,
      ).facts,
    ).toMatchObject({
      slow_ports: ['Gi0/7 (A/7) 100 Mbit/s', 'Gi0/9 100 Mbit/s'],
      // A camera or printer may be made for 100.
      slow_seats: ['Gi0/7 (A/7) 100 Mbit/s'],
    });
    expect(understand(sample(31, port({ errors: 17 })), 30_000).facts).toMatchObject({
      slow_ports: [],
      erring_ports: ['Gi0/7 (A/7) +12'],
    });
    expect(understand(sample(61, port({ errors: 17 })), 60_000).facts).toMatchObject({ erring_ports: [] });
  });

  it('never make a speed of what the device does not know', () => {
    const { parts, facts } = createUnderstanding({})(sample(1, port({ speed: null, isFullDuplex: null })), 0);
    expect(parts?.['port:Gi0/7']).toMatchObject({
      speed_bytes_per_second: null,
      full_duplex: null,
      utilisation_ratio: null,
    });
    expect(facts['slow_ports']).toEqual([]);
  });
});

describe.skipIf(!snmpAvailable())('a simulated switch of the real snmpsim', () => {
  it('is read port by port with moving counters, by v2c and v3', { timeout: 90_000 }, async () => {
    const agent = await startSnmpsim(
      switchRecording([
        { name: 'GigabitEthernet1/0/1', speed: 1_000, received: 12e6, sent: 3e6 },
        { name: 'GigabitEthernet1/0/7', speed: 100, errorsASecond: 2, isHalfDuplex: true },
        { name: 'GigabitEthernet1/0/8', speed: 1_000, up: false },
        { name: 'Ten-GigabitEthernet1/0/25', speed: 10_000, received: 6e7 },
      ]),
    );
    ends.push(() => agent.stop());
    const told: Answer[] = [];
    ends.push(
      watch(
        { id: 'sw-1', kind: 'switch', url: `snmp://127.0.0.1:${agent.port}`, community: 'public', ...DEVICE },
        (answer) => told.push(answer),
      ),
    );
    await until('the first answer', 20_000, () => told.length > 0);
    expect(told[0]!.facts).toMatchObject({
      reachable: true,
      comm: 'ok',
      system_name: 'SW-EXAM-1',
      ports: 4,
      ports_up: 3,
      slow_ports: ['GigabitEthernet1/0/7 100 Mbit/s'],
    });
    expect(told[0]!.parts?.['port:Ten-GigabitEthernet1/0/25']).toMatchObject({
      up: true,
      speed_bytes_per_second: 1.25e9,
      full_duplex: true,
    });
    const snmp = await openSnmp({ host: '127.0.0.1', port: agent.port, community: 'public' });
    ends.push(() => snmp.close());
    const understand = createUnderstanding({});
    understand(await readSwitch(snmp), 0);
    const since = performance.now();
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    // The clock that is told says half a minute: rates are of the time told, so they are scaled back here.
    const scale = 30_000 / (performance.now() - since);
    const { facts, parts } = understand(await readSwitch(snmp), 30_000);
    expect((parts!['port:GigabitEthernet1/0/1']!['received_bytes_per_second'] as number) * scale).toBeGreaterThan(8e6);
    expect((parts!['port:GigabitEthernet1/0/1']!['received_bytes_per_second'] as number) * scale).toBeLessThan(30e6);
    expect(facts['erring_ports']).toEqual([expect.stringMatching(/^GigabitEthernet1\/0\/7 \+\d+$/)]);
  });
});

describe('a switch that cannot be read', () => {
  it('is told in a word, and costs one packet and its repetition each half minute', { timeout: 30_000 }, async () => {
    const { port: silent, asked, stop } = await startHostileUdp(() => null);
    ends.push(stop);
    const told: Answer[] = [];
    const see = (more: object): void =>
      void ends.push(
        watch({ id: 'sw', kind: 'switch', url: `snmp://127.0.0.1:${silent}`, ...more }, (answer) => told.push(answer)),
      );
    see({ community: 'wrong' });
    await until('it is told', 15_000, () => told.length === 1);
    expect(told[0]).toMatchObject({ facts: { reachable: false, comm: 'timeout', ports: null } });
    expect(asked()).toBe(2);
    see({});
    see({ url: 'http://10.0.0.1' });
    see({ ...SNMP_V3, community: undefined });
    await until('they are told', 15_000, () => told.length === 4);
    expect(told.map(({ facts }) => String(facts['comm'])).toSorted((left, right) => (left < right ? -1 : 1))).toEqual([
      'no-secret',
      'timeout',
      'timeout',
      'wrong-url',
    ]);
  });
});
