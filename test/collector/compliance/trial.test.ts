import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { WrongPack } from '../../../collector/ruling.ts';
import { trialText } from '../../../collector/commands/trialText.ts';
import type { TrialAnswer, TrialRow } from '../../../collector/console/trialApi.ts';
import { askControl } from '../../../collector/control.ts';
import { administrator, collectorIn, temporaryFolder } from '../../fixtures/collector.ts';
import { startSeat } from '../../fixtures/seats.ts';

const PACK = join(import.meta.dirname, '../../../collector/standards/live-commerce');
const GIB = 2 ** 30;

/** A rule about a room over counts that only the tried standard makes break. */
const SOUND = `id: sound
order: 1000
title: { zh: 无不合格, en: None broken }
text: { zh: 考生机没有不合格的（自有）, en: No candidate machine is broken }
scope: room
must: required
when: any
judged_by: collector
incident: urgent
own: true
holds: seats.broken == 0.0
observe: [seats.broken, seats.enrolled]
required: { zh: 没有不合格的, en: none is broken }
advice: { zh: 修好它们, en: mend them }
cases:
  - { gives: holds, facts: { seats.broken: 0 } }
  - { gives: broken, facts: { seats.broken: 1 } }
  - { gives: unknown, facts: {} }
`;

/** The next edition: twice the memory, a rule more, a rule less. */
function nextEdition(): string {
  const folder = join(temporaryFolder(), 'next');
  cpSync(PACK, folder, { recursive: true, filter: (path) => !path.endsWith('desktop.yaml') });
  const change = (file: string, from: string, to: string): void => {
    const text = readFileSync(join(folder, file), 'utf8');
    if (!text.includes(from)) throw new Error(`${file} has no ${from}`);
    writeFileSync(join(folder, file), text.replace(from, to));
  };
  change('standard.yaml', 'edition: "1.0"', 'edition: "2.0"');
  change('memory-size.yaml', 'value: 4 GiB', 'value: 8 GiB');
  change('memory-size.yaml', 'memory.installed_bytes: 4 GiB', 'memory.installed_bytes: 16 GiB');
  writeFileSync(join(folder, 'sound.yaml'), SOUND);
  return folder;
}

async function site(settings: string) {
  const collector = await collectorIn({ settings });
  const headers = await administrator(collector);
  const ask = (path: string) => collector.app.inject({ url: `/api/v1/${path}`, headers });
  const get = async (path: string) => (await ask(path)).json();
  const ticket = await collector.makeTicket({ room: 'A', role: 'candidate', uses: 5, days: 1 });
  const seat = (index: number, gib: number) =>
    startSeat({ index, ticket, says: { memory: () => ({ installed_bytes: gib * GIB }) } });
  const judgedOf = async (rule: string, state: string): Promise<number> =>
    (await get(`verdicts?rule=${rule}&state=${state}`)).verdicts.length;
  return { collector, ask, get, seat, judgedOf };
}

describe('a next edition on trial', () => {
  test('says what would fail, of machines and of rooms that are counted anew, and changes nothing', async () => {
    const { collector, get, seat, judgedOf } = await site(`trial: ${nextEdition()}`);
    await seat(1, 4);
    await seat(2, 16);
    await vi.waitUntil(async () => (await judgedOf('memory-size', 'holds')) === 2, { timeout: 20_000, interval: 100 });
    const seen = async () => ({
      verdicts: (await get('verdicts')).verdicts.map((row: Record<string, unknown>) => [
        row['subject'],
        row['rule'],
        row['state'],
      ]),
      incidents: (await get('incidents')).incidents.map((row: Record<string, unknown>) => [
        row['rule'],
        row['subject'],
      ]),
      readiness: (await get('readiness')).rooms,
      entries: (await get('history?kind=verdict')).entries.length,
      broken: [...collector.desk.state.all()].find(({ id }) => id === 'room:A')!.values[
        collector.desk.catalogue.fact('seats.broken')!.index
      ],
    });
    // What is judged is in the record a moment later.
    await vi.waitUntil(
      async () => {
        const { entries } = await seen();
        await new Promise((resolve) => setTimeout(resolve, 500));
        return (await seen()).entries === entries;
      },
      { timeout: 20_000 },
    );
    const before = await seen();
    const trial: TrialAnswer = await get('trial');
    expect(trial.standard).toMatchObject({ id: 'live-commerce', edition: '2.0' });
    expect(trial.inForce).toMatchObject({ id: 'live-commerce', edition: '1.0' });
    expect(trial.standard.hash).not.toBe(trial.inForce.hash);
    expect(trial.rules).toEqual({ added: ['sound'], removed: ['desktop'], changed: ['memory-size'] });
    const about = ({ rule, room, now, tried, observed }: TrialRow) => [
      rule,
      room,
      now,
      tried,
      Object.values(observed)[0],
    ];
    expect(trial.findings.map(about)).toEqual([
      ['memory-size', 'A', 'holds', 'broken', 4 * GIB],
      ['sound', 'A', null, 'broken', 1],
    ]);
    expect(trial.byRule.map(({ rule, broken, unknown }) => [rule, broken, unknown])).toEqual([
      ['memory-size', 1, 0],
      ['sound', 1, 0],
    ]);
    expect([trial.worse, trial.better]).toEqual([2, 0]);
    expect(trial.judged).toBeGreaterThan(60);
    expect(await seen()).toEqual(before);
    expect(before.broken).toBe(0);
    expect((await get('trial?rule=sound')).findings).toHaveLength(1);
    expect(await get('trial?limit=1')).toMatchObject({ worse: 2, next: 1 });
    expect((await get('trial?room=A&after=1')).findings.map(({ rule }: TrialRow) => rule)).toEqual(['sound']);
    expect((await get('site')).trial).toMatchObject({ edition: '2.0' });

    const said = await askControl(collector.data, { ask: 'trial' });
    if ('error' in said && said.error) throw new Error(said.error.en);
    const answered = said['trial'] as TrialAnswer;
    const text = trialText(answered, 'en');
    expect(text).toContain('new rules: sound\nrules that are gone: desktop\nask for something else: memory-size\n');
    expect(text).toMatch(
      /2 worse, 0 better, \d+ judged\n\nmemory-size {2}Memory size · 第三条（二）\n {2}required: ≥ 8 GiB/,
    );
    expect(trialText(answered, 'zh')).toContain('将不合格 1');
  });

  test('with the certifier’s own values, which are told wherever the standard is', async () => {
    const settings = [
      'parameters: { memory-size: { minimum_bytes: 2 GiB } }',
      'trial: live-commerce',
      'trial_parameters: { memory-size: { minimum_bytes: 32 GiB } }',
    ].join('\n');
    const { get, seat, judgedOf } = await site(settings);
    await seat(1, 4);
    await vi.waitUntil(async () => (await judgedOf('memory-size', 'holds')) === 1, { timeout: 20_000, interval: 100 });
    const { standard, trial } = await get('site');
    expect([standard.overridden, trial.overridden]).toEqual([
      ['memory-size.minimum_bytes'],
      ['memory-size.minimum_bytes'],
    ]);
    expect(standard.hash).not.toBe(trial.hash);
    const { findings, rules }: TrialAnswer = await get('trial');
    expect(findings.map(({ rule, tried }) => [rule, tried])).toEqual([['memory-size', 'broken']]);
    expect(rules.changed).toEqual(['memory-size']);
  });

  test('of another certificate takes nothing over from the one in force', async () => {
    const { get, seat, judgedOf } = await site('trial: jamb-cbt');
    await seat(1, 4);
    await vi.waitUntil(async () => (await judgedOf('memory-size', 'holds')) === 1, { timeout: 20_000, interval: 100 });
    const { findings, rules }: TrialAnswer = await get('trial');
    expect(rules.added).toContain('fence');
    expect(rules.removed).toContain('memory-size');
    expect(new Set(findings.map(({ now }) => now))).toEqual(new Set([null]));
    const found = findings.map(({ rule, tried }) => `${rule} ${tried}`);
    expect(found).toEqual(expect.arrayContaining(['computers broken', 'fence unknown', 'windows unknown']));
  });
});

test('where nothing is tried, the question is answered in words', async () => {
  const { collector, ask } = await site('');
  const answer = await ask('trial');
  expect(answer.statusCode).toBe(404);
  expect(answer.json().error).toMatchObject({ code: 'not-found' });
  expect(answer.body).toContain('trial:');
  expect(await askControl(collector.data, { ask: 'trial' })).toEqual({ trial: null });
});

test.each([
  ['trial: ./nowhere', /a standard is a folder of YAML files/],
  ['trial: jamb-cbt\ntrial_parameters: { computer: { minimum: 1 } }', /no such rule; did you mean "computers"/],
])('what is wrong with it stops the start: %s', async (settings, message) => {
  const start = collectorIn({ settings });
  await expect(start).rejects.toBeInstanceOf(WrongPack);
  const { faults } = (await start.catch((error: unknown) => error)) as WrongPack;
  expect(faults.map((fault) => fault.message).join('\n')).toMatch(message);
});
