import { createServer, type AddressInfo, type Socket } from 'node:net';
import * as fc from 'fast-check';
import { afterEach, describe, expect, it, test } from 'vitest';
import { askHttp, HttpError } from '../../../agent/protocols/http.ts';
import { OnvifDevice } from '../../../agent/protocols/onvif.ts';
import { ofChannel } from '../../../agent/protocols/recorders/onvif.ts';
import { liveUrl, openRecorders } from '../../../agent/protocols/recorders/open.ts';
import { atHost, type Recorder } from '../../../agent/protocols/recorders/recorder.ts';
import { all, escaped, first, parseXml, textAt } from '../../../agent/protocols/xml.ts';
import { CAMERA_PASSWORD, CAMERA_USER } from '../../fixtures/fakeCamera.ts';
import { startFakeRecorder, type FakeRecorder, type RecorderState } from '../../fixtures/fakeRecorder.ts';

const running: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of running.splice(0)) await end();
});

async function recorder(begin: Partial<RecorderState> = {}): Promise<FakeRecorder> {
  const made = await startFakeRecorder(begin);
  running.push(made.stop);
  return made;
}

const right = { user: CAMERA_USER, password: CAMERA_PASSWORD };
const device = ({ url }: FakeRecorder, more = {}): OnvifDevice =>
  new OnvifDevice({ url, timeoutMs: 5_000, ...right, ...more });

async function troubleOf(asked: Promise<unknown>): Promise<string> {
  const error: unknown = await asked.then(
    () => 'none',
    (reason: unknown) => reason,
  );
  return error instanceof HttpError ? error.trouble : String(error);
}

const NINE = Date.UTC(2026, 10, 23, 1, 0, 0);
const MINUTE = 60_000;
const recording = (number: number, more = {}) => ({
  token: `rec_ch${number}`,
  source: `Camera 0${number}`,
  from: NINE - 60 * MINUTE,
  to: NINE + 60 * MINUTE,
  hasAudio: true,
  status: 'Recording' as const,
  ...more,
});

describe('ONVIF', () => {
  it.each([
    ['by WS-UsernameToken', {}],
    ['by HTTP Digest', { auth: 'digest' as const }],
    ['on a device that only knows GetCapabilities', { isOld: true }],
    ['on a device whose clock is 17 minutes fast', { skewMs: 17 * MINUTE }],
    ['on a device whose clock is a day slow', { skewMs: -1440 * MINUTE }],
  ])('tells device, streams and recordings %s', async (_, begin) => {
    const made = await recorder({
      streamUris: ['rtsp://10.0.0.6/a?x=1&y=2', 'rtsp://10.0.0.6/b'],
      recordings: [recording(1), recording(2, { hasAudio: false, status: 'Stopped' })],
      pendingAnswers: 2,
      replayUri: 'rtsp://10.0.0.6/replay?a=1&b=2',
      ...begin,
    });
    const onvif = device(made);
    expect(await onvif.information()).toEqual({ maker: 'SIM & Co', model: 'R-2000', firmware: '1.0' });
    expect(await onvif.streamUri(1)).toBe('rtsp://10.0.0.6/a?x=1&y=2');
    expect(await onvif.streamUri(2)).toBe('rtsp://10.0.0.6/b');
    expect(await troubleOf(onvif.streamUri(3))).toBe('unsupported');
    const [one, two] = await onvif.recordings();
    expect(one).toMatchObject({ token: 'rec_ch1', video: { from: NINE - 60 * MINUTE }, status: 'Recording' });
    expect(two).toMatchObject({ token: 'rec_ch2', audio: null, status: 'Stopped' });
    expect(made.heard.filter((operation) => operation === 'GetRecordingSearchResults')).toHaveLength(3);
    expect(made.heard).toContain('EndSearch');
    expect(await onvif.recording('rec_ch2')).toEqual(two);
    expect(await onvif.replayUri('rec_ch1')).toBe('rtsp://10.0.0.6/replay?a=1&b=2');
  });

  it.each([0, 17 * MINUTE, -3_600_000])('tells that a clock is off by %i ms', async (skewMs) => {
    const { offsetMs, zone, fromNtp } = await device(await recorder({ skewMs })).clock();
    expect(Math.abs(offsetMs - skewMs)).toBeLessThan(1_500);
    expect([zone, fromNtp]).toEqual(['CST-8', true]);
  });

  it('tells a wrong password, a missing Profile G and a search that never ends apart', async () => {
    const made = await recorder({ recordings: [recording(1)] });
    expect(await troubleOf(device(made, { password: 'Wr0ng-pass' }).information())).toBe('unauthorized');
    expect(await troubleOf(device(made, { user: 'nobody' }).recordings())).toBe('unauthorized');
    made.state.hasSearch = false;
    expect(await troubleOf(device(made).recordings())).toBe('unsupported');
    Object.assign(made.state, { hasSearch: true, pendingAnswers: 1e9 });
    expect(await device(made).recordings()).toEqual([]);
    expect(made.heard.filter((operation) => operation === 'GetRecordingSearchResults').length).toBeLessThan(20);
    await made.stop();
    expect(await troubleOf(device(made).information())).toBe('refused');
  });

  it('finds the recording of a channel by its source, its token or its place', () => {
    const made = (...names: readonly (readonly [string, string])[]) =>
      names.map(([token, source]) => ({ token, source, video: null, audio: null, status: '' }));
    const choice = (recordings: ReturnType<typeof made>, channel: number) => ofChannel(recordings, channel)?.token;
    expect(choice(made(['a', 'Camera 02'], ['b', 'Camera 01']), 1)).toBe('b');
    expect(choice(made(['r2', 'x'], ['r1', 'x']), 1)).toBe('r1');
    expect(choice(made(['p', 'x'], ['q', 'y']), 2)).toBe('q');
    expect(choice(made(['only', '']), 1)).toBe('only');
    expect(choice(made(['only', '']), 2)).toBeUndefined();
    expect(choice([], 1)).toBeUndefined();
  });
});

describe('the makers’ own ways', () => {
  const opened = (made: FakeRecorder, vendor: string, more = {}): Recorder => {
    const { port } = made;
    const url = `rtsp://127.0.0.1:${port}`;
    // The maker's own way comes last.
    return openRecorders({ url, onvif: made.url, vendor, channel: 1, ...right, ...more }, 5_000).at(-1)!;
  };

  it.each([
    ['hikvision', 'Streaming/tracks/101?starttime=20261123T090000Z&endtime=20261123T090100Z'],
    ['dahua', 'cam/playback?channel=1&starttime=2026_11_23_09_00_00&endtime=2026_11_23_09_01_00'],
    ['uniview', `c1/b${NINE / 1000}/e${NINE / 1000 + 60}/replay/`],
  ])('%s plays a minute by the address of its own zone', async (vendor, path) => {
    const made = await recorder({ auth: 'digest' });
    const { url } = (await opened(made, vendor).playback(NINE, NINE + MINUTE))!;
    expect(url).toBe(`rtsp://127.0.0.1:${made.port}/${path}`);
  });

  it.each(['hikvision', 'dahua'])('%s tells what it has and how wrong its clock is', async (vendor) => {
    const made = await recorder({ auth: 'digest', recordings: [recording(1)], skewMs: 4 * MINUTE });
    const way = opened(made, vendor);
    expect(await way.segments(NINE, NINE + MINUTE)).toEqual([{ from: NINE - 60 * MINUTE, to: NINE + 60 * MINUTE }]);
    expect(Math.abs((await way.clockOffsetMs())! - 4 * MINUTE)).toBeLessThan(1_500);
    made.state.recordings = [];
    expect(await way.segments(NINE, NINE + MINUTE)).toEqual([]);
    expect(await troubleOf(opened(made, vendor, { password: 'x' }).segments(NINE, NINE + MINUTE))).toBe('unauthorized');
  });

  it('dahua gives every search back', async () => {
    const made = await recorder({ auth: 'digest' });
    await opened(made, 'dahua').segments(NINE, NINE + MINUTE);
    expect(made.heard.filter((path) => path.includes('mediaFileFind')).length).toBeGreaterThanOrEqual(5);
  });

  it('uniview is asked by ONVIF what it has', async () => {
    const made = await recorder();
    expect(await opened(made, 'uniview').segments(NINE, NINE + MINUTE)).toBeNull();
  });

  it('the standard comes first where it is named, and a camera that names nothing has no way', () => {
    const url = 'rtsp://10.0.0.6:8554/x';
    const words = (more: object) => openRecorders({ url, ...more }, 100).map(({ word }) => word);
    expect(words({ onvif: 'http://10.0.0.6', vendor: 'hikvision' })).toEqual(['onvif', 'hikvision']);
    expect(words({ vendor: 'dahua' })).toEqual(['dahua']);
    expect(words({ vendor: 'onvif' })).toEqual(['onvif']);
    expect(words({})).toEqual([]);
  });

  test.each([
    ['rtsp://192.168.0.9:5541/a?b=c', 'rtsp://nvr.internal:554/x', 'rtsp://nvr.internal:5541/a?b=c'],
    ['rtsp://u:p@192.168.0.9/a', 'rtsp://10.0.0.6', 'rtsp://10.0.0.6/a'],
    ['rtsp://[fe80::1]:554/a', 'rtsp://[::1]:9/x', 'rtsp://[::1]:554/a'],
  ])('what a device says of itself is looked for where it was found: %s at %s', (given, known, expected) => {
    expect(atHost(given, known)).toBe(expected);
  });

  test.each([
    ['hikvision', 3, 'rtsp://h:554/Streaming/Channels/301'],
    ['dahua', 3, 'rtsp://h:554/cam/realmonitor?channel=3&subtype=0'],
    ['uniview', 3, 'rtsp://h:554/unicast/c3/s0/live'],
    ['onvif', 3, null],
    [undefined, 3, 'rtsp://h:554'],
  ])('%s has channel %i at %s', (vendor, channel, expected) => {
    expect(liveUrl({ url: 'rtsp://h:554', channel, ...(vendor && { vendor }) })).toBe(expected);
    expect(liveUrl({ url: 'rtsp://h:554/own', channel, ...(vendor && { vendor }) })).toBe('rtsp://h:554/own');
  });
});

describe('XML', () => {
  it('is read by local names, with entities and CDATA', () => {
    const root = parseXml(
      '<?xml version="1.0"?><!-- x --><a:b xmlns:a="y"><c d="1 &gt; 0">x &amp; &#20013;</c><c/><![CDATA[<z>]]></a:b>',
    );
    expect(root).toMatchObject({ name: 'b', text: '<z>' });
    expect(all(root, 'c').map(({ text }) => text)).toEqual(['x & 中', '']);
    expect(first(root, 'c')?.attributes).toEqual({ d: '1 > 0' });
    expect(textAt(root, 'c')).toBe('x & 中');
    expect(parseXml(`<a>${escaped('<&"\'>')}</a>`)?.text).toBe('<&"\'>');
  });

  it.each([
    ['an entity that grows', '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><x>&b;</x>'],
    ['a file of the machine', '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'],
    ['a depth of 100,000', '<a>'.repeat(100_000)],
    ['a million elements', `<a>${'<b/>'.repeat(100_000)}</a>`],
    ['an end without a beginning', '</a>'],
    ['an end of another', '<a></b>'],
    ['no end', '<a><b></b>'],
    ['two roots', '<a/><b/>'],
    ['no XML', 'hello'],
    ['nothing', ''],
  ])('of %s is none', (_, text) => {
    expect(parseXml(text)).toBeNull();
  });

  it('of any text is some or none, and never an exception', () => {
    const piece = fc.constantFrom('<a>', '</a>', '<', '>', '&', '&#x0;', '<![CDATA[', ']]>', '<!--', ' x="', '"', '/');
    fc.assert(fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => void parseXml(pieces.join(''))));
  });
});

describe('a hostile server costs bounded time and memory', () => {
  async function origin(answer: (socket: Socket) => void): Promise<string> {
    const sockets = new Set<Socket>();
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.once('data', () => answer(socket));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    running.push(async () => {
      sockets.forEach((socket) => socket.destroy());
      await new Promise((resolve) => server.close(resolve));
    });
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }
  const head = 'HTTP/1.1 200 OK\r\n';

  it.each<[string, string, (socket: Socket) => void]>([
    ['says nothing', 'timeout', () => undefined],
    ['hangs up', 'closed', (socket) => socket.destroy()],
    ['is half open: closes its side and waits', 'closed', (socket) => socket.end()],
    ['hangs up in the middle', 'closed', (socket) => socket.end(`${head}Content-Length: 100\r\n\r\nabc`)],
    ['speaks SSH', 'nonsense', (socket) => socket.write('SSH-2.0-OpenSSH_9.2\r\n')],
    ['sends 10 MB', 'nonsense', (socket) => socket.write(`${head}\r\n${'x'.repeat(10 * 1024 * 1024)}`)],
    ['sends a header without an end', 'nonsense', (socket) => socket.write(`${head}X: ${'x'.repeat(200_000)}`)],
    [
      'drips',
      'timeout',
      (socket) => {
        socket.write(`${head}\r\n`);
        const drip = setInterval(() => socket.writable && socket.write('x'), 50);
        socket.on('close', () => clearInterval(drip));
      },
    ],
  ])('%s: %s', async (_, trouble, answer) => {
    const target = { origin: await origin(answer), timeoutMs: trouble === 'timeout' ? 700 : 10_000, ...right };
    expect(await troubleOf(askHttp(target, { method: 'GET', path: '/' }))).toBe(trouble);
  });

  it('an XML bomb is no answer', async () => {
    const bomb = `<!DOCTYPE x [<!ENTITY a "${'ha'.repeat(1_000)}"><!ENTITY b "${'&a;'.repeat(1_000)}">]><x>&b;</x>`;
    const made = await recorder({ instead: (response) => response.end(bomb) });
    expect(await troubleOf(device(made).clock())).toBe('nonsense');
  });

  it('a redirect is not followed with the password', async () => {
    const other = await recorder();
    const made = await recorder({
      instead: (response) => response.writeHead(302, { Location: `${other.url}/` }).end(),
    });
    expect(await troubleOf(device(made).clock())).toBe('error');
    expect(other.heard).toEqual([]);
  });
});
