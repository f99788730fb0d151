import type { IncomingMessage, ServerResponse } from 'node:http';
import { OrganizationRefusal } from './refusal.ts';

/** How many requests of sites one process works on at once. Who comes beyond waits at home, and comes again with jitter. */
export interface Places {
  /** In all, by sites whose key is pinned. */
  readonly all: number;
  /** By one of them: a push and a file. */
  readonly each: number;
  /** By everybody else, in all: they enrol, or say which key followed the pinned one. */
  readonly strangers: number;
}

export const PLACES: Places = { all: 64, each: 2, strangers: 32 };

/** Bytes that a request may have whose key is not the pinned one: a ticket, or some minutes of entries with rotations. */
export const MOST_OF_STRANGER = 256 * 1024;
/** In which they have to arrive. */
export const STRANGER_MS = 15_000;

export interface Door {
  /** @returns gives the place back; once or more. Throws `busy` when none is left. @param site null for a stranger */
  enter(site: string | null): () => void;
}

export function createDoor({ all, each, strangers }: Places): Door {
  const within = new Map<string | null, number>();
  let known = 0;
  return {
    enter(site) {
      const before = within.get(site) ?? 0;
      const isFull = site === null ? before >= strangers : before >= each || known >= all;
      if (isFull) throw BUSY();
      within.set(site, before + 1);
      if (site !== null) known += 1;
      let isWithin = true;
      return () => {
        if (!isWithin) return;
        isWithin = false;
        const left = within.get(site)! - 1;
        if (left === 0) within.delete(site);
        else within.set(site, left);
        if (site !== null) known -= 1;
      };
    },
  };
}

/** Keeps a place until the answer is gone and the work is done: who hangs up early does not make room for more work. */
export function stayOf(leave: () => void, answer: ServerResponse): <T>(work: () => Promise<T>) => Promise<T> {
  let isWorking = false;
  let isGone = answer.destroyed;
  const settle = (): void => {
    if (isGone && !isWorking) leave();
  };
  answer.once('close', () => {
    isGone = true;
    settle();
  });
  settle();
  return async (work) => {
    isWorking = true;
    try {
      return await work();
    } finally {
      isWorking = false;
      settle();
    }
  };
}

/** Hangs up when the body is not there in time. */
export function mustArrive(request: IncomingMessage, limitMs: number): void {
  const timer = setTimeout(() => request.destroy(), limitMs);
  for (const event of ['end', 'close']) request.once(event, () => clearTimeout(timer));
}

/** Reads the rest and keeps nothing of it, so that an answer arrives where its line would be cut under the sending. */
export function drained(request: IncomingMessage): Promise<void> {
  if (request.readableEnded || request.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    for (const event of ['end', 'close', 'error']) request.once(event, () => resolve());
    request.resume();
  });
}

const BUSY = () =>
  new OrganizationRefusal(503, 'busy', {
    zh: '机构服务器正忙，稍后会自动重试',
    en: 'the organization’s server is busy; the site tries again by itself',
  });
