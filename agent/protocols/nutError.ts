/** What can go wrong, in words: capitals are upsd's own (`ERR …`), the rest is ours. */
export type NutTrouble =
  | UpsdError
  /** Any other `ERR`; the message names it. */
  | 'error'
  /** No answer in time: host off, upsd hung, cable out, or a firewall that drops. */
  | 'timeout'
  /** The other side ended the connection. */
  | 'closed'
  /** Nothing listens on that port. */
  | 'refused'
  /** No route to the host. */
  | 'unreachable'
  /** The host's name has no address. */
  | 'no-address'
  /** The certificate is not signed by the given CA, is out of date, or is for another name. */
  | 'certificate'
  /** The TLS handshake failed before there was a certificate to judge. */
  | 'tls'
  /** Not the NUT protocol, or a reply beyond its limits. */
  | 'nonsense';

export type UpsdError = (typeof UPSD_ERRORS)[number];

export const UPSD_ERRORS = [
  'DATA-STALE',
  'DRIVER-NOT-CONNECTED',
  'UNKNOWN-UPS',
  'VAR-NOT-SUPPORTED',
  'ACCESS-DENIED',
  'FEATURE-NOT-CONFIGURED',
  'FEATURE-NOT-SUPPORTED',
] as const;

/** The only error these functions give. Its message says what was tried, on whom and what came back; never a password. */
export class NutError extends Error {
  readonly trouble: NutTrouble;
  constructor(trouble: NutTrouble, message: string) {
    super(message);
    this.name = 'NutError';
    this.trouble = trouble;
  }
}

/** True when upsd answered `ERR …`: the question is settled and the connection goes on. */
export function isRefusal({ trouble }: NutError): boolean {
  return trouble === 'error' || UPSD_ERRORS.some((word) => word === trouble);
}

const TROUBLES: Readonly<Record<string, NutTrouble>> = {
  ECONNREFUSED: 'refused',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  EHOSTDOWN: 'unreachable',
  // A firewall on this machine.
  EACCES: 'unreachable',
  EPERM: 'unreachable',
  ENOTFOUND: 'no-address',
  EAI_AGAIN: 'no-address',
  EAI_FAIL: 'no-address',
  EAI_NODATA: 'no-address',
  ETIMEDOUT: 'timeout',
  EPROTO: 'tls',
};

/** What an error of Node's socket means. */
export function troubleOf({ code = '' }: NodeJS.ErrnoException): NutTrouble {
  return TROUBLES[code] ?? (/^ERR_(SSL|TLS)/.test(code) ? 'tls' : 'closed');
}
