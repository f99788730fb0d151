import { useEffect, useState } from 'preact/hooks';
import { get, type Fault } from '../../ask.ts';

/** What the collector answers to a path, asked again by `again()`; null until it has come once. */
export interface Asked<T> {
  readonly value: T | null;
  readonly fault: Fault | null;
  readonly again: () => Promise<void>;
}

/** @param path null: nothing to ask for */
export function useAsked<T>(path: string | null): Asked<T> {
  const [state, setState] = useState<{
    readonly path: string | null;
    readonly value: T | null;
    readonly fault: Fault | null;
  }>({
    path: null,
    value: null,
    fault: null,
  });
  const again = async (): Promise<void> => {
    if (path === null) return;
    const answer = await get<T>(path);
    setState((before) =>
      answer.ok
        ? { path, value: answer.value, fault: null }
        : { path, value: before.path === path ? before.value : null, fault: answer.fault },
    );
  };
  useEffect(() => void again(), [path]);
  const isMine = state.path === path;
  return { value: isMine ? state.value : null, fault: isMine ? state.fault : null, again };
}

/** `电商2301、市场营销` → two words. */
export function listOf(text: string): string[] {
  return text
    .split(/[、,，;；]/)
    .map((word) => word.trim())
    .filter((word) => word !== '');
}
