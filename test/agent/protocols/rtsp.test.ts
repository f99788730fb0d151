import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it, test } from 'vitest';
import { pulseRtsp, rtspAddress, sampleRtsp, type RtspSample, type RtspWish } from '../../../agent/protocols/rtsp.ts';
import { RtspError } from '../../../agent/protocols/rtspError.ts';
import {
  CAMERA_PASSWORD,
  CAMERA_USER,
  startFakeCamera,
  type CameraState,
  type FakeCamera,
} from '../../fixtures/fakeCamera.ts';

const WISH: RtspWish = { stepMs: 5_000, talkMs: 10_000, listenMs: 600, mostBytes: 4 * 1024 * 1024 };

const running: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of running.splice(0)) await end();
});

async function camera(begin: Partial<CameraState> = {}): Promise<FakeCamera> {
  const made = await startFakeCamera(begin);
  running.push(made.stop);
  return made;
}

const right = { user: CAMERA_USER, password: CAMERA_PASSWORD };

const sample = (made: FakeCamera, path: string, wish: Partial<RtspWish> = {}): Promise<RtspSample> =>
  sampleRtsp({ url: made.url(path), ...right }, { ...WISH, ...wish });

async function troubleOf(asked: Promise<unknown>): Promise<string> {
  const error: unknown = await asked.then(
    () => 'none',
    (reason: unknown) => reason,
  );
  return error instanceof RtspError ? error.trouble : String(error);
}

describe('a stream', () => {
  test.each([
    ['/h264-720', 'H264', 1280, 720, 15, 'MPEG4-GENERIC'],
    ['/h264-1080', 'H264', 1920, 1080, 10, 'MPEG4-GENERIC'],
    ['/h265-1080', 'H265', 1920, 1080, 8, 'MPEG4-GENERIC'],
    ['/h264-sub', 'H264', 640, 360, 15, 'PCMA'],
  ])('%s is counted track by track', async (path, codec, width, height, rate, sound) => {
    const { tracks, ended, scheme, bytes } = await sample(await camera(), path);
    const [video, audio] = tracks;
    expect(video).toMatchObject({ kind: 'video', codec, size: { width, height }, sizeFrom: 'stream', lost: 0 });
    expect((video!.frames - 1) / video!.seconds).toBeCloseTo(rate, 1);
    expect(video!.keys.length).toBeGreaterThanOrEqual(2);
    expect(audio).toMatchObject({ kind: 'audio', codec: sound, lost: 0 });
    expect(audio!.frames).toBeGreaterThan(70);
    expect(audio!.seconds).toBeGreaterThan(4);
    expect([ended, scheme]).toEqual(['time', 'digest-md5']);
    expect(bytes).toBeGreaterThan(video!.bytes + audio!.bytes);
  });

  it.each([50, 1_000])('is the same in pieces of %i bytes', async (pieces) => {
    const { tracks } = await sample(await camera({ pieces }), '/h264-sub', { listenMs: 1_500 });
    expect(tracks.map(({ lost, codec }) => [lost, codec])).toEqual([
      [0, 'H264'],
      [0, 'PCMA'],
    ]);
    expect(tracks[0]!.frames).toBeGreaterThan(60);
  });

  it('is believed about its size before its description is', async () => {
    const { tracks } = await sample(await camera({ staleSdp: true }), '/h264-720');
    expect(tracks[0]).toMatchObject({ size: { width: 1280, height: 720 }, sizeFrom: 'stream' });
    const stuck = await sample(await camera({ frozen: true }), '/h264-720');
    expect(stuck.tracks[0]).toMatchObject({ size: { width: 1280, height: 720 }, sizeFrom: 'sdp', frames: 0 });
  });

  it('without a picture, with a still one, without sound and with nothing at all is told apart', async () => {
    const frozen = await sample(await camera({ frozen: true }), '/h264-720');
    expect(frozen.tracks.map(({ packets }) => packets > 0)).toEqual([false, true]);
    const still = await sample(await camera({ still: true }), '/h264-720');
    expect(new Set(still.tracks[0]!.keys.map(({ digest }) => digest)).size).toBe(1);
    expect(new Set(still.tracks[0]!.between)).toEqual(new Set([41]));
    const moving = await sample(await camera(), '/h264-720');
    expect(new Set(moving.tracks[0]!.keys.map(({ digest }) => digest)).size).toBeGreaterThan(1);
    const noAudio = await sample(await camera(), '/no-audio');
    expect(noAudio.tracks.map(({ kind }) => kind)).toEqual(['video']);
    const audioOnly = await sample(await camera(), '/audio-only');
    expect(audioOnly.tracks.map(({ kind }) => kind)).toEqual(['audio']);
    const silent = await sample(await camera({ silent: true }), '/h264-720');
    expect(silent).toMatchObject({ firstMs: null, ended: 'time' });
  });

  it('has lost what its numbers leave out', async () => {
    const { tracks } = await sample(await camera({ dropEvery: 20 }), '/h264-720');
    const { lost, packets } = tracks[0]!;
    expect(lost / (lost + packets)).toBeGreaterThan(0.03);
    expect(lost / (lost + packets)).toBeLessThan(0.07);
  });

  it('is left as soon as enough was seen, with a goodbye', async () => {
    const made = await camera();
    const { ended, endMs } = await sample(made, '/h264-720', {
      listenMs: 60_000,
      isEnough: ([video]) => (video?.frames ?? 0) > 20,
    });
    expect(ended).toBe('enough');
    expect(endMs).toBeLessThan(10_000);
    expect(made.heard.at(-1)).toMatch(/^TEARDOWN/);
  });

  it('is left after so many bytes', async () => {
    const { ended, bytes } = await sample(await camera(), '/h264-1080', { listenMs: 60_000, mostBytes: 20_000 });
    expect(ended).toBe('bytes');
    expect(bytes).toBeLessThan(20_000 + 512 * 1024);
  });
});

describe('signing in', () => {
  it.each([
    ['none', null],
    ['basic', 'basic'],
    ['md5', 'digest-md5'],
    ['md5-qop', 'digest-md5'],
    ['sha-256', 'digest-sha-256'],
    ['both', 'digest-sha-256'],
  ] as const)('with %s works', async (auth, scheme) => {
    const seen = await sample(await camera({ auth }), '/h264-sub', { listenMs: 200 });
    expect(seen.scheme).toBe(scheme);
    expect(seen.tracks[0]!.frames).toBeGreaterThan(0);
  });

  it.each(['basic', 'md5', 'sha-256'] as const)('with a wrong password is tried once: %s', async (auth) => {
    const made = await camera({ auth });
    const wrong = sampleRtsp({ url: made.url(), user: CAMERA_USER, password: 'Wr0ng-pass' }, WISH);
    expect(await troubleOf(wrong)).toBe('unauthorized');
    await expect(wrong).rejects.not.toThrow('Wr0ng-pass');
    expect(made.heard.filter((line) => line.startsWith('DESCRIBE'))).toHaveLength(2);
  });

  it('without a user asks once', async () => {
    const made = await camera();
    expect(await troubleOf(sampleRtsp({ url: made.url() }, WISH))).toBe('unauthorized');
    expect(made.heard.filter((line) => line.startsWith('DESCRIBE'))).toHaveLength(1);
  });
});

describe('what it refuses', () => {
  it('is told in a word: a wrong path, too many viewers, nobody there', async () => {
    const made = await camera();
    expect(await troubleOf(sample(made, '/nowhere'))).toBe('wrong-path');
    made.state.busy = true;
    expect(await troubleOf(sample(made, '/h264-720'))).toBe('busy');
    await made.stop();
    expect(await troubleOf(sample(made, '/h264-720'))).toBe('refused');
  });

  it('a demand that it lacks is unsupported', async () => {
    const made = await camera({ replay: 'unsupported' });
    expect(await troubleOf(sample(made, '/h264-720', { require: 'onvif-replay' }))).toBe('unsupported');
  });
});

/** A server that answers as the test says; it cannot be trusted in anything. */
async function hostile(answer: (socket: Socket, request: string) => void): Promise<string> {
  const sockets = new Set<Socket>();
  // Half open: it may close its own side and keep ours.
  const server: Server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('data', (data) => answer(socket, data.toString('latin1')));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  running.push(async () => {
    sockets.forEach((socket) => socket.destroy());
    await new Promise((resolve) => server.close(resolve));
  });
  return `rtsp://127.0.0.1:${(server.address() as AddressInfo).port}/x`;
}

const ok = (request: string, more = ''): string =>
  `RTSP/1.0 200 OK\r\nCSeq: ${/CSeq: (\d+)/.exec(request)?.[1]}\r\n${more}\r\n`;
const isDescribe = (request: string): boolean => request.startsWith('DESCRIBE');

/** The first line of the question, and then as it is given. */
function afterOptions(then: (socket: Socket, request: string) => void) {
  return (socket: Socket, request: string): void => {
    if (request.startsWith('OPTIONS')) socket.write(ok(request));
    else then(socket, request);
  };
}

const SHORT: RtspWish = { stepMs: 400, talkMs: 700, listenMs: 300, mostBytes: 100_000 };

describe('a hostile server costs bounded time, bytes and memory', () => {
  const cases: readonly (readonly [string, string, (socket: Socket, request: string) => void])[] = [
    ['says nothing', 'timeout', () => undefined],
    ['hangs up', 'closed', (socket) => socket.destroy()],
    ['is half open: closes its side and waits', 'closed', (socket) => socket.end()],
    [
      'is half open after it described itself',
      'closed',
      afterOptions((socket, request) => socket.end(ok(request, 'Content-Length: 500\r\n') + 'v=0\r\n')),
    ],
    ['speaks HTTP', 'nonsense', (socket) => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n')],
    ['speaks SSH', 'nonsense', (socket) => socket.write('SSH-2.0-OpenSSH_9.2\r\n')],
    ['sends noise', 'nonsense', (socket) => socket.write(Buffer.alloc(100_000, 0xee))],
    [
      'sends a description of 10 MB',
      'nonsense',
      afterOptions((socket, request) => socket.write(ok(request, `Content-Length: ${10 * 1024 * 1024}\r\n`))),
    ],
    [
      'sends all of it at once',
      'nonsense',
      afterOptions((socket, request) => {
        const text = `v=0\r\n${'a=x\r\n'.repeat(2 * 1024 * 1024)}`;
        socket.write(ok(request, `Content-Length: ${text.length}\r\n`) + text);
      }),
    ],
    [
      'sends a header without an end',
      'nonsense',
      afterOptions((socket) => socket.write(`RTSP/1.0 200 OK\r\nX: ${'x'.repeat(200_000)}`)),
    ],
    [
      'says a negative length',
      'nonsense',
      afterOptions((socket, request) => socket.write(ok(request, 'Content-Length: -5\r\n'))),
    ],
    [
      'drips a byte at a time',
      'timeout',
      afterOptions((socket) => {
        const drip = setInterval(() => socket.writable && socket.write('R'), 50);
        socket.on('close', () => clearInterval(drip));
      }),
    ],
    [
      'drips its body',
      'timeout',
      afterOptions((socket, request) => {
        socket.write(ok(request, 'Content-Length: 60000\r\n'));
        const drip = setInterval(() => socket.writable && socket.write('v'), 50);
        socket.on('close', () => clearInterval(drip));
      }),
    ],
    [
      'points elsewhere',
      'redirect',
      afterOptions((socket, request) =>
        socket.write(ok(request, 'Location: rtsp://10.9.9.9/\r\n').replace('200 OK', '302 Moved')),
      ),
    ],
    [
      'floods packets before it answers',
      'nonsense',
      afterOptions((socket) => {
        for (let count = 0; count < 20; count++) {
          const packet = Buffer.alloc(4 + 65_000);
          packet.writeUInt32BE(0x24000000 + 65_000);
          socket.write(packet);
        }
      }),
    ],
    ['describes nothing', 'no-track', afterOptions((socket, request) => socket.write(ok(request)))],
    [
      'challenges for ever',
      'unauthorized',
      (socket, request) =>
        socket.write(
          ok(request, 'WWW-Authenticate: Digest realm="a\\"b", nonce="n\tx"\r\n').replace('200 OK', '401 No'),
        ),
    ],
  ];

  it.each(cases)('%s: %s', async (_, trouble, answer) => {
    const before = process.memoryUsage().rss;
    const asked = sampleRtsp({ url: await hostile(answer), ...right }, SHORT);
    expect(await troubleOf(asked)).toBe(trouble);
    expect(process.memoryUsage().rss - before).toBeLessThan(150 * 1024 * 1024);
    await expect(asked).rejects.not.toThrow(CAMERA_PASSWORD);
  });

  it('a server that asks and answers other questions is not mistaken for one that answers ours', async () => {
    const url = await hostile((socket, request) => {
      socket.write('OPTIONS rtsp://x RTSP/1.0\r\nCSeq: 1\r\n\r\n');
      socket.write('RTSP/1.0 200 OK\r\nCSeq: 999\r\n\r\n');
      socket.write('RTSP/1.0 100 Continue\r\n\r\n');
      socket.write(isDescribe(request) ? ok(request).replace('200 OK', '404 Not Found') : ok(request));
    });
    expect(await troubleOf(sampleRtsp({ url }, SHORT))).toBe('wrong-path');
  });

  it('garbage after PLAY ends the listening, and what came before it counts', async () => {
    const sdp = 'v=0\r\nm=audio 0 RTP/AVP 8\r\na=control:x\r\n';
    const url = await hostile((socket, request) => {
      const body = isDescribe(request) ? `Content-Length: ${sdp.length}\r\n` : '';
      socket.write(ok(request, body) + (isDescribe(request) ? sdp : ''));
      if (!request.startsWith('PLAY')) return;
      const packet = Buffer.alloc(16);
      packet.writeUInt32BE(0x2400000c);
      packet.writeUInt16BE(0x8008, 4);
      socket.write(packet);
      socket.write(Buffer.alloc(100, 0xee));
    });
    const { ended, tracks } = await sampleRtsp({ url }, SHORT);
    expect([ended, tracks[0]!.packets]).toEqual(['nonsense', 1]);
  });
});

test('a pulse shows no password and asks for nothing', async () => {
  const made = await camera();
  await pulseRtsp(made.url(), 2_000);
  expect(made.heard).toEqual([`OPTIONS ${made.url()}`]);
  await made.stop();
  expect(await troubleOf(pulseRtsp(made.url(), 2_000))).toBe('refused');
});

test.each([
  ['rtsp://10.0.0.6/Streaming/Channels/101', { host: '10.0.0.6', port: 554 }],
  ['rtsp://nvr.internal:8554', { host: 'nvr.internal', port: 8554 }],
  ['rtsp://[fe80::1]:554/x?y=1', { host: 'fe80::1', port: 554 }],
  ['rtsp://user:pass@10.0.0.6/x', null],
  ['http://10.0.0.6/x', null],
  ['rtsp://10.0.0.6/a b', null],
  ['rtsp://10.0.0.6/a\r\nX: y', null],
  ['rtsp://10.0.0.6:99999/', null],
  ['', null],
])('the address %j is %j', (text, expected) => {
  expect(rtspAddress(text)).toEqual(expected);
});
