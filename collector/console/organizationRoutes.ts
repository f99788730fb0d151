import type { FastifyInstance } from 'fastify';
import type { Desk } from './desk.ts';
import { mayDo, mustSee } from './guard.ts';
import type { OrganizationAnswer } from './organizationApi.ts';

export function organizationRoutes(app: FastifyInstance, desk: Desk): void {
  app.get(
    '/api/v1/organization',
    {
      onRequest: mayDo('see-people'),
      schema: { summary: 'How the site stands with its organization, and what that has signed for it' },
    },
    async (request): Promise<OrganizationAnswer> => {
      mustSee(request, null);
      const { belonging } = desk;
      if (!belonging) return { organization: null, documents: [], rules: {} };
      const { sentTo, cosignedTo } = belonging.membership.standing();
      const { answeredAt, awaySince, said } = belonging.shipping.standing();
      const { n: head } = await desk.history.head();
      return {
        organization: { url: belonging.url, sentTo, cosignedTo, head, answeredAt, awaySince, said },
        documents: belonging.membership.documents().toReversed(),
        rules: Object.fromEntries(desk.standard.rules.map(({ id, title }) => [id, title])),
      };
    },
  );
}
