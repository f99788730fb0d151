/** What can go wrong when a device is asked by SNMP, in words. */
export type SnmpTrouble =
  /** No answer: the address, the port, the community (a wrong one is answered by silence), or nobody is there. */
  | 'timeout'
  /** The settings have neither a community nor a user. */
  | 'no-secret'
  /** v3: the device knows no such user. */
  | 'unknown-user'
  /** v3: the password, the privacy password, or one of their algorithms is wrong. */
  | 'wrong-password'
  /** This Node.js cannot encrypt so, as with DES. */
  | 'cipher'
  /** The host's name has no address. */
  | 'no-address'
  /** No route to the host. */
  | 'unreachable'
  /** The device answers, and not with what was asked: its view does not hold it, or it is no such device. */
  | 'not-supported'
  /** What came is no SNMP, out of order, or not an answer to the question. */
  | 'nonsense'
  | 'closed'
  | 'error';

/** The only error of `snmp.ts`. Its message says what was tried, on whom and what came back; never a secret. */
export class SnmpError extends Error {
  readonly trouble: SnmpTrouble;
  constructor(trouble: SnmpTrouble, message: string) {
    super(message);
    this.name = 'SnmpError';
    this.trouble = trouble;
  }
}

const CODES: Readonly<Record<string, SnmpTrouble>> = {
  ENOTFOUND: 'no-address',
  EAI_AGAIN: 'no-address',
  EAI_FAIL: 'no-address',
  EAI_NODATA: 'no-address',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  EACCES: 'unreachable',
  EPERM: 'unreachable',
  ECONNREFUSED: 'timeout',
  ERR_OSSL_EVP_UNSUPPORTED: 'cipher',
  ERR_CRYPTO_UNKNOWN_CIPHER: 'cipher',
};

/** What an error of net-snmp, or of the socket below it, means. */
export function troubleOf({ name, message, code = '' }: NodeJS.ErrnoException): SnmpTrouble {
  if (CODES[code] !== undefined) return CODES[code];
  if (name === 'RequestTimedOutError') return 'timeout';
  if (/unknown ?user/i.test(message)) return 'unknown-user';
  if (/wrong digest|decrypt|authenticat|auth fail|unsupported security|digest/i.test(message)) return 'wrong-password';
  if (/unsupported|unknown cipher/i.test(message)) return 'cipher';
  if (name === 'RequestFailedError') return 'not-supported';
  if (name === 'ResponseInvalidError') return 'nonsense';
  return 'error';
}
