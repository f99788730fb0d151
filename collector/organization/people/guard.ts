import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Organization } from '../organization.ts';
import { OrganizationRefusal } from '../refusal.ts';
import type { SiteRow } from '../store/tables.ts';
import type { People } from './accounts.ts';
import { mayDecide, seesSite, type Person } from './person.ts';

/** Who asks, and what of the organization they may see and do. A site's credential is worth nothing here. */
export interface Guard {
  /** Refuses who is not signed in. */
  person(request: FastifyRequest): Promise<Person>;
  /** Null where a page shows the sign-in instead. */
  holder(request: FastifyRequest): Promise<Person | null>;
  /** Refuses a change from another page than ours, and who only looks. */
  deciding(request: FastifyRequest): Promise<Person>;
  administrator(request: FastifyRequest): Promise<Person>;
  /** The row of a site that the person sees; another one is as if it were not there. */
  site(person: Person, site: string): Promise<SiteRow>;
}

const COOKIE = 'xunkao-org';

export function createGuard({ store }: Organization, people: People): Guard {
  const holder = (request: FastifyRequest): Promise<Person | null> => {
    const token = tokenOf(request);
    return token === null ? Promise.resolve(null) : people.holder(token);
  };
  async function person(request: FastifyRequest): Promise<Person> {
    const found = await holder(request);
    if (!found) throw new OrganizationRefusal(401, 'sign-in', { zh: '请先登录', en: 'please sign in first' });
    return found;
  }
  async function deciding(request: FastifyRequest): Promise<Person> {
    checkOrigin(request);
    const found = await person(request);
    if (mayDecide(found)) return found;
    throw new OrganizationRefusal(403, 'role', { zh: '您的账号只能查看', en: 'your account may only look' });
  }
  return {
    holder,
    person,
    deciding,
    async administrator(request) {
      const found = await deciding(request);
      mustManage(found);
      return found;
    },
    async site(who, site) {
      const row = await store.sql.selectFrom('site').selectAll().where('site_id', '=', site).executeTakeFirst();
      if (row && seesSite(who, row)) return row;
      throw new OrganizationRefusal(404, 'site', {
        zh: `没有考点 ${site}，或不在您的范围内`,
        en: `there is no site ${site}, or it is not in your scope`,
      });
    },
  };
}

/** Refuses who manages no accounts, nor sees them. */
export function mustManage({ role }: Person): void {
  if (role === 'administrator') return;
  throw new OrganizationRefusal(403, 'role', {
    zh: '只有管理员能查看和管理账号',
    en: 'only an administrator sees and manages accounts',
  });
}

/** SameSite=Strict keeps other pages' requests from carrying the cookie; the browser’s own word of the origin besides. */
export function checkOrigin({ headers }: FastifyRequest): void {
  const { origin, host } = headers;
  const isOwn =
    origin === undefined ? headers['x-xunkao'] === '1' : URL.canParse(origin) && new URL(origin).host === host;
  if (!isOwn)
    throw new OrganizationRefusal(403, 'origin', {
      zh: '修改只能在本系统自己的页面上进行，或带上 X-Xunkao: 1',
      en: 'a change comes from this system’s own pages, or with the header X-Xunkao: 1',
    });
}

export function tokenOf({ headers }: FastifyRequest): string | null {
  const found = (headers.cookie ?? '').split(/; */).find((one) => one.startsWith(`${COOKIE}=`));
  return found === undefined ? null : found.slice(COOKIE.length + 1);
}

/** @param token null ends it */
export function setToken(reply: FastifyReply, token: string | null): void {
  const age = token === null ? '; Max-Age=0' : '';
  reply.header('set-cookie', `${COOKIE}=${token ?? ''}; Path=/; HttpOnly; Secure; SameSite=Strict${age}`);
}
