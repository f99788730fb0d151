import type { Socket } from 'node:net';
import { isLoopback } from './addresses.ts';
import { Bucket } from './bucket.ts';
import type { Limits } from './limits.ts';

export interface DoorCounts {
  open: number;
  /** Without a first byte so far. */
  halfOpen: number;
  refusedTooMany: number;
  refusedTooFast: number;
  refusedRequests: number;
  /** Closed because they said nothing, in time or before too many others came. */
  closedSilent: number;
}

interface Visitors {
  open: number;
  /** New connections it may still make now; refills every second. */
  tokens: number;
  refilledAt: number;
  readonly requests: Bucket;
  /** Sockets without a first byte, oldest first. */
  readonly silent: Set<Socket>;
  /** About to be forgotten. */
  leaving: boolean;
}

/**
 * Counts connections before anything is read or decrypted. Refused ones are closed without a word: an answer would cost
 * more than the question.
 */
export function createDoor(limits: Limits) {
  const visitors = new Map<string, Visitors>();
  /** Every socket without a first byte, oldest first, and whose it is. */
  const silent = new Map<Socket, Visitors>();
  const sockets = new Set<Socket>();
  const counts: DoorCounts = {
    open: 0,
    halfOpen: 0,
    refusedTooMany: 0,
    refusedTooFast: 0,
    refusedRequests: 0,
    closedSilent: 0,
  };

  function of(address: string): Visitors {
    const now = performance.now();
    const perSecond = isLoopback(address) ? limits.newPerSecondLoopback : limits.newPerSecond;
    let those = visitors.get(address);
    if (!those) {
      const requests = new Bucket(limits.requestsPerSecond, 4 * limits.requestsPerSecond);
      those = { open: 0, tokens: perSecond, refilledAt: now, requests, silent: new Set(), leaving: false };
      visitors.set(address, those);
    }
    those.tokens = Math.min(perSecond, those.tokens + ((now - those.refilledAt) / 1000) * perSecond);
    those.refilledAt = now;
    return those;
  }

  function mayEnter(those: Visitors, address: string): boolean {
    const most = isLoopback(address) ? limits.connectionsPerLoopback : limits.connectionsPerAddress;
    if (those.open >= most || counts.open >= limits.connections) {
      counts.refusedTooMany += 1;
      return false;
    }
    if (those.tokens < 1) {
      counts.refusedTooFast += 1;
      return false;
    }
    those.tokens -= 1;
    return true;
  }

  function spoke(socket: Socket): void {
    silent.get(socket)?.silent.delete(socket);
    silent.delete(socket);
    counts.halfOpen = silent.size;
  }

  function closeSilent(socket: Socket | undefined): void {
    if (!socket || !silent.has(socket)) return;
    // At once, not at its `close`: the next visitor must not find it here again.
    spoke(socket);
    counts.closedSilent += 1;
    socket.destroy();
  }

  /** Forgets an address when it has had nothing open for a second: until then it remembers what it used up. */
  function forget(address: string, those: Visitors): void {
    if (those.open > 0 || those.leaving) return;
    those.leaving = true;
    setTimeout(() => {
      those.leaving = false;
      if (those.open === 0) visitors.delete(address);
    }, 1_000).unref();
  }

  return {
    counts,
    /** Null when the socket was refused and closed; else the function to call when its first byte is there. */
    enter(socket: Socket, address: string): (() => void) | null {
      const those = of(address);
      if (address === '' || !mayEnter(those, address)) {
        forget(address, those);
        socket.destroy();
        return null;
      }
      counts.open += 1;
      those.open += 1;
      sockets.add(socket);
      silent.set(socket, those);
      those.silent.add(socket);
      const timer = setTimeout(closeSilent, limits.firstByteMs, socket);
      socket.once('close', () => {
        clearTimeout(timer);
        spoke(socket);
        sockets.delete(socket);
        counts.open -= 1;
        those.open -= 1;
        forget(address, those);
      });
      if (those.silent.size > limits.halfOpenPerAddress) closeSilent(first(those.silent));
      else if (silent.size > limits.halfOpen) closeSilent(first(silent));
      counts.halfOpen = silent.size;
      return () => {
        clearTimeout(timer);
        spoke(socket);
      };
    },
    /** False when this address asks faster than it may over the connections that it has. */
    mayAsk(address: string): boolean {
      const requests = visitors.get(address)?.requests;
      if (!requests || isLoopback(address)) return true;
      const may = requests.hasAny(performance.now());
      if (may) requests.spend();
      else counts.refusedRequests += 1;
      return may;
    },
    closeAll(): void {
      for (const socket of sockets) socket.destroy();
    },
  };
}

function first(sockets: ReadonlySet<Socket> | ReadonlyMap<Socket, unknown>): Socket | undefined {
  return sockets.keys().next().value;
}
