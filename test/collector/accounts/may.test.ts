import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  type ActAbout,
  ROLE_NAMES,
  ACCOUNT_ROLES,
  ACTS,
  actsOf,
  may,
  TOKEN_SCOPES,
  seesRoom,
  type Act,
} from '../../../collector/accounts/may.ts';
import { collectorIn } from '../../fixtures/collector.ts';

const NAMES = Object.keys(ACTS) as Act[];
/** Acts that change nothing. */
const LOOKING = NAMES.filter((act) => act === 'look' || /^(read|see|export)-/.test(act));
const person = (role: (typeof ACCOUNT_ROLES)[number], rooms: readonly string[] | null = null) => ({
  id: 'a-1',
  name: 'li',
  role,
  scopes: [],
  rooms,
});

describe('the table of who may do what', () => {
  test('an administrator may do everything, and nobody else manages accounts or tokens', () => {
    expect(actsOf(person('administrator'))).toEqual(NAMES);
    for (const role of ACCOUNT_ROLES.filter((one) => one !== 'administrator'))
      for (const act of ['manage-accounts', 'manage-tokens', 'revoke-machine'] as const)
        expect(may(person(role), act), `${role} ${act}`).toBe(false);
  });

  test('an inspector sees everything and changes nothing but the own password', () => {
    const acts = actsOf(person('inspector'));
    expect(acts.filter((act) => !LOOKING.includes(act))).toEqual(['change-password']);
    expect(LOOKING.filter((act) => !acts.includes(act))).toEqual([]);
  });

  test('who did not sign in may look at most, and a token does only what its scopes say', () => {
    expect(NAMES.filter((act) => ACTS[act].here && !LOOKING.includes(act))).toEqual([]);
    for (const scope of TOKEN_SCOPES) {
      const token = { id: 'k-1', name: 'script', role: 'token' as const, scopes: [scope], rooms: null };
      const acts = actsOf(token);
      expect(acts.length, `${scope} is good for something`).toBeGreaterThan(0);
      expect(acts.filter((act) => !(ACTS[act].scopes as readonly string[]).includes(scope))).toEqual([]);
      for (const act of ['manage-accounts', 'manage-tokens', 'change-password'] as const)
        expect(acts).not.toContain(act);
    }
  });

  test('what belongs to no room is for those who see the whole site', () => {
    expect([seesRoom(person('lead'), 'A'), seesRoom(person('lead'), null), seesRoom(null, null)]).toEqual([
      true,
      true,
      true,
    ]);
    const proctor = person('proctor', ['A']);
    expect(['A', 'B', null].map((room) => seesRoom(proctor, room))).toEqual([true, false, false]);
  });
});

describe.each(['zh', 'en'] as const)('the page about access in %s', (language) => {
  test('has the table that the code has (XUNKAO_GOLDEN=1 writes it anew)', () => {
    const file = join(import.meta.dirname, '../../../deploy', language === 'zh' ? 'access.zh-CN.md' : 'access.md');
    const part = /(<!-- acts[^>]*-->\n)([\s\S]*?)(<!-- \/acts -->)/;
    if (process.env['XUNKAO_GOLDEN'] === '1')
      writeFileSync(file, readFileSync(file, 'utf8').replace(part, `$1${tableIn(language)}\n$3`));
    expect(part.exec(readFileSync(file, 'utf8'))?.[2]).toBe(`${tableIn(language)}\n`);
  });
});

/** Rows are acts, columns roles and, last, the scopes of tokens. */
function tableIn(language: 'zh' | 'en'): string {
  const heads = [language === 'zh' ? '做什么' : 'what', ...ACCOUNT_ROLES.map((role) => ROLE_NAMES[role][language])];
  const rows = NAMES.map((name) => {
    const { words, roles, scopes }: ActAbout = ACTS[name];
    const marks = ACCOUNT_ROLES.map((role) => (roles.includes(role) ? '●' : ''));
    return [words[language], ...marks, scopes.map((scope) => `\`${scope}\``).join(' ')];
  });
  const lines = [[...heads, language === 'zh' ? '令牌范围' : 'token'], heads.concat('').map(() => '---'), ...rows];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

test('every route of the collector names its act, and strangers reach the door alone', async () => {
  const { app } = await collectorIn({ beats: false });
  const open = [...app.namedActs].filter(([, act]) => act === null).map(([route]) => route);
  expect(open.filter((route) => route !== 'GET /').sort()).toEqual([
    'GET /api/v1/door',
    'GET /api/v1/page-links/:token',
    'GET /healthz',
    'POST /api/v1/administrator',
    'POST /api/v1/page-links/:token/acknowledge',
    'POST /api/v1/password/code',
    'POST /api/v1/sign-in',
    'POST /api/v1/sign-out',
  ]);
  const used = new Set(app.namedActs.values());
  expect(['POST /api/v1/sessions', 'GET /metrics'].map((route) => app.namedActs.get(route))).toEqual([
    'plan-session',
    'read-metrics',
  ]);
  expect(used.size).toBeGreaterThan(8);
  for (const [route, act] of app.namedActs) {
    if (act === null) continue;
    const [method, url] = route.split(' ') as ['GET' | 'POST', string];
    const asked = {
      method,
      url: url.replaceAll(/:\w+/g, 'x'),
      remoteAddress: '10.1.2.3',
      headers: { 'x-xunkao': '1' },
    };
    expect((await app.inject(asked)).statusCode, route).toBe(401);
  }
}, 60_000);
