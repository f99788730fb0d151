import { describe, expect, it } from 'vitest';
import { showObserved, showValue, worthReading } from '../../../../collector/console/public/values.ts';
import { FACTS } from '../../../fixtures/console/rules.ts';

const GIB = 1024 ** 3;

describe('a value', () => {
  it.each([
    ['memory.installed_bytes', 4 * GIB, 'bytes', '4 GiB'],
    ['memory.installed_bytes', 7_340_032_000, 'bytes', '6.8 GiB'],
    ['memory.installed_bytes', 0, 'bytes', '0 B'],
    ['network.speed_bytes_per_second', 125_000_000, 'bytes_per_second', '1000 Mbit/s'],
    ['network.speed_bytes_per_second', 8_000, 'bytes_per_second', '64 kbit/s'],
    ['internet.loss_ratio', 0.183, 'ratio', '18.3 %'],
    ['ups.charge_ratio', 1, 'ratio', '100 %'],
    ['cpu.clock_hertz', 3_600_000_000, 'hertz', '3.6 GHz'],
    ['ups.input_volts', 229.6, 'volts', '230 V'],
    ['display.width_pixels', 1366, 'pixels', '1366 px'],
    ['cpu.cores', 8, null, '8'],
    ['os.name', 'Windows 10', null, 'Windows 10'],
    ['os.name', '', null, '—'],
    ['restore.products', [], null, '—'],
  ] as const)('%s %s in %s reads %s', (fact, value, unit, shown) => {
    expect(showValue(fact, value, unit, 'en')).toBe(shown);
  });

  it('of a disk is in powers of ten, as disks are sold and asked for', () => {
    expect(showValue('disk.fixed_bytes', 120_000_000_000, 'bytes', 'en')).toBe('120 GB');
  });

  it.each([
    [0.25, '250 毫秒', '250 ms'],
    [0, '0 秒', '0 s'],
    [45, '45 秒', '45 s'],
    [59.99, '60 秒', '60 s'],
    [60, '1 分', '1 min'],
    [450, '7 分 30 秒', '7 min 30 s'],
    [7_380, '2 小时 3 分', '2 h 3 min'],
    [7_200, '2 小时', '2 h'],
    [273_600, '3 天 4 小时', '3 d 4 h'],
    [-90, '−1 分 30 秒', '−1 min 30 s'],
  ])('of %s seconds reads %s and %s', (seconds, zh, en) => {
    expect(showValue('ups.runtime_seconds', seconds, 'seconds', 'zh')).toBe(zh);
    expect(showValue('ups.runtime_seconds', seconds, 'seconds', 'en')).toBe(en);
  });

  it('that is true, false or a list reads as words', () => {
    expect(showValue('a.b', true, null, 'zh')).toBe('是');
    expect(showValue('a.b', false, null, 'en')).toBe('no');
    expect(showValue('a.b', ['DDR4', 'DDR5'], null, 'zh')).toBe('DDR4、DDR5');
    expect(showValue('a.b', ['DDR4', 'DDR5'], null, 'en')).toBe('DDR4, DDR5');
  });
});

describe('what was observed', () => {
  it('names each fact in the language of the page', () => {
    const lines = showObserved({ 'memory.installed_bytes': 4 * GIB }, FACTS, 'zh');
    expect(lines).toEqual([
      { fact: 'memory.installed_bytes', label: '装机内存容量', shown: '4 GiB', known: true, bare: false },
    ]);
  });

  it('shows width and height as one size', () => {
    const lines = showObserved({ 'display.width_pixels': 1366, 'display.height_pixels': 768 }, FACTS, 'en');
    expect(lines.map((line) => line.shown)).toEqual(['1366 × 768 px']);
  });

  it('keeps width and height apart when one of them is missing', () => {
    const lines = showObserved({ 'display.width_pixels': 1366, 'display.height_pixels': null }, FACTS, 'en');
    expect(lines.map((line) => line.shown)).toEqual(['1366 px', 'no data']);
    expect(lines.map((line) => line.known)).toEqual([true, false]);
  });

  it('shows a fact the page has never heard of by its name', () => {
    expect(showObserved({ 'new.thing': 5 }, FACTS, 'en')).toEqual([
      { fact: 'new.thing', label: 'new.thing', shown: '5', known: true, bare: false },
    ]);
  });
});

describe('of what was observed, worth reading', () => {
  const lines = (observed: Parameters<typeof showObserved>[0], isUnknown: boolean): string[] =>
    worthReading(showObserved(observed, FACTS, 'en'), isUnknown).map(({ label, shown }) => `${label}|${shown}`);

  it('is what was found, not what came back empty beside it', () => {
    const observed = { 'os.name': 'Windows 11', 'restore.products': [], 'cpu.model': null };
    expect(lines(observed, false)).toEqual(['Operating system|Windows 11']);
  });

  it('is everything where something missing may be the reason', () => {
    expect(lines({ 'os.name': 'Windows 11', 'cpu.model': null }, true)).toEqual([
      'Operating system|Windows 11',
      'Processor model|no data',
    ]);
    expect(lines({ 'os.name': null, 'cpu.model': null }, true)).toEqual([]);
  });

  it('has a label wherever the rule’s title alone does not say what it is', () => {
    expect(lines({ 'memory.installed_bytes': 4 * GIB }, false)).toEqual(['|4 GiB']);
    expect(lines({ 'ups.on_battery': true }, false)).toEqual(['Mains failed, on battery|yes']);
    expect(lines({ 'restore.products': [], 'virtual.signals': [] }, false)).toEqual(['Restore products installed|—']);
  });
});

it('a value that means something is told in words, and any other as it is', () => {
  const words = { '0': { zh: '未安装', en: 'not installed' } };
  const facts = {
    'software.chrome_major': { type: 'number', unit: null, about: { zh: '版本', en: 'Version' }, words },
  };
  const shown = (value: number) =>
    showObserved({ 'software.chrome_major': value }, facts, 'en').map((line) => line.shown);
  expect([shown(0), shown(83)]).toEqual([['not installed'], ['83']]);
});
