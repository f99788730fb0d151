import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Bilingual } from '../../agent/probe.ts';
import { buildCatalogue, loadProbes } from '../../agent/catalogue.ts';
import { faultsText } from '../faults.ts';
import { Trouble } from '../gateway/trouble.ts';
import { openReading } from '../history/reading.ts';
import { RECORD_FILE } from '../history/sqlite.ts';
import { HistoryRefused, Unusable } from '../history/refused.ts';
import { isWhole } from '../kept/rows.ts';
import { FORMATS, render, type Format } from '../reports/render/render.ts';
import { KINDS, wishOf, type Asked } from '../reports/asked.ts';
import { withReport } from '../reports/report.ts';
import { writeReportFile } from '../reports/reportFile.ts';
import { termsOf, type Terms } from '../reports/terms.ts';
import type { Language } from '../reports/voice.ts';
import { KEPT_DOCUMENT } from '../organization/site/membership.ts';
import { rulingOf, WrongPack } from '../ruling.ts';
import { readSettings } from '../settings.ts';
import { WITNESSED } from '../standard/witnessed.ts';
import { defaultData } from './collector.ts';
import type { Command } from './command.ts';
import { parse, pathFrom, roomName, say, WrongUse } from './options.ts';

const HELP: Bilingual = {
  zh: `用法：xunkao report session 场次编号 --out 文件 [选项]
      xunkao report term --from 日期 --to 日期 --out 文件 [选项]
      xunkao report dossier [场次编号] --out 文件 [选项]
      xunkao report evaluation [--from 日期] [--to 日期] --out 文件 [选项]
      xunkao report seats [--room 考场] --out 文件 [选项]

由记录生成报告。只读数据目录，采集器运行时也可以用。
session     一场考试：人员、人数、就绪快照、事件、换座、情况记录、待处理座位
term        一个学期：各场考试、按项目的事件、就绪情况、演练
dossier     申报材料：逐条对照；给出评估场次时按其结束时的快照，否则按现在的记录
evaluation  两年评估：设施、考务组织、违纪与事故、规则变更与豁免
seats       现在每个座位有什么问题、怎么处理，可打印后逐个打勾

  --from、--to 日期 2026-03-01，都含当日；evaluation 不写时为到今天的两年
  --out 文件        不覆盖已有文件；扩展名决定格式，也可用 --format
  --format 格式     ${FORMATS.join('、')}
  --lang 语言       zh-CN 或 en
  --data 目录       采集器的数据目录（${defaultData()}）
`,
  en: `usage: xunkao report session SESSION --out FILE [OPTIONS]
       xunkao report term --from DAY --to DAY --out FILE [OPTIONS]
       xunkao report dossier [SESSION] --out FILE [OPTIONS]
       xunkao report evaluation [--from DAY] [--to DAY] --out FILE [OPTIONS]
       xunkao report seats [--room ROOM] --out FILE [OPTIONS]

Makes a report from the record. Only reads the data directory; it may be used while the collector runs.
session     one exam: people, candidates, frozen readiness, incidents, seats that changed, occurrences, seats to fix
term        its sessions, incidents by rule, readiness over time, drills
dossier     every clause with its evidence; of an assessment as it was frozen at its end, else as the record stands
evaluation  two years: facilities, organization of exams, violations and incidents, changes of rules and waivers
seats       what is wrong at which seat now and what to do about it, to be printed and ticked

  --from, --to DAY  2026-03-01, both days included; without them evaluation takes the two years until today
  --out FILE        overwrites nothing; its extension says the format, or --format does
  --format FORMAT   ${FORMATS.join(', ')}
  --lang LANGUAGE   zh-CN or en
  --data DIR        the collector's data directory (${defaultData()})
`,
};

const OPTIONS = {
  out: { type: 'string' },
  format: { type: 'string' },
  lang: { type: 'string' },
  data: { type: 'string' },
  room: { type: 'string' },
  from: { type: 'string' },
  to: { type: 'string' },
} as const;

export const command: Command = async (args) => {
  const options = parse(args, HELP, OPTIONS, 2);
  if (!options) return 0;
  const { out, format, lang, data: given } = options.values;
  const asked = askedOf(options.positionals, options.values);
  if (out === undefined) {
    throw new WrongUse({
      zh: '用 --out 给出新文件，例如 --out 报告.pdf',
      en: '--out names the new file, such as --out report.pdf',
    });
  }
  const form = formatOf(format ?? /\.([a-z]+)$/i.exec(out)?.[1]?.toLowerCase());
  const language = languageOf(lang);
  const data = given === undefined ? defaultData() : pathFrom(given);
  try {
    const terms = await termsIn(data);
    if ('fault' in terms) return fail(terms.fault);
    const now = Date.now();
    const wish = wishOf(asked, terms.timeZone, now);
    if ('refused' in wish) throw new WrongUse(wish.refused, HELP);
    const order = { data, wish, language, terms, now };
    const to = pathFrom(out);
    const { bytes, sha256 } = await withReport(order, (document) => writeReportFile(render(document, form), to));
    const lines = [to, say({ zh: `${bytes} 字节`, en: `${bytes} bytes` }), `SHA-256 ${sha256}`];
    process.stdout.write(`${lines.join('\n')}\n`);
    return 0;
  } catch (error) {
    if (error instanceof Trouble) return fail(say(error.text));
    if (error instanceof Unusable) return fail(say(error.words));
    if (error instanceof HistoryRefused) return fail(say(unread(error)));
    throw error;
  }
};

function unread({ code, message }: HistoryRefused): Bilingual {
  return { zh: `读取记录失败（${code}）`, en: `the record cannot be read: ${message}` };
}

function fail(text: string): number {
  process.stderr.write(`xunkao report: ${text}\n`);
  return 1;
}

function askedOf([word, session]: readonly string[], { room, from, to }: Pick<Asked, 'room' | 'from' | 'to'>): Asked {
  const kind = KINDS.find((each) => each === word);
  if (!kind) {
    const kinds = { zh: KINDS.join('、'), en: KINDS.join(', ') };
    throw new WrongUse({ zh: `须写明哪一种报告：${kinds.zh}`, en: `say which report: ${kinds.en}` }, HELP);
  }
  return { kind, session, from, to, room: room === undefined ? undefined : roomName(room) };
}

function formatOf(word: string | undefined): Format {
  const format = FORMATS.find((each) => each === word);
  if (format) return format;
  throw new WrongUse({
    zh: `格式须是 ${FORMATS.join('、')} 之一：用 --format 或文件的扩展名写明${word === undefined ? '' : `，不能是 ${word}`}`,
    en: `the format is one of ${FORMATS.join(', ')}: say it with --format or the file's extension${word === undefined ? '' : `, not ${word}`}`,
  });
}

function languageOf(word: string | undefined): Language {
  switch (word) {
    case undefined:
      return say({ zh: 'zh', en: 'en' }) as Language;
    case 'zh-CN':
    case 'zh':
      return 'zh';
    case 'en':
      return 'en';
    default:
      throw new WrongUse({
        zh: `--lang 须是 zh-CN 或 en，不能是 ${word}`,
        en: `--lang takes zh-CN or en, not ${word}`,
      });
  }
}

/** The standard that is in force and the clock that the data directory's settings name; nothing of it is written. */
async function termsIn(data: string): Promise<Terms | { readonly fault: string }> {
  if (!existsSync(data)) return { fault: say({ zh: `没有 ${data} 这个目录`, en: `there is no directory ${data}` }) };
  const read = readSettings(join(data, 'xunkao.yaml'), false);
  if ('faults' in read) return { fault: faultsText(read.faults) };
  const { time_zone: timeZone, phases, organization } = read.settings;
  const catalogue = buildCatalogue(await loadProbes(), WITNESSED);
  const reading = openReading(data, RECORD_FILE, isWhole);
  try {
    const { standard } = await rulingOf({
      site: reading.site ?? '',
      settings: read.settings,
      catalogue,
      documents: [...reading.kept(KEPT_DOCUMENT)].map(([, value]) => value),
      history: { entries: async (query) => ({ rows: [...reading.entries(query)], next: null }) },
      wall: Date.now(),
      log: { error: () => undefined },
    });
    return termsOf(standard, catalogue, timeZone, phases, organization?.ticket.key ?? null);
  } catch (error) {
    if (error instanceof WrongPack) return { fault: faultsText(error.faults) };
    throw error;
  } finally {
    reading.close();
  }
}
