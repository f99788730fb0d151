import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Organization } from '../organization.ts';
import type { Guard } from '../people/guard.ts';
import type { Person } from '../people/person.ts';
import type { Html } from './html.ts';
import { layout, type Place } from './layout.ts';
import { text, type Language, type PageWord } from './words.ts';

/** How every page is made: in the reader's language, for who is signed in. */
export interface Pages {
  placeOf(request: FastifyRequest, person: Person | null): Place;
  send(reply: FastifyReply, place: Place, title: string, content: Html): FastifyReply;
  /** The page for who is signed in; the sign-in for who is not. */
  page(
    request: FastifyRequest,
    reply: FastifyReply,
    title: PageWord,
    make: (person: Person, place: Place) => Promise<Html>,
  ): Promise<FastifyReply>;
}

export function createPages({ now }: Organization, guard: Guard): Pages {
  const pages: Pages = {
    placeOf: (request, person) => ({
      language: languageOf(request),
      path: request.url.split('?')[0]!,
      person,
      now: now(),
    }),
    send: (reply, place, title, content) => reply.type('text/html; charset=utf-8').send(layout(place, title, content)),
    async page(request, reply, title, make) {
      const person = await guard.holder(request);
      if (!person) return reply.redirect('/sign-in');
      const place = pages.placeOf(request, person);
      return pages.send(reply, place, text(place.language, title), await make(person, place));
    },
  };
  return pages;
}

export function fieldsOf({ body }: FastifyRequest): URLSearchParams {
  return body instanceof URLSearchParams ? body : new URLSearchParams();
}

function languageOf({ headers }: FastifyRequest): Language {
  const chosen = /(?:^|; *)language=(zh|en)/.exec(headers.cookie ?? '')?.[1];
  if (chosen) return chosen as Language;
  return /^\s*en/i.test(headers['accept-language'] ?? '') ? 'en' : 'zh';
}
