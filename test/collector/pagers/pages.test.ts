import { describe, expect, test } from 'vitest';
import { manualClock } from '../../../collector/clock.ts';
import type { SiteDevice } from '../../../collector/identity/machine.ts';
import { createPlaces } from '../../../collector/identity/places.ts';
import type { Incident, IncidentChange } from '../../../collector/incidents/incident.ts';
import { localTime } from '../../../collector/pagers/localTime.ts';
import type { Page } from '../../../collector/pagers/page.ts';
import { createPages, type Pages } from '../../../collector/pagers/pages.ts';
import { createQuiet } from '../../../collector/pagers/quiet.ts';
import type { ContactSettings } from '../../../collector/pagers/settings.ts';
import { completePaging } from '../../../collector/pagers/settings.ts';
import { DEFAULT_PHASES, type Session } from '../../../collector/sessions/session.ts';
import { ASSESSMENT, machine, UPS } from '../../fixtures/site.ts';

const SWITCH: SiteDevice = { ...UPS, id: 'sw-1', kind: 'switch', room: 'B', feeds: [] };
/** 45 seats in room A, 30 in room B, a server. */
const MACHINES = new Map(
  [
    ...Array.from({ length: 45 }, (_, n) => machine(`m-a${n + 1}`, { seat: String(n + 1) })),
    ...Array.from({ length: 30 }, (_, n) => machine(`m-b${n + 1}`, { room: 'B', seat: String(n + 1) })),
    machine('m-s', { role: 'server', seat: 'S1' }),
    machine('m-sim', { simulated: true }),
  ].map((row) => [row.id, row]),
);

function rig(
  options: {
    readonly contacts?: readonly Partial<ContactSettings>[];
    readonly isQuiet?: (incident: Incident) => boolean;
    readonly devices?: readonly SiteDevice[];
  } = {},
) {
  const clock = manualClock();
  const places = createPlaces(MACHINES, options.devices ?? [UPS, SWITCH], () => undefined);
  const { settings } = completePaging({}, '/');
  const contacts = (options.contacts ?? []).map((contact): ContactSettings => ({
    role: 'lead',
    channels: ['ding'],
    to: [],
    language: 'zh',
    pages: 'all',
    rooms: null,
    ...contact,
  }));
  const channels = new Map([
    ['log', { repeats: false }],
    ['ding', { repeats: true }],
    ['sms', { repeats: true }],
  ]);
  const make = (): Pages =>
    createPages({
      settings: { ...settings, contacts },
      channels,
      places,
      isServer: (id) => MACHINES.get(id)?.role === 'server',
      isSimulated: (id) => MACHINES.get(id)?.simulated === true,
      isQuiet: options.isQuiet ?? (() => false),
    });
  const pages = make();
  let count = 0;
  const open: Incident[] = [];
  function incident(subject: string | null, more: Partial<Incident> = {}): Incident {
    count += 1;
    const made: Incident = {
      id: `i-${count}`,
      kind: 'broken',
      rule: 'online',
      subject,
      urgency: 'seat',
      title: { zh: '在线', en: 'Online' },
      advice: { zh: '看网线', en: 'See the cable' },
      observed: { 'presence.online': false },
      openedAt: clock.now().wall,
      acknowledgedAt: null,
      acknowledgedBy: null,
      closedAt: null,
      ...more,
    };
    open.push(made);
    return made;
  }
  const advance = (...changes: IncidentChange[]): void => pages.advance(changes, clock.now());
  const opened = (...incidents: Incident[]): void =>
    advance(...incidents.map((one) => ({ incident: one, change: 'opened' }) as const));
  const closed = (...incidents: Incident[]): void =>
    advance(
      ...incidents.map((one) => ({ incident: { ...one, closedAt: clock.now().wall }, change: 'closed' }) as const),
    );
  const pass = (seconds: number): void => {
    for (let left = seconds; left > 0; left -= 0.25) {
      clock.advance(250);
      advance();
    }
  };
  const owed = (channel = 'ding'): string[] =>
    pages.waiting(channel).map(({ delivery }) => `${delivery.what} ${delivery.contact}`);
  const send = (channel = 'ding'): void => pages.settle(pages.waiting(channel), 'sent', clock.now());
  const mains = (more: Partial<Incident> = {}) =>
    incident('ups-1', { rule: 'mains', urgency: 'urgent', observed: { 'ups.on_battery': true }, ...more });
  return { clock, pages, make, incident, mains, advance, opened, closed, pass, owed, send, open };
}

describe('from incidents to pages', () => {
  test('the mains, a silent server and the collector’s own disk call at once', () => {
    const { opened, pages, incident, mains } = rig();
    opened(
      mains(),
      incident('m-s'),
      incident(null, { kind: 'record-refused', rule: null, urgency: 'urgent', observed: {} }),
    );
    expect(pages.waiting('ding')).toHaveLength(3);
  });

  test('a seat waits six seconds, and one that comes back before calls nobody', () => {
    const { opened, closed, pass, pages, incident } = rig();
    const [stays, returns] = [incident('m-a1'), incident('m-a2')];
    opened(stays, returns);
    pass(5.75);
    expect(pages.waiting('ding')).toEqual([]);
    closed(returns);
    pass(0.5);
    expect(pages.waiting('ding').map(({ page }) => page.root.id)).toEqual([stays.id]);
    expect(pages.all()).toHaveLength(1);
  });

  test('a switch that takes 45 seats away over five seconds is one page, and one resolved when the last is back', () => {
    const { opened, closed, pass, pages, incident, owed, send } = rig();
    const seats = Array.from({ length: 45 }, (_, n) => incident(`m-a${n + 1}`));
    for (const seat of seats) {
      opened(seat);
      pass(0.25);
    }
    pass(10);
    expect(pages.all()).toMatchObject([{ group: { rule: 'online', room: 'A' }, room: 'A' }]);
    expect(pages.all()[0]!.members).toHaveLength(45);
    expect(owed()).toEqual(['opened null']);
    send();
    closed(...seats.slice(1));
    expect(owed()).toEqual([]);
    closed(seats[0]!);
    expect(owed()).toEqual(['resolved null']);
  });

  test('rooms that fall silent together are one page of the site', () => {
    const { opened, pass, pages, incident } = rig();
    opened(...Array.from({ length: 20 }, (_, n) => incident(`m-${n % 2 === 0 ? 'a' : 'b'}${n + 1}`)));
    pass(7);
    expect(pages.all()).toMatchObject([{ group: { room: null }, room: null }]);
    expect(pages.all()[0]!.members).toHaveLength(20);
  });

  test('two seats are two pages, and so are two troubles of one room', () => {
    const { opened, pass, pages, incident } = rig();
    opened(incident('m-a1'), incident('m-a2'), incident('m-a3', { rule: 'internet', observed: {} }));
    pass(7);
    expect(pages.all().map(({ group }) => group)).toEqual([null, null, null]);
  });

  test('a power cut takes in the room that falls silent before or after it, and what the UPS feeds', () => {
    const { opened, pass, pages, incident, mains } = rig();
    opened(...Array.from({ length: 10 }, (_, n) => incident(`m-a${n + 1}`)));
    pass(3);
    opened(mains());
    pass(20);
    opened(
      ...Array.from({ length: 10 }, (_, n) => incident(`m-a${n + 11}`)),
      incident('ups-1', { rule: 'ups-output', observed: {} }),
    );
    pass(20);
    expect(pages.all()).toHaveLength(1);
    expect(pages.all()[0]!.members).toHaveLength(22);
    expect(pages.waiting('ding')).toHaveLength(1);
  });

  test('a UPS of another room explains nothing, nor does one that is merely unreadable', () => {
    const { opened, pass, pages, incident, mains } = rig();
    opened(mains());
    opened(incident('m-b1'));
    opened({ ...mains({ kind: 'unreadable' }), subject: 'sw-1' });
    opened(incident('m-b2'));
    pass(7);
    expect(pages.all()).toHaveLength(4);
  });

  test('a device of a room is found before the seats that hang on it', () => {
    const { opened, pass, pages, incident } = rig();
    opened(
      ...Array.from({ length: 5 }, (_, n) => incident(`m-b${n + 1}`)),
      incident('sw-1', { rule: 'switch', observed: {} }),
    );
    pass(7);
    expect(pages.all()).toMatchObject([{ root: { subject: 'sw-1' } }]);
    expect(pages.all()[0]!.members).toHaveLength(6);
  });

  test('a broken PC of yesterday does not hide the outage of today', () => {
    const { opened, closed, pass, pages, incident } = rig();
    const seats = Array.from({ length: 4 }, (_, n) => incident(`m-a${n + 1}`));
    opened(...seats);
    pass(7);
    closed(...seats.slice(1));
    pass(400);
    opened(...Array.from({ length: 5 }, (_, n) => incident(`m-a${n + 11}`)));
    pass(7);
    expect(pages.all().map(({ members }) => members.length)).toEqual([4, 5]);
  });

  test('the same incident told twice is one page, and a simulated machine calls nobody', () => {
    const { opened, pass, pages, incident, mains } = rig();
    const cut = mains();
    opened(cut);
    opened(cut, incident('m-sim'));
    pass(10);
    expect(pages.all()).toHaveLength(1);
  });

  test('what began and ended in one moment is told once', () => {
    const { advance, incident, owed } = rig();
    const jump = incident(null, { kind: 'clock-jump', rule: null, urgency: 'urgent', observed: { jump_seconds: 9 } });
    advance({ incident: jump, change: 'opened' }, { incident: { ...jump, closedAt: jump.openedAt }, change: 'closed' });
    expect(owed()).toEqual(['opened null']);
  });

  test('the news of a channel that is down is not owed to that channel', () => {
    const { opened, incident, owed } = rig();
    opened(incident('ding', { kind: 'channel-down', rule: null, urgency: 'urgent', observed: {} }));
    expect([owed('ding'), owed('sms')]).toEqual([[], ['opened null']]);
  });
});

describe('who is called', () => {
  const TWO = [
    { role: 'lead', channels: ['ding'] },
    { role: 'tech', channels: ['sms'] },
  ];

  test('the first contact at once, the next after five minutes, both again until somebody answers', () => {
    const { opened, pass, owed, send, mains, advance } = rig({ contacts: TWO });
    const cut = mains();
    opened(cut);
    expect([owed('ding'), owed('sms')]).toEqual([['opened 0'], []]);
    send();
    pass(301);
    expect([owed('ding'), owed('sms')]).toEqual([['again 0'], ['opened 1']]);
    send();
    send('sms');
    pass(300);
    expect([owed('ding'), owed('sms')]).toEqual([['again 0'], ['again 1']]);
    advance({ incident: { ...cut, acknowledgedAt: 1, acknowledgedBy: 'a-1' }, change: 'acknowledged' });
    expect([owed('ding'), owed('sms')]).toEqual([[], []]);
    pass(900);
    expect([owed('ding'), owed('sms')]).toEqual([[], []]);
  });

  test('somebody who takes one of 23 seats has taken the page', () => {
    const { opened, pass, incident, pages, advance } = rig({ contacts: TWO });
    const seats = Array.from({ length: 23 }, (_, n) => incident(`m-a${n + 1}`));
    opened(...seats);
    pass(7);
    advance({ incident: { ...seats[7]!, acknowledgedAt: 1, acknowledgedBy: 'a-1' }, change: 'acknowledged' });
    expect(pages.all()).toMatchObject([{ acknowledgedBy: 'a-1' }]);
  });

  test('repeats that nobody could get do not pile up', () => {
    const { opened, pass, owed, send, mains } = rig({ contacts: TWO });
    opened(mains());
    send();
    pass(1_600);
    expect(owed()).toEqual(['again 0']);
  });

  test('where the first contact’s channels fail, the next one is told at once', () => {
    const { opened, pages, clock, owed, mains } = rig({ contacts: TWO });
    opened(mains());
    pages.hurry(0, clock.now());
    expect(owed('sms')).toEqual(['opened 1']);
  });

  test('by urgency and by room', () => {
    const { opened, pass, owed, incident, mains } = rig({
      contacts: [
        { role: 'lead', channels: ['ding'], pages: 'urgent' },
        { role: 'tech', channels: ['sms'], rooms: ['B'] },
      ],
    });
    opened(incident('m-a1'));
    pass(7);
    expect([owed('ding'), owed('sms'), owed('log')]).toEqual([[], [], ['opened null']]);
    opened(incident('m-b1'));
    pass(7);
    expect(owed('sms')).toEqual(['opened 1']);
    opened(mains());
    expect(owed('ding')).toEqual(['opened 0']);
  });

  test('whoever was told that it began is told that it is over, also when the first word still waits', () => {
    const { opened, closed, pass, owed, mains, send } = rig({ contacts: TWO });
    const cut = mains();
    opened(cut);
    send();
    pass(301);
    closed(cut);
    expect([owed('ding'), owed('sms')]).toEqual([['resolved 0'], ['opened 1', 'resolved 1']]);
  });
});

describe('quiet times', () => {
  // In Nanjing; wherever the test runs.
  const NIGHT = Date.UTC(2026, 10, 26, 15, 0);
  const DAY = Date.UTC(2026, 10, 26, 2, 0);
  const { settings } = completePaging({}, '/');
  const exam = (startsAt: number): Session => ({
    ...ASSESSMENT,
    id: 's-2',
    kind: 'exam',
    startsAt,
    endsAt: startsAt + 7_200_000,
  });
  const quiet = (wall: number, sessions: readonly Session[], announced = false) => {
    const { incident } = rig();
    const isQuiet = createQuiet({
      settings,
      times: DEFAULT_PHASES,
      local: localTime('Asia/Shanghai'),
      sessions: () => sessions,
      room: () => 'A',
      announced: () => announced,
    });
    return isQuiet(incident('m-a1'), { wall, monotonic: 0 });
  };

  test.each([
    ['an assessment by day', DAY, [ASSESSMENT], false],
    ['an assessment at night', NIGHT, [ASSESSMENT], true],
    ['no session at all', DAY, [], true],
    ['the rehearsal by day', DAY, [exam(DAY + 10 * 3_600_000)], false],
    ['the night before the exam', NIGHT, [exam(NIGHT + 10 * 3_600_000)], true],
    ['an exam, whatever the hour', NIGHT, [exam(NIGHT - 3_600_000)], false],
    ['the hour before it', NIGHT, [exam(NIGHT + 1_800_000)], false],
    ['the hour after it', DAY, [exam(DAY - 3 * 3_600_000 + 1_800_000)], true],
  ] as const)('%s', (_what, wall, sessions, expected) => {
    expect(quiet(wall, sessions)).toBe(expected);
  });

  test('an announced restart is quiet even in an exam', () => {
    expect(quiet(DAY, [exam(DAY - 1_000)], true)).toBe(true);
  });

  test('what is still open when the quiet time ends is a page then, and one for the room', () => {
    let isQuiet = true;
    const { opened, closed, pass, pages, incident, mains } = rig({ isQuiet: () => isQuiet });
    const seats = Array.from({ length: 6 }, (_, n) => incident(`m-a${n + 1}`));
    opened(...seats);
    pass(60);
    closed(seats[0]!);
    expect(pages.all()).toEqual([]);
    opened(mains({ subject: 'sw-1' }));
    expect(pages.all()).toHaveLength(1);
    isQuiet = false;
    pass(0.25);
    expect(pages.all().at(-1)).toMatchObject({ group: { room: 'A' } });
    expect(pages.all().at(-1)!.members).toHaveLength(5);
  });
});

describe('after a restart', () => {
  const kept = (pages: Pages): Page[] => pages.take().keep.flatMap(({ value }) => (value as Page | null) ?? []);

  test('what was owed is owed still, and what was sent is not owed again', () => {
    const { opened, pages, mains, make, clock, open, send } = rig({ contacts: [{ channels: ['ding', 'sms'] }] });
    opened(mains());
    send('sms');
    const next = make();
    next.restore(kept(pages), open, [], clock.now());
    expect(next.waiting('ding').map(({ delivery }) => delivery.id)).toEqual(['p-1.ding.0.opened']);
    expect(next.waiting('sms')).toEqual([]);
  });

  test('an incident without a page gets one, an answered one does not', () => {
    const { mains, incident, make, clock, pages } = rig();
    const answered = { ...incident('m-s'), acknowledgedAt: 1 };
    pages.restore([], [mains(), answered], [], clock.now());
    expect(pages.all().map(({ root }) => root.subject)).toEqual(['ups-1']);
    expect(make().all()).toEqual([]);
  });

  test('what ended while nobody was here is told as over', () => {
    const { opened, pages, mains, make, clock, send, open } = rig();
    opened(mains());
    send();
    const before = kept(pages);
    const next = make();
    next.restore(before, [], [{ ...open[0]!, closedAt: 5 }], clock.now());
    expect(next.waiting('ding').map(({ delivery, page }) => [delivery.what, page.closedAt])).toEqual([['resolved', 5]]);
    const forgotten = make();
    clock.advance(1_000);
    forgotten.restore(before, [], [], clock.now());
    expect(forgotten.waiting('ding').map(({ delivery }) => delivery.what)).toEqual(['resolved']);
  });

  test('a page that was owed to a contact who is no more goes to whom the settings name now', () => {
    const { opened, pages, mains, clock, open } = rig({ contacts: [{ channels: ['gone'] }] });
    opened(mains());
    const before = kept(pages).map((page) => ({
      ...page,
      deliveries: [
        { id: 'x', channel: 'gone', contact: 0, what: 'opened', owedAt: 0, state: 'waiting', settledAt: null } as const,
      ],
    }));
    const next = rig({ contacts: [{ role: 'tech', channels: ['sms'] }] });
    next.pages.restore(before, open, [], clock.now());
    expect(next.owed('sms')).toEqual(['opened 0']);
  });

  test('a page that is over and settled is erased from the record', () => {
    const { opened, closed, pages, mains, send, clock } = rig();
    const cut = mains();
    opened(cut);
    for (const channel of ['log', 'ding', 'sms']) send(channel);
    clock.advance(1_000);
    closed(cut);
    for (const channel of ['log', 'ding', 'sms']) send(channel);
    expect(pages.take().keep).toEqual([{ kind: 'page', id: 'p-1', value: null }]);
  });
});
