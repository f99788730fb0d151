import type { FastifyInstance } from 'fastify';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { Desk } from './desk.ts';
import { mayDo, Refusal, sees } from './guard.ts';
import { Room } from './schemas.ts';
import { mustSeeNamed } from './seen.ts';
import { trialAnswer, type TrialAnswer } from './trialApi.ts';

const LARGEST_PAGE = 1_000;

const TrialQuery = Type.Object(
  {
    room: Type.Optional(Room),
    rule: Type.Optional(Type.String({ maxLength: 64 })),
    after: Type.Optional(Type.String({ pattern: '^\\d{1,9}$' })),
    limit: Type.Optional(Type.String({ pattern: '^\\d{1,4}$' })),
  },
  { additionalProperties: false },
);

export function trialRoutes(base: FastifyInstance, desk: Desk): void {
  const app = base.withTypeProvider<TypeBoxTypeProvider>();
  app.get(
    '/api/v1/trial',
    {
      onRequest: mayDo('look'),
      schema: { summary: 'What would fail under the standard that is tried', querystring: TrialQuery },
    },
    async (request): Promise<TrialAnswer> => {
      const { room, rule, after = '0', limit = String(LARGEST_PAGE) } = request.query;
      mustSeeNamed(request, desk, { room });
      const { trial } = desk;
      if (!trial)
        throw new Refusal(404, 'not-found', {
          zh: '没有试用的标准：在 xunkao.yaml 里写 trial: 名称或文件夹，再重启采集器。',
          en: 'No standard is tried: write trial: and a name or folder into xunkao.yaml and restart the collector.',
        });
      return trialAnswer(desk, trial, {
        sees: (its) => sees(request, its),
        room,
        rule,
        after: Number(after),
        limit: Math.min(Math.max(Number(limit), 1), LARGEST_PAGE),
      });
    },
  );
}
