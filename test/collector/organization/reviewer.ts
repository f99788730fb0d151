import type { FastifyInstance } from 'fastify';
import type { OrganizationDocument } from '../../../collector/organization/document.ts';
import type { Compared } from '../../../collector/organization/views/compare.ts';
import type { Evaluations } from '../../../collector/organization/views/evaluations.ts';
import type { OneSite } from '../../../collector/organization/views/oneSite.ts';
import type { SiteLine } from '../../../collector/organization/views/overview.ts';
import { createPeople } from '../../../collector/organization/people/accounts.ts';
import { AT_COMMAND_LINE, type PersonWish } from '../../../collector/organization/people/management.ts';
import type { Field } from './field.ts';

export const REVIEWER_PASSWORD = 'a long password';

/** What the paths below `/api/v1` answer. */
export interface Views {
  readonly overview: { readonly sites: readonly SiteLine[] };
  readonly compare: { readonly by: readonly Compared[] };
  readonly evaluations: Evaluations;
  readonly sites: OneSite;
  readonly accounts: { readonly accounts: readonly unknown[] };
}
export type PathOf<Name extends keyof Views> = Name | `${Name}?${string}` | `${Name}/${string}`;

export interface Reviewer {
  get<Name extends keyof Views>(path: PathOf<Name>): Promise<{ readonly status: number; readonly body: Views[Name] }>;
  /** What is signed for a site comes back as its document. */
  post(path: string, body?: object): Promise<{ readonly status: number; readonly body: OrganizationDocument }>;
  page(
    path: string,
  ): Promise<{ readonly status: number; readonly text: string; readonly location: string | undefined }>;
  form(path: string, fields: Record<string, string>): ReturnType<Reviewer['page']>;
}

/** Makes an account, chooses its password with the code and signs in. */
export async function reviewer({ organization, app }: Field, wish: PersonWish): Promise<Reviewer> {
  const code = await createPeople(organization).create(wish, AT_COMMAND_LINE);
  const answer = await app.inject({
    method: 'POST',
    url: '/api/v1/sign-in',
    headers: { 'x-xunkao': '1', 'content-type': 'application/json' },
    payload: { name: wish.name, password: REVIEWER_PASSWORD, code },
  });
  const cookie = String(answer.headers['set-cookie']).split(';')[0]!;
  if (answer.statusCode !== 200) throw new Error(answer.body);
  return as(app, cookie);
}

export function as(app: FastifyInstance, cookie: string): Reviewer {
  const headers = { cookie, host: 'organization.example' };
  const origin = 'https://organization.example';
  const page = async (method: 'GET' | 'POST', url: string, payload?: string) => {
    const answer = await app.inject({
      method,
      url,
      headers: { ...headers, origin, 'content-type': 'application/x-www-form-urlencoded' },
      ...(payload === undefined ? {} : { payload }),
    });
    return { status: answer.statusCode, text: answer.body, location: answer.headers.location };
  };
  return {
    async get<Name extends keyof Views>(path: PathOf<Name>) {
      const answer = await app.inject({ url: `/api/v1/${path}`, headers });
      return { status: answer.statusCode, body: answer.json<Views[Name]>() };
    },
    async post(path: string, body: object = {}) {
      const answer = await app.inject({
        method: 'POST',
        url: `/api/v1/${path}`,
        headers: { ...headers, 'x-xunkao': '1', 'content-type': 'application/json' },
        payload: body,
      });
      return { status: answer.statusCode, body: answer.json<OrganizationDocument>() };
    },
    page: (path) => page('GET', path),
    form: (path, fields) => page('POST', path, new URLSearchParams(fields).toString()),
  };
}
