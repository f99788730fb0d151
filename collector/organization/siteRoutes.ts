import { gunzipSync } from 'node:zlib';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { documentsAfter } from './documents.ts';
import { checkSignature, checkSite, enrolSite, type Signed } from './enrolment.ts';
import { ENROL_PATH, HAND_IN_PATH, MOST_BYTES, MOST_DOCUMENTS, PUSH_PATH, type PushAnswer } from './exchange.ts';
import { handIn } from './handIn.ts';
import { parseHead, parseLines } from './intake/lines.ts';
import { newestCosigned, take } from './intake/take.ts';
import type { Organization } from './organization.ts';
import { OrganizationRefusal } from './refusal.ts';

/** Pushes that are worked on at once by one process; who comes beyond waits at home, with jitter. */
const MOST_AT_ONCE = 64;

/** What sites ask of their organization; each request is signed by the site's key, and speaks of that site alone. */
export function siteRoutes(app: FastifyInstance, organization: Organization): void {
  const { store, now } = organization;
  let working = 0;

  app.addContentTypeParser(['application/jsonl', 'application/json'], { parseAs: 'buffer' }, (_request, body, done) =>
    done(null, body),
  );

  async function bounded<T>(work: () => Promise<T>): Promise<T> {
    if (working >= MOST_AT_ONCE) throw BUSY();
    working += 1;
    try {
      return await work();
    } finally {
      working -= 1;
    }
  }

  app.post(ENROL_PATH, async (request) => {
    const signed = signedOf(request);
    checkSignature(signed, now());
    await enrolSite(store, signed.site, signed.key, jsonOf(request, signed.body), now());
    return { enrolled: signed.site, key: organization.key.publicKey };
  });

  app.post(PUSH_PATH, { bodyLimit: MOST_BYTES }, (request) =>
    bounded(async (): Promise<PushAnswer> => {
      const signed = signedOf(request);
      checkSignature(signed, now());
      const text = textOf(request, signed.body);
      const head = parseHead(text, signed.site);
      if (!head) throw NO_PUSH();
      await checkSite(store, signed, head.rotations);
      const lines = parseLines(text, signed.site);
      if ('zh' in lines) throw new OrganizationRefusal(400, 'push', lines);
      const { standing, again } = await take(organization, signed.site, lines, signed.key);
      const documents = await documentsAfter(store, signed.site, head.documents, MOST_DOCUMENTS + 1);
      return {
        n: standing.n,
        hash: standing.hash,
        again,
        cosigned: await newestCosigned(store, signed.site),
        documents: documents.slice(0, MOST_DOCUMENTS),
        more: documents.length > MOST_DOCUMENTS,
      };
    }),
  );

  app.post(HAND_IN_PATH, { bodyLimit: LARGEST_FILE * 2 }, (request) =>
    bounded(async () => {
      const signed = signedOf(request);
      checkSignature(signed, now());
      await checkSite(store, signed);
      return handIn(organization, signed.site, jsonOf(request, signed.body, LARGEST_FILE * 2));
    }),
  );
}

/** 16 MiB: a report with its pictures. */
export const LARGEST_FILE = 16 * 1024 * 1024;

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
    body: Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0),
  };
}

function textOf(request: FastifyRequest, body: Uint8Array, most = MOST_BYTES * 2): string {
  if (request.headers['content-encoding'] !== 'gzip') return Buffer.from(body).toString('utf8');
  try {
    return gunzipSync(body, { maxOutputLength: most }).toString('utf8');
  } catch {
    throw new OrganizationRefusal(400, 'push', {
      zh: '压缩的内容损坏或太大',
      en: 'the compressed body is damaged or too large',
    });
  }
}

type Said = Readonly<Record<string, unknown>> & { readonly id: unknown; readonly secret: unknown };

function jsonOf(request: FastifyRequest, body: Uint8Array, most?: number): Said {
  try {
    const value: unknown = JSON.parse(textOf(request, body, most));
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
const BUSY = () =>
  new OrganizationRefusal(503, 'busy', {
    zh: '机构服务器正忙，稍后会自动重试',
    en: 'the organization’s server is busy; the site tries again by itself',
  });
