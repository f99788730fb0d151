import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { Verdict } from '../compliance/verdict.ts';
import type { Rule } from '../standard/rule.ts';
import { extensionOf } from '../statements/evidence.ts';
import { LARGEST_FILE } from '../statements/files.ts';
import { validityOf } from '../statements/statements.ts';
import type { Desk } from './desk.ts';
import { dossierOf } from './dossier.ts';
import { mayDo, mustSee, Refusal, sees } from './guard.ts';
import type { DueRow } from './peopleApi.ts';
import { statementRow, statementRows } from './peopleRows.ts';
import { accepted, missing } from './peopleRoutes.ts';
import * as shapes from './peopleSchemas.ts';
import { verdictRow } from './rows.ts';
import { NoBody } from './schemas.ts';

const Id = Type.Object({ id: Type.String({ maxLength: 64 }) });
const Hash = Type.Object({ sha256: shapes.Sha256 });

/** What people state about clauses, and the files that show it. */
export function statementRoutes(base: FastifyInstance, desk: Desk): void {
  fileRoutes(base, desk);
  const app = base.withTypeProvider<TypeBoxTypeProvider>();
  const { statements } = desk;

  app.get(
    '/api/v1/statements',
    { onRequest: mayDo('see-people'), schema: { summary: 'Attestations and waivers, newest first' } },
    async (request) => ({
      statements: statementRows(desk).filter(({ subject }) => seesSubject(request, desk, subject)),
    }),
  );

  app.get(
    '/api/v1/statements/due',
    { onRequest: mayDo('see-people'), schema: { summary: 'What a person may state now, most needed first' } },
    async (request) => ({ due: dueRows(desk).filter(({ subject }) => seesSubject(request, desk, subject)) }),
  );

  app.get(
    '/api/v1/dossier',
    {
      onRequest: mayDo('see-people'),
      schema: {
        summary: 'Every clause in the source’s order with verdict, evidence, date and who',
        querystring: Type.Object(
          { session: Type.Optional(Type.String({ maxLength: 64 })) },
          { additionalProperties: false },
        ),
      },
    },
    async (request) => {
      mustSee(request, null);
      const { session: id } = request.query;
      const session = desk.sessions().find((one) => one.id === id);
      if (id !== undefined && !session) throw missing('session', id);
      return dossierOf(desk, session ?? null);
    },
  );

  app.post(
    '/api/v1/attestations',
    {
      onRequest: mayDo('attest'),
      schema: { summary: 'State that a clause is met, where it cannot be measured', body: shapes.AttestationBody },
    },
    async (request, reply) => {
      mustSee(request, roomOf(desk, request.body.subject));
      const stated = accepted(await statements.attest(request.body, request.account!.id));
      return reply.code(201).send(statementRow(desk, stated));
    },
  );

  app.post(
    '/api/v1/waivers',
    {
      onRequest: mayDo('waive'),
      schema: {
        summary: 'The organization lets a clause be otherwise, with its reason and end',
        body: shapes.WaiverBody,
      },
    },
    async (request, reply) => {
      const stated = accepted(await statements.waive(request.body, request.account!.id));
      return reply.code(201).send(statementRow(desk, stated));
    },
  );

  app.post(
    '/api/v1/statements/:id/withdraw',
    { onRequest: mayDo('attest'), schema: { summary: 'It counts no more', params: Id, body: NoBody } },
    async (request) => {
      const { id } = request.params;
      const statement = statements.statement(id);
      if (!statement) throw missing('statement', id);
      mustSee(request, roomOf(desk, statement.subject));
      if (statement.kind === 'waived') await mayDo('waive')(request);
      if (statement.enteredAt === 'organization') {
        throw new Refusal(403, 'organization', {
          zh: '这是机构签发的豁免，只有机构能撤回。',
          en: 'This waiver is the organization’s own; it alone takes it back.',
        });
      }
      const withdrawn = await statements.withdraw(id, request.account!.id);
      if (!withdrawn) {
        throw new Refusal(409, 'withdrawn', { zh: '它已经撤回了。', en: 'It has been withdrawn already.' });
      }
      return statementRow(desk, withdrawn);
    },
  );

  app.post(
    '/api/v1/statements/:id/erase',
    {
      onRequest: mayDo('erase'),
      schema: { summary: 'Take words out that say too much; it counts as before', params: Id, body: NoBody },
    },
    async (request, reply) => {
      if (!(await statements.erase(request.params.id, request.account!.id)))
        throw missing('statement', request.params.id);
      return reply.code(204).send();
    },
  );
}

function fileRoutes(base: FastifyInstance, desk: Desk): void {
  const { files } = desk;
  // In a scope of its own: nowhere else is anything taken that is not JSON.
  void base.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('application/octet-stream', (_request, body, done) => done(null, body));
    scope.post(
      '/api/v1/files',
      {
        onRequest: mayDo('attest'),
        bodyLimit: LARGEST_FILE,
        schema: { summary: 'Send a photo (JPEG, PNG, WebP) or a PDF as application/octet-stream, at most 10 MiB' },
      },
      async (request, reply) => {
        const body = request.body instanceof Readable ? request.body : Readable.from([]);
        const taken = await files.take(body, request.account!.id);
        if ('refused' in taken) {
          // What was not read to its end is not read any more.
          reply.header('connection', 'close');
          throw new Refusal(422, 'file', taken.refused);
        }
        return reply.code(201).send(taken);
      },
    );
  });

  const app = base.withTypeProvider<TypeBoxTypeProvider>();
  app.get(
    '/api/v1/files/:sha256',
    { onRequest: mayDo('see-people'), schema: { summary: 'A file as it came, to be saved', params: Hash } },
    async (request, reply) => {
      const { sha256 } = request.params;
      const naming = desk.statements.all().filter((statement) => statement.files.includes(sha256));
      const isSeen = naming.some(({ subject }) => seesSubject(request, desk, subject));
      if (!isSeen) mustSee(request, null);
      const read = await files.read(sha256);
      if ('refused' in read) throw new Refusal(404, 'file', read.refused);
      const { type } = read.file;
      return reply
        .type(type)
        .header('content-disposition', `attachment; filename="${sha256.slice(0, 16)}.${extensionOf(type)}"`)
        .header('x-content-type-options', 'nosniff')
        .header('content-security-policy', "default-src 'none'; sandbox")
        .header('cache-control', 'no-store')
        .send(read.bytes);
    },
  );

  app.post(
    '/api/v1/files/:sha256/erase',
    {
      onRequest: mayDo('erase'),
      schema: { summary: 'Take a file out of the site for good; its hash stays', params: Hash, body: NoBody },
    },
    async (request, reply) => {
      if (!(await files.erase(request.params.sha256, request.account!.id)))
        throw missing('file', request.params.sha256);
      return reply.code(204).send();
    },
  );
}

/** The room a subject belongs to; null for the site, and for what speaks of all subjects. */
function roomOf(desk: Desk, subject: string): string | null {
  return subject === '*' ? null : desk.places.room(subject);
}

function seesSubject(request: FastifyRequest, desk: Desk, subject: string): boolean {
  return sees(request, roomOf(desk, subject));
}

/** Before its end, from when a statement is asked for again. */
const SOON_MS = 7 * 86_400_000;
/** A page of forms; who has more to state has something to measure first. */
const MOST_DUE = 1_000;

function dueRows(desk: Desk): DueRow[] {
  const { wall } = desk.clock.now();
  const rows: DueRow[] = [];
  for (const { id, kind } of desk.state.all()) {
    if (kind === 'part') continue;
    for (const verdict of desk.compliance.of(id)) {
      const rule = desk.compliance.rule(verdict.rule)!;
      if (rule.judgedBy !== 'person' && !rule.attestable) continue;
      const counting = desk.statements.of(rule.id, id, wall);
      const isMeasured = verdict.state === 'holds' || verdict.state === 'broken';
      if (!isMeasured || counting) rows.push(dueRow(desk, rule, verdict, counting?.validUntil ?? null));
    }
  }
  return rows.sort((left, right) => urgency(left, wall) - urgency(right, wall)).slice(0, MOST_DUE);
}

function dueRow(desk: Desk, rule: Rule, verdict: Verdict, validUntil: number | null): DueRow {
  const { room, seat, state, cause } = verdictRow(desk, verdict);
  const { clause, title, text, advice, required, items, photo, must } = rule;
  const about = { rule: rule.id, clause, title, text, advice, required, items, photo, severity: must };
  return { ...about, subject: verdict.subject, room, seat, state, cause, ...validityOf(rule), validUntil };
}

/** What nobody has stated comes first, the person's own clauses before those that could be measured; then what ends soon. */
function urgency({ validUntil, severity, cause }: DueRow, wall: number): number {
  if (validUntil !== null) return validUntil - wall < SOON_MS ? 4 : 5;
  return (cause === 'person' ? 0 : 2) + (severity === 'required' ? 0 : 1);
}
