import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROLES } from '../../../collector/identity/machine.ts';
import { loadStandard } from '../../../collector/standard/load.ts';
import type { Rule } from '../../../collector/standard/rule.ts';
import { realCatalogue } from '../standard/catalogue.ts';
import { everyRule } from './everyRule.ts';

const PACK = join(import.meta.dirname, '../../../collector/standards/live-commerce');
const catalogue = await realCatalogue();
const loaded = await loadStandard(PACK, catalogue);
if ('faults' in loaded) throw new Error(JSON.stringify(loaded.faults, null, 2));
const { standard } = loaded;
const { rules, notJudged } = standard;
/** An article, with its item where it has some: `第三条（二）`. */
const CLAUSE = /第[一二三四五六七八九十]+条(?:（[一二三四五六七八九十]+）)?/g;

const source = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../fixtures/standards/live-commerce-source.json'), 'utf8'),
) as { articles: Record<string, string[]>; words: Record<string, string[]> };

function idsOf(picked: readonly Rule[]): string {
  return picked.map((rule) => rule.id).join(' ');
}

describe('the pack', () => {
  it('has every clause that something at a site can show, in the order of the source, then our own', () => {
    expect(idsOf(rules)).toBe(
      'licence courses site-experience ' +
        'seats light-air-noise exam-software os cpu memory-size memory-type browser display office restore-card internet desktop physical local ' +
        'spares cores memory disk dedicated static-address internet-before-after server-physical server-local ' +
        'server-present standby lan-gigabit uplink one-lan lan-authority cameras camera-audio-video camera-recording camera-playback platform ' +
        'organization-complete staff-count lead-experience staff-passed ' +
        'exam-office security logistics medical safety-system no-incident-history resources ' +
        'mains dual-supply ups-two-hours environment ' +
        'entrance-banner notice-boards room-sign desk-labels belongings-area direction-signs closed-area ' +
        'staff-lead staff-proctors staff-tech staff-logistics staff-selected staff-fit ' +
        'proctor-independent cross-department proctor-ratio staff-trained staff-briefed staff-pledge ' +
        'online clock remote-control ups-online ups-low-battery ups-output ups-battery camera-picture seat-cable ' +
        'collector-power collector-awake rehearsal-held collector-apart',
    );
    expect(idsOf(rules.filter((rule) => rule.own))).toBe(idsOf(rules.filter(({ clause }) => clause === '')));
    expect(rules.findLast((rule) => !rule.own)?.id).toBe('staff-pledge');
  });

  it('leaves out no article and no item of the source: each has a rule, or a reason why it is not judged', () => {
    const clauses = [...rules.map(({ clause }) => clause), ...notJudged.map(({ clause }) => clause)];
    const named = new Set(clauses.flatMap((clause) => clause.match(CLAUSE) ?? []));
    const asked = Object.entries(source.articles).flatMap(([article, items]) =>
      items.length === 0 ? [article] : items.map((item) => `${article}${item}`),
    );
    expect(asked).toHaveLength(36);
    expect(asked.filter((clause) => !named.has(clause))).toEqual([]);
  });

  it('judges in every role whether a machine is online', () => {
    expect(rules.find((rule) => rule.id === 'online')?.roles).toEqual(ROLES);
  });

  it('pages at once only for what cannot wait, and nobody for hardware', () => {
    const byIncident = Object.groupBy(rules, (rule) => rule.incident);
    expect(idsOf(byIncident.urgent!)).toBe('mains ups-low-battery');
    expect(idsOf(byIncident.seat!)).toBe(
      'restore-card internet internet-before-after cameras camera-audio-video camera-recording platform proctor-ratio online clock remote-control ups-online ups-output',
    );
  });

  it('lets a person state what a site may be unable to measure', () => {
    expect(idsOf(rules.filter((rule) => rule.attestable))).toBe(
      'cpu memory-type restore-card physical local dedicated server-physical server-local ' +
        'lan-gigabit uplink cameras camera-audio-video camera-recording camera-playback mains ups-two-hours',
    );
  });

  it('judges the equipment of rooms and the site by counts, and for each session apart what belongs to one', () => {
    const counted = rules.filter(
      ({ scope, judgedBy }) => scope !== 'machine' && scope !== 'device' && /agent|collector/.test(judgedBy),
    );
    expect(idsOf(counted)).toBe(
      'seats spares server-present standby lan-gigabit uplink one-lan platform environment rehearsal-held collector-apart',
    );
    expect(idsOf(counted.filter(({ perSession }) => perSession))).toBe('seats spares environment rehearsal-held');
  });

  it('requires of its own only that machines and UPS can be seen', () => {
    expect(idsOf(rules.filter((rule) => rule.own && rule.must === 'required'))).toBe('online ups-online');
  });
});

describe('rules about people', () => {
  it('are of the roster’s numbers, and nobody can state them instead', () => {
    const roster = rules.filter((rule) => rule.judgedBy === 'roster');
    expect(roster).toHaveLength(15);
    expect(
      roster.flatMap((rule) => rule.reads.filter((fact) => !/^(staff|pledges|proctors|session)\./.test(fact))),
    ).toEqual([]);
    expect(roster.some((rule) => rule.attestable)).toBe(false);
  });

  it('that a person judges have a form: what the clause lists, and how long a statement is valid, by parameter', () => {
    for (const rule of rules.filter(({ judgedBy }) => judgedBy === 'person')) {
      expect(rule.items.length, rule.id).toBeGreaterThan(0);
      expect(Object.keys(rule.parameters), rule.id).toEqual(['valid_seconds', 'longest_valid_seconds']);
      const { valid_seconds: usual, longest_valid_seconds: longest } = rule.parameters;
      expect(Number(longest!.value), rule.id).toBeGreaterThanOrEqual(Number(usual!.value));
    }
  });

  it('print the items that the clause itself lists', () => {
    const boards = rules.find(({ id }) => id === 'notice-boards')!;
    for (const word of ['举报电话', '举报箱', '应急疏散示意图', '《考生须知》', '考场分布示意图'])
      expect(boards.items.map(({ zh }) => zh)).toContain(word);
    expect(boards.items.every(({ zh }) => boards.text.zh.includes(zh))).toBe(true);
  });

  it('need a photo where the clause is about what stands or hangs there', () => {
    expect(idsOf(rules.filter(({ photo }) => photo))).toBe(
      'licence exam-office entrance-banner notice-boards room-sign belongings-area direction-signs closed-area',
    );
  });
});

everyRule(rules, catalogue);

describe.each(rules)('$id', (rule) => {
  it('stands where it says it does in the source, in the words of the source', () => {
    const [, article = '', item = ''] =
      /^(第[一二三四五六七八九十]+条)(（[一二三四五六七八九十]+）)?$/.exec(rule.clause) ?? [];
    const stands = rule.own
      ? rule.clause === ''
      : (item === '' ? article in source.articles : source.articles[article]?.includes(item) === true) &&
        source.words[rule.clause]!.some((words) => squeezed(words).includes(squeezed(rule.text.zh)));
    expect(stands).toBe(true);
  });
});

function squeezed(text: string): string {
  return text.replaceAll(/\s/g, '');
}
