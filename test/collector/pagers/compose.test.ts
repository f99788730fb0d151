import { expect, test } from 'vitest';
import { createPlaces } from '../../../collector/identity/places.ts';
import { inSession, roomId, SITE } from '../../../collector/identity/scopes.ts';
import type { Incident } from '../../../collector/incidents/incident.ts';
import { createComposer } from '../../../collector/pagers/compose.ts';
import { localTime } from '../../../collector/pagers/localTime.ts';
import type { Page } from '../../../collector/pagers/page.ts';
import { machine, UPS } from '../../fixtures/site.ts';

const machines = new Map([['m-1', machine('m-1', { room: 'A', seat: '17' })]]);
const composer = createComposer({
  site: 'nanjing-01',
  settings: { language: 'zh', contacts: [] },
  catalogue: { fact: () => undefined },
  places: createPlaces(machines, [UPS], () => undefined),
  ruleOf: () => undefined,
  local: localTime('Asia/Shanghai'),
  link: () => null,
});

function about(subject: string): Page {
  const root: Incident = {
    id: 'i-1',
    kind: 'broken',
    rule: 'proctors',
    subject,
    urgency: 'seat',
    title: { zh: '监考配比', en: 'Proctors to candidates' },
    advice: { zh: '', en: '' },
    observed: {},
    openedAt: 0,
    acknowledgedAt: null,
    acknowledgedBy: null,
    closedAt: null,
  };
  return {
    id: 'p-1',
    root,
    urgency: 'seat',
    room: 'A',
    group: null,
    members: [],
    openedAt: 0,
    grewAt: 0,
    told: [],
    acknowledgedAt: null,
    acknowledgedBy: null,
    closedAt: null,
    escalateDue: 0,
    repeatDue: 0,
    repeats: 0,
    deliveries: [],
  };
}

test('a page names a seat, a room or the site as people do, also where only one session is meant', () => {
  expect(composer.title(about('m-1'))).toEqual({
    zh: '考场 A 座位 17：监考配比不符合',
    en: 'Room A, seat 17: Proctors to candidates: broken',
  });
  expect(composer.title(about(inSession(roomId('A'), 's-q8r75qjy'))).zh).toBe('考场 A：监考配比不符合');
  expect(composer.title(about(SITE))).toEqual({
    zh: '考点 nanjing-01：监考配比不符合',
    en: 'Site nanjing-01: Proctors to candidates: broken',
  });
});
