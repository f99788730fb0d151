import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { Caller } from '../accounts/may.ts';
import type { Entry, EntryKind, EntryQuery } from '../history/history.ts';
import type { SiteAnswer, VerdictRow } from './api.ts';
import { jsonList } from './answer.ts';
import { StoreRefused } from '../series/store.ts';
import type { Desk } from './desk.ts';
import type { Events } from './events.ts';
import { mayDo, mayHere, mayStill, mustSee, Refusal, sees, visibleRooms } from './guard.ts';
import { deviceRow, incidentRow, machineRow, verdictRow } from './rows.ts';
import * as schemas from './schemas.ts';
import { mustSeeNamed, seenEntries, sessionFor } from './seen.ts';
import { standardRow } from './trialApi.ts';

const LARGEST_PAGE = 1_000;
/** A page that was signed out elsewhere hears no more after this. */
const SIGNED_OUT_MS = 2_000;

/** Everything that only looks. */
export function readRoutes(base: FastifyInstance, desk: Desk, events: Events): void {
  const app = base.withTypeProvider<TypeBoxTypeProvider>();
  const answers = (schema: object) => ({ response: { 200: schema, '4xx': schemas.ErrorSchema } });

  app.get(
    '/api/v1/site',
    { onRequest: mayDo('look'), schema: { summary: 'Who this is, and who is signed in' } },
    async (request): Promise<SiteAnswer> => {
      return {
        site: desk.site,
        version: desk.version,
        standard: standardRow(desk.standard),
        trial: desk.trial && standardRow(desk.trial.standard),
        now: desk.clock.now().wall,
        account: request.account && whoOf(request.account),
        acts: mayHere(request),
        needsAdministrator: desk.accounts.firstCode() !== null,
        facts: Object.fromEntries(
          desk.catalogue.facts.map(({ name, type, unit = null, about, words }) => [
            name,
            { type, unit, about, ...(words ? { words } : {}) },
          ]),
        ),
        warnings: desk.warnings(),
      };
    },
  );

  app.get(
    '/api/v1/verdicts',
    {
      onRequest: mayDo('look'),
      schema: {
        summary: 'Every rule about every subject, now',
        querystring: schemas.VerdictQuery,
        ...answers(
          Type.Object({ verdicts: Type.Array(schemas.Verdict), next: Type.Union([Type.Number(), Type.Null()]) }),
        ),
      },
    },
    async (request) => {
      const { after = '0', limit = String(LARGEST_PAGE), ...filters } = request.query;
      mustSeeNamed(request, desk, filters);
      const wanted = Object.entries(filters) as [keyof VerdictRow, string][];
      const skip = Number(after);
      const most = Math.min(Number(limit), LARGEST_PAGE);
      const rows: VerdictRow[] = [];
      let seen = 0;
      for (const id of subjectIds(desk, filters.subject)) {
        if (!sees(request, desk.places.room(id))) continue;
        for (const verdict of desk.compliance.of(id)) {
          const row = verdictRow(desk, verdict);
          if (!wanted.every(([key, value]) => row[key] === value)) continue;
          seen += 1;
          if (seen > skip && rows.length < most) rows.push(row);
          else if (rows.length >= most) return { verdicts: rows, next: skip + rows.length };
        }
      }
      return { verdicts: rows, next: null };
    },
  );

  app.get(
    '/api/v1/machines',
    {
      onRequest: mayDo('look'),
      schema: { summary: 'Every machine', ...answers(Type.Object({ machines: Type.Array(schemas.MachineSchema) })) },
    },
    async (request) => ({
      machines: [...desk.machines()]
        .filter(({ room }) => sees(request, room))
        .map((machine) => machineRow(desk, machine)),
    }),
  );

  app.get(
    '/api/v1/machines/:id',
    {
      onRequest: mayDo('look'),
      schema: {
        summary: 'One machine',
        params: Type.Object({ id: Type.String({ maxLength: 64 }) }),
        ...answers(schemas.MachineSchema),
      },
    },
    async (request) => {
      const machine = desk.machine(request.params.id);
      if (!machine) throw notFound('machine', request.params.id);
      mustSee(request, machine.room);
      return machineRow(desk, machine);
    },
  );

  app.get(
    '/api/v1/waiting',
    { onRequest: mayDo('look'), schema: { summary: 'Machines that lost their key and wait for a person' } },
    async (request) => ({
      waiting: desk.waiting().filter(({ machine }) => sees(request, desk.places.room(machine))),
    }),
  );

  app.get(
    '/api/v1/tickets',
    { onRequest: mayDo('read-tickets'), schema: { summary: 'Every ticket, without its secret' } },
    async () => ({
      tickets: desk.tickets(),
    }),
  );

  app.get(
    '/api/v1/devices',
    { onRequest: mayDo('look'), schema: { summary: 'Every device of the settings' } },
    async (request) => ({
      devices: desk.devices.filter(({ room }) => sees(request, room)).map((device) => deviceRow(desk, device)),
    }),
  );

  app.get(
    '/api/v1/incidents',
    { onRequest: mayDo('look'), schema: { summary: 'What needs a person', querystring: schemas.IncidentQuery } },
    async (request) => {
      const { state = 'open', room } = request.query;
      mustSeeNamed(request, desk, { room });
      const rows = desk
        .incidents(state)
        .map((incident) => incidentRow(desk, incident))
        .filter((row) => sees(request, row.room));
      return { incidents: room === undefined ? rows : rows.filter((row) => row.room === room) };
    },
  );

  app.get(
    '/api/v1/sessions',
    { onRequest: mayDo('look'), schema: { summary: 'Exams and assessments' } },
    async (request) => ({
      sessions: desk.sessions().flatMap((session) => sessionFor(request, session)),
    }),
  );

  app.get(
    '/api/v1/history',
    {
      onRequest: mayDo('look'),
      schema: {
        summary: 'The record’s entries',
        querystring: schemas.HistoryQuery,
        ...answers(
          Type.Object({ entries: Type.Array(schemas.EntrySchema), next: Type.Union([Type.Number(), Type.Null()]) }),
        ),
      },
    },
    async (request) => {
      const { subject, rule, kind, from, to, after, newestFirst, limit } = request.query;
      mustSeeNamed(request, desk, { subject });
      const query: EntryQuery = {
        ...(subject === undefined ? {} : { subject }),
        ...(rule === undefined ? {} : { rule }),
        ...(kind === undefined ? {} : { kinds: kind.split(',') as EntryKind[] }),
        ...(from === undefined ? {} : { from: Number(from) }),
        ...(to === undefined ? {} : { to: Number(to) }),
        ...(after === undefined ? {} : { after: Number(after) }),
        newestFirst: newestFirst === 'true',
        limit: Math.min(Number(limit ?? 200), LARGEST_PAGE),
      };
      const isSeen = (entry: Entry): boolean =>
        sees(request, entry.subject === null ? null : desk.places.room(entry.subject));
      const { rows, next } = await seenEntries(desk.history, query, isSeen);
      return { entries: rows, next };
    },
  );

  app.get(
    '/api/v1/series',
    { onRequest: mayDo('look'), schema: { summary: 'Readings over time', querystring: schemas.SeriesQuery } },
    async (request, reply) => {
      const { subject, facts, resolution, from, to } = request.query;
      mustSeeNamed(request, desk, { subject });
      const query = { subject, facts: facts.split(','), from: Number(from), to: Number(to) };
      const { source, points } =
        resolution === 'raw'
          ? { source: 'embedded', points: await desk.history.raw(query) }
          : await desk.series.read({ ...query, resolution }).catch(refuseStore);
      const text = Readable.from(jsonList('points', points));
      return reply.type('application/json; charset=utf-8').header('x-xunkao-source', source).send(text);
    },
  );

  app.get('/api/v1/events', { onRequest: mayDo('look'), schema: { hide: true } }, (request, reply) => {
    reply.hijack();
    const page = reply.raw;
    // Written to after its end, between our word and the socket's.
    page.on('error', () => undefined);
    const watch = setInterval(() => {
      if (!mayStill(request, desk, 'look')) page.destroy();
    }, SIGNED_OUT_MS);
    page.on('close', () => clearInterval(watch));
    events.add(page, visibleRooms(request));
  });
}

function whoOf({ name, role, rooms }: Caller): NonNullable<SiteAnswer['account']> {
  return { name, role, rooms };
}

function subjectIds(desk: Desk, subject: string | undefined): Iterable<string> {
  if (subject !== undefined) return [subject];
  const scopes = [...desk.state.all()].filter(({ kind }) => kind === 'room' || kind === 'site').map(({ id }) => id);
  return [...desk.machines()]
    .map((machine) => machine.id)
    .concat(
      desk.devices.map((device) => device.id),
      scopes,
    );
}

export function roomsOf(desk: Desk): string[] {
  const rooms = new Set<string>();
  for (const machine of desk.machines()) if (!machine.revoked) rooms.add(machine.room);
  for (const device of desk.devices) if (device.room !== null) rooms.add(device.room);
  return [...rooms].sort();
}

export function notFound(
  thing: 'ticket' | 'machine' | 'incident' | 'session' | 'room' | 'snapshot',
  id: string,
): Refusal {
  const zh = { ticket: '凭证', machine: '机器', incident: '事件', session: '场次', room: '考场', snapshot: '快照' }[
    thing
  ];
  return new Refusal(404, 'not-found', { zh: `没有编号为 ${id} 的${zh}。`, en: `There is no ${thing} ${id}.` });
}

/** Minutes of years ago are in one place alone; hours are embedded. */
function refuseStore(error: unknown): never {
  if (!(error instanceof StoreRefused)) throw error;
  throw new Refusal(503, 'series-store', {
    zh: '长期序列库没有回应；90 天以前的分钟数据只在那里。可以改问 resolution=hour。',
    en: 'The store of long series does not answer, and minutes from before 90 days are only there. Ask for resolution=hour.',
  });
}
