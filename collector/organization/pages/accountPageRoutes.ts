import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Organization } from '../organization.ts';
import type { People } from '../people/accounts.ts';
import { mustManage, type Guard } from '../people/guard.ts';
import type { Person, PersonRole, Scope } from '../people/person.ts';
import { provincesOf } from '../views/overview.ts';
import { accountsPage, type AccountsShown } from './accountsPage.ts';
import { fieldsOf, type Pages } from './page.ts';
import { text } from './words.ts';

type OfAccount = { Params: { readonly id: string } };

/** The administrator's page of accounts; every change is an administrator's. */
export function accountPageRoutes(
  app: FastifyInstance,
  pages: Pages,
  { organization, people, guard }: { organization: Organization; people: People; guard: Guard },
): void {
  const shown = async (invited: AccountsShown['invited']): Promise<AccountsShown> => ({
    accounts: await people.list(),
    changes: await people.changes(),
    provinces: await provincesOf(organization),
    invited,
  });

  app.get('/accounts', (request, reply) =>
    pages.page(request, reply, 'accounts', async (person, place) => {
      mustManage(person);
      return accountsPage(place, await shown(null));
    }),
  );

  /** The code stands in the answer itself: it is kept nowhere from where another page could show it. */
  async function tellCode(
    request: FastifyRequest,
    reply: FastifyReply,
    person: Person,
    invited: NonNullable<AccountsShown['invited']>,
  ): Promise<FastifyReply> {
    const place = { ...pages.placeOf(request, person), path: '/accounts' };
    return pages.send(reply, place, text(place.language, 'accounts'), accountsPage(place, await shown(invited)));
  }

  app.post('/accounts', async (request, reply) => {
    const person = await guard.administrator(request);
    const fields = fieldsOf(request);
    const name = (fields.get('name') ?? '').trim();
    const code = await people.create({ name, ...grantIn(fields) }, person.id);
    return tellCode(request, reply, person, { name, code });
  });

  app.post<OfAccount>('/accounts/:id/reset', async (request, reply) => {
    const person = await guard.administrator(request);
    const { id } = request.params;
    const code = await people.reset(id, person.id);
    const name = (await people.list()).find((one) => one.id === id)!.name;
    return tellCode(request, reply, person, { name, code });
  });

  app.post<OfAccount>('/accounts/:id/change', async (request, reply) => {
    const person = await guard.administrator(request);
    await people.change(request.params.id, grantIn(fieldsOf(request)), person.id);
    return reply.redirect('/accounts');
  });

  for (const verb of ['disable', 'enable', 'erase'] as const)
    app.post<OfAccount>(`/accounts/:id/${verb}`, async (request, reply) => {
      const person = await guard.administrator(request);
      await people[verb](request.params.id, person.id);
      return reply.redirect('/accounts');
    });
}

function grantIn(fields: URLSearchParams): { readonly role: PersonRole; readonly scope: Scope | null } {
  const provinces = fields.getAll('province').filter((one) => one !== '');
  const sites = (fields.get('sites') ?? '').split(/[\s、,，;；]+/).filter((one) => one !== '');
  const scope = provinces.length + sites.length === 0 ? null : { provinces, sites };
  return { role: (fields.get('role') ?? '') as PersonRole, scope };
}
