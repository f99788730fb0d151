import type { FastifyInstance } from 'fastify';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { Entry } from '../history/history.ts';
import { roomId } from '../identity/scopes.ts';
import { changesBetween, type Snapshot } from '../readiness/snapshot.ts';
import type { Desk } from './desk.ts';
import { mayDo, mustSee, Refusal, sees } from './guard.ts';
import { notFound, roomsOf } from './readRoutes.ts';
import type { SnapshotAnswer, SnapshotRow } from './readinessApi.ts';
import { roomRows } from './readinessRows.ts';
import * as schemas from './schemas.ts';

const LARGEST_PAGE = 200;
const word = Type.Optional(Type.String({ minLength: 1, maxLength: 100 }));
const digits = Type.String({ pattern: '^\\d{1,15}$' });

/** Ready or not for what comes, and what was frozen of it. */
export function readinessRoutes(base: FastifyInstance, desk: Desk): void {
  const app = base.withTypeProvider<TypeBoxTypeProvider>();

  function sessionOf(id: string) {
    const session = desk.sessions().find((row) => row.id === id);
    if (!session) throw notFound('session', id);
    return session;
  }

  app.get(
    '/api/v1/readiness',
    {
      onRequest: mayDo('look'),
      schema: {
        summary: 'Ready or not ready for what comes, by room; with the reasons where one room is asked for',
        querystring: schemas.ReadinessQuery,
      },
    },
    async (request) => {
      const { room, session: id } = request.query;
      if (room !== undefined) mustSee(request, room);
      const session = id === undefined ? undefined : sessionOf(id);
      const asked = room === undefined ? roomsOf(desk).filter((name) => sees(request, name)) : [room];
      const rooms = asked.filter((name) => !session || session.rooms === 'all' || session.rooms.includes(name));
      return {
        site: desk.site,
        at: desk.clock.now().wall,
        rooms: roomRows(desk, rooms, { session, withReasons: room !== undefined }),
      };
    },
  );

  app.get(
    '/api/v1/snapshots',
    {
      onRequest: mayDo('look'),
      schema: {
        summary: 'Frozen readiness of one room, newest first',
        querystring: Type.Object(
          { room: Type.String({ minLength: 1, maxLength: 100 }), session: word, after: Type.Optional(digits) },
          { additionalProperties: false },
        ),
      },
    },
    async (request) => {
      const { room, session, after } = request.query;
      mustSee(request, room);
      const { rows, next } = await desk.history.entries({
        kinds: ['snapshot'],
        subject: roomId(room),
        newestFirst: true,
        limit: LARGEST_PAGE,
        ...(after === undefined ? {} : { after: Number(after) }),
      });
      const snapshots = rows.map((entry) => snapshotRow(desk, entry));
      return { snapshots: snapshots.filter((row) => session === undefined || row.session === session), next };
    },
  );

  app.get(
    '/api/v1/snapshots/:n',
    {
      onRequest: mayDo('look'),
      schema: { summary: 'One of them whole, and what changed since the last', params: Type.Object({ n: digits }) },
    },
    async (request): Promise<SnapshotAnswer> => {
      const n = Number(request.params.n);
      const [entry] = (await desk.history.entries({ kinds: ['snapshot'], after: n - 1, limit: 1 })).rows;
      if (entry?.n !== n) throw notFound('snapshot', request.params.n);
      const snapshot = entry.body as unknown as Snapshot;
      mustSee(request, snapshot.room);
      const earlier = { kinds: ['snapshot'], subject: roomId(snapshot.room), after: n, newestFirst: true } as const;
      const [last] = (await desk.history.entries({ ...earlier, limit: 1 })).rows;
      const before = last ? (last.body as unknown as Snapshot) : null;
      return {
        n,
        snapshot,
        entry: entry.hash,
        before: last ? snapshotRow(desk, last) : null,
        changes: (before ? changesBetween(before, snapshot) : []).map((change) => ({
          ...change,
          title: desk.compliance.rule(change.rule)?.title ?? { zh: change.rule, en: change.rule },
          seat: snapshot.seats[change.subject] ?? before?.seats[change.subject] ?? null,
        })),
      };
    },
  );

  app.post(
    '/api/v1/snapshots',
    {
      onRequest: mayDo('take-snapshot'),
      schema: {
        summary: 'Freeze a room’s readiness now',
        body: Type.Object({ room: schemas.Room, session: word }, { additionalProperties: false }),
      },
    },
    async (request, reply) => {
      const { room, session } = request.body;
      mustSee(request, room);
      if (!roomsOf(desk).includes(room)) throw notFound('room', room);
      const asked = session === undefined ? null : sessionOf(session);
      if (asked && asked.rooms !== 'all' && !asked.rooms.includes(room)) {
        throw new Refusal(409, 'session', {
          zh: `考场 ${room} 不在这一场的考场里。`,
          en: `Room ${room} is no room of this session.`,
        });
      }
      return reply.code(201).send(await desk.takeSnapshot(room, asked, request.account!.id));
    },
  );
}

function snapshotRow(desk: Desk, { n, body }: Entry): SnapshotRow {
  const { room, session, reason, taken, readiness, meets, falling, hash, standard, by } = body as unknown as Snapshot;
  const whose = by === null ? null : desk.nameOf(by);
  return { n, room, session, reason, taken, readiness, meets, falling, hash, standard, by: whose };
}
