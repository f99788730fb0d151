import type { FastifyInstance, FastifyRequest } from 'fastify';
import { act } from '../acts/act.ts';
import { adoptFork } from '../acts/adopt.ts';
import { settleMark } from '../acts/allow.ts';
import type { Organization } from '../organization.ts';
import type { People } from '../people/accounts.ts';
import type { Guard } from '../people/guard.ts';
import { mayDecide } from '../people/person.ts';
import { orderOf, whole } from '../peopleRoutes.ts';
import { toldOf } from '../refusal.ts';
import { compare } from '../views/compare.ts';
import { evaluations } from '../views/evaluations.ts';
import { oneSite } from '../views/oneSite.ts';
import { overview, provincesOf, siteCount, type Order, type OverviewWish } from '../views/overview.ts';
import { accountPageRoutes } from './accountPageRoutes.ts';
import { comparePage, evaluationsPage } from './comparePage.ts';
import { html, type Html } from './html.ts';
import { STYLE, type Place } from './layout.ts';
import { mustBeRule } from './knownRule.ts';
import { createPages, fieldsOf } from './page.ts';
import { sitePage } from './sitePage.ts';
import { signInRoutes } from './signInRoutes.ts';
import { saidBy } from './siteForms.ts';
import { SILENT_DAYS, sitesPage } from './sitesPage.ts';
import { text } from './words.ts';

type Query = { Querystring: Readonly<Record<string, string | undefined>> };
type SiteParams = { Params: { readonly site: string; readonly word: string } };

const DAY_MS = 86_400_000;

/** Pages without a script: what a reviewer opens in whatever browser there is, and prints. */
export function pageRoutes(app: FastifyInstance, organization: Organization, people: People, guard: Guard): void {
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) =>
    done(null, new URLSearchParams(body as string)),
  );

  const pages = createPages(organization, guard);

  app.setErrorHandler(async (error, request, reply) => {
    const told = toldOf(error);
    if (told.status >= 500) request.log.error({ err: error }, 'a page failed');
    const person = told.status === 503 ? null : await guard.holder(request);
    const place = pages.placeOf(request, person);
    const title = text(place.language, 'not_done');
    return pages.send(reply.code(told.status), place, title, notDone(place, told.words[place.language], request));
  });

  app.get('/style.css', async (_request, reply) => reply.type('text/css').send(STYLE));

  signInRoutes(app, pages, people, guard);
  accountPageRoutes(app, pages, { organization, people, guard });

  async function sites(place: Place, wish: OverviewWish, order: Order | null): Promise<Html> {
    const all = await siteCount(organization, wish);
    const silentDays = (wish.silentMs ?? 0) / DAY_MS;
    const provinces = await provincesOf(organization, wish.scope);
    const { from = 0, province = '' } = wish;
    const shown = { order, from, all, silentDays, province, provinces };
    return sitesPage(place, await overview(organization, wish), shown);
  }

  app.get<Query>('/', (request, reply) =>
    pages.page(request, reply, 'sites', ({ scope }, place) => {
      const { order: word = 'snapshot', from = '0', province = '' } = request.query;
      const order = orderOf(word);
      return sites(place, { scope, order, from: whole(from), province }, order);
    }),
  );

  app.get<Query>('/silent', (request, reply) =>
    pages.page(request, reply, 'silent', ({ scope }, place) => {
      const { from = '0', days } = request.query;
      const silentDays = SILENT_DAYS.find((each) => String(each) === days) ?? 30;
      return sites(place, { scope, order: 'silent', silentMs: silentDays * DAY_MS, from: whole(from) }, null);
    }),
  );

  app.get('/compare', (request, reply) =>
    pages.page(request, reply, 'compare', async ({ scope }, place) =>
      comparePage(place, await compare(organization, 'term', scope), await compare(organization, 'edition', scope)),
    ),
  );

  app.get('/evaluations', (request, reply) =>
    pages.page(request, reply, 'evaluations', async ({ scope }, place) =>
      evaluationsPage(place, await evaluations(organization, scope)),
    ),
  );

  app.get<SiteParams & Query>('/site/:site', (request, reply) =>
    pages.page(request, reply, 'site', async (person, place) => {
      const { site_id: id } = await guard.site(person, request.params.site);
      const site = (await oneSite(organization, id))!;
      const names = new Map((await people.list()).map((each) => [each.id, each.name]));
      return sitePage(place, site, { mayDecide: mayDecide(person), done: request.query['done'] ?? null, names });
    }),
  );

  app.post<SiteParams>('/site/:site/:word', async (request, reply) => {
    const person = await guard.deciding(request);
    const { site_id: id } = await guard.site(person, request.params.site);
    const fields = fieldsOf(request);
    const said = saidBy(fields);
    const { word } = request.params;
    if (word === 'settle' || word === 'adopt') {
      const mark = { what: String(said['what']), n: Number(said['n']), about: String(said['about']) };
      if (word === 'adopt') await adoptFork(organization, id, mark, person.id);
      else await settleMark(organization, id, mark, person.id);
      return reply.redirect(`/site/${id}`);
    }
    if (word === 'waiver') await mustBeRule(organization, id, fields.get('rule')?.trim() ?? '');
    const { n } = await act(organization, id, word, said, person.id);
    return reply.redirect(`/site/${id}?done=${n}`);
  });
}

/** What a form held is in the browser still: going back shows it. */
function notDone({ language }: Place, words: string, { method }: FastifyRequest): Html {
  return html`<h1>${text(language, 'not_done')}</h1>
    <p role="alert">${words}</p>
    <p class="quiet">${text(language, method === 'POST' ? 'go_back' : 'go_home')}</p>`;
}
