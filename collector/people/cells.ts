import type { Bilingual } from '../../agent/probe.ts';
import { STAFF_ROLES, type StaffRole } from './kinds.ts';
import type { Day, YesNo } from './person.ts';

/** What a cell says, or why that cannot be understood. The console's form and the API's fields are read by the same. */
export type Understood<T> = { readonly value: T } | { readonly fault: Bilingual };

/** Names of roles as sites write them. */
const ROLE_WORDS: Readonly<Record<string, StaffRole>> = {
  考点负责人: 'lead',
  负责人: 'lead',
  监考: 'proctor',
  监考员: 'proctor',
  监考管理: 'proctor',
  监考管理人员: 'proctor',
  监考人员: 'proctor',
  技术支持: 'tech',
  技术支持人员: 'tech',
  技术人员: 'tech',
  后勤: 'logistics',
  后勤考务保障: 'logistics',
  后勤考务保障人员: 'logistics',
  后勤保障: 'logistics',
  考务保障: 'logistics',
  ...Object.fromEntries(STAFF_ROLES.map((role) => [role, role])),
};

const YES = new Set(['是', '有', '√', '✓', 'yes', 'y', 'true', '1', '已', '合格', '符合']);
const NO = new Set(['否', '无', '×', 'x', 'no', 'n', 'false', '0', '未', '没有', '不合格', '不符合']);
/** What people put into a cell that they mean to leave empty. */
const BLANK = new Set(['', '-', '—', '/', '——']);
const NOBODY = new Set(['无', '否', '没有', 'none', 'no']);
const MOST_SUBJECTS = 20;
export const LONGEST_NAME = 64;
const OLDEST_YEAR = 2000;

export const isBlank = (text: string): boolean => BLANK.has(text);

/** A cell that a spreadsheet would compute, or that no screen can show, is never taken in. */
export function harmful(text: string): Bilingual | null {
  // A telephone-like +86 is caught, too: nothing of the roster begins so.
  if (/^[=+@]|^-(?!$)/.test(text) && !isBlank(text)) {
    const sign = text[0]!;
    return {
      zh: `以 ${sign} 开头，表格软件会把它当作公式执行；请去掉这个符号`,
      en: `it begins with ${sign}, which a spreadsheet would compute as a formula; take that sign away`,
    };
  }
  if (!text.isWellFormed() || /\p{C}/u.test(text)) {
    return { zh: '含有无法显示的字符或换行', en: 'it holds a line break or a character that cannot be shown' };
  }
  return null;
}

export function numberOf(text: string): Understood<string> {
  if (/^[0-9A-Za-z][0-9A-Za-z_-]{0,31}$/.test(text)) return { value: text };
  if (/^\d(\.\d+)?E\+\d+$/i.test(text)) {
    return {
      fault: {
        zh: `工号 ${text} 已被 Excel 改成科学计数；请把该列设为“文本”后重填`,
        en: `Excel has turned the number into ${text}; make the column “text” and fill it in again`,
      },
    };
  }
  return {
    fault: {
      zh: '工号应为 1–32 个字母、数字、_ 或 -，例如 0017',
      en: 'a staff number has 1 to 32 letters, digits, _ or -, such as 0017',
    },
  };
}

export function nameOf(text: string): Understood<string> {
  if (text.length >= 1 && text.length <= LONGEST_NAME) return { value: text };
  return { fault: { zh: `姓名应为 1–${LONGEST_NAME} 个字符`, en: `a name has 1 to ${LONGEST_NAME} characters` } };
}

export function rolesOf(text: string): Understood<readonly StaffRole[]> {
  const words = listed(text);
  const roles = words.map((word) => ROLE_WORDS[word.toLowerCase()]);
  const unknown = words.filter((_, index) => roles[index] === undefined);
  if (words.length > 0 && unknown.length === 0) return { value: [...new Set(roles as StaffRole[])] };
  const what = unknown.join('、');
  return {
    fault: {
      zh: `${what === '' ? '没有写岗位' : `不认识岗位“${what}”`}；可写 考点负责人、监考、技术支持、后勤，多个用、隔开`,
      en: `${what === '' ? 'no role is given' : `unknown role ${what}`}; known are lead, proctor, tech, logistics; several with a comma between`,
    },
  };
}

export function yesNoOf(text: string): Understood<YesNo> {
  const word = text.toLowerCase();
  if (isBlank(word)) return { value: null };
  if (YES.has(word)) return { value: true };
  if (NO.has(word)) return { value: false };
  return {
    fault: { zh: `应为 是 或 否，或留空，而不是“${text}”`, en: `yes or no is expected, or nothing, not ${text}` },
  };
}

/** @param today the site's day: nothing of a roster has happened tomorrow */
export function dayOf(text: string, today: string): Understood<Day> {
  if (isBlank(text)) return { value: null };
  if (NO.has(text.toLowerCase())) return { value: 'no' };
  const found = /^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:\s+0{1,2}:00(?::00)?)?$/.exec(text);
  const day = found && [found[1]!, found[2]!.padStart(2, '0'), found[3]!.padStart(2, '0')].join('-');
  if (!day || !isDay(day)) {
    return {
      fault: {
        zh: `应为 2026-03-01 这样的日期，未参加的写“否”，而不是“${text}”`,
        en: `a day such as 2026-03-01 is expected, or no, not ${text}`,
      },
    };
  }
  if (day > today) return { fault: { zh: `${day} 还没有到`, en: `${day} has not come yet` } };
  if (Number(day.slice(0, 4)) < OLDEST_YEAR)
    return { fault: { zh: `${day} 太早，请检查年份`, en: `${day} is too early; check the year` } };
  return { value: day };
}

export function isDay(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && new Date(`${text}T00:00:00Z`).toJSON()?.slice(0, 10) === text;
}

export function subjectsOf(text: string): Understood<readonly string[] | null> {
  if (isBlank(text)) return { value: null };
  if (NOBODY.has(text.toLowerCase())) return { value: [] };
  const subjects = [...new Set(listed(text))];
  if (subjects.length <= MOST_SUBJECTS && subjects.every((subject) => subject.length <= LONGEST_NAME))
    return { value: subjects };
  return {
    fault: {
      zh: `最多 ${MOST_SUBJECTS} 个专业或班级，每个不超过 ${LONGEST_NAME} 个字符，用、隔开`,
      en: `at most ${MOST_SUBJECTS} programmes or classes of ${LONGEST_NAME} characters, with a comma between`,
    },
  };
}

export function departmentOf(text: string): Understood<string | null> {
  if (isBlank(text)) return { value: null };
  if (text.length <= LONGEST_NAME) return { value: text };
  return { fault: { zh: `不超过 ${LONGEST_NAME} 个字符`, en: `at most ${LONGEST_NAME} characters` } };
}

function listed(text: string): string[] {
  return text
    .split(/[、,，;；|/]/)
    .map((word) => word.trim())
    .filter((word) => word !== '');
}
