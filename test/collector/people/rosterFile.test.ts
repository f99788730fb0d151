import { execFileSync } from 'node:child_process';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { COLUMNS, MOST_FAULTS, MOST_PEOPLE, readRoster, TEMPLATE } from '../../../collector/people/rosterFile.ts';

const TODAY = '2026-11-26';
const HEAD = '工号,姓名,岗位,院系,任课专业班级,考务经验,组织培训日期,考核通过日期,身体健康';

const read = (text: string | Uint8Array) => readRoster(typeof text === 'string' ? Buffer.from(text) : text, TODAY);

function linesOf(text: string | Uint8Array) {
  const found = read(text);
  if ('faults' in found) throw new Error(JSON.stringify(found.faults));
  return found.lines;
}

function faultsOf(text: string | Uint8Array): string[] {
  const found = read(text);
  if (!('faults' in found)) throw new Error('no fault');
  return found.faults.map(({ line, column, message }) => `${line} ${column ?? '-'}: ${message.zh}`);
}

const ZHANG = '0017,张伟,监考、技术支持,信息学院,电商2301；市场营销,是,2026/3/1,2026年3月2日,√';

/** By another program than the one under test. */
function gbk(text: string): Buffer {
  return execFileSync('iconv', ['-f', 'UTF-8', '-t', 'GBK'], { input: text });
}

describe('a file', () => {
  test('is read in UTF-8 with and without a byte order mark, in GBK, and in UTF-16 of either order', () => {
    const text = `${HEAD}\r\n${ZHANG}\r\n`;
    const wide = Buffer.from(`\uFEFF${text}`, 'utf16le');
    const [plain, marked, chinese] = [linesOf(text), linesOf(`\uFEFF${text}`), linesOf(gbk(text))];
    expect(linesOf(wide)).toEqual(plain);
    expect(linesOf(Buffer.from(wide).swap16())).toEqual(plain);
    expect(plain).toEqual([
      {
        line: 2,
        number: '0017',
        name: '张伟',
        change: {
          number: '0017',
          name: '张伟',
          roles: ['proctor', 'tech'],
          department: '信息学院',
          teaches: ['电商2301', '市场营销'],
          experienced: true,
          trained: '2026-03-01',
          passed: '2026-03-02',
          fitness: { healthy: true },
        },
      },
    ]);
    expect(marked).toEqual(plain);
    expect(chinese).toEqual(plain);
  });

  test('may have its columns in any order, other names of them, tabs or semicolons, quotes and empty lines', () => {
    const [line] = linesOf('\n姓名;职工号;岗位;部门\n\n"王""小""芳";A-1;后勤;"学生;处"\n\n');
    expect(line).toMatchObject({ line: 4, number: 'A-1', name: '王"小"芳', change: { department: '学生;处' } });
    expect(linesOf('number\tname\troles\n7\tLi Lei\tlead, proctor\n')[0]!.change.roles).toEqual(['lead', 'proctor']);
  });

  test('with empty columns behind the last one, as spreadsheets leave them, is read all the same', () => {
    expect(linesOf('工号,姓名,岗位,,\n1,张伟,监考,,\n')).toHaveLength(1);
  });

  test('that the template begins has every column', () => {
    const row = Object.keys(COLUMNS).map((key) => ({ number: '1', name: '张伟', roles: '监考' })[key] ?? '');
    expect(linesOf(`${TEMPLATE}${row.join(',')}\r\n`)).toHaveLength(1);
  });

  test('is refused for each fault with its line, and gives nobody at all', () => {
    expect(
      faultsOf(
        [
          HEAD,
          '0017,张伟,监考,,,,2026-02-30,,',
          '0018,,监考,,,,,,',
          '0017,李娜,校长,,,也许,2027-01-01,1999-01-01,',
          '=HYPERLINK("http://evil"),王芳,监考,@SUM(A1),,,,,',
          '1.23E+11,赵敏,监考,,,,,,',
          '0020,钱多,监考,,,,,,,多一格',
          '0021,"孙丽',
        ].join('\n'),
      ),
    ).toEqual(['8 -: 这里开始的引号 " 没有结束，或内容太长']);
    expect(
      faultsOf(
        [
          HEAD,
          '0017,张伟,监考,,,,2026-02-30,,',
          '0018,,监考,,,,,,',
          '0019,李娜,校长,,,也许,2027-01-01,1999-01-01,',
          '"=HYPERLINK(""http://evil"")",王芳,监考,@SUM(A1),,,,,',
          '1.23E+11,赵敏,监考,,,,,,',
          '0020,钱多,监考,,,,,,,多一格',
        ].join('\n'),
      ),
    ).toEqual([
      '2 组织培训日期: 应为 2026-03-01 这样的日期，未参加的写“否”，而不是“2026-02-30”',
      '3 姓名: 没有填写姓名',
      '4 岗位: 不认识岗位“校长”；可写 考点负责人、监考、技术支持、后勤，多个用、隔开',
      '4 考务经验: 应为 是 或 否，或留空，而不是“也许”',
      '4 组织培训日期: 2027-01-01 还没有到',
      '4 考核通过日期: 1999-01-01 太早，请检查年份',
      '5 工号: 以 = 开头，表格软件会把它当作公式执行；请去掉这个符号',
      '5 院系: 以 @ 开头，表格软件会把它当作公式执行；请去掉这个符号',
      '6 工号: 工号 1.23E+11 已被 Excel 改成科学计数；请把该列设为“文本”后重填',
      '7 -: 有 10 格，但表头只有 9 列；内容里有逗号的要用引号括起来',
    ]);
  });

  test('with the same number twice names both lines', () => {
    expect(faultsOf('工号,姓名,岗位\n1,张伟,监考\n2,李娜,监考\n1,王芳,后勤\n')).toEqual([
      '4 工号: 工号 1 在第 2 行已经有了',
    ]);
  });

  test('with wrong columns says which and which are known', () => {
    expect(
      faultsOf('姓名,岗位,岗位,手机号\n张伟,监考,监考,138\n').map((fault) => fault.replace(/可用的有.*/, '…')),
    ).toEqual(['1 岗位: 表头“岗位”出现了两次', '1 手机号: 不认识的表头“手机号”；…', '1 工号: 缺少表头“工号”']);
  });

  test('that is empty, a workbook or no text says how to save it', () => {
    expect(faultsOf('')).toEqual(['1 -: 文件是空的']);
    expect(faultsOf(`${HEAD}\n`)).toEqual(['2 -: 表头下面没有人员']);
    expect(faultsOf(Buffer.from('PK\u0003\u0004…'))[0]).toContain('Excel 工作簿');
    expect(faultsOf(Buffer.from([0x31, 0xff, 0xff, 0x31]))[0]).toContain('既不是 UTF-8 也不是 GBK');
    expect(faultsOf('工号,姓名,岗位\n1,张\u202E伟,监考\n')).toEqual(['2 姓名: 含有无法显示的字符或换行']);
  });

  test('of 10,000 lines is refused at the line that is too many; one with a fault in each tells the first and how many', () => {
    const many = Array.from({ length: 10_000 }, (_, index) => `${index},张伟,监考`).join('\n');
    expect(faultsOf(`工号,姓名,岗位\n${many}`)).toEqual([
      `${MOST_PEOPLE + 2} -: 超过 ${MOST_PEOPLE} 人；一个考点的考务人员不会这么多，请检查是否选错了文件`,
    ]);
    const wrong = Array.from({ length: MOST_PEOPLE }, (_, index) => `${index},张伟,校长`).join('\n');
    const found = read(`工号,姓名,岗位\n${wrong}`);
    expect(found).toMatchObject({ count: MOST_PEOPLE });
    expect('faults' in found && found.faults).toHaveLength(MOST_FAULTS);
  });

  test('of any bytes gives lines or faults and never throws', () => {
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 300 }), fc.string({ maxLength: 300 })), (input) => {
        const found = read(input);
        expect('faults' in found ? found.faults.length : found.lines.length).toBeGreaterThan(0);
      }),
      { numRuns: 500 },
    );
  });
});
