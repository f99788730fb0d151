import { request } from 'node:http';
import type { Changed } from '../../collector/console/api.ts';

/** An open console page: what the collector tells it, with the moment at which it was there. */
export interface Page {
  /** Changes since the page was opened, oldest first. */
  readonly heard: readonly Heard[];
  /** Called with each of them. */
  onHeard: (heard: Heard) => void;
  readonly close: () => void;
}

export interface Heard {
  /** `performance.now()` of this process. */
  readonly at: number;
  readonly changed: Changed;
}

/** Resolves when the page is connected. @param keeps false: only `onHeard` gets them */
export function openPage(url: string, keeps = true): Promise<Page> {
  const heard: Heard[] = [];
  return new Promise((resolve, reject) => {
    const asked = request(`${url}/api/v1/events`, (response) => {
      response.setEncoding('utf8');
      let rest = '';
      response.on('data', (piece: string) => {
        const at = performance.now();
        const events = (rest + piece).split('\n\n');
        rest = events.pop()!;
        for (const event of events) {
          const data = /^event: changed\ndata: (.*)$/m.exec(event)?.[1];
          if (data === undefined) continue;
          const one = { at, changed: JSON.parse(data) as Changed };
          if (keeps) heard.push(one);
          page.onHeard(one);
        }
      });
      response.on('error', () => undefined);
      const page: Page = { heard, onHeard: () => undefined, close: () => asked.destroy() };
      resolve(page);
    });
    asked.on('error', reject);
    asked.end();
  });
}
