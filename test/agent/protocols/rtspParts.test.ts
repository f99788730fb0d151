import * as fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { answerChallenge } from '../../../agent/protocols/digest.ts';
import { parseRtp, saysBye, Sequence, Ticks } from '../../../agent/protocols/rtp.ts';
import { RtpTrack } from '../../../agent/protocols/rtpTrack.ts';
import { RtspSplitter } from '../../../agent/protocols/rtspSplitter.ts';
import { parseSdp } from '../../../agent/protocols/sdp.ts';
import { sizeOfSps } from '../../../agent/protocols/sps.ts';

// What a camera sends is not trusted: each of these is also given bytes that nobody meant.

describe('the size of a picture', () => {
  // Of x264 and x265; ffprobe reads the same.
  it.each([
    ['H264', 'Z0LAH9oBQBbsBagICAoAAAMAAgAAAwA9HjBlQA==', 1280, 720],
    ['H264', 'Z0LAKNoB4AiflwFqAgICgAAAAwCAAAAKR4wZUA==', 1920, 1080],
    ['H264', 'Z0LAFtoCgL/lwFqDAwNSgAAAAwCAAAAPR4sXUA==', 640, 360],
    ['H265', 'QgEBAWAAAAMAkAAAAwAAAwB4oAPAgBEHy5bpKTC//AAEAAWoCAgIIAAAAwAgAAADAQE=', 1920, 1080],
  ] as const)('of %s %s is %ix%i', (codec, text, width, height) => {
    expect(sizeOfSps(codec, Buffer.from(text, 'base64'))).toEqual({ width, height });
  });

  it('is none for a set that is cut off or invented, and never an exception', () => {
    expect(sizeOfSps('H264', Buffer.from('Z0LA', 'base64'))).toBeNull();
    fc.assert(
      fc.property(fc.constantFrom('H264', 'H265'), fc.uint8Array({ maxLength: 400, size: 'max' }), (codec, bytes) => {
        const size = sizeOfSps(codec, Buffer.from(bytes));
        return size === null || (size.width >= 16 && size.width <= 16_384 && size.height >= 16);
      }),
    );
  });
});

describe('a description', () => {
  it('names its tracks, with what needs no naming', () => {
    const { control, tracks } = parseSdp(
      'v=0\r\na=control:*\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 h264/90000\r\na=fmtp:96 packetization-mode=1; sprop-parameter-sets=Z0LA==,aM4=\r\na=control:trackID=1\r\nm=audio 0 RTP/AVP 8\r\na=control:rtsp://10.0.0.6/x/trackID=2\r\nm=application 0 RTP/AVP 107\r\n',
    );
    expect(control).toBe('*');
    expect(tracks).toMatchObject([
      { kind: 'video', codec: 'H264', clockRate: 90_000, control: 'trackID=1', format: { 'packetization-mode': '1' } },
      { kind: 'audio', codec: 'PCMA', clockRate: 8_000, control: 'rtsp://10.0.0.6/x/trackID=2' },
      { kind: 'other', codec: null },
    ]);
    expect(tracks[0]!.format['sprop-parameter-sets']).toBe('Z0LA==,aM4=');
  });

  it('of any text is some tracks at most, and never an exception', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 200, size: 'max' }),
        (text) => parseSdp(text).tracks.length <= 16,
      ),
    );
    expect(parseSdp('m=video 0 RTP/AVP 96\n'.repeat(1_000)).tracks).toHaveLength(16);
  });
});

describe('packets', () => {
  const numbered = (sequence: number, source = 1) => ({
    payloadType: 96,
    sequence: sequence & 0xffff,
    timestamp: 0,
    source,
    payload: Buffer.alloc(0),
    recordedAt: null,
  });

  it.each([
    ['in order over the wrap', [65_534, 65_535, 0, 1], 0],
    ['with two left out', [1, 2, 5], 2],
    ['in another order', [1, 3, 2, 4], 0],
    ['after a restart of the source', [1, 2, 30_000], 0],
  ])('%s: lost', (_, numbers, lost) => {
    const sequence = new Sequence();
    for (const number of numbers) sequence.take(numbered(number));
    expect([sequence.received, sequence.lost]).toEqual([numbers.length, lost]);
  });

  it('count time over the wrap of their timestamps', () => {
    const ticks = new Ticks();
    for (const timestamp of [2 ** 32 - 3_000, 2 ** 32 - 6_000, 0, 3_000]) ticks.take(timestamp);
    expect(ticks.most - ticks.least).toBe(9_000);
  });

  it('of any bytes are packets or none, whatever track they come over', () => {
    const section = 'm=video 0 RTP/AVP 96\r\na=rtpmap:96 H265/90000\r\n';
    const track = new RtpTrack(parseSdp(section).tracks[0]!, 'video');
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300, size: 'max' }), fc.boolean(), (bytes, isRtp) => {
        const packet = Buffer.from(bytes);
        if (isRtp && packet.length > 1) packet.set([0x80 | (packet[0]! & 0x3f), 96]);
        track.take(packet);
        parseRtp(packet);
        saysBye(packet);
      }),
    );
    expect(track.seen().packets).toBeGreaterThan(0);
  });
});

describe('text and packets of one connection', () => {
  const packet = Buffer.from('2401000461626364', 'hex');
  const answer = Buffer.from('RTSP/1.0 200 OK\r\nCSeq: 1\r\nX: a\r\nx: b\r\nContent-Length: 3\r\n\r\nv=0');
  const whole = Buffer.concat([packet, answer, Buffer.from('\r\n'), packet, packet, answer]);

  it('are told apart however they are cut', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 300 }), (cuts) => {
        const told: string[] = [];
        const splitter = new RtspSplitter({
          packet: (channel, payload) => told.push(`${channel} ${payload.toString()}`),
          message: ({ status, headers, body }) => told.push(`${status} ${headers['x']?.join()} ${body}`),
        });
        for (let at = 0, turn = 0; at < whole.length; turn++) {
          const size = cuts[turn % cuts.length]!;
          splitter.push(whole.subarray(at, at + size));
          at += size;
        }
        expect(told).toEqual(['1 abcd', '200 a,b v=0', '1 abcd', '1 abcd', '200 a,b v=0']);
      }),
    );
  });
});

describe('a challenge', () => {
  const who = { user: 'xunkao', password: 'p' };
  test.each([
    [['Digest realm="a, b", nonce="n"'], 'digest-md5'],
    [['Basic realm="x", Digest realm="y", nonce="n", algorithm=SHA-256, qop="auth-int, auth"'], 'digest-sha-256'],
    [['Digest realm="y", nonce="n", algorithm=MD5-sess, qop=auth', 'Basic realm="x"'], 'digest-md5'],
    [['Digest realm="y", nonce="n", qop="auth-int"', 'Basic realm="x"'], 'basic'],
    [['Basic'], 'basic'],
    [['Digest realm="y"'], null],
    [['Negotiate'], null],
    [[''], null],
    [[], null],
  ])('%j is answered by %s', (challenges, scheme) => {
    expect(answerChallenge(challenges, who)?.scheme ?? null).toBe(scheme);
  });

  it('with a quote or a line break in it begins no header of its own', () => {
    const answer = answerChallenge(['Digest realm="a\\"b", nonce="n\r\nX: y"'], who);
    const text = answer?.authorize('DESCRIBE', 'rtsp://h/x') ?? '';
    expect(text).toContain('realm="a\\"b"');
    expect(text).not.toMatch(/[\r\n]/);
  });

  it('is answered as RFC 2617 shows it', () => {
    const { authorize } = answerChallenge(
      [
        'Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc069c403ebaf9f0171e9517f40e41"',
      ],
      { user: 'Mufasa', password: 'Circle Of Life' },
    )!;
    // Without qop, as in RFC 2069: the MD5 of the three parts, worked out by another program.
    expect(authorize('GET', '/dir/index.html')).toContain('response="670fd8c2df070c60b045671b8b24ff02"');
  });
});
