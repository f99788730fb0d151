import { describe, expect, test } from 'vitest';
import { faultsText } from '../../collector/faults.ts';
import { parseSettings, readSettings } from '../../collector/settings.ts';

const faults = (text: string, language: 'zh' | 'en' = 'en'): string => {
  const read = parseSettings('xunkao.yaml', text);
  return 'faults' in read ? faultsText(read.faults, language) : 'none';
};

test('an empty file and no file give the defaults', () => {
  const { settings } = parseSettings('xunkao.yaml', '') as { settings: object };
  expect(readSettings('/nowhere/xunkao.yaml', false)).toMatchObject({ settings });
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
  ).toBe(`xunkao.yaml:1:7: site: expected lower-case letters, digits and dashes, such as nanjing-01
site: 南京
      ^
xunkao.yaml:2:9: listen: expected [HOST:PORT]
listen: 9480
        ^
xunkao.yaml:6:10: devices.0.url: expected nut://HOST/UPS, such as nut://127.0.0.1:3493/exam (with TLS nut+tls://); snmp://HOST; serial:///dev/ttyS0 (a COM port of Windows through NUT)
    url: http://x
         ^
xunkao.yaml:7:11: unknown key feed; known here: id, kind, url, room, user, password, ca, reader, feeds, community, privacy, auth, cipher, runtime, battery_volts, battery_installed, recharge_hours
    feed: [A/1]
          ^
xunkao.yaml:8:18: unknown key intenet_targets; known here: site, listen, standard, parameters, trial, trial_parameters, internet_targets, exam_software, seat_pattern, protection_products, frame_every_seconds, devices, time_zone, phases, network, throughput, paging, series, organization, limits
intenet_targets: []
                 ^`);
});

test('a peer for the line out is one server or one file, and its token stays in its file', () => {
  const read = parseSettings('xunkao.yaml', 'throughput: { peer: "https://peer.example.org:9490", valid_days: 7 }');
  expect('settings' in read && read.settings.throughput).toEqual({
    url: 'https://peer.example.org:9490',
    kind: 'peer',
    tokenFile: null,
    caFile: null,
    validDays: 7,
  });
  expect(faults('throughput: {}')).toMatch(/throughput takes one of peer, file and iperf3/);
  const server = parseSettings('xunkao.yaml', 'throughput: { iperf3: speed.example.org }');
  expect('settings' in server && server.settings.throughput).toMatchObject({
    url: 'iperf3://speed.example.org:5201',
    kind: 'iperf3',
  });
  expect(faults('throughput: { iperf3: "http://x" }')).toMatch(/a server that runs iperf3 -s/);
  expect(faults('throughput: { iperf3: x, token_file: y }')).toMatch(/iperf3 knows no token/);
  expect(faults('throughput: { file: "ftp://x/y" }')).toMatch(/expected the address of a large file/);
  expect(faults('throughput: { peer: "http://x", token_file: /no/such/file }')).toMatch(/cannot be read \(ENOENT\)/);
  expect(faults('network: { exam_server_port: 70000 }')).toMatch(/expected the TCP port/);
});

test('every fault is told in Chinese too', () => {
  const wrong = `site: 南京
listen: [a:99999]
standard: 5
parameters: { browser: 1 }
exam_software: [1]
devices: [{ id: u, kind: camera, room: '' }, 5]
phases: { before_minutes: 1 }
x: 1
`;
  expect(faults(wrong)).not.toMatch(/\p{Script=Han}.*: expected|undefined|\[object/u);
  for (const told of faults(wrong, 'zh').matchAll(/^xunkao\.yaml:\d+:\d+: (.*)$/gmu)) {
    expect(told[1]).toMatch(/\p{Script=Han}/u);
    expect(told[1]).not.toMatch(/expected|undefined/u);
  }
});

test('a site’s own restore card is a line with a name and a sign of it', () => {
  const line = '联想 EDU: service=LenovoEdu, program=网络同传';
  const read = parseSettings('/x/xunkao.yaml', `protection_products: ['${line}']`);
  expect('settings' in read && read.settings.protection_products).toEqual([line]);
  expect(faults(`protection_products: [联想EDU]`)).toContain('NAME: service=');
});

test('a folder of rules is named from where the file stands', () => {
  const standard = (name: string) => {
    const read = parseSettings('/etc/xunkao/xunkao.yaml', `standard: ${name}`);
    return 'settings' in read && read.settings.standard;
  };
  expect(standard('./mine')).toBe('/etc/xunkao/mine');
  expect(standard('live-commerce')).toBe('live-commerce');
});

describe('nonsense is refused in words', () => {
  test.each([
    ['a: [1', /xunkao\.yaml:1:\d+: /],
    ['site: a\nsite: b', /xunkao\.yaml:2:1: .*unique/],
    ['- a\n- b', /the file: expected keys with values/],
    ['devices: [{ id: u, url: "nut://h/u" }]', /devices\.0 lacks kind/],
    [
      'devices: [{ id: u, kind: toaster, url: "nut://h/u" }]',
      /devices\.0\.kind: expected ups, switch, router, camera, recorder, platform/,
    ],
    ['devices: [{ id: u, kind: ups, url: "rtsp://h/u" }]', /devices\.0\.url: expected nut:/],
    ['devices: [{ id: c, kind: camera, url: "nut://h/u" }]', /devices\.0\.url: expected rtsp:\/\/HOST/],
    ['devices: [{ id: c, kind: camera, url: "rtsp://h", vendor: sony }]', /vendor: expected one of hikvision, dahua/],
    ['devices: [{ id: c, kind: camera, url: "rtsp://h", channel: 0 }]', /channel: expected the number of a channel/],
    [
      'devices: [{ id: c, kind: camera, url: "rtsp://h", feeds: [A/1] }]',
      /unknown key feeds; known here: id, kind, url/,
    ],
    ['devices: [{ id: n, kind: recorder, url: "rtsp://h", vendor: dahua }]', /devices\.0 lacks channels/],
    [
      'devices: [{ id: n, kind: recorder, url: "rtsp://h", vendor: dahua, channels: [{ channel: 1 }] }]',
      /devices\.0\.channels\.0 lacks room/,
    ],
    [
      'devices:\n  - { id: n, kind: recorder, url: "rtsp://h", vendor: dahua, channels: [{ channel: 1, room: A }] }\n  - { id: n-1, kind: camera, url: "rtsp://h" }',
      /3:\d+: two devices are called n-1; give each its own id/,
    ],
    ['listen: ["127.0.0.1:99999"]', /listen\.0: expected HOST:PORT/],
    [
      'devices:\n  - {id: u, kind: ups, url: "nut://h/u"}\n  - {id: u, kind: ups, url: "nut://h/v"}',
      /3:\d+: two devices are called u; give each its own id/,
    ],
    ['frame_every_seconds: 0', /expected seconds between frames, 1 to 60/],
    ['limits: { connections: 0 }', /limits\.connections: expected a number from 1/],
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

test('a recorder is one camera a channel, each in its room, with the recorder’s address and user', () => {
  const read = parseSettings(
    'xunkao.yaml',
    `devices:
  - id: nvr-1
    kind: recorder
    url: rtsp://192.168.1.64:554
    onvif: http://192.168.1.64
    vendor: hikvision
    user: xunkao
    password: geheim-7
    channels: [{ channel: 1, room: A }, { channel: 2, room: B }]
`,
  );
  const nvr = {
    recorder: 'nvr-1',
    kind: 'camera',
    url: 'rtsp://192.168.1.64:554',
    onvif: 'http://192.168.1.64',
    vendor: 'hikvision',
    user: 'xunkao',
    password: 'geheim-7',
  };
  expect('settings' in read && read.settings.devices).toEqual([
    { ...nvr, id: 'nvr-1-1', channel: 1, room: 'A' },
    { ...nvr, id: 'nvr-1-2', channel: 2, room: 'B' },
  ]);
});

test.each([
  ['rtsp://admin:geheim-7@192.168.1.64/Streaming/Channels/101', 'url'],
  ['rtsp://192.168.1.64/user=admin&password=geheim-7&channel=1', 'url'],
  ['rtsp://192.168.1.64/cam?user=admin&password=geheim-7', 'url'],
])('a user and password inside an address are refused with what to do, and are not shown: %s', (url) => {
  const told = faults(`devices:\n  - id: c\n    kind: camera\n    url: "${url}"`);
  expect(told).toContain('4:10: an address must not hold a user or password; write them as user: and password:');
  expect(told).not.toContain('geheim');
  expect(faults(`devices: [{ id: c, kind: camera, url: "${url}" }]`, 'zh')).toContain('地址里不能带用户名和密码');
});

test('a line that holds a password is shown with stars, and the caret keeps its place', () => {
  const told = faults('devices: [{ id: c, kind: camera, password: "geheim-7", url: x }]').split('\n');
  expect(told[1]).toBe('devices: [{ id: c, kind: camera, password: **********, url: x }]');
  expect(told[2]).toBe(`${' '.repeat(60)}^`);
});

describe('a UPS, a switch or a router', () => {
  const devices = (text: string): unknown => {
    const read = parseSettings('xunkao.yaml', `devices: [${text}]`);
    return 'settings' in read ? read.settings.devices : faultsText(read.faults);
  };

  test.each(['nut://10.0.0.5/exam', 'nut+tls://10.0.0.5:3493/exam', 'snmp://10.0.0.6', 'serial:///dev/ttyS0'])(
    'is read at %s',
    (url) => expect(devices(`{ id: u, kind: ups, url: '${url}' }`)).toEqual([{ id: 'u', kind: 'ups', url }]),
  );

  test.each(['snmp://u:p@10.0.0.6', 'serial://COM3', 'serial:///etc/passwd', 'http://10.0.0.6', 'snmp://10.0.0.6/a'])(
    'is not read at %s',
    (url) =>
      expect(devices(`{ id: u, kind: ups, url: '${url}' }`)).toMatch(/devices\.0\.url: expected|an address must not/),
  );

  test('has what only its kind knows among its options, and nothing else there', () => {
    expect(
      devices(
        `{ id: u, kind: ups, url: 'snmp://10.0.0.6', community: hush, runtime: [{ seconds: 3000, load: 1 }, { seconds: 7200, load: 0.5 }],
           battery_volts: { empty: 66, full: 82 }, battery_installed: 2024-05-01, recharge_hours: 10, feeds: [A/S1] },
         { id: sw, kind: switch, url: 'snmp://10.0.0.1', user: x, auth: sha256, ports: { Gi0/7: A/7 }, uplink: Gi0/24 }`,
      ),
    ).toEqual([
      {
        id: 'u',
        kind: 'ups',
        url: 'snmp://10.0.0.6',
        community: 'hush',
        feeds: ['A/S1'],
        options: {
          runtime_seconds: [3000, 7200],
          runtime_loads: [1, 0.5],
          battery_volts: [66, 82],
          battery_installed: '2024-05-01',
          recharge_hours: 10,
        },
      },
      {
        id: 'sw',
        kind: 'switch',
        url: 'snmp://10.0.0.1',
        user: 'x',
        options: { ports: { 'Gi0/7': 'A/7' }, uplink: 'Gi0/24', auth: 'sha256' },
      },
    ]);
  });

  test.each([
    ['runtime: [{ seconds: 3000, load: 1 }]', /devices\.0\.runtime: expected two points of its data sheet/],
    [
      'runtime: [{ seconds: 3, load: 1 }, { seconds: 3000, load: 2 }]',
      /runtime\.0\.seconds: expected seconds, from 60[^]*runtime\.1\.load: expected load/,
    ],
    ['auth: rot13', /auth: expected how SNMP v3 authenticates: one of sha, sha224/],
    ['battery_installed: gestern', /battery_installed: expected when the battery was put in, such as 2024-05-01/],
    ['ports: { a: b }', /unknown key ports; known here: id, kind, url/],
  ])('with %s is refused in words', (wrong, words) => {
    expect(devices(`{ id: u, kind: ups, url: 'snmp://10.0.0.6', ${wrong} }`)).toMatch(words);
  });

  test('shows no community and no second password in a fault', () => {
    expect(devices(`{ id: u, kind: switch, url: x, community: hush-1, privacy: hush-2 }`)).not.toContain('hush');
  });
});
