/** What the collector says of paging, asked for again and again: it changes without an event of the room. */
import { signal } from '@preact/signals';
import type { PagingAnswer } from '../api.ts';
import { get } from './ask.ts';
import { link, may } from './live.ts';

/** Null: not known, or not for this account. */
export const paging = signal<PagingAnswer | null>(null);

const EVERY_MS = 5_000;

/** Call once. */
export function followPaging(): void {
  window.setInterval(() => void askPaging(), EVERY_MS);
  link.subscribe(() => void askPaging());
}

export async function askPaging(): Promise<void> {
  if (link.value !== 'heard' || !may('look')) return;
  const answer = await get<PagingAnswer>('paging');
  paging.value = answer.ok ? answer.value : null;
}
