import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { documentsAfter } from './documents.ts';
import { createDoor, drained, MOST_OF_STRANGER, mustArrive, PLACES, stayOf, STRANGER_MS } from './door.ts';
import { checkSignature, checkSite, enrolSite, isPinned, NOT_SIGNED, type Signed } from './enrolment.ts';
import { ENROL_PATH, HAND_IN_PATH, LARGEST_FILE, MOST_BYTES, PUSH_PATH, type PushAnswer } from './exchange.ts';
import { handIn } from './handIn.ts';
import { parseHead, parseLines } from './intake/lines.ts';
import { newestCosigned, take } from './intake/take.ts';
import type { Organization } from './organization.ts';
import { OrganizationRefusal } from './refusal.ts';
import { bodyHash } from './signed.ts';

const unpack = promisify(gunzip);

/** What a request that was let in says of itself, and how its work is done. */
interface Visit {
  readonly signed: Signed;
  readonly isPinned: boolean;
  /** Holds the place meanwhile. */
  readonly stay: ReturnType<typeof stayOf>;
}

/**
 * What sites ask of their organization; each request is signed by the site's key, and speaks of that site alone. Who it is
 * stands in the headers, so that strangers are turned away, and everybody counted, before a byte of a body is taken.
 */
export function siteRoutes(app: FastifyInstance, organization: Organization, places = PLACES): void {
  const { store, now } = organization;
  const door = createDoor(places);
  const visits = new WeakMap<FastifyRequest, Visit>();

  app.addContentTypeParser(['application/jsonl', 'application/json'], { parseAs: 'buffer' }, (_request, body, done) =>
    done(null, body),
  );

  async function onRequest(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const length = lengthOf(request);
    const signed = signedOf(request);
    checkSignature(signed, now());
    const pinned = await isPinned(store, signed);
    if (!pinned) mustArrive(request.raw, STRANGER_MS);
    try {
      if (!pinned && length > MOST_OF_STRANGER) throw KEY_FIRST();
      const leave = door.enter(pinned ? signed.site : null);
      visits.set(request, { signed, isPinned: pinned, stay: stayOf(leave, reply.raw) });
    } catch (refused) {
      if (pinned || length <= MOST_OF_STRANGER) await drained(request.raw);
      throw refused;
    }
  }

  /** The body is what was signed; then the work. */
  function visit<T>(work: (visit: Visit, body: Buffer, request: FastifyRequest) => Promise<T>) {
    return (request: FastifyRequest): Promise<T> => {
      const found = visits.get(request)!;
      return found.stay(async () => {
        const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
        if (bodyHash(body) !== found.signed.sha256) throw NOT_SIGNED();
        return work(found, body, request);
      });
    };
  }

  app.post(
    ENROL_PATH,
    { onRequest },
    visit(async ({ signed }, body, request) => {
      await enrolSite(store, signed.site, signed.key, await jsonOf(request, body, MOST_OF_STRANGER), now());
      return { enrolled: signed.site, key: organization.key.publicKey };
    }),
  );

  app.post(
    PUSH_PATH,
    { onRequest, bodyLimit: MOST_BYTES },
    visit(async ({ signed, isPinned: pinned }, body, request): Promise<PushAnswer> => {
      const text = await textOf(request, body, pinned ? MOST_BYTES * 2 : MOST_OF_STRANGER * 8);
      const head = parseHead(text, signed.site);
      if (!head) throw NO_PUSH();
      await checkSite(store, signed, head.rotations);
      const lines = parseLines(text, signed.site);
      if ('zh' in lines) throw new OrganizationRefusal(400, 'push', lines);
      const { standing, again } = await take(organization, signed.site, lines, signed.key);
      const page = await documentsAfter(store, signed.site, head.documents);
      return {
        n: standing.n,
        hash: standing.hash,
        again,
        cosigned: await newestCosigned(store, signed.site),
        ...page,
      };
    }),
  );

  app.post(
    HAND_IN_PATH,
    { onRequest, bodyLimit: LARGEST_FILE * 2 },
    visit(async ({ signed }, body, request) => {
      await checkSite(store, signed);
      return handIn(organization, signed.site, await jsonOf(request, body, LARGEST_FILE * 2));
    }),
  );
}

/** Bytes of the body as they come. */
function lengthOf({ headers }: FastifyRequest): number {
  const length = Number(headers['content-length']);
  if (Number.isSafeInteger(length)) return length;
  throw new OrganizationRefusal(411, 'length', {
    zh: '须写明 content-length',
    en: 'content-length is needed',
  });
}

function signedOf(request: FastifyRequest): Signed {
  const text = (name: string): string => {
    const value = request.headers[name];
    if (typeof value === 'string' && value !== '') return value;
    throw new OrganizationRefusal(401, 'signature', {
      zh: `缺少 ${name}；这里只回答考点`,
      en: `${name} is missing; this is for sites alone`,
    });
  };
  return {
    site: text('x-xunkao-site'),
    key: text('x-xunkao-key'),
    at: Number(text('x-xunkao-at')),
    signature: text('x-xunkao-signature'),
    method: request.method,
    path: request.url,
    sha256: text('x-xunkao-sha256'),
  };
}

/** @param most bytes, once it is unpacked */
async function textOf(request: FastifyRequest, body: Buffer, most: number): Promise<string> {
  if (request.headers['content-encoding'] !== 'gzip') return body.toString('utf8');
  try {
    return (await unpack(body, { maxOutputLength: most })).toString('utf8');
  } catch {
    throw new OrganizationRefusal(400, 'push', {
      zh: '压缩的内容损坏或太大',
      en: 'the compressed body is damaged or too large',
    });
  }
}

type Said = Readonly<Record<string, unknown>> & { readonly id: unknown; readonly secret: unknown };

async function jsonOf(request: FastifyRequest, body: Buffer, most: number): Promise<Said> {
  const text = await textOf(request, body, most);
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value as Said;
  } catch {
    // Said below.
  }
  throw new OrganizationRefusal(400, 'body', { zh: '内容不是 JSON 对象', en: 'the body is no JSON object' });
}

const NO_PUSH = () =>
  new OrganizationRefusal(400, 'push', {
    zh: '这不是巡考的推送，或属于别的考点',
    en: 'this is no push of a record, or one of another site',
  });
const KEY_FIRST = () =>
  new OrganizationRefusal(413, 'key-first', {
    zh: '机构还不认识这把密钥：先发小的请求，由旧密钥证明它；考点会自动这样做',
    en: 'this key is not known yet: a small request first, in which the one before vouches for it; the site does so by itself',
  });
