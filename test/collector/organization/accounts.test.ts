import { expect, onTestFinished, test } from 'vitest';
import { makeSiteTicket } from '../../../collector/organization/enrolment.ts';
import { openOrganization } from '../../../collector/organization/organization.ts';
import { createPeople } from '../../../collector/organization/people/accounts.ts';
import { AT_COMMAND_LINE } from '../../../collector/organization/people/management.ts';
import { postgresBin, realPostgres } from '../../fixtures/postgres.ts';
import { openField, type Field } from './field.ts';
import { as, REVIEWER_PASSWORD, reviewer } from './reviewer.ts';

const CHIEF = { name: 'chief', role: 'administrator', scope: null } as const;

async function fieldWithSite(where?: string): Promise<Field> {
  const field = await openField(where);
  const { store, now } = field.organization;
  const site = { site: 'nanjing-01', name: '南京', province: '江苏' };
  await makeSiteTicket(store, site, { until: now() + 1, key: null, now: now() });
  return field;
}

const codeIn = (text: string): string => /<code>([^<]+)<\/code>/.exec(text)![1]!;

async function idOf({ organization }: Field, name: string): Promise<string> {
  return (await createPeople(organization).list()).find((one) => one.name === name)!.id;
}

test('an administrator makes an account on the page; its person comes in with the code, and sees the sites of the scope', async () => {
  const field = await fieldWithSite();
  const chief = await reviewer(field, CHIEF);
  const made = await chief.form('/accounts', { name: '王评审', role: 'viewer', province: '江苏', sites: '' });
  expect(made.status).toBe(200);
  const code = codeIn(made.text);
  const entered = await as(field.app, '').form('/sign-in', { name: '王评审', password: 'another password', code });
  expect([entered.status, entered.location]).toEqual([302, '/']);
  const { text } = await chief.page('/accounts');
  expect(text).not.toContain(code);
  expect(text).toMatch(/王评审[\s\S]*查看[\s\S]*江苏[\s\S]*使用中/);
  expect(text).toMatch(/本人设密码[\s\S]*新建[\s\S]*查看 · 江苏[\s\S]*chief/);
});

test('a scope of sites that do not exist, a taken name and a role that does not exist are refused in words', async () => {
  const field = await fieldWithSite();
  const chief = await reviewer(field, CHIEF);
  const said = async (fields: Record<string, string>) => (await chief.form('/accounts', fields)).text;
  expect(await said({ name: 'east', role: 'viewer', sites: 'nanjing-01 nanjin-02' })).toContain('没有考点 nanjin-02');
  expect(await said({ name: 'Chief', role: 'viewer', sites: '' })).toContain('已有这个用户名');
  expect(await said({ name: 'east', role: 'king', sites: '' })).toContain('角色须是');
  expect(await said({ name: 'east', role: 'administrator', sites: 'nanjing-01' })).toContain('管理员负责全部考点');
});

test('role and sites are changed while the person is signed in; switching off and a reset end the sign-in', async () => {
  const field = await fieldWithSite();
  const chief = await reviewer(field, CHIEF);
  const east = await reviewer(field, { name: 'east', role: 'viewer', scope: { provinces: ['浙江'], sites: [] } });
  const id = await idOf(field, 'east');
  const sees = async () => (await east.get('overview')).body.sites.length;
  expect(await sees()).toBe(0);
  await chief.form(`/accounts/${id}/change`, { role: 'reviewer', sites: 'nanjing-01' });
  expect(await sees()).toBe(1);
  expect((await east.post('sites/nanjing-01/certification', { state: 'applied' })).status).toBe(201);
  await chief.form(`/accounts/${id}/disable`, {});
  expect((await east.get('overview')).status).toBe(401);
  await chief.form(`/accounts/${id}/enable`, {});
  const again = () => east.form('/sign-in', { name: 'east', password: REVIEWER_PASSWORD, code: '' });
  expect((await again()).status).toBe(302);
  const reset = await chief.form(`/accounts/${id}/reset`, {});
  expect((await again()).status).toBe(401);
  const code = codeIn(reset.text);
  expect((await east.form('/sign-in', { name: 'east', password: 'one more password', code })).status).toBe(302);
});

test('a name is erased once the account is switched off: nothing tells it any more, and nobody comes in by it', async () => {
  const field = await fieldWithSite();
  const chief = await reviewer(field, CHIEF);
  await reviewer(field, { name: '张三丰', role: 'reviewer', scope: null });
  const id = await idOf(field, '张三丰');
  const act = async (verb: string) => (await chief.form(`/accounts/${id}/${verb}`, {})).status;
  expect(await act('erase')).toBe(409);
  expect([await act('disable'), await act('erase')]).toEqual([302, 302]);
  const { text } = await chief.page('/accounts');
  expect(text).not.toContain('张三丰');
  expect(text).toContain(id);
  const rows = await field.organization.store.sql.selectFrom('account').selectAll().execute();
  expect(JSON.stringify(rows)).not.toContain('张三丰');
  expect([await act('enable'), await act('reset'), await act('erase')]).toEqual([409, 409, 409]);
});

test('who is no administrator neither sees nor changes accounts, and a foreign page changes nothing', async () => {
  const field = await fieldWithSite();
  await reviewer(field, CHIEF);
  const some = await reviewer(field, { name: 'some', role: 'reviewer', scope: null });
  const id = await idOf(field, 'chief');
  expect((await some.page('/accounts')).status).toBe(403);
  expect((await some.page('/')).text).not.toContain('href="/accounts"');
  expect((await some.form('/accounts', { name: 'x1', role: 'administrator', sites: '' })).status).toBe(403);
  for (const verb of ['change', 'disable', 'enable', 'erase', 'reset'])
    expect((await some.form(`/accounts/${id}/${verb}`, { role: 'viewer' })).status, verb).toBe(403);
  const chief = await reviewer(field, { ...CHIEF, name: 'other' });
  const foreign = await field.app.inject({
    method: 'POST',
    url: `/accounts/${await idOf(field, 'some')}/disable`,
    headers: { origin: 'https://evil.example', host: 'organization.example' },
  });
  expect(foreign.statusCode).toBe(403);
  expect((await chief.get('accounts')).status).toBe(200);
});

test('the last administrator who can sign in stays one, and the command line helps who forgot the password', async () => {
  const field = await fieldWithSite();
  const chief = await reviewer(field, CHIEF);
  const id = await idOf(field, 'chief');
  // Invited, but not in yet: nobody to rely on.
  await chief.form('/accounts', { name: 'second', role: 'administrator', sites: '' });
  for (const verb of ['change', 'disable', 'reset'])
    expect((await chief.form(`/accounts/${id}/${verb}`, { role: 'viewer', sites: '' })).status, verb).toBe(409);
  const people = createPeople(field.organization);
  const code = await people.reset(id, AT_COMMAND_LINE);
  expect((await chief.get('overview')).status).toBe(401);
  const back = await chief.form('/sign-in', { name: 'chief', password: 'yet another password', code });
  expect(back.status).toBe(302);
  const [last] = await people.changes();
  expect(last).toMatchObject({ account: id, by: id, what: 'password' });
  expect((await people.changes()).map(({ what, by }) => [what, by])).toContainEqual(['reset', AT_COMMAND_LINE]);
});

test('everybody changes the own password, with the old one, and is signed out elsewhere', async () => {
  const field = await fieldWithSite();
  const some = await reviewer(field, { name: 'some', role: 'viewer', scope: null });
  const wrong = await some.form('/password', { old: 'not this one', password: 'a longer password' });
  expect(wrong.status).toBe(401);
  const done = await some.form('/password', { old: REVIEWER_PASSWORD, password: 'a longer password' });
  expect([done.status, done.location]).toEqual([302, '/password?done=1']);
  expect((await some.get('overview')).status).toBe(401);
});

test.skipIf(postgresBin() === null)(
  'two administrators who switch each other off at the same moment, through two processes, leave one',
  async () => {
    const { url } = await realPostgres();
    const field = await fieldWithSite(url);
    const other = await openOrganization(field.folder, url);
    onTestFinished(() => other.store.close());
    await reviewer(field, CHIEF);
    await reviewer(field, { ...CHIEF, name: 'second' });
    const [first, second] = [await idOf(field, 'chief'), await idOf(field, 'second')];
    const [one, two] = [createPeople(field.organization), createPeople(other)];
    for (let round = 0; round < 20; round += 1) {
      const done = await Promise.allSettled([one.disable(second, first), two.disable(first, second)]);
      expect(done.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
      const off = (await one.list()).filter(({ state }) => state === 'disabled');
      expect(off).toHaveLength(1);
      await one.enable(off[0]!.id, AT_COMMAND_LINE);
    }
  },
  60_000,
);
