import { plainText } from './message.ts';
import type { Pager } from './pager.ts';

/** Always there: every page is a line of the collector's log, also where no channel is set up. */
export function createLog(warn: (about: object, message: string) => void): Pager {
  return {
    id: 'log',
    kind: 'log',
    host: '',
    limits: [],
    resendMs: null,
    repeats: false,
    needsInternet: false,
    async send(message) {
      const { page, what, urgency, title } = message;
      // Without the link: it acknowledges, and logs are read by others.
      warn({ page, what, urgency, text: plainText({ ...message, link: null }, false) }, title);
      return { ok: true };
    },
  };
}
