import { performance } from 'node:perf_hooks';
import { URL } from 'node:url';
import type { AuthScheme, Credentials } from './digest.ts';
import { RtspConnection } from './rtspConnection.ts';
import { RtspError, type RtspTrouble } from './rtspError.ts';
import type { RtspMessage } from './rtspSplitter.ts';
import { saysBye } from './rtp.ts';
import { RtpTrack, type TrackSeen } from './rtpTrack.ts';
import { parseSdp, type Sdp, type SdpTrack } from './sdp.ts';

/**
 * Looks at a stream for a while and tells what really came: a camera may answer 200 to everything and send no picture, or
 * sound alone, and then only counting packets track by track shows it. Knows nothing of readings.
 */
export interface RtspTarget extends Partial<Credentials> {
  /** `rtsp://host:554/path?query`, no user or password inside. */
  readonly url: string;
}

export interface RtspWish {
  /** Limit of each step, and of all of them together until the stream plays. */
  readonly stepMs: number;
  readonly talkMs: number;
  /** How long to listen at most, and how much. */
  readonly listenMs: number;
  readonly mostBytes: number;
  /** Asked some times a second: true ends the listening. */
  readonly isEnough?: (seen: readonly TrackSeen[]) => boolean;
  /** A clip that was sending and has been silent for this long has ended. */
  readonly silentMs?: number;
  /** `Range` of PLAY; from now on when not given. */
  readonly range?: string;
  /** Registers what ends it early; it then fails, or ends, as `timeout`. */
  readonly onStop?: (act: () => void) => void;
  /** `onvif-replay`: a server that lacks it says `unsupported`. */
  readonly require?: string;
}

export interface RtspSample {
  /** Of each kind the first track that the description names. */
  readonly tracks: readonly TrackSeen[];
  readonly server: string | null;
  readonly scheme: AuthScheme | null;
  /** Bytes that came over the connection. */
  readonly bytes: number;
  /** ms from the start until it played, until the first packet (null: none came), and to the end of listening. */
  readonly playMs: number;
  readonly firstMs: number | null;
  readonly endMs: number;
  /** Why the listening ended. */
  readonly ended: 'enough' | 'time' | 'bytes' | 'bye' | 'silent' | RtspTrouble;
}

export interface RtspAddress {
  readonly host: string;
  readonly port: number;
}

/** Reads the place out of `rtsp://10.0.0.6:554/…`; null for another scheme, a secret inside, or what cannot be a header. */
export function rtspAddress(text: string): RtspAddress | null {
  try {
    const url = new URL(text);
    if (url.protocol !== 'rtsp:' || url.username + url.password !== '' || /[\s\p{C}]/u.test(text)) return null;
    if (url.hostname === '' || url.port === '0') return null;
    return { host: url.hostname.replace(/^\[(.*)\]$/, '$1'), port: Number(url.port || 554) };
  } catch {
    return null;
  }
}

/** Throws an `RtspError` when it does not come to playing; what happens after that is in the sample. */
export async function sampleRtsp(target: RtspTarget, wish: RtspWish): Promise<RtspSample> {
  const address = rtspAddress(target.url);
  if (!address) throw new RtspError('error', 'the address is not rtsp://host:554/path');
  const { user, password } = target;
  const listening = new Listening(wish);
  const connection = new RtspConnection(
    {
      ...address,
      ...(user === undefined ? {} : { user }),
      ...(password === undefined ? {} : { password }),
      timeoutMs: wish.stepMs,
      mostBytes: wish.mostBytes + SPARE_BYTES,
    },
    { packet: (channel, bytes) => listening.packet(channel, bytes), over: ({ trouble }) => listening.end(trouble) },
  );
  wish.onStop?.(() => connection.giveUp('stopped'));
  const patience = setTimeout(() => connection.giveUp(`did not play within ${wish.talkMs} ms`), wish.talkMs);
  try {
    await connection.open();
    const { base, server, canGetParameter } = await play(connection, target.url, wish, listening);
    clearTimeout(patience);
    const ended = await listening.listen(connection, () =>
      connection.ask(canGetParameter ? 'GET_PARAMETER' : 'OPTIONS', base),
    );
    await goodbye(connection, base);
    return { ...listening.seen(), server, scheme: connection.scheme, bytes: connection.bytes, ended };
  } finally {
    clearTimeout(patience);
    connection.close();
  }
}

/** Only asks whether there is an RTSP server that answers, without showing a password: a few hundred bytes. */
export async function pulseRtsp(url: string, stepMs: number): Promise<void> {
  const address = rtspAddress(url);
  if (!address) throw new RtspError('error', 'the address is not rtsp://host:554/path');
  const nothing = (): void => undefined;
  const connection = new RtspConnection(
    { ...address, timeoutMs: stepMs, mostBytes: SPARE_BYTES },
    { packet: nothing, over: nothing },
  );
  try {
    await connection.open();
    await connection.ask('OPTIONS', url);
  } catch (error) {
    // Whatever it refuses, it answers.
    const answers: readonly RtspTrouble[] = ['unauthorized', 'forbidden', 'wrong-path', 'error', 'busy', 'redirect'];
    if (!(error instanceof RtspError) || !answers.includes(error.trouble)) throw error;
  } finally {
    connection.close();
  }
}

/** Descriptions, framing and the last packets on the way, beyond what the caller wants. */
const SPARE_BYTES = 512 * 1024;
const LOOK_MS = 100;
/** A goodbye is a courtesy; the camera's own time-out ends what it misses. */
const GOODBYE_MS = 500;

interface Playing {
  readonly base: string;
  readonly server: string | null;
  readonly canGetParameter: boolean;
}

async function play(connection: RtspConnection, url: string, wish: RtspWish, listening: Listening): Promise<Playing> {
  const options = await connection.ask('OPTIONS', url);
  const described = await connection.ask('DESCRIBE', url, { Accept: 'application/sdp' });
  const sdp = parseSdp(described.body);
  const base = baseOf(described, url);
  const required = wish.require === undefined ? {} : { Require: wish.require };
  const wanted = (['video', 'audio'] as const).flatMap((kind) => {
    const track = sdp.tracks.find((each) => each.kind === kind);
    return track ? [{ kind, track }] : [];
  });
  if (wanted.length === 0) throw new RtspError('no-track', 'the description names neither picture nor sound');
  for (const [index, { kind, track }] of wanted.entries()) {
    const channel = 2 * index;
    const transport = `RTP/AVP/TCP;unicast;interleaved=${channel}-${channel + 1}`;
    const answer = await connection.ask('SETUP', trackUri(base, track), { Transport: transport, ...required });
    const [, given] = /interleaved=(\d{1,3})/.exec(answer.headers['transport']?.[0] ?? '') ?? [];
    listening.add(given === undefined ? channel : Number(given), new RtpTrack(track, kind));
  }
  const whole = wholeUri(base, sdp);
  await connection.ask('PLAY', whole, { Range: wish.range ?? 'npt=0.000-', ...required });
  return {
    base: whole,
    server: described.headers['server']?.[0]?.slice(0, 100) ?? options.headers['server']?.[0]?.slice(0, 100) ?? null,
    canGetParameter: (options.headers['public'] ?? []).some((list) => list.includes('GET_PARAMETER')),
  };
}

/** Servers drop the query here, or put a slash behind it; what they name is what they want to hear. */
function baseOf({ headers }: RtspMessage, url: string): string {
  const said = headers['content-base']?.[0] ?? headers['content-location']?.[0] ?? '';
  return rtspAddress(said) ? said : url;
}

/** Not resolved as a link would be: cameras mean it put behind the base, query and all. */
function trackUri(base: string, { control }: SdpTrack): string {
  if (control === null || control === '*') return base;
  return /^rtsp:/i.test(control) ? control : `${base.replace(/\/?$/, '/')}${control}`;
}

function wholeUri(base: string, { control }: Sdp): string {
  return control !== null && rtspAddress(control) ? control : base;
}

async function goodbye(connection: RtspConnection, base: string): Promise<void> {
  const limit = setTimeout(() => connection.close(), GOODBYE_MS);
  // Over, or not able to: either way it ends.
  await connection.ask('TEARDOWN', base).catch(() => undefined);
  clearTimeout(limit);
}

/** Gathers what comes, from the first SETUP on: some send before they have answered PLAY. */
class Listening {
  private readonly wish: RtspWish;
  private readonly channels = new Map<number, RtpTrack>();
  private readonly byes = new Set<number>();
  private readonly startedAt = performance.now();
  private playedAt = 0;
  private firstAt: number | null = null;
  private lastAt = 0;
  private ended: RtspSample['ended'] | null = null;
  private done: () => void = () => undefined;

  constructor(wish: RtspWish) {
    this.wish = wish;
  }

  add(channel: number, track: RtpTrack): void {
    this.channels.set(channel, track);
  }

  packet(channel: number, bytes: Buffer): void {
    if (this.ended !== null) return;
    const track = this.channels.get(channel);
    if (track) {
      this.lastAt = performance.now();
      this.firstAt = this.firstAt ?? this.lastAt;
      track.take(bytes);
    } else if (this.channels.has(channel - 1) && saysBye(bytes)) {
      this.byes.add(channel);
      if (this.byes.size === this.channels.size) this.end('bye');
    }
  }

  end(why: RtspSample['ended']): void {
    this.ended = this.ended ?? why;
    this.done();
  }

  async listen(connection: RtspConnection, stay: () => Promise<unknown>): Promise<RtspSample['ended']> {
    this.playedAt = performance.now();
    const look = setInterval(() => this.look(connection.bytes), LOOK_MS);
    // Half of what the server allows, and never so often that it is a burden.
    const everyMs = Math.max(5, connection.sessionSeconds / 2) * 1000;
    const alive = setInterval(() => void stay().catch(() => undefined), everyMs);
    await new Promise<void>((resolve) => {
      this.done = resolve;
      if (this.ended !== null) resolve();
    });
    clearInterval(look);
    clearInterval(alive);
    return this.ended ?? 'time';
  }

  seen(): Pick<RtspSample, 'tracks' | 'playMs' | 'firstMs' | 'endMs'> {
    const since = (at: number): number => Math.round(at - this.startedAt);
    return {
      tracks: [...this.channels.values()].map((track) => track.seen()),
      playMs: since(this.playedAt),
      firstMs: this.firstAt === null ? null : since(this.firstAt),
      endMs: since(performance.now()),
    };
  }

  private look(bytes: number): void {
    const { listenMs, mostBytes, isEnough, silentMs } = this.wish;
    const now = performance.now();
    if (now - this.playedAt >= listenMs) this.end('time');
    else if (bytes >= mostBytes) this.end('bytes');
    else if (silentMs !== undefined && this.firstAt !== null && now - this.lastAt >= silentMs) this.end('silent');
    else if (isEnough?.([...this.channels.values()].map((track) => track.seen())) === true) this.end('enough');
  }
}
