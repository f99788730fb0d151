import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Value } from '../../../agent/reading.ts';
import { loadStandard } from '../../../collector/standard/load.ts';
import type { Overrides } from '../../../collector/standard/overrides.ts';
import type { Fault, Rule, Standard } from '../../../collector/standard/rule.ts';
import { realCatalogue } from './catalogue.ts';
import { oracle } from './oracle.ts';

const PACKS = join(import.meta.dirname, '../../fixtures/standards');
const WELDING = join(PACKS, 'welding');
const catalogue = await realCatalogue();

async function standardOf(directory: string, overrides?: Overrides): Promise<Standard> {
  const loaded = await loadStandard(directory, catalogue, overrides);
  if ('faults' in loaded) throw new Error(JSON.stringify(loaded.faults));
  return loaded.standard;
}

async function faultsOf(directory: string, overrides?: Overrides): Promise<readonly Fault[]> {
  const loaded = await loadStandard(directory, catalogue, overrides);
  return 'faults' in loaded ? loaded.faults : [];
}

function judge(rule: Rule | undefined, facts: Readonly<Record<string, Value>>): string | undefined {
  return rule?.judge((fact) => facts[fact]).state;
}

const folders: string[] = [];
/** A pack that a test may change. */
function copyOf(pack: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'xunkao-pack-'));
  folders.push(folder);
  cpSync(pack, folder, { recursive: true });
  return folder;
}
afterEach(() => folders.splice(0).forEach((folder) => rmSync(folder, { recursive: true })));

describe('a second standard', () => {
  it('is loaded from its folder alone, its rules in their order', async () => {
    const { rules, hash, ...head } = await standardOf(WELDING);
    expect(head).toEqual({
      id: 'welding',
      edition: '2024-2',
      effective: '2024-09-01',
      title: { zh: '焊接机器人实训室标准', en: 'Standard for welding-robot workshops' },
      source: { zh: '虚构的第二个标准，只用于测试', en: 'An invented second standard, for tests only' },
      notJudged: [],
      overridden: [],
    });
    expect(hash).toMatch(/^[0-9a-f]{12}$/);
    expect(rules.map((rule) => rule.id)).toEqual(['undisturbed', 'room-for-plans', 'battery-room']);
  });

  it('gives a rule with everything that judging, pages and the record need', async () => {
    const { rules } = await standardOf(WELDING);
    const rule = rules[1]!;
    expect(rule).toMatchObject({
      clause: '4.2',
      scope: 'machine',
      roles: ['candidate'],
      device: null,
      must: 'required',
      when: ['before', 'during'],
      judgedBy: 'agent',
      attestable: false,
      incident: 'none',
      own: false,
      required: { zh: '≥ 8 GiB，desktop、low profile desktop', en: '≥ 8 GiB, desktop, low profile desktop' },
      facts: ['cpu.model', 'memory.visible_bytes', 'chassis.type', 'memory.installed_bytes'],
      reads: ['chassis.type', 'memory.installed_bytes', 'memory.visible_bytes'],
      logic: {
        form: 'holds',
        unknownWhen: "chassis.type == 'mini tower'",
        anyOf: { memory_bytes: ['memory.installed_bytes', 'memory.visible_bytes'] },
      },
    });
    expect(rule.parameters['minimum_bytes']).toEqual({
      value: 8 * 2 ** 30,
      about: { zh: '图纸的大小', en: 'The size of the plans' },
    });
    expect(rule.cases[1]).toEqual({
      gives: 'holds',
      facts: { 'memory.visible_bytes': 9 * 2 ** 30, 'chassis.type': 'desktop' },
      parameters: {},
    });
  });

  it('gives the second engine the same results', async () => {
    const { rules } = await standardOf(WELDING);
    for (const { logic, cases, parameters } of rules) {
      const values = Object.fromEntries(Object.entries(parameters).map(([name, { value }]) => [name, value]));
      const given = cases.map((example) => oracle(logic, example.facts, { ...values, ...example.parameters }));
      expect(given).toEqual(cases.map(({ gives }) => gives));
    }
  });

  it('is not known to the engine by name, and neither is the first', () => {
    const engine = join(import.meta.dirname, '../../../collector/standard');
    const naming = readdirSync(engine).filter((file) =>
      /live-commerce|welding/.test(readFileSync(join(engine, file), 'utf8')),
    );
    // The contract's comments give one as an example.
    expect(naming).toEqual(['rule.ts']);
  });
});

describe('a pack with faults', () => {
  it('is told all of them, each with its file, line and place', async () => {
    const { checkStandard } = await import('../../../collector/standard/check.ts');
    const { ok, text } = await checkStandard(join(PACKS, 'faulty'), catalogue);
    expect(ok).toBe(false);
    await expect(text.replace(/ in \S+$/, '')).toMatchFileSnapshot(join(PACKS, 'faulty.txt'));
  });

  it('may be no folder at all, or one without a standard', async () => {
    expect(await faultsOf(join(PACKS, 'nowhere'))).toMatchObject([
      { file: join(PACKS, 'nowhere'), message: expect.stringContaining('ENOENT') },
    ]);
    expect(await faultsOf(PACKS)).toMatchObject([
      { message: 'it has no standard.yaml: expected id, edition, title and source' },
    ]);
  });

  it('is told about a file that would silently not be read', async () => {
    const pack = copyOf(WELDING);
    writeFileSync(join(pack, 'battery.yml'), '');
    expect(await faultsOf(pack)).toMatchObject([
      { file: 'battery.yml', message: expect.stringContaining('battery.yaml') },
    ]);
  });

  it('is told when there is no rule in it', async () => {
    const pack = copyOf(WELDING);
    for (const file of readdirSync(pack)) if (file !== 'standard.yaml') rmSync(join(pack, file));
    expect(await faultsOf(pack)).toMatchObject([{ message: expect.stringContaining('there is no rule beside it') }]);
  });
});

describe('overrides', () => {
  it('take the place of the pack’s values in judging, in words and in the hash', async () => {
    const shipped = await standardOf(WELDING);
    const stricter = await standardOf(WELDING, {
      'room-for-plans': { minimum_bytes: '16 GiB', kinds: ['mini pc'], when: ['rehearsal'] },
    });
    const [before, after] = [shipped, stricter].map(({ rules }) => rules[1]!);
    expect(judge(before, { 'memory.installed_bytes': 9e9, 'chassis.type': 'desktop' })).toBe('holds');
    expect(judge(after, { 'memory.installed_bytes': 9e9, 'chassis.type': 'mini pc' })).toBe('broken');
    expect(judge(after, { 'memory.installed_bytes': 18e9, 'chassis.type': 'mini pc' })).toBe('holds');
    expect(after!.required.en).toBe('≥ 16 GiB, mini pc');
    expect(after!.when).toEqual(['rehearsal']);
    expect(stricter.hash).not.toBe(shipped.hash);
  });

  it('that say what the pack says change nothing', async () => {
    const shipped = await standardOf(WELDING);
    const same = await standardOf(WELDING, {
      'room-for-plans': { minimum_bytes: 8 * 2 ** 30, when: ['before', 'during'] },
    });
    expect(same.hash).toBe(shipped.hash);
  });

  it('are all told when they are wrong', async () => {
    const faults = await faultsOf(WELDING, {
      'room-for-plan': {},
      'room-for-plans': { minimum_bytes: 'plenty', kind: [], kinds: 'desktop', when: ['soon'] },
    });
    expect(faults.map(({ message }) => message)).toEqual([
      'room-for-plan: there is no such rule; did you mean "room-for-plans"?',
      'room-for-plans.minimum_bytes: expected a number of bytes, or one with a unit: B, kB, MB, GB, TB, KiB, MiB, GiB, TiB',
      'room-for-plans.kind: the rule has no such parameter; did you mean "kinds"?',
      'room-for-plans.kinds: expected a list of texts',
      'room-for-plans.when: expected any, or a list of rehearsal, before, during, after',
    ]);
  });

  it('stand where the caller says they do', async () => {
    const place = (path: readonly string[]) => ({ file: 'xunkao.yaml', line: 7, column: 3, excerpt: path.join(' > ') });
    const loaded = await loadStandard(WELDING, catalogue, { 'battery-room': { maximum_celsius: 'hot' } }, place);
    expect(loaded).toMatchObject({
      faults: [{ file: 'xunkao.yaml', line: 7, excerpt: 'battery-room > maximum_celsius' }],
    });
  });

  it('are refused when with them a rule would pass without any fact', async () => {
    const pack = copyOf(WELDING);
    const file = join(pack, 'battery-room.yaml');
    const text = readFileSync(file, 'utf8').replace('holds: ', 'holds: parameters.maximum_celsius > 100 || ');
    writeFileSync(file, text);
    expect(await faultsOf(pack)).toEqual([]);
    expect(await faultsOf(pack, { 'battery-room': { maximum_celsius: 200 } })).toMatchObject([
      { message: 'battery-room: with these values the rule gives holds without any fact' },
    ]);
  });
});

describe('the hash', () => {
  it('is the same on a checkout with other line ends', async () => {
    const pack = copyOf(WELDING);
    for (const file of readdirSync(pack))
      writeFileSync(join(pack, file), readFileSync(join(pack, file), 'utf8').replaceAll('\n', '\r\n'));
    expect((await standardOf(pack)).hash).toBe((await standardOf(WELDING)).hash);
  });

  it('is another when any word of the pack is', async () => {
    const pack = copyOf(WELDING);
    const file = join(pack, 'undisturbed.yaml');
    writeFileSync(file, readFileSync(file, 'utf8').replace('Quit it', 'Quit it now'));
    expect((await standardOf(pack)).hash).not.toBe((await standardOf(WELDING)).hash);
  });
});
