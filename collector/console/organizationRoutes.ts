import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import type { Bilingual } from '../../agent/probe.ts';
import type { EditionRow } from '../organization/site/editions.ts';
import type { Desk } from './desk.ts';
import { mayDo, mustSee, Refusal } from './guard.ts';
import { NoBody } from './schemas.ts';
import type { OrganizationAnswer } from './organizationApi.ts';

const Numbered = Type.Object({ n: Type.String({ pattern: '^\\d{1,9}$' }) });

export function organizationRoutes(base: FastifyInstance, desk: Desk): void {
  const app = base.withTypeProvider<TypeBoxTypeProvider>();
  app.get(
    '/api/v1/organization',
    {
      onRequest: mayDo('see-people'),
      schema: { summary: 'How the site stands with its organization, and what that has signed for it' },
    },
    async (request): Promise<OrganizationAnswer> => {
      mustSee(request, null);
      const { belonging } = desk;
      if (!belonging) return { organization: null, editions: [], missing: [], documents: [], rules: {} };
      const { sentTo, cosignedTo } = belonging.membership.standing();
      const { answeredAt, awaySince, said } = belonging.shipping.standing();
      const { n: head } = await desk.history.head();
      return {
        organization: { url: belonging.url, sentTo, cosignedTo, head, answeredAt, awaySince, said },
        editions: belonging.editions(),
        missing: belonging.missing(),
        documents: belonging.membership.documents().toReversed(),
        rules: Object.fromEntries(desk.standard.rules.map(({ id, title }) => [id, title])),
      };
    },
  );

  app.post(
    '/api/v1/organization/editions/:n/confirm',
    {
      onRequest: mayDo('confirm-edition'),
      schema: {
        summary: 'Let an edition of the standard that names no day count from the next start',
        params: Numbered,
        body: NoBody,
      },
    },
    async (request): Promise<EditionRow> => {
      mustSee(request, null);
      const confirmed = await desk.belonging?.confirmEdition(Number(request.params.n), request.account!.id);
      if (!confirmed || 'refused' in confirmed)
        throw new Refusal(409, 'edition', confirmed?.refused ?? NO_ORGANIZATION);
      return confirmed.row;
    },
  );
}

const NO_ORGANIZATION: Bilingual = {
  zh: '这个考点没有加入机构',
  en: 'this site belongs to no organization',
};
