import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { say } from '../language.ts';

/**
 * A page whose script is fetched when it is first opened, so that the room opens at once on a slow PC. Fetched once; when
 * it cannot be (the collector is away, or another version of it runs by now), the page says so and asks to be loaded again.
 */
export function later<P extends object>(fetchPage: () => Promise<ComponentType<P>>): ComponentType<P> {
  let known: ComponentType<P> | null = null;
  return function Later(props: P) {
    const [Page, setPage] = useState<ComponentType<P> | null>(() => known);
    const [isFailed, setFailed] = useState(false);
    useEffect(() => {
      if (Page) return;
      fetchPage().then(
        (page) => setPage(() => (known = page)),
        () => setFailed(true),
      );
    }, []);
    if (Page) return <Page {...props} />;
    return (
      <main class="sheet">
        <p class="empty" aria-live="polite">
          {say(isFailed ? 'page_not_fetched' : 'loading')}
        </p>
        {isFailed && (
          <button type="button" class="button" onClick={() => location.reload()}>
            {say('load_again')}
          </button>
        )}
      </main>
    );
  };
}
