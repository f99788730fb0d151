import { isIPv6 } from 'node:net';
import type * as NetSnmp from 'net-snmp';
import { SnmpError, troubleOf } from './snmpError.ts';

/**
 * Asks one device by SNMP v2c or v3 over UDP. net-snmp is loaded with the first session, so that an agent that reads no such
 * device never has it in memory, nor needs a Node that can run it (14 and later).
 *
 * ```ts
 * const session = await openSnmp({ host: '10.0.0.1', port: 161, community: 'exam' });
 * const values = await session.get(['1.3.6.1.2.1.1.3.0']);
 * const names = await session.column('1.3.6.1.2.1.31.1.1.1.1');   // index → value
 * session.close();
 * ```
 */
export interface SnmpTarget {
  readonly host: string;
  readonly port: number;
  /** v2c; ignored when there is a user. */
  readonly community?: string | undefined;
  /** v3: with a password it authenticates, with `privacy` it encrypts too. */
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  readonly privacy?: string | undefined;
  readonly auth?: string | undefined;
  readonly cipher?: string | undefined;
}

/** Counter64 is a bigint; octets stay as they are, since not all are text; an object identifier is a text. */
export type SnmpValue = number | bigint | string | Buffer;

export interface SnmpSession {
  /** What the device has no value for is left out. */
  get(oids: readonly string[]): Promise<ReadonlyMap<string, SnmpValue>>;
  /** One column of a table by its rows' index, in the device's order. `most` rows are read, 512 when not given. */
  column(oid: string, most?: number): Promise<ReadonlyMap<string, SnmpValue>>;
  /** Ends what is being asked; nothing is asked any more. */
  close(): void;
}

/** A device on the LAN answers within milliseconds; a busy old switch may need a second. One packet may be lost. */
const EACH_MS = 2_000;
const RETRIES = 1;
/** Rows that one question may bring: 20 of the longest names fit into one packet of 1,500 bytes on most devices. */
const ROWS_AT_ONCE = 20;
const MOST_ROWS = 512;
/** A device that gives one row at a time, or drips them, is given up. */
const COLUMN_MS = 10_000;

/** Null when it is not `snmp://host[:port]`. */
export function snmpAddress(url: string): { readonly host: string; readonly port: number } | null {
  const match = /^snmp:\/\/(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9._-]{1,253}))(?::(\d{1,5}))?\/?$/.exec(url);
  if (!match) return null;
  const port = match[3] === undefined ? 161 : Number(match[3]);
  if (port < 1 || port > 65_535 || (match[1] !== undefined && !isIPv6(match[1]))) return null;
  return { host: (match[1] ?? match[2])!, port };
}

/** Opens no connection: UDP has none. Throws `SnmpError` when there is nothing to introduce oneself with. */
export async function openSnmp(target: SnmpTarget): Promise<SnmpSession> {
  const { host, port } = target;
  if (target.user === undefined && target.community === undefined)
    throw new SnmpError('no-secret', `${host}:${port} has neither a community nor a user`);
  // CommonJS: everything it has is its default.
  const snmp = (await import('net-snmp')).default as unknown as typeof NetSnmp;
  const session = sessionOf(snmp, target);
  const open = new Set<(error: SnmpError) => void>();
  let isClosed = false;
  // What a stranger throws at the socket, or the socket itself: the question it belonged to ends by its time limit.
  (session as unknown as NodeJS.EventEmitter).on('error', () => undefined);

  /** One question: always ends, whatever the library does with what came. */
  function ask<Result>(begin: (done: (error: Error | null, result: Result) => void) => void): Promise<Result> {
    return new Promise((resolve, reject) => {
      if (isClosed) return reject(new SnmpError('closed', 'the session was closed'));
      const end = (): void => {
        clearTimeout(timer);
        open.delete(fail);
      };
      const fail = (error: SnmpError): void => {
        end();
        reject(error);
      };
      const timer = setTimeout(
        () => fail(new SnmpError('timeout', `${host}:${port} did not answer`)),
        EACH_MS * (RETRIES + 1) + 1_000,
      );
      open.add(fail);
      try {
        begin((error, result) => {
          if (error) return fail(new SnmpError(troubleOf(error), `${host}:${port}: ${error.message}`));
          end();
          resolve(result);
        });
      } catch (error) {
        fail(new SnmpError(troubleOf(error as Error), `${host}:${port}: ${(error as Error).message}`));
      }
    });
  }

  return {
    async get(oids) {
      const found = await ask<NetSnmp.Varbind[]>((done) => session.get([...oids], done as never));
      return new Map(found.flatMap((varbind) => pairOf(snmp, varbind, varbind.oid)));
    },
    async column(oid, most = MOST_ROWS) {
      const rows = new Map<string, SnmpValue>();
      const until = Date.now() + COLUMN_MS;
      for (let last = oid; ;) {
        const bulk = await ask<NetSnmp.Varbind[][]>((done) => session.getBulk([last], 0, ROWS_AT_ONCE, done as never));
        const answer = bulk.flat();
        for (const varbind of answer) {
          if (!varbind.oid.startsWith(`${oid}.`) || snmp.isVarbindError(varbind)) return rows;
          // An agent that goes in circles would be asked for ever.
          if (!isAfter(varbind.oid, last)) throw new SnmpError('nonsense', `${host}:${port} answers out of order`);
          last = varbind.oid;
          for (const [index, value] of pairOf(snmp, varbind, varbind.oid.slice(oid.length + 1))) rows.set(index, value);
          if (rows.size >= most) return rows;
        }
        if (answer.length === 0) return rows;
        if (Date.now() > until) throw new SnmpError('timeout', `${host}:${port} takes too long for one column`);
      }
    },
    close() {
      if (isClosed) return;
      isClosed = true;
      for (const fail of open) fail(new SnmpError('closed', 'the session was closed'));
      session.close();
    },
  };
}

function sessionOf(snmp: typeof NetSnmp, target: SnmpTarget): NetSnmp.Session {
  const { host, port, community = '', user, password, privacy, auth = 'sha', cipher = 'aes' } = target;
  const transport = isIPv6(host) ? 'udp6' : 'udp4';
  const common = { port, transport, timeout: EACH_MS, retries: RETRIES, backwardsGetNexts: true } as const;
  if (user === undefined) return snmp.createSession(host, community, { ...common, version: snmp.Version2c });
  const { noAuthNoPriv, authNoPriv, authPriv } = snmp.SecurityLevel;
  const level = password === undefined ? noAuthNoPriv : privacy === undefined ? authNoPriv : authPriv;
  const shared = { name: user, level };
  const protocols = {
    authProtocol: (snmp.AuthProtocols as unknown as Record<string, NetSnmp.AuthProtocols>)[auth]!,
    privProtocol: (snmp.PrivProtocols as unknown as Record<string, NetSnmp.PrivProtocols>)[cipher]!,
  };
  const one =
    password === undefined
      ? shared
      : privacy === undefined
        ? { ...shared, authProtocol: protocols.authProtocol, authKey: password }
        : { ...shared, ...protocols, authKey: password, privKey: privacy };
  return snmp.createV3Session(host, one, { ...common, version: snmp.Version3 });
}

function pairOf(snmp: typeof NetSnmp, varbind: NetSnmp.Varbind, key: string): [string, SnmpValue][] {
  if (snmp.isVarbindError(varbind)) return [];
  const value: unknown = varbind.value;
  if (varbind.type === snmp.ObjectType.Counter64 && Buffer.isBuffer(value)) return [[key, folded(value)]];
  if (typeof value === 'number' || typeof value === 'string' || Buffer.isBuffer(value)) return [[key, value]];
  return [];
}

/** Counter64 comes as its bytes, as few as it needs. BigInt() and no literals: Node 10.4 on has it, esbuild's target lowers none. */
function folded(bytes: Buffer): bigint {
  const hex = bytes.slice(-8).toString('hex');
  return BigInt(hex === '' ? 0 : `0x${hex}`);
}

function isAfter(oid: string, before: string): boolean {
  const [left, right] = [oid, before].map((text) => text.split('.').map(Number)) as [number[], number[]];
  for (let index = 0; index < Math.max(left.length, right.length); index++) {
    const difference = (left[index] ?? -1) - (right[index] ?? -1);
    if (difference !== 0) return difference > 0;
  }
  return false;
}

/** A device's text: its bytes as UTF-8, one line, at most 200 characters; other kinds of values have none. */
export function snmpText(value: SnmpValue | undefined): string | null {
  if (!Buffer.isBuffer(value)) return null;
  const text = value.toString('utf8').replace(/[\p{C}\s]+/gu, ' ');
  return text.trim().slice(0, 200);
}

/** A whole number that is exact as one. */
export function snmpNumber(value: SnmpValue | undefined): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) ? value : null;
}
