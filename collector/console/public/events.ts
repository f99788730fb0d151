import { eventReader } from './eventReader.ts';

/**
 * Server-Sent Events read by hand: `EventSource` hides the comment lines that are the collector's heartbeat, and a page
 * that cannot tell silence from calm would show an old picture as if it were the present one.
 */

/** Nothing heard for this long = lost. The collector says something at least every 2 s. */
export const SILENCE_MS = 5_000;

export interface Listener {
  /** Anything at all came in, a heartbeat too. */
  heard(): void;
  event(name: string, data: string): void;
}

/** Why listening ended: an HTTP status other than 200, or `null` when the line was cut or silent. */
export interface Ended {
  readonly status: number | null;
}

/** Listens until the stream ends, falls silent or `stop` says so. What the world does to the line never throws. */
export async function listen(path: string, listener: Listener, stop: AbortSignal): Promise<Ended> {
  const abort = new AbortController();
  const end = (): void => abort.abort();
  stop.addEventListener('abort', end);
  let heardAt = performance.now();
  const watch = window.setInterval(() => {
    if (performance.now() - heardAt > SILENCE_MS) end();
  }, 250);
  try {
    const response = await open(path, abort.signal);
    if (response?.status !== 200 || !response.body) return { status: response?.status ?? null };
    const reader = response.body.getReader();
    const decoder = new TextDecoder();
    const read = eventReader((name, data) => listener.event(name, data));
    for (;;) {
      const piece = await reader.read().catch(() => null);
      if (!piece || piece.done) return { status: null };
      heardAt = performance.now();
      listener.heard();
      read(decoder.decode(piece.value, { stream: true }));
    }
  } finally {
    window.clearInterval(watch);
    stop.removeEventListener('abort', end);
    end();
  }
}

async function open(path: string, signal: AbortSignal): Promise<Response | null> {
  const headers = { Accept: 'text/event-stream' };
  try {
    return await fetch(path, { credentials: 'same-origin', cache: 'no-store', signal, headers });
  } catch {
    return null;
  }
}
