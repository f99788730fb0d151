import { signal } from '@preact/signals';
import { addressOf, parseRoute, type Route } from './address.ts';

/** Where the page is now. */
export const route = signal<Route>({ page: 'room', room: null });

export function go(to: Route): void {
  location.hash = addressOf(to);
}

/** Follows the address from now on. */
export function followAddress(): void {
  const read = (): void => {
    route.value = parseRoute(location.hash);
    // The code is a secret for one use: it must not stay in the address bar, nor in the browser's history.
    if (location.hash.startsWith('#code=')) history.replaceState(null, '', '#/administrator');
  };
  window.addEventListener('hashchange', read);
  read();
}
