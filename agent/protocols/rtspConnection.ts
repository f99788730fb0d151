import * as net from 'node:net';
import { answerChallenge, type Authorization, type AuthScheme, type Credentials } from './digest.ts';
import { RtspError, statusTrouble } from './rtspError.ts';
import { RtspSplitter, type RtspMessage } from './rtspSplitter.ts';
import { socketTrouble } from './socketTrouble.ts';

/**
 * One connection to an RTSP 1.0 server (RFC 2326), packets interleaved with the text.
 *
 * The server is not trusted: each answer is bounded in time as a whole (a slow drip does not extend it), the connection in
 * bytes, and what is kept of it in size; a redirect is not followed, since the password would go there.
 */
export interface RtspServer extends Partial<Credentials> {
  readonly host: string;
  readonly port: number;
  /** Limit of each step: connecting (with the name look-up), one whole answer. */
  readonly timeoutMs: number;
  /** Beyond this the connection is ended. */
  readonly mostBytes: number;
}

export interface RtspListener {
  readonly packet: (channel: number, payload: Buffer) => void;
  /** The connection is over, for whatever reason; told once. */
  readonly over: (error: RtspError) => void;
}

interface Waiting {
  readonly method: string;
  readonly sequence: number;
  readonly resolve: (message: RtspMessage) => void;
  readonly reject: (error: RtspError) => void;
}

const AGENT = 'xunkao';

/** Used once: `open()`, questions one after the other, `close()`. */
export class RtspConnection {
  private readonly server: RtspServer;
  private readonly listener: RtspListener;
  private readonly splitter: RtspSplitter;
  private socket: net.Socket | undefined;
  private waiting: Waiting | undefined;
  private limit: NodeJS.Timeout | undefined;
  private sequence = 0;
  private session: string | undefined;
  private authorize: Authorization | undefined;
  private end: RtspError | undefined;
  /** Which authentication was asked for; null while none was. */
  scheme: AuthScheme | null = null;
  /** Seconds without a request after which the server may end the session. */
  sessionSeconds = 60;
  /** Bytes that came, with all framing. */
  bytes = 0;

  constructor(server: RtspServer, listener: RtspListener) {
    this.server = server;
    this.listener = listener;
    this.splitter = new RtspSplitter({
      message: (message) => this.heard(message),
      packet: (channel, payload) => {
        if (this.end === undefined) this.listener.packet(channel, payload);
      },
    });
  }

  open(): Promise<void> {
    const { host, port, timeoutMs } = this.server;
    return new Promise((resolve, reject) => {
      const socket = net.connect({ host, port });
      this.socket = socket;
      this.limit = setTimeout(() => reject(this.fail('timeout', `no connection within ${timeoutMs} ms`)), timeoutMs);
      socket.setNoDelay(true);
      socket.once('connect', () => {
        clearTimeout(this.limit);
        resolve();
      });
      socket.on('data', (chunk: Buffer) => this.read(chunk));
      socket.on('error', (error: NodeJS.ErrnoException) =>
        reject(this.fail(socketTrouble(error), error.code ?? 'a broken connection')),
      );
      socket.on('end', () => this.fail('closed', 'ended the connection'));
      socket.on('close', () => reject(this.fail('closed', 'the connection was closed')));
    });
  }

  /**
   * One request; answers a challenge once. Gives only what succeeded (2xx), throws an `RtspError` for the rest.
   * @param headers must hold no line breaks
   */
  async ask(method: string, uri: string, headers: Readonly<Record<string, string>> = {}): Promise<RtspMessage> {
    let answer = await this.send(method, uri, headers);
    const { user, password = '' } = this.server;
    if (answer.status === 401 && user !== undefined) {
      const challenge = answerChallenge(answer.headers['www-authenticate'] ?? [], { user, password });
      if (challenge !== null) {
        ({ authorize: this.authorize, scheme: this.scheme } = challenge);
        answer = await this.send(method, uri, headers);
      }
    }
    this.keepSession(answer);
    if (answer.status >= 200 && answer.status < 300) return answer;
    const said = answer.reason.replace(/[^\x20-\x7e]/g, '?');
    throw new RtspError(statusTrouble(answer.status), `${this.name} answered ${method} with ${answer.status} ${said}`);
  }

  /** Ends it at once; a question that is open fails with `closed`. */
  close(): void {
    this.fail('closed', 'closed from this side');
  }

  /** The caller's own patience has ended. */
  giveUp(reason: string): void {
    this.fail('timeout', reason);
  }

  private send(method: string, uri: string, headers: Readonly<Record<string, string>>): Promise<RtspMessage> {
    if (this.end) return Promise.reject(this.end);
    if (this.waiting) throw new Error(`${method} while ${this.waiting.method} is not answered`);
    const sequence = ++this.sequence;
    const lines = [
      `${method} ${uri} RTSP/1.0`,
      `CSeq: ${sequence}`,
      `User-Agent: ${AGENT}`,
      ...(this.authorize ? [`Authorization: ${this.authorize(method, uri)}`] : []),
      ...(this.session === undefined ? [] : [`Session: ${this.session}`]),
      ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    ];
    // A line break inside one would begin a header, or a request, of its own.
    if (lines.some((line) => /[\r\n\0]/.test(line))) throw new Error(`a line break inside ${method}`);
    return new Promise((resolve, reject) => {
      this.waiting = { method, sequence, resolve, reject };
      const { timeoutMs } = this.server;
      this.limit = setTimeout(() => this.fail('timeout', `no answer to ${method} within ${timeoutMs} ms`), timeoutMs);
      this.socket?.write(`${lines.join('\r\n')}\r\n\r\n`);
    });
  }

  private read(chunk: Buffer): void {
    if (this.end) return;
    this.bytes += chunk.length;
    try {
      this.splitter.push(chunk);
    } catch (error) {
      if (!(error instanceof RtspError)) throw error;
      this.fail(error.trouble, error.message);
    }
    if (this.bytes > this.server.mostBytes) this.fail('nonsense', `more than ${this.server.mostBytes} bytes`);
  }

  private heard(message: RtspMessage): void {
    const { waiting } = this;
    // Its own requests need no answer for as short as we stay, and an answer to an older question is none to this.
    const [sequence] = message.headers['cseq'] ?? [];
    if (message.status === 0 || !waiting || (sequence !== undefined && Number(sequence) !== waiting.sequence)) return;
    // 100: still working on it.
    if (message.status < 200) return;
    clearTimeout(this.limit);
    this.waiting = undefined;
    waiting.resolve(message);
  }

  private keepSession({ headers }: RtspMessage): void {
    const [text] = headers['session'] ?? [];
    const [, id, rest = ''] = /^([^;\s]{1,256})(.*)$/.exec(text ?? '') ?? [];
    if (id === undefined) return;
    this.session = id;
    const [, seconds] = /timeout\s*=\s*(\d{1,5})/i.exec(rest) ?? [];
    if (seconds !== undefined && Number(seconds) > 0) this.sessionSeconds = Number(seconds);
  }

  /** Ends the connection for a reason; the first reason stays. */
  private fail(trouble: RtspError['trouble'], reason: string): RtspError {
    if (this.end) return this.end;
    const error = new RtspError(trouble, `${this.name}: ${reason}`);
    this.end = error;
    clearTimeout(this.limit);
    this.socket?.destroy();
    this.waiting?.reject(error);
    this.waiting = undefined;
    this.listener.over(error);
    return error;
  }

  private get name(): string {
    return `camera at ${this.server.host}:${this.server.port}`;
  }
}
