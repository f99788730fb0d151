import { computed, effect, signal } from '@preact/signals';
import { rooms, rows, want } from './live.ts';
import { recall, remember } from './remembered.ts';
import { roomNames, type Order } from './room.ts';
import { route } from './route.ts';

const lastRoom = signal(recall('room'));

/** The room the page speaks of: the address's, else the last one looked at, else the first; null while there is none. */
export const shownRoom = computed<string | null>(() => {
  const to = route.value;
  if ((to.page === 'room' || to.page === 'proofs' || to.page === 'reasons') && to.room !== null) return to.room;
  const names = roomNames(
    rows.value,
    rooms.value.map((row) => row.room),
  );
  // Before anything is known the last one is worth asking for; it may be gone.
  if (lastRoom.value !== null && (names.length === 0 || names.includes(lastRoom.value))) return lastRoom.value;
  return names[0] ?? null;
});

export const order = signal<Order>(recall('order') === 'seat' ? 'seat' : 'worst');

export function setOrder(next: Order): void {
  order.value = next;
  remember('order', next);
}

/** Keeps the rows that are asked for in step with the page. Call once. */
export function followPage(): void {
  effect(() => {
    const to = route.value;
    const room = shownRoom.value;
    if (to.page === 'subject' || to.page === 'history') want({ subject: to.id });
    else want(room === null ? null : { room });
  });
  effect(() => {
    const to = route.value;
    if (to.page !== 'room' || to.room === null) return;
    lastRoom.value = to.room;
    remember('room', to.room);
  });
}
