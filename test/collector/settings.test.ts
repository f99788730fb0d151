import { describe, expect, test } from 'vitest';
import { faultsText } from '../../collector/faults.ts';
import { parseSettings, readSettings } from '../../collector/settings.ts';

const faults = (text: string): string => {
  const read = parseSettings('xunkao.yaml', text);
  return 'faults' in read ? faultsText(read.faults) : 'none';
};

test('an empty file and no file give the defaults', () => {
  const { settings } = parseSettings('xunkao.yaml', '') as { settings: object };
  expect(readSettings('/nowhere/xunkao.yaml', false)).toEqual({ settings });
  expect(settings).toMatchObject({
    site: null,
    listen: ['127.0.0.1:9480'],
    standard: 'live-commerce',
    frame_every_seconds: 5,
  });
});

test('a file that a person named has to be there', () => {
  expect(faultsText((readSettings('/nowhere/x.yaml', true) as { faults: never }).faults)).toBe(
    '/nowhere/x.yaml:1:1: there is no such file',
  );
});

test('every fault is told at once, with its line, a caret and what would be right', () => {
  expect(
    faults(`site: 南京
listen: 9480
devices:
  - id: ups-1
    kind: ups
    url: http://x
    feed: [A/1]
intenet_targets: []
`),
  ).toBe(`xunkao.yaml:1:7: site must match pattern "^[a-z0-9][a-z0-9-]{0,31}$": lower-case letters, digits and dashes
site: 南京
      ^
xunkao.yaml:2:9: listen must be array
listen: 9480
        ^
xunkao.yaml:6:10: devices.0.url must match pattern "^nut(\\+tls)?://[^\\s/@]+/[^\\s/]+$": nut://HOST[:PORT]/UPS or nut+tls://…
    url: http://x
         ^
xunkao.yaml:7:11: unknown key feed; known here: id, kind, url, room, user, password, ca, reader, feeds
    feed: [A/1]
          ^
xunkao.yaml:8:18: unknown key intenet_targets; known here: site, listen, standard, parameters, internet_targets, exam_software, frame_every_seconds, devices, phases, limits
intenet_targets: []
                 ^`);
});

describe('nonsense is refused in words', () => {
  test.each([
    ['a: [1', /xunkao\.yaml:1:\d+: /],
    ['site: a\nsite: b', /xunkao\.yaml:2:1: .*unique/],
    ['- a\n- b', /the file must be object/],
    [
      'devices:\n  - {id: u, kind: ups, url: "nut://h/u"}\n  - {id: u, kind: ups, url: "nut://h/v"}',
      /3:\d+: two devices are called u; give each its own id/,
    ],
    ['frame_every_seconds: 0', /must be >= 1/],
    ['limits: { connections: 0 }', /limits\.connections must be >= 1/],
  ])('%j', (text, wanted) => {
    expect(faults(text)).toMatch(wanted);
  });
});

test('the caret stands below the place after Chinese text, which is two columns wide', () => {
  const text = faults('parameters: { 南京: 5 }').split('\n');
  expect(text[0]).toMatch(/^xunkao\.yaml:1:19: /);
  expect(text[2]).toBe(`${' '.repeat(20)}^`);
});

test('a password is never part of a fault', () => {
  expect(faults('devices: [{ id: U!, kind: ups, url: "nut://h/u", password: geheim-7 }]').split('\n')[0]).not.toContain(
    'geheim',
  );
});
