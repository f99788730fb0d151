import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { Bilingual } from '../../agent/probe.ts';
import type { Assignment } from '../people/assignment.ts';
import type { Occurrence } from '../people/occurrences.ts';
import { dayAt } from '../people/people.ts';
import { LARGEST_FILE, TEMPLATE } from '../people/rosterFile.ts';
import type { Desk } from './desk.ts';
import { mayDo, mustSee, Refusal, sees } from './guard.ts';
import type { AssignedRow, DutiesAnswer, OccurrenceRow, RosterAnswer, RosterRefused } from './peopleApi.ts';
import { occurrenceRows } from './peopleRows.ts';
import * as shapes from './peopleSchemas.ts';
import { NoBody } from './schemas.ts';

const Id = Type.Object({ id: Type.String({ maxLength: 64 }) });
const InSession = Type.Object({ id: Type.String({ maxLength: 64 }), number: shapes.StaffNumber });

/** The roster, who does what in a session, and what was written down there. Names are for who signed in. */
export function peopleRoutes(base: FastifyInstance, desk: Desk): void {
  rosterRoutes(base, desk);
  dutyRoutes(base, desk);
  occurrenceRoutes(base, desk);
}

function rosterRoutes(base: FastifyInstance, desk: Desk): void {
  const app = base.withTypeProvider<TypeBoxTypeProvider>();
  const { roster, duties } = desk.people;

  app.get(
    '/api/v1/roster',
    { onRequest: mayDo('see-people'), schema: { summary: 'The site’s staff' } },
    async (request): Promise<RosterAnswer> => {
      mustSee(request, null);
      return { people: roster.people(), programmes: duties.programmes() };
    },
  );

  app.get(
    '/api/v1/roster/template.csv',
    { onRequest: mayDo('see-people'), schema: { summary: 'A roster to be filled in' } },
    async (_request, reply) =>
      reply
        .type('text/csv; charset=utf-8')
        .header('content-disposition', 'attachment; filename="roster.csv"')
        .send(TEMPLATE),
  );

  // A file is not JSON; in a scope of its own, so that no other route takes it.
  void base.register(async (files) => {
    files.removeAllContentTypeParsers();
    files.addContentTypeParser('text/csv', { parseAs: 'buffer', bodyLimit: LARGEST_FILE }, (_request, body, done) =>
      done(null, body),
    );
    files.post<{ Body: Buffer; Querystring: { readonly trial?: 'true' | 'false' } }>(
      '/api/v1/roster/import',
      {
        onRequest: mayDo('manage-people'),
        bodyLimit: LARGEST_FILE,
        schema: { summary: 'Take in a CSV file (UTF-8 or GBK), whole or not at all', querystring: shapes.ImportQuery },
      },
      async (request, reply) => {
        const today = dayAt(desk.clock.now().wall);
        const body = request.body instanceof Buffer ? request.body : Buffer.alloc(0);
        const done = await roster.importFile(body, today, request.account!.id, request.query.trial === 'true');
        if (!('faults' in done)) return done;
        const refused: RosterRefused = { error: { code: 'roster', message: faultsIn(done.count) }, ...done };
        return reply.code(422).send(refused);
      },
    );
  });

  app.put(
    '/api/v1/roster/:number',
    {
      onRequest: mayDo('manage-people'),
      schema: {
        summary: 'Add or change a person',
        params: Type.Object({ number: shapes.StaffNumber }),
        body: shapes.PersonBody,
      },
    },
    async (request) => {
      const { number } = request.params;
      const today = dayAt(desk.clock.now().wall);
      const { trained, passed, briefed } = request.body;
      const tooLate = [trained, passed, briefed].find((day) => day !== null && day !== 'no' && day > today);
      if (tooLate) throw new Refusal(400, 'day', { zh: `${tooLate} 还没有到`, en: `${tooLate} has not come yet` });
      return accepted(await roster.save({ number, ...request.body }, request.account!.id));
    },
  );

  app.post(
    '/api/v1/roster/:number/erase',
    {
      onRequest: mayDo('erase'),
      schema: {
        summary: 'Take a person’s data out of the site for good; entries keep the number',
        params: Type.Object({ number: shapes.StaffNumber }),
        body: NoBody,
      },
    },
    async (request, reply) => {
      const { number } = request.params;
      if (!(await roster.erase(number, request.account!.id))) throw missing('person', number);
      return reply.code(204).send();
    },
  );

  app.post(
    '/api/v1/programmes',
    {
      onRequest: mayDo('manage-people'),
      schema: { summary: 'Say which programmes are the certificate’s pilots here', body: shapes.ProgrammesBody },
    },
    async (request) => {
      await duties.setProgrammes(request.body.programmes, request.account!.id);
      return { programmes: duties.programmes() };
    },
  );
}

function dutyRoutes(base: FastifyInstance, desk: Desk): void {
  const app = base.withTypeProvider<TypeBoxTypeProvider>();
  const { roster, duties } = desk.people;
  const row = (assignment: Assignment): AssignedRow => ({
    ...assignment,
    pledged: assignment.pledged && { ...assignment.pledged, by: desk.nameOf(assignment.pledged.by) },
    present: assignment.present && { ...assignment.present, by: desk.nameOf(assignment.present.by) },
    name: roster.person(assignment.number)?.name ?? null,
  });

  /** A proctor's account acts on the people of its own rooms. */
  function assignedIn(request: FastifyRequest, session: string, number: string): Assignment {
    knownSession(desk, session);
    const assignment = duties.of(session).find((one) => one.number === number);
    if (!assignment) throw missing('assignment', number);
    mustSee(request, assignment.room);
    return assignment;
  }

  app.get(
    '/api/v1/sessions/:id/people',
    { onRequest: mayDo('see-people'), schema: { summary: 'Who does what in a session', params: Id } },
    async (request): Promise<DutiesAnswer> => {
      const { id } = request.params;
      knownSession(desk, id);
      const assigned = duties.of(id).filter(({ room }) => sees(request, room));
      const numbers = new Set(assigned.map(({ number }) => number));
      return {
        session: id,
        assigned: assigned.map(row),
        conflicts: duties.conflicts(id).filter(({ number }) => numbers.has(number)),
        candidates: duties.candidates(id),
      };
    },
  );

  app.post(
    '/api/v1/sessions/:id/people',
    {
      onRequest: mayDo('manage-people'),
      schema: { summary: 'Assign a person to a session', params: Id, body: shapes.AssignBody },
    },
    async (request, reply) => {
      const assigned = await duties.assign(request.params.id, request.body, request.account!.id);
      return reply.code(201).send(row(accepted(assigned)));
    },
  );

  app.post(
    '/api/v1/sessions/:id/people/:number/remove',
    {
      onRequest: mayDo('manage-people'),
      schema: { summary: 'Take a person out of a session', params: InSession, body: NoBody },
    },
    async (request, reply) => {
      const { id, number } = request.params;
      if (!(await duties.unassign(id, number, request.account!.id))) throw missing('assignment', number);
      return reply.code(204).send();
    },
  );

  app.post(
    '/api/v1/sessions/:id/people/:number/pledge',
    {
      onRequest: mayDo('manage-people'),
      schema: {
        summary: 'Somebody has signed the pledge for this session',
        params: InSession,
        body: shapes.PledgeBody,
      },
    },
    async (request) => {
      const { id, number } = request.params;
      assignedIn(request, id, number);
      return row((await duties.pledge(id, number, request.body.signed, request.account!.id))!);
    },
  );

  app.post(
    '/api/v1/sessions/:id/people/:number/check-in',
    {
      onRequest: mayDo('check-in'),
      schema: { summary: 'Somebody is there', params: InSession, body: shapes.CheckInBody },
    },
    async (request) => {
      const { id, number } = request.params;
      assignedIn(request, id, number);
      return row((await duties.checkIn(id, number, request.body.present, request.account!.id))!);
    },
  );

  app.post(
    '/api/v1/sessions/:id/candidates',
    {
      onRequest: mayDo('manage-people'),
      schema: { summary: 'Classes and departments of the candidates', params: Id, body: shapes.CandidatesBody },
    },
    async (request) => accepted(await duties.setCandidates(request.params.id, request.body, request.account!.id)),
  );
}

function occurrenceRoutes(base: FastifyInstance, desk: Desk): void {
  const app = base.withTypeProvider<TypeBoxTypeProvider>();
  const { occurrences } = desk.people;

  app.get(
    '/api/v1/sessions/:id/occurrences',
    { onRequest: mayDo('see-people'), schema: { summary: 'What people wrote down in a session', params: Id } },
    async (request): Promise<{ occurrences: OccurrenceRow[] }> => {
      const { id } = request.params;
      knownSession(desk, id);
      return { occurrences: occurrenceRows(desk, id).filter(({ room }) => sees(request, room)) };
    },
  );

  app.post(
    '/api/v1/sessions/:id/occurrences',
    {
      onRequest: mayDo('record-occurrence'),
      schema: {
        summary: 'Write down what happened; a correction is a new one. No candidate’s name belongs in the text',
        params: Id,
        body: shapes.OccurrenceBody,
      },
    },
    async (request, reply) => {
      mustSee(request, request.body.room);
      const wish = { ...request.body, session: request.params.id };
      const made: Occurrence = accepted(await occurrences.add(wish, request.account!.id));
      return reply.code(201).send({ ...made, by: desk.nameOf(made.by) });
    },
  );

  app.post(
    '/api/v1/occurrences/:id/erase',
    {
      onRequest: mayDo('erase'),
      schema: { summary: 'Take words out that say too much; that there were some stays', params: Id, body: NoBody },
    },
    async (request, reply) => {
      if (!(await occurrences.erase(request.params.id, request.account!.id)))
        throw missing('occurrence', request.params.id);
      return reply.code(204).send();
    },
  );
}

function knownSession(desk: Desk, id: string): void {
  if (!desk.sessions().some((session) => session.id === id)) throw missing('session', id);
}

/** What was not taken is told with its reason. */
export function accepted<T extends object>(answer: T | { readonly refused: Bilingual }): T {
  if ('refused' in answer) throw new Refusal(409, 'refused', answer.refused);
  return answer;
}

const MISSING = {
  session: { zh: '场次', en: 'session' },
  person: { zh: '人员', en: 'person' },
  assignment: { zh: '考务安排', en: 'assignment' },
  occurrence: { zh: '情况记录', en: 'occurrence' },
  statement: { zh: '人工确认', en: 'statement' },
  file: { zh: '附件', en: 'file' },
} as const satisfies Readonly<Record<string, Bilingual>>;

export function missing(thing: keyof typeof MISSING, id: string): Refusal {
  const { zh, en } = MISSING[thing];
  return new Refusal(404, 'not-found', { zh: `没有编号为 ${id} 的${zh}。`, en: `There is no ${en} ${id}.` });
}

const faultsIn = (count: number): Bilingual => ({
  zh: `文件有 ${count} 处错误，没有导入任何人。`,
  en: `The file has ${count} fault${count === 1 ? '' : 's'}; nobody was taken in.`,
});
