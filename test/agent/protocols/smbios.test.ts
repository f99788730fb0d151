import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseEntryPoint, parseRawSmbiosData, parseSmbios } from '../../../agent/protocols/smbios.ts';
import type { Smbios } from '../../../agent/protocols/smbios.ts';
import { RECORDED_TABLES, rawSmbiosData } from '../../fixtures/smbios.ts';

const MIB = 1024 * 1024;

function parsed(name: string): Smbios {
  const smbios = parseRawSmbiosData(rawSmbiosData(name));
  if (smbios === null) throw new Error(`${name} has no header`);
  return smbios;
}

describe.each(RECORDED_TABLES)('the recorded table $name', ({ name, expected }) => {
  const smbios = parsed(name);

  test('is read to its end', () => {
    expect(`${smbios.version?.major}.${smbios.version?.minor}`).toBe(expected.smbiosVersion);
    // The structure that marks the end is not one of ours.
    expect(smbios.structures).toBe(expected.structures - 1);
  });

  test('names the machine', () => {
    expect(smbios.bios).toEqual({
      vendor: expected.bios.vendor,
      version: expected.bios.version,
      date: expected.bios.date,
      virtual: expected.bios.vmBit,
    });
    expect(smbios.system?.manufacturer).toBe(expected.system.manufacturer);
    expect(smbios.system?.product).toBe(expected.system.product);
    expect(smbios.system?.version ?? '').toBe(expected.system.version);
    expect(smbios.baseboard).toMatchObject(expected.baseboard);
    expect(smbios.chassis).toHaveLength(expected.chassisCount);
    expect(smbios.chassis[0]).toEqual({ type: expected.chassis.typeCode, manufacturer: expected.chassis.manufacturer });
    expect(smbios.portableBatteries).toBe(expected.portableBatteryStructs);
  });

  test('lists its processors', () => {
    expect(smbios.processors.map(({ socket, version, populated }) => ({ socket, version, populated }))).toEqual(
      expected.cpu,
    );
  });

  test('lists its memory, slot by slot', () => {
    expect(smbios.memoryArrays.map(({ slots, use }) => ({ slots, use }))).toEqual(expected.memoryArrays);
    expect(
      smbios.memoryDevices.map((slot) => ({
        locator: slot.locator ?? '',
        bank: slot.bank ?? '',
        sizeMB: (slot.sizeBytes ?? 0) / MIB,
        formFactor: slot.formFactor,
        type: slot.typeCode,
        speedMTs: slot.speed ?? 0,
        manufacturer: slot.manufacturer ?? '',
        partNumber: slot.partNumber ?? '',
      })),
    ).toEqual(
      expected.dimms.map(({ locator, bank, sizeMB, formFactor, type, speedMTs, manufacturer, partNumber }) => ({
        locator,
        bank,
        sizeMB,
        formFactor,
        type,
        speedMTs: speedMTs ?? 0,
        manufacturer: manufacturer ?? '',
        partNumber: partNumber ?? '',
      })),
    );
    const known = /DDR/;
    expect(smbios.memoryDevices.map(({ type }) => type)).toEqual(
      expected.dimms.map(({ typeName }) => (known.test(typeName) ? typeName : null)),
    );
  });
});

/** One structure: type, the fields after the handle, strings. */
function structure(type: number, fields: readonly number[], strings: readonly string[] = []): Buffer {
  const texts = strings.length > 0 ? strings.map((text) => `${text}\0`).join('') : '\0';
  return Buffer.concat([Buffer.from([type, fields.length + 4, 0x34, 0x12, ...fields]), Buffer.from(`${texts}\0`)]);
}

/** A memory device with this size word and, when given, this extended size. */
function memoryDevice(size: number, extended?: number): Buffer {
  const fields = Buffer.alloc(extended === undefined ? 0x17 : 0x24);
  fields.writeUInt16LE(size, 0x0c - 4);
  fields[0x12 - 4] = 26;
  if (extended !== undefined) fields.writeUInt32LE(extended, 0x1c - 4);
  return structure(17, [...fields]);
}

describe('sizes of memory', () => {
  const sizeOf = (...given: Parameters<typeof memoryDevice>): number | null | undefined =>
    parseSmbios(memoryDevice(...given)).memoryDevices[0]?.sizeBytes;

  test('are in MiB, or in KiB with the top bit', () => {
    expect(sizeOf(8192)).toBe(8192 * MIB);
    expect(sizeOf(0x8000 | 512)).toBe(512 * 1024);
  });

  test('are 0 for an empty slot and null when firmware does not know', () => {
    expect(sizeOf(0)).toBe(0);
    expect(sizeOf(0xffff)).toBeNull();
  });

  test('of 32 GiB and more stand in the extended field, whose top bit is not part of them', () => {
    expect(sizeOf(0x7fff, 65_536)).toBe(64 * 1024 * MIB);
    expect(sizeOf(0x7fff, 0x8000_0000 + 65_536)).toBe(64 * 1024 * MIB);
    expect(sizeOf(0x7fff)).toBeNull();
  });
});

describe('a table of poor quality', () => {
  const good = structure(1, [1, 2, 0, 0], ['Maker', 'Product']);

  test('ends where a structure is shorter than its header', () => {
    const smbios = parseSmbios(Buffer.concat([good, Buffer.from([2, 3, 0, 0, 0, 0]), good]));
    expect(smbios.structures).toBe(1);
    expect(smbios.system?.product).toBe('Product');
  });

  test('ends where a structure reaches past the end', () => {
    expect(parseSmbios(Buffer.concat([good, Buffer.from([17, 40, 0, 0, 1, 2])])).structures).toBe(1);
  });

  test('loses only the string that has no end', () => {
    const cut = good.subarray(0, good.length - 3);
    expect(parseSmbios(cut).system).toMatchObject({ manufacturer: 'Maker', product: null });
  });

  test('gives null for a string number that is not there and for fields beyond the structure', () => {
    const smbios = parseSmbios(structure(1, [7, 0], ['Maker']));
    expect(smbios.system).toEqual({ manufacturer: null, product: null, version: null, serial: null, uuid: null });
  });

  test('shows no control characters', () => {
    expect(parseSmbios(structure(1, [1, 0, 0, 0], ['Ma\u0007ker'])).system?.manufacturer).toBe('Ma?ker');
  });

  test('may be empty', () => {
    expect(parseSmbios(Buffer.alloc(0)).structures).toBe(0);
    expect(parseRawSmbiosData(Buffer.alloc(7))).toBeNull();
    expect(parseRawSmbiosData(Buffer.alloc(8))?.structures).toBe(0);
  });

  test('is read no further than the registry value is long, whatever length it claims', () => {
    const raw = rawSmbiosData('Lenovo-ThinkPad-T480');
    raw.writeUInt32LE(0xffff_ffff, 4);
    expect(parseRawSmbiosData(raw)?.structures).toBe(62);
    raw.writeUInt32LE(100, 4);
    expect(parseRawSmbiosData(raw)?.structures).toBeLessThan(62);
  });
});

describe('a UUID', () => {
  const bytes = [...Array(16).keys()].map((index) => index + 1);
  const uuidOf = (uuid: readonly number[], major: number, minor: number): string | null | undefined =>
    parseSmbios(structure(1, [0, 0, 0, 0, ...uuid]), { major, minor }).system?.uuid;

  test('has its first three groups swapped from version 2.6 on', () => {
    expect(uuidOf(bytes, 2, 6)).toBe('04030201-0605-0807-090a-0b0c0d0e0f10');
    expect(uuidOf(bytes, 3, 0)).toBe('04030201-0605-0807-090a-0b0c0d0e0f10');
    expect(uuidOf(bytes, 2, 4)).toBe('01020304-0506-0708-090a-0b0c0d0e0f10');
  });

  test('of zeros or ones is none', () => {
    expect(
      uuidOf(
        bytes.map(() => 0),
        3,
        0,
      ),
    ).toBeNull();
    expect(
      uuidOf(
        bytes.map(() => 0xff),
        3,
        0,
      ),
    ).toBeNull();
  });
});

test('an entry point of either kind tells the version, anything else tells none', () => {
  const two = Buffer.alloc(31);
  two.write('_SM_');
  two.set([2, 8], 6);
  const three = Buffer.alloc(24);
  three.write('_SM3_');
  three.set([3, 2], 7);
  expect(parseEntryPoint(two)).toEqual({ major: 2, minor: 8 });
  expect(parseEntryPoint(three)).toEqual({ major: 3, minor: 2 });
  expect(parseEntryPoint(Buffer.from('_DMI_...........'))).toBeNull();
  expect(parseEntryPoint(Buffer.from('_SM_'))).toBeNull();
});

describe('whatever the bytes', () => {
  /** Every number is finite and not negative, and nothing is larger than the table can hold. */
  function expectSound(smbios: Smbios, length: number): void {
    expect(smbios.structures).toBeLessThanOrEqual(length / 4);
    for (const { sizeBytes } of smbios.memoryDevices) {
      expect(sizeBytes === null || (Number.isSafeInteger(sizeBytes) && sizeBytes >= 0)).toBe(true);
    }
    for (const { type } of smbios.chassis) expect(type === null || (type >= 0 && type < 128)).toBe(true);
  }

  test('the parser ends and says nothing absurd', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 4096 }), (bytes) => {
        expectSound(parseSmbios(bytes), bytes.length);
        const raw = parseRawSmbiosData(bytes);
        if (raw) expectSound(raw, bytes.length);
        parseEntryPoint(bytes);
      }),
      { numRuns: 500 },
    );
  });

  test('a real table with bytes changed, cut or repeated is no danger', () => {
    const tables = RECORDED_TABLES.filter(({ name }) => name !== 'VMWare').map(({ name }) => rawSmbiosData(name));
    const change = fc.record({ at: fc.nat(4999), to: fc.nat(255) });
    fc.assert(
      fc.property(
        fc.constantFrom(...tables),
        fc.array(change, { maxLength: 20 }),
        fc.nat(5000),
        fc.boolean(),
        (table, changes, length, twice) => {
          const bytes = Buffer.from(table);
          for (const { at, to } of changes) bytes[at % bytes.length] = to;
          const cut = bytes.subarray(8, 8 + length);
          const given = twice ? Buffer.concat([cut, bytes.subarray(8)]) : cut;
          expectSound(parseSmbios(given, { major: 3, minor: 0 }), given.length);
          parseRawSmbiosData(bytes);
        },
      ),
      { numRuns: 500 },
    );
  });
});
