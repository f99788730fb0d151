/** Small choices of the person at this browser, kept over visits; a browser that refuses storage just forgets. */
const PREFIX = 'xunkao.';

export function recall(name: string): string | null {
  try {
    return localStorage.getItem(PREFIX + name);
  } catch {
    return null;
  }
}

export function remember(name: string, value: string): void {
  try {
    localStorage.setItem(PREFIX + name, value);
  } catch {
    // Storage is off or full: the choice holds until the page is closed.
  }
}
