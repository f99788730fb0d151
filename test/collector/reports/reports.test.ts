import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { wishOf } from '../../../collector/reports/asked.ts';
import { heading, paragraph } from '../../../collector/reports/document.ts';
import { htmlOf } from '../../../collector/reports/render/html.ts';
import { POLICY } from '../../../collector/reports/render/style.ts';
import { withReport, type ReportWish } from '../../../collector/reports/report.ts';
import { WORDS } from '../../../collector/reports/words.ts';
import type { Language } from '../../../collector/reports/voice.ts';
import { temporaryFolder } from '../../fixtures/collector.ts';
import { writeYears, type Years } from '../../fixtures/years.ts';

const data = mkdtempSync(join(tmpdir(), 'xunkao-'));
afterAll(() => rmSync(data, { recursive: true, force: true }));
let years: Years;
beforeAll(async () => {
  years = await writeYears({
    data,
    site: 'nanjing-01',
    rooms: ['A', 'B'],
    seatsPerRoom: 20,
    from: Date.parse('2026-03-07T01:00:00Z'),
    everyMs: 7 * 86_400_000,
    sessions: 6,
    changes: 2,
  });
}, 60_000);

function page(wish: ReportWish, language: Language): Promise<string> {
  return withReport({ data, wish, language, terms: years.terms, now: years.end }, (document) =>
    [...htmlOf(document)].join(''),
  );
}

const term = (kind: 'term' | 'evaluation'): ReportWish => {
  const wish = wishOf({ kind, from: '2026-02-01', to: '2026-07-31' }, 'Asia/Shanghai', years.end);
  if ('refused' in wish) throw new Error(wish.refused.en);
  return wish;
};
const session = (index: number): ReportWish => ({ kind: 'session', session: years.sessions[index]!.id });

describe('the report of a session', () => {
  test('tells who was where, how many came, what was ready when, and what happened', async () => {
    const html = await page(session(4), 'zh');
    for (const text of [
      '考试场次报告：互联网营销师（直播销售员）四级 第 5 场',
      '0003 张玥',
      '监考',
      '32/34',
      '考前 60 分钟',
      '考前 15 分钟',
      '市电中断 40 秒，UPS 供电，考试未受影响',
      '考场 A 座位 1 启用备用机 19',
      '机构同意：百兆交换机使用到下次改造',
      '待处理座位',
      '（盖章处）',
    ])
      expect(html).toContain(text);
    expect(html).toMatch(/认领用时中位数/);
  });

  test('carries where the record stood, who signed it when, the key’s fingerprint, and how to verify it', async () => {
    const html = await page(session(0), 'en');
    const head = new DatabaseSync(join(data, 'xunkao.db'), { readOnly: true })
      .prepare('select n, hash from entry order by n desc limit 1')
      .get()!;
    expect(html).toContain(`no. ${String(head['n'])}`);
    expect(html).toContain(String(head['hash']));
    expect(html).toMatch(/xunkao-site nanjing-01 MCow/);
    expect(html).toContain('fits the site’s key');
    expect(html).toContain('xunkao verify record.jsonl --key key.pub');
  });

  test('names a session that the record does not have, and those it has', async () => {
    await expect(page({ kind: 'session', session: 's-none' }, 'en')).rejects.toMatchObject({
      text: { en: expect.stringContaining('the record has no session s-none; the latest are s-00000000 2026-03-07') },
    });
  });

  test('leaves the name of an erased person out, and says that words were altered', async () => {
    const copy = temporaryFolder();
    const other = await writeYears({
      data: copy,
      site: 'x',
      rooms: ['A'],
      seatsPerRoom: 10,
      from: Date.parse('2026-03-07T01:00:00Z'),
      everyMs: 86_400_000,
      sessions: 5,
      changes: 0,
    });
    const db = new DatabaseSync(join(copy, 'xunkao.db'));
    db.prepare(`update keep set text = '{"erased":1}' where kind = 'person' and id = '0003'`).run();
    db.prepare(`update keep set text = replace(text, '未受影响', '受了影响') where kind = 'occurrence'`).run();
    db.close();
    const wish: ReportWish = { kind: 'session', session: other.sessions[4]!.id };
    const html = await withReport(
      { data: copy, wish, language: 'zh', terms: other.terms, now: other.end },
      (document) => [...htmlOf(document)].join(''),
    );
    expect(html).not.toContain('张玥');
    expect(html).toContain('0003 （已清除）');
    expect(html).toContain('【与记录中的哈希不符】');
  });
});

describe('the report of a term', () => {
  test('has each session with its figures, incidents by rule, readiness over time, and the curve of a UPS', async () => {
    const html = await page(term('term'), 'zh');
    expect(html).toContain('学期报告：2026-02-01 至 2026-07-31');
    for (const { id } of years.sessions) expect(html).toContain(id);
    expect(html).toContain('就绪机器比例');
    expect(html).toContain('UPS 可读');
    expect(html).toContain('携带手机入场，已按规定处理');
    expect(html.match(/<svg/g)!.length).toBe(3);
  });

  test('counts what the record has: as many came as people wrote down, as many incidents as were opened', async () => {
    const html = await page(term('term'), 'en');
    const db = new DatabaseSync(join(data, 'xunkao.db'), { readOnly: true });
    const one = (sql: string): number => Number(db.prepare(`select ${sql} as n from entry`).get()!['n']);
    const opened = one(`sum(kind = 'incident' and json_extract(text, '$.change') = 'opened')`);
    const came = one(`sum(case when kind = 'occurrence' then json_extract(text, '$.attended') end)`);
    db.close();
    expect(html).toContain(`<b>${opened}</b><span>incidents</span>`);
    expect(html).toMatch(new RegExp(`<b>${came}/204</b>`));
  });

  test('has nothing of the time outside of it', async () => {
    const [first, second] = years.sessions;
    const wish: ReportWish = { kind: 'term', from: first!.startsAt - 86_400_000, to: first!.startsAt + 86_400_000 };
    const html = await page(wish, 'en');
    expect(html).toContain(first!.id);
    expect(html).not.toContain(second!.id);
  });
});

describe('the dossier', () => {
  test('has every clause of the source in its order, frozen with the assessment, and the hashes of what was frozen', async () => {
    const html = await page({ kind: 'dossier', session: years.assessment.id }, 'zh');
    const places = years.standard.rules.map(({ title }) => html.indexOf(`<td>${title.zh}`));
    expect(places.every((place) => place > 0)).toBe(true);
    const clauses = years.standard.rules.filter(({ own }) => !own).map(({ title }) => html.indexOf(`<td>${title.zh}`));
    expect(clauses).toEqual(clauses.toSorted((left, right) => left - right));
    const db = new DatabaseSync(join(data, 'xunkao.db'), { readOnly: true });
    for (const { text } of db.prepare(`select text from entry where kind = 'snapshot' order by n desc limit 2`).all())
      expect(html).toContain((JSON.parse(String(text)) as { hash: string }).hash);
    db.close();
    expect(html).toContain('王敏 2026-02-05 确认：照明、通风良好，周围无噪音');
    expect(html).toContain('c0ffee'.padEnd(64, '0'));
    expect(html).toContain('（盖章处）');
  });

  test('stays as it was frozen while the site changes, and the live one does not', async () => {
    const copy = temporaryFolder();
    const other = await writeYears({
      data: copy,
      site: 'x',
      rooms: ['A'],
      seatsPerRoom: 10,
      from: Date.parse('2026-03-07T01:00:00Z'),
      everyMs: 86_400_000,
      sessions: 1,
      changes: 1,
    });
    const of = (session: string | null): Promise<string> =>
      withReport(
        { data: copy, wish: { kind: 'dossier', session }, language: 'en', terms: other.terms, now: other.end },
        (document) => [...htmlOf(document)].join('').replaceAll(/entry \d+|no\. \d+|[0-9a-f]{16,}/g, ''),
      );
    const before = [await of(other.assessment.id), await of(null)];
    const db = new DatabaseSync(join(copy, 'xunkao.db'));
    db.prepare(
      `update keep set text = replace(text, '"memory":["holds"', '"memory":["broken"') where kind = 'verdicts'`,
    ).run();
    db.close();
    expect(await of(other.assessment.id)).toBe(before[0]);
    expect(await of(null)).not.toBe(before[1]);
  });
});

describe('the two-year evaluation', () => {
  test('has facilities, organization, incidents, changes and waivers, and lines for the next stage’s plan', async () => {
    const html = await page(term('evaluation'), 'zh');
    for (const text of [
      '一、考核设施',
      '二、考务组织',
      '三、违纪违规、事故与事件',
      '四、规则、参数的变更与豁免',
      '五、下一阶段工作计划',
      '首个密钥',
      'frame_every_seconds',
      '机构同意：百兆交换机使用到下次改造',
      '在册 5 人',
    ])
      expect(html).toContain(text);
    expect(html.match(/class="rule"/g)!.length).toBe(10);
  });

  test('takes the two years until today where nobody says', () => {
    const wish = wishOf({ kind: 'evaluation' }, 'Asia/Shanghai', Date.parse('2026-11-26T20:00:00Z'));
    expect(wish).toEqual({
      kind: 'evaluation',
      from: Date.parse('2024-11-28T00:00:00+08:00'),
      to: Date.parse('2026-11-28T00:00:00+08:00'),
    });
    expect(wishOf({ kind: 'term', from: '2026-07-01', to: '2026-03-01' }, 'Asia/Shanghai', 0)).toHaveProperty(
      'refused',
    );
    expect(wishOf({ kind: 'term' }, 'Asia/Shanghai', 0)).toHaveProperty('refused');
    expect(wishOf({ kind: 'term', from: '2026-02-30', to: '2026-03-01' }, 'Asia/Shanghai', 0)).toHaveProperty(
      'refused',
    );
  });
});

describe('the list of seats to fix', () => {
  test('names each seat once, what is wrong there and what to do, room by room', async () => {
    const html = await page({ kind: 'seats', room: null }, 'zh');
    expect(html).toContain('考场 A');
    expect(html).toContain('考场 B');
    expect(html).toContain('屏幕分辨率');
    expect(html).toContain('在显示设置中选择推荐分辨率');
    expect(html.match(/□/g)!.length).toBeGreaterThan(2);
  });
});

describe('a page', () => {
  test('needs nothing from elsewhere and runs nothing', async () => {
    const html = await page(session(2), 'zh');
    expect(html).not.toMatch(/<script|<img|<link|\son\w+=|javascript:| style="/i);
    expect(html.replaceAll(/xmlns="[^"]*"/g, '')).not.toMatch(/(?:src|href)=/);
    expect(POLICY).toMatch(/^default-src 'none'; style-src 'sha256-/);
  });

  test('shows what people wrote as text, whatever it is', () => {
    const blocks = [heading('<b>"x"</b>'), paragraph(`<script>alert('1')</script>`)];
    const html = [...htmlOf({ language: 'en', title: '<i>', subtitle: '', foot: '', blocks })].join('');
    expect(html).toContain('&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;');
    expect(html).not.toMatch(/<script|<i>/);
  });

  test.each(['zh', 'en'] as const)('has no word left out, in %s', async (language) => {
    for (const wish of wishes()) {
      const html = await page(wish, language);
      const text = html.replaceAll(/<style>.*?<\/style>/gs, '').replaceAll(/<[^>]*>/g, ' ');
      expect(text, JSON.stringify(wish)).not.toMatch(/\{\w+\}|undefined|NaN|\[object/);
      // What people and the pack of rules say in Chinese stays Chinese; the report's own words do not.
      const foreign = language === 'en' ? /就绪|事件|核对|记录末条|盖章/ : /where this comes|incidents|acknowledged/i;
      expect(text, JSON.stringify(wish)).not.toMatch(foreign);
    }
  });

  test('every word says something in both languages and with the same values', () => {
    const values = (text: string): readonly string[] => [...text.matchAll(/\{\w+\}/g)].map(([name]) => name).sort();
    for (const [word, { zh, en }] of Object.entries(WORDS)) {
      expect(zh, word).toMatch(/\S/);
      expect(en, word).toMatch(/\S/);
      expect(values(en), word).toEqual(values(zh));
    }
  });
});

function wishes(): readonly ReportWish[] {
  return [
    session(0),
    { kind: 'session', session: years.assessment.id },
    term('term'),
    term('evaluation'),
    { kind: 'term', from: 0, to: 1 },
    { kind: 'dossier', session: years.assessment.id },
    { kind: 'dossier', session: null },
    { kind: 'seats', room: null },
  ];
}
