import type { FastifyInstance } from 'fastify';
import type { People } from './people/accounts.ts';
import { mustManage, type Guard } from './people/guard.ts';
import type { PersonRole, Scope } from './people/person.ts';
import { bodyOf } from './peopleRoutes.ts';

type OfAccount = { Params: { readonly id: string } };

/** Accounts as JSON; for administrators, who are for every site. */
export function accountRoutes(app: FastifyInstance, people: People, guard: Guard): void {
  app.get('/api/v1/accounts', async (request) => {
    mustManage(await guard.person(request));
    return { accounts: await people.list(), changes: await people.changes() };
  });

  app.post('/api/v1/accounts', async (request, reply) => {
    const { id: by } = await guard.administrator(request);
    const { name, role, scope } = bodyOf(request.body);
    const wish = { name: typeof name === 'string' ? name : '', role: role as PersonRole, scope: scopeOf(scope) };
    return reply.code(201).send({ code: await people.create(wish, by) });
  });

  app.patch<OfAccount>('/api/v1/accounts/:id', async (request) => {
    const { id: by } = await guard.administrator(request);
    const { role, scope } = bodyOf(request.body);
    await people.change(request.params.id, { role: role as PersonRole, scope: scopeOf(scope) }, by);
    return {};
  });

  app.post<OfAccount>('/api/v1/accounts/:id/reset', async (request) => {
    const { id: by } = await guard.administrator(request);
    return { code: await people.reset(request.params.id, by) };
  });

  for (const verb of ['disable', 'enable', 'erase'] as const)
    app.post<OfAccount>(`/api/v1/accounts/:id/${verb}`, async (request) => {
      const { id: by } = await guard.administrator(request);
      await people[verb](request.params.id, by);
      return {};
    });
}

/** `{ provinces, sites }`, or nothing for every site. */
function scopeOf(said: unknown): Scope | null {
  if (said === null || said === undefined) return null;
  const { provinces, sites } = said as { provinces?: unknown; sites?: unknown };
  const list = (value: unknown): string[] =>
    Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string' && one !== '') : [];
  return { provinces: list(provinces), sites: list(sites) };
}
