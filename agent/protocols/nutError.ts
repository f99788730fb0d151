import { socketTrouble, type SocketTrouble } from './socketTrouble.ts';

/** What can go wrong, in words: capitals are upsd's own (`ERR …`), the rest is ours. */
export type NutTrouble =
  | UpsdError
  /** Any other `ERR`; the message names it. */
  | 'error'
  | SocketTrouble
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

/** What an error of Node's socket means. */
export function troubleOf(error: NodeJS.ErrnoException): NutTrouble {
  return /^(ERR_(SSL|TLS)|EPROTO$)/.test(error.code ?? '') ? 'tls' : socketTrouble(error);
}
