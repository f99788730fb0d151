import { messageOf, type Fault } from './ask.ts';
import { once } from './once.ts';
import { WORDS } from './words.ts';

/** A refusal may say more than its message: the faults of a file, line by line. */
export type Sent<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly fault: Fault; readonly body: unknown };

/** As long as the collector waits for a request. */
const SENDING_MS = 20_000;

/** Sends a file as it is; pressed twice, once. */
export function sendFile<T>(path: string, file: File, type: string): Promise<Sent<T>> {
  return once(`${path} ${file.name} ${file.size} ${file.lastModified}`, () => send<T>(path, file, type));
}

async function send<T>(path: string, file: File, type: string): Promise<Sent<T>> {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), SENDING_MS);
  try {
    const response = await fetch(`/api/v1/${path}`, {
      method: 'POST',
      credentials: 'same-origin',
      cache: 'no-store',
      signal: abort.signal,
      headers: { Accept: 'application/json', 'Content-Type': type, 'X-Xunkao': '1' },
      body: file,
    });
    const answer = await response.text();
    if (response.ok) return { ok: true, value: JSON.parse(answer) as T };
    const fault = { status: response.status, message: messageOf(answer, response.status) };
    return { ok: false, fault, body: parsed(answer) };
  } catch {
    const message = (await isReadable(file)) ? WORDS.no_answer : WORDS.file_changed;
    return { ok: false, fault: { status: 0, message }, body: null };
  } finally {
    clearTimeout(timer);
  }
}

/** A file that was saved again after it was chosen is refused by the browser itself, before anything is sent. */
async function isReadable(file: File): Promise<boolean> {
  return file
    .slice(0, 1)
    .arrayBuffer()
    .then(() => true)
    .catch(() => false);
}

function parsed(answer: string): unknown {
  try {
    return JSON.parse(answer);
  } catch {
    return null;
  }
}
