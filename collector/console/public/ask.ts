import type { Bilingual } from '../../../agent/probe.ts';
import type { ErrorAnswer } from '../api.ts';
import { once } from './once.ts';
import { WORDS } from './words.ts';

/** What came back from the collector: its answer, or why there is none, ready to be shown. */
export type Answered<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly fault: Fault };

export interface Fault {
  /** HTTP status; 0 when nothing answered. */
  readonly status: number;
  readonly message: Bilingual;
  /** Of a file that was handed in: each with its line. */
  readonly faults?: readonly LineFault[];
}

export interface LineFault extends Bilingual {
  readonly line: number;
}

const TIMEOUT_MS = 10_000;

/** `GET /api/v1/<path>` */
export function get<T>(path: string): Promise<Answered<T>> {
  return ask<T>('GET', path, undefined);
}

/**
 * A change; pressed twice it is one. Its header cannot be set by a foreign page's form, which is why the collector asks
 * for it.
 */
export function change<T>(method: 'POST' | 'PATCH' | 'PUT', path: string, body: object): Promise<Answered<T>> {
  return once(`${method} ${path} ${JSON.stringify(body)}`, () => ask<T>(method, path, body));
}

async function ask<T>(method: string, path: string, body: object | undefined): Promise<Answered<T>> {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), TIMEOUT_MS);
  try {
    const response = await fetch(`/api/v1/${path}`, {
      method,
      credentials: 'same-origin',
      cache: 'no-store',
      signal: abort.signal,
      headers: body
        ? { Accept: 'application/json', 'Content-Type': 'application/json', 'X-Xunkao': '1' }
        : { Accept: 'application/json' },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const answer = await response.text();
    if (response.ok) return { ok: true, value: (answer === '' ? {} : JSON.parse(answer)) as T };
    const { status } = response;
    return { ok: false, fault: { status, message: messageOf(answer, status), ...faultsOf(answer) } };
  } catch {
    return { ok: false, fault: { status: 0, message: WORDS.no_answer } };
  } finally {
    clearTimeout(timer);
  }
}

function faultsOf(answer: string): Pick<Fault, 'faults'> {
  try {
    const { faults } = (JSON.parse(answer) as { error: Pick<Fault, 'faults'> }).error;
    return Array.isArray(faults) ? { faults } : {};
  } catch {
    return {};
  }
}

export function messageOf(answer: string, status: number): Bilingual {
  try {
    const { message } = (JSON.parse(answer) as ErrorAnswer).error;
    if (typeof message.zh === 'string' && typeof message.en === 'string') return message;
  } catch {
    // Not ours: something between us answered.
  }
  const filled = (said: string): string => said.replace('{status}', String(status));
  return { zh: filled(WORDS.strange_answer.zh), en: filled(WORDS.strange_answer.en) };
}
