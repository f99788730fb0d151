import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { Trouble } from '../gateway/trouble.ts';
import { KINDS, wishOf } from '../reports/asked.ts';
import { FORMATS, TYPES } from '../reports/render/render.ts';
import { POLICY } from '../reports/render/style.ts';
import type { Desk } from './desk.ts';
import { mayDo, mustSee, Refusal } from './guard.ts';
import * as schemas from './schemas.ts';

const word = Type.Optional(Type.String({ minLength: 1, maxLength: 40 }));
const wordOf = (words: readonly string[]) => Type.Union(words.map((each) => Type.Literal(each)));

/** Reports from the record: a page to look at and print, or a file. */
export function reportRoutes(base: FastifyInstance, desk: Desk): void {
  const app = base.withTypeProvider<TypeBoxTypeProvider>();

  app.get(
    '/api/v1/reports/:kind',
    {
      onRequest: mayDo('read-reports'),
      schema: {
        summary: 'A report from the record: a session, a term, the dossier, two years, or the seats to fix',
        params: Type.Object({ kind: wordOf(KINDS) }),
        querystring: Type.Object(
          {
            session: word,
            room: Type.Optional(schemas.Room),
            from: word,
            to: word,
            format: Type.Optional(wordOf(FORMATS)),
            lang: Type.Optional(wordOf(['zh-CN', 'en'])),
          },
          { additionalProperties: false },
        ),
      },
    },
    async (request, reply) => {
      const kind = KINDS.find((each) => each === request.params.kind)!;
      const { format: asked, lang, ...about } = request.query;
      // A report is of the whole site, but for the seats of one room.
      mustSee(request, kind === 'seats' ? (about.room ?? null) : null);
      const format = FORMATS.find((each) => each === asked) ?? 'html';
      const now = desk.clock.now().wall;
      const wish = wishOf({ kind, ...about }, desk.reports.timeZone, now);
      if ('refused' in wish) throw new Refusal(400, 'report', wish.refused);
      const language = lang === 'en' ? 'en' : 'zh';
      // What the report says is signed up to here; a disk that refuses leaves it with the last signature.
      await desk.record.head().catch(() => undefined);
      const pieces = await desk.reports.print({ wish, language, format, now }).catch((error: unknown) => {
        throw error instanceof Trouble ? new Refusal(422, 'report', error.text) : error;
      });
      const name = `xunkao-${desk.site}-${kind}-${new Date(now).toISOString().slice(0, 10)}.${format}`;
      const how = format === 'html' ? 'inline' : 'attachment';
      return reply
        .type(TYPES[format])
        .header('cache-control', 'no-store')
        .header('content-disposition', `${how}; filename="${name}"`)
        .header('content-security-policy', POLICY)
        .send(Readable.from(pieces, { objectMode: false }));
    },
  );
}
