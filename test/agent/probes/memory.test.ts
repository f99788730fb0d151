import { describe, expect, test } from 'vitest';
import { probe, judgeSlots, smbiosSlots, udevSlots } from '../../../agent/probes/memory.ts';
import { parseSmbios } from '../../../agent/protocols/smbios.ts';
import type { Facts } from '../../../agent/reading.ts';
import { NO_SETTINGS } from '../../fixtures/answers.ts';
import { fakeHost } from '../../fixtures/host.ts';
import type { HostOverrides } from '../../fixtures/host.ts';
import { RECORDED_TABLES, smbiosFiles } from '../../fixtures/smbios.ts';

const MIB = 1024 * 1024;
const GIB = 1024 * MIB;

async function factsOf(files: HostOverrides['files'], visible = 1 * GIB): Promise<Facts | undefined> {
  const host = fakeHost({ files: files ?? {}, memory: () => ({ visible, available: visible / 2 }) });
  return (await probe.ask?.(host, NO_SETTINGS))?.facts;
}

describe('from the firmware', () => {
  test.each(RECORDED_TABLES)('$name', async ({ name, expected }) => {
    const known = expected.memoryTypesPopulated.every((type) => type.includes('DDR'));
    expect(await factsOf(smbiosFiles(name))).toEqual({
      installed_bytes: expected.memoryTotalMB * MIB,
      visible_bytes: 1 * GIB,
      types: known ? expected.memoryTypesPopulated : null,
      modules: expected.slotsPopulated,
      slots: expected.slotsTotal,
    });
  });

  test('a table that holds less than the system sees is not believed', async () => {
    expect(await factsOf(smbiosFiles('Lenovo-ThinkPad-W510'), 16 * GIB)).toMatchObject({ installed_bytes: null });
  });

  test('flash and video memory are not memory', () => {
    const array = (handle: number, use: number): Buffer =>
      Buffer.from([16, 15, handle, 0, 3, use, 3, 0, 0, 0, 0, 0xff, 0xff, 1, 0, 0, 0]);
    const module = (of: number): Buffer => {
      const fields = Buffer.alloc(0x15 + 2);
      fields.set([17, 0x15, 0x40 + of, 0, of, 0], 0);
      fields.writeUInt16LE(1024, 0x0c);
      fields[0x12] = 26;
      return fields;
    };
    const smbios = parseSmbios(Buffer.concat([array(1, 3), array(2, 5), module(1), module(2)]));
    expect(smbios.memoryDevices).toHaveLength(2);
    expect(smbiosSlots(smbios)).toHaveLength(1);
  });
});

describe('slots', () => {
  const full = { sizeBytes: 4 * GIB, type: 'DDR4' };

  test('one module of unknown type makes the types unknown', () => {
    expect(judgeSlots([full, { ...full, type: null }], 0)).toMatchObject({ types: null, installed_bytes: 8 * GIB });
  });

  test('one module of unknown size makes the sum unknown', () => {
    expect(judgeSlots([full, { ...full, sizeBytes: null }], 0)).toMatchObject({ installed_bytes: null, modules: 2 });
  });

  test('the type of an empty slot does not matter', () => {
    expect(judgeSlots([full, { sizeBytes: 0, type: null }], 0)).toEqual({
      installed_bytes: 4 * GIB,
      types: ['DDR4'],
      modules: 1,
      slots: 2,
    });
  });

  test('two types are both told, once each and in order', () => {
    expect(judgeSlots([full, { ...full, type: 'DDR3' }, full], 0)['types']).toEqual(['DDR3', 'DDR4']);
  });

  test('nothing but empty slots is no answer', () => {
    expect(judgeSlots([{ sizeBytes: 0, type: null }], 0)).toMatchObject({
      installed_bytes: null,
      modules: null,
      types: null,
    });
    expect(judgeSlots(null, 0)).toEqual({ installed_bytes: null, types: null, modules: null, slots: null });
  });
});

describe('without the right to read the firmware', () => {
  const notes = `I:12345678
E:ID_VENDOR=LENOVO
E:MEMORY_ARRAY_NUM_DEVICES=3
E:MEMORY_DEVICE_0_SIZE=8589934592
E:MEMORY_DEVICE_0_TYPE=DDR4
E:MEMORY_DEVICE_0_LOCATOR=ChannelA-DIMM0
E:MEMORY_DEVICE_1_PRESENT=0
E:MEMORY_DEVICE_1_TYPE=Unknown
E:MEMORY_DEVICE_2_SIZE=17179869184
E:MEMORY_DEVICE_2_TYPE=DDR4
`;

  test('what systemd noted at boot is read instead', async () => {
    expect(await factsOf({ '/run/udev/data/+dmi:id': notes })).toEqual({
      installed_bytes: 24 * GIB,
      visible_bytes: 1 * GIB,
      types: ['DDR4'],
      modules: 2,
      slots: 3,
    });
  });

  test('a type that names no generation is unknown', async () => {
    const types = (await factsOf({ '/run/udev/data/+dmi:id': notes.replace('0_TYPE=DDR4', '0_TYPE=DRAM') }))?.['types'];
    expect(types).toBeNull();
  });

  test('notes without memory are none', () => {
    expect(udevSlots('E:ID_VENDOR=QEMU\n')).toBeNull();
    expect(udevSlots(null)).toBeNull();
  });

  test('and nothing else is guessed', async () => {
    expect(await factsOf({})).toEqual({
      installed_bytes: null,
      visible_bytes: 1 * GIB,
      types: null,
      modules: null,
      slots: null,
    });
  });
});
