import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { loadStandard } from '../../../collector/standard/load.ts';
import { printStandard } from '../../../collector/standard/print.ts';
import type { Standard } from '../../../collector/standard/rule.ts';
import { realCatalogue } from './catalogue.ts';
import { oracle } from './oracle.ts';

const catalogue = await realCatalogue();

const folders: string[] = [];
afterEach(() => folders.splice(0).forEach((folder) => rmSync(folder, { recursive: true })));

/** A pack of one rule `sample`, with these lines for what differs. */
function pack(lines: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'xunkao-strata-'));
  folders.push(folder);
  writeFileSync(
    join(folder, 'standard.yaml'),
    'id: sample\nedition: "1"\ntitle: { zh: 试, en: sample }\nsource: { zh: 试, en: sample }\n',
  );
  writeFileSync(
    join(folder, 'sample.yaml'),
    `id: sample
order: 1
own: true
title: { zh: 试, en: sample }
text: { zh: 试, en: sample }
must: required
when: any
incident: none
required: { zh: 试, en: sample }
advice: { zh: 试, en: sample }
${lines}
`,
  );
  return folder;
}

async function messages(lines: string): Promise<readonly string[]> {
  const loaded = await loadStandard(pack(lines), catalogue);
  return 'faults' in loaded ? loaded.faults.map(({ message }) => message) : [];
}

async function standardOf(lines: string): Promise<Standard> {
  const loaded = await loadStandard(pack(lines), catalogue);
  if ('faults' in loaded) throw new Error(JSON.stringify(loaded.faults));
  return loaded.standard;
}

const COUNTING = `cases:
  - { gives: holds, facts: { seats.passing: 45 } }
  - { gives: broken, facts: { seats.passing: 12 } }
  - { gives: unknown, facts: {} }`;
const ROOM = `scope: room\njudged_by: collector\nholds: seats.passing >= 40\n${COUNTING}`;

test('a rule about rooms reads counts of what is in them, and is about no single session', async () => {
  const [rule] = (await standardOf(ROOM)).rules;
  expect(rule).toMatchObject({ scope: 'room', roles: [], device: null, perSession: false, reads: ['seats.passing'] });
});

test('a rule that reads what a session says is judged for each session apart', async () => {
  const [rule] = (
    await standardOf(`scope: room
judged_by: collector
holds: seats.passing >= session.candidates
cases:
  - { gives: holds, facts: { seats.passing: 45, session.candidates: 40 } }
  - { gives: broken, facts: { seats.passing: 12, session.candidates: 40 } }
  - { gives: unknown, facts: { seats.passing: 45 } }`)
  ).rules;
  expect(rule).toMatchObject({ perSession: true });
});

test('a rule may read only what is published on its own scope from the strata below; anything else stops the start', async () => {
  const reading = (scope: string, fact: string): string =>
    `${scope}\njudged_by: collector\nholds: ${fact} > 1\ncases:\n  - { gives: unknown, facts: {} }`;
  expect(await messages(reading('scope: room', 'memory.installed_bytes'))).toContain(
    'memory.installed_bytes is a fact of machines, and this rule judges rooms; rules about rooms read counts, such as machines.online',
  );
  expect(await messages(reading('scope: room', 'ups.charge_ratio'))).toContainEqual(
    expect.stringContaining('ups.charge_ratio is a fact of devices of kind ups, and this rule judges rooms'),
  );
  expect(await messages(reading('scope: room', 'rooms.passing'))).toContain(
    'rooms.passing is a fact of the site, and this rule judges rooms',
  );
  expect(await messages(reading('scope: site', 'seats.passing'))).toContain(
    'seats.passing is a fact of rooms, and this rule judges the site',
  );
  expect(await messages(reading('scope: machine\nroles: [candidate]', 'seats.passing'))).toContain(
    'seats.passing is a fact of rooms, and this rule judges machines',
  );
  expect(await messages(reading('scope: machine\nroles: [candidate]', 'devices.passing'))).toContain(
    'devices.passing is a fact of rooms and the site, and this rule judges machines',
  );
  expect(await messages(reading('scope: device\ndevice: ups', 'rooms.passing'))).toContain(
    'rooms.passing is a fact of the site, and this rule judges devices of kind ups',
  );
});

test('rooms and the site have neither roles nor a kind of device', async () => {
  expect(await messages(`roles: [candidate]\n${ROOM}`)).toEqual([
    'roles belong to scope machine; scope room judges each room as a whole',
  ]);
  expect(
    await messages(`device: ups\n${ROOM.replace('scope: room', 'scope: site').replaceAll('seats.', 'rooms.')}`),
  ).toEqual(['device belongs to scope device; scope site judges the site as a whole']);
});

test('what only a person can judge needs neither an expression nor cases, and is unknown by itself', async () => {
  const [rule] = (await standardOf('scope: room\njudged_by: person')).rules;
  expect(rule!.judge(() => undefined)).toEqual({ state: 'unknown', missing: [], because: 'person' });
  expect(rule).toMatchObject({ judgedBy: 'person', facts: [], cases: [] });
  expect(oracle(rule!.logic, {}, {})).toBe('unknown');
});

test('a rule that is not a person’s needs an expression and cases', async () => {
  expect(await messages('scope: room\njudged_by: collector')).toContain(
    'expected either holds (true: holds, false: broken) or breaks (true: broken, else a person says)',
  );
  expect(await messages('scope: room\njudged_by: collector\nholds: seats.passing >= 40')).toEqual([
    'cases is missing: expected a list of examples, one for each outcome',
  ]);
  expect(await messages('scope: room\njudged_by: person\nholds: seats.passing >= 40')).toEqual([
    'cases is missing: expected a list of examples, one for each outcome',
  ]);
});

test('the printed table says of each rule whether it judges the room or the site', async () => {
  const room = await standardOf(ROOM);
  expect(printStandard(room, 'zh')).toContain('| 考场 | 必须 | 始终 | 采集器 |');
  const site = await standardOf('scope: site\njudged_by: person');
  expect(printStandard(site, 'en')).toContain('| site | required | always | person |');
});
