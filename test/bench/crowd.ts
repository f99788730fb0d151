import type { Ticket } from '../../agent/ticket.ts';
import type { Field } from './field.ts';
import type { CrowdAsks, Flip, Sent, SendOrder } from './crowd-child.ts';

export type { Flip, Sent, SendOrder } from './crowd-child.ts';

/** Many light clients in a process of their own: real keys and the real protocol, but frames that were made before. */
export interface Crowd {
  readonly pid: number;
  /** Connects them and enrols each with the ticket; resolves when all were welcomed. */
  enrol(order: { readonly agents: number; readonly ticket: Ticket; readonly tls: boolean }): Promise<void>;
  /** To a server that answers every frame and asks nothing: the peer of `take-in`. */
  connect(order: { readonly agents: number; readonly port: number }): Promise<void>;
  /** Sends frames at an even pace and waits until all are answered, 20 s at most. */
  send(order: SendOrder): Promise<Sent>;
  /** Verdicts that were made to change, with the moment at which the frame was sent. */
  takeFlips(): Promise<readonly Flip[]>;
}

export function startCrowd(field: Field): Crowd {
  const helper = field.helper<CrowdAsks>('crowd-child.ts');
  return {
    pid: helper.pid,
    enrol: (order) => helper.ask('enrol', order),
    connect: (order) => helper.ask('connect', order),
    send: (order) => helper.ask('send', order),
    takeFlips: () => helper.ask('takeFlips'),
  };
}
