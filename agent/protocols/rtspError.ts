import type { SocketTrouble } from './socketTrouble.ts';

/** What can go wrong with a camera, in words. */
export type RtspTrouble =
  | SocketTrouble
  /** 401 after our answer to its challenge, or without one that we can answer: wrong user or password, or none given. */
  | 'unauthorized'
  /** 403: the user exists and may not do this. */
  | 'forbidden'
  /** 404: there is no such stream, or no such channel. */
  | 'wrong-path'
  /** 453 or 503: it serves as many viewers as it can. */
  | 'busy'
  /** 461: it does not send over the connection itself. */
  | 'transport'
  /** It points elsewhere; not followed, for the password would go there. */
  | 'redirect'
  /** 551: it lacks what was demanded by `Require`. */
  | 'unsupported'
  /** Any other refusal; the message names it. */
  | 'error'
  /** Its description names neither picture nor sound. */
  | 'no-track'
  /** Not RTSP, or beyond its limits. */
  | 'nonsense';

/** The only error these functions give. Its message says what was tried, on whom and what came back; never a password. */
export class RtspError extends Error {
  readonly trouble: RtspTrouble;
  constructor(trouble: RtspTrouble, message: string) {
    super(message);
    this.name = 'RtspError';
    this.trouble = trouble;
  }
}

const STATUS: Readonly<Record<number, RtspTrouble>> = {
  401: 'unauthorized',
  403: 'forbidden',
  404: 'wrong-path',
  // Some answer so for a stream they do not have.
  400: 'error',
  453: 'busy',
  503: 'busy',
  461: 'transport',
  551: 'unsupported',
};

export function statusTrouble(status: number): RtspTrouble {
  return STATUS[status] ?? (status >= 300 && status < 400 ? 'redirect' : 'error');
}
