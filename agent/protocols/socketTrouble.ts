/** What an error of a socket means to whoever has to find the cause; every protocol over TCP says it in these words. */
export type SocketTrouble =
  /** No answer in time: host off, service hung, cable out, or a firewall that drops. */
  | 'timeout'
  /** The other side ended the connection. */
  | 'closed'
  /** Nothing listens on that port. */
  | 'refused'
  /** No route to the host. */
  | 'unreachable'
  /** The host's name has no address. */
  | 'no-address';

const TROUBLES: Readonly<Record<string, SocketTrouble>> = {
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
};

/** By the code of Node's error; one that is not known ended the connection, whatever it was. */
export function socketTrouble({ code = '' }: NodeJS.ErrnoException): SocketTrouble {
  return TROUBLES[code] ?? 'closed';
}
