import { fingerprintDigest } from '../../agent/fingerprint.ts';
import type { Enrol, Hello } from '../../agent/messages.ts';
import type { Introduced, LinkOf, LinkState } from '../identity/decide.ts';
import type { Machine } from '../identity/machine.ts';
import { keyIdOf, proves } from '../identity/proof.ts';
import type { Answer, Registry } from '../identity/registry.ts';
import type { Connection } from './connection.ts';
import type { GatewayEvent } from './event.ts';
import type { Link } from './intake.ts';
import type { Limits } from './limits.ts';

export interface ReceptionOptions {
  readonly site: string;
  readonly limits: Limits;
  readonly registry: Registry;
  readonly linkOf: (machine: string) => Link | undefined;
  readonly welcome: (guest: Guest) => void;
  readonly tell: (event: GatewayEvent) => void;
}

/** A machine that proved who it is. */
export interface Guest {
  readonly connection: Connection;
  readonly message: Hello | Enrol;
  readonly machine: Machine;
  readonly isNew: boolean;
  /** Digests of its fingerprint as it says now and as it was known. */
  readonly fingerprints: readonly string[];
}

/** From an introduction to a welcome or a refusal. */
export function createReception({ site, limits, registry, linkOf, welcome, tell }: ReceptionOptions) {
  function stateOf(machine: string, stream: string): LinkState {
    const link = linkOf(machine);
    if (!link?.connection.isOpen) return 'none';
    return link.stream === stream ? 'same' : 'unproven';
  }

  function ask(seen: Introduced, message: Hello | Enrol, address: string, links: LinkOf): Answer {
    if (message.type === 'hello') return registry.hello(seen, links);
    const { ticket, secret, previous, simulated = false } = message;
    return registry.enrol(
      { ...seen, ticket, secret, previous: previous ? keyIdOf(previous.key) : null, simulated, address },
      links,
    );
  }

  /** The old link of a machine has to prove that it still lives before another one is turned away. */
  async function askAgain(machine: string, seen: Introduced, message: Hello | Enrol, address: string): Promise<Answer> {
    const old = linkOf(machine);
    const isAlive = (await old?.connection.answers(limits.aliveMs)) ?? false;
    const proven = (id: string): LinkState => {
      if (id !== machine || linkOf(id) !== old) return stateOf(id, message.stream);
      return isAlive ? 'alive' : 'none';
    };
    return ask(seen, message, address, proven);
  }

  return async function introduce(connection: Connection, message: Hello | Enrol): Promise<void> {
    const { address, nonce } = connection;
    if (!isProven(message, site, nonce)) {
      return connection.refuse('signature', `the signature does not fit the key, this nonce and the site ${site}`);
    }
    const seen = introducedBy(message);
    const known = registry.byKey(seen.keyId)?.fingerprint;
    let answer = ask(seen, message, address, (id) => stateOf(id, message.stream));
    if (answer.kind === 'ask') answer = await askAgain(answer.machine, seen, message, address);
    if (answer.kind === 'ask')
      return connection.refuse('too-many', 'this machine connects too often at once; try again');
    if (answer.kind === 'refused') {
      const { aliveTwice, waiting } = answer;
      const other = aliveTwice === undefined ? undefined : linkOf(aliveTwice)?.connection.address;
      if (aliveTwice !== undefined) tell({ what: 'alive-twice', machine: aliveTwice, address, other: other ?? '' });
      if (waiting !== undefined) tell({ what: 'waiting', machine: waiting, address });
      return connection.refuse(answer.reason, answer.message);
    }
    const { machine, isNew } = answer;
    if (!(await isDurable(answer.durable, limits.decideMs))) {
      return connection.refuse('too-many', 'the collector cannot write its record now; try again later');
    }
    if (!connection.isOpen) return;
    const digests = [message.fingerprint, known ?? message.fingerprint].map(fingerprintDigest);
    welcome({ connection, message, machine, isNew, fingerprints: [...new Set(digests)] });
  };
}

function isProven(message: Hello | Enrol, site: string, nonce: string): boolean {
  const { type, key, signature, stream } = message;
  if (!proves(key, signature, { kind: type, site, nonce, stream })) return false;
  const previous = type === 'enrol' ? message.previous : undefined;
  return !previous || proves(previous.key, previous.signature, { kind: 'previous', site, nonce, stream });
}

function introducedBy({ key, fingerprint, stream, hostname, platform, version }: Hello | Enrol): Introduced {
  return { keyId: keyIdOf(key), key, fingerprint, stream, hostname, platform, version };
}

/** False when it cannot be written, or not in time: a hung disk must not hold a connection for ever. */
function isDurable(written: Promise<void>, withinMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, withinMs, false);
    const settle = (isWritten: boolean): void => {
      clearTimeout(timer);
      resolve(isWritten);
    };
    written.then(
      () => settle(true),
      () => settle(false),
    );
  });
}
