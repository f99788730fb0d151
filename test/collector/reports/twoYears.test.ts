import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openSqlite } from '../../../collector/history/sqlite.ts';
import { wishOf } from '../../../collector/reports/asked.ts';
import { render } from '../../../collector/reports/render/render.ts';
import { withReport, type ReportWish } from '../../../collector/reports/report.ts';
import { writeReportFile } from '../../../collector/reports/reportFile.ts';
import { exportRecord } from '../../../collector/record/exportRecord.ts';
import { writeExport } from '../../../collector/record/exportFile.ts';
import { openKeyFolder } from '../../../collector/record/key.ts';
import { verifyFile } from '../../../collector/record/verifyFile.ts';
import { writeYears, type Years } from '../../fixtures/years.ts';

const PDFTOTEXT = '/usr/bin/pdftotext';
const folder = mkdtempSync(join(tmpdir(), 'xunkao-'));
const data = join(folder, 'data');
const FORTNIGHT_MS = 14 * 86_400_000;
const SESSIONS = 52;
let years: Years;
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeAll(async () => {
  years = await writeYears({
    data,
    site: 'nanjing-01',
    rooms: ['A', 'B', 'C', 'D', 'E'],
    seatsPerRoom: 40,
    from: Date.parse('2024-11-30T01:00:00Z'),
    everyMs: FORTNIGHT_MS,
    sessions: SESSIONS,
    changes: 1,
  });
}, 120_000);

async function pdf(wish: ReportWish, name: string): Promise<string> {
  const file = join(folder, `${name}.pdf`);
  const order = { data, wish, language: 'zh', terms: years.terms, now: years.end } as const;
  await withReport(order, (document) => writeReportFile(render(document, 'pdf'), file));
  return file;
}

const textOf = (file: string): string =>
  execFileSync(PDFTOTEXT, ['-layout', file, '-'], { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });

describe.skipIf(!existsSync(PDFTOTEXT))('two years of a site with 200 seats', () => {
  test('make an evaluation whose PDF has every session, and every figure as the record has it', async () => {
    const wish = wishOf({ kind: 'evaluation', to: '2026-11-29' }, 'Asia/Shanghai', years.end);
    if ('refused' in wish) throw new Error(wish.refused.en);
    const text = textOf(await pdf(wish, 'evaluation'));
    for (const { id } of years.sessions) expect(text).toContain(id);
    for (const part of ['一、考核设施', '二、考务组织', '三、违纪违规', '四、规则、参数', '五、下一阶段工作计划'])
      expect(text.replaceAll(' ', '')).toContain(part);
    const db = new DatabaseSync(join(data, 'xunkao.db'), { readOnly: true });
    const violations = db
      .prepare(
        `select count(*) as n from entry where kind = 'occurrence' and json_extract(text, '$.occurrence') = 'violation'`,
      )
      .get()!['n'];
    db.close();
    expect(text.match(/携带手机入场，已按规定处理/g)).toHaveLength(Number(violations));
  });

  test('make a dossier with every clause in the source’s order, of some hundred KiB', async () => {
    const file = await pdf({ kind: 'dossier', session: years.assessment.id }, 'dossier');
    const text = textOf(file).replaceAll(/\s/g, '');
    let place = text.indexOf('逐条对照');
    for (const { title } of years.standard.rules.filter(({ own }) => !own)) {
      const next = text.indexOf(title.zh.replaceAll(/\s/g, ''), place);
      expect(next, title.zh).toBeGreaterThanOrEqual(place);
      place = next;
    }
    expect(text).toContain('200个');
    expect(statSync(file).size).toBeLessThan(1024 * 1024);
  });

  test('name a head that a verified export of the record has at the same number', async () => {
    const history = await openSqlite(data, { site: 'nanjing-01', staleAfterSeconds: new Map() });
    const { current } = await openKeyFolder(join(data, 'record'), 'nanjing-01');
    const to = join(folder, 'record.jsonl');
    await writeExport(exportRecord(history, { site: 'nanjing-01', key: current, now: years.end }), to);
    const head = await history.head();
    await history.close();
    expect(await verifyFile(to, { key: current.publicKey })).toMatchObject({ finding: null, last: head.n });
    const text = textOf(await pdf({ kind: 'seats', room: 'A' }, 'seats'));
    expect(text).toContain(`记录第 ${head.n} 条 ${head.hash.slice(0, 16)}`);
    const proof = textOf(join(folder, 'dossier.pdf')).replaceAll(/\s/g, '');
    expect(proof).toContain(head.hash);
    expect(proof).toContain(current.id);
  });
});
