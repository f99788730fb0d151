import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { act } from '../acts/act.ts';
import { adoptFork } from '../acts/adopt.ts';
import { settleMark } from '../acts/allow.ts';
import type { Organization } from '../organization.ts';
import type { People } from '../people/accounts.ts';
import { checkOrigin, setToken, tokenOf, type Guard } from '../people/guard.ts';
import { mayDecide, type Person } from '../people/person.ts';
import { orderOf, whole } from '../peopleRoutes.ts';
import { toldOf } from '../refusal.ts';
import { compare } from '../views/compare.ts';
import { evaluations } from '../views/evaluations.ts';
import { oneSite } from '../views/oneSite.ts';
import { overview, siteCount, type Order, type OverviewWish } from '../views/overview.ts';
import { comparePage, evaluationsPage } from './comparePage.ts';
import { html, type Html } from './html.ts';
import { layout, STYLE, type Place } from './layout.ts';
import { sitePage } from './sitePage.ts';
import { saidBy } from './siteForms.ts';
import { sitesPage } from './sitesPage.ts';
import { text, type Language, type PageWord } from './words.ts';

type Query = { Querystring: Readonly<Record<string, string | undefined>> };
type SiteParams = { Params: { readonly site: string; readonly word: string } };

const SILENT_MS = 30 * 86_400_000;

/** Pages without a script: what a reviewer opens in whatever browser there is, and prints. */
export function pageRoutes(app: FastifyInstance, organization: Organization, people: People, guard: Guard): void {
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) =>
    done(null, new URLSearchParams(body as string)),
  );

  const placeOf = (request: FastifyRequest, person: Person | null): Place => ({
    language: languageOf(request),
    path: request.url.split('?')[0]!,
    person: person?.name ?? null,
    now: organization.now(),
  });

  function send(reply: FastifyReply, place: Place, title: string, content: Html): FastifyReply {
    return reply.type('text/html; charset=utf-8').send(layout(place, title, content));
  }

  /** The page for who is signed in; the sign-in for who is not. */
  async function page(
    request: FastifyRequest,
    reply: FastifyReply,
    title: PageWord,
    make: (person: Person, place: Place) => Promise<Html>,
  ): Promise<FastifyReply> {
    const person = await guard.holder(request);
    if (!person) return reply.redirect('/sign-in');
    const place = placeOf(request, person);
    return send(reply, place, text(place.language, title), await make(person, place));
  }

  app.setErrorHandler((error, request, reply) => {
    const told = toldOf(error);
    if (told.status >= 500) request.log.error({ err: error }, 'a page failed');
    const place = placeOf(request, null);
    return send(reply.code(told.status), place, String(told.status), html`<p>${told.words[place.language]}</p>`);
  });

  app.get('/style.css', async (_request, reply) => reply.type('text/css').send(STYLE));

  app.get<Query>('/language', async (request, reply) => {
    const { to, back = '/' } = request.query;
    reply.header(
      'set-cookie',
      `language=${to === 'en' ? 'en' : 'zh'}; Path=/; Secure; SameSite=Strict; Max-Age=31536000`,
    );
    return reply.redirect(/^\/(?!\/)[\w/-]*$/.test(back) ? back : '/');
  });

  app.get('/sign-in', async (request, reply) => {
    const place = placeOf(request, null);
    return send(reply, place, text(place.language, 'sign_in'), signInForm(place.language));
  });

  app.post('/sign-in', async (request, reply) => {
    checkOrigin(request);
    const fields = fieldsOf(request);
    const [name, password, code] = ['name', 'password', 'code'].map((field) => fields.get(field) ?? '');
    const token = code
      ? await people.choosePassword(name!, code, password!, request.ip)
      : await people.signIn(name!, password!, request.ip);
    setToken(reply, token);
    return reply.redirect('/');
  });

  app.post('/sign-out', async (request, reply) => {
    checkOrigin(request);
    const token = tokenOf(request);
    if (token !== null) await people.signOut(token);
    setToken(reply, null);
    return reply.redirect('/sign-in');
  });

  async function sites(place: Place, wish: OverviewWish, order: Order | null): Promise<Html> {
    const all = await siteCount(organization, wish);
    return sitesPage(place, await overview(organization, wish), { order, from: wish.from ?? 0, all });
  }

  app.get<Query>('/', (request, reply) =>
    page(request, reply, 'sites', ({ scope }, place) => {
      const { order: word = 'snapshot', from = '0' } = request.query;
      const order = orderOf(word);
      return sites(place, { scope, order, from: whole(from) }, order);
    }),
  );

  app.get<Query>('/silent', (request, reply) =>
    page(request, reply, 'silent', ({ scope }, place) => {
      const { from = '0' } = request.query;
      return sites(place, { scope, order: 'silent', silentMs: SILENT_MS, from: whole(from) }, null);
    }),
  );

  app.get('/compare', (request, reply) =>
    page(request, reply, 'compare', async ({ scope }, place) =>
      comparePage(place, await compare(organization, 'term', scope), await compare(organization, 'edition', scope)),
    ),
  );

  app.get('/evaluations', (request, reply) =>
    page(request, reply, 'evaluations', async ({ scope }, place) =>
      evaluationsPage(place, await evaluations(organization, scope)),
    ),
  );

  app.get<SiteParams & Query>('/site/:site', (request, reply) =>
    page(request, reply, 'site', async (person, place) => {
      const { site_id: id } = await guard.site(person, request.params.site);
      const site = (await oneSite(organization, id))!;
      const names = new Map((await people.list()).map((each) => [each.id, each.name]));
      return sitePage(place, site, { mayDecide: mayDecide(person), done: request.query['done'] ?? null, names });
    }),
  );

  app.post<SiteParams>('/site/:site/:word', async (request, reply) => {
    const person = await guard.deciding(request);
    const { site_id: id } = await guard.site(person, request.params.site);
    const said = saidBy(fieldsOf(request));
    const { word } = request.params;
    if (word === 'settle' || word === 'adopt') {
      const mark = { what: String(said['what']), n: Number(said['n']), about: String(said['about']) };
      if (word === 'adopt') await adoptFork(organization, id, mark, person.id);
      else await settleMark(organization, id, mark, person.id);
      return reply.redirect(`/site/${id}`);
    }
    const { n } = await act(organization, id, word, said, person.id);
    return reply.redirect(`/site/${id}?done=${n}`);
  });
}

function fieldsOf({ body }: FastifyRequest): URLSearchParams {
  return body instanceof URLSearchParams ? body : new URLSearchParams();
}

function languageOf({ headers }: FastifyRequest): Language {
  const chosen = /(?:^|; *)language=(zh|en)/.exec(headers.cookie ?? '')?.[1];
  if (chosen) return chosen as Language;
  return /^\s*en/i.test(headers['accept-language'] ?? '') ? 'en' : 'zh';
}

function signInForm(language: Language): Html {
  return html`<h1>${text(language, 'sign_in')}</h1>
    <form class="act" method="post" action="/sign-in">
      <label for="name">${text(language, 'name')}</label
      ><input id="name" name="name" required autocomplete="username" />
      <label for="password">${text(language, 'password')}</label>
      <input id="password" name="password" type="password" required autocomplete="current-password" />
      <label for="code">${text(language, 'code')}</label><input id="code" name="code" autocomplete="off" />
      <button>${text(language, 'sign_in')}</button>
    </form>`;
}
