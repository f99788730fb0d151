import * as net from 'node:net';
import { StringDecoder } from 'node:string_decoder';
import * as tls from 'node:tls';
import { NutError, troubleOf, UPSD_ERRORS, type NutTrouble } from './nutError.ts';
import { quote, words, type Row } from './nutWords.ts';

/**
 * One connection to a `upsd`: the Network UPS Tools protocol 1.3 (RFC 9271), lines of words over TCP, port 3493.
 *
 * ```
 * → GET VAR "exam" ups.status        ← VAR exam ups.status "OL CHRG"        or  ERR DRIVER-NOT-CONNECTED
 * → LIST VAR "exam"                  ← BEGIN LIST VAR exam / VAR exam n "v" … / END LIST VAR exam
 * ```
 *
 * The server is not trusted: each reply is bounded in time as a whole (a slow drip does not extend it) and in size, and
 * anything that is not the reply to what was asked ends the connection.
 */
export interface NutServer {
  readonly host: string;
  readonly port: number;
  /** Demands STARTTLS before anything else is said; there is no way back to plain text. `ca` is PEM; the system's without. */
  readonly tls?: { readonly ca?: string };
  /** Sent inside TLS only: reading needs no login, so a password on a plain connection would be given away for nothing. */
  readonly user?: string;
  readonly password?: string;
  /** Limit of each step: connecting (with the name look-up), the TLS handshake, one whole reply. */
  readonly timeoutMs: number;
}

// upsd's own lines end below 1 KiB (its largest value is 256 bytes); a large UPS has some 200 variables, 10 KiB.
const LONGEST_LINE = 4_096;
const LONGEST_REPLY = 256 * 1_024;
const LONGEST_QUEUE = 16;

interface Request {
  /** Goes on the wire; null for a step of ours that ends otherwise. */
  readonly line: string | null;
  /** What to call it in messages: the line may hold a password. */
  readonly what: string;
  readonly isList: boolean;
  readonly resolve: (rows: readonly Row[]) => void;
  readonly reject: (error: NutError) => void;
  /** A list's lines so far, its `BEGIN` first. */
  readonly rows: Row[];
  size: number;
}

/** Used once: `open()`, any number of questions (answered in the order they were asked), `close()`. */
export class NutConnection {
  private readonly server: NutServer;
  private readonly queue: Request[] = [];
  private socket: net.Socket | undefined;
  private limit: NodeJS.Timeout | undefined;
  private rest = '';
  private last = '';
  private lastRow: Row | null = [];
  private end: NutError | undefined;

  constructor(server: NutServer) {
    this.server = server;
  }

  /** Connects; with `tls`, secures the connection and then logs in if there is a user. */
  async open(): Promise<void> {
    const { host, port, tls: secure, user, password } = this.server;
    const plain = secure ? { host, port } : { host, port, onread: this.reader() };
    await this.step('connecting', (done) => this.listen(net.connect(plain).once('connect', done)));
    if (!secure) return;
    await this.startTls(secure.ca);
    if (user === undefined) return;
    await this.expectOk(`USERNAME ${quote(user)}`, 'USERNAME');
    // upsd answers OK to any password: a wrong one would show at the first command that needs rights, and we have none.
    if (password !== undefined) await this.expectOk(`PASSWORD ${quote(password)}`, 'PASSWORD');
  }

  /** `GET VAR`: one line each way, 0.2 ms on a LAN. */
  async variable(ups: string, name: string): Promise<string> {
    const [row = []] = await this.ask(`GET VAR ${quote(ups)} ${quote(name)}`, 'GET VAR', false);
    const [kind, of, what, value] = row;
    if (kind === 'VAR' && of === ups && what === name && value !== undefined && row.length === 4) return value;
    throw this.fail('nonsense', 'GET VAR was answered with something else');
  }

  /** `LIST VAR`: every variable of one UPS. upsd writes it line by line, so it takes some 40 ms. */
  async variables(ups: string): Promise<ReadonlyMap<string, string>> {
    const [begin = [], ...rows] = await this.ask(`LIST VAR ${quote(ups)}`, 'LIST VAR', true);
    const end = rows.pop() ?? [];
    const found = new Map<string, string>();
    for (const [kind, of, name, value] of rows) {
      if (kind === 'VAR' && of === ups && name !== undefined && value !== undefined) found.set(name, value);
      else throw this.fail('nonsense', 'LIST VAR was answered with something else');
    }
    if (begin[2] === 'VAR' && begin[3] === ups && end[2] === 'VAR' && end[3] === ups) return found;
    throw this.fail('nonsense', 'LIST VAR was answered with another list');
  }

  /** Ends it at once; whatever was asked fails with `closed`. */
  close(): void {
    this.fail('closed', 'closed from this side');
  }

  private async startTls(ca: string | undefined): Promise<void> {
    await this.expectOk('STARTTLS', 'STARTTLS');
    const plain = this.socket;
    // Bytes that came in the clear with the `OK` must not count as said inside TLS.
    if (this.rest !== '' || plain === undefined) throw this.fail('nonsense', 'spoke on after OK STARTTLS');
    for (const event of ['data', 'end', 'close']) plain.removeAllListeners(event);
    const { host } = this.server;
    // Node takes a `ca` that is no certificate without a word: nothing is signed by it, so the handshake then fails.
    const options = {
      socket: plain,
      host,
      servername: net.isIP(host) === 0 ? host : '',
      ...(ca !== undefined && { ca }),
    };
    await this.step('the TLS handshake', (done) => this.listen(tls.connect(options, done)));
  }

  private async expectOk(line: string, what: string): Promise<void> {
    const [row = []] = await this.ask(line, what, false);
    if (row[0] !== 'OK') throw this.fail('nonsense', `${what} was answered with something else than OK`);
  }

  private ask(line: string, what: string, isList: boolean): Promise<readonly Row[]> {
    // A line break would smuggle in a second command.
    if (/[\r\n\0]/.test(line)) throw new Error(`a line break inside ${what}`);
    return this.enqueue(`${line}\n`, what, isList);
  }

  private step(what: string, begin: (done: () => void) => void): Promise<readonly Row[]> {
    const reply = this.enqueue(null, what, false);
    if (this.end === undefined) begin(() => this.settle([]));
    return reply;
  }

  private enqueue(line: string | null, what: string, isList: boolean): Promise<readonly Row[]> {
    if (this.end) return Promise.reject(this.end);
    if (this.queue.length >= LONGEST_QUEUE)
      throw new Error(`more than ${LONGEST_QUEUE} questions wait for ${this.name}`);
    return new Promise((resolve, reject) => {
      this.queue.push({ line, what, isList, resolve, reject, rows: [], size: 0 });
      if (this.queue.length === 1) this.send();
    });
  }

  private send(): void {
    const request = this.queue[0];
    if (request === undefined) return;
    // One timer for the connection: at four questions a second a new one for each is a good part of their cost.
    if (this.limit) this.limit.refresh();
    else this.limit = setTimeout(() => this.expire(), this.server.timeoutMs);
    if (request.line !== null) this.socket?.write(request.line);
  }

  private expire(): void {
    const request = this.queue[0];
    const isStill = (): boolean => request !== undefined && this.queue[0] === request;
    const reason = `no answer to ${request?.what} within ${this.server.timeoutMs} ms`;
    // When this process itself was frozen, the answer is waiting to be read: it gets its turn before the verdict.
    setImmediate(() => isStill() && this.fail('timeout', reason));
  }

  private settle(rows: readonly Row[]): void {
    const request = this.queue.shift();
    if (request === undefined) return;
    request.resolve(rows);
    this.send();
  }

  /**
   * One buffer for the connection's life: Node would take 64 KiB anew for each answer, and the garbage collector become
   * the dearest part of polling. Not with TLS, where Node reads by itself.
   */
  private reader(): net.OnReadOpts {
    const decoder = new StringDecoder('utf8');
    const buffer = Buffer.alloc(16_384);
    const callback = (size: number): boolean => {
      this.read(decoder.write(buffer.subarray(0, size)));
      return true;
    };
    return { buffer, callback };
  }

  private listen(socket: net.Socket): void {
    this.socket = socket;
    socket.setNoDelay(true);
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => this.read(text));
    socket.on('error', (error: NodeJS.ErrnoException) => {
      const { authorizationError } = socket as Partial<tls.TLSSocket>;
      this.fail(authorizationError ? 'certificate' : troubleOf(error), error.code ?? error.message);
    });
    socket.on('end', () => this.fail('closed', 'ended the connection'));
    socket.on('close', () => this.fail('closed', 'the connection was closed'));
  }

  private read(text: string): void {
    const pending = this.rest + text;
    let from = 0;
    for (let end = pending.indexOf('\n'); end >= 0 && !this.end; end = pending.indexOf('\n', from)) {
      this.take(pending.slice(from, end));
      from = end + 1;
    }
    this.rest = pending.slice(from);
    if (this.rest.length > LONGEST_LINE) this.fail('nonsense', `a line longer than ${LONGEST_LINE} characters`);
  }

  private take(line: string): void {
    const request = this.queue[0];
    if (request === undefined || request.line === null) return void this.fail('nonsense', 'spoke without being asked');
    request.size += line.length;
    const row = line.length > LONGEST_LINE || request.size > LONGEST_REPLY ? null : this.parse(line);
    if (row === null) return void this.fail('nonsense', `a broken or too long answer to ${request.what}`);
    if (row[0] === 'ERR' && request.rows.length === 0) return this.refuse(request, row[1] ?? '');
    if (!request.isList) return this.settle([row]);
    request.rows.push(row);
    if (request.rows.length === 1) {
      if (row[0] !== 'BEGIN') this.fail('nonsense', `${request.what} was answered with something else`);
    } else if (row[0] === 'END') this.settle(request.rows);
  }

  /** Most answers are the one before. */
  private parse(line: string): Row | null {
    if (line !== this.last) {
      this.last = line;
      this.lastRow = words(line);
    }
    return this.lastRow;
  }

  /** `ERR` settles one question; the connection stays. */
  private refuse(request: Request, code: string): void {
    this.queue.shift();
    const known = UPSD_ERRORS.find((word) => word === code);
    const said = known ?? (/^[A-Z-]{1,40}$/.test(code) ? code : 'an error it does not name');
    request.reject(new NutError(known ?? 'error', `${this.name} refused ${request.what}: ${said}`));
    this.send();
  }

  /** Ends the connection for a reason; the first reason stays. */
  private fail(trouble: NutTrouble, reason: string): NutError {
    if (this.end) return this.end;
    const error = new NutError(trouble, `${this.name}: ${reason}`);
    this.end = error;
    this.rest = '';
    this.socket?.destroy();
    clearTimeout(this.limit);
    for (const request of this.queue.splice(0)) request.reject(error);
    return error;
  }

  private get name(): string {
    return `upsd at ${this.server.host}:${this.server.port}`;
  }
}
