/** Many people double-click every button: the same thing sent twice within this time is meant once. Windows waits 500 ms. */
const DOUBLE_MS = 600;

const sent = new Map<string, Promise<unknown>>();

/** The answer of what was sent a moment ago under the same key, else of `send`. */
export function once<T>(key: string, send: () => Promise<T>): Promise<T> {
  const before = sent.get(key);
  if (before) return before as Promise<T>;
  const answer = send();
  sent.set(key, answer);
  setTimeout(() => sent.delete(key), DOUBLE_MS);
  return answer;
}
