import { describe, expect, test } from 'vitest';
import { DISKLESS_PRODUCTS, WINDOWS_PRODUCTS } from '../../../agent/products.ts';
import type { ProtectionProduct, Sign, ValueTest } from '../../../agent/products.ts';
import { restoreProbe } from '../../../agent/probes/restore.ts';
import { knownName } from '../../../agent/tools.ts';
import type { RegistryValue } from '../../../agent/windows/windows.ts';
import { NO_SETTINGS } from '../../fixtures/answers.ts';
import { fakeWindowsHost } from '../../fixtures/windows.ts';
import type { FakeRegistry, WindowsOverrides } from '../../fixtures/windows.ts';

const USER = 'S-1-5-21-1-2-3-1001';
const SERVICES = 'HKLM\\SYSTEM\\CurrentControlSet\\Services';
const CLASS = 'HKLM\\SYSTEM\\CurrentControlSet\\Control\\Class';
const UNINSTALL = 'HKLM\\SOFTWARE\\WOW6432Node\\Microsoft\\Windows\\CurrentVersion\\Uninstall';
const PLAIN: FakeRegistry = { [`${SERVICES}\\Tcpip`]: { Type: 1 }, [`HKU\\${USER}`]: {} };

async function ask(registry: FakeRegistry, more: WindowsOverrides = {}, protectionProducts: readonly string[] = []) {
  const host = fakeWindowsHost({
    ...more,
    registry: { ...PLAIN, ...registry },
    windowsFiles: { 'C:\\Windows\\x': 'x', ...more.windowsFiles },
    addon: { processes: () => ['System'], ...more.addon },
  });
  return (await restoreProbe().ask!(host, { ...NO_SETTINGS, protectionProducts })).facts;
}

/** The PC on which only this sign of a product is. */
function onlyWith(sign: Sign): readonly [FakeRegistry, WindowsOverrides?] {
  switch (sign.kind) {
    case 'service':
      return [{ [`${SERVICES}\\${sign.name}`]: { Type: 1 } }];
    case 'process':
      return [{}, { addon: { processes: () => ['System', `${sign.name.toUpperCase()}.EXE`] } }];
    case 'file':
      return [{}, { windowsFiles: { [sign.path]: 'x' } }];
    case 'registry':
      return [{ [sign.hive === 'HKU' ? `HKU\\${USER}\\${sign.key}` : `HKLM\\${sign.key}`]: {} }];
    case 'uninstall':
      return [{ [`${UNINSTALL}\\{X}`]: { DisplayName: `The ${sign.contains} (2019)` } }];
    default:
      return sign satisfies never;
  }
}

const ALL = [...WINDOWS_PRODUCTS, ...DISKLESS_PRODUCTS];

describe.each(ALL.map((product) => [product.key, product] as const))('%s', (_, product) => {
  test.each(product.installed.map((sign) => [JSON.stringify(sign), sign] as const))(
    'is found by %s',
    async (_, sign) => {
      const facts = await ask(...onlyWith(sign));
      expect(facts['products']).toEqual([knownName(product.name)]);
      // That it is there says not that it is on, unless it says so itself.
      expect(facts['active']).toBeNull();
    },
  );
});

describe.each(ALL.filter(({ writes }) => writes !== null).map((product) => [product.key, product] as const))(
  'whether %s discards what is written',
  (_, product) => {
    const { writes, installed } = product as ProtectionProduct & { writes: NonNullable<ProtectionProduct['writes']> };
    const state = async (value: RegistryValue): Promise<unknown> => {
      const key = writes.hive === 'HKU' ? `HKU\\${USER}\\${writes.key}` : `HKLM\\${writes.key}`;
      const [registry, more] = onlyWith(installed[0]!);
      return (await ask({ ...registry, [key]: { [writes.value]: value } }, more))['active'];
    };

    test('is read from its own value', async () => {
      expect(await state(meeting(writes.kept))).toBe(false);
      expect(await state(writes.discarded ? meeting(writes.discarded) : failing(writes.kept))).toBe(true);
    });

    test.runIf(writes.discarded)('is unknown for a value of neither kind, where both are known', async () => {
      expect(await state('something else')).toBeNull();
    });
  },
);

function meeting(test: ValueTest): RegistryValue {
  if ('byte' in test) return Buffer.alloc(test.byte + 1, test.is);
  return 'above' in test ? test.above + 1 : test.is;
}

function failing(test: ValueTest): RegistryValue {
  if ('byte' in test) return Buffer.alloc(test.byte + 1, test.is + 1);
  return 'above' in test ? test.above : typeof test.is === 'number' ? test.is + 1 : 'x';
}

describe('a PC without a known product', () => {
  test('discards nothing as far as it can see', async () => {
    const filters = {
      [`${CLASS}\\{71A27CDD-812A-11D0-BEC7-08002BE2092F}`]: {
        UpperFilters: ['volsnap'],
        LowerFilters: ['fvevol', 'iorate', 'rdyboost'],
      },
    };
    expect(await ask(filters)).toEqual({ products: [], active: false, writes: 'kept', signals: [] });
  });

  test('with a filter that nobody knows cannot tell', async () => {
    const filters = { [`${CLASS}\\{4D36E967-E325-11CE-BFC1-08002BE10318}`]: { UpperFilters: ['PartMgr', 'hdgFlt'] } };
    expect(await ask(filters)).toEqual({
      products: [],
      active: null,
      writes: 'untold',
      signals: ['disk filter hdgFlt'],
    });
  });

  test('shows words and groups that such products use, which prove nothing', async () => {
    const registry = {
      [`${SERVICES}\\xsb`]: { DisplayName: '小哨兵保护服务' },
      [`${SERVICES}\\altflt`]: { Group: 'FSFilter System Recovery' },
      [`${UNINSTALL}\\a`]: { DisplayName: 'OSEasy 管理端' },
      [`${UNINSTALL}\\b`]: { DisplayName: '一键还原精灵' },
    };
    expect(await ask(registry)).toEqual({
      products: [],
      active: false,
      writes: 'kept',
      signals: [
        'possible: service 小哨兵保护服务',
        'service altflt: group FSFilter System Recovery',
        'possible: OSEasy 管理端',
      ],
    });
  });
});

test('Deep Freeze that is thawed keeps what is written although its filter is there', async () => {
  const registry = {
    [`${SERVICES}\\DeepFrz`]: { Start: 0 },
    [`${CLASS}\\{71A27CDD-812A-11D0-BEC7-08002BE2092F}`]: { UpperFilters: ['volsnap', 'DeepFrz'] },
    'HKLM\\SOFTWARE\\WOW6432Node\\Faronics\\Deep Freeze 6': { 'DF Status': 'Thawed' },
  };
  expect((await ask(registry))['active']).toBe(false);
});

test('a registry that nobody may read tells of no product and of no absence', async () => {
  expect(await ask({ [SERVICES]: null })).toEqual({ products: null, active: null, writes: null, signals: null });
});

test('a site adds a product by a line of its settings', async () => {
  const lines = ['联想 EDU: service=LenovoEdu, program=网络同传', 'not understood'];
  expect(await ask({ [`${SERVICES}\\LenovoEdu`]: { Start: 2 } }, {}, lines)).toEqual({
    products: ['联想 EDU'],
    active: null,
    writes: 'untold',
    signals: ['联想 EDU: service LenovoEdu'],
  });
  expect(await ask({}, {}, lines)).toMatchObject({ products: [], active: false });
});
