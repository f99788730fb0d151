import type { FastifyInstance } from 'fastify';
import { act } from './acts/act.ts';
import { adoptFork } from './acts/adopt.ts';
import { settleMark } from './acts/allow.ts';
import type { Organization } from './organization.ts';
import type { People } from './people/accounts.ts';
import { checkOrigin, setToken, tokenOf, type Guard } from './people/guard.ts';
import { OrganizationRefusal } from './refusal.ts';
import { compare } from './views/compare.ts';
import { entriesAfter } from './views/entries.ts';
import { evaluations } from './views/evaluations.ts';
import { oneSite } from './views/oneSite.ts';
import { ORDERS, overview, type Order } from './views/overview.ts';

type Query = Readonly<Record<string, string | undefined>>;
type Body = Readonly<Record<string, unknown>>;
type SiteParams = { readonly site: string };

const DAY_MS = 86_400_000;

/** What people of the organization ask as JSON; each sees the sites of its scope. */
export function peopleRoutes(app: FastifyInstance, organization: Organization, people: People, guard: Guard): void {
  app.post('/api/v1/sign-in', async (request, reply) => {
    checkOrigin(request);
    const { name, password, code } = bodyOf(request.body);
    const token =
      typeof code === 'string'
        ? await people.choosePassword(String(name), code, String(password), request.ip)
        : await people.signIn(String(name), String(password), request.ip);
    setToken(reply, token);
    return { name: String(name) };
  });

  app.post('/api/v1/sign-out', async (request, reply) => {
    checkOrigin(request);
    const token = tokenOf(request);
    if (token !== null) await people.signOut(token);
    setToken(reply, null);
    return {};
  });

  app.get<{ Querystring: Query }>('/api/v1/overview', async (request) => {
    const { scope } = await guard.person(request);
    const { order = 'snapshot', silent_days: days, from = '0', limit = '1000' } = request.query;
    const silent = days === undefined ? {} : { silentMs: whole(days) * DAY_MS };
    const wish = { scope, order: orderOf(order), from: whole(from), limit: whole(limit), ...silent };
    return { sites: await overview(organization, wish), now: organization.now() };
  });

  app.get<{ Querystring: Query }>('/api/v1/compare', async (request) => {
    const { scope } = await guard.person(request);
    return { by: await compare(organization, request.query['by'] === 'edition' ? 'edition' : 'term', scope) };
  });

  app.get('/api/v1/evaluations', async (request) => {
    const { scope } = await guard.person(request);
    return evaluations(organization, scope);
  });

  app.get<{ Params: SiteParams }>('/api/v1/sites/:site', async (request) => {
    const person = await guard.person(request);
    await guard.site(person, request.params.site);
    return oneSite(organization, request.params.site);
  });

  app.get<{ Params: SiteParams; Querystring: Query }>('/api/v1/sites/:site/entries', async (request) => {
    const person = await guard.person(request);
    const { site_id: site } = await guard.site(person, request.params.site);
    return entriesAfter(organization, site, whole(request.query['after'] ?? '0'));
  });

  app.get<{ Params: SiteParams & { readonly sha256: string } }>(
    '/api/v1/sites/:site/files/:sha256',
    async (request, reply) => {
      const person = await guard.person(request);
      const { site_id: site } = await guard.site(person, request.params.site);
      const file = await organization.store.sql
        .selectFrom('handed')
        .select(['name', 'content'])
        .where('site_id', '=', site)
        .where('sha256', '=', request.params.sha256)
        .executeTakeFirst();
      if (!file) throw new OrganizationRefusal(404, 'file', { zh: '没有这个文件', en: 'there is no such file' });
      // Saved, never shown: what a site sent is not put into a page.
      return reply
        .type('application/octet-stream')
        .header('content-disposition', `attachment; filename*=UTF-8''${encodeURIComponent(file.name)}`)
        .send(Buffer.from(file.content, 'base64'));
    },
  );

  app.post<{ Params: SiteParams & { readonly word: string } }>('/api/v1/sites/:site/:word', async (request, reply) => {
    const person = await guard.deciding(request);
    const { site_id: site } = await guard.site(person, request.params.site);
    const said = bodyOf(request.body);
    const { word } = request.params;
    if (word === 'settle' || word === 'adopt') {
      const mark = { what: String(said['what']), n: Number(said['n']), about: String(said['about']) };
      if (word === 'adopt') await adoptFork(organization, site, mark, person.id);
      else await settleMark(organization, site, mark, person.id);
      return {};
    }
    return reply.code(201).send(await act(organization, site, word, said, person.id));
  });
}

export function orderOf(text: string): Order {
  return ORDERS.find((word) => word === text) ?? 'snapshot';
}

export function whole(text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new OrganizationRefusal(400, 'wrong', {
    zh: `${text.slice(0, 20)} 不是整数`,
    en: `${text.slice(0, 20)} is no whole number`,
  });
}

/** JSON comes as the bytes that it is, since sites sign theirs. */
export function bodyOf(body: unknown): Body {
  try {
    const value: unknown = Buffer.isBuffer(body) ? JSON.parse(body.toString('utf8')) : {};
    if (typeof value === 'object' && value !== null) return value as Body;
  } catch {
    // Said below.
  }
  throw new OrganizationRefusal(400, 'body', { zh: '内容不是 JSON 对象', en: 'the body is no JSON object' });
}
