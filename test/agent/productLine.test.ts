import { describe, expect, test } from 'vitest';
import { capSettings } from '../../agent/limits.ts';
import { parseProductLine } from '../../agent/productLine.ts';

const LINE =
  '联想 EDU 网络同传： service=LenovoEdu, process=EduAgent.exe，file=C:\\Program Files\\EDU, program=网络同传, key=hklm\\SOFTWARE\\Lenovo\\EDU';

describe('a product in one line', () => {
  test('has a name and the signs that it is installed, with either kind of comma and colon', () => {
    expect(parseProductLine(LINE)).toEqual({
      key: 'site:联想 EDU 网络同传',
      name: { zh: '联想 EDU 网络同传', en: '联想 EDU 网络同传' },
      confidence: 'C',
      installed: [
        { kind: 'service', name: 'LenovoEdu' },
        { kind: 'process', name: 'eduagent' },
        { kind: 'file', path: 'C:\\Program Files\\EDU' },
        { kind: 'uninstall', contains: '网络同传' },
        { kind: 'registry', hive: 'HKLM', key: 'SOFTWARE\\Lenovo\\EDU' },
      ],
      writes: null,
    });
  });

  test.each([
    ['', ''],
    ['x', 'x'],
    ['x:', 'x:'],
    [': service=a', ': service=a'],
    ['x: service=', 'service='],
    ['x: driver=a, service=b', 'driver=a'],
    ['x: file=a.exe', 'file=a.exe'],
    ['x: file=\\\\server\\a', 'file=\\\\server\\a'],
    ['x: key=HKCU\\a', 'key=HKCU\\a'],
    ['x: service=..\\Tcpip', 'service=..\\Tcpip'],
  ])('%j is refused with what is wrong and what would be right', (line, wrong) => {
    const parsed = parseProductLine(line);
    const fault = 'fault' in parsed ? parsed.fault : null;
    expect(fault?.en).toContain(`"${wrong}" is not understood; write NAME: service=`);
    expect(fault?.zh).toContain('应写成');
  });
});

test('settings from the collector keep good lines and name bad ones', () => {
  const { settings, faults } = capSettings({ probe: { protectionProducts: [LINE, 'x', 7] } });
  expect(settings.probe.protectionProducts).toEqual([LINE]);
  expect(faults).toEqual(['probe.protectionProducts[1] is not usable', 'probe.protectionProducts[2] is not usable']);
  expect(capSettings({}).settings.probe.protectionProducts).toBeUndefined();
});
